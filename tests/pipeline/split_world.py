"""Catalogues of faces to split, without pictures: rows as detectors and people make them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow

from anitui import progress
from anitui.pipeline.splitting.making import make_split
from anitui.pipeline.splitting.order import SplitOrder
from anitui.pipeline.splitting.report import SplitReport
from anitui.settings import ImportSettings
from anitui.store.catalogue import Catalogue, incoming
from anitui.workspace import Workspace


@dataclass
class Face:
    """One face of a world: its picture, its label, its hash, and where its picture was seen."""

    picture: int
    label: str | None
    bits: int
    score: float = 0.9
    post: str | None = None
    file: str | None = None


def fill(catalogue: Catalogue, faces: Iterable[Face]) -> None:
    """Put these in; face ids are 1, 2, … in their order."""
    faces = list(faces)
    pictures = {face.picture: face for face in faces}

    def put(statement: str, **columns: list[object]) -> None:
        with catalogue.writing() as connection, incoming(connection, pyarrow.table(columns)):
            connection.execute(statement)

    put(
        "INSERT INTO images (image_id, sha256, path, stored, format, mode, width, height, bytes) "
        "SELECT id, id::VARCHAR, 'media/' || id, 'copy', 'png', 'RGB', 500, 500, 1 FROM incoming",
        id=list(pictures),
    )
    ids: list[object] = list(range(1, len(faces) + 1))
    put(
        "INSERT INTO faces (face_id, image_id, x, y, w, h, score, detector) "
        "SELECT id, picture, 60 * (id % 8), 60 * ((id // 8) % 8), 50, 50, score, 'tried' FROM incoming",
        id=ids, picture=[face.picture for face in faces], score=[face.score for face in faces],
    )  # fmt: skip
    put(
        "INSERT INTO face_hashes SELECT id, 'dhash', 'fast', bits FROM incoming",
        id=ids, bits=pyarrow.array([face.bits for face in faces], pyarrow.uint64()),
    )  # fmt: skip
    put(
        "INSERT INTO face_labels (face_id, label, speaker, said_by) SELECT id, label, 'person', 'me' FROM incoming "
        "WHERE label IS NOT NULL",
        id=ids, label=pyarrow.array([face.label for face in faces], pyarrow.string()),
    )  # fmt: skip
    put(
        "INSERT INTO sightings (image_id, site, url, post_id) SELECT id, 'reddit', id::VARCHAR, post FROM incoming "
        "WHERE post IS NOT NULL",
        id=list(pictures), post=pyarrow.array([face.post for face in pictures.values()], pyarrow.string()),
    )  # fmt: skip
    put(
        "INSERT INTO sightings (image_id, site, url, job_id) SELECT id, 'folder', file, 1 FROM incoming "
        "WHERE file IS NOT NULL",
        id=list(pictures), file=pyarrow.array([face.file for face in pictures.values()], pyarrow.string()),
    )  # fmt: skip


def world(seed: int, faces: int = 400, labels: int = 8) -> list[Face]:
    """Uneven labels, pictures with several faces, near-duplicates and posts."""
    chance = random.Random(seed)
    made: list[Face] = []
    picture = 0
    while len(made) < faces:
        picture += 1
        post = f"p{chance.randrange(faces // 6)}" if chance.random() < 0.3 else None
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            label = f"label {int(labels * chance.random() ** 2)}"
            if made and chance.random() < 0.15:
                twin = chance.choice(made)
                bits = twin.bits ^ sum(1 << bit for bit in chance.sample(range(64), chance.randrange(8)))
            else:
                bits = chance.getrandbits(64)
            made.append(Face(picture, label, bits, post=post))
    return made


def split(workspace: Workspace, catalogue: Catalogue, order: SplitOrder) -> SplitReport:
    """Make a split to its end."""
    return progress.run(make_split(workspace, catalogue, order, ImportSettings()), lambda _: None)


def parts(catalogue: Catalogue, name: str) -> dict[int, str]:
    """The part of each face."""
    return dict(catalogue.rows("SELECT face_id, part FROM splits WHERE split = ? ORDER BY face_id", [name]))
