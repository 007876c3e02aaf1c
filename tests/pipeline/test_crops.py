"""Crops: where they lie around a box, at the edges too."""

from __future__ import annotations

import pytest
from PIL import Image

from anitui.pipeline.crops import CropShape, around, crop

SQUARE, AS_IT_IS = CropShape(margin=0.1), CropShape(margin=0.1, square=False)


@pytest.mark.parametrize(
    ("box", "shape", "expected"),
    [
        ((40, 40, 20, 20), SQUARE, (38, 38, 62, 62)),
        ((40, 40, 20, 10), SQUARE, (38, 33, 62, 57)),
        ((40, 40, 20, 10), AS_IT_IS, (38, 38, 62, 52)),
        ((0, 0, 20, 20), SQUARE, (0, 0, 24, 24)),
        ((85, 90, 20, 20), SQUARE, (76, 76, 100, 100)),
        ((0, 0, 100, 100), SQUARE, (0, 0, 100, 100)),
        ((-30, 20, 400, 20), SQUARE, (0, 0, 100, 100)),
        ((0, 45, 100, 10), AS_IT_IS, (0, 35, 100, 65)),
        ((50, 50, 0.2, 0.2), AS_IT_IS, (50, 50, 51, 51)),
        ((99.9, 99.9, 0.1, 0.1), AS_IT_IS, (99, 99, 100, 100)),
    ],
)
def test_a_crop_lies_around_its_box_and_within_the_picture(
    box: tuple[float, float, float, float], shape: CropShape, expected: tuple[int, ...]
) -> None:
    assert around(box, 100, 100, shape) == expected


def test_a_square_in_a_narrow_picture_is_as_large_as_fits_and_stays_square() -> None:
    assert around((5, 100, 60, 60), 50, 300, SQUARE) == (0, 105, 50, 155)


def test_a_crop_has_the_size_and_the_pixels_that_were_asked_for() -> None:
    image = Image.new("RGB", (100, 100), "white")
    image.paste("red", (40, 40, 60, 60))
    found = crop(image, (40, 40, 20, 20), CropShape(margin=0.0, size=64))
    assert found.size == (64, 64)
    assert found.getextrema() == ((255, 255), (0, 0), (0, 0))
    assert crop(image, (40, 40, 20, 10), CropShape(0.0, square=False, size=64)).size == (64, 32)
