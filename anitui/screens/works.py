"""Long work that is started from a screen and goes on beside it: splits, audits, exports of data sets, runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from anitui.progress import Event
from anitui.screens.background import Background, Run, ready_for_processes
from anitui.words import count

if TYPE_CHECKING:
    from anitui.pipeline.export.order import DatasetOrder, DatasetReport
    from anitui.pipeline.splitting.audit import AuditReport
    from anitui.pipeline.splitting.order import SplitOrder
    from anitui.pipeline.splitting.report import SplitReport
    from anitui.progress import Work
    from anitui.screens.host import Host
    from anitui.train.evaluation.evaluate import EvalOrder
    from anitui.train.evaluation.report import Evaluation
    from anitui.train.making import TrainOrder
    from anitui.train.run import Run as TrainingRun


def make_split(app: Host, background: Background, order: SplitOrder, done: Callable[[str], None]) -> None:
    """Make a split; `done` hears its name."""

    def work() -> Work[SplitReport]:
        from anitui.pipeline.splitting import making

        return making.make_split(app.workspace, app.catalogue, order, app.settings.importing)

    def told(report: SplitReport) -> tuple[str, str]:
        app.call_later(done, report.splits[0])
        parts = ", ".join(f"{part} {sizes['members']:,}" for part, sizes in report.parts.items())
        return f"made the split {', '.join(report.splits)}: {parts}; leaks found: {report.leaking}", "information"

    ready_for_processes()
    background.start(Run("split", f"split {order.name}", "⠋ split"), work, told, "nothing of it was kept")


def train(app: Host, background: Background, order: TrainOrder, done: Callable[[int], None]) -> None:
    """Make a run and start its process, which nothing here ends; `done` hears its number."""

    def work() -> Work[TrainingRun]:
        from anitui.train import making

        made = yield from making.make_run(app.workspace, app.catalogue, order)
        yield Event(f"starting run {made.number}")
        made.start()
        return made

    def told(made: TrainingRun) -> tuple[str, str]:
        app.call_later(done, made.number)
        return f"run {made.number} trains by itself: leaving anitui does not end it", "information"

    background.start(Run("run", f"run on {order.split}", "⠋ run"), work, told, "nothing of it was kept")


def evaluate(app: Host, background: Background, run: TrainingRun, order: EvalOrder, done: Callable[[], None]) -> None:
    """Measure a run; `done` is called when it is measured."""
    if any(each.kind == "evaluation" for each in background.runs):
        app.say("a run is being measured already: ctrl+b stops it")
        return

    def work() -> Work[Evaluation]:
        from anitui.train.evaluation.evaluate import evaluate

        return evaluate(run, order)

    def told(made: Evaluation) -> tuple[str, str]:
        from anitui.train.evaluation.words import in_a_line

        app.call_later(done)
        return f"run {made.run} on the {made.part} part: {in_a_line(made)}", "information"

    again = "what the model said is kept, and the next time goes on from there"
    background.start(Run("evaluation", f"evaluation of run {run.number}", "⠋ evaluation"), work, told, again)


def audit_folder(app: Host, background: Background, folder: Path, done: Callable[[AuditReport], None]) -> None:
    """Look for leaks in a folder; `done` hears what was found."""

    def work() -> Work[AuditReport]:
        from anitui.pipeline.splitting.audit import AuditOrder, audit

        return audit(AuditOrder([folder.absolute()]), app.settings.importing)

    def told(report: AuditReport) -> tuple[str, str]:
        app.call_later(done, report)
        later = [(name, part) for name, part in report.parts.items() if "leaking" in part]
        found = ", ".join(f"{part['leaking']:,} of the {part['pictures']:,} of {name}" for name, part in later)
        return f"{folder.name}: {found} are in an earlier part as well", "warning" if report.leaking else "information"

    ready_for_processes()
    background.start(Run("audit", f"audit of {folder}", "⠋ audit"), work, told, "it begins anew the next time")


def ask_export(app: Host, background: Background, split: str | None) -> None:
    """Ask how a data set is to be written, and write it."""
    from anitui.screens.export_form import ExportForm
    from anitui.store import splits

    def answered(order: DatasetOrder | None) -> None:
        if order is not None:
            export(app, background, order)

    app.push_screen(ExportForm(splits.names(app.catalogue), split, app.workspace.exports), answered)


def export(app: Host, background: Background, order: DatasetOrder) -> None:
    """Write a data set."""

    def work() -> Work[DatasetReport]:
        from anitui.pipeline.export.exporting import export_dataset

        return export_dataset(app.workspace, app.catalogue, order, app.settings.importing)

    def told(report: DatasetReport) -> tuple[str, str]:
        parts = [f"{count(report.members, 'member')} of {count(report.classes, 'label')}"]
        parts.append(f"{report.written:,} written, {report.kept:,} kept")
        if report.failures:
            parts.append(f"{count(len(report.failures), 'picture')} could not be read")
        kind = "warning" if report.failures else "information"
        return f"exported to {report.destination}: {', '.join(parts)}", kind

    ready_for_processes()
    again = "what was made is kept, and the same export goes on from there"
    background.start(Run("export", f"export to {order.destination}", "⠋ export"), work, told, again)
