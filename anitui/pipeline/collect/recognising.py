"""What a path holds: files as they lie, or what another program wrote, with all that it knew of each picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from anitui.pipeline.collect.specs import JobSpec
from anitui.pipeline.label_files import imagefolder
from anitui.pipeline.sources import gallery_dl

Kind: TypeAlias = Literal["folder", "gallery-dl", "reddit-dump", "imagefolder"]
OTHERS: tuple[Kind, ...] = ("gallery-dl", "reddit-dump")  # that are not taken in as they lie
DUMPS = {".zst", ".ndjson", ".jsonl"}
CALLED = {
    "gallery-dl": "a folder of gallery-dl: what it wrote down of each picture is taken in, too",
    "reddit-dump": "a Reddit dump: the pictures of its posts are fetched",
    "imagefolder": "a data set in class folders, or with metadata: its labels and parts are taken in, too; "
    "--format folder takes only the pictures",
}


def kind_of(path: Path) -> Kind:
    """What a path looks like."""
    if path.is_dir():
        if gallery_dl.wrote(path):
            return "gallery-dl"
        return "imagefolder" if imagefolder.unmistakable(path) else "folder"
    return "reddit-dump" if path.suffix.lower() in DUMPS and path.is_file() else "folder"


def jobs_for(kind: Kind, paths: Sequence[Path], label: str | None = None) -> list[JobSpec]:
    """The jobs that read these paths, which are all of this kind; none for files as they lie."""
    whole = [str(path.absolute()) for path in paths]
    if kind == "gallery-dl":
        return [JobSpec("gallery_dl", {"folder": path}, label) for path in whole]
    return [JobSpec("reddit_dump", {"files": whole}, label)] if kind == "reddit-dump" and whole else []
