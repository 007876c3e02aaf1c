"""Who a detector learns from: all faces of a split's pictures, each once, and pictures that are known to have none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from anitui.errors import WrongUse
from anitui.pipeline.splitting.making import make_split
from anitui.pipeline.splitting.order import SplitOrder
from anitui.pipeline.splitting.report import SplitReport
from anitui.progress import run as worked
from anitui.settings import ImportSettings
from anitui.store import splits
from anitui.store.catalogue import Catalogue
from anitui.store.split_candidates import BOXES
from anitui.train.making import Plan, TrainOrder, plan
from tests.train.detection.a_gallery import EMPTY, NUMBER, Gallery

INTO = "INSERT INTO faces (image_id, x, y, w, h"


@dataclass
class Opened:
    gallery: Gallery
    catalogue: Catalogue

    def write(self, statement: str) -> None:
        with self.catalogue.writing() as connection:
            connection.execute(statement)

    def plan(self, split: str = "main", **given: object) -> Plan:
        return plan(self.catalogue, TrainOrder(split, "detect", given=given))

    def split(self, name: str, query: str = "") -> SplitReport:
        order = SplitOrder(name, "image", BOXES, query)
        return worked(make_split(self.gallery.workspace, self.catalogue, order, ImportSettings()), lambda _: None)

    def one(self, statement: str) -> int:
        return int(self.catalogue.value(statement))


@pytest.fixture
def at(gallery: Gallery) -> Iterator[Opened]:
    catalogue = gallery.catalogue()
    yield Opened(gallery, catalogue)
    catalogue.close()


def rows(gallery: Gallery) -> list[dict[str, object]]:
    found: list[dict[str, object]] = gallery.run().members().to_pylist()
    return found


def test_each_face_is_a_row_and_each_picture_without_one(gallery: Gallery) -> None:
    found = rows(gallery)
    without = [each for each in found if each["face_id"] is None]
    assert len(without) == EMPTY and all(each["x"] is None and each["target"] == -1 for each in without)
    assert len({each["image_id"] for each in found}) == NUMBER + EMPTY
    faces = [each for each in found if each["face_id"] is not None]
    assert len({each["face_id"] for each in faces}) == len(faces) > NUMBER
    assert all(each["label"] == "face" and each["target"] == 0 for each in faces)


def test_a_face_that_was_found_twice_is_one(at: Opened) -> None:
    before = at.plan().notes[0]
    at.write(f"{INTO}, detector) SELECT image_id, x + 1, y + 1, w, h, 'onnx' FROM faces ORDER BY face_id LIMIT 5")
    at.write(f"{INTO}, detector) SELECT image_id, 0, 0, width, height, 'whole' FROM images")
    at.write(f"{INTO}, kind, detector) SELECT image_id, 0, 0, 9, 9, 'head', 'person' FROM images")
    assert at.plan().notes[0] == before and "drawn by a person" in before and "as a detector" not in before
    at.write("UPDATE faces SET detector = 'onnx' WHERE image_id IN (SELECT min(image_id) FROM faces) AND kind = 'face'")
    at.write(f"{INTO}, detector) SELECT min(image_id), 0, 0, 3, 3, 'onnx' FROM images")
    assert "as a detector found them" in at.plan().notes[0]


def test_pictures_of_which_nobody_knows_are_left_out(at: Opened) -> None:
    at.write("DELETE FROM reviewed_images")
    what = at.plan()
    assert sum(what.sizes.values()) == NUMBER
    assert any(re.match(f"{EMPTY} pictures are left out: no face was found", note) for note in what.notes)


def test_what_was_set_aside_is_not_learnt_from(at: Opened) -> None:
    image = at.one("SELECT min(image_id) FROM faces")
    at.write(f"UPDATE images SET state = 'set_aside' WHERE image_id = {image}")
    other = at.one(f"SELECT min(image_id) FROM faces WHERE image_id <> {image}")
    at.write(f"UPDATE faces SET state = 'set_aside' WHERE image_id = {other}")
    at.write(f"INSERT INTO reviewed_images (image_id) VALUES ({other})")  # whose only faces were none
    at.catalogue.close()
    of = {each["image_id"]: each["face_id"] for each in rows(at.gallery)}
    assert image not in of and of[other] is None


def test_a_picture_with_faces_in_several_parts_is_only_measured_with(at: Opened) -> None:
    import pyarrow

    [(image,)] = at.catalogue.rows(
        "SELECT min(image_id) FROM (FROM faces QUALIFY count(*) OVER (PARTITION BY image_id) > 1)"
    )
    faces = at.catalogue.rows(f"SELECT face_id FROM faces WHERE image_id = {image} ORDER BY 1")
    alone = at.catalogue.rows(f"SELECT min(face_id) FROM faces WHERE image_id <> {image}")
    columns = {
        "part": ["train", "val", "train"],
        "face_id": [faces[0][0], faces[1][0], alone[0][0]],
        "image_id": [image, image, at.one(f"SELECT image_id FROM faces WHERE face_id = {alone[0][0]}")],
        "group_id": [1, 1, 2],
        "labels": [["ai"], ["bo"], ["ai"]],
    }
    splits.freeze(at.catalogue, [("named", {}, {}, pyarrow.table(columns), None)], "face", "characters")
    assert at.plan("named").sizes == {"train": 1, "val": 1}


def test_a_split_of_boxes_needs_no_names(at: Opened) -> None:
    report = at.split("boxes")
    assert report.members == NUMBER + EMPTY and report.classes == 3
    what = at.plan("boxes")
    assert set(what.sizes) == {"train", "val", "test"} and sum(what.sizes.values()) == NUMBER + EMPTY
    assert (what.recipe.model, what.order.recipe, what.classes) == ("light", "detect", ("face",))
    at.write("UPDATE faces SET detector = 'onnx' WHERE image_id NOT IN (SELECT image_id FROM faces LIMIT 20)")
    drawn = at.one("SELECT count(DISTINCT image_id) FROM faces WHERE detector = 'person'")
    assert at.split("drawn", "detector:person").members == drawn + EMPTY < NUMBER
    at.write("DELETE FROM faces")
    at.write("DELETE FROM reviewed_images")
    with pytest.raises(WrongUse, match="no picture has a box of a face: find faces with `anitui detect`"):
        worked(
            make_split(at.gallery.workspace, at.catalogue, SplitOrder("more", "image", BOXES), ImportSettings()), print
        )
    with pytest.raises(WrongUse, match="there are no boxes of faces in the pictures of boxes"):
        at.plan("boxes")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"model": "resnet18"}, "there is no detector resnet18"),
        ({"size": 100}, "in steps of 32: size=96"),
        ({"rotate": 10.0}, "rotate is not for the task detect"),
        ({"balance": "root"}, "balance is not for the task detect"),
        ({"model": "ssdlite320_mobilenet_v3_large", "start_size": 160}, "takes pictures of one size"),
    ],
)
def test_what_cannot_be_trained_is_told_before(at: Opened, given: dict[str, object], told: str) -> None:
    with pytest.raises(WrongUse, match=told):
        at.plan("main", **given)
