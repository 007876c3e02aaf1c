"""From picture to picture: which ones there are to go through, and what was done to one is kept before the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from anitui.screens.bindings import shown_key
from anitui.screens.boxes.desk import SHOWN, Desk
from anitui.screens.boxes.looking import BoxesLooking
from anitui.screens.completing import Filters
from anitui.screens.label_sets import ask_for_set
from anitui.screens.questions import Ask
from anitui.store import boxes, gallery, remembered
from anitui.store import labels as label_store
from anitui.store.boxes import Boxed, Queue
from anitui.store.labels import Known

if TYPE_CHECKING:
    from anitui.screens.host import Among
    from anitui.store.journal import Entry

NAME = "boxes"  # under which it is remembered where one stopped
SAVE_AFTER = 0.7  # seconds in which presses are gathered
KEEP_AFTER = 1.0  # seconds: where one is, is kept as often at the most
AHEAD = 2


class BoxesGoing(BoxesLooking):
    """Goes through the pictures of a filter, or those that another screen gave it."""

    def __init__(self, image_id: int | None = None, among: Among | None = None) -> None:
        super().__init__()
        self._given = among
        self._first = image_id
        self._counted: int | None = None
        self._saving: Timer | None = None
        self._keeping: Timer | None = None
        self._ahead: dict[int, Boxed] = {}

    def on_mount(self) -> None:
        self.line_up("", self._first, first=True)
        self.watch(self.app, "status", self._count_again, init=False)

    def on_unmount(self) -> None:
        self._reading.stop()
        self._leave_picture()
        self._keep_place()

    def on_screen_suspend(self) -> None:
        self.settle()
        self._keep_place()

    def on_screen_resume(self) -> None:
        if self.queue is not None:
            self._read_labels()
        self.reload()
        self._count_again()

    # Which pictures.

    def line_up(self, query: str, at: int | None = None, *, first: bool = False) -> None:
        """Work out which pictures there are to go through, and begin at one of them, or where one stopped."""
        host, given = self.host, self._given if first else None
        cursor = self._reading.start(host.catalogue)
        self.where("boxes", "reading … esc stops it")

        def read() -> tuple[Queue, int | None, str, str]:
            kept = (remembered.remembered(host.catalogue, NAME) or {}) if first else {}
            kept = kept if isinstance(kept, dict) else {}
            label_set = str(kept.get("set") or self._label_set)
            if given is not None:
                ids = given() if callable(given) else given
                return boxes.among(host.catalogue, ids), at, label_set, SHOWN[0]
            wanted = str(kept.get("query") or "") if first else query
            showing = str(kept.get("showing")) if kept.get("showing") in SHOWN else self.showing
            return boxes.queue(host.catalogue, wanted, cursor), at or kept.get("image"), label_set, showing

        self.off_thread(read, lambda found: self._lined_up(*found), group="queue", failed=self._gave_up)

    def _gave_up(self) -> None:
        self._reading.done()
        self.tell()

    def _lined_up(self, queue: Queue, at: int | None, label_set: str, showing: str) -> None:
        self._reading.done()
        self.queue, self._label_set, self.showing = queue, label_set, showing
        self._visited.clear()
        self._ahead.clear()
        status = self.host.status
        self._counted = status.active + status.set_aside if status is not None else None
        self._read_labels()
        if not len(queue):
            self.desk = None
            self.nothing(self._why_nothing(queue))
            return
        place = queue.place_of(at)
        if place is None:
            place = queue.next_open(-1)
            if place is None:
                self.say(f"all {len(queue):,} pictures here were gone through; the first is shown")
                place = 0
        self._go(place)

    def _why_nothing(self, queue: Queue) -> str:
        back = shown_key("anywhere.step_back", self.host.key_map)
        if queue.query:
            return (
                f"nothing fits this filter: {shown_key('boxes.filter', self.host.key_map)} changes it, {back} lifts it"
            )
        status = self.host.status
        if status is not None and status.set_aside:
            return "all pictures are set aside"
        return "no pictures yet: `anitui import` takes some in"

    def _count_again(self) -> None:
        """Line up again when pictures came."""
        status = self.host.status
        if status is None or self.queue is None or self._given is not None or self not in self.app.screen_stack:
            return
        there = status.active + status.set_aside
        if self._counted is None:
            self._counted = there
        elif there != self._counted and not self._unsettled:
            self.line_up(self.queue.query, self._image_id())

    def _image_id(self) -> int | None:
        return int(self.queue.ids[self._at]) if self.queue is not None and len(self.queue) else None

    def _go(self, place: int) -> None:
        """Show the picture at a place; what was done to the one before is kept first."""
        self._leave_picture()
        assert self.queue is not None
        self._at = place
        self._keep_soon()
        # What was read ahead is shown at once, so that no key that follows meets a picture that is not there.
        known = self._ahead.get(int(self.queue.ids[place]))
        self.desk = None if known is None else Desk(known, self.showing)
        if known is not None:
            self.show_picture(known)
            self.tell()
        self._read(again=False)

    def let_go(self) -> None:
        """What is in the middle of being done with the picture ends here."""

    def _leave_picture(self) -> None:
        self.let_go()
        self._end_draft()
        self._save()

    def _read(self, *, again: bool) -> None:
        queue, host, label_set = self.queue, self.host, self._label_set
        if queue is None or not len(queue):
            return
        image_id = int(queue.ids[self._at])
        near: list[int] = []
        if not again:
            following = queue.next_open(self._at)
            places = [*([following] if following is not None else []), self._at + 1, self._at - 1][: AHEAD + 1]
            near = [int(queue.ids[each]) for each in places if 0 <= each < len(queue) and each != self._at]

        def read() -> list[Boxed]:
            return [boxes.boxed(host.catalogue, each, label_set) for each in (image_id, *near)]

        self.off_thread(read, lambda found: self._arrive(found[0], found[1:], again=again), group="picture")

    def _arrive(self, picture: Boxed, near: list[Boxed], *, again: bool) -> None:
        if picture.image_id != self._image_id() or self.queue is None:
            return
        if not again:
            # Of what was not written when it was read, nothing is known for sure.
            self._ahead = {} if self._unsettled else {each.image_id: each for each in near}
        if self.desk is not None and self.desk.picture.image_id == picture.image_id:
            if not self._unsettled:  # else it is read again when all is written
                self.desk.refresh(picture, self.keeper.numbers)
                self.draw()
        else:
            self.desk = Desk(picture, self.showing)
            self.show_picture(picture)
        if not again:
            self.view.prepare([self.subject(each) for each in near])
        if self._unsettled:
            return
        self.queue.reviewed[self._at] = picture.reviewed
        self.tell()
        if picture.lacks_hashes:
            self._fill_hashes(picture.image_id)

    def _read_labels(self) -> None:
        label_set = self._label_set

        def arrive(found: list[Known]) -> None:
            self.labels = found
            self.draw()

        self.off_thread(lambda: label_store.known(self.host.catalogue, label_set), arrive, group="labels", quiet=True)

    def _fill_hashes(self, image_id: int) -> None:
        """Near-duplicates are found by hashes, and those of a box that was changed are to be made."""
        from anitui.pipeline import box_hashes
        from anitui.pipeline.examine import limits_of

        host, limits = self.host, limits_of(self.host.settings.importing)
        self.off_thread(
            lambda: box_hashes.fill(host.workspace, host.catalogue, limits, image_id),
            lambda _: None,
            group=f"hashes {image_id}",
            quiet=True,
        )

    def _keep_soon(self) -> None:
        """A machine that stops has no time to say goodbye, so where one is, is not only kept on leaving."""
        if self._keeping is None:
            self._keeping = self.set_timer(KEEP_AFTER, self._keep_place)

    def _keep_place(self) -> None:
        if self._keeping is not None:
            self._keeping.stop()
            self._keeping = None
        if self._given is None and self.queue is not None:
            self.host.keep_place(NAME, self._place())

    def _place(self) -> dict[str, object]:
        query = self.queue.query if self.queue is not None else ""
        return {"query": query, "image": self._image_id(), "set": self._label_set, "showing": self.showing}

    # What is kept, and when.

    def settle(self) -> None:
        self._end_draft()
        self._save()
        self.keeper.apart()

    def _save(self) -> None:
        """Write what lies otherwise than on the disk."""
        if self._saving is not None:
            self._saving.stop()
            self._saving = None
        if self.desk is not None:
            self.keeper.move(self.desk.picture.image_id, self.desk.take_moved())

    def _save_soon(self) -> None:
        if self._saving is None:
            self._saving = self.set_timer(SAVE_AFTER, self._save)

    def _end_draft(self) -> bool:
        """The box that is being inserted stays; False where there is none."""
        box = self.desk.end() if self.desk is not None else None
        if box is None or self.desk is None:
            return False
        self.desk.corner = None
        self.keeper.draw(self.desk.picture.image_id, box)
        return True

    @property
    def _unsettled(self) -> bool:
        return self.keeper.busy or (self.desk is not None and bool(self.desk.moved))

    def written(self) -> None:
        """All that was decided is in the catalogue."""
        if not self.is_attached:
            return
        if self._new_label:
            self._new_label = False
            self._read_labels()
        self._read(again=True)

    def reload(self) -> None:
        if not self._unsettled and self.desk is not None:
            self._read(again=True)

    def stepped(self, entry: Entry, *, undone: bool) -> None:
        """A decision was taken back, or made again: to the picture that it was about."""
        self._read_labels()
        self._ahead.clear()
        if not entry.action.startswith("boxes.") or self.queue is None:
            return

        def arrive(image_id: int | None) -> None:
            place = self.queue.place_of(image_id) if self.queue is not None else None
            if place is not None and place != self._at:
                self._go(place)

        self.off_thread(lambda: boxes.picture_of(self.host.catalogue, entry.entry_id), arrive, group="stepped")

    # From picture to picture.

    def action_next_open(self) -> None:
        """This one was gone through; on to the next that was not."""
        queue, image_id = self.queue, self._image_id()
        if queue is None or image_id is None:
            self.say("there is no picture here")
            return
        if self.desk is None:
            self.say("one moment: the picture is not there yet")
            return
        self._leave_picture()
        at, place = self._at, self._place()
        if not self.read_only:
            new = not queue.reviewed[at]
            queue.reviewed[at] = True
        following = queue.next_open(at)
        if following == at:
            following = None
        if following is not None:
            place["image"] = int(queue.ids[following])
        if not self.read_only and new:
            self.keeper.review(image_id, NAME if self._given is None else "", place)
        if following is None:
            self.say(f"no pictures are left to review: all {len(queue):,} here were gone through")
            self.tell()
            return
        self._visited.append(at)
        self._go(following)

    def action_back(self) -> None:
        if self._visited:
            self._go(self._visited.pop())
        elif self._at > 0:
            self._go(self._at - 1)
        else:
            self.say("this is the first one")

    def action_next_picture(self) -> None:
        if self.queue is not None and self._at + 1 < len(self.queue):
            self._go(self._at + 1)
        else:
            self.say("this is the last one")

    def action_previous_picture(self) -> None:
        if self._at > 0:
            self._go(self._at - 1)
        else:
            self.say("this is the first one")

    def action_first_picture(self) -> None:
        self._jump(0)

    def action_last_picture(self) -> None:
        self._jump(-1)

    def _jump(self, to: int) -> None:
        place = to % len(self.queue) if self.queue is not None and len(self.queue) else None
        if place is None:
            self.say("there is no picture here")
        elif place != self._at:
            self._visited.append(self._at)
            self._go(place)

    def action_filter(self) -> None:
        def answered(query: str | None) -> None:
            if query is not None:
                self._given = None
                self.line_up(query, self._image_id())

        completing = Filters()
        query = self.queue.query if self.queue is not None else ""
        detail = "pictures: label:miku size<300 -format:gif mark:3 added>7d cocoa"
        self.app.push_screen(Ask("Go through which pictures", query, detail=detail, suggester=completing), answered)
        self.off_thread(lambda: gallery.labels(self.host.catalogue), completing.labels.extend, group="filters")

    def action_label_set(self) -> None:
        def name_with(label_set: str) -> None:
            self._label_set = label_set
            self._ahead.clear()
            self._read_labels()
            self._read(again=True)
            self.tell()

        ask_for_set(self, self._label_set, name_with)
