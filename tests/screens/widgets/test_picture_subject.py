from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from anitui.screens.widgets.picture import Drawing, PictureLoader, Placeholder, Prepared, Subject
from anitui.screens.widgets.picture.prepare import Order, Result
from anitui.screens.widgets.picture.subject import cropped, difference


@pytest.fixture
def loader() -> Iterator[PictureLoader]:
    loader = PictureLoader(workers=1)
    yield loader
    loader.close()


def made(loader: PictureLoader, subject: Subject, columns: int = 20, rows: int = 10) -> Result:
    order = Order(
        subject.path, columns, rows, Drawing(), crop=subject.crop, shape=subject.shape, against=subject.against
    )
    loader.ask("test", [order], [], lambda order, result: None)
    assert loader.wait(20)
    found = loader.ready(order)
    assert found is not None
    return found


def colours(result: Result) -> set[int]:
    assert isinstance(result, Prepared)
    return {int(colour) for line in result.lines for colour in line.back.tolist()}  # type: ignore[attr-defined]


def quarters(path: Path, **options: object) -> Path:
    picture = Image.new("RGB", (800, 400), (0, 0, 0))
    picture.paste((255, 255, 255), (400, 200, 800, 400))
    picture.save(path, **options)  # type: ignore[arg-type]
    return path


def test_a_crop_is_measured_on_the_whole_picture_however_small_it_is_decoded(
    loader: PictureLoader, tmp_path: Path
) -> None:
    path = quarters(tmp_path / "quarters.jpg", quality=95)
    inside = made(loader, Subject(path, crop=(420, 220, 360, 160)))
    assert min(colours(inside)) > 0xE0E0E0
    outside = made(loader, Subject(path, crop=(20, 220, 360, 160)))
    assert max(colours(outside)) < 0x202020
    assert isinstance(made(loader, Subject(path, crop=(-50, 390, 5000, 5000))), Prepared)


def test_a_crop_is_measured_upright(loader: PictureLoader, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # the camera was turned: left becomes up
    path = quarters(tmp_path / "turned.jpg", quality=95, exif=exif)
    assert min(colours(made(loader, Subject(path, crop=(20, 420, 160, 360))))) > 0xE0E0E0
    assert max(colours(made(loader, Subject(path, crop=(220, 420, 160, 360))))) < 0x202020


def test_the_difference_of_two_is_black_where_they_are_equal(loader: PictureLoader, tmp_path: Path) -> None:
    one = quarters(tmp_path / "one.png")
    half = tmp_path / "half.png"
    Image.open(one).resize((400, 200)).save(half)
    assert max(colours(made(loader, Subject(one, against=Subject(one))))) == 0
    other = tmp_path / "other.png"
    Image.new("RGB", (200, 100), (20, 20, 20)).save(other)
    seen = colours(made(loader, Subject(one, against=Subject(other))))
    assert len(seen) > 1 and all(colour for colour in seen)
    assert difference(Image.open(one), Image.open(half)).size == (400, 200)


def test_two_of_nearly_one_shape_are_framed_alike(loader: PictureLoader, tmp_path: Path) -> None:
    one, other = tmp_path / "one.png", tmp_path / "other.png"
    Image.new("RGB", (100, 100)).save(one)
    Image.new("RGB", (103, 100)).save(other)
    frames = []
    for path in (one, other):
        result = made(loader, Subject(path, shape=(100, 100)), 200, 97)
        assert isinstance(result, Prepared)
        frames.append(result.frame)
    assert frames[0] == frames[1]


def test_a_missing_one_of_two_is_named(loader: PictureLoader, tmp_path: Path) -> None:
    one = quarters(tmp_path / "one.png")
    result = made(loader, Subject(one, against=Subject(tmp_path / "gone.png")))
    assert isinstance(result, Placeholder) and "gone.png" in result.reason
    assert isinstance(made(loader, Subject(one)), Prepared)


def test_a_crop_is_never_empty() -> None:
    picture = Image.new("RGB", (10, 10))
    assert cropped(picture, (1000, 1000), (999.9, 999.9, 0.1, 0.1)).size == (1, 1)
