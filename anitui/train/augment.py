"""Pictures as a network takes them: varied while it learns, as they are when it is measured; a batch at a time.

All chance comes from one generator on the CPU, seeded by the step, so a resumed run sees the very pictures that the
run which was not cut off would have seen, on whatever device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from anitui.train.recipe import Recipe

_GREY = 0.5


@dataclass(frozen=True, slots=True)
class Normalisation:
    """What is taken off each channel, and what the rest is divided by, of pixels from 0 to 1."""

    mean: tuple[float, float, float]
    std: tuple[float, float, float]


IMAGENET = Normalisation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def as_floats(pixels: Tensor, size: int, channels_last: bool) -> Tensor:
    """uint8 N × H × W × 3 → N × 3 × size × size from 0 to 1."""
    images = pixels.permute(0, 3, 1, 2)  # as they lie in memory, this is channels_last without a copy
    images = images.float().div_(255)
    if images.shape[-1] != size:
        images = functional.interpolate(images, (size, size), mode="bilinear", antialias=True)
    return images if channels_last else images.contiguous()


def normalised(images: Tensor, by: Normalisation) -> Tensor:
    mean = torch.tensor(by.mean, device=images.device).view(1, 3, 1, 1)
    std = torch.tensor(by.std, device=images.device).view(1, 3, 1, 1)
    return images.sub_(mean).div_(std)


@dataclass(frozen=True, slots=True)
class Mix:
    """Who is mixed with whom, and how much of each stays."""

    partner: Tensor
    share: float


class Augmentation:
    """Varies a batch as a recipe says."""

    def __init__(self, recipe: Recipe, by: Normalisation) -> None:
        self._recipe = recipe
        self.by = by
        self._moves = bool(recipe.rotate or recipe.zoom or recipe.shift)

    def __call__(self, pixels: Tensor, size: int, chance: torch.Generator) -> tuple[Tensor, Mix | None]:
        """The batch, normalised, and how its samples were mixed with each other."""
        recipe, number, device = self._recipe, len(pixels), pixels.device
        flipped = torch.rand(number, generator=chance) < 0.5 if recipe.flip else torch.zeros(number, dtype=torch.bool)
        if self._moves:
            images = as_floats(pixels, pixels.shape[1], recipe.channels_last)
            images = self._moved(images, flipped, size, chance)
        else:
            images = as_floats(pixels, size, recipe.channels_last)
            if recipe.flip:
                images = torch.where(flipped.to(device).view(-1, 1, 1, 1), images.flip(3), images)
        if recipe.colour:
            images = self._coloured(images, chance)
        if recipe.cutout:
            images = self._covered(images, chance)
        images = normalised(images, self.by)
        if not recipe.mixup or number < 2:
            return images, None
        mix = self._mix(number, chance)
        partner = mix.partner.to(device)
        return torch.lerp(images[partner], images, mix.share), Mix(partner, mix.share)

    def plain(self, pixels: Tensor, size: int) -> Tensor:
        """The batch as it is, normalised."""
        return normalised(as_floats(pixels, size, self._recipe.channels_last), self.by)

    def _moved(self, images: Tensor, flipped: Tensor, size: int, chance: torch.Generator) -> Tensor:
        """Turned, zoomed, shifted and mirrored in one go, and brought to the size: each pixel is read once."""
        recipe, number = self._recipe, len(images)
        draw = torch.rand(number, 4, generator=chance) * 2 - 1
        angle = draw[:, 0] * math.radians(recipe.rotate)
        zoom = torch.exp(draw[:, 1] * math.log1p(recipe.zoom))
        cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
        mirror = torch.where(flipped, -1.0, 1.0)
        shift = draw[:, 2:] * 2 * recipe.shift
        theta = torch.stack(
            [torch.stack([cos * mirror, -sin, shift[:, 0]], 1), torch.stack([sin * mirror, cos, shift[:, 1]], 1)], 1
        ).to(images.device)
        grid = functional.affine_grid(theta, [number, 3, size, size], align_corners=False)
        # Beyond the edge the picture goes on as in a mirror: black corners would be something to learn.
        return functional.grid_sample(images, grid, "bilinear", "reflection", align_corners=False)

    def _coloured(self, images: Tensor, chance: torch.Generator) -> Tensor:
        """Brighter or darker, more or less contrast, and each channel a little of its own."""
        strength = self._recipe.colour
        draw = torch.rand(len(images), 5, 1, 1, generator=chance) * 2 - 1
        draw = draw.to(images.device)
        contrast = 1 + strength * draw[:, :1]
        gain = contrast * (1 + 0.5 * strength * draw[:, 1:4])
        offset = _GREY * (1 - contrast) + 0.5 * strength * draw[:, 4:]
        return torch.addcmul(offset, images, gain).clamp_(0, 1)

    def _covered(self, images: Tensor, chance: torch.Generator) -> Tensor:
        """A rectangle of each is grey."""
        number, size = len(images), images.shape[-1]
        draw = torch.rand(number, 4, generator=chance)
        sides = draw[:, :2] * self._recipe.cutout
        first = draw[:, 2:] * (1 - sides)
        first, last = (first * size).round(), ((first + sides) * size).round()
        place = torch.arange(size)
        inside = (place >= first[..., None]) & (place < last[..., None])  # N × 2 × size
        mask = (inside[:, 1, :, None] & inside[:, 0, None, :])[:, None].to(images.device)
        return images.masked_fill_(mask, _GREY)

    def _mix(self, number: int, chance: torch.Generator) -> Mix:
        a = self._recipe.mixup
        # Beta(a, a) from two gammas by the same generator.
        one, other = (torch._standard_gamma(torch.tensor([a]), generator=chance) for _ in range(2))
        share = float(one / (one + other).clamp_min(1e-12))
        return Mix(torch.randperm(number, generator=chance), max(share, 1 - share))


def chance_of(seed: int, step: int) -> torch.Generator:
    """The generator of one step of one run."""
    generator = torch.Generator()
    generator.manual_seed((seed * 0x9E3779B97F4A7C15 + step * 0xBF58476D1CE4E5B9 + 1) % 2**63)
    return generator


def of_data(pixels: Tensor, most: int = 4096) -> Normalisation:
    """The mean and the spread of the pictures that are learnt from; of a sample where there are many."""
    every = max(1, len(pixels) // most)
    some = pixels[::every].reshape(-1, 3).double() / 255
    mean, std = some.mean(0), some.std(0).clamp_min(1e-3)
    return Normalisation(*(tuple(round(float(each), 5) for each in row) for row in (mean, std)))  # type: ignore[arg-type]
