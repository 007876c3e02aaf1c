"""For sets that were cropped already: every picture is one face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from anitui.pipeline.detect.detector import Found, Pixels

ENOUGH = 256  # pixels, for the hashes of the crop


class Whole:
    """Takes the whole picture."""

    name = "whole"
    grey = False
    settings: Mapping[str, object] = {}

    def scale(self, width: int, height: int, least: float) -> float:
        return min(1.0, ENOUGH / min(width, height))

    def detect(self, pixels: Pixels) -> Sequence[Found]:
        height, width = pixels.shape[:2]
        return (Found(0, 0, width, height),)
