"""Trees of pictures whose folders are their classes: `DIR/CLASS/…`, or `DIR/train/CLASS/…` with val and test beside it.

Hugging Face's imagefolder is such a tree, or has a `metadata.csv` or `metadata.jsonl` beside its pictures, which then
says what they are. A picture is a face as a whole. Where a picture lies decides; no name is looked for outside.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.pipeline import containers
from anitui.pipeline.label_files import imagefolder_metadata as metadata
from anitui.pipeline.label_files.model import LabelFormat, Outgoing, Problems, Sheet, Written
from anitui.pipeline.label_files.naming import same, tidy
from anitui.pipeline.label_files.parts import part_of
from anitui.pipeline.label_files.pictures import ENDINGS
from anitui.pipeline.sources import Unfit
from anitui.pipeline.sources.folder import printable, walk

DETECTOR = "whole"  # nobody drew these boxes
_WHOLE: Mapping[str, Any] = {"detector": DETECTOR}
_BEGINNING = 4096  # bytes of a file, which tell what it is
# What lies beside pictures: lists, captions, scripts, archives, and what other programs keep for themselves.
_BESIDE = (
    ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt", ".md", ".rst", ".html", ".htm", ".xml", ".yaml", ".yml",
    ".toml", ".ini", ".cfg", ".log", ".cache", ".lock", ".db", ".sqlite", ".parquet", ".arrow", ".pkl", ".npy", ".npz",
    ".mat", ".h5", ".pt", ".pth", ".safetensors", ".onnx", ".caption", ".tags", ".pdf", ".py", ".ipynb", ".sh", ".bat",
    ".zip", ".tar", ".gz", ".7z", ".rar", ".md5", ".sha256", ".bib",
)  # fmt: skip
_BESIDE_CALLED = ("readme", "license", "licence", "notice", "citation", "makefile", "md5sums", "sha256sums")
_LOOKED_AT = 50  # so many folders are opened to see whether a tree is one
CLASS_LIKE_A_PART = "a folder called like a part of a set, taken as a class: it holds pictures and no class folders"
BESIDE_PARTS = "a picture beside the parts of the set: left out"
HIDDEN = "hidden files and folders, which are no part of a set: passed over"
NO_PICTURE = "a file that is no picture"
NO_CLASS = "a picture in no class folder, and not named by metadata: taken in without a label"


def read(path: Path, problems: Problems) -> list[Sheet]:
    """A tree; the one folder that a tree lies in stands for it."""
    if not path.is_dir():
        raise WrongUse(f"{path} is no folder: --format imagefolder is for folders of pictures")
    files, hidden = _files(path, problems)
    sheet = Sheet(path, problems, name=printable(path.name), unit="whole", by="person")
    sheet.roots = [path]
    tree = _Tree(sheet, files)
    tree.read()
    for each in hidden:
        if not any(row.startswith(each) for row in tree.rows):
            problems.notice(HIDDEN, each)
    if not sheet.names:
        raise WrongUse(f"{path} holds no pictures in class folders, nor metadata that names any: nothing was imported")
    return [sheet]


def unmistakable(path: Path) -> bool:
    """Whether a folder is such a tree beyond doubt: train and val or test with class folders, or metadata."""
    try:
        with os.scandir(path) as entries:  # by their names first: a folder may hold a million pictures
            parts = [(part, Path(each)) for each in entries if (part := part_of(each.name)) and each.is_dir()]
        folders = [folder for _, folder in parts]
        called = {part for part, _ in parts}
        if "train" in called and len(called) > 1 and all(map(_has_classes, folders)):
            return True
        return any(metadata.is_there(each) for each in (path, *folders))
    except OSError:
        return False


def _has_classes(folder: Path) -> bool:
    classes = [each for each, _ in zip(_folders(folder), range(_LOOKED_AT), strict=False)]
    return any(_is_picture(entry.name) for each in classes for entry in each.iterdir())


def _folders(folder: Path) -> Iterator[Path]:
    return (each for each in folder.iterdir() if not each.name.startswith(".") and each.is_dir())


def _is_picture(name: str) -> bool:
    return name.lower().endswith(ENDINGS) and not name.startswith(".")


def _lies_beside(name: str) -> bool:
    """Whether a file is called as those are that lie beside pictures, and is passed over."""
    file = name.rpartition("/")[2].lower()
    return file.endswith(_BESIDE) or file.partition(".")[0] in _BESIDE_CALLED


def _holds_picture(path: str) -> bool:
    """What a file is, its content tells. One that cannot be read is for the import to tell."""
    try:
        # O_NONBLOCK: what was a file when it was found may be a pipe by now, and a pipe would hang us.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
            return containers.kind(file.read(_BEGINNING)) is not None
    except OSError:
        return True


def _files(root: Path, problems: Problems) -> tuple[dict[str, str], list[str]]:
    """Every file below a folder, by its path from there; and what is hidden, which is not looked into. Names that none
    may have, and links in circles, are told."""
    base = str(root).rstrip("/") + "/"
    found: dict[str, str] = {}
    workspaces: list[str] = []
    hidden: list[str] = []
    for each in walk([root], label=None, labels_from_folders=False, hidden=hidden):
        name = each.path.removeprefix(base)
        if isinstance(each, Unfit):
            problems.add(each.reason, name)
        elif name.rpartition("/")[2] == "anitui.toml":
            workspaces.append(name.removesuffix("anitui.toml"))
        else:
            found[name] = each.path
    if workspaces:  # a workspace inside what is imported is not imported
        found = {name: path for name, path in found.items() if not name.startswith(tuple(workspaces))}
    return found, [printable(each.removeprefix(base)) + ("/" if Path(each).is_dir() else "") for each in hidden]


class _Tree:
    """What lies where, and what that makes of each picture."""

    def __init__(self, sheet: Sheet, files: Mapping[str, str]) -> None:
        self.sheet = sheet
        self.problems = sheet.problems
        self.files = files
        self.rows, self.names = metadata.read(files, sheet.problems)
        self.pictures = [name for name, path in files.items() if self._is_taken(name, path)]
        self.above = self._common_folder()
        tops = [each.removeprefix(self.above).split("/") for each in (*self.pictures, *self.rows)]
        self.parts = self._parts(tops)

    def _is_taken(self, name: str, path: str) -> bool:
        if _is_picture(name.rpartition("/")[2]):
            return True
        if name in self.rows or _lies_beside(name):
            return False
        if _holds_picture(path):
            return True
        self.problems.add(NO_PICTURE, printable(name))
        return False

    def _common_folder(self) -> str:
        """What archives put around a tree: one folder after another, until it is train, test, or classes."""
        above = ""
        while True:
            inner = {each.removeprefix(above).partition("/")[::2] for each in (*self.pictures, *self.rows)}
            tops = {top for top, _ in inner}
            if len(tops) != 1 or not all(rest for _, rest in inner) or part_of(min(tops)):
                return above
            below = {rest.partition("/")[0] for _, rest in inner if "/" in rest}
            if not any(part_of(each) for each in below):
                return above
            above += f"{min(tops)}/"

    def _parts(self, paths: list[list[str]]) -> Mapping[str, str]:
        """The folders that are parts of the set; none where the folders are classes."""
        depths: dict[str, int] = {}
        for each in paths:
            if len(each) > 1:
                depths[each[0]] = max(depths.get(each[0], 0), len(each))
        called = {top: part for top in depths if (part := part_of(top))}
        deep = [top for top in called if depths[top] > 2 or self._told_by_metadata(top)]
        if deep or (called and len(called) == len(depths) and len(called) > 1):
            return called
        for top in sorted(called):
            self.problems.notice(CLASS_LIKE_A_PART, top)
        return {}

    def _told_by_metadata(self, top: str) -> bool:
        return any(each.startswith(f"{self.above}{top}/") for each in self.rows)

    def read(self) -> None:
        """Put everything on the sheet."""
        classes: dict[str, str | None] = {}
        waiting = dict(self.rows)
        numbered = any(row.number is not None for row in self.rows.values())
        for name in self.pictures:
            row = waiting.pop(name, None)
            inner = name.removeprefix(self.above).split("/")
            if self.parts and inner[0] not in self.parts and row is None:
                self.problems.add(BESIDE_PARTS, name)
                continue
            # Where metadata says what a picture is, its folder may be called anything that the disk allows.
            folder = None if row is not None and row.says else self._class_folder(inner)
            if folder is not None and folder not in classes:
                classes[folder] = self._tidy(folder)
            label = classes[folder] if folder is not None else None
            if row is None and folder is None:
                self.problems.notice(NO_CLASS, name)
            self._add(name, self.files[name], row, label)
        for name, row in waiting.items():  # called otherwise than pictures are, or not there
            self._add(name, self.files.get(name), row, None)
        once = {same(each): each for each in sorted(filter(None, classes.values()), reverse=True)}
        self.sheet.classes = (
            self.names if numbered else dict(enumerate(sorted(once.values(), key=lambda each: tidy(each) or "")))
        )

    def _class_folder(self, inner: list[str]) -> str | None:
        if self.parts and inner[0] in self.parts:
            return inner[1] if len(inner) > 2 else None
        return inner[0] if len(inner) > 1 else None

    def _tidy(self, folder: str) -> str | None:
        if tidy(folder) is not None:
            return folder  # as it is written, until it is told which of them are one label
        self.problems.add("a class folder whose name is no label", printable(folder[:60]))
        return None

    def _add(self, name: str, path: str | None, row: metadata.Row | None, folder: str | None) -> None:
        sheet = self.sheet
        place = sheet.add_picture(name, row.line if row else None)
        if path is not None:
            sheet.found[place] = path
        part = (row.part if row else None) or self.parts.get(name.removeprefix(self.above).partition("/")[0])
        if part is not None:
            sheet.parts[place] = part
        told = row is not None and row.says
        box = sheet.add_box(
            place, row.line if row else place + 1, 0, 0, 1, 1,
            number=row.number if row and told else None, label=row.label if row and told else folder,
        )  # fmt: skip
        if box is not None:
            sheet.more[box] = _WHOLE


def _write(out: Outgoing) -> Written:
    raise WrongUse("trees of pictures are not label files: `anitui export --help` says what writes them")


FORMAT = LabelFormat(
    "imagefolder", "a tree of class folders", "characters", "metadata.csv", read, _write, takes_all=True
)
