"""The light detector of our own, in two widths."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from anitui.errors import AnituiError
from anitui.train.detection.models.model import FinderModel

if TYPE_CHECKING:
    from anitui.train.detection.finder import Finder


def _build(wide: int) -> Callable[[int, str], Finder]:
    def build(size: int, weights: str) -> Finder:
        del size
        if weights != "none":
            raise AnituiError("there are no weights for this detector: train from nothing with --with weights=none")
        from anitui.train.detection.light import Light

        return Light(wide)

    return build


MODELS = {"light": FinderModel(_build(16), 0.4), "light_wide": FinderModel(_build(32), 1.6)}
