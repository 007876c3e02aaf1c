"""The Train screen: runs live, what they get wrong, and all that one does with them. Nothing but `stop` ends one."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from anitui.screens.bindings import bindings, shown_key
from anitui.screens.questions import Ask, Confirm
from anitui.screens.train.board import Board
from anitui.screens.train.panes import CURVES, TABLE
from anitui.screens.widgets.curves import Curves
from anitui.screens.widgets.picture import PictureGrid
from anitui.store import splits
from anitui.train.making import TrainOrder
from anitui.train.watching import Line


class TrainScreen(Board):
    """All runs of the workspace."""

    place = "train"
    CSS_PATH = "train.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("train")

    def matters(self, action_id: str) -> bool:
        line = self.chosen
        match action_id.partition(".")[2]:
            case "new":
                return True
            case "stop":
                return line is not None and line.standing.under_way
            case "resume":
                return line is not None and not line.standing.under_way and line.standing.state != "done"
            case "compare":
                return len(self.lines) > 1
            case "whole" | "farther":
                return line is not None and self.curves("loss").zoomed
        return line is not None

    def _of_chosen(self) -> Line | None:
        if self.chosen is None:
            self.say(f"there is no run here: {shown_key('train.new', self.host.key_map)} starts one")
        return self.chosen

    # How one goes about.

    def action_up(self) -> None:
        self._go(0, -1)

    def action_down(self) -> None:
        self._go(0, 1)

    def action_left(self) -> None:
        self._go(-1, 0)

    def action_right(self) -> None:
        self._go(1, 0)

    def _go(self, across: int, down: int) -> None:
        if self.panes.current == "wrong":
            self.wrong.move(across, down)
        elif across:
            self._curves_do(lambda view: view.pan(across))
        else:
            self.listing.step(down)

    def action_page_up(self) -> None:
        self._page(-1)

    def action_page_down(self) -> None:
        self._page(1)

    def _page(self, by: int) -> None:
        if self.panes.current in ("log", TABLE):
            pane = self.query_one(f"#pane-{self.panes.current}", VerticalScroll)
            pane.scroll_relative(y=by * max(1, pane.size.height - 1), animate=False)
        else:
            self.listing.page(by)

    def action_first(self) -> None:
        self.listing.move(0)

    def action_last(self) -> None:
        self.listing.last()

    def action_next_pane(self) -> None:
        self.panes.step(1)
        self.arrange_again()

    def action_previous_pane(self) -> None:
        self.panes.step(-1)
        self.arrange_again()

    def action_pane(self, number: int) -> None:
        self.panes.toggle(number)
        self.arrange_again()

    def action_alone(self) -> None:
        self.panes.alone = not self.panes.alone
        self.arrange_again()

    def action_open(self) -> None:
        """To the face that is wrong; of any other pane, it alone."""
        if self.panes.current == "wrong" and self._see_face():
            return
        self.action_alone()

    def _see_face(self) -> bool:
        face, line = self.wrong_one(), self.chosen
        if face is None or line is None:
            return False
        if face.face_id is not None:
            self.host.see_faces(f"id:{face.face_id}", str(line.run.settings.get("label_set") or "") or None)
        else:
            self.host.open_picture(face.image_id)
        return True

    def on_picture_grid_opened(self, event: PictureGrid.Opened) -> None:
        event.stop()
        self._see_face()

    def on_picture_grid_chosen(self, event: PictureGrid.Chosen) -> None:
        event.stop()
        self.panes.current = "wrong"
        self.arrange_again()

    def on_listing_chosen(self) -> None:
        self.action_open()

    def step_back(self) -> bool:
        panes = self.panes
        if panes.alone:
            panes.alone = False
        elif panes.comparing:
            panes.comparing = False
        elif panes.current != panes.wanted()[0]:
            panes.current = panes.wanted()[0]
        else:
            return False
        panes.settle()
        self.arrange_again()
        return True

    def way_out(self) -> str:
        if self.panes.alone:
            return "all panes"
        return "to one run" if self.panes.comparing else ""

    def action_drawing(self) -> None:
        policy = self.host.next_drawing()
        self.wrong.set_policy(policy)
        self.say(f"pictures are drawn: {policy}")

    # How curves are looked at: all of them alike, but for the scale.

    def _curves_do(self, act: Callable[[Curves], None]) -> None:
        for name in CURVES:
            act(self.curves(name))
        self.draw()
        self.refresh_keys()

    def action_smoother(self) -> None:
        self._smooth(1)

    def action_rougher(self) -> None:
        self._smooth(-1)

    def _smooth(self, by: int) -> None:
        self._curves_do(lambda view: view.smoother(by))
        share = self.curves("loss").smoothing
        self.say(f"smoothed: {share:g} of what was before in each value" if share else "as it was logged")

    def action_log(self) -> None:
        view = self.curves(self.panes.current if self.panes.current in CURVES else "loss")
        view.logarithmic = not view.logarithmic
        self.draw()

    def action_closer(self) -> None:
        self._curves_do(lambda view: view.zoom(1))

    def action_farther(self) -> None:
        self._curves_do(lambda view: view.zoom(-1))

    def action_whole(self) -> None:
        self._curves_do(lambda view: view.whole())

    # Several runs.

    def action_mark(self) -> None:
        line = self._of_chosen()
        if line is None:
            return
        if line.number in self.marked:
            self.marked.remove(line.number)
        else:
            self.marked.append(line.number)
        self.listing.refresh()
        self.draw()
        self.look()

    def action_compare(self) -> None:
        """Beside each other; where none are marked, this run and the one below."""
        line = self._of_chosen()
        if line is None:
            return
        if self.panes.comparing:
            self.step_back()
            return
        if len(self.shown_runs) < 2:
            at = self.listing.cursor
            other = self.lines[at + 1] if at + 1 < len(self.lines) else self.lines[at - 1]
            if other.number == line.number:
                self.say("there is one run alone: nothing to compare it with")
                return
            self.marked = [line.number, other.number]
            self.listing.refresh()
            mark = shown_key("train.mark", self.host.key_map)
            self.say(f"run {line.number} beside run {other.number}; {mark} marks others")
        self.panes.comparing, self.panes.alone = True, False
        self.panes.current = TABLE
        self.arrange_again()
        self.look()

    # What one does with runs.

    def action_new(self) -> None:
        """Ask for a run; it is made beside what one does, and trains by itself."""
        from anitui.screens.train.ordering import TrainForm

        there = splits.names(self.host.catalogue)
        if not there:
            go, place = (shown_key(each, self.host.key_map) for each in ("anywhere.go", "go.splits"))
            self.say(f"a split is needed first: {go} {place} makes one of the faces that have a name")
            return

        def answered(order: TrainOrder | None) -> None:
            if order is not None:
                self.host.train(order, self._made)

        self.app.push_screen(TrainForm(self.host.catalogue, there, self.lines), answered)

    def _made(self, number: int) -> None:
        self.wished = number
        if self.is_attached:
            self.look()

    def action_stop(self) -> None:
        line = self._of_chosen()
        if line is None:
            return
        if not line.standing.under_way:
            again = shown_key("train.resume", self.host.key_map)
            goes = f"; {again} lets it go on" if line.standing.state != "done" else ""
            self.say(f"run {line.number} is not being trained{goes}")
            return
        self.off_thread(line.run.stop, lambda _: None, group="orders")
        self.say(f"run {line.number} finishes its step, keeps a checkpoint, and ends")

    def action_resume(self) -> None:
        line = self._of_chosen()
        if line is None:
            return
        state = line.standing.state
        if line.standing.under_way or state == "done":
            new = shown_key("train.new", self.host.key_map)
            self.say(f"run {line.number} is {'done' if state == 'done' else 'being trained'}; {new} starts another one")
            return
        self.say(f"run {line.number} goes on …" if state != "waiting" else f"run {line.number} is started …")

        def started(_: None) -> None:
            self.say(f"run {line.number} trains by itself: leaving anitui does not end it")
            self.look()

        self.off_thread(line.run.start, started, group=f"start {line.number}")

    def action_note(self) -> None:
        line = self._of_chosen()
        if line is None:
            return

        def answered(text: str | None) -> None:
            if text is not None:
                self.off_thread(lambda: line.run.write_note(text), lambda _: self.look(), group="notes")

        self.app.push_screen(Ask(f"What is to be noted of run {line.number}?", line.note), answered)

    def action_delete(self) -> None:
        """Delete a run, when the person says so: nothing brings it back."""
        line = self._of_chosen()
        if line is None:
            return
        if line.standing.under_way:
            stop = shown_key("train.stop", self.host.key_map)
            self.say(f"run {line.number} is being trained: {stop} stops it first")
            return

        def deleted(_: None) -> None:
            self.say(f"deleted run {line.number}")
            self.look()

        def answered(yes: bool | None) -> None:
            if yes:
                self.off_thread(line.run.delete, deleted, group="orders")

        epochs = line.standing.live.get("epoch")
        lost = f"{epochs:.1f} epochs of training, its models and its note" if epochs else "Its settings and its note"
        detail = f"{lost} are gone for good: nothing brings them back."
        self.app.push_screen(Confirm(f"Delete run {line.number}, {line.name}?", "delete it", detail), answered)
