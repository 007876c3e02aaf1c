"""The pictures of a run as bytes of one size, in one file that is mapped into memory: each is decoded once.

A store lies in the workspace's `crops/`, by what it is made from, so runs over the same faces share it. Cut off while
it is made, the next one goes on; two that need the same one wait for each other. It can be deleted at any time.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.errors import AnituiError
from anitui.files import write_atomically
from anitui.pipeline.crops import CropShape, around
from anitui.pipeline.decode import Limits, Refused
from anitui.pipeline.engine import Engine
from anitui.pipeline.export.pictures import Making, Wanted, on_white, opened, why_unread
from anitui.pipeline.export.shaping import Shape
from anitui.progress import Event

LAYOUT = 1  # of the file: another one, and stores are made anew
AROUND = 114  # the grey around pictures that are laid into a square, as detectors of YOLO's kind know it
NOTE_EVERY = 2.0
_WAITING, _DONE, _FAILED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture that is wanted: which file, and which part of it as displayed (all of it: no box)."""

    file: str
    sha256: str
    box: tuple[float, float, float, float] | None
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Store:
    """The pixels: N × size × size × 3. Those that could not be read are grey, and not among `good`."""

    folder: Path
    pixels: NDArray[np.uint8]
    good: NDArray[np.bool_]
    failures: list[dict[str, Any]]  # row, file, reason


@dataclass(frozen=True, slots=True)
class _Cutting:
    """One picture with all that is cut from it; places are rows of the store."""

    making: Making
    target: str
    shape: tuple[int, int]  # rows, size


def whole(width: int, height: int, size: int) -> tuple[int, int]:
    """How large a picture becomes that is laid into a square as it is, and not squeezed to one."""
    scale = min(size / width, size / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def window(sample: Sample, margin: float, size: int) -> tuple[int, int, int, int] | None:
    """What of the picture is looked at: a square around a face; a picture without a box is squeezed into the square."""
    if sample.box is None:
        return None
    found = around(sample.box, sample.width, sample.height, CropShape(margin, True, size))
    return found[0], found[1], found[2], found[3]


def prepare(
    crops: Path, samples: list[Sample], size: int, margin: float, engine: Engine, limits: Limits, *, lay: bool = False
) -> Generator[Event, None, Store]:
    """The store of these samples in their order: found, finished, or made.

    `lay`: whole pictures keep their shape, in the middle of a grey square.
    """
    if lay:
        shapes = [Shape(None, *whole(each.width, each.height, size), "png", 0) for each in samples]
    else:
        shapes = [Shape(window(each, margin, size), size, size, "png", 0) for each in samples]
    digest = hashlib.sha256(f"{LAYOUT} {size}{' laid' * lay}".encode())
    for each, shape in zip(samples, shapes, strict=True):
        digest.update(f"{each.sha256} {shape.window}\n".encode())
    folder = crops / f"{size}px-{digest.hexdigest()[:24]}"
    folder.mkdir(parents=True, exist_ok=True)
    with _held(folder) as waiting:
        yield from waiting
        _check_room(folder, len(samples) * size * size * 3)
        pixels = np.memmap(
            _sized(folder / "pixels.u8", len(samples) * size * size * 3),
            np.uint8, "r+", shape=(len(samples), size, size, 3),
        )  # fmt: skip
        states = _states(folder / "states.u8", len(samples))
        if (states == _WAITING).any():
            yield from _fill(folder, samples, shapes, pixels, states, engine, limits)
        failures = _failures(folder)
    return Store(folder, np.memmap(folder / "pixels.u8", np.uint8, "r", shape=pixels.shape), states == _DONE, failures)


def made_by(work: Generator[Event, None, Store], show: Callable[..., None]) -> Store:
    """What such a work comes to, told on its way to whoever watches a run."""
    while True:
        try:
            event = next(work)
        except StopIteration as stop:
            found: Store = stop.value
            return found
        try:
            show(state="preparing", doing=event.doing, done=event.done, total=event.total)
        except BaseException:
            work.close()
            raise


def _fill(
    folder: Path,
    samples: list[Sample],
    shapes: list[Shape],
    pixels: np.memmap[Any, np.dtype[np.uint8]],
    states: NDArray[np.uint8],
    engine: Engine,
    limits: Limits,
) -> Generator[Event, None, None]:
    done, noted = int((states != _WAITING).sum()), time.monotonic()
    failed: list[dict[str, Any]] = []
    tasks = _tasks(folder, samples, shapes, states, pixels.shape[1], limits)
    try:
        with closing(engine.map(_cut, tasks, _crashed)) as results:
            for result in results:
                for row, reason in result:
                    states[row] = _FAILED if reason else _DONE
                    if reason:
                        pixels[row] = 128
                        failed.append({"row": row, "file": samples[row].file, "reason": reason})
                    done += 1
                if time.monotonic() - noted > NOTE_EVERY:
                    _note(folder, pixels, states, failed)
                    noted = time.monotonic()
                yield Event("cutting faces", done, len(samples), "", {"unreadable": len(failed)})
    finally:
        _note(folder, pixels, states, failed)


def _tasks(
    folder: Path, samples: list[Sample], shapes: list[Shape], states: NDArray[np.uint8], size: int, limits: Limits
) -> Iterator[_Cutting]:
    rows = [int(each) for each in np.flatnonzero(states == _WAITING)]
    rows.sort(key=lambda row: (samples[row].file, row))
    for file, group in groupby(rows, key=lambda row: samples[row].file):
        wanted = [Wanted(row, shapes[row], None) for row in group]
        making = Making(file, samples[wanted[0].place].sha256, tuple(wanted), limits)
        yield _Cutting(making, str(folder / "pixels.u8"), (len(samples), size))


def _cut(task: _Cutting) -> list[tuple[int, str]]:
    """Cut them, in a worker: the pixels go right where they belong. Rows, each with why it was not possible."""
    try:
        shaped = opened(task.making)
    except Refused as refused:
        return [(each.place, str(refused)) for each in task.making.wanted]
    except OSError as error:
        return [(each.place, why_unread(error)) for each in task.making.wanted]
    rows, size = task.shape
    pixels = _mapped(task.target, rows, size)
    for each in task.making.wanted:
        image = shaped(each.shape)
        image = on_white(image) if image.mode in ("LA", "RGBA") else image.convert("RGB")
        if image.size == (size, size):
            pixels[each.place] = np.asarray(image)
            continue
        left, top = (size - image.width) // 2, (size - image.height) // 2
        pixels[each.place] = AROUND
        pixels[each.place, top : top + image.height, left : left + image.width] = np.asarray(image)
    return [(each.place, "") for each in task.making.wanted]


@lru_cache(maxsize=1)
def _mapped(target: str, rows: int, size: int) -> np.memmap[Any, np.dtype[np.uint8]]:
    return np.memmap(target, np.uint8, "r+", shape=(rows, size, size, 3))


def _crashed(task: _Cutting) -> list[tuple[int, str]]:
    return [(each.place, "it crashed the decoder") for each in task.making.wanted]


def _note(
    folder: Path, pixels: np.memmap[Any, np.dtype[np.uint8]], states: NDArray[np.uint8], failed: list[dict[str, Any]]
) -> None:
    """What is noted as done must be on the disk."""
    pixels.flush()
    if failed:
        with (folder / "failures.jsonl").open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(each, ensure_ascii=True) + "\n" for each in failed)
        failed.clear()
    write_atomically(folder / "states.u8", states.tobytes())


def _failures(folder: Path) -> list[dict[str, Any]]:
    try:
        lines = (folder / "failures.jsonl").read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]


def _states(file: Path, rows: int) -> NDArray[np.uint8]:
    try:
        states = np.fromfile(file, np.uint8)
    except FileNotFoundError:
        states = np.zeros(0, np.uint8)
    if len(states) != rows:
        states = np.zeros(rows, np.uint8)
    states[states == _FAILED] = _WAITING  # the file may be there again
    (file.parent / "failures.jsonl").unlink(missing_ok=True)
    return states


def _sized(file: Path, size: int) -> Path:
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if os.fstat(handle).st_size != size:
            # All of the room at once: a full disk must be told here, and not by a signal while pixels are written.
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(handle, 0, size)
            os.ftruncate(handle, size)
    finally:
        os.close(handle)
    return file


def _check_room(folder: Path, size: int) -> None:
    there = sum(each.stat().st_size for each in folder.glob("pixels.u8"))
    free = shutil.disk_usage(folder).free
    if size - there > free:
        raise AnituiError(
            f"the disk is too full: the pictures of this run need {(size - there) / 1e9:.1f} GB as pixels, and "
            f"{free / 1e9:.1f} GB are free; free some, or train at a smaller size"
        )


@contextmanager
def _held(folder: Path) -> Iterator[Iterable[Event]]:
    """Only one makes a store at a time. What is given waits for its turn, telling so."""
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def wait() -> Generator[Event, None, None]:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                yield Event("waiting for another run to cut the same faces")
                time.sleep(0.2)

    try:
        yield wait()
    finally:
        os.close(handle)
