"""A workspace: a folder that the user owns, with one catalogue, the pictures' bytes, and a lock held by one process."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from anitui import settings as settings_module
from anitui.errors import WorkspaceHeld, WrongUse
from anitui.files import write_atomically
from anitui.settings import Settings

MARKER = "anitui.toml"

LONGEST_COMMAND = 200

TEMPLATE = """\
# This folder is an anitui workspace. It can be moved and backed up as a whole (`cp -r`).
# Settings given here hold for this workspace; every setting and its default: docs/settings.md.

[workspace]
name = {name}

# [import]
# mode = "copy"          # or "hardlink", or "reference": the pictures stay where they are
# hashing = "exact"      # bit for bit as imagehash; "fast" is four times as quick and never compared with exact

# [look]
# theme = "anitui-dark"
# pictures = "auto"      # or cells, sextant, sixel, kitty

# [keys]
# "browse.set_aside" = "x,delete"
"""


@dataclass(frozen=True)
class Workspace:
    """The paths of one workspace. Nothing is opened or locked by having one."""

    root: Path

    @property
    def settings_file(self) -> Path:
        return self.root / MARKER

    @property
    def catalogue(self) -> Path:
        return self.root / "catalogue.duckdb"

    @property
    def media(self) -> Path:
        return self.root / "media"

    @property
    def crops(self) -> Path:
        return self.root / "crops"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def lost(self) -> Path:
        """Where `doctor` lays what it finds in `media` and cannot place; made when it is needed."""
        return self.root / "lost"

    @property
    def work(self) -> Path:
        """Where processes of their own, such as the one that collects, leave what they have done."""
        return self.root / "work"

    def own(self) -> list[Path]:
        """What the workspace itself is made of, as against pictures that lie in the same folder."""
        folders = (self.media, self.crops, self.runs, self.exports, self.backups, self.lost, self.work)
        files = ("catalogue.duckdb*", ".anitui.lock", ".placing", ".answers", ".spill", "sql_history.jsonl")
        return [*folders, self.settings_file, *(found for name in files for found in self.root.glob(name))]

    def destination(self, given: Path, *, as_a_whole: bool = True) -> Path:
        """Where something may be written for others to take away: not among what the workspace is made of; nor around
        it, where the whole folder is to be what is written."""
        place = given.resolve()
        for own in self.own():
            own = own.resolve()
            if place == own or (own != self.exports.resolve() and place.is_relative_to(own)):
                raise WrongUse(f"{place} belongs to the workspace itself: name another folder, such as exports/mine")
        if as_a_whole and self.root.resolve().is_relative_to(place):
            raise WrongUse(f"{place} holds the workspace itself: name another folder")
        return place

    @property
    def answers(self) -> Path:
        """The verdicts that are on their way into the catalogue; there while one decides, or after a kill."""
        return self.root / ".answers"

    @property
    def placing(self) -> Path:
        """Which files of `media` were about to get their names; there only while, or since, an import was cut off."""
        return self.root / ".placing"

    @cached_property
    def name(self) -> str:
        """What its settings call it, or else its folder."""
        return settings_module.workspace_name(self.settings_file) or self._folder_name

    @property
    def _folder_name(self) -> str:
        return self.root.name or str(self.root)

    def settings(self) -> Settings:
        return settings_module.load(self.settings_file)

    def file(self, path: str) -> Path:
        """Where the bytes of a picture lie: its path in the catalogue is relative to the workspace, or absolute."""
        return self.root / path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the workspace for this process, or say who does.

        The kernel drops the lock when the process ends, however it ends, so a stale lock cannot exist.
        """
        try:
            handle = os.open(self.root / ".anitui.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise WrongUse(f"the workspace {self.root} cannot be written to: {error.strerror}") from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise WorkspaceHeld(_who_holds(self.root, os.pread(handle, 4096, 0))) from None
            holder = {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
                "command": _shown(shlex.join(["anitui", *sys.argv[1:]])),
            }
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(holder).encode(), 0)
            yield
        finally:
            os.close(handle)


def create(folder: Path) -> Workspace:
    """Make `folder` a workspace; making one that is there already is no error and changes nothing."""
    workspace = _usable(_resolved(folder))
    if workspace.settings_file.exists():
        return workspace
    above = nearest(workspace.root)
    if above is not None:
        raise WrongUse(
            f"{folder} lies inside the workspace {above.root}: workspaces cannot be nested, choose another folder"
        )
    if workspace.root.is_file():
        raise WrongUse(f"{folder} is a file, and a workspace is a folder: name one that is there, or a new name")
    try:
        workspace.root.mkdir(parents=True, exist_ok=True)
        for part in (workspace.media, workspace.crops, workspace.runs, workspace.exports):
            part.mkdir(exist_ok=True)
        name = json.dumps(workspace._folder_name, ensure_ascii=False).replace("\x7f", "\\u007f")  # which TOML wants
        write_atomically(workspace.settings_file, TEMPLATE.format(name=name).encode())
    except OSError as error:
        raise WrongUse(f"{folder} cannot become a workspace ({error.strerror}): choose another folder") from error
    return workspace


def nearest(start: Path) -> Workspace | None:
    """The workspace that `start` lies in: the nearest folder upwards that holds an anitui.toml."""
    start = _resolved(start)
    for folder in (start, *start.parents):
        if _is_workspace(folder):
            return _usable(folder)
    return None


def find(given: Path | None) -> Workspace:
    """The workspace that a command is about: the one given, or the nearest upwards from here."""
    if given is not None:
        if not _is_workspace(given):
            raise WrongUse(f"{given} is not a workspace: make it one with `anitui init {shlex.quote(str(given))}`")
        return _usable(_resolved(given))
    try:
        found = nearest(Path.cwd())
    except FileNotFoundError:
        raise WrongUse("the folder that you are in was removed: go to another one") from None
    if found is None:
        raise WrongUse("no workspace here: make one with `anitui init`, or name one with `anitui -w DIR`")
    return found


def _is_workspace(folder: Path) -> bool:
    try:
        return (folder / MARKER).is_file()
    except PermissionError:
        return False


def _resolved(folder: Path) -> Path:
    try:
        return folder.resolve()
    except RuntimeError:
        raise WrongUse(f"{folder} is a symbolic link that leads in a circle: choose another folder") from None


def _usable(root: Path) -> Workspace:
    """The database takes text for a path, and every backslash in it for a slash."""
    try:
        str(root).encode()
        wrong = "holds a backslash" if "\\" in str(root) else None
    except UnicodeEncodeError:
        wrong = "is not UTF-8"
    if wrong:
        raise WrongUse(f"{_shown(str(root))} cannot be a workspace: its name {wrong}, rename the folder")
    return Workspace(root)


def _shown(text: str) -> str:
    """Any text from outside as a short printable one; a shell's glob can make a command of megabytes."""
    text = text[: LONGEST_COMMAND + 1].encode("utf-8", "backslashreplace").decode()
    text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= LONGEST_COMMAND else text[: LONGEST_COMMAND - 1] + "…"


def _who_holds(root: Path, note: bytes) -> str:
    try:
        holder = json.loads(note)
        since = datetime.fromisoformat(holder["since"]).astimezone()
        who = f"process {holder['pid']} on {holder['host']} ({holder['command']}) since {since:%Y-%m-%d %H:%M:%S}"
    except (ValueError, KeyError, TypeError):
        who = "another process, just now"  # it has the lock, and has not yet written who it is
    return f"the workspace {root} is held by {who}: close that one first, or wait until it is done"
