"""Detectors, on drawn faces whose places are known, and on models that say what they are told to say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from anitui.demo.drawing import Scene, cast, draw_scene
from anitui.pipeline.detect import cascade
from anitui.pipeline.detect.animeface import AnimeFace
from anitui.pipeline.detect.cascade import Cascade
from anitui.pipeline.detect.choosing import Wishes, chosen, made
from anitui.pipeline.detect.detector import CannotDetect, Detector, Found
from anitui.pipeline.detect.onnx import Onnx
from anitui.pipeline.detect.regions import overlap
from anitui.pipeline.detect.whole import Whole

NAGADOMIS = Path(__file__).parents[3] / "shared" / "data" / "lbpcascade_animeface.xml"
with_nagadomis = pytest.mark.skipif(not NAGADOMIS.is_file(), reason="the cascade lies beside the checkout")


@pytest.fixture(scope="module")
def scenes() -> Sequence[Scene]:
    rng = np.random.default_rng(5)
    everyone = cast(5, 12)
    return [draw_scene(everyone[n * 2 : n * 2 + 2], rng, (640, 480)) for n in range(6)]


def recall(detector: Detector, scenes: Sequence[Scene]) -> tuple[int, int]:
    """How many of the drawn faces were found, and how many were found where none is."""
    right = wrong = 0
    for scene in scenes:
        found = detector.detect(np.asarray(scene.picture.convert("RGB")))
        hits = {n for n, face in enumerate(scene.faces) for each in found if _lies_on(each, face)}
        right += len(hits)
        wrong += sum(not any(_lies_on(each, face) for face in scene.faces) for each in found)
    return right, wrong


def _lies_on(found: Found, face: object) -> bool:
    x, y = found.x + found.w / 2, found.y + found.h / 2
    left, top, w, h = (getattr(face, name) for name in ("x", "y", "w", "h"))
    return bool(left < x < left + w and top < y < top + h and 0.5 < found.w / w < 2.2)


def test_animeface_finds_drawn_faces_whatever_pillow_is_here(scenes: Sequence[Scene]) -> None:
    right, wrong = recall(AnimeFace(), scenes)
    assert right >= 9, "of twelve"
    assert wrong <= 2


def test_animeface_finds_nothing_in_what_is_smaller_than_its_window() -> None:
    for size in ((1, 1), (44, 200), (200, 44)):
        assert AnimeFace().detect(np.zeros((size[1], size[0], 3), np.uint8)) == ()


@with_nagadomis
def test_nagadomis_cascade_finds_drawn_faces(scenes: Sequence[Scene]) -> None:
    right, wrong = recall(Cascade(NAGADOMIS), scenes)
    assert right >= 10, "of twelve"
    assert wrong <= 2


@with_nagadomis
def test_in_two_passes_the_cascade_finds_what_it_finds_in_one(
    scenes: Sequence[Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    detector = Cascade(NAGADOMIS)
    two = [detector.detect(np.asarray(scene.picture.convert("RGB"))) for scene in scenes]
    greys = [detector.detect(np.asarray(scene.picture.convert("L"))) for scene in scenes]
    monkeypatch.setattr(cascade, "LARGE", 10**9)
    one = [detector.detect(np.asarray(scene.picture.convert("RGB"))) for scene in scenes]

    def same(faces: Sequence[Found], others: Sequence[Found]) -> int:
        return sum(any(overlap(_box(each), _box(other)) > 0.4 for other in others) for each in faces)

    for scene_two, scene_grey, scene_one in zip(two, greys, one, strict=True):
        assert same(scene_one, scene_two) == len(scene_one) and len(scene_two) <= len(scene_one) + 1
        assert same(scene_two, scene_grey) == len(scene_two)
        for at, each in enumerate(scene_two):
            assert not any(overlap(_box(each), _box(other)) > 0.5 for other in scene_two[at + 1 :]), "each face once"


def _box(face: Found) -> tuple[float, float, float, float]:
    return face.x, face.y, face.w, face.h


def test_any_cascade_says_how_small_faces_may_be(tmp_path: Path) -> None:
    import cv2

    file = Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"
    detector = Cascade(file)
    assert detector.scale(1000, 1000, 48) == 0.5, "its faces have 24 pixels"
    assert detector.detect(np.zeros((100, 100, 3), np.uint8)) == ()
    for text in ("", "<opencv_storage/>", "no xml"):
        bad = tmp_path / "bad.xml"
        bad.write_text(text)
        with pytest.raises(CannotDetect, match=r"bad\.xml"):
            Cascade(bad)
    with pytest.raises(CannotDetect, match="is not there"):
        Cascade(tmp_path / "gone.xml")


def test_whole_takes_the_whole() -> None:
    assert Whole().detect(np.zeros((30, 20, 3), np.uint8)) == (Found(0, 0, 20, 30),)


def model(file: Path, answer: np.ndarray, side: int | str = 64, kind: str = "float32") -> Path:
    """An ONNX model that gives this answer for every picture of `side` by `side`."""
    from onnx import TensorProto, checker, helper, numpy_helper, save

    given = helper.make_tensor_value_info(
        "images", TensorProto.FLOAT if kind == "float32" else TensorProto.FLOAT16, [1, 3, side, side]
    )
    constant = helper.make_node("Constant", [], ["told"], value=numpy_helper.from_array(answer.astype(np.float32)))
    # What it is given takes part, at no weight: a type or shape that does not fit would be an error.
    cast_ = helper.make_node("Cast", ["images"], ["cast"], to=TensorProto.FLOAT)
    mean = helper.make_node("ReduceMean", ["cast"], ["mean"], keepdims=0)
    nothing = helper.make_node("Constant", [], ["none"], value=numpy_helper.from_array(np.float32(0)))
    weighed = helper.make_node("Mul", ["mean", "none"], ["weighed"])
    added = helper.make_node("Add", ["told", "weighed"], ["output"])
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, list(answer.shape))
    graph = helper.make_graph([constant, cast_, mean, nothing, weighed, added], "tiny", [given], [output])
    made_ = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    checker.check_model(made_)
    save(made_, file)
    return file


def answers(rows: Sequence[Sequence[float]], layout: str) -> np.ndarray:
    """Boxes (cx, cy, w, h, score) among many that are unsure, as a model of this layout gives them."""
    full = np.zeros((40, 5), np.float32)
    full[: len(rows)] = np.reshape(rows, (-1, 5))
    if layout == "v5":
        return np.concatenate([full, np.ones((40, 1), np.float32)], axis=1)[None]
    return full.T[None]


@pytest.mark.parametrize("layout", ["v5", "v8"])
@pytest.mark.parametrize(("side", "kind"), [(64, "float32"), ("size", "float16")])
def test_models_of_both_layouts_are_read_and_their_boxes_put_back_into_the_picture(
    tmp_path: Path, layout: str, side: int | str, kind: str
) -> None:
    real = 64 if side == 64 else 640
    unit = real / 64
    rows = [[32, 32, 8, 8, 0.9], [33, 32, 8, 8, 0.8], [10, 32, 4, 4, 0.5], [50, 32, 8, 8, 0.1]]
    scaled = [[value * unit for value in row[:4]] + row[4:] for row in rows]
    detector = Onnx(model(tmp_path / "tiny.onnx", answers(scaled, layout), side, kind))
    # 128 × 64 pixels fill the width of the model's square, with grey above and below.
    found = detector.detect(np.zeros((64, 128, 3), np.uint8))
    assert [(each.x, each.y, each.w, each.h) for each in found] == [(56, 24, 16, 16), (16, 28, 8, 8)], (
        "the second lies over the first, and the last is not sure enough"
    )
    assert [each.score for each in found] == pytest.approx([0.9, 0.5])
    assert detector.settings == {"file": "tiny.onnx", "least_score": 0.4, "overlap": 0.5}


def test_boxes_beyond_the_picture_are_cut_and_nonsense_is_dropped(tmp_path: Path) -> None:
    nan = float("nan")
    rows = [[0, 32, 32, 8, 0.9], [nan, 8, 8, 8, 0.9], [32, 32, -8, 8, 0.9], [500, 500, 8, 8, 0.9]]
    found = Onnx(model(tmp_path / "tiny.onnx", answers(rows, "v8"))).detect(np.zeros((64, 64, 3), np.uint8))
    assert [(each.x, each.y, each.w, each.h) for each in found] == [(0, 28, 16, 8)]


def test_what_is_no_model_for_faces_is_told(tmp_path: Path) -> None:
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"no model")
    with pytest.raises(CannotDetect, match=r"bad\.onnx cannot be read as an ONNX model"):
        Onnx(bad)
    with pytest.raises(CannotDetect, match="is not there"):
        Onnx(tmp_path / "gone.onnx")
    classifier = Onnx(model(tmp_path / "classes.onnx", np.zeros((1, 10), np.float32)))
    with pytest.raises(CannotDetect, match=r"as of YOLOv5, or \(4 \+ classes\)"):
        classifier.detect(np.zeros((64, 64, 3), np.uint8))


def test_auto_takes_the_best_that_is_here_and_says_why(tmp_path: Path) -> None:
    tiny = model(tmp_path / "tiny.onnx", answers([], "v8"))
    import cv2

    haar = Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"
    for wishes, kind, why in (
        (Wishes(onnx_file=tiny, cascade_file=haar), "onnx", "since the settings name tiny.onnx"),
        (Wishes(cascade_file=haar), "cascade", "haarcascade_frontalface_default.xml is here"),
        (Wishes(notes={"cascade": "it is far away"}), "animeface", "it is far away"),
    ):
        found, told = chosen("auto", wishes)
        assert (found.kind, made(found).name) == (kind, kind)
        assert why in told
    with pytest.raises(CannotDetect, match=r"\[detect\] onnx"):
        chosen("onnx", Wishes())


def test_pictures_are_made_as_small_as_the_smallest_face_allows() -> None:
    assert AnimeFace().scale(2000, 1000, 85.184) == pytest.approx(0.5)
    assert AnimeFace().scale(2000, 1000, 10) == 1.0, "and never larger"
    assert AnimeFace().scale(2000, 60, 1000) == pytest.approx(42.592 / 60), "nor smaller than what it can see at all"
    assert Whole().scale(2560, 5000, 1) == 0.1
