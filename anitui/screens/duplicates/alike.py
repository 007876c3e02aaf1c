"""All that are alike at once: digits mark which of them are kept, one key says it of all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from anitui.screens.bindings import bindings, shown_key
from anitui.screens.duplicates.contradicted import ask_which_link
from anitui.screens.duplicates.facts import alike_line
from anitui.screens.duplicates.pair import picture, quality
from anitui.screens.grid_screen import GridScreen
from anitui.screens.widgets.picture import GridCell, PictureGrid
from anitui.screens.widgets.picture.grid import SCALES
from anitui.store import comparing, verdicts
from anitui.store.comparing import Side
from anitui.store.groups import Contradiction
from anitui.words import count, size

DIGITS = 10


class AlikeScreen(GridScreen):
    """Decides on a whole cluster."""

    place = "alike"
    CSS_PATH = "alike.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("alike")

    def __init__(self, kind: str, alike: Sequence[Side]) -> None:
        super().__init__()
        self._kind = kind
        best = reduce(lambda one, other: other if comparing.suggest(one, other).better == other.id else one, alike)
        # The best one first: the digits follow the places.
        self._alike = [best, *(each for each in alike if each is not best)]
        self._kept = [best.id]  # the first stands for all
        self._left_out: set[int] = set()
        self._writing = False

    def body(self) -> ComposeResult:
        yield PictureGrid(loader=self.host.pictures, policy=self.host.settings.look.pictures, scale=self._scale())
        yield Static(id="one-of-them")

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._tell()

    def _scale(self) -> int:
        """As large as they may be with all of them on a page, nearly."""
        width, height = self.app.size.width, self.app.size.height - 5
        for scale in reversed(SCALES):
            across = max(1, width // (scale + 2))
            if across * max(1, height // (scale // 2 + 2)) >= len(self._alike):
                return scale
        return SCALES[0]

    def _draw(self) -> None:
        workspace = self.host.workspace
        cells = []
        for number, side in enumerate(self._alike, 1):
            subject = picture(workspace, side)
            said = f"{side.width}×{side.height} {side.format.upper()} {size(side.bytes)}"
            if side.id in self._left_out:
                said = f"left out · {said}"
            cells.append(
                GridCell(
                    key=side.id,
                    path=subject.path,
                    caption=said,
                    state="active" if side.id in (*self._kept, *self._left_out) else "set_aside",
                    mark=number % DIGITS if number <= DIGITS else None,
                    selected=side.id in self._kept,
                    crop=subject.crop,
                )
            )
        self._grid.set_window(0, cells, len(cells))
        self._tell()

    def _tell(self) -> None:
        side, below = self._current(), self.query_one("#one-of-them", Static)
        best = self._alike[0]
        jpeg = quality(side, picture(self.host.workspace, side).path)
        below.update(alike_line(side, best, jpeg, max(1, below.content_size.width)), layout=False)
        judged = len(self._alike) - len(self._left_out)
        kept = (
            f"{len(self._kept)} kept, {judged - len(self._kept)} set aside" if self._kept else f"all {judged} set aside"
        )
        left_out = f", {len(self._left_out)} left out" if self._left_out else ""
        alike = count(len(self._alike), "picture" if self._kind == "image" else "face")
        self.where(f"duplicates › {alike} alike", f"space: {kept}{left_out}")

    def on_picture_grid_cursor_moved(self) -> None:
        self._tell()

    def on_picture_grid_opened(self) -> None:
        self.action_open()

    def on_picture_grid_window_wanted(self) -> None:
        """All of them were given already."""

    def _current(self) -> Side:
        return self._alike[min(self._grid.cursor, len(self._alike) - 1)]

    # What one decides.

    def action_keep(self, digit: int) -> None:
        at = (digit or DIGITS) - 1
        if at < len(self._alike):
            self._toggle(self._alike[at].id)
        else:
            self.say(f"there are {len(self._alike)} here")

    def action_keep_this(self) -> None:
        self._toggle(self._current().id)

    def _toggle(self, id: int) -> None:
        self._left_out.discard(id)
        if id in self._kept:
            self._kept.remove(id)
        else:
            self._kept.append(id)
        self._draw()

    def action_leave_out(self) -> None:
        id = self._current().id
        if id in self._left_out:
            self._left_out.remove(id)
        else:
            self._left_out.add(id)
            if id in self._kept:
                self._kept.remove(id)
        self._draw()

    def action_apply(self) -> None:
        ids = [each.id for each in self._alike if each.id not in self._left_out]
        if self._writing:
            return  # said already, and on its way
        if len(ids) < 2:
            self.say("there are not two left to say something of")
            return
        self._judge(ids, [each for each in self._kept if each in ids], ())

    def _judge(self, ids: list[int], kept: list[int], wrong: tuple[int, ...]) -> None:
        catalogue, kind = self.host.catalogue, self._kind
        against: list[Contradiction] = []
        done: list[str] = []

        def write() -> str:
            try:
                verdicts.judge_group(catalogue, kind, ids, kept, dropping=wrong)
            except Contradiction as error:
                against.append(error)
                return ""
            aside = count(len(ids) - len(kept), "picture" if kind == "image" else "face")
            undo = shown_key("anywhere.undo", self.host.key_map)
            done.append(f"kept {len(kept)}, set {aside} aside; {undo} brings them back")
            return done[0]

        def answered(verdict_id: int | None) -> None:
            if verdict_id is not None:
                self._judge(ids, kept, (*wrong, verdict_id))

        def then() -> None:
            self._writing = False
            if not self.is_current:
                return
            if against:
                ask_which_link(self, kind, against[0], answered)
            elif done:
                self.app.pop_screen()

        self._writing = True
        self.host.decide(write, then)

    # How it is looked at.

    def action_open(self) -> None:
        current = self._current()
        self.host.open_picture(current.image_id, list(dict.fromkeys(each.image_id for each in self._alike)))
