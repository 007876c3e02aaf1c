"""How many pairs there are at each distance, as bars: those that wait, or all that a search would find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from anitui.store.distances import COSINE, shown, step
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


def _rows(view: View, furthest: int, lines: int) -> list[int]:
    """The distances that there is room for, with those that are chosen in the middle. Each stands for all behind the
    one before it."""
    by = step(view.algorithm)
    chosen, last = -(-view.hi // by), -(-furthest // by)
    first = max(0, min(chosen - lines // 2, last - lines + 1))
    return [each * by for each in range(first, min(last, first + lines - 1) + 1)]


def _binned(numbers: Mapping[int, int], algorithm: str) -> Mapping[int, int]:
    by = step(algorithm)
    if by == 1:
        return numbers
    found: dict[int, int] = {}
    for distance, number in numbers.items():
        upper = -(-distance // by) * by
        found[upper] = found.get(upper, 0) + number
    return found


def _is_last(view: View, distance: int) -> bool:
    return distance - step(view.algorithm) < view.hi <= distance


def _unit(view: View) -> str:
    return "cos" if view.algorithm == COSINE else "bits"


def all_there(counted: Counted, view: View, lines_left: int) -> Content:
    """A bar for each distance: how many pairs a search finds, how many are known, how many are new up to it."""
    shown_rows = _rows(view, max(view.hi + 2 * step(view.algorithm), counted.up_to), lines_left)
    all_found, all_known = _binned(counted.there, view.algorithm), _binned(counted.known, view.algorithm)
    top = max([all_found.get(each, 0) for each in shown_rows]) or 1
    within = f" within {view.within}" if view.within else ""
    lines = [Content.styled(f"{view.algorithm}, pairs there are{within}", "bold")]
    lines.append(Content.styled(f"{_unit(view):>4} {'':{_NARROW_BAR}} {'pairs':>9} {'known':>9} {'all new':>9}", "dim"))

    def new(up_to: int) -> int:
        there = (each for each in counted.there if each <= up_to)
        return sum(max(0, counted.there[each] - counted.known.get(each, 0)) for each in there)

    for distance in shown_rows:
        number, known = all_found.get(distance, 0), all_known.get(distance, 0)
        sign = "›" if _is_last(view, distance) else " "
        name = shown(view.algorithm, distance).removeprefix("0") or "0"
        style = "bold" if view.lo <= distance <= view.hi else "dim"
        if distance > counted.up_to:
            lines.append(Content.styled(f"{sign}{name:>3} {'':{_NARROW_BAR}} {'?':>9} {'?':>9} {'?':>9}", style))
            continue
        bar = max(round(_NARROW_BAR * number / top), 1 if number else 0)
        of_it = round(bar * min(known, number) / number) if number else 0
        lines.append(
            Content.assemble(
                (f"{sign}{name:>3} ", style), ("━" * of_it, "$accent"), ("╌" * (bar - of_it), "$warning"),
                " " * (_NARROW_BAR - bar), (f" {number:>9,} {known:>9,} {new(distance):>9,}", style),
            )
        )  # fmt: skip
    hi = shown(view.algorithm, view.hi)
    if view.hi > counted.up_to:
        up_to = shown(view.algorithm, counted.up_to)
        lines.append(Content.styled(f"counted up to {up_to}: c counts on to {hi}", "dim"))
    else:
        lines.append(Content.styled(f"s finds {new(view.hi):,} new up to {hi}", "bold"))
    return Content("\n").join(lines)


def waiting(found: Mapping[int, int], view: View, lines_left: int) -> Content:
    """A bar for each distance, and how many pairs there are up to it."""
    binned = _binned(found, view.algorithm)
    last = max([view.hi + 2 * step(view.algorithm), *binned])
    shown_rows = _rows(view, last, lines_left)
    top = max([binned.get(each, 0) for each in shown_rows] or [0]) or 1
    whole = f"{view.algorithm}, pairs that wait"
    lines = [Content.styled(f"{whole}{', anywhere' if view.within else ''}", "bold")]
    lines.append(Content.styled(f"{_unit(view):>4} {'':{_BAR}} {'pairs':>9} {'in all':>10}", "dim"))
    for distance in shown_rows:
        number = binned.get(distance, 0)
        so_far = sum(often for each, often in found.items() if view.lo <= each <= distance)
        inside = view.lo <= distance <= view.hi
        bar = "━" * max(round(_BAR * number / top), 1 if number else 0)
        sign = "›" if _is_last(view, distance) else " "
        name = shown(view.algorithm, distance).removeprefix("0") or "0"
        style = "bold" if inside else "dim"
        adds = f"+{number:,}" if distance > view.hi else f"{number:,}"
        total = f"{so_far:,}" if distance >= view.lo else ""
        lines.append(
            Content.assemble(
                (f"{sign}{name:>3} ", style), (f"{bar:{_BAR}}", "$accent" if inside else "dim"),
                (f" {adds:>9} {total:>10}", style),
            )
        )  # fmt: skip
    if found and view.hi > max(found):
        lines.append(Content.styled(f"none known beyond {shown(view.algorithm, max(found))}: s looks for more", "dim"))
    elif not found:
        lines.append(Content.styled("none were found yet: s looks for them", "dim"))
    return Content("\n").join(lines)
