from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from anitui.files import unfinished_name
from anitui.pipeline.ingest import ImportReport
from anitui.pipeline.media import media_name
from anitui.pipeline.recovery import Recovered, placing, recover, sweep
from anitui.store import jobs
from anitui.store.catalogue import Catalogue
from anitui.store.intake import Batch, record
from anitui.workspace import Workspace
from tests.pipeline.imported import stored_files, whole
from tests.store.new_pictures import picture

MakePicture = Callable[..., Path]
TakeIn = Callable[..., ImportReport]


class CutOff(Exception):
    """Stands for whatever ends a batch before its rows are committed."""


def put(workspace: Workspace, content: bytes) -> str:
    """A file with its final name in `media`. Returns that name."""
    name = media_name(hashlib.sha256(content).hexdigest(), "png")
    file = workspace.media / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return name


def fail_placing(workspace: Workspace, names: list[str]) -> None:
    with pytest.raises(CutOff), placing(workspace, names):
        raise CutOff


def left_over(workspace: Workspace) -> set[str]:
    """What lies in the workspace beside its catalogue and pictures."""
    return {path.name for path in workspace.root.iterdir() if path.name.startswith(".placing")}


def half_written(workspace: Workspace) -> Path:
    part = unfinished_name(workspace.media / put(workspace, b"whole"))
    part.write_bytes(b"hal")
    return part


def test_nothing_happens_in_a_clean_workspace(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, tmp_path: Path
) -> None:
    take_in(make_picture(tmp_path / "pictures" / "a.png"))
    before = stored_files(workspace)
    assert recover(workspace, catalogue) == Recovered(0, 0)
    assert stored_files(workspace) == before
    assert whole(workspace, catalogue)
    assert catalogue.rows("SELECT state FROM jobs") == [("done",)]


def test_the_note_goes_when_the_rows_are_committed(workspace: Workspace, catalogue: Catalogue) -> None:
    with placing(workspace, [put(workspace, b"a")]):
        assert left_over(workspace)
    assert not left_over(workspace)
    assert recover(workspace, catalogue) == Recovered(0, 0)
    assert len(stored_files(workspace)) == 1  # what no note names is left to others


def test_a_batch_that_places_nothing_writes_no_note(workspace: Workspace) -> None:
    with placing(workspace, []):
        assert not left_over(workspace)
    assert not left_over(workspace)


def test_what_is_known_stays_and_what_is_not_goes(workspace: Workspace, catalogue: Catalogue) -> None:
    known, unknown = put(workspace, b"known"), put(workspace, b"unknown")
    record(catalogue, Batch(1, [picture(Path(known).stem, path=f"media/{known}")], [], []))
    never_placed = media_name("0" * 64, "png")
    fail_placing(workspace, [known, unknown, never_placed])
    assert recover(workspace, catalogue) == Recovered(0, 1)
    assert stored_files(workspace) == [workspace.media / known]
    assert not left_over(workspace)
    assert recover(workspace, catalogue) == Recovered(0, 0)


def test_a_note_of_a_failed_batch_is_kept_with_the_next(workspace: Workspace, catalogue: Catalogue) -> None:
    first, second = put(workspace, b"first"), put(workspace, b"second")
    fail_placing(workspace, [first])
    fail_placing(workspace, [second])
    assert recover(workspace, catalogue) == Recovered(0, 2)
    assert stored_files(workspace) == []


def test_a_batch_that_goes_well_does_not_take_back_what_an_older_note_says(
    workspace: Workspace, catalogue: Catalogue
) -> None:
    failed, kept = put(workspace, b"failed"), put(workspace, b"kept")
    fail_placing(workspace, [failed])
    with placing(workspace, [kept]):
        record(catalogue, Batch(1, [picture(Path(kept).stem, path=f"media/{kept}")], [], []))
    assert recover(workspace, catalogue) == Recovered(0, 1)
    assert stored_files(workspace) == [workspace.media / kept]
    assert not left_over(workspace)


def test_a_batch_that_fails_is_tidied_away_though_the_one_before_was_tried_again(
    workspace: Workspace, catalogue: Catalogue
) -> None:
    first, second = put(workspace, b"first"), put(workspace, b"second")
    fail_placing(workspace, [first])
    record(catalogue, Batch(1, [picture(Path(first).stem, path=f"media/{first}")], [], []))
    fail_placing(workspace, [first, second])
    assert recover(workspace, catalogue) == Recovered(0, 1)
    assert stored_files(workspace) == [workspace.media / first]


def test_a_job_that_was_left_running_is_stopped_and_its_half_written_files_go(
    workspace: Workspace, catalogue: Catalogue
) -> None:
    job = jobs.begin(catalogue, "import", "pictures", {"paths": ["/pictures"]})
    part = half_written(workspace)
    assert recover(workspace, catalogue) == Recovered(1, 1)
    assert not part.exists()
    assert len(stored_files(workspace)) == 1  # the whole one stays
    assert catalogue.rows("SELECT job_id, state FROM jobs") == [(job, "stopped")]


def test_half_written_files_are_left_alone_while_no_job_was_running(workspace: Workspace, catalogue: Catalogue) -> None:
    """Looking for them costs a look into every folder, so it is done with a reason alone."""
    jobs.leave(catalogue, jobs.begin(catalogue, "import", "pictures", {}), done=True)
    part = half_written(workspace)
    assert recover(workspace, catalogue) == Recovered(0, 0)
    assert part.exists()
    assert catalogue.rows("SELECT state FROM jobs") == [("done",)]


def test_a_killed_batch_is_tidied_whole(workspace: Workspace, catalogue: Catalogue) -> None:
    jobs.begin(catalogue, "import", "pictures", {})
    half_written(workspace)
    fail_placing(workspace, [put(workspace, b"whole")])
    assert recover(workspace, catalogue) == Recovered(1, 2)
    assert stored_files(workspace) == []


def test_sweeping_takes_what_is_ours_alone(workspace: Workspace) -> None:
    part = half_written(workspace)
    own = part.with_name("holiday.part")
    own.write_bytes(b"a person's")
    assert sweep(workspace) == 1
    assert not part.exists()
    assert own.exists()
    assert sweep(workspace) == 0


def test_what_did_not_fit_into_the_memory_of_a_killed_process_goes(workspace: Workspace, catalogue: Catalogue) -> None:
    spill = workspace.root / ".spill"
    (spill / "rows-abc").mkdir(parents=True)
    (spill / "rows-abc" / "0.arrow").write_bytes(b"old")
    (spill / "duckdb_temp_1_0_storage_S96K-0.tmp").write_bytes(b"old")
    (spill / "note.txt").write_bytes(b"a person's")
    ours = spill / f"duckdb_temp_{os.getpid()}_0_storage_S96K-0.tmp"
    ours.write_bytes(b"in use")
    recover(workspace, catalogue)
    assert {each.name for each in spill.iterdir()} == {ours.name, "note.txt"}


def test_what_was_tidied_away_is_taken_in_again(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, tmp_path: Path
) -> None:
    file = make_picture(tmp_path / "pictures" / "a.png")
    fail_placing(workspace, [put(workspace, file.read_bytes())])
    assert recover(workspace, catalogue).files == 1
    assert take_in(file).new == 1
    assert whole(workspace, catalogue)
