"""A light detector of our own, which learns from nothing within minutes on a processor.

Three grids of 8, 16 and 32 pixels, each for faces of its size. A cell near the middle of a face says how far off the
middle is, how large the face is, and how well it knows both: that is the score.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from anitui.train.detection.boxes import overlap, there
from anitui.train.detection.finder import Finder

STRIDES = (8, 16, 32)
_SIZES = ((0.0, 80.0), (56.0, 168.0), (112.0, float("inf")))  # sides of the faces that each grid is for, in pixels
_USUAL = 4.0  # side of a face as the network begins, in cells
_NEAR = 1.5  # cells that far from a face's middle answer for it
_RARE = -4.6  # of all cells about one in a hundred is near a face


class Light(Finder):
    def __init__(self, wide: int = 16) -> None:
        super().__init__()
        c = wide
        self.start = nn.Sequential(_conv(3, c, 2), _conv(c, 2 * c, 2), _conv(2 * c, 3 * c, 2), Block(3 * c))
        self.middle = nn.Sequential(_conv(3 * c, 6 * c, 2), Block(6 * c), Block(6 * c))
        self.end = nn.Sequential(_conv(6 * c, 8 * c, 2), Block(8 * c), Block(8 * c))
        self.same = nn.ModuleList(nn.Conv2d(each * c, 4 * c, 1) for each in (3, 6, 8))
        self.mixed = nn.ModuleList(_conv(4 * c, 4 * c, 1) for _ in STRIDES)
        self.last = nn.ModuleList(nn.Conv2d(4 * c, 5, 1) for _ in STRIDES)
        for each in self.last:
            assert isinstance(each, nn.Conv2d) and each.bias is not None
            nn.init.normal_(each.weight, std=0.01)
            nn.init.zeros_(each.bias)
            nn.init.constant_(each.bias[:1], _RARE)

    def _said(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Of each cell: how sure it is, and the box; and where the cells are, with their strides."""
        near = self.start(images)
        further = self.middle(near)
        found = self.same[2](self.end(further))
        levels = [found]
        for features, same in ((further, self.same[1]), (near, self.same[0])):
            found = functional.interpolate(found, scale_factor=2.0, mode="nearest") + same(features)
            levels.insert(0, found)
        said, cells, strides = [], [], []
        for features, mix, last, stride in zip(levels, self.mixed, self.last, STRIDES, strict=True):
            answer = last(mix(features))
            rows, columns = answer.shape[-2:]
            said.append(answer.flatten(2).transpose(1, 2).float())
            cells.append(_cells(rows, columns, stride, images.device))
            strides.append(torch.full((rows * columns,), float(stride), device=images.device))
        raw, middles, step = torch.cat(said, 1), torch.cat(cells), torch.cat(strides)
        centres = middles + raw[..., 1:3] * step[:, None]
        halves = raw[..., 3:].clamp(-4, 4).exp() * (step[:, None] * _USUAL / 2)
        return raw[..., 0], torch.cat([centres - halves, centres + halves], -1), middles, step

    def found(self, images: Tensor) -> tuple[Tensor, Tensor]:
        sure, boxes, _, _ = self._said(images)
        return boxes, sure.sigmoid()

    def loss(self, images: Tensor, boxes: Tensor) -> Tensor:
        sure, said, middles, strides = self._said(images)
        with torch.autocast(images.device.type, enabled=False):
            return _loss(sure, said, boxes.float(), _answering(boxes.float(), middles, strides))


def _answering(boxes: Tensor, middles: Tensor, strides: Tensor) -> tuple[Tensor, Tensor]:
    """Which cells answer for a face (N × K), and for which one; for several, for the smallest."""
    sides = (boxes[..., 2:] - boxes[..., :2]).clamp_min(1e-3)
    side = sides.prod(-1).sqrt()
    centres = (boxes[..., :2] + boxes[..., 2:]) / 2
    apart = (centres[:, :, None] - middles).abs().amax(-1) / strides  # N × M × K; NaN for what is no box
    fits = torch.zeros_like(apart, dtype=torch.bool)
    for stride, (least, most) in zip(STRIDES, _SIZES, strict=True):
        of_level = ((side >= least) & (side < most))[..., None]
        fits |= of_level & (strides == stride)
    near = fits & (apart < _NEAR) & there(boxes)[..., None]
    smallest, which = torch.where(near, side[..., None], torch.inf).min(1)
    return torch.isfinite(smallest), which


def _loss(sure: Tensor, said: Tensor, boxes: Tensor, answering: tuple[Tensor, Tensor]) -> Tensor:
    """A cell is to be as sure as its box is right (Li and others, 2020), and its box to lie on the face."""
    near, which = answering
    wanted = boxes.gather(1, which[..., None].expand(-1, -1, 4))
    share, apart = overlap(said, torch.where(near[..., None], wanted, said.detach()))
    number = near.sum().clamp_min(1)
    target = torch.where(near, share.detach().clamp(0, 1), 0.0)
    wrong = functional.binary_cross_entropy_with_logits(sure, target, reduction="none")
    doubt = wrong * (target - sure.sigmoid()).square()
    return (doubt.sum() + 2 * torch.where(near, 1 - apart, 0.0).sum()) / number


def _cells(rows: int, columns: int, stride: int, device: torch.device) -> Tensor:
    down = (torch.arange(rows, device=device) + 0.5) * stride
    across = (torch.arange(columns, device=device) + 0.5) * stride
    return torch.stack([across.repeat(rows), down.repeat_interleave(columns)], 1)


def _conv(given: int, made: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(given, made, 3, stride, 1, bias=False), nn.BatchNorm2d(made), nn.ReLU(inplace=True)
    )  # fmt: skip


class Block(nn.Module):
    """What two convolutions add."""

    def __init__(self, wide: int) -> None:
        super().__init__()
        self.one = _conv(wide, wide, 1)
        self.other = nn.Sequential(nn.Conv2d(wide, wide, 3, 1, 1, bias=False), nn.BatchNorm2d(wide))

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu(features + self.other(self.one(features)))
