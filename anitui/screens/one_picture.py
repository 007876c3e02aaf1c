"""One picture, large, with all that is known of it beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy
from numpy.typing import NDArray
from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.widgets import Static

from anitui.screens.bindings import bindings, shown_key
from anitui.screens.browse import BrowseScreen
from anitui.screens.frame import FrameScreen
from anitui.screens.questions import Choose
from anitui.screens.widgets.picture import Box, PictureView, Subject
from anitui.store import gallery, pictures
from anitui.store.gallery import Shown
from anitui.store.pictures import Detail, Sighting
from anitui.words import ago, count, size

if TYPE_CHECKING:
    from anitui.screens.asking import Told
    from anitui.screens.host import Among
    from anitui.train.run import Run

PAN = 0.2  # of what is seen
AHEAD = 3


class PictureScreen(FrameScreen):
    """Looks closer at one of several pictures."""

    place = "picture"
    CSS_PATH = "one_picture.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("picture")

    def __init__(self, image_id: int, among: Among) -> None:
        super().__init__()
        self._to_read = among if callable(among) else None
        self._among: Sequence[int] | NDArray[numpy.int64] = [image_id]
        self._at = 0
        if not callable(among):
            self._go_through(among, image_id)
        self._detail: Detail | None = None
        self._asks = False  # a model is asked about each picture
        self._run: Run | None = None  # which; None: the newest
        self._waits = False  # for its answer
        self._told: Told | None = None

    def body(self) -> ComposeResult:
        with Container(id="picture"):
            yield PictureView(loader=self.host.pictures, policy=self.host.settings.look.pictures, id="view")
            with VerticalScroll(id="facts", classes="panel", can_focus=False) as panel:
                panel.border_title = "what is known"
                yield Static(id="known")

    def on_mount(self) -> None:
        self.query_one(PictureView).can_focus = True
        self.query_one(PictureView).focus()
        self._show(self._at)
        if self._to_read is not None:
            self.off_thread(self._to_read, self._know, group="among", failed=self._know_none)

    def _know(self, among: NDArray[numpy.int64]) -> None:
        """The pictures that one goes through are known; the one that is shown stays."""
        self._to_read = None
        self._go_through(among, int(self._among[self._at]))
        self._read(keep_view=True)

    def _know_none(self) -> None:
        self._to_read = None

    def _go_through(self, among: Sequence[int] | NDArray[numpy.int64], image_id: int) -> None:
        found = (numpy.asarray(among) == image_id).nonzero()[0]
        # A row of SQL may lead to a picture that is not in its own column of pictures.
        if len(found):
            self._among, self._at = among, int(found[0])

    def on_resize(self) -> None:
        self.set_class(self.size.width < 70, "-narrow")

    def reload(self) -> None:
        self._read(keep_view=True)

    def _show(self, at: int) -> None:
        self._at = max(0, min(at, len(self._among) - 1))
        self._told = None
        browse = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        if isinstance(browse, BrowseScreen):
            browse.went_to(int(self._among[self._at]))
        self._read(keep_view=False)

    def _read(self, *, keep_view: bool) -> None:
        image_id = int(self._among[self._at])
        near = [int(each) for each in self._among[max(0, self._at - 1) : self._at + 1 + AHEAD]]

        def read() -> tuple[Detail, list[Subject]]:
            others = [each for each in gallery.shown(self.host.catalogue, near) if each.image_id != image_id]
            return pictures.detail(self.host.catalogue, image_id), [self._subject(each) for each in others]

        self.off_thread(read, lambda found: self._arrive(*found, keep_view=keep_view), group="detail")

    def _subject(self, picture: Detail | Shown) -> Subject:
        return Subject(self.host.workspace.file(picture.path), shape=(picture.width, picture.height))

    def _arrive(self, detail: Detail, near: list[Subject], *, keep_view: bool) -> None:
        self._detail = detail
        if not keep_view:
            self.query_one(PictureView).show(self._subject(detail), near, boxes=_boxes(detail))
        else:
            self.query_one(PictureView).prepare(near)
        self.query_one("#known", Static).update(_known(detail, self._told))
        if self._asks and self._told is None:
            self._ask()
        state = "" if detail.state == "active" else " · ✗ set aside"
        mark = f" · [{detail.mark}]" if detail.mark is not None else ""
        far = f"{self._at + 1:,} of {len(self._among):,}" if len(self._among) > 1 else ""
        title = next((seen.title for seen in detail.sightings if seen.title), Path(detail.path).name)
        self.where(f"picture {detail.image_id} › {title}{mark}{state}", far)

    def _decide(self, decision: Callable[[list[int]], str]) -> None:
        image_id = int(self._among[self._at])
        self.host.decide(lambda: decision([image_id]))

    def action_set_aside(self) -> None:
        def decide(ids: list[int]) -> str:
            changed = gallery.set_aside(self.host.catalogue, ids, "by hand", "picture.set_aside")
            back = shown_key("anywhere.undo" if changed else "picture.bring_back", self.host.key_map)
            return f"set aside{'' if changed else ' already'}; {back} brings it back"

        self._decide(decide)

    def action_bring_back(self) -> None:
        def decide(ids: list[int]) -> str:
            changed = gallery.bring_back(self.host.catalogue, ids, "picture.bring_back")
            return "brought back" if changed else "nothing to bring back here"

        self._decide(decide)

    def action_mark(self, digit: int) -> None:
        def decide(ids: list[int]) -> str:
            gallery.mark(self.host.catalogue, ids, digit, "picture.mark")
            return ""

        self._decide(decide)

    # What a model says of it.

    def action_ask(self) -> None:
        self._asks = not self._asks
        if self._asks:
            self._ask()
            return
        self.workers.cancel_group(self, "asking")
        self._tell(None)

    def action_ask_which(self) -> None:
        from anitui.screens import asking

        def choose(runs: list[Run]) -> None:
            if not runs:
                self.say("no run has a model yet: one is kept when it is measured, or stopped", "warning")
                return

            def chosen(number: str | None) -> None:
                if number is not None:
                    self._run = next(each for each in runs if str(each.number) == number)
                    self._asks = True
                    self._ask()

            options = [(str(each.number), f"run {each.number}  {each.settings['name']}  {each.task}") for each in runs]
            current = None if self._run is None else str(self._run.number)
            self.app.push_screen(Choose("Which model?", options, current), chosen)

        self.off_thread(lambda: asking.usable(self.host), choose, group="runs")

    def _ask(self) -> None:
        """Have the model look at this picture; the first time a process has to start and to load it."""
        from anitui.screens import asking

        detail = self._detail
        if detail is None:
            return
        run, self._waits = self._run, True
        if self.host.asking is None:
            self.say("loading the model …")

        def arrive(told: Told) -> None:
            self._waits = False
            if self._asks and self._detail is not None and self._detail.image_id == detail.image_id:
                self._tell(told)

        def failed() -> None:
            self._waits = self._asks = False

        self.off_thread(lambda: asking.tell(self.host, run, detail), arrive, group="asking", failed=failed)

    def _tell(self, told: Told | None) -> None:
        self._told = told
        view, detail = self.query_one(PictureView), self._detail
        if detail is None:
            return
        view.show_boxes(_boxes(detail) if told is None or told.answer.task == "multi" else told.boxes())
        view.show_captions(told.captions() if told is not None else ())
        self.query_one("#known", Static).update(_known(detail, told))
        if told is not None:
            self.say(told.summary())

    def on_unmount(self) -> None:
        if self._waits:
            from anitui.screens import asking

            asking.stop(self.host)

    def action_next(self) -> None:
        if self._at + 1 < len(self._among):
            self._show(self._at + 1)
        else:
            self._say_no_more("this is the last one")

    def action_previous(self) -> None:
        if self._at > 0:
            self._show(self._at - 1)
        else:
            self._say_no_more("this is the first one")

    def _say_no_more(self, why: str) -> None:
        self.say(why if self._to_read is None else "one moment: the others are not there yet")

    def action_boxes(self) -> None:
        self.host.fix_boxes(int(self._among[self._at]), self._to_read or self._among)

    def action_facts(self) -> None:
        self.query_one("#facts").toggle_class("-hidden")

    def action_facts_down(self) -> None:
        self.query_one("#facts", VerticalScroll).scroll_page_down(animate=False)

    def action_facts_up(self) -> None:
        self.query_one("#facts", VerticalScroll).scroll_page_up(animate=False)

    def action_zoom(self) -> None:
        self.query_one(PictureView).zoom_in()

    def action_unzoom(self) -> None:
        self.query_one(PictureView).zoom_out()

    def action_whole(self) -> None:
        self.query_one(PictureView).whole()

    def action_left(self) -> None:
        self.query_one(PictureView).pan(-PAN, 0)

    def action_right(self) -> None:
        self.query_one(PictureView).pan(PAN, 0)

    def action_up(self) -> None:
        self.query_one(PictureView).pan(0, -PAN)

    def action_down(self) -> None:
        self.query_one(PictureView).pan(0, PAN)

    def action_drawing(self) -> None:
        policy = self.host.next_drawing()
        self.query_one(PictureView).set_policy(policy)
        self.say(f"pictures are drawn: {policy}")


def _boxes(detail: Detail) -> list[Box]:
    w, h = detail.width, detail.height
    return [Box(face.x / w, face.y / h, face.w / w, face.h / h) for face in detail.faces]


def _known(detail: Detail, told: Told | None = None) -> Group:
    """What a model says of a picture, all facts of it, then every place where it was seen."""
    facts = Table.grid(padding=(0, 1))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")

    def row(name: str, value: str, style: str = "") -> None:
        facts.add_row(name, Text(value, style))

    if detail.state != "active":
        row("✗ set aside", detail.reason or "no reason given", "bold")
    if detail.purged_at is not None:
        row("! purged", f"its bytes were removed {ago(detail.purged_at)}", "bold")
    if detail.mark is not None:
        row("mark", str(detail.mark), "bold")
    for label, said_by in detail.labels:
        row("label", f"{label}  ({said_by})")
    if detail.faces:
        row("faces", ", ".join(face.label or "no name" for face in detail.faces))
    row("size", f"{detail.width} × {detail.height}  {size(detail.bytes)}")
    frames = f", first of {count(detail.frames, 'frame')}" if detail.frames > 1 else ""
    row("format", f"{detail.format.upper()} {detail.mode}{frames}")
    kept = {"copy": "a copy", "hardlink": "a hard link"}.get(detail.stored, "a reference to the file where it was")
    row("kept as", kept)
    row("added", ago(detail.added_at))
    for name, value in detail.facts.items():
        row(name.replace("_", " "), f"{value:.0%}" if name == "colour_share" else f"{value:,.1f}")
    for algorithm, mode, digits in detail.hashes:
        row(algorithm, digits + ("  (fast)" if mode == "fast" else ""))
    digest = Text().append("sha256 ", "dim").append(detail.sha256)
    return Group(*([] if told is None else [_said(told)]), facts, digest, _seen(detail.sightings))


def _said(told: Told) -> Text:
    text = Text().append(f"run {told.run} says\n", "bold")
    numbered = len(told.lines()) > 1 and told.answer.task != "multi"
    for number, (colour, what, more) in enumerate(told.lines(), 1):
        text.append("■ ", colour).append(f"{number} " if numbered else "", "dim").append(what + "\n")
        if more:
            text.append(f"  or {more}\n", "dim")
    if not told.lines():
        text.append("no face was found\n", "dim")
    return text


def _seen(sightings: Sequence[Sighting]) -> Text:
    text = Text().append(f"\nseen {count(len(sightings), 'time')}\n", "bold")
    for seen in sightings[:20]:
        where = " · ".join(part for part in (seen.site, seen.flair, ago(seen.seen_at)) if part)
        text.append(where, style="dim")
        if seen.title:
            text.append(f"\n  {seen.title}")
        if seen.author:
            text.append(f" · by {seen.author}")
        if seen.nsfw:
            text.append(" · nsfw", style="bold")
        text.append(f"\n  {seen.url}\n", style="dim")
    if len(sightings) > 20:
        text.append(f"and {len(sightings) - 20:,} more\n", style="dim")
    return text
