"""Jobs in words and signs: how one stands, its line in the list, whom it asks, and what one may do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from rich.cells import cell_len

from anitui.screens.bindings import shown_key
from anitui.screens.jobs.listing import Parts, Role
from anitui.screens.widgets.picture.words import cut, tame
from anitui.words import count

if TYPE_CHECKING:
    from anitui.pipeline.collect.live import JobLive
    from anitui.pipeline.politeness import HostState
    from anitui.store.job_lists import JobRow

GAP = 2
NAME = "job"  # the column that the bar stands behind
LEAST_NAME = 20
WIDEST_NAME = 84
LEAST_DOING = 18
BARS = (20, 14, 8)  # the widest that leaves a name its room


@dataclass(frozen=True, slots=True)
class State:
    """How a job stands, by sign, word and colour."""

    sign: str
    word: str
    role: Role


def state_of(row: JobRow, live: JobLive | None) -> State:
    """How a job stands now."""
    if live is not None:
        return State("◌", "pausing", "waits") if live.pausing else State("●", "running", "good")
    if row.state == "running":  # it was started, and its process has not said so yet
        return State("○", "starting", "waits")
    if row.state == "done":
        return State("✓", "done", "good")
    if row.reason:
        return State("!", "stopped", "bad")
    return State("‖", "paused", "waits") if row.items else State("·", "waiting", "dim")


def label_of(row: JobRow) -> str:
    """The label that its pictures get."""
    label = row.order.get("label")
    return str(label) if label else ""


def rate_in_words(rate: float) -> str:
    """`12/s`, `1.4/s`, `8/min`."""
    if rate >= 10:
        return f"{rate:,.0f}/s"
    if rate >= 0.95:
        return f"{rate:.1f}/s"
    return f"{ceil(rate * 60)}/min" if rate > 0 else ""


def bar(row: JobRow, live: JobLive | None, width: int, tick: int) -> Parts:
    """How much of what was found so far is dealt with. While more is being found, its end moves."""
    taken, settled, items = row.done + row.already + row.opened, row.settled, row.items

    def cells(of: int) -> int:
        filled = round(width * of / items) if items else 0
        # Something is seen to be there, and something to be left.
        return min(max(filled, of > 0), width - (of < items))

    good, filled = cells(taken), cells(settled)
    if settled > taken and filled == good:
        good, filled = (good - 1, filled) if good > 1 or filled == width else (good, filled + 1)
    rest = width - filled
    parts: list[tuple[str, Role]] = [("━" * good, "good"), ("╍" * (filled - good), "bad")]
    if live is not None and live.finding and rest:
        at = tick % rest
        parts += [("┄" * at, "dim"), ("╌", "good"), ("┄" * (rest - at - 1), "dim")]
    else:
        parts.append(("─" * rest, "dim"))
    return [each for each in parts if each[0]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list: what it says of a job."""

    name: str
    width: int
    right: bool
    say: Callable[[JobRow, JobLive | None], tuple[str, Role]]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns that there is room for, and how wide the bar among them is."""

    columns: Sequence[Column]
    bar: int

    def heading(self) -> Parts:
        return self._with_bar([(column.name, "dim") for column in self.columns], [(" " * self.bar, "dim")])

    def line(self, row: JobRow, live: JobLive | None, tick: int) -> Parts:
        return self._with_bar([column.say(row, live) for column in self.columns], bar(row, live, self.bar, tick))

    def _with_bar(self, said: Sequence[tuple[str, Role]], drawn: Parts) -> Parts:
        gap: tuple[str, Role] = (" " * GAP, "plain")
        parts: list[tuple[str, Role]] = []
        for column, (text, role) in zip(self.columns, said, strict=True):
            parts += [(fitted(text, column.width, column.right), role), gap]
            if column.name == NAME:
                parts += [*drawn, gap]
        return parts[:-1]


def table_of(rows: Sequence[JobRow], room: int) -> Table:
    """The columns for these jobs. What there is no room for goes in the order in which it can be done without."""

    def number(name: str, of: Callable[[JobRow], int], role: Role) -> Column:
        width = max(len(name), *(len(f"{of(row):,}") for row in rows), 1) if rows else len(name)
        return Column(name, width, True, lambda row, live: _numbered(of(row), role))

    def widest(texts: Sequence[str], most: int) -> int:
        return min(most, max((cell_len(tame(each)) for each in texts), default=0))

    state = Column("state", 10, False, _state)
    done, failed = number("done", lambda row: row.done, "plain"), number("failed", lambda row: row.failed, "bad")
    rate = Column("rate", 7, True, lambda row, live: (rate_in_words(live.rate) if live is not None else "", "plain"))
    label = Column("label", max(5, widest([label_of(row) for row in rows], 14)), False, _label)
    refused = number("refused", lambda row: row.refused, "bad")
    already = number("already", lambda row: row.already, "dim")
    found = number("found", lambda row: row.items, "plain")
    wished = [label, rate, refused, already, found]
    least = min(LEAST_NAME, room // 3)
    left = room - sum(each.width + GAP for each in (state, done, failed)) - GAP - BARS[-1] - least
    there: list[Column] = []
    for each in wished:
        if each.width + GAP > left:
            break  # the next one matters less, even where it would fit
        left -= each.width + GAP
        there.append(each)
    names = [name_in(row, label in there) for row in rows]
    room_for_name = max(3, least + max(0, left))
    # All are told without their kind where one of them would be cut: lines that are alike are to look alike.
    short = any(cell_len(each) > room_for_name for each in names)
    if short:
        names = [name_in(row, label in there, short=True) for row in rows]
    name_width = min(room_for_name, max(least, widest(names, WIDEST_NAME)))
    left -= name_width - least
    wide = next((each for each in BARS if each - BARS[-1] <= left), BARS[-1])
    left -= wide - BARS[-1]
    name = Column(NAME, name_width, False, lambda row, live: (name_in(row, label in there, short=short), "plain"))
    in_order = [state, name, label, done, already, refused, failed, found, rate]
    columns = [each for each in in_order if each in there or each in (state, name, done, failed)]
    if left >= LEAST_DOING + GAP and len(there) == len(wished):
        columns.append(Column("now", left - GAP, False, _doing))
    return Table(columns, wide)


def name_in(row: JobRow, label_beside: bool, *, short: bool = False) -> str:
    """What a job is called in the list: without what another column says, and `short` without its kind."""
    from anitui.pipeline.sources import registry

    label = label_of(row)
    name = row.name.removesuffix(f" → {label}") if label and label_beside else row.name
    kind = registry.kinds().get(str(row.order.get("type")))
    return name.removeprefix(f"{kind.title} · ") if short and kind is not None else name


def _state(row: JobRow, live: JobLive | None) -> tuple[str, Role]:
    state = state_of(row, live)
    return f"{state.sign} {state.word}", state.role


def _label(row: JobRow, live: JobLive | None) -> tuple[str, Role]:
    return label_of(row), "dim"


def _doing(row: JobRow, live: JobLive | None) -> tuple[str, Role]:
    if live is not None:
        return live.doing, "dim"
    return row.reason if row.reason and row.state == "stopped" else "", "bad"


def _numbered(number: int, role: Role) -> tuple[str, Role]:
    return f"{number:,}", role if number else "dim"


def fitted(text: str, width: int, right: bool = False) -> str:
    """In exactly so many cells; nothing in it reaches the terminal as a command."""
    text = cut(text, width)
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def hosts_line(hosts: Sequence[HostState], room: int) -> Parts:
    """Whom one asks, and who asked to wait: those first, then the busiest, as many as there is room for."""
    active = [each for each in hosts if each.waits > 0 or each.in_flight]
    active.sort(key=lambda each: (each.waits <= 0, -each.in_flight, each.host))
    parts: list[tuple[str, Role]] = []
    left = room
    for at, each in enumerate(active):
        more = f" · and {len(active) - at - 1} more" if at + 1 < len(active) else ""
        text = (" · " if at else "") + host_in_words(each)
        if at and cell_len(text) + cell_len(more) > left:
            parts.append((f" · and {len(active) - at} more", "dim"))
            break
        text = cut(text, left)
        left -= cell_len(text)
        parts.append((text, "waits" if each.waits > 0 else "plain"))
    return parts


def host_in_words(host: HostState) -> str:
    """`i.redd.it 6 of 6`, `imgur.com waits 28 s: asked to wait (429)`."""
    if host.waits > 0:
        return f"{host.host} waits {ceil(host.waits)} s" + (f": {host.why}" if host.why else "")
    return f"{host.host} {host.in_flight} of {host.slots}"


def next_line(
    row: JobRow, live: JobLive | None, keys: Mapping[str, str], *, pictures: int | None, faces: bool, room: int
) -> Parts:
    """What a job does now, or what one may do with it, and with which keys: as much as there is room for."""
    start, retry = shown_key("jobs.start", keys), shown_key("jobs.retry", keys)
    far = f"{row.settled:,} of {row.items:,} found"
    again = f"{retry} tries the {row.failed:,} failed again" if row.failed and live is None else ""
    sign: tuple[str, Role] = (f"{state_of(row, live).sign} ", state_of(row, live).role)
    some = row.done + row.already if pictures is None else pictures
    whose = "its pictures" if pictures is None else f"its {count(pictures, 'picture')}"
    leads = [
        f"{shown_key('jobs.pictures', keys)} {whose}" if some else "",
        f"{shown_key('jobs.duplicates', keys)} its duplicates" if some else "",
        f"{shown_key('jobs.faces', keys)} its faces" if some and faces else "",
    ]
    if live is not None and live.pausing:
        return _joined(sign, room, ("it pauses as soon as what is under way is done", f"{start} lets it go on"))
    if live is not None:
        return _joined(sign, room, (f"{far}{' so far' if live.finding else ''}", f"{start} pauses it"), live.doing)
    if row.state == "running":
        return _joined(sign, room, ("it was started, and begins in a moment",))
    if row.state == "done":
        return _joined(sign, room, (*leads[:1], again, f"{start} looks for what is new"), *leads[1:])
    if row.reason:
        return _joined(sign, room, (row.reason, f"{start} goes on", again))
    if row.items:
        return _joined(sign, room, (far, f"{start} goes on", again), *leads)
    return _joined(sign, room, (f"{start} starts it",))


def _joined(sign: tuple[str, Role], room: int, texts: Sequence[str], *more: str) -> Parts:
    """What is to be said, and what more there is room for: whole parts, so that no key is told of half."""
    said = [each for each in texts if each]
    left = room - cell_len(sign[0]) - cell_len(" · ".join(said))
    for each in filter(None, more):
        if cell_len(each) + 3 <= left:
            said.append(each)
            left -= cell_len(each) + 3
    return [sign, (" · ".join(said), "plain")]
