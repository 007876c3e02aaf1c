"""OpenCV's cascades: nagadomi's of 2011, which is fetched once, or any other that the user names."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from anitui.pipeline.detect.detector import CannotDetect, Found, Pixels, windowed


class Cascade:
    """A cascade file. What it was trained on says how small a face may be."""

    name = "cascade"

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
        return {"file": self._file.name, "scale": self._scale, "neighbours": self._neighbours}

    def scale(self, width: int, height: int, least: float) -> float:
        return windowed(self._window, width, height, least)

    def detect(self, pixels: Pixels) -> Sequence[Found]:
        cv2 = self._cv2
        grey = cv2.equalizeHist(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
        boxes, _, weights = self._cascade.detectMultiScale3(
            grey, self._scale, self._neighbours, minSize=(self._window, self._window), outputRejectLevels=True
        )
        return tuple(
            Found(float(x), float(y), float(w), float(h), round(float(weight), 4))
            for (x, y, w, h), weight in zip(boxes, weights, strict=True)
        )


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
