from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from anitui.errors import WrongUse
from anitui.pipeline.doctor import examine_workspace
from anitui.pipeline.engine import InProcess
from anitui.pipeline.findings import Kind
from anitui.pipeline.mending import mend
from anitui.pipeline.purge import OutsideMedia, PurgePlan, PurgeReport, plan, purge, remove_from_media
from anitui.progress import run
from anitui.store import intake, journal
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

TakeIn = Callable[..., Any]
MakePicture = Callable[..., Path]


@pytest.fixture
def source(tmp_path: Path, make_picture: MakePicture) -> Path:
    for seed in range(4):
        make_picture(tmp_path / "source" / f"{seed}.png", seed)
    return tmp_path / "source"


def file_of(workspace: Workspace, catalogue: Catalogue, name: str) -> Path:
    sql = "SELECT path FROM images JOIN sightings USING (image_id) WHERE title = ?"
    return workspace.file(catalogue.value(sql, [name]))


def put_aside(catalogue: Catalogue, *names: str, state: str = "set_aside", reason: str | None = "blurry") -> None:
    with journal.decision(catalogue, "browse.set_aside", "set {n} pictures aside") as made:
        made.put_where(
            "images",
            {"state": state, "reason": reason},
            "image_id IN (SELECT image_id FROM sightings WHERE list_contains(?::VARCHAR[], title))",
            [list(names)],
        )


def purged(workspace: Workspace, catalogue: Catalogue, planned: PurgePlan | None = None) -> PurgeReport:
    work = purge(workspace, catalogue, planned or plan(workspace, catalogue))
    return run(work, lambda _: None)


def kinds(workspace: Workspace, catalogue: Catalogue) -> list[Kind]:
    report = run(examine_workspace(workspace, catalogue, engine=InProcess()), lambda _: None)
    return [each.kind for each in report.findings]


def test_a_plan_says_what_would_go_and_changes_nothing(
    workspace: Workspace, catalogue: Catalogue, source: Path, take_in: TakeIn
) -> None:
    take_in(source)
    put_aside(catalogue, "0", "1")
    put_aside(catalogue, "2", reason=None)
    planned = plan(workspace, catalogue, examples=2)
    sizes = sorted(((source / f"{seed}.png").stat().st_size for seed in range(3)), reverse=True)
    assert (planned.count, planned.bytes) == (3, sum(sizes))
    assert [each.bytes for each in planned.largest] == sizes[:2]
    assert all(Path(each.path).is_file() for each in planned.largest)
    assert list(planned.reasons.items()) == [("blurry", 2), ("no reason given", 1)]
    assert (planned.references, planned.hardlinks, planned.nothing) == (0, 0, False)
    assert catalogue.value("SELECT count(purged_at) FROM images") == 0


def test_nothing_set_aside_is_an_empty_plan(
    workspace: Workspace, catalogue: Catalogue, source: Path, take_in: TakeIn
) -> None:
    take_in(source)
    assert plan(workspace, catalogue).nothing
    assert purged(workspace, catalogue).purged == 0
    assert journal.history(catalogue) == []


def test_a_purge_removes_bytes_keeps_the_row_and_cannot_be_undone(
    workspace: Workspace, catalogue: Catalogue, source: Path, take_in: TakeIn
) -> None:
    take_in(source)
    put_aside(catalogue, "0", "1")
    gone, kept = file_of(workspace, catalogue, "0"), file_of(workspace, catalogue, "2")
    planned = plan(workspace, catalogue)
    report = purged(workspace, catalogue, planned)
    assert (report.purged, report.bytes, report.left) == (2, planned.bytes, [])
    assert not gone.exists()
    assert kept.is_file()
    assert (source / "0.png").is_file()
    assert catalogue.value("SELECT count(*) FROM images WHERE purged_at IS NOT NULL") == 2
    entry = journal.history(catalogue)[0]
    assert (entry.state, entry.said_by) == ("final", "person")
    assert entry.summary == f"purged 2 pictures ({planned.bytes:,} bytes)"
    assert kinds(workspace, catalogue) == []
    journal.undo(catalogue)  # the setting aside, whose pictures are no more
    assert catalogue.value("SELECT count(*) FROM images WHERE state = 'set_aside'") == 2
    assert plan(workspace, catalogue).nothing


def test_purged_content_is_not_taken_in_again(
    workspace: Workspace, catalogue: Catalogue, source: Path, take_in: TakeIn, make_picture: MakePicture
) -> None:
    take_in(source)
    put_aside(catalogue, "0")
    purged(workspace, catalogue)
    report = take_in(make_picture(source / "copy of 0.png", 0))
    assert (report.new, report.already, report.refused) == (0, 0, 1)
    assert report.failures[0].reason == "it was purged earlier"
    assert not file_of(workspace, catalogue, "0").exists()
    assert kinds(workspace, catalogue) == []


def test_a_picture_brought_back_after_the_plan_stays(
    workspace: Workspace, catalogue: Catalogue, source: Path, take_in: TakeIn
) -> None:
    take_in(source)
    put_aside(catalogue, "0", "1")
    planned = plan(workspace, catalogue)
    put_aside(catalogue, "0", state="active", reason=None)
    put_aside(catalogue, "3")  # nobody was shown that this one would go
    report = purged(workspace, catalogue, planned)
    assert (report.purged, report.brought_back) == (1, 1)
    assert file_of(workspace, catalogue, "0").is_file()
    assert file_of(workspace, catalogue, "3").is_file()
    assert not file_of(workspace, catalogue, "1").exists()


def test_references_stay_where_they_are(
    workspace: Workspace, catalogue: Catalogue, source: Path, take_in: TakeIn
) -> None:
    take_in(source / "0.png", mode="reference")
    take_in(source / "1.png", mode="hardlink")
    put_aside(catalogue, "0", "1")
    planned = plan(workspace, catalogue)
    assert (planned.count, planned.references, planned.hardlinks) == (1, 1, 1)
    purged(workspace, catalogue, planned)
    assert (source / "0.png").is_file()
    assert (source / "1.png").is_file()
    assert [each.name for each in workspace.media.glob("*/*")] == []
    assert catalogue.rows("SELECT stored FROM images WHERE purged_at IS NULL") == [("reference",)]


def test_a_missing_file_is_no_reason_to_forget_its_picture(
    workspace: Workspace, catalogue: Catalogue, source: Path, take_in: TakeIn
) -> None:
    take_in(source)
    put_aside(catalogue, "0", reason=intake.MISSING)
    assert plan(workspace, catalogue).nothing


def test_only_what_was_set_aside_long_ago(
    workspace: Workspace, catalogue: Catalogue, source: Path, take_in: TakeIn
) -> None:
    take_in(source)
    put_aside(catalogue, "0", "1", "2")
    put_aside(catalogue, "1", state="active", reason=None)
    put_aside(catalogue, "1")
    with catalogue.writing() as connection:
        first = journal.history(catalogue)[-1].entry_id
        connection.execute("UPDATE journal SET changed_at = changed_at - to_days(31) WHERE entry_id = ?", [first])
    assert plan(workspace, catalogue, older_than_days=0).count == 3
    assert plan(workspace, catalogue, older_than_days=30).count == 2  # 1 was set aside again today
    assert plan(workspace, catalogue, older_than_days=32).nothing
    with pytest.raises(WrongUse, match="negative"):
        plan(workspace, catalogue, older_than_days=-1)


def test_a_file_that_another_row_needs_is_not_removed(
    workspace: Workspace, catalogue: Catalogue, source: Path, take_in: TakeIn
) -> None:
    take_in(source)
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO images (sha256, path, stored, format, mode, width, height, bytes, state) "
            "SELECT sha256, path, stored, format, mode, width, height, bytes, 'set_aside' FROM images "
            "JOIN sightings USING (image_id) WHERE title = '0'"
        )
    assert plan(workspace, catalogue).nothing


@pytest.mark.parametrize("path", ["media/../precious.txt", "precious.txt", "{outside}", "media", "media/link/x.png"])
def test_no_path_leads_out_of_media(workspace: Workspace, tmp_path: Path, path: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.png").write_bytes(b"precious")
    (workspace.root / "precious.txt").write_bytes(b"precious")
    (workspace.media / "link").symlink_to(outside)
    with pytest.raises((OutsideMedia, OSError)):
        remove_from_media(workspace, path.format(outside=outside / "x.png"))
    assert (outside / "x.png").read_bytes() == b"precious"
    assert (workspace.root / "precious.txt").read_bytes() == b"precious"


def test_of_a_link_in_media_only_the_link_goes(workspace: Workspace, tmp_path: Path) -> None:
    target = tmp_path / "precious.png"
    target.write_bytes(b"precious")
    (workspace.media / "ab").mkdir()
    (workspace.media / "ab" / "ab.png").symlink_to(target)
    assert remove_from_media(workspace, "media/ab/ab.png")
    assert not remove_from_media(workspace, "media/ab/ab.png")
    assert target.read_bytes() == b"precious"


def test_rows_with_a_wrong_path_cost_nobody_a_file(
    workspace: Workspace, catalogue: Catalogue, source: Path, take_in: TakeIn
) -> None:
    take_in(source)
    with catalogue.writing() as connection:
        connection.execute(
            "UPDATE images SET path = ? WHERE image_id = (SELECT min(image_id) FROM images)", [str(source / "0.png")]
        )
        connection.execute(
            "UPDATE images SET path = 'media/../catalogue.duckdb' WHERE image_id = (SELECT max(image_id) FROM images)"
        )
    put_aside(catalogue, "0", "1", "2", "3")
    file_of(workspace, catalogue, "1").unlink()
    planned = plan(workspace, catalogue)
    outside = {str(source / "0.png"), str(workspace.media / ".." / "catalogue.duckdb")}
    assert (planned.count, set(planned.outside)) == (2, outside)
    report = purged(workspace, catalogue, planned)
    assert (report.purged, report.gone_already) == (1, 1)
    assert report.bytes == (source / "2.png").stat().st_size
    assert set(report.left) == {f"{path}: it lies outside media" for path in outside}
    assert (source / "0.png").is_file()
    assert workspace.catalogue.is_file()
    assert catalogue.value("SELECT count(purged_at) FROM images") == 2  # not of those that keep their bytes


def test_a_purge_cut_off_before_the_files_went_is_finished_by_doctor(
    workspace: Workspace, catalogue: Catalogue, source: Path, take_in: TakeIn, tmp_path: Path
) -> None:
    take_in(source)
    put_aside(catalogue, "0", "1")
    shutil.copytree(workspace.media, tmp_path / "media before")
    purged(workspace, catalogue)
    shutil.rmtree(workspace.media)
    (tmp_path / "media before").rename(workspace.media)
    report = run(examine_workspace(workspace, catalogue, engine=InProcess()), lambda _: None)
    assert [(each.kind, each.count) for each in report.findings] == [(Kind.PURGED, 2)]
    assert run(mend(workspace, catalogue, report, engine=InProcess()), lambda _: None).done == {"purged": 2}
    assert not file_of(workspace, catalogue, "0").exists()
    assert file_of(workspace, catalogue, "2").is_file()
    assert kinds(workspace, catalogue) == []
