"""A small workspace to export from: real pictures of three formats, faces with hostile names, a split of them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow
from PIL import Image

from anitui.pipeline.engine import Engine, InProcess
from anitui.pipeline.export.exporting import export_dataset
from anitui.pipeline.export.order import DatasetOrder, DatasetReport
from anitui.pipeline.ingest import ImportOrder, import_pictures
from anitui.progress import run
from anitui.settings import ImportSettings
from anitui.store import splits
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.workspace import Workspace, create

LONG = "と" * 300
HOSTILE = (
    "miku", "Miku", "a/b", "a:b", "..", ".", "CON", "con.txt", "dots...", " spaces ", LONG, "ココア ♥", "NUL", "test",
    "evil\n,\"quote'", "-rf", "_", "#1 %41 {x}", "Ångström", "A\u030angstro\u0308m",
)  # fmt: skip
FORMATS = ("JPEG", "PNG", "WEBP")


def picture(path: Path, seed: int, size: tuple[int, int] = (160, 120), format: str = "PNG", **options: object) -> Path:
    """Coarse noise: every one is another content, and small as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    small = (max(1, size[0] // 8), max(1, size[1] // 8))
    pixels = random.Random(seed).randbytes(small[0] * small[1] * 3)
    Image.frombytes("RGB", small, pixels).resize(size).save(path, format, **options)
    return path


@dataclass
class Shelf:
    """The workspace, and how one exports from it."""

    workspace: Workspace
    catalogue: Catalogue

    def export(self, destination: Path, format: str, engine: Engine | None = None, **more: object) -> DatasetReport:
        order = DatasetOrder(destination, format, **more)  # type: ignore[arg-type]
        return run(export_dataset(self.workspace, self.catalogue, order, None, engine or InProcess()), lambda _: None)

    def take_in(self, *paths: Path, mode: str = "copy") -> None:
        order = ImportOrder([str(path) for path in paths])
        settings = ImportSettings(mode=mode)
        run(import_pictures(self.workspace, self.catalogue, order, settings, InProcess()), lambda _: None)

    def image(self, path: Path) -> int:
        return int(self.catalogue.value("SELECT image_id FROM sightings WHERE url = ?", [str(path)]))

    def face(self, image_id: int, box: Sequence[float], label: str | None, detector: str = "person") -> int:
        """A face; returns its number."""
        with self.catalogue.writing() as connection:
            [(face_id,)] = connection.execute(
                "INSERT INTO faces (image_id, x, y, w, h, detector) VALUES (?, ?, ?, ?, ?, ?) RETURNING face_id",
                [image_id, *box, detector],
            ).fetchall()
        if label is not None:
            self.name(face_id, label)
        return int(face_id)

    def name(self, face_id: int, label: str) -> None:
        with self.catalogue.writing() as connection:
            connection.execute("DELETE FROM face_labels WHERE face_id = ?", [face_id])
            connection.execute(
                "INSERT INTO face_labels (face_id, label, speaker, said_by) VALUES (?, ?, 'person', 'me')",
                [face_id, label],
            )

    def split(self, name: str, parts: dict[int, str]) -> None:
        """A split of faces, each with its part."""
        asked = ", ".join(map(str, parts))
        rows = self.catalogue.rows(
            f"SELECT face_id, image_id, label FROM faces JOIN labelled_faces USING (face_id) WHERE face_id IN ({asked})"
        )
        members = pyarrow.table(
            {
                "part": [parts[row[0]] for row in rows], "face_id": [row[0] for row in rows],
                "image_id": [row[1] for row in rows], "group_id": [row[1] for row in rows],
                "labels": [[row[2]] for row in rows],
            }
        )  # fmt: skip
        splits.freeze(self.catalogue, [(name, {}, {}, members, None)], "face", "characters")


def furnished(folder: Path, labels: Sequence[str]) -> Path:
    """A workspace with this in it, closed: to be copied, which is quicker than to make another."""
    workspace = create(folder / "workspace")
    catalogue = open_catalogue(workspace.catalogue)
    furnish(Shelf(workspace, catalogue), folder / "pictures", labels)
    catalogue.close()
    return workspace.root


@contextmanager
def copied(made: Path, folder: Path) -> Iterator[Shelf]:
    """A copy of it, open."""
    workspace = Workspace(shutil.copytree(made, folder / "workspace"))
    catalogue = open_catalogue(workspace.catalogue)
    yield Shelf(workspace, catalogue)
    catalogue.close()


def furnish(shelf: Shelf, folder: Path, labels: Sequence[str] = HOSTILE) -> list[int]:
    """Two faces of every label, in two pictures; the split `s` has the first in train, the second in val or test."""
    faces: list[int] = []
    paths = [
        picture(folder / f"p{number}.{FORMATS[number % 3].lower()}", number, format=FORMATS[number % 3])
        for number in range(len(labels))
    ]
    shelf.take_in(folder)
    for number, label in enumerate(labels):
        for place, path in enumerate((paths[number], paths[(number + 1) % len(paths)])):
            faces.append(shelf.face(shelf.image(path), (10 + 60 * place, 20, 50, 60), label))
    parts = {face: "train" if place % 2 == 0 else ("val", "test")[place % 4 // 2] for place, face in enumerate(faces)}
    shelf.split("s", parts)
    return faces
