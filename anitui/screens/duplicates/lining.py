"""Which pairs are gone through: working a view out, keeping where one is, and what is said where none are left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anitui.screens.duplicates.deck import Deck
from anitui.screens.duplicates.together import Together
from anitui.store import columns, pairs, triage
from anitui.store.catalogue import Catalogue
from anitui.store.distances import ALGORITHMS, shown
from anitui.store.overview import Status
from anitui.store.triage import Queue, View
from anitui.words import count

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Stop = tuple[int, int, int]  # distance, and the two ids: where one stopped


@dataclass(frozen=True, slots=True)
class Lined:
    """A view that was worked out."""

    queue: Queue
    together: Together
    known: int  # pairs of its hash that were ever found, at whatever distance

    def nothing(self, status: Status | None, settled: int) -> str:
        """What to say where no pair waits."""
        view = self.queue.view
        of = "pictures" if view.kind == "image" else "faces"
        there = status is None or (status.active if view.kind == "image" else status.faces)
        if not there:
            begin = "\ni takes some in" if view.kind == "image" else ""
            return f"there are no {of} yet{begin}"
        if not self.known:
            return f"no near-duplicates were looked for yet\nc finds the {of} that are alike, as does `anitui pairs`"
        if settled:
            return f"nothing left to decide at {in_words(view)}: {settled:,} settled\nt widens, / asks for others"
        return f"no pairs at {in_words(view)}\nt widens, c looks for more, / asks for others"


def line_up(catalogue: Catalogue, view: View, cursor: DuckDBPyConnection) -> Lined:
    """Work a view out, in a thread."""
    queue = triage.line_up(catalogue, view, cursor)
    known = len(queue) + queue.settled or sum(pairs.counted(catalogue, view.kind, view.algorithm).values())
    return Lined(queue, Together(queue), known)


def in_words(view: View) -> str:
    """A view as one says it: `faces › within title › dhash ≤ 4 › label:cocoa`."""
    lo, hi = shown(view.algorithm, view.lo), shown(view.algorithm, view.hi)
    far = f"≤ {hi}" if view.lo == 0 else f"{lo}–{hi}" if view.lo < view.hi else f"= {hi}"
    parts = ["faces" if view.kind == "face" else "", f"within {view.within}" if view.within else ""]
    parts += [f"{view.algorithm} {far}", view.query.strip()]
    return " › ".join(each for each in parts if each)


def to_memory(deck: Deck) -> dict[str, Any]:
    """What is kept of where one is: the view, and the pair that has its turn."""
    queue, view = deck.queue, deck.queue.view
    kept: dict[str, Any] = {
        "kind": view.kind, "algorithm": view.algorithm, "lo": view.lo, "hi": view.hi, "within": view.within,
        "query": view.query,
    }  # fmt: skip
    if deck.frontier < len(queue) - queue.postponed:
        a, b = queue.pairs[deck.frontier]
        kept["at"] = [int(queue.distances[deck.frontier]), int(a), int(b)]
    return kept


def from_memory(kept: Any) -> tuple[View, Stop | None]:
    """Where one was; what cannot be read any more counts as nothing."""
    try:
        within = kept["within"] if kept["within"] in (None, *columns.COLUMNS) else None
        lo, hi = int(kept["lo"]), int(kept["hi"])
        kind = kept["kind"] if kept["kind"] in pairs.KINDS else "image"
        algorithm = kept["algorithm"] if kept["algorithm"] in ALGORITHMS else "dhash"
        view = View(kind, algorithm, min(lo, hi), hi, within, str(kept["query"]))
        at = kept.get("at")
        return view, (int(at[0]), int(at[1]), int(at[2])) if at else None
    except (TypeError, KeyError, ValueError, IndexError, AttributeError):
        return View(), None


def found_in_words(new: int, open_pairs: int) -> str:
    """What a search came to."""
    return f"{count(new, 'new pair')} found, {open_pairs:,} to decide"
