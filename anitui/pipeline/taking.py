"""A batch of examined pictures on its way in: which contents are new, which bytes get a name in media."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from anitui.files import sync_folder, unfinished_name
from anitui.pipeline.examine import Examined
from anitui.pipeline.media import media_name
from anitui.pipeline.recovery import placing
from anitui.store import intake
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace


class Taking:
    """Judge each picture of a batch, then give the bytes their names, make that durable, and commit the rows.

    With `keep`, the files that the bytes come from stay until the rows are committed: they cannot be had again.
    """

    def __init__(
        self, workspace: Workspace, catalogue: Catalogue, batch: Iterable[Examined], *, keep: bool = False
    ) -> None:
        self._workspace = workspace
        self._catalogue = catalogue
        self._keep = keep
        self._known = intake.known_images(catalogue, list({each.sha256 for each in batch}))
        self._parts: list[Path] = []
        self._placed: list[tuple[Path, str]] = []
        self.images: dict[str, intake.NewImage] = {}
        self.moved: list[intake.Moved] = []

    def take(self, each: Examined) -> tuple[str, str | None]:
        """Its state (`done` for a new one, `already`, `refused`) and the reason."""
        if each.part is not None:
            self._parts.append(Path(each.part))
        before = self._known.get(each.sha256)
        if before is not None and before.purged:
            return "refused", "it was purged earlier"
        name = media_name(each.sha256, each.format)
        path = each.task.path if each.stored == "reference" else f"{self._workspace.media.name}/{name}"
        if each.part is not None:
            self._placed.append((Path(each.part), name))
        if before is None and each.sha256 not in self.images:
            self.images[each.sha256] = image_row(each, path)
            return "done", None
        if before is not None and self._better(before, each):
            self.moved.append(intake.Moved(before.image_id, path, each.stored))
        return "already", None

    def record(self, batch: intake.Batch) -> None:
        """Commit: `batch` has the images and the moved of this taking."""
        media = self._workspace.media
        with placing(self._workspace, [name for _, name in self._placed]):
            for part, name in self._placed:
                _give_second_name(part, media / name) if self._keep else _give_name(part, media / name)
            for parent in {(media / name).parent for _, name in self._placed}:
                sync_folder(parent)
            intake.record(self._catalogue, batch)
        for part in self._parts:
            part.unlink(missing_ok=True)

    def _better(self, before: intake.KnownImage, each: Examined) -> bool:
        """Whether the bytes that were just looked at should be the picture's from now on."""
        if before.stored == "reference" and each.stored != "reference":
            return True
        return before.missing or not os.access(self._workspace.file(before.path), os.R_OK)


def _give_name(part: Path, target: Path) -> None:
    part.replace(target)
    # Renaming one hard link onto another of the same file does nothing at all, says POSIX.
    part.unlink(missing_ok=True)


def _give_second_name(part: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(part, target)
    except FileExistsError:  # the same content, from earlier
        if target.stat().st_size != part.stat().st_size:
            part.replace(target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EXDEV, errno.EMLINK):
            raise
        _copy(part, target)


def _copy(part: Path, target: Path) -> None:
    """Where the file system knows no second names."""
    unfinished = unfinished_name(target)
    try:
        with part.open("rb") as source, unfinished.open("xb") as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def image_row(each: Examined, path: str) -> intake.NewImage:
    """The row of a picture whose bytes lie at `path` (as the catalogue names places)."""
    facts = each.facts
    return intake.NewImage(
        each.sha256, path, each.stored, each.format, each.mode, each.width, each.height, each.frames, each.bytes,
        each.task.order.hashing, facts.colourfulness, facts.colour_share, facts.sharpness, facts.brightness,
        facts.dhash, facts.phash, facts.ahash,
    )  # fmt: skip
