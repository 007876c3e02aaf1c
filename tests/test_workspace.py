from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anitui import workspace as workspaces
from anitui.errors import WorkspaceHeld, WrongUse
from anitui.store.catalogue import open_catalogue
from anitui.workspace import Workspace

HOLDER = """
import sys
from pathlib import Path
from anitui.workspace import find
with find(Path(sys.argv[1])).held():
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(workspace: Workspace, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Holds the workspace until the block ends."""
    command = [sys.executable, "-c", HOLDER, str(workspace.root), *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def refusal(workspace: Workspace) -> str:
    with pytest.raises(WorkspaceHeld) as caught, workspace.held():
        pass
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_created_once_and_left_alone_the_second_time(tmp_path: Path) -> None:
    made = workspaces.create(tmp_path / "new" / "deep")
    assert all(part.is_dir() for part in (made.media, made.crops, made.runs, made.exports))
    made.settings_file.write_text(made.settings_file.read_text() + "# mine\n")
    assert workspaces.create(tmp_path / "new" / "deep") == made
    assert made.settings_file.read_text().endswith("# mine\n")
    assert made.settings().importing.mode == "copy"


@pytest.mark.parametrize("name", ['two "quotes"', "new\nline", "delete\x7f", "アニメ 🎀", "'", "a=b # [c]"])
def test_any_name_that_a_folder_can_have_makes_readable_settings(tmp_path: Path, name: str) -> None:
    made = workspaces.create(tmp_path / name)
    assert made.settings() == workspaces.create(tmp_path / "plain").settings()
    open_catalogue(made.catalogue).close()


def test_a_workspace_is_called_what_its_settings_say(tmp_path: Path) -> None:
    made = workspaces.create(tmp_path / "folder")
    assert made.name == "folder"
    for text, name in (('[workspace]\nname = " Chino "\n', "Chino"), ("[workspace]\n", "folder"), ("", "folder")):
        made.settings_file.write_text(text)
        assert workspaces.find(made.root).name == name
    made.settings_file.write_text("[workspace]\nname = 3\n")
    with pytest.raises(WrongUse, match=r"anitui\.toml \[workspace\]: name must be a text"):
        made.settings()


@pytest.mark.parametrize("name", [b"caf\xe9", b"back\\slash"])
def test_names_that_the_database_cannot_take_are_refused(tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / os.fsdecode(name)
    with pytest.raises(WrongUse, match="rename") as caught:
        workspaces.create(folder)
    str(caught.value).encode()
    folder.mkdir()
    (folder / workspaces.MARKER).touch()  # renamed since it was made
    with pytest.raises(WrongUse, match="rename"):
        workspaces.find(folder)


def test_folders_that_cannot_become_one_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / "loop"):
        with pytest.raises(WrongUse):
            workspaces.create(folder)


def test_workspaces_do_not_nest(workspace: Workspace) -> None:
    with pytest.raises(WrongUse, match="nested"):
        workspaces.create(workspace.media / "inner")
    assert not (workspace.media / "inner").exists()


def test_found_upwards_from_here_or_by_name(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace.media)
    assert workspaces.find(None) == workspace
    assert workspaces.nearest(workspace.media / "not" / "there") == workspace
    assert workspaces.find(Path("..")) == workspace
    with pytest.raises(WrongUse, match="anitui init"):
        workspaces.find(Path())  # a folder that is named must be one itself
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(WrongUse, match="anitui init"):
        workspaces.find(None)
    (tmp_path / "elsewhere").rmdir()
    with pytest.raises(WrongUse, match="was removed"):
        workspaces.find(None)


def test_a_second_process_is_told_who_holds_it(workspace: Workspace) -> None:
    with another_process(workspace, "pairs", "--on", "faces") as holder:
        said = refusal(workspace)
        assert f"process {holder.pid} " in said
        assert "pairs --on faces" in said
        assert " since 2" in said
    with workspace.held():
        assert f"process {os.getpid()} " in refusal(workspace)


def test_who_holds_it_is_told_also_after_a_command_of_many_odd_names(workspace: Workspace) -> None:
    many = [f"pictures/{number:05}.png" for number in range(2000)]
    with another_process(workspace, os.fsdecode(b"\xff"), "new\nline", *many) as holder:
        said = refusal(workspace)
    assert f"process {holder.pid} " in said
    assert len(said) < 1000
    assert said.isprintable()


def test_killing_the_holder_drops_the_lock(workspace: Workspace) -> None:
    with another_process(workspace) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with workspace.held():
            pass


@pytest.mark.parametrize("note", [b"", b"null", b"[]", b'{"pid": 1', b"\xff\xfe", b'{"since": 3}'])
def test_a_spoilt_note_of_the_holder_is_no_traceback(workspace: Workspace, note: bytes) -> None:
    with workspace.held():
        (workspace.root / ".anitui.lock").write_bytes(note)
        assert "another process" in refusal(workspace)


def test_a_read_only_folder_is_refused_in_a_sentence(as_nobody: None) -> None:
    with tempfile.TemporaryDirectory() as name:
        sealed = Path(name) / "sealed"
        sealed.mkdir(mode=0o555)
        made = workspaces.create(Path(name) / "workspace")
        made.root.chmod(0o555)
        try:
            with pytest.raises(WrongUse, match="cannot be written"), made.held():
                pass
            with pytest.raises(WrongUse, match="Permission denied"):
                workspaces.create(sealed / "new")
            made.root.chmod(0o000)
            with pytest.raises(WrongUse):
                workspaces.find(made.root)
        finally:
            made.root.chmod(0o755)


def test_a_moved_workspace_works(workspace: Workspace, tmp_path: Path, make_picture, take_in, catalogue) -> None:
    take_in(make_picture(tmp_path / "pictures" / "a.png").parent)
    catalogue.close()
    shutil.copytree(workspace.root, tmp_path / "moved", symlinks=True)
    shutil.rmtree(workspace.root)
    moved = workspaces.find(tmp_path / "moved")
    with moved.held():
        opened = open_catalogue(moved.catalogue)
        path = opened.value("SELECT path FROM images")
        opened.close()
        assert moved.file(path).read_bytes() == (tmp_path / "pictures" / "a.png").read_bytes()
