"""The folder in which an export grows, until all of it takes the place of what was there before.

What an earlier export to the same place made, or one that was cut off, is taken over where nothing about it changed.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from anitui.errors import WrongUse
from anitui.files import UNFINISHED, sync_folder, unfinished_name
from anitui.pipeline.export import manifest
from anitui.pipeline.export.swapping import exchange, sync_all

JOURNAL = ".unfinished"
Key = tuple[str, str]  # the source's SHA-256, and what was made of it


@dataclass(frozen=True, slots=True)
class Before:
    """A file that was made before."""

    folder: Path
    name: str
    size: int
    by: int  # when it was complete at the latest: what was changed later is not what was made


@dataclass(slots=True)
class Building:
    """An export in the making."""

    destination: Path
    folder: Path
    had: dict[str, int] = field(default_factory=dict)  # names of the files that the earlier export has
    carried: list[str] = field(default_factory=list)
    removed: int = 0
    resumed: int = 0
    _by: int = 0  # when the earlier export was complete
    _known: dict[Key, Before] = field(default_factory=dict)
    _keys: dict[str, Key] = field(default_factory=dict)  # of the files of the earlier export
    _leftovers: list[Path] = field(default_factory=list)
    _locks: list[int] = field(default_factory=list)
    _folders: set[str] = field(default_factory=set)
    _journal: int = -1
    _can_link: bool = True

    def known(self, key: Key, name: str) -> Before | None:
        """Whether it was made before; of several that are alike, the one of this name."""
        if self._keys.get(name) == key:
            return Before(self.destination, name, self.had[name], self._by)
        return self._known.get(key)

    def take_over(self, before: Before, name: str, target: str | None = None) -> bool:
        """Give a file that was made before its place in this export; False where it is not as it was.

        A symbolic link must lead to `target`.
        """
        old = before.folder / before.name
        try:
            status = old.lstat()
            if status.st_size != before.size or status.st_mtime_ns > before.by:
                return False
            if (str(old.readlink()) if old.is_symlink() else None) != target:
                return False
            self._lay(old, self.place(name))
        except FileNotFoundError:
            return False
        self.resumed += before.folder != self.destination
        return True

    def place(self, name: str) -> Path:
        """Where a file of this export is written; its folder is there."""
        folder = name.rpartition("/")[0]
        if folder not in self._folders:
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return self.folder / name

    def note(self, name: str, size: int, key: Key) -> None:
        """Remember that a file is complete, for whoever goes on if this one is cut off."""
        os.write(self._journal, ("\t".join((str(size), *key, name)) + "\n").encode())

    def _lay(self, old: Path, new: Path) -> None:
        if self._can_link:
            try:
                os.link(old, new, follow_symlinks=False)
                return
            except FileNotFoundError:
                raise
            except OSError:
                self._can_link = False  # this file system knows no links: from here on files are copied
        shutil.copy2(old, new, follow_symlinks=False)

    def finish(self, files: set[str]) -> None:
        """Let the export appear: complete, or not at all."""
        self._carry(files)
        self.removed = sum(name not in files for name in self.had)
        if self.destination.is_dir():
            self.folder.chmod(self.destination.stat().st_mode & 0o7777)
        sync_all(self.folder)
        (self.folder / JOURNAL).unlink()
        exchange(self.folder, self.destination)
        sync_folder(self.destination.parent)
        self._close()
        for folder in (self.folder, *self._leftovers):
            shutil.rmtree(folder, ignore_errors=True)

    def abandon(self, *, keep: bool) -> None:
        """It did not come to an end. What is kept is taken over by the next export to the same place."""
        self._close()
        if not keep:
            for folder in (self.folder, *self._leftovers):
                shutil.rmtree(folder, ignore_errors=True)

    def _close(self) -> None:
        for each in (self._journal, *self._locks):
            if each >= 0:
                os.close(each)
        self._journal, self._locks = -1, []

    def _carry(self, files: set[str]) -> None:
        """What lies in the earlier export and is none of it stays where it is."""
        if not self.destination.is_dir():
            return
        for name in _strangers(self.destination, self.had):
            if name in files or name == manifest.NAME:
                raise WrongUse(
                    f"{self.destination / name} is none of the earlier export, and this one has a file of that name: "
                    "move it away, or export to another folder"
                )
            self._lay(self.destination / name, self.place(name))
            self.carried.append(name)


def begin(destination: Path, *, anew: bool = False) -> Building:
    """Begin an export. Raises WrongUse where it may not be written."""
    _put_back(destination)
    _check(destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    building = Building(destination, unfinished_name(destination))
    try:
        for folder in _leftovers(destination):
            _add_leftover(building, folder, anew=anew)
        if destination.is_dir():
            listed = destination / manifest.NAME
            building._by = listed.stat().st_mtime_ns if listed.exists() else 0  # it is written last
            for name, size, key in manifest.files(listed):
                building.had[name] = size
                if key is not None and not anew:
                    building._known[key] = Before(destination, name, size, building._by)
                    building._keys[name] = key
        building.folder.mkdir()
        building._journal = os.open(building.folder / JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
        fcntl.flock(building._journal, fcntl.LOCK_EX)
        os.write(building._journal, f"{_heading(destination)}\n".encode())
    except BaseException:
        building.abandon(keep=True)
        raise
    return building


def _check(destination: Path) -> None:
    if destination.is_dir():
        if any(destination.iterdir()) and not manifest.is_ours(destination / manifest.NAME):
            raise WrongUse(
                f"{destination} is no export of anitui's, and not empty: name a new folder, or empty that one first"
            )
        if destination.is_mount():
            raise WrongUse(f"{destination} is a disk of its own, which cannot be replaced: name a folder in it")
    elif destination.exists():
        raise WrongUse(f"{destination} is a file, and an export is a folder: name another place")


def _leftovers(destination: Path) -> Iterator[Path]:
    """Folders of earlier exports to the same place that were cut off."""
    shape = re.compile(re.escape(f".{destination.name[:60]}.") + r"[0-9a-f]{8}" + re.escape(UNFINISHED))
    with suppress(OSError):
        for each in sorted(destination.parent.iterdir()):
            if shape.fullmatch(each.name) and each.is_dir() and not each.is_symlink():
                yield each


def _put_back(destination: Path) -> None:
    """A kill between two renames left the place empty: what is complete takes it."""
    if destination.exists():
        return
    for each in _leftovers(destination):
        if not (each / JOURNAL).exists() and manifest.is_ours(each / manifest.NAME):
            each.rename(destination)
            return


def _add_leftover(building: Building, folder: Path, *, anew: bool) -> None:
    journal = folder / JOURNAL
    if not journal.is_file():
        if manifest.is_ours(folder / manifest.NAME):
            building._leftovers.append(folder)  # it was replaced; only to remove it was left
        return
    handle = os.open(journal, os.O_RDONLY | os.O_CLOEXEC)
    building._locks.append(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WrongUse(f"another export to {building.destination} is under way: wait until it is done") from None
    heading, *lines = journal.read_text("utf-8", "replace").split("\n")
    told = _told(heading)
    if told.get("destination") != str(building.destination):
        return
    building._leftovers.append(folder)
    if anew or told.get("boot") != _boot() or not _boot():
        return  # after a power cut nobody knows what is in its files
    by = os.fstat(handle).st_mtime_ns
    for line in lines[:-1]:
        size, *key, name = line.split("\t")
        if len(key) == 2 and size.isdecimal():
            building._known[key[0], key[1]] = Before(folder, name, int(size), by)


def _heading(destination: Path) -> str:
    return json.dumps({"destination": str(destination), "boot": _boot()})


def _told(heading: str) -> dict[str, object]:
    try:
        told = json.loads(heading)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _boot() -> str:
    """Which run of the system this is; empty where it does not say."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def _strangers(folder: Path, ours: dict[str, int]) -> Iterator[str]:
    for top, folders, names in os.walk(folder):
        below = os.path.relpath(top, folder)
        linked = [each for each in folders if os.path.islink(os.path.join(top, each))]  # noqa: PTH114, PTH118
        for name in (*names, *linked):
            path = name if below == "." else f"{below}/{name}"
            if path not in ours and path != manifest.NAME:
                yield path
