"""Pictures in folders, files and globs: finds regular files, says what else lies there, follows no loop."""

from __future__ import annotations

import errno
import glob
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.pipeline.sources import FoundFile, Unfit
from anitui.pipeline.sources.lap_names import title_id_of_file
from anitui.store.intake import NewSighting


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Folders (with all below them) and files."""

    roots: Sequence[Path]
    label: str | None = None
    labels_from_folders: bool = False

    kind = "import"

    @property
    def name(self) -> str:
        return ", ".join(printable(root.name) for root in self.roots)[:120]

    def order(self) -> Mapping[str, Any]:
        roots = [printable(root) for root in self.roots]
        return {"paths": roots, "label": self.label, "folders": self.labels_from_folders}

    def find(self, leave_out: Iterable[Path]) -> Iterator[FoundFile | Unfit]:
        return walk(self.roots, label=self.label, labels_from_folders=self.labels_from_folders, leave_out=leave_out)

    def sighting(self, path: str, label: str | None, sha256: str) -> NewSighting:
        place = Path(path)
        # Posters of LAP's data set are called by their titles' numbers, as what was collected is by its post.
        title_id = title_id_of_file(place.name)
        return NewSighting(sha256, "folder", path, str(place.parent), place.stem, label, post_id=title_id)


def resolve(patterns: Sequence[str], otherwise: str = "nothing was imported") -> list[Path]:
    """The folders and files that were named; a name that does not exist is tried as a glob.

    Where one is not there, WrongUse says what is true `otherwise`.
    """
    found: list[Path] = []
    for pattern in patterns:
        path = _at_home(Path(pattern))
        if os.path.lexists(path):
            found.append(_absolute(path))
            continue
        matches = sorted(glob.glob(str(path), recursive=True)) if glob.has_magic(str(path)) else []  # noqa: PTH207
        if not matches:
            raise WrongUse(f"{printable(pattern)} is not there: {otherwise}")
        found += [_absolute(Path(match)) for match in matches]
    return list(dict.fromkeys(found))


def walk(
    roots: Sequence[Path],
    *,
    label: str | None,
    labels_from_folders: bool,
    leave_out: Iterable[Path] = (),
    hidden: list[str] | None = None,
) -> Iterator[FoundFile | Unfit]:
    """Everything below `roots`, folder by folder, in the order of the names.

    `leave_out` is what a workspace is made of, which may lie inside what is imported. With `labels_from_folders` a
    file is labelled with the name of the folder that it lies in. Symbolic links are followed, never in a circle.
    What is `hidden` is not looked at where a list is given, which then has its paths.
    """
    taken = _Taken(hidden=hidden)
    for own in leave_out:
        if identity := _identity(own):
            taken.folders[identity] = str(own)
            taken.silent.add(identity)
    links: list[_Folder] = []
    files: list[Path] = []
    for root in roots:
        if _is_folder(root):
            yield from _descend(_Folder(str(root)), label, labels_from_folders, taken, links)
        else:
            files.append(root)
    for file in files:
        identity = _identity(file.parent)
        if taken.folders.get(identity) != str(file.parent):  # else it came with its folder
            yield from _look(file, tidy(file.parent.name if labels_from_folders else label), taken)
    # Links to folders come last, so that a folder is known by its real name where it lies below a root itself.
    while links:
        yield from _descend(links.pop(0), label, labels_from_folders, taken, links)


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    above: frozenset[tuple[int, int]] = frozenset()  # the real folders on the way here


@dataclass(slots=True)
class _Taken:
    folders: dict[tuple[int, int] | None, str] = field(default_factory=dict)  # and the name that each came under
    silent: set[tuple[int, int] | None] = field(default_factory=set)
    hidden: list[str] | None = None


def _descend(
    start: _Folder, label: str | None, labels_from_folders: bool, taken: _Taken, links: list[_Folder]
) -> Iterator[FoundFile | Unfit]:
    stack = [start]
    while stack:
        folder = stack.pop()
        identity = _identity(Path(folder.path))
        if identity in taken.folders:
            if identity in folder.above:
                yield Unfit(printable(folder.path), "a symbolic link that leads in a circle")
            elif identity not in taken.silent and taken.folders[identity] != folder.path:
                yield Unfit(printable(folder.path), "the same folder again, under another name")
            continue
        try:
            with os.scandir(folder.path) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield Unfit(printable(folder.path), f"unreadable folder: {_why(error)}")
            continue
        above = folder.above
        if identity:
            taken.folders[identity] = folder.path
            above |= {identity}
        named = tidy(Path(folder.path).name if labels_from_folders else label)
        inner: list[_Folder] = []
        for entry in entries:
            if taken.hidden is not None and entry.name.startswith("."):
                taken.hidden.append(entry.path)
            elif (reason := _bad_name(entry.name)) is not None:
                yield Unfit(printable(entry.path), reason, named)
            elif _is_folder(entry):
                below = _Folder(entry.path, above)
                (links if entry.is_symlink() else inner).append(below)
            else:
                yield from _look(Path(entry.path), named, taken)
        stack += reversed(inner)


def tidy(label: str | None) -> str | None:
    """A label as people mean it: no stray spaces, and one spelling of each accent."""
    label = unicodedata.normalize("NFC", " ".join(label.split())) if label else ""
    return label or None


def printable(path: str | Path) -> str:
    """A path as text for a person, whatever bytes it is made of."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _look(path: Path, label: str | None, taken: _Taken) -> Iterator[FoundFile | Unfit]:
    if (reason := _bad_name(str(path))) is not None:
        yield Unfit(printable(path), reason, label)
        return
    try:
        status = path.stat()
    except OSError as error:
        yield Unfit(printable(path), _why(error), label)
        return
    if (status.st_dev, status.st_ino) in taken.silent:
        return
    if stat.S_ISREG(status.st_mode):
        yield FoundFile(str(path), status.st_size, status.st_mtime_ns, label)
    else:
        yield Unfit(printable(path), f"{_kind(status.st_mode)}, not a file", label)


def _bad_name(name: str) -> str | None:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    if any(unicodedata.category(char) == "Cc" for char in name):
        return "its name holds a newline" if "\n" in name else "its name holds a control character"
    return None


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "a symbolic link to nothing"
    if isinstance(error, PermissionError):
        return "no permission to read it"
    return "a symbolic link that leads in a circle" if error.errno == errno.ELOOP else str(error.strerror).lower()


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFBLK: "a device",
        stat.S_IFCHR: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "something special")


def _is_folder(entry: os.DirEntry[str] | Path) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _at_home(path: Path) -> Path:
    try:
        return path if os.path.lexists(path) else path.expanduser()
    except RuntimeError:  # nobody is called so: it is a name like any other
        return path


def _absolute(path: Path) -> Path:
    # Not resolve(): a person knows the picture by the name that they gave, links included.
    return Path(os.path.abspath(path))  # noqa: PTH100
