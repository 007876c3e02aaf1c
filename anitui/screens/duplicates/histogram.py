"""How many pairs there are at each distance, as bars: those that wait, or all that a search would find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from anitui.store.triage import View

LINES = 13  # distances at once
WIDTH = 40  # in cells
_BAR = 10
_NARROW_BAR = 5


@dataclass(frozen=True, slots=True)
class Counted:
    """How many pairs there are at each distance up to one, known or not, and how many of them are known."""

    up_to: int
    there: Mapping[int, int]
    known: Mapping[int, int]
    notes: Sequence[str]


def _rows(view: View, furthest: int, lines: int) -> range:
    """The distances that there is room for, with those that are chosen in the middle."""
    first = max(0, min(view.hi - lines // 2, furthest - lines + 1))
    return range(first, min(furthest, first + lines - 1) + 1)


def all_there(counted: Counted, view: View, lines_left: int) -> Content:
    """A bar for each distance: how many pairs a search finds, how many are known, how many are new up to it."""
    shown = _rows(view, max(view.hi + 2, counted.up_to), lines_left)
    top = max([counted.there.get(each, 0) for each in shown]) or 1
    within = f" within {view.within}" if view.within else ""
    lines = [Content.styled(f"{view.algorithm}, pairs there are{within}", "bold")]
    lines.append(Content.styled(f"{'bits':>4} {'':{_NARROW_BAR}} {'pairs':>9} {'known':>9} {'all new':>9}", "dim"))

    def new(up_to: int) -> int:
        return sum(max(0, counted.there.get(each, 0) - counted.known.get(each, 0)) for each in range(up_to + 1))

    for distance in shown:
        number, known = counted.there.get(distance, 0), counted.known.get(distance, 0)
        sign = "›" if distance == view.hi else " "
        style = "bold" if view.lo <= distance <= view.hi else "dim"
        if distance > counted.up_to:
            lines.append(Content.styled(f"{sign}{distance:>3} {'':{_NARROW_BAR}} {'?':>9} {'?':>9} {'?':>9}", style))
            continue
        bar = max(round(_NARROW_BAR * number / top), 1 if number else 0)
        of_it = round(bar * min(known, number) / number) if number else 0
        lines.append(
            Content.assemble(
                (f"{sign}{distance:>3} ", style), ("━" * of_it, "$accent"), ("╌" * (bar - of_it), "$warning"),
                " " * (_NARROW_BAR - bar), (f" {number:>9,} {known:>9,} {new(distance):>9,}", style),
            )
        )  # fmt: skip
    if view.hi > counted.up_to:
        lines.append(Content.styled(f"counted up to {counted.up_to}: c counts on to {view.hi}", "dim"))
    else:
        lines.append(Content.styled(f"s finds {new(view.hi):,} new up to {view.hi}", "bold"))
    return Content("\n").join(lines)


def waiting(found: Mapping[int, int], view: View, lines_left: int) -> Content:
    """A bar for each distance, and how many pairs there are up to it."""
    last = max([view.hi + 2, *found])
    shown = _rows(view, last, lines_left)
    top = max([found.get(each, 0) for each in shown] or [0]) or 1
    whole = f"{view.algorithm}, pairs that wait"
    lines = [Content.styled(f"{whole}{', anywhere' if view.within else ''}", "bold")]
    lines.append(Content.styled(f"{'bits':>4} {'':{_BAR}} {'pairs':>9} {'in all':>10}", "dim"))
    for distance in shown:
        number = found.get(distance, 0)
        so_far = sum(often for each, often in found.items() if view.lo <= each <= distance)
        inside = view.lo <= distance <= view.hi
        bar = "━" * max(round(_BAR * number / top), 1 if number else 0)
        sign = "›" if distance == view.hi else " "
        style = "bold" if inside else "dim"
        adds = f"+{number:,}" if distance > view.hi else f"{number:,}"
        total = f"{so_far:,}" if distance >= view.lo else ""
        lines.append(
            Content.assemble(
                (f"{sign}{distance:>3} ", style), (f"{bar:{_BAR}}", "$accent" if inside else "dim"),
                (f" {adds:>9} {total:>10}", style),
            )
        )  # fmt: skip
    if found and view.hi > max(found):
        lines.append(Content.styled(f"none known beyond {max(found)}: s looks for more", "dim"))
    elif not found:
        lines.append(Content.styled("none were found yet: s looks for them", "dim"))
    return Content("\n").join(lines)
