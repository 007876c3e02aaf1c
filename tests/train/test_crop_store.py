from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from anitui.pipeline.crops import CropShape, crop
from anitui.pipeline.decode import Limits
from anitui.pipeline.engine import InProcess
from anitui.progress import run
from anitui.train import crop_store
from anitui.train.crop_store import Sample, Store, prepare

SIZE = 24


def sample(file: Path, seed: int, box: tuple[float, float, float, float] | None, *, mode: str = "RGB") -> Sample:
    noise = np.random.default_rng(seed).integers(0, 255, (60, 90, len(mode)), dtype=np.uint8)
    Image.fromarray(noise, mode).save(file)
    return Sample(str(file), hashlib.sha256(file.read_bytes()).hexdigest(), box, 90, 60)


def made(folder: Path, samples: list[Sample]) -> Store:
    return run(prepare(folder, samples, SIZE, 0.1, InProcess(), Limits()), lambda _: None)


@pytest.fixture
def samples(tmp_path: Path) -> list[Sample]:
    found = [sample(tmp_path / f"{each}.png", each, (10.0, 5.0, 30.0, 40.0)) for each in range(3)]
    return [*found, sample(tmp_path / "whole.png", 3, None)]


def test_the_pixels_are_those_of_crops(samples: list[Sample], tmp_path: Path) -> None:
    store = made(tmp_path / "crops", samples)
    assert store.pixels.shape == (4, SIZE, SIZE, 3)
    assert store.good.all() and not store.failures
    for place in range(3):
        with Image.open(samples[place].file) as image:
            expected = crop(image, samples[place].box or (0, 0, 0, 0), CropShape(0.1, True, SIZE))
        assert np.array_equal(store.pixels[place], np.asarray(expected))
    with Image.open(samples[3].file) as image:  # without a box, all of it
        assert np.array_equal(store.pixels[3], np.asarray(image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)))


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    file = tmp_path / "clear.png"
    Image.new("RGBA", (90, 60), (255, 0, 0, 0)).save(file)
    one = Sample(str(file), hashlib.sha256(file.read_bytes()).hexdigest(), None, 90, 60)
    assert (made(tmp_path / "crops", [one]).pixels == 255).all()


def test_it_is_made_once(samples: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(tmp_path / "crops", samples)
    before = first.pixels.copy()
    for each in samples:
        Path(each.file).unlink()
    again = made(tmp_path / "crops", samples)
    assert again.folder == first.folder
    assert np.array_equal(again.pixels, before)


def test_other_faces_are_another_store(samples: list[Sample], tmp_path: Path) -> None:
    one = made(tmp_path / "crops", samples)
    fewer = made(tmp_path / "crops", samples[:2])
    assert one.folder != fewer.folder
    assert np.array_equal(fewer.pixels, one.pixels[:2])


def test_cut_off_it_goes_on(samples: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = prepare(tmp_path / "crops", samples, SIZE, 0.1, InProcess(), Limits())
    for _ in range(2):
        next(work)
    work.close()
    cut: list[str] = []
    really = crop_store.opened

    def opened(task: crop_store.Making) -> object:
        cut.append(Path(task.file).name)
        return really(task)

    monkeypatch.setattr(crop_store, "opened", opened)
    store = made(tmp_path / "crops", samples)
    assert store.good.all()
    assert sorted(cut) == ["2.png", "whole.png"]


def test_what_cannot_be_read_is_left_out_and_told(samples: list[Sample], tmp_path: Path) -> None:
    Path(samples[0].file).unlink()
    Path(samples[1].file).write_bytes(b"no picture")
    store = made(tmp_path / "crops", samples)
    assert list(store.good) == [False, False, True, True]
    told = {each["row"]: each["reason"] for each in store.failures}
    assert told[0] == "the file is missing"
    assert told[1] == "the file has changed since it was taken in"
    # Once they are there again they are looked at again.
    sample(Path(samples[0].file), 0, samples[0].box)
    store = made(tmp_path / "crops", samples)
    assert list(store.good) == [True, False, True, True]
    assert [each["row"] for each in store.failures] == [1]


def test_two_wait_for_each_other(samples: list[Sample], tmp_path: Path) -> None:
    first = prepare(tmp_path / "crops", samples, SIZE, 0.1, InProcess(), Limits())
    next(first)
    second = prepare(tmp_path / "crops", samples, SIZE, 0.1, InProcess(), Limits())
    assert next(second).doing.startswith("waiting for another run")
    first.close()
    rest = iter_to_end(second)
    assert "cutting faces" in set(rest)


def iter_to_end(work: Iterator[crop_store.Event]) -> list[str]:
    return [event.doing for event in work]


def test_too_little_room_is_told_before(samples: list[Sample], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crop_store.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 100}))
    with pytest.raises(crop_store.AnituiError, match="the disk is too full"):
        made(tmp_path / "crops", samples)
