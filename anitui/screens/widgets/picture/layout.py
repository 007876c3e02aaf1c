"""Where the pictures of a grid lie: indexes to rows and lines, and back. Plain arithmetic, no widget."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

GAP = 2
"""Columns around each picture: one on either side, where the cursor's frame has its corners."""
AROUND = 2
"""Lines of a row besides the picture: the frame's upper edge and the caption."""
HEADING = 1


@dataclass(frozen=True, slots=True)
class Place:
    """To which group a picture belongs, and how many of its group come before it where that is known."""

    group: str | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Pictures beside each other: the indexes from `first` up to, not including, `end`."""

    first: int
    end: int
    group: str | None = None
    opens: bool = False
    """Whether the row is the first of its group."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A row on the page: the line of its upper edge, and the line of its heading where it has one."""

    row: Row
    y: int
    heading: int | None


@dataclass(frozen=True, slots=True)
class Measure:
    """The sizes of a grid: its own, and that of each picture, in cells."""

    width: int
    height: int
    thumb_columns: int
    thumb_rows: int

    @property
    def columns(self) -> int:
        """How many pictures lie beside each other; always one at least."""
        return max(1, self.width // (self.thumb_columns + GAP))

    @property
    def row_height(self) -> int:
        return self.thumb_rows + AROUND

    @property
    def rows(self) -> int:
        """How many rows without headings fit on a page; always one at least."""
        return max(1, self.height // self.row_height)

    @property
    def page(self) -> int:
        """How many pictures a page without headings holds."""
        return self.columns * self.rows

    @property
    def pitch(self) -> int:
        """Columns from one picture to the next."""
        return self.thumb_columns + GAP

    @property
    def indent(self) -> int:
        """Columns left of the first picture's space."""
        return max(0, (self.width - self.columns * self.pitch) // 2)


def measured(width: int, height: int, scale: int) -> Measure:
    """Sizes for pictures of at least `scale` columns that fill the width; smaller only where there is no room."""
    columns = max(1, width // (scale + GAP))
    thumb_columns = max(1, width // columns - GAP)
    thumb_rows = max(1, min(thumb_columns // 2, height - AROUND - HEADING))
    return Measure(max(0, width), max(0, height), thumb_columns, thumb_rows)


def rows_of(first: int, places: Sequence[Place], columns: int) -> list[Row]:
    """The rows of consecutive pictures, of which the first has the index `first`.

    Without groups rows begin at multiples of `columns` over the whole catalogue, so that paging there and back
    always meets the same rows. A group begins a row, and its rows are counted from its own first picture.
    """
    rows: list[Row] = []
    start = first
    column = 0
    for offset, place in enumerate(places):
        index = first + offset
        new_group = offset == 0 or place.group != places[offset - 1].group
        if new_group:
            column = _column(index, place, columns, known=offset > 0)
        if offset and (new_group or column == 0):
            rows.append(_row(first, start, index, places))
            start = index
        column = (column + 1) % columns
    if places:
        rows.append(_row(first, start, first + len(places), places))
    return rows


def _column(index: int, place: Place, columns: int, *, known: bool) -> int:
    if place.group is None:
        return index % columns
    if place.before is not None:
        return place.before % columns
    return 0 if known else index % columns


def _row(first: int, start: int, end: int, places: Sequence[Place]) -> Row:
    place = places[start - first]
    if place.group is None:
        return Row(start, end)
    opens = place.before == 0 if place.before is not None else _changes(places, start - first)
    return Row(start, end, place.group, opens)


def _changes(places: Sequence[Place], at: int) -> bool:
    return at == 0 or places[at - 1].group != places[at].group


def row_at(rows: Sequence[Row], index: int) -> int:
    """Which of the rows holds this index; the nearest one where none does."""
    found = bisect_right(rows, index, key=lambda row: row.first) - 1
    return min(max(0, found), max(0, len(rows) - 1))


def page(rows: Sequence[Row], top: int, measure: Measure) -> list[Placed]:
    """The rows from number `top` on, as far as they can be seen; the last may be cut by the lower edge.

    The first row of a page tells its group even where the group began on an earlier page.
    """
    placed: list[Placed] = []
    y = 0
    for number in range(top, len(rows)):
        row = rows[number]
        headed = row.group is not None and (row.opens or number == top)
        if y + HEADING * headed >= measure.height and placed:
            break
        placed.append(Placed(row, y + HEADING * headed, y if headed else None))
        y += HEADING * headed + measure.row_height
        if y >= measure.height:
            break
    return placed


def whole_rows(rows: Sequence[Row], top: int, measure: Measure) -> int:
    """How many rows of the page can be seen from edge to caption; one at least, as there must be a cursor."""
    placed = page(rows, top, measure)
    return max(1, sum(at.y + measure.row_height <= measure.height for at in placed))


def top_for(rows: Sequence[Row], cursor: int, top: int, measure: Measure) -> int:
    """The row to begin the page with so that the row numbered `cursor` is seen whole, moving as little as can be."""
    top = min(max(0, top), max(0, len(rows) - 1))
    if cursor < top:
        return cursor
    while top < cursor and cursor >= top + whole_rows(rows, top, measure):
        top += 1
    return top


def last_top(rows: Sequence[Row], measure: Measure) -> int:
    """The row to begin the last page with."""
    return top_for(rows, len(rows) - 1, max(0, len(rows) - 1 - measure.rows), measure) if rows else 0


def moved(rows: Sequence[Row], index: int, dx: int, dy: int) -> int:
    """The index reached by so many steps to the side (over the ends of rows) and so many rows down.

    A step down into a shorter row goes to its last picture.
    """
    if not rows:
        return index
    first, last = rows[0].first, rows[-1].end - 1
    index = min(last, max(first, index + dx))
    if dy:
        at = row_at(rows, index)
        column = index - rows[at].first
        row = rows[min(len(rows) - 1, max(0, at + dy))]
        index = min(row.first + column, row.end - 1)
    return index


def index_at(placed: Sequence[Placed], x: int, y: int, measure: Measure) -> int | None:
    """The picture at a point of the page."""
    for at in placed:
        if at.y <= y < at.y + measure.row_height:
            column = (x - measure.indent) // measure.pitch
            index = at.row.first + column
            return index if column >= 0 and index < at.row.end else None
    return None
