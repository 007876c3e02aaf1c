"""How pictures are drawn on this terminal: decided once, from the policy in the settings and the environment."""

from __future__ import annotations

import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_CELL_PIXELS = (10, 20)

_KITTY_PROGRAMS = frozenset({"ghostty", "wezterm"})
_SIXEL_PROGRAMS = frozenset({"mintty", "contour"})
_SIXEL_TERMS = ("foot", "mlterm", "contour")
_TRUECOLOUR_PROGRAMS = _KITTY_PROGRAMS | _SIXEL_PROGRAMS | {"iterm.app", "vscode"}
_TRUECOLOUR_TERMS = ("xterm-kitty", "xterm-ghostty", "foot", "alacritty", "contour")


class Policy(StrEnum):
    """What the user may choose."""

    AUTO = "auto"
    CELLS = "cells"
    SEXTANT = "sextant"
    SIXEL = "sixel"
    KITTY = "kitty"


class Kind(StrEnum):
    """What is drawn in the end."""

    CELLS = "cells"
    SEXTANT = "sextant"
    SIXEL = "sixel"
    KITTY = "kitty"


class Depth(StrEnum):
    """How many colours the terminal takes."""

    TRUE = "truecolor"
    INDEXED = "256"
    BASIC = "16"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that decides how a picture becomes characters; part of the key of what is prepared."""

    kind: Kind = Kind.CELLS
    depth: Depth = Depth.TRUE
    cell_pixels: tuple[int, int] = DEFAULT_CELL_PIXELS
    bits: int = 5
    """Bits per colour channel in truecolor cells: five halve the bytes, and the eye does not see it."""

    @property
    def by_cells(self) -> bool:
        """Whether the picture is made of ordinary characters and colours."""
        return self.kind in (Kind.CELLS, Kind.SEXTANT)

    @property
    def cell_aspect(self) -> float:
        """Height of a cell over its width. Characters are taken as 1:2; only the protocols know better."""
        return 2.0 if self.by_cells else self.cell_pixels[1] / self.cell_pixels[0]

    def pixels_per_cell(self) -> tuple[int, int]:
        """How many picture pixels one cell shows, across and down."""
        if not self.by_cells:
            return self.cell_pixels
        if self.depth is Depth.NONE:
            return (1, 1)
        return (2, 3) if self.kind is Kind.SEXTANT else (1, 2)

    def for_thumbnails(self) -> Drawing:
        """The same for many small pictures that scroll: sixel leaves ghosts there, so cells take its place."""
        if self.kind is not Kind.SIXEL:
            return self
        return Drawing(Kind.CELLS, self.depth, self.cell_pixels, self.bits)


def resolve(
    policy: Policy | str,
    environ: Mapping[str, str],
    *,
    cell_pixels: tuple[int, int] = DEFAULT_CELL_PIXELS,
) -> Drawing:
    """The drawing for this terminal. A policy other than `auto` is taken at its word."""
    policy = Policy(policy)
    kind = _automatic(environ) if policy is Policy.AUTO else Kind(policy.value)
    return Drawing(kind, colour_depth(environ), cell_pixels)


def colour_depth(environ: Mapping[str, str]) -> Depth:
    """How many colours the terminal behind this environment takes."""
    term = environ.get("TERM", "").lower()
    if "NO_COLOR" in environ or term == "dumb":
        return Depth.NONE
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return Depth.TRUE
    if term.endswith("-direct") or term.startswith(_TRUECOLOUR_TERMS):
        return Depth.TRUE
    if environ.get("TERM_PROGRAM", "").lower() in _TRUECOLOUR_PROGRAMS and not _through_a_multiplexer(environ):
        return Depth.TRUE
    if "256color" in term:
        return Depth.INDEXED
    return Depth.BASIC


def cell_pixels() -> tuple[int, int]:
    """Width and height of a cell in pixels, as the terminal driver tells them; a usual size where it does not."""
    stream = sys.__stdout__
    if stream is None or sys.platform == "win32":
        return DEFAULT_CELL_PIXELS
    import fcntl
    import termios

    try:
        answer = fcntl.ioctl(stream.fileno(), termios.TIOCGWINSZ, bytes(8))
    except (OSError, ValueError):  # not a terminal, or no file behind it at all
        return DEFAULT_CELL_PIXELS
    rows, columns, width, height = struct.unpack("HHHH", answer)
    if not (rows and columns and width >= columns and height >= rows):
        return DEFAULT_CELL_PIXELS
    return (width // columns, height // rows)


def _automatic(environ: Mapping[str, str]) -> Kind:
    if _through_a_multiplexer(environ) or _far_away(environ) or "NO_COLOR" in environ:
        return Kind.CELLS
    term = environ.get("TERM", "").lower()
    program = environ.get("TERM_PROGRAM", "").lower()
    if "KITTY_WINDOW_ID" in environ or term in ("xterm-kitty", "xterm-ghostty") or program in _KITTY_PROGRAMS:
        return Kind.KITTY
    if term.startswith(_SIXEL_TERMS) or program in _SIXEL_PROGRAMS:
        return Kind.SIXEL
    return Kind.CELLS


def _through_a_multiplexer(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("TMUX") or environ.get("STY"))


def _far_away(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
