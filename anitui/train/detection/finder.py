"""What a detector is to the rest: a network that says how wrong it is while it learns, and where faces are after."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Finder(nn.Module, ABC):
    """A detector of one kind of thing, for pictures of one size: N × 3 × side × side, normalised.

    Called with boxes it gives the loss, one number; called without, what it found: boxes and scores.
    """

    traced = False  # how many boxes there are depends on the picture, so that torch can export it only as it ran

    def forward(self, images: Tensor, boxes: Tensor | None = None) -> Tensor | tuple[Tensor, Tensor]:
        return self.found(images) if boxes is None else self.loss(images, boxes)

    @abstractmethod
    def loss(self, images: Tensor, boxes: Tensor) -> Tensor:
        """How wrong it is. `boxes` are N × M × 4, corners in pixels, those that are none NaN."""

    @abstractmethod
    def found(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """N × K × 4 boxes, corners in pixels, with their scores, N × K; several may mean the same face."""
