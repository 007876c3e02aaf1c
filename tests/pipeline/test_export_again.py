"""An export onto what is there: an earlier one, something of somebody's, one that was cut off, a full disk."""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from anitui.cli import main
from anitui.errors import WrongUse
from anitui.pipeline.engine import InProcess, Processes
from anitui.pipeline.export import building, swapping
from anitui.pipeline.export.exporting import export_dataset
from anitui.pipeline.export.order import DatasetOrder
from anitui.pipeline.export.pictures import Making, make
from tests.pipeline.a_dataset import Shelf, copied, furnished, picture

LABELS = ("miku", "rei", "asuka", "haruhi", "yuki", "mikuru")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnished(tmp_path_factory.mktemp("made"), LABELS)


@pytest.fixture
def shelf(made: Path, tmp_path: Path) -> Iterator[Shelf]:
    with copied(made, tmp_path) as shelf:
        yield shelf


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file with its inode and what it holds."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_ino, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def alone(destination: Path) -> bool:
    """Nothing half done lies beside it."""
    return not [each for each in destination.parent.iterdir() if each.name.startswith(".")]


@pytest.mark.parametrize("format", ["imagefolder", "csv", "coco", "webdataset", "parquet"])
def test_again_writes_only_what_changed(shelf: Shelf, tmp_path: Path, format: str) -> None:
    out = tmp_path / "out"
    first = shelf.export(out, format, split="s")
    pictures = sum(first.parts.values())
    before = snapshot(out)
    second = shelf.export(out, format, split="s")
    assert (second.written, second.kept, second.removed) == (0, pictures, 0)
    after = snapshot(out)
    kept = {name for name in before if name.endswith((".jpg", ".png", ".webp", ".tar", ".parquet"))}
    assert kept and all(after[name] == before[name] for name in kept)  # the very same files
    assert {name: data for name, (_, data) in after.items()} == {name: data for name, (_, data) in before.items()}
    assert alone(out)


def test_what_changed_is_written_and_what_is_gone_is_removed(shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shelf.export(out, "imagefolder", split="s")
    (gone,), (other,) = (
        shelf.catalogue.rows("SELECT min(face_id) FROM labelled_faces WHERE label = ?", [label])[0]
        for label in ("miku", "rei")
    )
    shelf.name(other, "asuka")
    with shelf.catalogue.writing() as connection:
        connection.execute("UPDATE faces SET state = 'set_aside' WHERE face_id = ?", [gone])
        connection.execute("UPDATE faces SET x = x + 5 WHERE face_id = ?", [other + 1])
    report = shelf.export(out, "imagefolder", split="s")
    # The moved box is made anew; the one that was named otherwise only changes its folder.
    assert (report.written, report.kept, report.removed) == (1, 10, 2)
    assert (report.set_aside, report.renamed) == (1, 1)
    assert len(list((out / "train" / "asuka").iterdir())) == 2 and not (out / "train" / "miku").exists()
    frozen = shelf.export(tmp_path / "frozen", "imagefolder", split="s", as_frozen=True)
    assert len(list((tmp_path / "frozen" / "train" / "asuka").iterdir())) == 1 and frozen.renamed == 1


def test_a_file_that_was_changed_by_hand_is_made_again_and_force_makes_all(shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shelf.export(out, "imagefolder", split="s")
    before = {name: data for name, (_, data) in snapshot(out).items()}
    first, second = sorted((out / "train").rglob("*.jpg"))[:2]
    first.write_bytes(b"spoilt")
    second.unlink()
    report = shelf.export(out, "imagefolder", split="s")
    assert (report.written, report.kept) == (2, 10)
    assert {name: data for name, (_, data) in snapshot(out).items()} == before
    assert shelf.export(out, "imagefolder", split="s", force=True).written == 12


def test_another_shape_or_format_in_the_same_folder(shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shelf.export(out, "imagefolder", split="s")
    assert shelf.export(out, "csv", split="s").kept == 12  # the same crops under other names
    assert {each.name for each in out.iterdir()} == {"images", "train.csv", "val.csv", "test.csv", "manifest.csv"}
    assert shelf.export(out, "csv", split="s", size=100).written == 12


def test_what_is_not_ours_is_never_lost(shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert shelf.export(out, "imagefolder", split="s").written == 12  # an empty folder is as good as none
    (out / "notes.txt").write_text("mine")
    (out / "train" / "mine").mkdir()
    (out / "train" / "mine" / "a.png").write_text("mine too")
    (out / "link").symlink_to("notes.txt")
    report = shelf.export(out, "imagefolder", split="s")
    assert sorted(report.carried) == ["link", "notes.txt", "train/mine/a.png"] and report.kept == 12
    assert (out / "link").read_text() == "mine" and (out / "train" / "mine" / "a.png").read_text() == "mine too"

    theirs = tmp_path / "theirs"
    picture(theirs / "a.png", 1)
    for destination, why in ((theirs, "not empty"), (theirs / "a.png", "is a file")):
        for force in (False, True):
            with pytest.raises(WrongUse, match=why):
                shelf.export(destination, "imagefolder", split="s", force=force)
    assert [each.name for each in theirs.iterdir()] == ["a.png"] and alone(theirs)


def test_a_manifest_that_was_changed_leads_nowhere_else(shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shelf.export(out, "imagefolder", split="s")
    secret = tmp_path / "secret"
    secret.write_text("s" * 100)
    text = (out / "manifest.csv").read_text("utf-8")
    head, first, rest = text.split("\n", 2)
    file, *values = first.split(",")
    (out / "manifest.csv").write_text(
        "\n".join((head, ",".join(("../secret", *values[:-2], "100", "")), rest)), "utf-8"
    )
    before = snapshot(out)
    with pytest.raises(WrongUse, match="move it away"):  # now it is nobody's that we know of
        shelf.export(out, "imagefolder", split="s")
    assert secret.read_text() == "s" * 100 and snapshot(out) == before and alone(out)
    (out / file).unlink()
    assert shelf.export(out, "imagefolder", split="s").written == 1 and secret.exists()


def test_the_workspace_is_no_place(shelf: Shelf) -> None:
    root = shelf.workspace.root
    for inside in (root, root / "media" / "x", root / "exports", root.parent):
        with pytest.raises(WrongUse):
            shelf.export(inside, "imagefolder", split="s")
    assert shelf.export(root / "exports" / "mine", "imagefolder", split="s").written == 12


def test_stopped_on_the_way_it_goes_on(shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "out"
    work = export_dataset(
        shelf.workspace, shelf.catalogue, DatasetOrder(out, "imagefolder", split="s"), None, InProcess()
    )
    for event in work:
        if event.done >= 5:
            break
    work.close()
    assert not out.exists() and not alone(out)
    report = shelf.export(out, "imagefolder", split="s")
    assert report.resumed == report.kept >= 5 and report.kept + report.written == 12
    assert alone(out) and not (out / building.JOURNAL).exists()


def test_a_kill_between_two_renames_is_put_right(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(swapping, "_exchanged", lambda new, old: False)
    shelf.export(out, "imagefolder", split="s")
    assert shelf.export(out, "imagefolder", split="s").kept == 12 and alone(out)
    (out / "notes.txt").write_text("mine")
    out.rename(tmp_path / ".out.0123abcd.part")
    assert shelf.export(out, "imagefolder", split="s").kept == 12
    assert (out / "notes.txt").read_text() == "mine" and alone(out)


def test_what_a_kill_after_the_swap_left_is_tidied(shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shelf.export(out, "imagefolder", split="s")
    shutil.copytree(out, tmp_path / ".out.0123abcd.part")
    (tmp_path / ".out.deadbeef.part").mkdir()
    picture(tmp_path / ".out.deadbeef.part" / "theirs.png", 1)  # of such a name, and none of ours
    assert shelf.export(out, "imagefolder", split="s").kept == 12
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == [".out.deadbeef.part"]


def test_two_at_once_into_one_place(shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = building.begin(out)
    with pytest.raises(WrongUse, match="is under way"):
        shelf.export(out, "imagefolder", split="s")
    first.abandon(keep=False)
    assert shelf.export(out, "imagefolder", split="s").written == 12 and alone(out)


def test_where_nothing_can_be_linked_it_is_copied(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.export(tmp_path / "out", "imagefolder", split="s")

    def refuse(*args: object, **more: object) -> None:
        raise OSError(1, "not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert shelf.export(tmp_path / "out", "imagefolder", split="s").kept == 12
    linked = shelf.export(tmp_path / "coco", "coco", split="s", link="hardlink")
    assert linked.copied_instead == linked.written > 0


@pytest.mark.slow
def test_killed_in_the_middle(shelf: Shelf, tmp_path: Path) -> None:
    out = tmp_path / "out"
    earlier = shelf.export(out, "imagefolder", split="s", size=16)
    assert earlier.written == 12
    before = snapshot(out)
    shelf.catalogue.close()
    command = [sys.executable, "-m", "anitui", "-w", str(shelf.workspace.root), "export", str(out)]
    command += ["--format", "imagefolder", "--split", "s", "--size", "600", "--image-format", "webp"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends = time.monotonic() + 60
    while time.monotonic() < ends and running.poll() is None:
        if any(len(each.read_bytes().split(b"\n")) >= 4 for each in tmp_path.glob(f".out.*.part/{building.JOURNAL}")):
            break
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert snapshot(out) == before and not alone(out)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "were made by an export that was cut off" in done.stdout
    assert alone(out) and len(list(out.rglob("*.webp"))) == 12


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("nothing may be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize("format", ["imagefolder", "parquet", "webdataset"])
def test_a_full_disk(
    shelf: Shelf, disk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    out = disk / "out"
    shelf.export(out, format, split="s", size=16, pictures="crops")
    before = snapshot(out)
    shelf.catalogue.close()
    monkeypatch.setattr(Processes, "map", InProcess.map)
    command = ["-w", str(shelf.workspace.root), "export", str(out), "--format", format, "--split", "s"]
    command += ["--pictures", "crops", "--size", "300", "--image-format", "png"]
    assert main(command) == 1
    gc.collect()  # what is still open complains when it goes
    told = capsys.readouterr().err
    assert "ignored" not in told
    assert told.splitlines()[-1].startswith("anitui: the disk is full: free some space and do the same again")
    assert snapshot(out) == before and alone(out)  # and what it filled is free again
    subprocess.run(["mount", "-o", "remount,size=60m", disk], check=True)
    assert main(command) == 0


def test_a_worker_tells_of_a_full_disk(tmp_path: Path) -> None:
    """Of the disk, and not of the picture: that would be left out, and so would all that follow."""
    from anitui.pipeline.decode import Limits
    from anitui.pipeline.export.pictures import Wanted
    from anitui.pipeline.export.shaping import Shape

    if not Path("/dev/full").exists():
        pytest.skip("there is no disk that is always full")
    source = picture(tmp_path / "a.png", 1)
    shape = Shape((0, 0, 50, 50), 50, 50, "png", 90)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    task = Making(str(source), digest, (Wanted(0, shape, "/dev/full"),), Limits())
    with pytest.raises(OSError, match="No space"):
        make(task)


def test_a_file_that_was_changed_since_is_made_again_though_its_size_is_the_same(shelf: Shelf, tmp_path: Path) -> None:
    path = picture(tmp_path / "in" / "a.png", 1)
    shelf.take_in(path)
    shelf.face(shelf.image(path), (10, 10, 40, 40), "alone")
    shelf.export(tmp_path / "out", "imagefolder")
    [crop] = (tmp_path / "out").glob("alone/*")
    right = crop.read_bytes()
    crop.write_bytes(right[:-1] + bytes([right[-1] ^ 1]))
    report = shelf.export(tmp_path / "out", "imagefolder")
    assert report.written == 1 and crop.read_bytes() == right
    assert shelf.export(tmp_path / "out", "imagefolder").written == 0
