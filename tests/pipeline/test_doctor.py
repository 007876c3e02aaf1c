from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from anitui.errors import AnituiError
from anitui.files import unfinished_name
from anitui.pipeline.doctor import examine_workspace
from anitui.pipeline.engine import InProcess
from anitui.pipeline.findings import DONE, DoctorReport, Kind, MendReport
from anitui.pipeline.ingest import ImportOrder, import_pictures
from anitui.pipeline.mending import mend
from anitui.progress import run
from anitui.settings import ImportSettings
from anitui.store import intake, journal
from anitui.store.catalogue import Catalogue
from anitui.store.upkeep import TWICE
from anitui.workspace import Workspace

TakeIn = Callable[..., Any]
MakePicture = Callable[..., Path]


@dataclasses.dataclass
class Ward:
    """A workspace with pictures 0 to 3 of a folder in it, and the ways to look at it."""

    workspace: Workspace
    catalogue: Catalogue
    source: Path

    def examine(self, *, deep: bool = False) -> DoctorReport:
        return run(examine_workspace(self.workspace, self.catalogue, deep=deep, engine=InProcess()), lambda _: None)

    def mend(self, report: DoctorReport) -> MendReport:
        return run(mend(self.workspace, self.catalogue, report, engine=InProcess()), lambda _: None)

    def kinds(self, *, deep: bool = False) -> dict[Kind, int]:
        return {each.kind: each.count for each in self.examine(deep=deep).findings}

    def mended(self, *, deep: bool = False) -> dict[str, int]:
        """What mending did; afterwards nothing is found any more, and there is nothing left to do."""
        report = self.mend(self.examine(deep=deep))
        assert report.left == []
        assert self.kinds(deep=True) == {}
        return dict(report.done)

    def change(self, sql: str, *parameters: object) -> None:
        with self.catalogue.writing() as connection:
            connection.execute(sql, list(parameters))

    def row(self, name: str) -> tuple[int, Path, str, str | None, str]:
        """Number, file, state, reason and kind of storage of the picture that was seen under this name."""
        found = self.catalogue.rows(
            "SELECT image_id, path, state, reason, stored FROM images JOIN sightings USING (image_id) WHERE title = ?",
            [name],
        )
        assert len(found) == 1
        image_id, path, state, reason, stored = found[0]
        return image_id, self.workspace.file(path), state, reason, stored

    def file(self, name: str) -> Path:
        return self.row(name)[1]

    def lost(self) -> list[str]:
        folder = self.workspace.lost
        return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def ward(workspace: Workspace, catalogue: Catalogue, tmp_path: Path, make_picture: MakePicture) -> Ward:
    source = tmp_path / "source"
    for seed in range(4):
        make_picture(source / f"{seed}.png", seed)
    return Ward(workspace, catalogue, source)


@pytest.fixture
def copied(ward: Ward, take_in: TakeIn) -> Ward:
    assert take_in(ward.source).new == 4
    return ward


@pytest.fixture
def referred(ward: Ward, take_in: TakeIn) -> Ward:
    assert take_in(ward.source, mode="reference").new == 4
    return ward


def without_sources(ward: Ward) -> None:
    for each in ward.source.iterdir():
        each.unlink()


def spoil(file: Path) -> None:
    """Other bytes of the same size."""
    content = bytearray(file.read_bytes())
    content[-20] ^= 0xFF
    file.write_bytes(content)


@pytest.mark.parametrize("mode", ["copy", "hardlink", "reference"])
def test_a_fresh_import_is_clean(ward: Ward, take_in: TakeIn, mode: str) -> None:
    take_in(ward.source, mode=mode)
    report = ward.examine(deep=True)
    assert report.clean
    assert (report.pictures, report.files, report.deep) == (4, 4, True)


def test_the_report_speaks_and_becomes_json(copied: Ward) -> None:
    for name in "012":
        copied.file(name).unlink()
    work = examine_workspace(copied.workspace, copied.catalogue, engine=InProcess(), examples=2)
    report = run(work, lambda _: None)
    told = json.loads(json.dumps(dataclasses.asdict(report)))
    assert not report.clean
    assert told["findings"][0]["sentence"] == "3 pictures' files are missing"
    assert told["findings"][0]["kind"] == "missing"
    assert len(told["findings"][0]["examples"]) == 2


def test_examining_changes_nothing(copied: Ward) -> None:
    copied.file("0").unlink()
    copied.change("UPDATE jobs SET state = 'running'")
    assert copied.kinds() == copied.kinds()
    assert copied.row("0")[2] == "active"


def test_a_picture_that_a_crash_left_without_a_row_is_taken_in(copied: Ward) -> None:
    image_id, file, *_ = copied.row("1")
    before = copied.catalogue.rows("SELECT sha256, path, format, width, height, bytes FROM images ORDER BY sha256")
    hashes = copied.catalogue.rows("SELECT algorithm, mode, bits FROM image_hashes ORDER BY ALL")
    for table in ("images", "image_facts", "image_hashes", "sightings"):
        copied.change(f"DELETE FROM {table} WHERE image_id = ?", image_id)
    copied.change("DELETE FROM job_items WHERE image_id = ?", image_id)
    assert copied.kinds() == {Kind.NO_ROW: 1}
    assert copied.mended() == {"taken_in": 1}
    assert file.is_file()
    again = copied.catalogue.rows("SELECT sha256, path, format, width, height, bytes FROM images ORDER BY sha256")
    assert again == before
    assert copied.catalogue.rows("SELECT algorithm, mode, bits FROM image_hashes ORDER BY ALL") == hashes
    assert copied.catalogue.value("SELECT count(*) FROM sightings WHERE site = 'recovered'") == 1


def laid(ward: Ward, name: str | bytes, content: bytes) -> Path:
    """A file that somebody laid into media."""
    file = ward.workspace.media / os.fsdecode(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def proper(ward: Ward, content: bytes) -> Path:
    digest = hashlib.sha256(content).hexdigest()
    return ward.workspace.media / digest[:2] / f"{digest}.png"


@pytest.mark.parametrize("name", ["holiday.png", "a/b/c/no ending", "ab/half", f"ab/ab{'0' * 62}.png", b"caf\xe9.png"])
def test_a_whole_picture_in_media_is_taken_in_whatever_its_name(copied: Ward, name: str | bytes) -> None:
    content = (copied.source / "0.png").read_bytes() + b"and more"
    stray = laid(copied, name, content)
    assert copied.mended() == {"taken_in": 1}
    assert not stray.exists()
    assert copied.lost() == []
    path, site, title = copied.catalogue.rows(
        "SELECT path, site, title FROM images JOIN sightings USING (image_id) WHERE sha256 = ?",
        [hashlib.sha256(content).hexdigest()],
    )[0]
    assert copied.workspace.file(path) == proper(copied, content)
    assert proper(copied, content).read_bytes() == content
    assert (site, title) == ("recovered", stray.stem if isinstance(name, str) else "caf\\xe9")


def test_what_is_no_picture_is_laid_aside_and_told(copied: Ward) -> None:
    text = laid(copied, f"cd/cd{'0' * 62}.png", b"no picture")
    laid(copied, "half.png", (copied.source / "0.png").read_bytes()[:300])
    laid(copied, "same.png", (copied.source / "1.png").read_bytes())
    report = copied.mend(copied.examine())
    assert dict(report.done) == {"moved_to_lost": 3}
    assert copied.lost() == [text.name, "half.png", "same.png"]
    assert report.lost == [
        f"media/cd/{text.name}: not a picture",
        "media/half.png: truncated: the file ends before the picture does",
        "media/same.png: the same picture is in the catalogue already",
    ]


def test_of_two_strays_of_one_content_one_is_taken_in(copied: Ward) -> None:
    content = (copied.source / "0.png").read_bytes() + b"and more"
    for name in ("1.png", "2.png", proper(copied, content).relative_to(copied.workspace.media)):
        laid(copied, str(name), content)
    assert copied.kinds() == {Kind.NO_ROW: 1, Kind.STRAY: 2}
    assert copied.mended() == {"taken_in": 1, "moved_to_lost": 2}
    assert copied.lost() == ["1.png", "2.png"]


def test_a_stray_gives_a_damaged_picture_its_bytes_back(copied: Ward) -> None:
    file = copied.file("0")
    content = file.read_bytes()
    spoil(file)
    without_sources(copied)
    laid(copied, "backup of 0.png", content)
    assert copied.mended(deep=True) == {"found_in_media": 1, "moved_to_lost": 1}
    assert file.read_bytes() == content
    assert copied.lost() == [file.name]


def test_files_under_each_others_names_lose_nothing(copied: Ward) -> None:
    contents = [(copied.source / f"{n}.png").read_bytes() + b"and more" for n in range(2)]
    for at, content in enumerate(contents):
        laid(copied, str(proper(copied, contents[1 - at]).relative_to(copied.workspace.media)), content)
    report = copied.mend(copied.examine())
    assert report.left == []
    assert dict(report.done) == {"taken_in": 1, "moved_to_lost": 1}
    kept = {
        each.read_bytes()
        for folder in (copied.workspace.media, copied.workspace.lost)
        for each in folder.rglob("*.png")
    }
    assert kept >= set(contents)


def test_strays_are_laid_aside_and_never_overwrite_each_other(copied: Ward, tmp_path: Path) -> None:
    media = copied.workspace.media
    target = tmp_path / "elsewhere.txt"
    target.write_text("mine")
    (media / "deep" / "er").mkdir(parents=True)
    for folder in (media, media / "deep", media / "deep" / "er"):
        (folder / "note.txt").write_text(str(folder))
    (media / "link").symlink_to(target)
    (media / "folder-link").symlink_to(tmp_path)
    (media / "nowhere").symlink_to(tmp_path / "not there")
    os.mkfifo(media / "pipe")
    Path(os.fsdecode(os.fsencode(media) + b"/\xff.png")).write_bytes(b"x")
    assert copied.kinds() == {Kind.STRAY: 8}
    assert copied.mended() == {"moved_to_lost": 8}
    assert len(copied.lost()) == 8
    texts = {each.read_text() for each in copied.workspace.lost.glob("note*.txt")}
    assert texts == {str(media), str(media / "deep"), str(media / "deep" / "er")}
    assert target.read_text() == "mine"


def test_half_written_files_are_removed_and_other_parts_are_not(copied: Ward) -> None:
    half = unfinished_name(copied.file("0"))
    half.write_bytes(b"half")
    settings = unfinished_name(copied.workspace.settings_file)
    settings.write_bytes(b"half")
    users = copied.workspace.media / "film.part"
    users.write_bytes(b"a person's")
    assert copied.kinds() == {Kind.UNFINISHED: 2, Kind.STRAY: 1}
    assert copied.mended() == {"removed": 2, "moved_to_lost": 1}
    assert not half.exists()
    assert not settings.exists()
    assert (copied.workspace.lost / "film.part").read_bytes() == b"a person's"


def test_an_unfinished_file_of_this_very_process_is_left_alone(copied: Ward) -> None:
    with copied.workspace.held():
        making = unfinished_name(copied.workspace.settings_file)
        making.write_bytes(b"in the making")
        assert copied.examine().clean


def test_a_missing_file_is_copied_back_from_where_it_was_seen(copied: Ward) -> None:
    file = copied.file("2")
    content = file.read_bytes()
    file.unlink()
    assert copied.kinds() == {Kind.MISSING: 1}
    assert copied.mended() == {"brought_back": 1}
    assert file.read_bytes() == content
    assert copied.row("2")[2:4] == ("active", None)


def test_a_missing_file_is_not_replaced_by_other_bytes(copied: Ward) -> None:
    copied.file("2").unlink()
    spoil(copied.source / "2.png")
    assert copied.mended() == {"set_aside": 1}
    assert not copied.file("2").exists()


def test_a_picture_without_bytes_is_set_aside_and_undo_brings_it_back(copied: Ward) -> None:
    without_sources(copied)
    kept = copied.file("3").read_bytes()
    for name in "13":
        copied.file(name).unlink()
    assert copied.mended() == {"set_aside": 2}
    assert copied.row("1")[2:4] == ("set_aside", intake.MISSING)
    entry = journal.history(copied.catalogue)[0]
    assert (entry.said_by, entry.rows) == ("doctor", 2)
    journal.undo(copied.catalogue)
    assert copied.row("1")[2:4] == ("active", None)
    assert copied.kinds() == {Kind.MISSING: 2}
    assert copied.mended() == {"set_aside": 2}

    copied.file("3").write_bytes(kept)  # from a backup
    assert copied.kinds() == {Kind.RETURNED: 1}
    assert copied.mended() == {"taken_back": 1}
    assert copied.row("3")[2:4] == ("active", None)


def test_a_persons_reason_survives_a_missing_file(copied: Ward) -> None:
    without_sources(copied)
    image_id, file, *_ = copied.row("0")
    with journal.decision(copied.catalogue, "browse.set_aside", "set {n} pictures aside") as made:
        made.put_where("images", {"state": "set_aside", "reason": "blurry"}, "image_id = ?", [image_id])
    kept = file.read_bytes()
    file.unlink()
    assert copied.mended() == {"set_aside": 1}
    assert copied.row("0")[2:4] == ("set_aside", f"blurry · {intake.MISSING}")
    file.write_bytes(kept)
    assert copied.mended() == {"taken_back": 1}
    assert copied.row("0")[2:4] == ("set_aside", "blurry")


def test_something_else_in_the_place_of_a_missing_file_does_not_bring_it_back(referred: Ward) -> None:
    file = referred.file("0")
    content = file.read_bytes()
    file.unlink()
    assert referred.mended() == {"set_aside": 1}
    file.write_bytes(content)
    spoil(file)
    assert referred.kinds() == {}
    file.write_bytes(content)
    assert referred.kinds() == {Kind.RETURNED: 1}


def test_importing_a_missing_picture_again_heals_it(copied: Ward, take_in: TakeIn, make_picture: MakePicture) -> None:
    without_sources(copied)
    copied.file("0").unlink()
    assert copied.mended() == {"set_aside": 1}
    take_in(make_picture(copied.source / "again.png", 0))
    assert copied.row("0")[2:4] == ("active", None)
    assert copied.examine(deep=True).clean


def test_a_reference_follows_its_bytes_to_where_they_were_also_seen(
    referred: Ward, take_in: TakeIn, make_picture: MakePicture
) -> None:
    other = make_picture(referred.source.parent / "other" / "same.png", 1)
    take_in(other, mode="reference")
    (referred.source / "1.png").unlink()
    (referred.source / "2.png").unlink()
    assert referred.kinds() == {Kind.MISSING: 2}
    assert referred.mended() == {"pointed_elsewhere": 1, "set_aside": 1}
    assert (referred.file("1"), referred.row("1")[4]) == (other, "reference")
    assert referred.row("2")[2:4] == ("set_aside", intake.MISSING)


def test_a_reference_that_was_edited_is_not_touched(referred: Ward) -> None:
    file = referred.file("1")
    file.write_bytes(b"the person painted over it")
    assert referred.kinds() == {Kind.DAMAGED: 1}
    assert referred.mended() == {"set_aside": 1}
    assert file.read_bytes() == b"the person painted over it"
    assert referred.lost() == []


def test_a_file_of_another_size_is_laid_aside_and_replaced(copied: Ward) -> None:
    file = copied.file("1")
    content = file.read_bytes()
    file.write_bytes(content[:100])
    assert copied.kinds() == {Kind.DAMAGED: 1}
    assert copied.mended() == {"moved_to_lost": 1, "brought_back": 1}
    assert file.read_bytes() == content
    assert (copied.workspace.lost / file.name).read_bytes() == content[:100]


def test_other_bytes_of_the_same_size_are_found_only_by_a_deep_look(copied: Ward) -> None:
    file = copied.file("1")
    content = file.read_bytes()
    spoil(file)
    spoilt = file.read_bytes()
    without_sources(copied)
    assert copied.kinds() == {}
    assert copied.kinds(deep=True) == {Kind.DAMAGED: 1}
    assert copied.mended(deep=True) == {"moved_to_lost": 1, "set_aside": 1}
    assert (copied.workspace.lost / file.name).read_bytes() == spoilt
    assert content != spoilt


def test_a_row_that_points_to_another_name_gets_its_place(copied: Ward) -> None:
    image_id, file, *_ = copied.row("0")
    odd = copied.workspace.media / "odd.png"
    file.rename(odd)
    copied.change("UPDATE images SET path = 'media/odd.png' WHERE image_id = ?", image_id)
    outside_id, place, *_ = copied.row("1")
    outside = copied.source.parent / "outside.png"
    place.rename(outside)
    copied.change("UPDATE images SET path = ? WHERE image_id = ?", str(outside), outside_id)
    assert copied.kinds() == {Kind.MISPLACED: 2}
    assert copied.mended() == {"put_in_place": 2}
    assert (copied.file("0"), copied.file("1")) == (file, place)
    assert file.is_file()
    assert not odd.exists()
    assert outside.is_file()  # not ours to move


def test_a_row_whose_file_lies_in_its_place_without_it_finds_it(copied: Ward) -> None:
    image_id, file, *_ = copied.row("0")
    copied.change("UPDATE images SET path = 'media/gone.png' WHERE image_id = ?", image_id)
    assert copied.kinds() == {Kind.NO_ROW: 1, Kind.MISSING: 1}
    assert copied.mended() == {"found_in_media": 1}
    assert copied.file("0") == file


def test_a_second_row_of_one_content_is_set_aside(copied: Ward) -> None:
    image_id, file, *_ = copied.row("0")
    copied.change(
        "INSERT INTO images (sha256, path, stored, format, mode, width, height, bytes) "
        "SELECT sha256, path, stored, format, mode, width, height, bytes FROM images WHERE image_id = ?",
        image_id,
    )
    assert copied.kinds() == {Kind.TWICE: 1, Kind.UNMEASURED: 1}
    assert copied.mended() == {"second_rows": 1, "measured": 1}
    assert copied.row("0")[2] == "active"
    assert copied.catalogue.value("SELECT count(*) FROM images WHERE reason = ?", [TWICE]) == 1
    assert file.is_file()


def test_jobs_of_a_killed_process_are_stopped_and_go_on(copied: Ward, take_in: TakeIn) -> None:
    copied.change("UPDATE jobs SET state = 'running'")
    copied.change("UPDATE job_items SET state = 'waiting'")
    assert copied.kinds() == {Kind.STALE_JOB: 1}
    assert copied.mended() == {"stopped": 1}
    assert copied.catalogue.value("SELECT state FROM jobs") == "stopped"
    assert take_in(copied.source).already == 4


def test_notes_of_no_picture_are_kept_in_a_file_and_items_wait_again(copied: Ward, take_in: TakeIn) -> None:
    copied.change(
        "INSERT INTO sightings (image_id, site, url, title) VALUES (999, 'folder', '/nowhere/é.png', 'nothing')"
    )
    copied.change("UPDATE job_items SET image_id = 999 WHERE url LIKE '%/3.png'")
    assert copied.kinds() == {Kind.SIGHTING: 1, Kind.ITEM: 1}
    assert copied.mended() == {"taken_out": 1, "wait_again": 1}
    (name,) = copied.lost()
    assert json.loads((copied.workspace.lost / name).read_text("utf-8"))["url"] == "/nowhere/é.png"
    assert take_in(copied.source).already == 1


def test_lacking_facts_and_hashes_are_measured_as_they_were(copied: Ward) -> None:
    facts = copied.catalogue.rows("SELECT * FROM image_facts ORDER BY ALL")
    hashes = copied.catalogue.rows("SELECT * FROM image_hashes ORDER BY ALL")
    first, second, third = (copied.row(name)[0] for name in "012")
    copied.change("DELETE FROM image_facts WHERE image_id IN (?, ?)", first, third)
    copied.change("DELETE FROM image_hashes WHERE image_id = ? OR image_id = ? AND algorithm = 'phash'", third, second)
    assert copied.kinds() == {Kind.UNMEASURED: 3}
    assert copied.mended() == {"measured": 3}
    assert copied.catalogue.rows("SELECT * FROM image_facts ORDER BY ALL") == facts
    assert copied.catalogue.rows("SELECT * FROM image_hashes ORDER BY ALL") == hashes


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file whose first byte cannot be read")
def test_what_cannot_be_read_is_told_and_left_as_it_is(referred: Ward) -> None:
    first, second = referred.row("0")[0], referred.row("1")[0]
    referred.change("UPDATE images SET path = '/proc/self/mem', bytes = 0 WHERE image_id = ?", first)
    referred.change("UPDATE images SET path = ? WHERE image_id = ?", "/" + "x" * 300, second)
    assert referred.kinds() == {Kind.UNREADABLE: 1}
    report = referred.examine(deep=True)
    assert [(each.kind, each.count) for each in report.findings] == [(Kind.UNREADABLE, 2)]
    left = sorted(referred.mend(report).left)
    assert left == ["/proc/self/mem: it cannot be read", f"/{'x' * 300}: it cannot be read"]
    assert {referred.row(name)[2] for name in "01"} == {"active"}


def test_a_media_folder_that_is_not_there_is_no_reason_to_set_everything_aside(copied: Ward) -> None:
    copied.workspace.media.rename(copied.workspace.root / "unmounted")
    with pytest.raises(AnituiError, match="mount its disk"):
        copied.examine()


def test_nobody_examines_while_pictures_come_in(ward: Ward) -> None:
    order = ImportOrder([str(ward.source)])
    importing = import_pictures(ward.workspace, ward.catalogue, order, ImportSettings(), InProcess())
    next(importing)
    with pytest.raises(AnituiError, match="at work already"):
        ward.examine()
    importing.close()
    ward.examine()


def test_what_a_person_did_meanwhile_is_respected(copied: Ward) -> None:
    for name in "01":
        copied.file(name).unlink()
    report = copied.examine()
    (copied.source / "0.png").unlink()
    restored = copied.file("1")
    restored.write_bytes((copied.source / "1.png").read_bytes())
    copied.change("UPDATE images SET purged_at = now() WHERE image_id = ?", copied.row("0")[0])
    assert copied.mend(report).done.total() == 0
    assert copied.row("0")[2:4] == ("active", None)


def test_mending_that_is_cut_off_goes_on_the_next_time(copied: Ward) -> None:
    copied.change("UPDATE jobs SET state = 'running'")
    copied.file("0").unlink()
    (copied.workspace.media / "stray").write_bytes(b"")
    work = mend(copied.workspace, copied.catalogue, copied.examine(), engine=InProcess())
    next(work)
    next(work)
    work.close()
    assert copied.kinds() == {Kind.STRAY: 1, Kind.MISSING: 1}
    assert copied.mended() == {"moved_to_lost": 1, "brought_back": 1}


def test_everything_at_once_is_mended_in_one_go(copied: Ward) -> None:
    copied.file("0").unlink()
    spoil(copied.file("1"))
    (copied.workspace.media / "stray").write_bytes(b"")
    unfinished_name(copied.file("2")).write_bytes(b"")
    copied.change("DELETE FROM image_facts")
    copied.change("UPDATE jobs SET state = 'running'")
    report = copied.examine(deep=True)
    done = copied.mend(report)
    assert done.left == []
    assert len(done.sentences) == sum(1 for count in done.done.values() if count)
    assert set(done.done) <= set(DONE)
    assert copied.examine(deep=True).clean
    for path, sha256 in copied.catalogue.rows("SELECT path, sha256 FROM images"):
        assert hashlib.sha256(copied.workspace.file(path).read_bytes()).hexdigest() == sha256
