"""Pictures and their boxes are varied together, and laid into squares as `anitui detect` lays them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from anitui.train.augment import Normalisation, chance_of
from anitui.train.detection.boxes import letterbox, overlap
from anitui.train.detection.varying import Varying
from anitui.train.recipe import Recipe

PLAIN = Normalisation((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
SIDE = 64


def marked(box: tuple[int, int, int, int]) -> torch.Tensor:
    """A black picture with a white rectangle: corners, in pixels."""
    pixels = torch.zeros(1, SIDE, SIDE, 3, dtype=torch.uint8)
    pixels[:, box[1] : box[3], box[0] : box[2]] = 255
    return pixels


@pytest.mark.parametrize("size", [SIDE, 96])
@pytest.mark.parametrize("step", range(12))
def test_boxes_follow_the_picture(step: int, size: int) -> None:
    box = (20, 26, 44, 40)
    varying = Varying(Recipe(flip=True, zoom=0.6, shift=0.1), PLAIN)
    boxes = torch.tensor([[[each / SIDE for each in box], [float("nan")] * 4]])
    images, moved = varying.together(marked(box), boxes, size, chance_of(1, step))
    assert images.shape == (1, 3, size, size)
    bright = torch.nonzero(images[0, 0] > 0.75)
    there = [bright[:, 1].min(), bright[:, 0].min(), bright[:, 1].max() + 1, bright[:, 0].max() + 1]
    assert torch.allclose(moved[0, 0], torch.tensor([float(each) for each in there]), atol=1.6)
    assert torch.isnan(moved[0, 1]).all()


def test_pictures_are_varied_in_more_ways_than_one() -> None:
    varying = Varying(Recipe(flip=True, zoom=0.6, shift=0.1), PLAIN)
    boxes = torch.tensor([[[0.1, 0.2, 0.4, 0.5]]]).expand(40, 1, 4)
    _, moved = varying.together(torch.zeros(40, SIDE, SIDE, 3, dtype=torch.uint8), boxes, SIDE, chance_of(3, 0))
    sides = moved[:, 0, 2] - moved[:, 0, 0]
    assert sides.max() > 1.5 * sides.min()
    left = (moved[:, 0, 0] + moved[:, 0, 2] < SIDE).sum()
    assert 8 < left < 32


def test_a_face_of_which_little_is_left_is_none() -> None:
    varying = Varying(Recipe(zoom=0.9), PLAIN)
    edge = torch.tensor([[[0.0, 0.0, 0.2, 0.2], [0.4, 0.4, 0.6, 0.6]]]).expand(30, 2, 4)
    _, moved = varying.together(torch.zeros(30, SIDE, SIDE, 3, dtype=torch.uint8), edge, SIDE, chance_of(2, 0))
    gone = torch.isnan(moved[:, 0, 0])
    assert 0 < gone.sum() < 30 and not torch.isnan(moved[:, 1]).any()
    kept = moved[~gone][:, 0]
    assert (kept >= 0).all() and (kept <= SIDE).all()


@pytest.mark.parametrize(("width", "height"), [(1000, 400), (37, 640), (320, 320), (1, 900)])
def test_pictures_lie_as_detect_lays_them(width: int, height: int) -> None:
    lies = letterbox(width, height, 320)
    assert max(lies.width, lies.height) == 320 and min(lies.width, lies.height) >= 1
    # The arithmetic of anitui.pipeline.detect.onnx.
    scale = min(320 / width, 320 / height)
    assert (lies.width, lies.height) == (max(1, round(width * scale)), max(1, round(height * scale)))
    assert (lies.left, lies.top) == ((320 - lies.width) // 2, (320 - lies.height) // 2)


def test_what_boxes_have_in_common() -> None:
    one = torch.tensor([[0.0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 2, 2]])
    other = torch.tensor([[0.0, 0, 2, 2], [1, 0, 3, 2], [4, 0, 6, 2]])
    share, apart = overlap(one, other)
    assert np.allclose(share, [1, 1 / 3, 0])
    assert np.allclose(apart, [1, 1 / 3, -1 / 3])  # of the six by two around the last pair a third is empty
