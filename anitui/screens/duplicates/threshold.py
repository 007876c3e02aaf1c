"""Which pairs are asked about: of what, by which hash, how far apart, within what; and how many each step adds."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from anitui import progress
from anitui.errors import Stopped, in_one_sentence
from anitui.screens.duplicates.histogram import LINES, WIDTH, Counted, all_there, waiting
from anitui.screens.questions import Question
from anitui.store import columns, distances, pair_known, pairs
from anitui.store.catalogue import Catalogue
from anitui.store.distances import COSINE
from anitui.store.triage import View

FURTHEST = {COSINE: 640}  # of hashes 32 bits
_ROWS = ("of", "hash", "from", "to", "within")
_COUNTED_TO = {COSINE: 320}  # at least so far, of hashes 10 bits, as by `anitui pairs --preview`
_OFTEN = 0.1  # seconds between two looks at how far the counting is
_KINDS = {"image": "pictures", "face": "faces"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which pairs to show, and whether to look for all of them first."""

    view: View
    search: bool = False


class Threshold(Question[Chosen | None]):
    """Arrows choose and change, enter shows those pairs; others can be counted, and looked for."""

    CSS_PATH = "threshold.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("q,t", "dismiss(None)", show=False),
        Binding("enter,space", "take", show=False),
        Binding("c", "count", show=False),
        Binding("s", "search", show=False),
        Binding("down,j,tab", "row(1)", show=False),
        Binding("up,k,shift+tab", "row(-1)", show=False),
        Binding("right,l,plus,equals_sign", "change(1)", show=False),
        Binding("left,h,minus", "change(-1)", show=False),
    ]

    def __init__(self, catalogue: Catalogue, view: View) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._view = view
        self._row = _ROWS.index("to")
        self._open: dict[tuple[str, str], dict[int, int]] = {}
        self._counted: dict[tuple[str, str, str | None], Counted] = {}
        self._counting: threading.Event | None = None  # set, it stops
        self._how_far = ""
        self._wrong = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="box"), Horizontal(id="threshold"):
            yield Static(id="choices")
            yield Static(id="histogram")

    def on_mount(self) -> None:
        self._draw()

    def on_unmount(self) -> None:
        self._stop_counting()

    @property
    def _of(self) -> tuple[str, str]:
        return self._view.kind, self._view.algorithm

    def action_take(self) -> None:
        self.dismiss(Chosen(self._view))

    def action_search(self) -> None:
        self.dismiss(Chosen(self._view, search=True))

    def action_back(self) -> None:
        if not self._stop_counting():
            self.dismiss(None)

    def action_row(self, step: int) -> None:
        self._row = (self._row + step) % len(_ROWS)
        self._draw()

    def action_change(self, step: int) -> None:
        view = self._view
        by = distances.step(view.algorithm)
        match _ROWS[self._row]:
            case "of":
                view = replace(view, kind=_turned(pairs.KINDS, view.kind, step))
            case "hash":
                view = _by(view, _turned(distances.ALGORITHMS, view.algorithm, step))
            case "from":
                view = replace(view, lo=min(view.hi, max(0, view.lo + step * by)))
            case "to":
                view = replace(view, hi=max(view.lo, min(FURTHEST.get(view.algorithm, 32), view.hi + step * by)))
            case _:
                view = replace(view, within=_turned((None, *columns.COLUMNS), view.within, step))
        if (view.kind, view.algorithm, view.within) != self._counts_of:
            self._stop_counting()
            self._wrong = ""
        self._view = view
        self._draw()

    def _draw(self) -> None:
        if self._of not in self._open:
            self._read(self._of)
        found = self._open.get(self._of)
        self.query_one("#choices", Static).update(self._choices())
        counted = self._counted.get(self._counts_of)
        below = self._below(counted)
        taken = sum(-(-len(each.plain) // WIDTH) for each in below)
        # The box is as high as nine tenths of the screen, and has a margin, a frame, a heading and a summary.
        left = max(5, min(LINES, self.app.size.height * 9 // 10 - 9 - taken))
        if counted is not None:
            shown = all_there(counted, self._view, left)
        else:
            shown = Content.styled("counting …", "dim") if found is None else waiting(found, self._view, left)
        shown = Content("\n").join([shown, *below])
        self.query_one("#histogram", Static).update(shown)

    def _below(self, counted: Counted | None) -> list[Content]:
        """How the counting stands, and what is to be said of it."""
        if self._counting is not None:
            return [Content.styled(f"{self._how_far or 'counting …'} · esc stops it", "$accent")]
        if self._wrong:
            return [Content.styled(self._wrong, "$error")]
        return [Content.styled(each, "dim") for each in counted.notes] if counted is not None else []

    def _choices(self) -> Content:
        view = self._view
        lo, hi = (distances.shown(view.algorithm, each) for each in (view.lo, view.hi))
        unit = "" if view.algorithm == COSINE else " bits"
        values = (_KINDS[view.kind], view.algorithm, f"{lo}{unit}", f"{hi}{unit}", view.within or "everything")
        lines = [Content.styled("which pairs\n", "bold")]
        for at, (name, value) in enumerate(zip(_ROWS, values, strict=True)):
            here = at == self._row
            lines.append(
                Content.assemble(
                    (f"{name:>7}  ", "dim"), (f"‹ {value} ›" if here else f"  {value}  ", "reverse" if here else "")
                )
            )
        lines.append(Content.styled(_KEYS, "dim"))
        return Content("\n").join(lines)

    def _read(self, of: tuple[str, str]) -> None:
        async def run() -> None:
            self._open[of] = await asyncio.to_thread(pairs.histogram_open, self._catalogue, *of)
            if self.is_attached:
                self._draw()

        self.run_worker(run(), group="histogram")

    # What a search would find.

    @property
    def _counts_of(self) -> tuple[str, str, str | None]:
        return self._view.kind, self._view.algorithm, self._view.within

    def action_count(self) -> None:
        """Count the pairs that there are, found already or not; nothing is written."""
        if self._counting is not None:
            return
        of, stop = self._counts_of, threading.Event()
        up_to = max(_COUNTED_TO.get(self._view.algorithm, 10), self._view.hi)
        self._counting, self._how_far, self._wrong = stop, "", ""

        async def run() -> None:
            try:
                self._counted[of] = await asyncio.to_thread(self._count, of, up_to, stop)
            except Stopped:
                return
            except Exception as error:
                self._wrong = in_one_sentence(error) or ""
                if not self._wrong:
                    raise
            finally:
                if self._counting is stop:
                    self._counting = None
            if self.is_attached:
                self._draw()

        self._draw()
        self.run_worker(run(), group="counting")

    def _count(self, of: tuple[str, str, str | None], up_to: int, stop: threading.Event) -> Counted:
        from anitui.pipeline.pair_scan import pair_counts

        kind, algorithm, within = of
        drawn = 0.0

        def told(event: progress.Event) -> None:
            nonlocal drawn
            if stop.is_set():
                raise Stopped("stopped")
            far = f" {event.done:,} of {event.total:,}" if event.total else ""
            self._how_far = f"{event.doing}{far}"
            if time.monotonic() - drawn > _OFTEN:
                drawn = time.monotonic()
                self.call_later(self._draw_again)

        found = progress.run(pair_counts(self._catalogue, kind, algorithm, up_to, within), told)
        known = pair_known.known(self._catalogue, kind, algorithm, up_to, within)
        return Counted(up_to, found.per_distance, known, found.notes)

    def _draw_again(self) -> None:
        if self.is_attached and self._counting is not None:
            self._draw()

    def _stop_counting(self) -> bool:
        """False where nothing was counted."""
        stop, self._counting = self._counting, None
        if stop is None:
            return False
        stop.set()
        if self.is_attached:
            self._draw()
        return True


def _by(view: View, algorithm: str) -> View:
    """The same pairs by another way to compare; bits are no cosines."""
    if (view.algorithm == COSINE) == (algorithm == COSINE):
        return replace(view, algorithm=algorithm)
    return replace(view, algorithm=algorithm, lo=0, hi=distances.usual(algorithm))


def _turned(values: Sequence[str | None], value: str | None, step: int) -> str:
    at = values.index(value) if value in values else 0
    return values[(at + step) % len(values)]  # type: ignore[return-value]


_KEYS = """
↑↓ choose · ←→ change
enter shows them · esc

c counts all there are,
  found or not
s searches up to “to”"""
