"""What a picture shows, to the last pixel, as a digest: equal digests are equal pictures, whatever the format.

Taken upright and with what is transparent. Pictures of 8 bits are compared as they are seen, so that a grey one and
the same in colour are equal; deeper or otherwise made ones (CMYK, Lab) only with their like.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from anitui.pipeline.decode import Limits, Reason, Refused, open_picture, seen, too_large, upright
from anitui.pipeline.engine import Engine
from anitui.progress import Event, Work
from anitui.store import pixels
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

if TYPE_CHECKING:
    from PIL import Image

AT_ONCE = 256

_AS_SEEN = frozenset({"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX"})


@dataclass(frozen=True, slots=True)
class Task:
    image_id: int
    path: str
    limits: Limits


@dataclass(frozen=True, slots=True)
class Digested:
    """The digest of a picture's pixels, or why there is none."""

    image_id: int
    path: str
    pixels: str | None
    reason: str = ""


def digest(image: Image.Image, orientation: int = 1) -> str:
    """The digest of what a decoded picture shows."""
    deep = image.mode not in _AS_SEEN
    shown = upright(image if deep else seen(image).convert("RGBA"), orientation)
    told = f"{shown.mode} {shown.width}×{shown.height}"
    return hashlib.sha256(told.encode() + b"\0" + shown.tobytes()).hexdigest()


def look(task: Task) -> Digested:
    """Decode a picture and digest it; runs in a worker."""
    try:
        path = Path(task.path)
        told = path.stat()
        if not stat.S_ISREG(told.st_mode):
            raise Refused(Reason.NOT_A_PICTURE, "not a regular file")
        if told.st_size > task.limits.max_bytes:
            raise too_large(told.st_size, task.limits)
        picture = open_picture(path.read_bytes(), task.limits)
        return Digested(task.image_id, task.path, digest(picture.image, picture.orientation))
    except Refused as refused:
        return Digested(task.image_id, task.path, None, str(refused))
    except MemoryError:
        return Digested(task.image_id, task.path, None, str(Reason.NO_MEMORY))
    except OSError as error:
        return Digested(task.image_id, task.path, None, (error.strerror or str(error)).lower())


def crashed(task: Task) -> Digested:
    """What is said of a picture whose worker died of it."""
    return Digested(task.image_id, task.path, None, "the decoder crashed")


def compare_pixels(workspace: Workspace, catalogue: Catalogue, engine: Engine, limits: Limits) -> Work[Sequence[str]]:
    """Digest all pictures that may have the pixels of another. Returns what could not be read, and why."""
    waiting = pixels.undigested(catalogue)
    if not waiting:
        return []
    tasks = [Task(each.image_id, str(workspace.file(each.path)), limits) for each in waiting]
    unread: list[str] = []
    ready: list[tuple[int, str]] = []
    try:
        with closing(engine.map(look, tasks, crashed)) as results:
            for done, each in enumerate(results, 1):
                if each.pixels is None:
                    unread.append(f"{each.path}: {each.reason}")
                else:
                    ready.append((each.image_id, each.pixels))
                if len(ready) >= AT_ONCE:
                    pixels.keep_digests(catalogue, ready)
                    ready = []
                yield Event("comparing pixels", done, len(tasks), Path(each.path).name, {"unread": len(unread)})
    finally:
        # Also when cut off: what was looked at need not be looked at again.
        pixels.keep_digests(catalogue, ready)
    return unread
