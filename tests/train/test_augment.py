from __future__ import annotations

import pytest
import torch

from anitui.train.augment import Augmentation, Normalisation, as_floats, chance_of, of_data
from anitui.train.recipe import Recipe

PLAIN = Normalisation((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


@pytest.fixture(scope="module")
def pixels() -> torch.Tensor:
    return torch.randint(0, 256, (16, 32, 32, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def varied(pixels: torch.Tensor, step: int = 5, size: int = 32, **given: object) -> torch.Tensor:
    recipe = Recipe().changed(given, "test")
    return Augmentation(recipe, PLAIN)(pixels, size, chance_of(7, step))[0]


def test_without_wishes_pictures_are_as_they_are(pixels: torch.Tensor) -> None:
    assert torch.equal(varied(pixels), as_floats(pixels, 32, True))
    assert torch.allclose(varied(pixels)[3, 1], pixels[3, :, :, 1].float() / 255)


STRONG = {"flip": True, "rotate": 15.0, "zoom": 0.2, "shift": 0.1, "colour": 0.3, "cutout": 0.4, "mixup": 0.2}


def test_chance_follows_from_the_step_alone(pixels: torch.Tensor) -> None:
    one = varied(pixels, 5, **STRONG)
    assert torch.equal(one, varied(pixels, 5, **STRONG))
    assert not torch.allclose(one, varied(pixels, 6, **STRONG))


def test_about_half_are_mirrored(pixels: torch.Tensor) -> None:
    plain, found = as_floats(pixels, 32, True), varied(pixels, flip=True)
    mirrored = [torch.equal(found[each], plain[each].flip(2)) for each in range(16)]
    same = [torch.equal(found[each], plain[each]) for each in range(16)]
    assert all(a != b for a, b in zip(mirrored, same, strict=True))
    assert 2 < sum(mirrored) < 14


def test_a_little_turning_leaves_the_middle_where_it_is() -> None:
    dots = torch.zeros(8, 33, 33, 3, dtype=torch.uint8)
    dots[:, 14:19, 14:19] = 255
    found = varied(dots, size=33, rotate=30.0, zoom=0.1)
    assert (found[:, :, 16, 16] > 0.99).all()
    assert (found[:, :, 0, 0] < 0.01).all()


def test_shifts_are_as_far_as_they_may_be() -> None:
    dots = torch.zeros(64, 41, 41, 3, dtype=torch.uint8)
    dots[:, 20, 20] = 255
    found = varied(dots, size=41, shift=0.2).sum(1)
    place = torch.tensor([divmod(int(each.flatten().argmax()), 41) for each in found])
    assert (place - 20).abs().max() <= 0.2 * 41 + 1
    assert (place - 20).abs().max() > 4


def test_what_is_covered_is_grey_and_no_larger_than_it_may_be(pixels: torch.Tensor) -> None:
    plain, found = as_floats(pixels, 32, True), varied(pixels, cutout=0.5)
    changed = (plain != found).any(1)
    assert changed.any()
    assert torch.allclose(found.permute(0, 2, 3, 1)[changed], torch.tensor(0.5))
    assert changed.any(2).sum(1).max() <= 17


def test_mixing_keeps_most_of_each(pixels: torch.Tensor) -> None:
    recipe = Recipe().changed({"mixup": 0.4}, "test")
    found, mix = Augmentation(recipe, PLAIN)(pixels, 32, chance_of(7, 1))
    plain = as_floats(pixels, 32, True)
    assert mix is not None and 0.5 <= mix.share <= 1
    assert torch.allclose(found, plain * mix.share + plain[mix.partner] * (1 - mix.share), atol=1e-6)


def test_normalised_by_what_the_data_are(pixels: torch.Tensor) -> None:
    by = of_data(pixels)
    found = Augmentation(Recipe(), by).plain(pixels, 32)
    assert found.mean((0, 2, 3)).abs().max() < 1e-3
    assert (found.std((0, 2, 3)) - 1).abs().max() < 1e-3


def test_smaller_pictures_for_the_beginning(pixels: torch.Tensor) -> None:
    assert varied(pixels, size=16).shape == (16, 3, 16, 16)
    assert varied(pixels, size=16, **STRONG).shape == (16, 3, 16, 16)
