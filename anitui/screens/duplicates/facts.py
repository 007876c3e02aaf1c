"""What is said under the pictures: as much as there is room for, and nothing cut that matters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rich.cells import cell_len
from textual.content import Content

from anitui.screens.duplicates.pair import Pair
from anitui.screens.widgets.picture.words import cut, tame
from anitui.store.comparing import Side
from anitui.store.distances import COSINE, HASHES, shown
from anitui.store.groups import Verdict
from anitui.words import count, size

EQUAL, DIFFERS = "dim", "bold"
BETTER, WORSE, DOUBTFUL = "bold $success", "$foreground-muted", "$warning"

ANSWERS = {
    Verdict.KEEP_A: "keep left", Verdict.KEEP_B: "keep right", Verdict.SAME: "the same, both kept",
    Verdict.ALTERNATES: "alternates", Verdict.DIFFERENT: "different", Verdict.ASIDE: "both set aside",
    Verdict.NOT_NOW: "not now",
}  # fmt: skip
_SHORTER = {"labels differ": "labels differ", "another shape": "perhaps a crop"}


@dataclass(frozen=True, slots=True)
class Part:
    """One fact. `rank` 0 stays whatever happens; of the others the highest goes first when room is short."""

    text: str
    style: str = ""
    rank: int = 0
    gap: str = "  "  # before it


def fitted(parts: Iterable[Part], width: int) -> Content:
    """The facts in one line: those of lesser rank are left out, and the last that stays is cut only if it must be."""
    left = [each for each in parts if each.text]
    while _width(left) > width and any(each.rank for each in left):
        left.remove(max(reversed(left), key=lambda each: each.rank))
    line: list[tuple[str, str]] = []
    room = width
    for at, part in enumerate(left):
        gap = part.gap if at else ""
        text = cut(part.text, max(0, room - len(gap)))
        line += [(gap, EQUAL), (text, part.style)]
        room -= len(gap) + cell_len(text)
    return Content.assemble(*line)


def stacked(lines: Sequence[Content]) -> Content:
    """Lines one below the other."""
    return Content("\n").join(lines)


def _width(parts: Sequence[Part]) -> int:
    return sum(cell_len(each.text) + (len(each.gap) if at else 0) for at, each in enumerate(parts))


def side_lines(pair: Pair, of_left: bool, width: int, lines: int) -> list[Content]:
    """What is known of one side, in two lines or three: what differs from the other side is bright."""
    side, other = (pair.left, pair.right) if of_left else (pair.right, pair.left)
    mine, theirs = pair.qualities if of_left else pair.qualities[::-1]
    better = pair.suggestion.reasons if pair.suggestion.better == side.id else pair.suggestion.against
    praise = Part(" · ".join(better), BETTER, 1)
    source = _source(side, other)
    if lines >= 3:
        return [fitted(_measured(side, other, mine, theirs), width), fitted([praise], width), fitted(source, width)]
    known = _measured(side, other, mine, theirs, gap=" ", sharpness="sharp")
    if praise.text and _width([*known, praise]) <= width:
        return [fitted([*known, praise], width), fitted(source, width)]
    return [fitted(known, width), fitted([Part(praise.text, BETTER), *source], width)]


def _measured(
    side: Side, other: Side, quality: int | None, others: int | None, *, gap: str = "  ", sharpness: str = "sharpness"
) -> list[Part]:
    format = side.format.upper() + (f" q{quality}" if quality is not None else "")
    same_format = (side.format, quality) == (other.format, others)
    parts = [
        _part(f"{side.width}×{side.height}", (side.width, side.height) == (other.width, other.height), 0, gap),
        _part(format, same_format, 0, gap),
        _part(size(side.bytes), side.bytes == other.bytes, 0, gap),
    ]
    if side.sharpness is not None:
        same = other.sharpness is not None and f"{other.sharpness:.0f}" == f"{side.sharpness:.0f}"
        parts.append(_part(f"{sharpness} {side.sharpness:,.0f}", same, 2, gap))
    return parts


def _source(side: Side, other: Side) -> list[Part]:
    """Where it was seen: the title first, as it says most."""
    title = f"“{tame(side.title)}”" if side.title else ""
    labels = ", ".join(side.labels) or "no label"
    day = f"{side.seen_at:%Y-%m-%d}" if side.seen_at else ""
    seen = f"seen {count(side.sightings, 'time')}"
    return [
        _part(_where(side), _where(side) == _where(other), 3, " · "),
        _part(labels, side.labels == other.labels, 1, " · "),
        _part(day, day == (f"{other.seen_at:%Y-%m-%d}" if other.seen_at else ""), 4, " · "),
        _part(side.flair or "", side.flair == other.flair, 6, " · "),
        _part(seen, side.sightings == other.sightings, 5, " · "),
        _part(title, side.title == other.title, 0, " · "),
    ]


def _where(side: Side) -> str:
    if side.site == "folder" and side.url:
        return f"{tame(PurePath(side.url).parent.name)}/"
    return tame(side.site or "")


def _part(text: str, equal: bool, rank: int = 0, gap: str = "  ") -> Part:
    return Part(text, EQUAL if equal else DIFFERS, rank, gap)


def judgement(pair: Pair, width: int, *, revisited: bool) -> Content:
    """The distances, and what is suggested and why; or what was said of it."""
    parts = []
    for name in HASHES:
        far = pair.distances.get(name)
        style = EQUAL if not far else DIFFERS
        parts.append(Part(f"{name[0]} {'–' if far is None else far}", style))
    if COSINE in pair.distances:
        parts.append(Part(f"cos {shown(COSINE, pair.distances[COSINE])}", DIFFERS))
    suggestion = pair.suggestion
    if revisited:
        said = "passed without a verdict" if pair.answer is None else f"you said: {ANSWERS[pair.answer]}"
        parts.append(Part(said, "bold $accent", 0, "   "))
    reasons = ", ".join(suggestion.reasons)
    parts.append(
        Part("suggestion: keep left" if not revisited else "suggested: left", "", 1 if revisited else 0, "   ")
    )
    if suggestion.better is None:
        parts.append(Part("(nothing tells them apart)", EQUAL, 1, " "))
    elif reasons:
        parts.append(Part(f"({reasons})", EQUAL, 1, " "))
    if suggestion.against:
        parts.append(Part(f"but right is {', '.join(suggestion.against)}", DIFFERS, 2))
    if moves := _moves(pair.right, pair.left):
        parts.append(Part(f"right's {moves} over", EQUAL, 3))
    return fitted(parts, width)


def _moves(loser: Side, keeper: Side) -> str:
    """What the keeper inherits; the sightings of a face are its picture's, and stay there."""
    sightings = loser.sightings if loser.box is None else 0
    things = [count(sightings, "sighting")] if sightings else []
    things += [f"label {each}" for each in loser.labels if each not in keeper.labels]
    return " and ".join(things) + (" moves" if len(things) == 1 and sightings < 2 else " move") if things else ""


def doubts(pair: Pair, alike: int, width: int) -> Content:
    """Why the two may not be duplicates at all, and that there are more like them."""
    more = (
        Part(f"one of {alike}{'+' if alike >= 40 else ''} alike · m shows all", "bold", 0, "   ") if alike > 2 else None
    )
    said = [f"! {each}" for each in pair.suggestion.doubts]
    for words in (said, [_shorter(each) for each in said]):
        parts = [Part(each, DOUBTFUL) for each in words]
        if more is not None:
            parts.append(more)
        if _width(parts) <= width:
            return fitted(parts, width)
    parts = [Part(each, DOUBTFUL, at) for at, each in enumerate(_shorter(each) for each in said)]
    return fitted([*parts, Part(f"{alike} alike: m", "bold")] if more is not None else parts, width)


def _shorter(doubt: str) -> str:
    for begins, short in _SHORTER.items():
        if doubt.removeprefix("! ").startswith(begins):
            return f"! {short}"
    words = doubt.split()
    return f"! {words[1]} says {words[3]}" if "says" in words and len(words) > 3 else doubt


def alike_line(side: Side, best: Side, quality: int | None, width: int) -> Content:
    """What is known of one of several: what is not as with the best of them is bright."""
    return stacked([fitted(_measured(side, best, quality, quality), width), fitted(_source(side, best), width)])
