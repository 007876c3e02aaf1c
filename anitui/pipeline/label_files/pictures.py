"""The pictures that label files name: where they lie, without ever leaving the folder that they are looked for in."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from anitui.pipeline.sources import FoundFile, Unfit
from anitui.pipeline.sources.folder import FolderSource, printable
from anitui.store.intake import NewSighting

LONGEST = 4096
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")
LEADS_OUTSIDE = "a picture outside of the folder of pictures"
LINK_OUTSIDE = "a link that leads out of the folder of pictures: copy it there, or import the picture by itself first"
BAD_NAME = "a picture's name that no file can have"


def parts_of(name: str) -> tuple[str, ...] | str:
    """The folders and the name that a path is made of; or why it is none that may be looked for."""
    if len(name) > LONGEST or any(unicodedata.category(each) in ("Cc", "Cs") for each in name):
        return BAD_NAME
    plain = name.replace("\\", "/").strip()
    if plain.startswith(("/", "~")) or re.match(r"[A-Za-z]:", plain):
        return LEADS_OUTSIDE
    parts = tuple(each for each in plain.split("/") if each not in ("", "."))
    if ".." in parts:
        return LEADS_OUTSIDE
    return parts or BAD_NAME


class Pictures:
    """What lies below some folders. Listings are kept: a million names cost as many look-ups, not as many stats."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = [(str(each), os.path.realpath(each)) for each in dict.fromkeys(roots)]
        self._listed: dict[str, Mapping[str, bool] | None] = {}
        self._outside: set[str] = set()  # folders that a link makes of another place

    def find(self, parts: Sequence[str]) -> str | None:
        """The path of a picture. `""` for one that a link has elsewhere."""
        found: str | None = None
        for root, real in self._roots:
            folder = "/".join((root.rstrip("/"), *parts[:-1])) or "/"
            names = self._listing(folder, real)
            if folder in self._outside and os.path.exists(f"{folder}/{parts[-1]}"):  # noqa: PTH110
                found = ""
            if names is None or parts[-1] not in names:
                continue
            path = f"{folder.rstrip('/')}/{parts[-1]}"
            if names[parts[-1]] and not _within(os.path.realpath(path), real):  # a link that leads elsewhere
                found = "" if os.path.exists(path) else found  # noqa: PTH110
                continue
            return path
        return found

    def _listing(self, folder: str, root: str) -> Mapping[str, bool] | None:
        """The names in a folder, and whether each is a link; None where there is no such folder below the root."""
        if folder not in self._listed:
            found: dict[str, bool] | None = None
            try:
                if _within(os.path.realpath(folder), root):
                    with os.scandir(folder) as entries:
                        found = {each.name: each.is_symlink() for each in entries}
                elif os.path.isdir(folder):  # noqa: PTH112
                    self._outside.add(folder)
            except OSError:
                found = None
            self._listed[folder] = found
        return self._listed[folder]


def _within(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")


@dataclass(frozen=True, slots=True)
class NamedPictures:
    """The pictures that label files name, as a source of the ordinary import."""

    label_files: Sequence[str]
    files: Sequence[str]
    hints: Mapping[str, str] = field(default_factory=dict)  # what the whole of a file is called, by its path

    kind = "import"

    @property
    def name(self) -> str:
        return ", ".join(printable(Path(each).name) for each in self.label_files)[:120]

    def order(self) -> Mapping[str, Any]:
        return {"labels": [printable(each) for each in self.label_files]}

    def find(self, leave_out: Iterable[Path]) -> Iterator[FoundFile | Unfit]:
        for each in FolderSource([Path(each) for each in self.files]).find(leave_out):
            yield replace(each, label=self.hints.get(each.path))

    def sighting(self, path: str, label: str | None, sha256: str) -> NewSighting:
        return FolderSource(()).sighting(path, label, sha256)
