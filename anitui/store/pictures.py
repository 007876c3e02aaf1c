"""One picture, with all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anitui.errors import WrongUse
from anitui.store.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Sighting:
    site: str
    url: str
    page_url: str | None
    title: str | None
    author: str | None
    flair: str | None
    nsfw: bool | None
    label_hint: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Face:
    x: float
    y: float
    w: float
    h: float
    label: str | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything that the screen of one picture shows."""

    image_id: int
    sha256: str
    path: str
    stored: str
    format: str
    mode: str
    width: int
    height: int
    frames: int
    bytes: int
    state: str
    reason: str | None
    added_at: datetime
    purged_at: datetime | None
    mark: int | None
    facts: dict[str, float]
    measured: str | None
    hashes: tuple[tuple[str, str, str], ...]  # algorithm, mode, 16 hex digits
    labels: tuple[tuple[str, str], ...]  # label, said by
    sightings: tuple[Sighting, ...]
    faces: tuple[Face, ...]


def detail(catalogue: Catalogue, image_id: int) -> Detail:
    """All that is known of one picture."""
    found = catalogue.rows(
        "SELECT i.image_id, sha256, path, stored, format, mode, width, height, frames, bytes, state, reason, added_at, "
        "purged_at, (SELECT mark FROM image_marks m WHERE m.image_id = i.image_id) FROM images i WHERE image_id = ?",
        [image_id],
    )
    if not found:
        raise WrongUse(f"there is no picture {image_id} in this workspace")
    facts = catalogue.rows(
        "SELECT mode, colourfulness, colour_share, sharpness, brightness FROM image_facts WHERE image_id = ?",
        [image_id],
    )
    names = ("colourfulness", "colour_share", "sharpness", "brightness")
    measured = (
        {name: value for name, value in zip(names, facts[0][1:], strict=True) if value is not None} if facts else {}
    )
    hashes = catalogue.rows(
        "SELECT algorithm, mode, hash_text(bits) FROM image_hashes WHERE image_id = ? ORDER BY mode, algorithm",
        [image_id],
    )
    labels = catalogue.rows(
        "SELECT label, said_by FROM tagged_images WHERE image_id = ? ORDER BY speaker_rank(speaker) DESC, label",
        [image_id],
    )
    sightings = catalogue.rows(
        "SELECT site, url, page_url, title, author, flair, nsfw, label_hint, seen_at FROM sightings "
        "WHERE image_id = ? ORDER BY sighting_id",
        [image_id],
    )
    faces = catalogue.rows(
        "SELECT x, y, w, h, l.label, score FROM faces f LEFT JOIN labelled_faces l USING (face_id) "
        "WHERE image_id = ? AND state = 'active' ORDER BY face_id",
        [image_id],
    )
    columns = (
        "image_id", "sha256", "path", "stored", "format", "mode", "width", "height", "frames", "bytes", "state",
        "reason", "added_at", "purged_at", "mark",
    )  # fmt: skip
    return Detail(
        **dict(zip(columns, found[0], strict=True)),
        facts=measured,
        measured=facts[0][0] if facts else None,
        hashes=tuple(hashes),
        labels=tuple(labels),
        sightings=tuple(Sighting(*row) for row in sightings),
        faces=tuple(Face(*row) for row in faces),
    )
