"""What the roles of shapes look like, on light and on dark."""

from __future__ import annotations

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "page": "#ffffff", "ink": "#1d2130", "dim": "#5a6178", "grid": "#dfe2ea",
    "s0": "#2f5fd0", "s1": "#d06a12", "s2": "#2c7a34", "s3": "#8f3fb5", "s4": "#b3283a", "s5": "#0b7f8a",
    "s6": "#8a6100", "s7": "#5a6178",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "page": "#101218", "ink": "#d5d9e8", "dim": "#9aa2b8", "grid": "#2a2f3d",
    "s0": "#7aa2f7", "s1": "#f0a35e", "s2": "#8fce7d", "s3": "#c69bf0", "s4": "#f0717c", "s5": "#5fc9d4",
    "s6": "#e5c07b", "s7": "#a9b1d6",
}  # fmt: skip
