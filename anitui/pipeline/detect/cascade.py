"""OpenCV's cascades: nagadomi's of 2011, which is fetched once, or any other that the user names.

Large pictures are gone through twice: coarsely, where every single hit counts, and then finely around the hits. Most of
a picture is no face, and a coarse pass says so in a fifth of the time.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from anitui.pipeline.detect.detector import CannotDetect, Found, Pixels, windowed
from anitui.pipeline.detect.regions import overlap, regions

COARSE = 1.25  # from one size of faces to the next, in the first pass
# In the second one sizes lie nearer to each other than asked for: what single hits lead to has fewer of them around it.
FINER = 0.6
LARGE = 150 * 150  # pixels: in smaller pictures one pass is as quick
SAME = 0.5  # of what two boxes cover together, in common: they mean one face


class Cascade:
    """A cascade file. What it was trained on says how small a face may be."""

    name = "cascade"
    grey = True

    def __init__(self, file: Path, *, scale: float = 1.05, neighbours: int = 5) -> None:
        cv2 = _opencv()
        cv2.setNumThreads(1)  # there is a process for each core
        self._cv2 = cv2
        self._file = file
        self._scale = scale
        self._neighbours = neighbours
        self._window = max(trained_on(file))
        try:
            self._cascade = cv2.CascadeClassifier(str(file))
        except (cv2.error, SystemError):  # what it raises for XML of another kind
            self._cascade = cv2.CascadeClassifier()
        if self._cascade.empty():
            raise CannotDetect(f"{file} is no cascade of OpenCV's: name another with [detect] cascade in the settings")

    @property
    def settings(self) -> Mapping[str, object]:
        return {"file": self._file.name, "scale": self._scale, "neighbours": self._neighbours, "coarse": COARSE}

    def scale(self, width: int, height: int, least: float) -> float:
        return windowed(self._window, width, height, least)

    def detect(self, pixels: Pixels) -> Sequence[Found]:
        cv2 = self._cv2
        grey = cv2.equalizeHist(pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
        if grey.size <= LARGE or self._scale >= COARSE:
            return self._pass(grey, self._scale, self._window)
        window = (self._window, self._window)
        hits = self._cascade.detectMultiScale(grey, COARSE, 0, minSize=window)
        found: list[Found] = []
        scale = 1 + (self._scale - 1) * FINER
        height, width = grey.shape
        for each in regions(((int(x), int(y), int(w), int(h)) for x, y, w, h in hits), width, height, self._window):
            part = np.ascontiguousarray(grey[each.top : each.bottom, each.left : each.right])
            for face in self._pass(part, scale, each.least, each.most):
                moved = replace(face, x=face.x + each.left, y=face.y + each.top)
                if all(overlap(_box(moved), _box(other)) < SAME for other in found):
                    found.append(moved)
        return tuple(found)

    def _pass(self, grey: Pixels, scale: float, least: int, most: int = 0) -> Sequence[Found]:
        boxes, _, weights = self._cascade.detectMultiScale3(
            grey, scale, self._neighbours, minSize=(least, least), maxSize=(most, most), outputRejectLevels=True
        )
        return tuple(
            Found(float(x), float(y), float(w), float(h), round(float(weight), 4))
            for (x, y, w, h), weight in zip(boxes, weights, strict=True)
        )


def _box(face: Found) -> tuple[float, float, float, float]:
    return face.x, face.y, face.w, face.h


def trained_on(file: Path) -> tuple[int, int]:
    """Width and height of the faces that a cascade was trained on: it finds none that is smaller."""
    try:
        tree = ElementTree.parse(file)
        cascade = tree.find("cascade")
        size = (int(_text(cascade, "width")), int(_text(cascade, "height"))) if cascade is not None else (24, 24)
    except FileNotFoundError:
        raise CannotDetect(f"{file} is not there: name a cascade file with [detect] cascade in the settings") from None
    except (OSError, ValueError, ElementTree.ParseError) as error:
        raise CannotDetect(f"{file} cannot be read as a cascade of OpenCV's ({error}): name another one") from error
    return size


def there() -> bool:
    """Whether OpenCV, and one that knows cascades, is installed."""
    try:
        _opencv()
    except CannotDetect:
        return False
    return True


def _text(node: ElementTree.Element, name: str) -> str:
    found = node.findtext(name)
    return "24" if found is None else found.strip()


def _opencv() -> Any:
    try:
        import cv2
    except ImportError as error:
        raise CannotDetect(
            "cascades need OpenCV: pip install 'anitui[cascade]', or take --detector animeface"
        ) from error
    if not hasattr(cv2, "CascadeClassifier"):
        raise CannotDetect("this OpenCV knows no cascades any more: pip install 'opencv-python-headless>=4.10,<5'")
    return cv2
