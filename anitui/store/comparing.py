"""Two pictures beside each other: what is known of both, how far apart they are, and which one is better and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anitui.store.catalogue import Catalogue
from anitui.store.distances import HASHES

LOSSLESS = frozenset({"png", "bmp", "tiff", "gif"})

_BY_MUCH = 1.05  # a difference in size counts from here on
_BY_SHARPNESS = 1.15  # sharpness is measured on a reduced picture, and wavers


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a picture, or a face with the picture that it was found in."""

    id: int
    image_id: int
    path: str
    format: str
    mode: str
    width: int  # of the face itself where it is a face
    height: int
    bytes: int
    state: str
    sharpness: float | None
    colourfulness: float | None
    added_at: datetime
    hashes: Mapping[str, tuple[str, int]]  # algorithm → mode, bits
    labels: tuple[str, ...]
    site: str | None
    url: str | None
    page_url: str | None
    title: str | None
    author: str | None
    flair: str | None
    seen_at: datetime | None
    sightings: int
    box: tuple[float, float, float, float] | None = None  # x, y, w, h in the picture, for a face

    @property
    def area(self) -> int:
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Which of two is the better one, in a person's words; `better` is None where nothing tells."""

    better: int | None
    reasons: tuple[str, ...]  # for it: larger, sharper, …
    against: tuple[str, ...]  # what the other one has before it
    doubts: tuple[str, ...]  # why the two may not be duplicates at all


def sides(catalogue: Catalogue, kind: str, ids: Collection[int]) -> dict[int, Side]:
    """What is known of these pictures or faces; those that are not there any more are left out."""
    if not ids:
        return {}
    rows = catalogue.rows(_SIDES[kind], {"ids": list(ids)})
    return {row[0]: _side(row) for row in rows}


def distances(one: Side, other: Side) -> dict[str, int]:
    """How many bits differ, for each hash that both have in the same mode."""
    found = {}
    for algorithm in HASHES:
        left, right = one.hashes.get(algorithm), other.hashes.get(algorithm)
        if left is not None and right is not None and left[0] == right[0]:
            found[algorithm] = (left[1] ^ right[1]).bit_count()
    return found


def suggest(one: Side, other: Side) -> Suggestion:
    """Size decides; then what was compressed less; then what is sharper; then who was here first."""
    points: list[tuple[str, int]] = []  # a reason, and 1 for `one` or -1 for `other`

    def compare(reason: str, left: float | None, right: float | None, factor: float) -> None:
        if left is not None and right is not None and max(left, right) >= min(left, right) * factor and left != right:
            points.append((reason, 1 if left > right else -1))

    compare("larger", one.area, other.area, _BY_MUCH)
    if (one.format in LOSSLESS) != (other.format in LOSSLESS):
        points.append(("lossless", 1 if one.format in LOSSLESS else -1))
    compare("heavier", one.bytes, other.bytes, _BY_MUCH)
    compare("sharper", one.sharpness, other.sharpness, _BY_SHARPNESS)
    compare("seen more often", one.sightings, other.sightings, 1.0)
    if not points and one.added_at != other.added_at:
        points.append(("older", 1 if one.added_at < other.added_at else -1))
    weights = {"larger": 8, "lossless": 3, "heavier": 2, "sharper": 3}
    total = sum(weights.get(reason, 1) * way for reason, way in points)
    doubts = _doubts(one, other)
    if total == 0:
        first = min(one, other, key=lambda each: each.id)
        return Suggestion(first.id if one.id != other.id else None, ("first here",), (), doubts)
    way = 1 if total > 0 else -1
    reasons = tuple(reason for reason, each in points if each == way)
    against = tuple(reason for reason, each in points if each != way)
    return Suggestion(one.id if way > 0 else other.id, reasons, against, doubts)


def _doubts(one: Side, other: Side) -> tuple[str, ...]:
    doubts = []
    if one.labels and other.labels and not set(one.labels) & set(other.labels):
        doubts.append(f"labels differ: {', '.join(one.labels)} and {', '.join(other.labels)}")
    shapes = one.width / one.height, other.width / other.height
    if max(shapes) > 1.08 * min(shapes):
        doubts.append("another shape, so perhaps a crop")
    apart = distances(one, other)
    if apart and max(apart.values()) > 20:
        name = max(apart, key=lambda each: apart[each])
        doubts.append(f"{name} says {apart[name]} of 64 bits differ")
    return tuple(doubts)


_SEEN = """
    SELECT image_id, count(*) AS sightings,
           arg_min({'site': site, 'url': url, 'page_url': page_url, 'title': title, 'author': author, 'flair': flair,
                    'seen_at': seen_at}, sighting_rank(site, sighting_id)) AS first
    FROM sightings SEMI JOIN here USING (image_id) GROUP BY image_id
"""
_COLUMNS = (
    "i.image_id, i.path, i.format, i.mode, {width}, {height}, i.bytes, {state}, f.sharpness, f.colourfulness, "
    "i.added_at, h.hashes, l.labels, s.first, s.sightings, {box}"
)
_HASHES = (
    "SELECT {id} AS id, list({{'a': algorithm, 'm': mode, 'b': bits}} ORDER BY mode DESC) AS hashes "
    "FROM {kind}_hashes SEMI JOIN {chosen} USING ({id}) GROUP BY {id}"
)

_SIDES = {
    "image": f"""
        WITH here AS (SELECT DISTINCT unnest($ids::BIGINT[]) AS image_id)
        SELECT i.image_id, {_COLUMNS.format(width="i.width", height="i.height", state="i.state", box="NULL")}
        FROM images i SEMI JOIN here USING (image_id)
        LEFT JOIN (SELECT image_id, sharpness, colourfulness FROM image_facts SEMI JOIN here USING (image_id)) f
               ON f.image_id = i.image_id
        LEFT JOIN ({_HASHES.format(id="image_id", kind="image", chosen="here")}) h
               ON h.id = i.image_id
        LEFT JOIN (SELECT image_id AS id, list(label ORDER BY speaker_rank(speaker) DESC, label) AS labels
                   FROM tagged_among($ids::BIGINT[]) GROUP BY image_id) l ON l.id = i.image_id
        LEFT JOIN ({_SEEN}) s ON s.image_id = i.image_id
    """,
    "face": f"""
        WITH chosen AS (SELECT DISTINCT unnest($ids::BIGINT[]) AS face_id),
        here AS (SELECT DISTINCT image_id FROM faces SEMI JOIN chosen USING (face_id))
        SELECT c.face_id, {
        _COLUMNS.format(
            width="c.w::INTEGER",
            height="c.h::INTEGER",
            state="CASE WHEN i.state = 'active' THEN c.state ELSE i.state END",
            box="[c.x, c.y, c.w, c.h]",
        )
    }
        FROM faces c SEMI JOIN chosen USING (face_id) JOIN images i ON i.image_id = c.image_id
        LEFT JOIN (SELECT image_id, sharpness, colourfulness FROM image_facts SEMI JOIN here USING (image_id)) f
               ON f.image_id = i.image_id
        LEFT JOIN ({_HASHES.format(id="face_id", kind="face", chosen="chosen")}) h
               ON h.id = c.face_id
        LEFT JOIN (SELECT face_id AS id, list(label) AS labels
                   FROM labelled_faces SEMI JOIN chosen USING (face_id) GROUP BY face_id) l ON l.id = c.face_id
        LEFT JOIN ({_SEEN}) s ON s.image_id = i.image_id
    """,
}


def _side(row: tuple[Any, ...]) -> Side:
    # Ordered by mode, the last one counts: 'fast', then 'exact'.
    hashes = {each["a"]: (each["m"], each["b"]) for each in row[12] or ()}
    first = row[14] or {}
    return Side(
        id=row[0],
        image_id=row[1],
        path=row[2],
        format=row[3],
        mode=row[4],
        width=row[5],
        height=row[6],
        bytes=row[7],
        state=row[8],
        sharpness=row[9],
        colourfulness=row[10],
        added_at=row[11],
        hashes=hashes,
        labels=tuple(row[13] or ()),
        site=first.get("site"),
        url=first.get("url"),
        page_url=first.get("page_url"),
        title=first.get("title"),
        author=first.get("author"),
        flair=first.get("flair"),
        seen_at=first.get("seen_at"),
        sightings=row[15] or 0,
        box=(row[16][0], row[16][1], row[16][2], row[16][3]) if row[16] is not None else None,
    )
