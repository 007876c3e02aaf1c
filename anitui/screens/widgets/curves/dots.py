"""Curves as dots, two wide and four high in each cell. However many points there are, a column of dots has one span."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ACROSS, DOWN = 2, 4  # dots of a cell
_WEIGHTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint8)

Numbers = NDArray[np.float64]
Dots = NDArray[np.bool_]
Codes = NDArray[np.uint8]


def spans(x: Numbers, y: Numbers, left: float, right: float, width: int) -> tuple[Numbers, Numbers]:
    """How far the line through the points reaches down and up within each of `width` columns of dots.

    Points are in the order of x and all finite. The line is drawn from point to point, so that it is unbroken where
    points are few; where they are many, a column holds the least and the greatest. NaN where it does not come.
    """
    low, high = np.full(width, np.nan), np.full(width, np.nan)
    if not len(x) or not right > left:
        return low, high
    edges = np.linspace(left, right, width + 1)
    behind = np.searchsorted(x, edges)  # the first point that is not before the edge
    begins = behind.copy()
    begins[-1] = np.searchsorted(x, right, "right")  # the last column has its right edge, too
    filled = np.diff(begins) > 0
    if filled.any():
        # Empty columns are between no two points, so that each part ends where the next one that is filled begins.
        at, within = begins[:-1][filled], y[: begins[-1]]
        low[filled] = np.minimum.reduceat(within, at)
        high[filled] = np.maximum.reduceat(within, at)
    crossing = _at_edges(x, y, edges, behind)
    low = np.fmin(low, np.fmin(crossing[:-1], crossing[1:]))
    high = np.fmax(high, np.fmax(crossing[:-1], crossing[1:]))
    return low, high


def _at_edges(x: Numbers, y: Numbers, edges: Numbers, behind: NDArray[np.intp]) -> Numbers:
    """Where the line crosses each edge between two columns; NaN before its first point and behind its last."""
    last = len(x) - 1
    after, before = np.clip(behind, 0, last), np.clip(behind - 1, 0, last)
    run = x[after] - x[before]
    share = np.divide(edges - x[before], run, out=np.zeros_like(edges), where=run > 0)
    met: Numbers = y[before] * (1 - share) + y[after] * share
    met[(edges < x[0]) | (edges > x[-1])] = np.nan
    return met


def raster(low: Numbers, high: Numbers, bottom: float, top: float, height: int) -> Dots:
    """Spans as dots, `height` of them between bottom and top; what reaches beyond is cut off there."""
    scale = (height - 1) / (top - bottom)
    there = np.isfinite(low) & (high >= bottom) & (low <= top)
    upper = np.where(there, np.rint((top - np.where(there, high, top)) * scale), height)
    lower = np.where(there, np.rint((top - np.where(there, low, top)) * scale), -1)
    rows = np.arange(height)[:, None]
    drawn: Dots = (rows >= upper) & (rows <= lower)
    return drawn


def thickened(dots: Dots) -> Dots:
    """The same drawn with a pen of two dots."""
    thick = dots.copy()
    thick[:-1] |= dots[1:]
    thick[:, 1:] |= thick[:, :-1].copy()
    return thick


def packed(dots: Dots) -> Codes:
    """The patterns of the cells: 0 is an empty one."""
    height, width = dots.shape
    cells = dots.reshape(height // DOWN, DOWN, width // ACROSS, ACROSS)
    codes: Codes = (cells * _WEIGHTS[None, :, None, :]).sum(axis=(1, 3), dtype=np.uint8)
    return codes


def letters(codes: Codes) -> str:
    """A row of patterns as text."""
    return (codes.astype("<u4") + 0x2800).tobytes().decode("utf-32-le")
