"""What lies on one side of the threshold: the nearest first, under a line that says what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from anitui.screens.clean.choice import caption
from anitui.screens.clean.histogram import ASIDE, STAYS
from anitui.screens.widgets.picture import GridCell, PictureGrid
from anitui.screens.widgets.picture.loader import PictureLoader
from anitui.store import facts
from anitui.store.catalogue import Catalogue
from anitui.store.facts import Seen, Spread
from anitui.words import count
from anitui.workspace import Workspace

MOST = 60  # of each side; who wants more looks in Browse


@dataclass(frozen=True, slots=True)
class Near:
    """Those of one side that are nearest to the threshold, the nearest first."""

    seen: Sequence[Seen] = ()
    cells: Sequence[GridCell] = ()


def nearest(catalogue: Catalogue, workspace: Workspace, spread: Spread, threshold: float) -> tuple[Near, Near]:
    """Who lies nearest to a threshold, below it and above."""
    fact = spread.fact

    def read(places: Sequence[int]) -> Near:
        value_of = {int(spread.ids[at]): float(spread.values[at]) for at in places}
        seen = facts.shown(catalogue, fact.kind, list(value_of))
        return Near(
            seen,
            [GridCell(each.id, workspace.file(each.path), caption(fact, value_of[each.id]), crop=each.box)
             for each in seen],
        )  # fmt: skip

    below, above = spread.nearest(threshold, MOST)
    return read(below), read(above)


class Side(Vertical):
    """One of the two sides."""

    def __init__(self, *, loader: PictureLoader, policy: str, scale: int, id: str) -> None:
        super().__init__(id=id, classes="side")
        self._grid = PictureGrid(loader=loader, policy=policy, scale=scale, empty_text="", classes="side-grid")
        self._seen: Sequence[Seen] = ()

    def compose(self) -> ComposeResult:
        yield Static(classes="side-heading")
        yield self._grid

    @property
    def grid(self) -> PictureGrid:
        return self._grid

    @property
    def image_ids(self) -> list[int]:
        """The pictures that are seen, each once."""
        return list(dict.fromkeys(each.image_id for each in self._seen))

    @property
    def current(self) -> Seen | None:
        """Who is under the cursor."""
        at = self._grid.cursor
        return self._seen[at] if at < len(self._seen) else None

    def tell(self, number: int, what: str, text: str, *, goes: bool, active: bool) -> None:
        """Say how many lie here, and what becomes of them."""
        sign, becomes, style = ("✗", "set aside", ASIDE) if goes else ("✓", "stay", STAYS)
        if not goes and number == 1:
            becomes = "stays"
        room = self.size.width
        words = [f"{count(number, what)} {text}: {becomes}", f"{number:,} {text}: {becomes}", f"{number:,} {becomes}"]
        said = next((each for each in words if len(each) + 3 <= room), words[-1])
        line = Content.assemble((sign + " ", style), (said, f"bold {style}" if active else style))
        self.query_one(".side-heading", Static).update(line)

    def show(self, near: Near) -> None:
        """Show these, from the first on; where they are the same as before, the cursor stays where it is."""
        same = [each.id for each in near.seen] == [each.id for each in self._seen]
        self._seen = near.seen
        self._grid.set_window(0, near.cells, len(near.cells))
        if not same:
            self._grid.go_to(0)
