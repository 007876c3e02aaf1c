"""Pictures and the boxes in them, varied together: mirrored, zoomed, shifted, tinted; a batch at a time."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from anitui.train.augment import Augmentation, as_floats, normalised
from anitui.train.crop_store import AROUND

LEAST_SEEN = 0.4  # of a face that must still be in the picture for it to count
_AROUND = AROUND / 255


class Varying(Augmentation):
    """Boxes go in as shares of the square's side (N × M × 4 corners, NaN for none), and come out in pixels."""

    def together(self, pixels: Tensor, boxes: Tensor, size: int, chance: torch.Generator) -> tuple[Tensor, Tensor]:
        """Both as they are learnt from."""
        recipe, number = self._recipe, len(pixels)
        images = as_floats(pixels, size, recipe.channels_last)
        draw = torch.rand(number, 4, generator=chance)
        mirrored = draw[:, 0] < 0.5 if recipe.flip else torch.zeros(number, dtype=torch.bool)
        # How much more of it is seen than there is (above 1: smaller, with grey around it), and where it lies.
        seen = torch.exp((draw[:, 1] * 2 - 1) * math.log1p(recipe.zoom))
        shift = (draw[:, 2:] * 2 - 1) * 2 * recipe.shift
        across = torch.where(mirrored, -seen, seen)
        zero = torch.zeros(number)
        theta = torch.stack(
            [torch.stack([across, zero, shift[:, 0]], 1), torch.stack([zero, seen, shift[:, 1]], 1)], 1
        ).to(images.device)
        grid = functional.affine_grid(theta, [number, 3, size, size], align_corners=False)
        images = functional.grid_sample(images.sub_(_AROUND), grid, "bilinear", "zeros", align_corners=False)
        images.add_(_AROUND)
        moved = _moved(boxes * 2 - 1, across, seen, shift) * (size / 2)
        if recipe.colour:
            images = self._coloured(images, chance)
        if recipe.cutout:
            images = self._covered(images, chance)
        return normalised(images, self.by), moved

    def plain(self, pixels: Tensor, size: int) -> Tensor:
        """Pictures as they are measured."""
        return normalised(as_floats(pixels, size, self._recipe.channels_last), self.by)


def _moved(boxes: Tensor, across: Tensor, seen: Tensor, shift: Tensor) -> Tensor:
    """Where boxes (from -1 to 1) come to lie (from 0 to 2), without those of which little is left to be seen."""
    scale = torch.stack([across, seen], 1)[:, None].to(boxes.device)
    by = shift[:, None].to(boxes.device)
    one, other = (boxes[..., :2] - by) / scale, (boxes[..., 2:] - by) / scale
    first, last = torch.minimum(one, other), torch.maximum(one, other)
    inside = first.clamp(-1, 1), last.clamp(-1, 1)
    share = (inside[1] - inside[0]).prod(-1) / (last - first).prod(-1).clamp_min(1e-12)
    kept: Tensor = torch.where((share >= LEAST_SEEN)[..., None], torch.cat(inside, -1) + 1, torch.nan)
    return kept
