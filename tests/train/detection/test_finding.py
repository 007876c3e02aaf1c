"""A detector learns where the faces of drawn pictures are, goes out as ONNX, and finds faces for `anitui detect`."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from anitui.demo.drawing import FaceBox, cast, draw_scene
from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.detect.detector import Found
from anitui.pipeline.detect.onnx import Onnx
from anitui.pipeline.detecting import DetectOrder, find_faces
from anitui.pipeline.engine import InProcess
from anitui.progress import run as worked
from anitui.settings import DetectSettings, Settings
from anitui.store.catalogue import open_catalogue
from anitui.train import checkpoint, loop
from anitui.train.detection import using
from anitui.train.detection.exporting import export_onnx
from anitui.train.detection.scenes import pixels_of, scenes_of
from anitui.train.detection.scoring import FoundIn, average_precision, right, surest
from anitui.train.run import Run
from anitui.workspace import Workspace
from tests.train.a_class import metrics, train_here
from tests.train.detection.a_gallery import NUMBER, Gallery, draw

pytestmark = pytest.mark.xdist_group("finding")  # they share a detector that takes seconds to learn


@pytest.mark.slow
def test_it_learns_where_faces_are(a_trained_run: Run) -> None:
    found = [value for _, value in metrics(a_trained_run, "val/ap")]
    assert found[0] < 0.1 and max(found) > 0.4
    assert max(value for _, value in metrics(a_trained_run, "val/ap50")) > 0.85
    # Pictures without a face are learnt from as well.
    assert f"{NUMBER + 4 - 12} pictures with" in a_trained_run.log.read_text()
    kept = checkpoint.read(a_trained_run.checkpoints / "best.pt")
    assert kept["measured"]["val/ap"] == pytest.approx(max(found)) and kept["task"] == "detect"


@pytest.mark.slow
def test_what_is_shown_of_it_is_what_was_found(a_trained_run: Run) -> None:
    shown = json.loads((a_trained_run.folder / "latest_boxes.json").read_text())
    assert shown == sorted(shown, key=lambda each: (-each["wrong"] - each["missed"], each["row"]))
    for each in shown:
        assert each["right"].count(False) == each["wrong"]
        assert len(each["faces"]) - each["right"].count(True) == each["missed"]


@pytest.mark.slow
def test_it_goes_out_as_onnx_and_says_the_same(a_trained_run: Run) -> None:
    file = a_trained_run.folder / "out.onnx"
    about = export_onnx(a_trained_run, file)
    trained = using.load(a_trained_run, "cpu", precision="fp32")
    assert about["threshold"] == trained.threshold and about["classes"] == ["face"]
    scenes = scenes_of(a_trained_run, a_trained_run.members(), trained.size)
    pixels = np.asarray(pixels_of(a_trained_run, scenes, trained.size, lambda **_: None).pixels[:3])
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    for each in pixels:
        given = each.transpose(2, 0, 1)[None].astype(np.float32) / 255
        (said,) = session.run(None, {"images": given})
        assert said.shape[:2] == (1, 5)
        with torch.no_grad():
            mean, std = (torch.tensor(row).view(1, 3, 1, 1) for row in _normalisation(trained))
            boxes, scores = trained.network.found((torch.from_numpy(given) - mean) / std)
        corners = np.concatenate([said[:, :2] - said[:, 2:4] / 2, said[:, :2] + said[:, 2:4] / 2], 1)
        assert np.allclose(corners[0].T, boxes[0], atol=0.01)
        assert np.allclose(said[0, 4], scores[0], atol=1e-4)
    detector = Onnx(file)
    assert detector.settings["least_score"] == trained.threshold and detector.settings["run"] == a_trained_run.number
    assert Onnx(file, least_score=0.2).settings["least_score"] == 0.2
    _finds_faces(detector)


def _normalisation(trained: using.TrainedFinder) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return trained.normalisation.mean, trained.normalisation.std


def _finds_faces(detector: Onnx) -> None:
    """In pictures that it has never seen, drawn as those were."""
    there = found = hits = 0
    for place in range(1000, 1020):
        picture, faces = _fresh(place)
        boxes, own = _corners(detector.detect(np.asarray(picture))), _corners(faces)
        hits += int(right(FoundIn(boxes, np.ones(len(boxes), np.float32)), own).sum())
        found, there = found + len(boxes), there + len(own)
    assert hits > 0.75 * there and hits > 0.75 * found


def _corners(faces: Sequence[Found] | Sequence[FaceBox]) -> NDArray[np.float32]:
    return np.array([(each.x, each.y, each.x + each.w, each.y + each.h) for each in faces], np.float32).reshape(-1, 4)


def _fresh(place: int) -> tuple[Image.Image, Sequence[FaceBox]]:
    scene = draw_scene(cast(place % 7, 1 + place % 2), np.random.default_rng(place), (150, 130))
    return scene.picture, scene.faces


@pytest.mark.slow
@pytest.mark.parametrize("named", ["detector", "setting"])
def test_anitui_detect_takes_a_run(a_trained_run: Run, named: str) -> None:
    catalogue = open_catalogue(Workspace(a_trained_run.workspace).catalogue)
    run = f"run {a_trained_run.number}"
    order = DetectOrder(run if named == "detector" else "auto", redo=True)
    settings = Settings(detect=DetectSettings(onnx=run if named == "setting" else ""))
    try:
        done = worked(
            find_faces(Workspace(a_trained_run.workspace), catalogue, order, settings, InProcess()), lambda _: None
        )
    finally:
        catalogue.close()
    assert (done.detector, done.why) == ("onnx", f"the one that {run} has learnt to be")
    assert done.pictures == NUMBER + 4 and done.faces > 70
    assert (a_trained_run.folder / "detector.onnx").exists()


def test_a_run_that_finds_no_faces_is_no_detector(gallery: Gallery) -> None:
    run = gallery.run(epochs=1)
    catalogue = gallery.catalogue()
    try:
        for named, told in ((f"run {run.number}", "has no model yet"), ("run 9", "there is no run")):
            with pytest.raises(WrongUse, match=told):
                worked(find_faces(gallery.workspace, catalogue, DetectOrder(named), Settings()), lambda _: None)
    finally:
        catalogue.close()


def test_cut_off_it_goes_on_as_if_nothing_had_been(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LOG_EVERY", 0.0)
    monkeypatch.setattr(loop, "MOST_MEASURING", 1e9)
    given: dict[str, object] = {"epochs": 2, "size": 64, "batch": 16, "precision": "fp32"}
    whole, cut = gallery.run(**given), gallery.run(**given)
    assert train_here(whole) == "done"
    counter = itertools.count()
    assert train_here(cut, lambda: next(counter) >= 3) == "stopped"
    assert train_here(cut) == "done"
    assert metrics(cut, "train/loss") == metrics(whole, "train/loss")
    last = [checkpoint.read(run.checkpoints / "last.pt") for run in (whole, cut)]
    for name, weights in last[0]["network"].items():
        assert torch.equal(weights, last[1]["network"][name]), name


def test_pictures_that_cannot_be_read_are_left_out(gallery: Gallery) -> None:
    run = gallery.run(epochs=1, size=64)
    files = sorted(set(run.members()["file"].to_pylist()))
    (gallery.workspace.root / files[0]).unlink()
    train_here(run)
    assert "1 picture cannot be read" in run.log.read_text()
    for each in files[1:]:
        (gallery.workspace.root / each).unlink()
    with pytest.raises(AnituiError, match="nothing to learn from"):
        train_here(gallery.run(epochs=1, size=96))


def test_pictures_are_laid_into_squares(gallery: Gallery) -> None:
    """What is in the store is what was drawn, with grey around it, and the boxes lie where the faces are."""
    run = gallery.run(epochs=1, size=160)
    scenes = scenes_of(run, run.members(), 160)
    store = pixels_of(run, scenes, 160, lambda **_: None)
    assert store.good.all() and len(store.pixels) == NUMBER + 4
    wide = next(place for place, each in enumerate(scenes.samples) if (each.width, each.height) == (160, 120))
    assert (store.pixels[wide, :20] == 114).all() and (store.pixels[wide, 140:] == 114).all()
    with Image.open(scenes.samples[wide].file) as drawn:
        assert np.array_equal(store.pixels[wide, 20:140], np.asarray(drawn.convert("RGB")))
    lies = {tuple(np.round(each * 160).astype(int)) for each in scenes.faces[wide]}
    picture = [draw(place) for place in range(NUMBER) if draw(place)[0].size == (160, 120)]
    assert any(lies == {(f.x, f.y + 20, f.x + f.w, f.y + f.h + 20) for f in faces} for _, faces in picture)


def test_from_which_score_on_boxes_are_believed() -> None:
    face = np.array([[0.1, 0.1, 0.3, 0.3]], np.float32)
    off = np.array([[0.6, 0.6, 0.9, 0.9]], np.float32)

    def found(*rows: tuple[NDArray[np.float32], float]) -> FoundIn:
        return FoundIn(np.concatenate([box for box, _ in rows]), np.array([score for _, score in rows], np.float32))

    said = [found((face, 0.9), (off, 0.3)), found((face, 0.6), (face, 0.5)), found((off, 0.2))]
    threshold, f1 = surest(said, [face, face, face])
    assert threshold == pytest.approx(0.55) and f1 == pytest.approx(2 * 2 / (2 + 3))
    measured = average_precision(said, [face, face, face])
    assert measured["ap50"] == pytest.approx(67 / 101) and measured["ar"] == pytest.approx(2 / 3)
    assert np.isnan(average_precision(said, [face[:0]] * 3)["ap"])
