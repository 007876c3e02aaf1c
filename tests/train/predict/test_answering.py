"""What a model is shown, and what it says, whatever it is for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from anitui import progress
from anitui.pipeline.decode import Limits
from anitui.pipeline.detect.choosing import Chosen
from anitui.pipeline.engine import InProcess
from anitui.train import crop_store, predicting
from anitui.train.crop_store import Sample
from anitui.train.predict.answering import Answering
from anitui.train.predict.cutting import Cut, Ready, cut
from anitui.train.predict.drawing import drawn
from anitui.train.predict.said import FaceSaid, Guess, PictureSaid
from anitui.workspace import Workspace
from tests.train.a_class import COLOURS, School
from tests.train.predict.a_model import flat, teach

BOX = (120.0, 60.0, 300.0, 260.0)


def ready_of(*colours: str) -> Ready:
    pixels = np.stack([flat(COLOURS[each]) for each in colours])
    return Ready(0, 100, 100, ((0.0, 0.0, 50.0, 50.0),) * len(colours), (None,) * len(colours), pixels)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
def test_faces_are_cut_to_the_very_pixels_that_a_model_learns_from(tmp_path: Path, ending: str) -> None:
    import hashlib

    noise = np.random.default_rng(1).integers(0, 256, (50, 60, 4 if ending == "png" else 3), dtype=np.uint8)
    file = tmp_path / f"picture.{ending}"
    Image.fromarray(noise).resize((600, 500), Image.Resampling.BICUBIC).save(file)
    sample = Sample(str(file), hashlib.sha256(file.read_bytes()).hexdigest(), BOX, 600, 500)
    work = crop_store.prepare(tmp_path / "crops", [sample], 32, 0.1, InProcess(), Limits())
    wanted = progress.run(work, lambda _: None).pixels
    found = cut(Cut(0, str(file), 32, 0.1, Limits(), boxes=(BOX,)))
    assert found.pixels is not None and np.array_equal(found.pixels, wanted)
    from_bytes = cut(Cut(0, "", 32, 0.1, Limits(), data=file.read_bytes(), boxes=(BOX,)))
    assert from_bytes.pixels is not None and np.array_equal(from_bytes.pixels, wanted)


def test_a_face_that_is_found_is_cut_out(tmp_path: Path) -> None:
    from anitui.demo.drawing import cast, draw_face

    face = draw_face(cast(4, 1)[0], np.random.default_rng(0), 220)
    picture = Image.new("RGB", (600, 400), (200, 220, 240))
    picture.paste(face, (300, 100))
    picture.save(tmp_path / "a.png")
    finder = Chosen("animeface", None, (("step", 4.0),))
    found = cut(Cut(0, str(tmp_path / "a.png"), 32, 0.1, Limits(), detector=finder))
    ((x, y, w, h),) = found.boxes
    assert x >= 300 and y >= 100 and x + w <= 520 and y + h <= 320
    assert found.pixels is not None and found.pixels.shape == (1, 32, 32, 3)
    assert len(set(found.pixels.reshape(-1, 3).sum(1).tolist())) > 50


def test_a_model_that_compares_names_by_the_directions_it_learnt(tmp_path: Path) -> None:
    model = Answering(teach(tmp_path, "embed"), "cpu")
    (said,) = model.of([ready_of("ci", "ai")])
    assert [face.name for face in said.faces] == ["ci", "ai"]


def test_a_model_that_only_compares_names_by_the_faces_it_learnt_from(school: School, tmp_path: Path) -> None:
    run = school.run(task="embed", loss="contrastive")
    model = teach(tmp_path, "embed", loss="contrastive")
    (model.checkpoints).rename(run.checkpoints)
    from anitui.train import using

    best = using.load(run, "cpu")
    of_train = np.flatnonzero(run.members()["part"].to_numpy(zero_copy_only=False) == "train")
    labels = run.members()["label"].to_pylist()
    points = best.ask(np.stack([flat(COLOURS[labels[row]]) for row in of_train])).embeddings
    kept = predicting.file_of(run, "train")
    kept.parent.mkdir()
    np.savez(kept, rows=of_train, embeddings=points)
    (said,) = Answering(run, "cpu").of([ready_of("bo", "ci")])
    assert [face.name for face in said.faces] == ["bo", "ci"]


def test_a_run_that_goes_on_has_its_new_model_asked(taught: Workspace) -> None:
    from anitui.train.predict.answering import made_at

    run = Answering(teach(taught.root, number=5), "cpu").run
    before = made_at(run)
    (run.checkpoints / "best.pt").touch()
    assert made_at(run) > before


def test_names_lie_in_the_picture_and_on_no_other_name() -> None:
    faces = tuple(
        FaceSaid((x, 2.0, 20.0, 20.0), None, name, 0.9, (Guess(name, 0.9),))
        for x, name in ((2.0, "ai"), (26.0, "bo"), (50.0, "a name that is longer than the picture is wide, by far"))
    )
    said = PictureSaid(100, 60, faces)
    image = drawn(Image.new("RGB", (100, 60), (255, 255, 255)), said, "single", ["ai", "bo"])
    assert image.size == (500, 300)
    pixels = np.asarray(image)
    for colour in ((0xE6, 0x19, 0x4B), (0x3C, 0xB4, 0x4B), (0x9A, 0x9A, 0x9A)):
        rows, columns = np.nonzero((pixels == colour).all(-1))
        full = np.bincount(rows).max()  # a label is a filled rectangle: far more of its colour in a row than of a box
        assert len(columns) > 800 and full > 30
    assert not (np.asarray(drawn(image, PictureSaid(100, 60), "single", [])) != pixels).any()
