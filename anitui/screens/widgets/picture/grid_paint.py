"""The lines of a grid: frames, pictures, captions and headings, made of pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style

from anitui.screens.widgets.picture.grid_cell import GridCell
from anitui.screens.widgets.picture.layout import GAP, Measure
from anitui.screens.widgets.picture.pieces import Piece, PieceStrip, TextPiece, blank
from anitui.screens.widgets.picture.prepare import Placeholder, Prepared, Result
from anitui.screens.widgets.picture.words import cut, wrapped


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of a grid's text, already as this terminal may show them."""

    base: Style
    caption: Style
    plain: Style
    strong: Style
    set_aside: Style
    cursor: Style
    selected: Style
    heading: Style
    trouble: Style

    def of(self, cell: GridCell | None) -> Style:
        """That of a caption which nothing else is to be told of."""
        if cell is None:
            return self.caption
        if cell.is_set_aside:
            return self.set_aside
        return {"dim": self.caption, "plain": self.plain, "strong": self.strong}[cell.tone]


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture's place in a row and all that is known about it now."""

    cell: GridCell | None
    result: Result | None
    is_cursor: bool
    is_selected: bool


def edge_line(tiles: Sequence[Tile], measure: Measure, styles: Styles) -> PieceStrip:
    """Above the pictures: the upper edges of the frames around the cursor and the selected ones."""
    line: list[Piece] = [blank(measure.indent, styles.base)]
    across = measure.thumb_columns
    for tile in tiles:
        if tile.is_cursor:
            line.append(TextPiece(f"┏{'━' * across}┓", styles.cursor))
        elif tile.is_selected:
            line.append(TextPiece(f"┌{'─' * across}┐", styles.selected))
        else:
            line.append(blank(measure.pitch, styles.base))
    return _filled(line, measure, styles)


def picture_line(tiles: Sequence[Tile], number: int, measure: Measure, styles: Styles) -> PieceStrip:
    """One of the lines across the pictures themselves."""
    line: list[Piece] = [blank(measure.indent, styles.base)]
    for tile in tiles:
        piece = _part(tile, number, measure, styles)
        before = GAP // 2 + (measure.thumb_columns - piece.width) // 2
        line += [
            blank(before, styles.base), piece, blank(measure.pitch - before - piece.width, styles.base)
        ]  # fmt: skip
    return _filled(line, measure, styles)


def caption_line(tiles: Sequence[Tile], measure: Measure, styles: Styles) -> PieceStrip:
    """Under the pictures: what they are, and the lower edges of the frames."""
    line: list[Piece] = [blank(measure.indent, styles.base)]
    across = measure.thumb_columns
    for tile in tiles:
        text = "…" if tile.cell is None else tile.cell.line(across, selected=tile.is_selected)
        text += " " * (across - cell_len(text))
        if tile.is_cursor:
            line += [
                TextPiece("┗", styles.cursor),
                TextPiece(text, styles.cursor + Style(reverse=True)),
                TextPiece("┛", styles.cursor),
            ]
        elif tile.is_selected:
            line.append(TextPiece(f"└{text}┘", styles.selected))
        else:
            line.append(TextPiece(f" {text} ", styles.of(tile.cell)))
    return _filled(line, measure, styles)


def heading_line(cell: GridCell | None, measure: Measure, styles: Styles) -> PieceStrip:
    """Above a group's pictures, or above those that it goes on with."""
    text = cut(cell.heading() if cell is not None else "…", max(0, measure.width - measure.indent - 1))
    return _filled([blank(measure.indent + 1, styles.base), TextPiece(text, styles.heading)], measure, styles)


def empty_line(text: str, measure: Measure, styles: Styles) -> PieceStrip:
    """A line without pictures, with a word in its middle or none."""
    text = cut(text, measure.width)
    left = (measure.width - cell_len(text)) // 2
    return _filled([blank(left, styles.base), TextPiece(text, styles.caption)], measure, styles)


def _part(tile: Tile, number: int, measure: Measure, styles: Styles) -> Piece:
    if isinstance(tile.result, Prepared):
        lines = tile.result.lines
        at = number - (measure.thumb_rows - len(lines)) // 2
        return lines[at] if 0 <= at < len(lines) else blank(0, styles.base)
    if isinstance(tile.result, Placeholder):
        said = wrapped(tile.result.reason, measure.thumb_columns)[: measure.thumb_rows]
        at = number - (measure.thumb_rows - len(said)) // 2
        return TextPiece(said[at], styles.trouble) if 0 <= at < len(said) else blank(0, styles.base)
    return blank(0, styles.base)


def _filled(line: list[Piece], measure: Measure, styles: Styles) -> PieceStrip:
    """Exactly as wide as the grid."""
    missing = measure.width - sum(piece.width for piece in line)
    if missing < 0:
        return PieceStrip(line).between(0, measure.width)
    return PieceStrip([*line, blank(missing, styles.base)])
