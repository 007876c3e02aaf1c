from __future__ import annotations

import errno
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from multiprocessing import set_executable
from pathlib import Path
from typing import Any

import imagehash
import pytest
from PIL import Image

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.engine import InProcess, Processes, WorkersCannotStart
from anitui.pipeline.ingest import ImportOrder, import_pictures
from anitui.progress import Event
from anitui.settings import ImportSettings
from anitui.store.catalogue import Catalogue
from anitui.store.intake import MISSING
from anitui.workspace import Workspace
from tests.conftest import MakePicture, TakeIn
from tests.pipeline import odd_pictures as odd
from tests.pipeline.imported import counts, stored_files, whole


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("mode", ["copy", "hardlink", "reference"])
def test_each_way_of_keeping(
    mode: str, workspace: Workspace, catalogue: Catalogue, pictures: Path, make_picture: MakePicture, take_in: TakeIn
) -> None:
    one = make_picture(pictures / "one.png", 1)
    make_picture(pictures / "two.png", 2)
    (pictures / "link.png").symlink_to(make_picture(pictures.parent / "outside.png", 3))
    report = take_in(pictures, mode=mode)
    assert counts(report) == (3, 0, 0, 0, 0)
    assert whole(workspace, catalogue)
    path, stored = catalogue.rows(
        "SELECT path, stored FROM images JOIN sightings USING (image_id) WHERE title = 'one'"
    )[0]
    assert stored == mode
    assert workspace.file(path).samefile(one) == (mode != "copy")
    assert not any(file.is_symlink() for file in stored_files(workspace))
    assert counts(take_in(pictures, mode=mode)) == (0, 0, 3, 0, 0)
    if mode != "reference":
        shutil.rmtree(pictures)
        (pictures.parent / "outside.png").unlink()
        assert whole(workspace, catalogue)


def test_facts_hashes_and_sighting_of_a_picture(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    file = make_picture(pictures / "Rei" / "a b.png")
    take_in(pictures, labels_from_folders=True)
    image = Image.open(file)
    for name, expected in (
        ("dhash", imagehash.dhash(image)),
        ("phash", imagehash.phash(image)),
        ("ahash", imagehash.average_hash(image)),
    ):
        found = catalogue.rows("SELECT hash_text(bits), mode FROM image_hashes WHERE algorithm = ?", [name])
        assert found == [(str(expected), "exact")]
    facts = catalogue.rows(
        "SELECT mode, colourfulness > 0, sharpness > 0, brightness BETWEEN 1 AND 254 FROM image_facts"
    )
    assert facts == [("exact", True, True, True)]
    assert catalogue.rows("SELECT site, url, page_url, title, label_hint FROM sightings") == [
        ("folder", str(file), str(file.parent), "a b", "Rei")
    ]
    assert catalogue.rows("SELECT width, height, format, mode, frames, state FROM images") == [
        (24, 18, "png", "RGB", 1, "active")
    ]


def test_what_it_is_only_its_content_tells(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    make_picture(pictures / "a.txt", 1, "JPEG")
    make_picture(pictures / "b.jpg", 2, "PNG")
    make_picture(pictures / "no-suffix", 3, "WEBP", lossless=True)
    (pictures / "c.png").write_text("no picture at all")
    report = take_in(pictures)
    assert counts(report) == (3, 0, 0, 1, 0)
    found = catalogue.rows("SELECT title, format, path FROM images JOIN sightings USING (image_id) ORDER BY 1")
    assert [(title, format, Path(path).suffix) for title, format, path in found] == [
        ("a", "jpeg", ".jpg"),
        ("b", "png", ".png"),
        ("no-suffix", "webp", ".webp"),
    ]
    assert whole(workspace, catalogue)


def test_everything_hostile_is_listed_with_its_reason_and_stops_nothing(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    make_picture(pictures / "good.png")
    make_picture(pictures / "zz good.png", 1)
    hostile = odd.hostile()
    for name, data in hostile.items():
        (pictures / f"hostile {name}".replace("/", "-")).write_bytes(data)
    (pictures / "empty.png").touch()
    (pictures / os.fsdecode(b"caf\xe9.png")).touch()
    (pictures / "two\nlines.png").touch()
    (pictures / "loop").symlink_to(".")
    (pictures / "nothing").symlink_to("gone")
    os.mkfifo(pictures / "pipe")
    monkeypatch.chdir(pictures)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
        first, second = take_in(pictures), take_in(pictures)
    assert counts(first)[:3] == (2, 0, 0)
    assert first.refused + first.failed == first.found - 2 == len(hostile) + 7
    reasons = {Path(failure.url).name: failure.reason for failure in first.failures}
    assert len(reasons) == len(first.failures) == first.refused + first.failed
    assert all(reasons.values())
    assert reasons["empty.png"] == "empty"
    assert reasons["two\\nlines.png"] == "its name holds a newline"
    assert reasons["caf\\xe9.png"] == "its name is not UTF-8"
    assert reasons["pipe"] == "a named pipe, not a file"
    in_catalogue = catalogue.rows("SELECT url, reason FROM job_items WHERE state IN ('refused', 'failed')")
    assert sorted(in_catalogue) == sorted((failure.url, failure.reason) for failure in first.failures)
    # Again: nothing is new, nothing is listed twice.
    assert second.new == second.already == 0
    assert sorted(second.failures, key=str) == sorted(first.failures, key=str)
    assert whole(workspace, catalogue)


def test_what_was_in_the_way_and_is_gone_is_listed_no_more(
    make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    (pictures / "a.png").symlink_to("gone")
    (pictures / "b.png").symlink_to("gone")
    assert take_in(pictures).refused == 2
    (pictures / "a.png").unlink()
    (pictures / "b.png").unlink()
    make_picture(pictures / "b.png")
    report = take_in(pictures)
    assert (counts(report), report.failures) == ((1, 0, 0, 0, 0), [])


def test_one_content_in_two_folders_is_one_picture_seen_twice(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    first = make_picture(pictures / "Rei" / "1.png")
    shutil.copy(first, pictures / "Rei" / "2.png")
    os.link(first, pictures / "Rei" / "3.png")
    (pictures / "Asuka").mkdir()
    shutil.copy(first, pictures / "Asuka" / "1.png")
    for mode in ("hardlink", "copy"):
        report = take_in(pictures, labels_from_folders=True, mode=mode)
    assert counts(report) == (0, 0, 4, 0, 0)
    assert catalogue.value("SELECT count(*) FROM images") == 1
    labels = catalogue.rows("SELECT label_hint, count(*) FROM sightings GROUP BY ALL ORDER BY ALL")
    assert labels == [("Asuka", 1), ("Rei", 3)]
    assert catalogue.rows("SELECT label FROM tagged_images ORDER BY 1") == [("Asuka",), ("Rei",)]
    assert whole(workspace, catalogue)
    # Named twice, by folder and by file: still seen once each.
    assert counts(take_in(pictures / "Rei" / "1.png", pictures, pictures)) == (0, 0, 4, 0, 0)


def test_a_changed_file_is_looked_at_again(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    make_picture(pictures / "a.png", 1)
    take_in(pictures)
    os.utime(make_picture(pictures / "a.png", 2), ns=(1, 1))
    assert counts(take_in(pictures)) == (1, 0, 0, 0, 0)
    assert catalogue.value("SELECT count(DISTINCT image_id) FROM sightings WHERE title = 'a'") == 2
    os.utime(pictures / "a.png", ns=(2, 2))
    assert counts(take_in(pictures)) == (0, 1, 0, 0, 0)
    assert whole(workspace, catalogue)


def test_from_reference_to_copy_and_not_back(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    make_picture(pictures / "a.png")
    take_in(pictures, mode="reference")
    assert counts(take_in(pictures, mode="copy")) == (0, 1, 0, 0, 0)
    assert catalogue.rows("SELECT stored FROM images") == [("copy",)]
    assert counts(take_in(pictures, mode="reference")) == (0, 0, 1, 0, 0)
    assert whole(workspace, catalogue)


def test_pictures_that_moved_are_found_where_they_are(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    make_picture(pictures / "a.png")
    take_in(pictures, mode="reference")
    pictures.rename(pictures.parent / "moved")
    assert counts(take_in(pictures.parent / "moved", mode="reference")) == (0, 1, 0, 0, 0)
    assert whole(workspace, catalogue)


def test_a_lost_file_comes_back_with_its_source(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    make_picture(pictures / "a.png")
    take_in(pictures)
    shutil.rmtree(workspace.media)
    with catalogue.writing() as connection:  # as `doctor` does
        connection.execute("UPDATE images SET state = 'set_aside', reason = ?", [MISSING])
    assert counts(take_in(pictures)) == (0, 1, 0, 0, 0)
    assert catalogue.rows("SELECT state, reason FROM images") == [("active", None)]
    assert whole(workspace, catalogue)


def test_what_was_purged_does_not_come_back(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    file = make_picture(pictures / "a.png")
    take_in(pictures)
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET purged_at = now()")
    for stored in stored_files(workspace):
        stored.unlink()
    shutil.copy(file, pictures / "b.png")
    report = take_in(pictures)
    assert counts(report) == (0, 0, 1, 1, 0)
    assert [failure.reason for failure in report.failures] == ["it was purged earlier"]
    assert stored_files(workspace) == []
    assert counts(take_in(pictures))[:3] == (0, 0, 2)


def test_the_first_frame_counts_and_the_others_are_told(
    catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    for name, format in (("a.gif", "GIF"), ("b.webp", "WEBP"), ("c.png", "PNG")):
        make_picture(pictures / name)
        frames[0].save(pictures / name, format, save_all=True, append_images=frames[1:])
    report = take_in(pictures)
    assert (report.new, report.animated) == (3, 3)
    assert catalogue.rows("SELECT DISTINCT frames FROM images") == [(3,)]


# --- cut off, and going on ----------------------------------------------------------------------------------------


def test_cut_off_in_the_middle_it_keeps_what_is_done_and_goes_on(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    for number in range(12):
        make_picture(pictures / f"{number:02}.png", number)
    work = import_pictures(workspace, catalogue, ImportOrder([str(pictures)]), engine=InProcess())
    for event in work:
        if event.doing == "importing" and event.done == 5:
            break
    work.close()
    assert catalogue.value("SELECT count(*) FROM images") == 5
    assert catalogue.value("SELECT count(*) FROM job_items WHERE state = 'waiting'") == 7
    assert catalogue.value("SELECT state FROM jobs") == "stopped"
    assert whole(workspace, catalogue)
    assert counts(take_in(pictures)) == (7, 0, 5, 0, 0)
    assert catalogue.rows("SELECT state, count(*) FROM job_items GROUP BY ALL") == [("done", 12)]
    assert catalogue.value("SELECT state FROM jobs") == "done"
    assert whole(workspace, catalogue)


def test_in_many_processes_it_comes_to_the_same(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    for number in range(20):
        make_picture(pictures / f"{number}.png", number // 2)
    (pictures / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    report = take_in(pictures, engine=Processes(2))
    assert counts(report) == (10, 10, 0, 1, 0)
    assert whole(workspace, catalogue)


def test_only_one_import_at_a_time(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    make_picture(pictures / "a.png")
    work = import_pictures(workspace, catalogue, ImportOrder([str(pictures)]), engine=InProcess())
    assert isinstance(next(work), Event)
    with pytest.raises(AnituiError, match="wait"):
        take_in(pictures)
    work.close()
    assert take_in(pictures).new == 1
    with pytest.raises(WrongUse, match="is not there"):
        take_in(pictures / "absent")
    assert take_in(pictures).unchanged == 1


def test_a_full_disk_stops_it_and_the_next_run_goes_on(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for number in range(6):
        make_picture(pictures / f"{number}.png", number)
    real = os.fsync
    room: Iterator[int] = iter(range(3))

    def fsync(handle: int) -> None:
        file = Path(f"/proc/self/fd/{handle}").readlink()
        if file.suffix == ".part" and workspace.media in file.parents and next(room, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        with pytest.raises(AnituiError, match=r"disk of .* is full"):
            take_in(pictures)
    assert catalogue.rows("SELECT state, count(*) FROM job_items GROUP BY ALL ORDER BY ALL") == [
        ("done", 3),
        ("waiting", 3),
    ]
    assert whole(workspace, catalogue)
    assert counts(take_in(pictures)) == (3, 0, 3, 0, 0)


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EPERM, errno.EMLINK])
def test_what_cannot_be_linked_is_copied_and_told(
    code: int, workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    make_picture(pictures / "a.png")

    def link(*arguments: Any, **options: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", link)
    report = take_in(pictures, mode="hardlink")
    assert (report.new, report.copied_instead) == (1, 1)
    assert catalogue.rows("SELECT stored FROM images") == [("copy",)]
    assert whole(workspace, catalogue)


def test_files_that_cannot_be_read_now_are_tried_again(
    catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_picture(pictures / "a.png")
    real = os.open

    def open_(path: Any, *arguments: Any, **options: Any) -> int:
        if str(path).endswith("a.png"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", open_)
        report = take_in(pictures)
    assert counts(report) == (0, 0, 0, 0, 1)
    assert [failure.reason for failure in report.failures] == ["no permission to read it"]
    assert counts(take_in(pictures)) == (1, 0, 0, 0, 0)


def test_workers_that_cannot_start_blame_no_picture(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    for seed in range(3):
        make_picture(pictures / f"{seed}.png", seed)
    set_executable("/bin/false")
    try:
        with pytest.raises(WorkersCannotStart, match="cannot start"):
            take_in(pictures, engine=Processes(2))
    finally:
        set_executable(sys.executable)
    assert catalogue.rows("SELECT DISTINCT state FROM job_items") == [("waiting",)]
    assert catalogue.rows("SELECT state FROM jobs") == [("stopped",)]
    assert counts(take_in(pictures))[0] == 3


def test_a_picture_that_takes_too_long_to_decode_is_told_as_that(take_in: TakeIn, pictures: Path) -> None:
    pictures.mkdir(exist_ok=True)
    Image.new("L", (9000, 6000)).save(pictures / "large.png")
    report = take_in(pictures, seconds_per_picture=0.01)  # over before the decoder has half of it
    assert counts(report) == (0, 0, 0, 0, 1)
    assert report.failures[0].reason == "took longer than 0.01 seconds to read"


def test_a_label_of_nothing_is_refused(make_picture: MakePicture, take_in: TakeIn, pictures: Path) -> None:
    make_picture(pictures / "a.png")
    for label in ("", "  ", "\n"):
        with pytest.raises(WrongUse, match="label is empty"):
            take_in(pictures, label=label)


def test_limits_hold(make_picture: MakePicture, take_in: TakeIn, pictures: Path, workspace: Workspace) -> None:
    with make_picture(pictures / "long.png").open("ab") as file:
        file.truncate(3 << 20)
    Image.new("L", (1200, 1000)).save(pictures / "wide.png")
    report = take_in(pictures, max_megabytes=2, max_megapixels=1)
    assert sorted(str(failure.reason).split(":")[0] for failure in report.failures) == [
        "too many bytes",
        "too many pixels",
    ]
    assert stored_files(workspace) == []


def test_a_workspace_takes_in_what_lies_beside_its_own_files_and_never_those(
    workspace: Workspace, catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    make_picture(pictures / "a.png")
    take_in(pictures)
    report = take_in(workspace.root.parent / "pictures", workspace.root.parent)
    assert counts(report)[:2] == (0, 0)
    assert not any(workspace.root in Path(row[0]).parents for row in catalogue.rows("SELECT url FROM job_items"))
    make_picture(workspace.root / "found here" / "b.png", 1)
    report = take_in(workspace.root)
    assert (counts(report)[0], report.found, report.failures) == (1, 1, [])
    with pytest.raises(WrongUse, match="workspace itself"):
        take_in(workspace.media)


def test_a_root_whose_name_is_not_utf8_is_told_and_stops_nothing(
    make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    odd_root = pictures / os.fsdecode(b"caf\xe9")
    make_picture(odd_root / "a.png")
    make_picture(pictures / "fine" / "b.png", 1)
    report = take_in(odd_root, pictures / "fine")
    assert counts(report) == (1, 0, 0, 1, 0)
    assert [failure.reason for failure in report.failures] == ["its name is not UTF-8"]


def test_settings_reach_the_rows(
    catalogue: Catalogue, make_picture: MakePicture, take_in: TakeIn, pictures: Path
) -> None:
    make_picture(pictures / "a.jpg", 1, "JPEG")
    take_in(pictures, hashing="fast")
    assert catalogue.rows("SELECT DISTINCT mode FROM image_hashes") == [("fast",)]
    assert catalogue.rows("SELECT mode FROM image_facts") == [("fast",)]
    assert ImportSettings().hashing == "exact"
