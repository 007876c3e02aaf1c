"""kill -9 at any moment: what was acknowledged is there, the rest can be mended, and the work goes on."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from anitui import workspace as workspaces
from anitui.pipeline.doctor import examine_workspace
from anitui.pipeline.engine import InProcess
from anitui.pipeline.findings import DoctorReport, Kind
from anitui.pipeline.ingest import ImportOrder, ImportReport, import_pictures
from anitui.pipeline.mending import mend
from anitui.progress import run
from anitui.settings import ImportSettings
from anitui.store import journal
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.workspace import Workspace

MakePicture = Callable[..., Path]

PICTURES = 40
DOUBLES = 4

# Works in a workspace and prints a line for each thing that it was told is on disk. Asked to, it kills itself right
# before the n-th change of a file there, so that every gap between two changes can be met.
WORKER = """
import os, signal, sys
from pathlib import Path
import pyarrow
from anitui.pipeline import ingest, purge
from anitui.pipeline.doctor import examine_workspace
from anitui.pipeline.mending import mend
from anitui.pipeline.engine import InProcess, Processes
from anitui.progress import run
from anitui.settings import ImportSettings
from anitui.store import journal
from anitui.store.catalogue import open_catalogue
from anitui.workspace import create

what, root, given, die_before = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
changes = 0

def watch(event, arguments):
    global changes
    change = event in ("os.rename", "os.remove", "os.link", "os.mkdir")
    if event == "open" and str(arguments[0]).endswith(".part"):
        change = True
    if change and die_before:
        changes += 1
        if changes == die_before:
            os.kill(os.getpid(), signal.SIGKILL)

def import_(workspace, catalogue):
    ingest.BATCH_PICTURES = 5
    engine = Processes(2) if what == "import in processes" else InProcess()
    mode, source = given.split(":", 1)
    order = ingest.ImportOrder([source])
    for event in ingest.import_pictures(workspace, catalogue, order, ImportSettings(mode=mode), engine):
        print(event.counts.get("new", 0), flush=True)

def mark(workspace, catalogue):
    first = catalogue.value("SELECT coalesce(max(image_id), 0) + 1 FROM image_marks")
    for image_id in range(first, first + 2000):
        with journal.decision(catalogue, "browse.mark", "marked {n}") as made:
            made.put("image_marks", pyarrow.table({"image_id": [image_id], "mark": [image_id % 10]}))
        print("done", made.entry_id, flush=True)
        if image_id % 7 == 0:
            print("undone", journal.undo(catalogue).entry_id, flush=True)

def purge_(workspace, catalogue):
    run(purge.purge(workspace, catalogue, purge.plan(workspace, catalogue)), lambda event: None)

def mend_(workspace, catalogue):
    found = run(examine_workspace(workspace, catalogue, deep=True, engine=InProcess()), lambda event: None)
    run(mend(workspace, catalogue, found, engine=InProcess()), lambda event: None)

workspace = create(Path(root))
with workspace.held():
    catalogue = open_catalogue(workspace.catalogue)
    print("open", flush=True)
    sys.addaudithook(watch)
    work = {"import": import_, "import in processes": import_, "mark": mark, "purge": purge_, "mend": mend_}[what]
    work(workspace, catalogue)
    catalogue.close()
print("finished", flush=True)
"""


def worker(what: str, workspace: Workspace, given: str = "", die_before: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKER, what, str(workspace.root), given, str(die_before)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def killed_after(process: subprocess.Popen[str], lines: int) -> list[str]:
    """Everything that the worker said before it was killed, which is soon after so many lines."""
    assert process.stdout is not None
    with process, process.stdout:
        said = [line for line, _ in zip(process.stdout, range(lines), strict=False)]
        process.kill()
        said += process.stdout
    # A line that was cut off is none.
    return [line.strip() for line in said if line.endswith("\n")]


def dies(process: subprocess.Popen[str]) -> list[str]:
    """What a worker said that kills itself; whether it came to that, its return code tells."""
    said, _ = process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), said
    return said.split("\n")[:-1]


def worker_killed_after(what: str, workspace: Workspace, given: str, lines: int) -> list[str]:
    return killed_after(worker(what, workspace, given), lines)


def worker_dies(what: str, workspace: Workspace, given: str, change: int) -> list[str]:
    return dies(worker(what, workspace, given, change))


@contextmanager
def reopened(workspace: Workspace) -> Iterator[Catalogue]:
    with workspace.held():
        catalogue = open_catalogue(workspace.catalogue)
        try:
            yield catalogue
        finally:
            catalogue.close()


@dataclass(frozen=True)
class Source:
    folder: Path

    def order(self) -> ImportOrder:
        return ImportOrder([str(self.folder)])


@pytest.fixture
def source(tmp_path: Path, make_picture: MakePicture) -> Source:
    folder = tmp_path / "source"
    for number in range(PICTURES):
        make_picture(folder / f"{number % 3}" / f"{number}.png", number)
    for number in range(DOUBLES):
        make_picture(folder / "doubles" / f"{number}.png", number)
    (folder / "text.png").write_text("no picture")
    (folder / "half.png").write_bytes((folder / "0" / "0.png").read_bytes()[:200])
    return Source(folder)


def finish(workspace: Workspace, catalogue: Catalogue, source: Source, mode: str) -> ImportReport:
    work = import_pictures(workspace, catalogue, source.order(), ImportSettings(mode=mode), InProcess())
    return run(work, lambda _: None)


def examined(workspace: Workspace, catalogue: Catalogue) -> DoctorReport:
    return run(examine_workspace(workspace, catalogue, deep=True, engine=InProcess()), lambda _: None)


def mended(workspace: Workspace, catalogue: Catalogue) -> None:
    done = run(mend(workspace, catalogue, examined(workspace, catalogue), engine=InProcess()), lambda _: None)
    assert done.left == []
    assert examined(workspace, catalogue).findings == []


def every_row_has_its_bytes(workspace: Workspace, catalogue: Catalogue) -> int:
    rows = catalogue.rows("SELECT path, sha256 FROM images WHERE purged_at IS NULL")
    for path, sha256 in rows:
        assert hashlib.sha256(workspace.file(path).read_bytes()).hexdigest() == sha256
    return len(rows)


def all_of_it(workspace: Workspace, catalogue: Catalogue) -> dict[str, Any]:
    """Everything that an import leaves, but for the numbers that rows get and what a crash adds to the truth."""
    return {
        "pictures": catalogue.rows(
            "SELECT sha256, path, stored, format, mode, width, height, bytes, state, reason FROM images ORDER BY ALL"
        ),
        "facts": catalogue.rows(
            "SELECT sha256, f.* EXCLUDE image_id FROM image_facts f JOIN images USING (image_id) ORDER BY ALL"
        ),
        "hashes": catalogue.rows(
            "SELECT sha256, h.* EXCLUDE image_id FROM image_hashes h JOIN images USING (image_id) ORDER BY ALL"
        ),
        "sightings": catalogue.rows(
            "SELECT sha256, url, page_url, title FROM sightings JOIN images USING (image_id) "
            "WHERE site = 'folder' ORDER BY ALL"
        ),
        "items": catalogue.rows(
            "SELECT url, CASE j.state WHEN 'already' THEN 'done' ELSE j.state END, j.reason, sha256 "
            "FROM job_items j LEFT JOIN images USING (image_id) ORDER BY ALL"
        ),
        "jobs": catalogue.rows("SELECT kind, name, state FROM jobs ORDER BY ALL"),
        "files": sorted(str(each.relative_to(workspace.media)) for each in workspace.media.rglob("*")),
    }  # fmt: skip


@pytest.fixture
def undisturbed(tmp_path: Path, source: Source) -> Callable[[str], dict[str, Any]]:
    def imported(mode: str) -> dict[str, Any]:
        workspace = workspaces.create(tmp_path / "undisturbed")
        with reopened(workspace) as catalogue:
            report = finish(workspace, catalogue, source, mode)
            assert (report.new, report.already, report.refused) == (PICTURES, DOUBLES, 2)
            return all_of_it(workspace, catalogue)

    return imported


def disturbed(workspace: Workspace, rounds: Iterator[Callable[[], list[str]]], mending: random.Random) -> None:
    """Let the attempts happen one after the other; what they said must be so, and sometimes doctor comes by."""
    for attempt in rounds:
        said = attempt()
        acknowledged = [int(each) for each in said if each.isdigit()]
        with reopened(workspace) as catalogue:
            assert every_row_has_its_bytes(workspace, catalogue) >= (acknowledged or [0])[-1]
            if mending.random() < 0.5:
                mended(workspace, catalogue)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "mode"), [("import", "copy"), ("import in processes", "copy"), ("import", "hardlink")]
)
def test_an_import_killed_at_random_moments_ends_like_an_undisturbed_one(
    workspace: Workspace, source: Source, undisturbed: Callable[[str], dict[str, Any]], what: str, mode: str
) -> None:
    numbers = random.Random(f"{what} {mode}")

    def rounds() -> Iterator[Callable[[], list[str]]]:
        for _ in range(4):
            lines = numbers.randint(1, 14)
            yield partial(worker_killed_after, what, workspace, f"{mode}:{source.folder}", lines)

    disturbed(workspace, rounds(), numbers)
    with reopened(workspace) as catalogue:
        finish(workspace, catalogue, source, mode)
        mended(workspace, catalogue)  # what a killed import had only half written is still there
        assert all_of_it(workspace, catalogue) == undisturbed(mode)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["copy", "hardlink"])
def test_an_import_killed_between_any_two_changes_of_files_ends_like_an_undisturbed_one(
    workspace: Workspace, source: Source, undisturbed: Callable[[str], dict[str, Any]], mode: str
) -> None:
    numbers = random.Random(mode)

    def rounds() -> Iterator[Callable[[], list[str]]]:
        for _ in range(5):
            change = numbers.randint(1, 25)
            yield partial(worker_dies, "import", workspace, f"{mode}:{source.folder}", change)

    disturbed(workspace, rounds(), numbers)
    with reopened(workspace) as catalogue:
        finish(workspace, catalogue, source, mode)
        mended(workspace, catalogue)  # what a killed import had only half written is still there
        assert all_of_it(workspace, catalogue) == undisturbed(mode)


def test_a_picture_named_but_not_committed_is_taken_in_by_doctor(workspace: Workspace, source: Source) -> None:
    # The first batch holds 3 pictures, and 2 files that are none. It dies while they get their names.
    said = dies(worker("import", workspace, f"copy:{source.folder}", 11))
    assert "finished" not in said
    with reopened(workspace) as catalogue:
        found = {each.kind: each.count for each in examined(workspace, catalogue).findings}
        assert set(found) == {Kind.STALE_JOB, Kind.UNFINISHED, Kind.NO_ROW}
        assert found[Kind.UNFINISHED] + found[Kind.NO_ROW] == 3
        mended(workspace, catalogue)
        assert every_row_has_its_bytes(workspace, catalogue) == found[Kind.NO_ROW]
        assert finish(workspace, catalogue, source, "copy").new == PICTURES - found[Kind.NO_ROW]


def said_of(lines: list[str]) -> dict[int, str]:
    """What became of each entry, by the last word on it."""
    return {int(line.split()[1]): line.split()[0] for line in lines if " " in line}


@pytest.mark.slow
def test_no_acknowledged_decision_is_lost(workspace: Workspace) -> None:
    numbers = random.Random(9)
    acknowledged: dict[int, str] = {}
    for _ in range(5):
        acknowledged |= said_of(killed_after(worker("mark", workspace), numbers.randint(2, 150)))
        with reopened(workspace) as catalogue:
            entries = {each.entry_id: each for each in journal.history(catalogue, limit=1_000_000)}
            stood = {"done": {"done", "undone", "dropped"}, "undone": {"undone", "dropped"}}
            for entry_id, state in acknowledged.items():
                assert entries[entry_id].state in stood[state]
                assert entries[entry_id].rows == 1
            # A decision and its effect are one: there are as many marks as decisions that stand.
            standing = sum(each.state == "done" for each in entries.values())
            assert catalogue.value("SELECT count(*) FROM image_marks") == standing
    assert len(acknowledged) > 100


def test_a_purge_killed_half_way_is_finished_by_doctor(workspace: Workspace, source: Source) -> None:
    with reopened(workspace) as catalogue:
        finish(workspace, catalogue, source, "copy")
        with journal.decision(catalogue, "browse.set_aside", "set {n} aside") as made:
            made.put_where("images", {"state": "set_aside", "reason": "blurry"}, "image_id % 2 = 0", [])
    assert "finished" not in dies(worker("purge", workspace, "", 7))
    with reopened(workspace) as catalogue:
        assert catalogue.value("SELECT count(purged_at) FROM images") == PICTURES // 2
        assert journal.history(catalogue)[0].state == "final"
        (finding,) = examined(workspace, catalogue).findings
        assert (finding.kind, finding.count) == (Kind.PURGED, PICTURES // 2 - 6)
        mended(workspace, catalogue)
        assert every_row_has_its_bytes(workspace, catalogue) == PICTURES // 2
        assert len([each for each in workspace.media.rglob("*") if each.is_file()]) == PICTURES // 2


@pytest.mark.slow
def test_mending_killed_at_any_change_can_be_done_again(
    workspace: Workspace, source: Source, undisturbed: Callable[[str], dict[str, Any]]
) -> None:
    with reopened(workspace) as catalogue:
        finish(workspace, catalogue, source, "copy")
        paths = [workspace.file(path) for (path,) in catalogue.rows("SELECT path FROM images ORDER BY sha256")]
        for file in paths[:3]:
            file.unlink()
        for file in paths[3:5]:
            file.write_bytes(b"damaged")
        with catalogue.writing() as connection:
            connection.execute("UPDATE images SET path = 'media/odd.png' WHERE path LIKE ?", [f"%{paths[5].name}"])
        paths[5].rename(workspace.media / "odd.png")
        (workspace.media / "stray.txt").write_text("stray")
    for change in (2, 3, 5, 4, 3, 6, 2):
        dies(worker("mend", workspace, "", change))
    with reopened(workspace) as catalogue:
        mended(workspace, catalogue)
        assert every_row_has_its_bytes(workspace, catalogue) == PICTURES
        assert all_of_it(workspace, catalogue) == undisturbed("copy")
        assert (workspace.lost / "stray.txt").read_text() == "stray"
