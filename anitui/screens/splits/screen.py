"""Splits on the left, the chosen one beside them: what it came to, and its labels with their parts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType

from anitui.pipeline.charts.model import Bars
from anitui.pipeline.splitting import checking
from anitui.pipeline.splitting.audit import AuditReport
from anitui.pipeline.splitting.order import SplitOrder
from anitui.pipeline.splitting.words import leaks_in_words
from anitui.progress import run
from anitui.screens.bindings import bindings
from anitui.screens.charted import ChartedScreen
from anitui.screens.questions import AskPath
from anitui.screens.splits.ordering import SplitForm
from anitui.screens.splits.telling import audited, by_folder, in_full, listed, read
from anitui.store import splits
from anitui.store.labels import CHARACTERS
from anitui.store.splits import Frozen

_NOTHING = (
    "no splits yet: n makes one of the faces that have a name, so that nothing of the test is in the training in "
    "another form; a looks for such leaks in folders of anybody's"
)


class SplitsScreen(ChartedScreen):
    """Goes through splits, and through the labels of one."""

    place = "splits"
    BINDINGS: ClassVar[list[BindingType]] = bindings("splits")
    heading = "splits"

    def __init__(self) -> None:
        super().__init__()
        self._splits: list[Frozen] = []
        self._audits: dict[Path, AuditReport] = {}  # of this sitting, by the folder; the newest first
        self._wanted: str | None = None  # what to show as soon as it is there

    def on_screen_resume(self) -> None:
        self.reload()

    @property
    def number(self) -> int:
        return len(self._audits) + len(self._splits)

    @property
    def _split(self) -> Frozen | None:
        """The split that is shown; None where it is an audit, or nothing."""
        at = self.at - len(self._audits)
        return self._splits[at] if 0 <= at < len(self._splits) else None

    def matters(self, action_id: str) -> bool:
        needs_split = ("splits.check", "splits.delete", "splits.sql", "splits.export")
        if action_id in ("splits.open", "splits.down"):
            return bool(self._splits or self._audits)
        return action_id not in needs_split or self._split is not None

    # What is shown.

    def reload(self) -> None:
        self.off_thread(lambda: splits.listed(self.host.catalogue), self._arrived, group="splits")

    def _arrived(self, found: list[Frozen]) -> None:
        here = self._split.split if self._split is not None else None
        self._splits = found
        names = [each.split for each in found]
        for name in (self._wanted, here):
            if name in names:
                self.at = len(self._audits) + names.index(name)
                break
        self._wanted = None
        self.at = max(0, min(self.at, self.number - 1))
        self._list()
        self.show()

    def _list(self) -> None:
        self.list_anew([*(f"audit of {folder.name}" for folder in self._audits), *map(listed, self._splits)])

    def show(self) -> None:
        split = self._split
        if split is not None:
            catalogue = self.host.catalogue
            if self.view.chart is None or self.view.chart.name != f"split {split.split}":
                self.view.tell("reading …")
            self.off_thread(lambda: read(catalogue, split), self._draw, group="chart")
        elif self._audits:
            self._draw(audited(*list(self._audits.items())[self.at]))
        else:
            self.view.tell(_NOTHING)
        self.tell()

    def _draw(self, chart: Bars) -> None:
        self.view.show(chart)
        self.tell()

    def say_where(self, far: str) -> None:
        chart = self.view.chart
        self.where(f"splits › {chart.title}" if chart is not None else "splits", far)

    @property
    def label_set(self) -> str:
        return self._split.label_set if self._split is not None else CHARACTERS

    def follow(self) -> None:
        if self._split is not None:
            super().follow()
            return
        # These files lie outside of the workspace: all that can be done is to say which they are.
        folder, report = list(self._audits.items())[self.at]
        self.say(in_full(folder, list(by_folder(folder, report).values())[self.view.cursor or 0]))

    # What one does.

    def action_new(self) -> None:
        """Ask for a split, and make it beside what one does."""

        def answered(order: SplitOrder | None) -> None:
            if order is not None:
                self.host.make_split(order, self._made)

        taken = splits.names(self.host.catalogue)
        name = next(each for each in ("main", *(f"main {n}" for n in range(2, 1000))) if each not in taken)
        self.app.push_screen(SplitForm(name), answered)

    def _made(self, name: str) -> None:
        self._wanted = name
        if self.is_attached:
            self.reload()

    def action_check(self) -> None:
        """Look for leaks once more: verdicts and hashes may have come since."""
        split = self._split
        if split is None:
            self.say("there is no split to look at" if not self._audits else "this is no split of the workspace")
            return
        catalogue = self.host.catalogue

        def check() -> dict[str, int]:
            members = splits.members(catalogue, split.split)
            return run(checking.leaks(catalogue, members, checking.order_of(split)), lambda _: None)

        def told(leaks: Mapping[str, int]) -> None:
            number = sum(leaks.values())
            lines = list(leaks_in_words(dict(leaks), "looking once more"))
            self.say(
                f"{split.split}: {'; '.join(line.strip() for line in lines)}", "warning" if number else "information"
            )

        self.say(f"looking for leaks in {split.split} …")
        self.off_thread(check, told, group="check")

    def action_delete(self) -> None:
        split = self._split
        if split is None:
            if self._audits:
                self._audits.pop(list(self._audits)[self.at])
                self.reload()
            return

        def drop() -> str:
            splits.drop(self.host.catalogue, split.split)
            return f"deleted the split {split.split}"

        self.host.decide(drop)

    def action_audit(self) -> None:
        """Look for leaks in folders of anybody's."""

        def answered(path: str | None) -> None:
            if path:
                folder = Path(path).expanduser()
                self.host.audit_folder(folder, lambda report: self._audited(folder, report))

        detail = "A folder that holds train and test, as data sets are given out. Nothing is taken in."
        self.app.push_screen(AskPath("Look for leaks in which folder?", detail=detail), answered)

    def _audited(self, folder: Path, report: AuditReport) -> None:
        self._audits.pop(folder, None)
        self._audits = {folder: report, **self._audits}
        self.at = 0
        if self.is_attached:
            self.view.leave()
            self._list()
            self.show()

    def action_sql(self) -> None:
        """The members as SQL has them."""
        if self._split is not None:
            name = self._split.split.replace("'", "''")
            self.host.ask_sql(f"FROM splits WHERE split = '{name}'")

    def action_export(self) -> None:
        """Write the split for other programs."""
        if self._split is not None:
            self.host.export(self._split.split)
