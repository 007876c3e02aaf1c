"""One job: what it asks for, and every item with what became of it, read by the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from anitui.screens.bindings import bindings
from anitui.screens.jobs.doing import WithJobs
from anitui.screens.jobs.listing import Listing, Parts, Role
from anitui.screens.jobs.telling import fitted, state_of
from anitui.screens.questions import Choose
from anitui.screens.widgets.picture.words import tame
from anitui.store import job_lists
from anitui.words import ago, count

if TYPE_CHECKING:
    from anitui.pipeline.collect.live import Live
    from anitui.store.job_lists import JobItem, JobRow

NARROW = 100
PAGE = 200
STATES: dict[str, tuple[str, Role]] = {
    "waiting": ("·", "waits"), "done": ("✓", "good"), "already": ("=", "dim"), "opened": ("▸", "dim"),
    "refused": ("−", "bad"), "failed": ("✗", "bad"),
}  # fmt: skip
MEANS = {
    "waiting": "found, and not fetched yet",
    "done": "its picture is new here",
    "already": "its picture was here before",
    "opened": "a page; the pictures in it are items of their own",
    "refused": "it will not be otherwise",
    "failed": "worth another try",
}


class JobScreen(WithJobs):
    """Looks closer at one job."""

    place = "job"
    CSS_PATH = "jobs.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("job")

    def __init__(self, row: JobRow) -> None:
        super().__init__()
        self._row = row
        self._state: str | None = None  # only items in this one are shown
        self._pages: dict[int, Sequence[JobItem]] = {}
        self._stale: set[int] = set()  # pages that are shown as they were, until they are read again
        self._asked: set[int] = set()

    def body(self) -> ComposeResult:
        with Container(id="job"):
            with VerticalScroll(id="job-asks", classes="panel", can_focus=False) as asks:
                asks.border_title = f"job {self._row.job_id}"
                yield Static(id="job-fields", markup=False)
            with Container(id="job-right"):
                with Container(id="job-list", classes="panel"):
                    yield Listing(id="job-items")
                with VerticalScroll(id="job-closer", classes="panel", can_focus=False) as closer:
                    closer.border_title = "this one"
                    yield Static(id="job-item", markup=False)

    def on_screen_resume(self) -> None:
        self.listing.focus()

    def on_resize(self) -> None:
        self.set_class(self.size.width < NARROW, "-narrow")

    @property
    def listing(self) -> Listing:
        return self.query_one("#job-items", Listing)

    @property
    def chosen(self) -> JobRow | None:
        return self._row

    # What is read.

    def read(self) -> None:
        catalogue, job_id = self.host.catalogue, self._row.job_id

        def read() -> JobRow | None:
            return next((row for row in job_lists.collecting_jobs(catalogue) if row.job_id == job_id), None)

        self.off_thread(read, self._arrive, group="job", failed=self.arrived)

    def _arrive(self, row: JobRow | None) -> None:
        self.arrived()
        if row is None:
            self.say("this job was taken off the list")
        else:
            self._row = row
        self._stale = set(self._pages)
        self._lay_out()

    def _lay_out(self) -> None:
        self.listing.show(self._heading(), self._count, self._line)
        of = f"only what is {self._state}" if self._state else "all it found"
        self.query_one("#job-list").border_title = f"{of}: {self._count:,}"
        self.query_one("#job-fields", Static).update(self._asks_for())
        self._tell()

    @property
    def _count(self) -> int:
        """How many items are shown."""
        return self._row.items if self._state is None else int(getattr(self._row, self._state))

    def _item(self, number: int) -> JobItem | None:
        """An item, where its page was read; else, or when that was before the last change, it is asked for."""
        page, at = divmod(number, PAGE)
        if (page not in self._pages or page in self._stale) and page not in self._asked:
            self._asked.add(page)
            self.call_later(self._read_page, page)
        found = self._pages.get(page, ())
        return found[at] if at < len(found) else None

    def _read_page(self, page: int) -> None:
        catalogue, job_id, state = self.host.catalogue, self._row.job_id, self._state

        def arrive(found: list[JobItem]) -> None:
            self._asked.discard(page)
            if state != self._state:
                return
            self._stale.discard(page)
            self._pages[page] = found
            self.listing.refresh()
            self._tell()

        self.off_thread(
            lambda: job_lists.items(catalogue, job_id, state, limit=PAGE, offset=page * PAGE),
            arrive,
            group=f"page {page}",
            failed=lambda: self._asked.discard(page),
        )

    # What is shown.

    def looked(self, before: Live | None) -> None:
        job_id = self._row.job_id
        if self.live_of(job_id) != (before.jobs.get(job_id) if before is not None else None):
            self.query_one("#job-fields", Static).update(self._asks_for())

    def _heading(self) -> Parts:
        return [(f"{fitted('state', 10)}  {fitted('tries', 5, True)}  why, or where", "dim")]

    def _line(self, number: int) -> Parts:
        item = self._item(number)
        if item is None:
            return [("…", "dim")]
        sign, role = STATES[item.state]
        parts: list[tuple[str, Role]] = [(fitted(f"{sign} {item.state}", 10) + "  ", role)]
        parts.append((fitted(f"{item.attempts:,}", 5, True) + "  ", "dim"))
        if item.reason:
            parts.append((f"{item.reason}  ", "plain"))
        parts.append((item.url, "dim" if item.reason else "plain"))
        return parts

    def _asks_for(self) -> Content:
        row = self._row
        live = self.live_of(row.job_id)
        state = state_of(row, live)
        facts: list[tuple[str, str]] = [("state", f"{state.sign} {state.word}")]
        if live is not None and live.doing:
            facts.append(("now", live.doing))
        if row.reason and live is None:
            facts.append(("why", row.reason))
        facts += [(name, _in_words(row.order[name])) for name in _in_order(row.order)]
        numbers = ", ".join(f"{getattr(row, name):,} {name}" for name in STATES if getattr(row, name))
        facts.append(("found", f"{row.items:,}" + (f": {numbers}" if numbers else "")))
        facts += [("made", ago(row.made_at)), ("changed", ago(row.changed_at))]
        width = max(cell_len(tame(name)) for name, _ in facts)
        parts: list[tuple[str, str]] = [(f"{tame(row.name)}\n", "bold")]
        for name, value in facts:
            parts += [(f"{fitted(name.replace('_', ' '), width)}  ", "$foreground-muted"), (f"{tame(value)}\n", "")]
        return Content.assemble(*parts)

    def _tell(self) -> None:
        at = self.listing.cursor
        far = f"{at + 1:,} of {count(self._count, 'item')}" if self._count else "nothing here"
        self.where(f"jobs › {tame(self._row.name)}" + (f" › {self._state}" if self._state else ""), far)
        item = self._item(at) if self._count else None
        self.query_one("#job-item", Static).update(_closer(item) if item is not None else "")

    # What keys do; the rest is as in the list.

    def on_listing_moved(self) -> None:
        self._tell()

    def on_listing_chosen(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        item = self._item(self.listing.cursor) if self._count else None
        if item is None:
            return
        if item.image_id is None:
            self.say(f"there is no picture of it: {item.reason or MEANS[item.state]}")
            return
        page = self._pages[self.listing.cursor // PAGE]
        among = list(dict.fromkeys(each.image_id for each in page if each.image_id is not None))
        self.host.open_picture(item.image_id, among)

    def action_filter(self) -> None:
        options = [("all", f"all ({self._row.items:,})")]
        options += [(state, f"{state} ({getattr(self._row, state):,}): {MEANS[state]}") for state in STATES]

        def answered(state: str | None) -> None:
            if state is not None:
                self._only(None if state == "all" else state)

        self.app.push_screen(Choose("Show only what is", options, self._state or "all"), answered)

    def _only(self, state: str | None) -> None:
        self._state = state
        self._pages.clear()
        self._stale.clear()
        self._asked.clear()
        self.listing.move(0)
        self._lay_out()
        self.refresh_keys()

    def step_back(self) -> bool:
        if self.has_class("-fields"):
            self.action_fields()
        elif self._state is not None:
            self._only(None)
        else:
            return False
        return True

    def way_out(self) -> str:
        return "to its items" if self.has_class("-fields") else "show all" if self._state is not None else ""

    def action_fields(self) -> None:
        """All that the job asks for, in place of its items, or its items again."""
        self.toggle_class("-fields")
        self.refresh_keys()

    def action_up(self) -> None:
        self._go(-1, page=False)

    def action_down(self) -> None:
        self._go(1, page=False)

    def action_page_up(self) -> None:
        self._go(-1, page=True)

    def action_page_down(self) -> None:
        self._go(1, page=True)

    def _go(self, by: int, *, page: bool) -> None:
        if self.has_class("-fields"):
            asks = self.query_one("#job-asks", VerticalScroll)
            asks.scroll_relative(y=by * (max(1, asks.size.height - 1) if page else 1), animate=False)
        elif page:
            self.listing.page(by)
        else:
            self.listing.step(by)

    def action_first(self) -> None:
        self.listing.move(0)

    def action_last(self) -> None:
        self.listing.last()


def _in_order(order: Mapping[str, object]) -> list[str]:
    """The fields that say something, as the form has them."""
    from anitui.pipeline.collect.specs import COMMON
    from anitui.pipeline.sources import registry

    kind = registry.kinds().get(str(order.get("type")))
    known = ["type", *(each.name for each in (*(kind.fields if kind is not None else ()), *COMMON))]
    said = [name for name, value in order.items() if value not in (None, "", [])]
    return sorted(said, key=lambda name: known.index(name) if name in known else len(known))


def _in_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _closer(item: JobItem) -> Content:
    """All that is known of an item."""
    sign, _ = STATES[item.state]
    tries = f", {count(item.attempts, 'try', 'tries')}" if item.attempts else ""
    parts: list[tuple[str, str]] = [
        (f"{sign} {item.state}", "bold"),
        (f"{tries}, {ago(item.changed_at)}", ""),
        (f" · {tame(item.label_hint)}" if item.label_hint else "", ""),
        (f"\n{tame(item.reason)}" if item.reason else "", ""),
        (f"\n{tame(item.url)}", "$foreground-muted"),
    ]
    # The first of the chain is the address that was asked for.
    parts += [(f"\n  → {tame(each)}", "$foreground-muted") for each in item.chain[1:]]
    return Content.assemble(*parts)
