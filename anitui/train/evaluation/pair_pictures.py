"""Pairs of a file: where their pictures are, and what the model says of those."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from anitui.errors import WrongUse
from anitui.progress import Event, Work
from anitui.train import beside
from anitui.train.evaluation.predictions import Members, Predictions
from anitui.train.evaluation.report import Face
from anitui.train.evaluation.same_pairs import Judged
from anitui.train.metrics.pair_files import PairFile, endings
from anitui.train.run import BEST, Run

AT_ONCE = 64
FILE = "pair_pictures.npz"
_DEEPEST = 3  # folders and name that a picture is found by


@dataclass(frozen=True, slots=True)
class Places:
    """Where each picture is: a file of its own, or a row of the predictions that there are."""

    files: Mapping[str, Path]
    rows: Mapping[str, int]
    missing: tuple[str, ...]


def find(names: Sequence[str], folders: Sequence[Path], members: Members, said: Predictions | None) -> Places:
    """By files in these folders, whole; else by the run's own members, by the ends of their paths."""
    files: dict[str, Path] = {}
    rows: dict[str, int] = {}
    missing: list[str] = []
    there = {folder: _all_in(folder) for folder in folders}
    own = _endings_of(members, said) if said is not None else {}
    for name in names:
        called = endings(name)
        file = next((found[each] for found in there.values() for each in called if each in found), None)
        row = next((own[each] for each in called if own.get(each, -1) >= 0), None)
        if file is not None:
            files[name] = file
        elif row is not None:
            rows[name] = row
        else:
            missing.append(name)
    return Places(files, rows, tuple(missing))


def _all_in(folder: Path) -> dict[str, Path]:
    """Pictures by the ends of their paths without the file's ending; a name that two have means neither."""
    from anitui.pipeline.label_files.pictures import ENDINGS

    found: dict[str, Path | None] = {}
    for at, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith(tuple(ENDINGS)):
                path = Path(at) / name
                for each in _ends(path.relative_to(folder).as_posix()):
                    found[each] = None if each in found else path
    return {name: path for name, path in found.items() if path is not None}


def _endings_of(members: Members, said: Predictions) -> dict[str, int]:
    found: dict[str, int] = {}
    files = members.table["file"].take(said.rows).to_pylist()
    for at, file in enumerate(files):
        for each in _ends(str(file)):
            found[each] = -1 if each in found else at
    return found


def _ends(path: str) -> list[str]:
    parts = PurePosixPath(path.replace("\\", "/")).with_suffix("").parts
    return ["/".join(parts[-deep:]) for deep in range(1, min(len(parts), _DEEPEST) + 1)]


def judged(
    run: Run, file: Path, pairs: PairFile, places: Places, said: Predictions | None, members: Members, device: str
) -> Work[Judged]:
    """The pairs with what the model says; who has no picture is left out."""
    names = list(dict.fromkeys(name for each in pairs.pairs for name in (each.one, each.other)))
    if not places.files and not places.rows:
        raise WrongUse(
            f"none of the {len(names):,} pictures of {file} is there, such as {names[0] if names else 'any'}: say with "
            "--pictures in which folder they lie"
        )
    points: dict[str, Any] = {}
    faces: dict[str, Face] = {}
    groups: dict[str, int] = {}
    if places.rows and said is not None and said.embeddings is not None:
        rows = list(places.rows.values())
        for name, row, face, group in zip(
            places.rows, rows, members.faces(said.rows[rows]), members.groups(said.rows[rows]).tolist(), strict=True
        ):
            points[name], faces[name], groups[name] = said.embeddings[row], face, group
    if places.files:
        found = yield from _looked_at(run, places.files, device)
        for at, (name, point) in enumerate(found.items()):
            points[name] = point
            faces[name] = Face(-1, None, None, str(places.files[name]), None, (0, 0))
            groups[name] = -1_000_000_000 - at
    there = [name for name in names if name in points]
    place = {name: at for at, name in enumerate(there)}
    used = [each for each in pairs.pairs if each.one in place and each.other in place]
    return Judged(
        f"the pairs of {file.name}",
        np.asarray([points[name] for name in there], np.float32).reshape(len(there), -1),
        np.asarray([groups[name] for name in there], np.int64),
        [faces[name] for name in there],
        np.asarray([place[each.one] for each in used], np.int64),
        np.asarray([place[each.other] for each in used], np.int64),
        np.asarray([each.same for each in used], bool),
        np.asarray([-1 if each.human is None else int(each.human) for each in used], np.int8),
        len(pairs.pairs) - len(used),
        pairs.invalid,
    )


def _looked_at(run: Run, files: Mapping[str, Path], device: str) -> Work[dict[str, Any]]:
    """The model's point for each file that could be read; kept, so that the same are not looked at twice."""
    kept = run.folder / "evaluation" / FILE
    best = run.checkpoints / BEST
    wanted = {str(path.resolve()): path.stat() for path in files.values()}
    stamps = {path: f"{stat.st_size} {stat.st_mtime_ns}" for path, stat in wanted.items()}
    known = _read(kept, best, stamps)
    if known is None:
        arguments = {"run": str(run.folder), "files": list(stamps), "device": device, "out": str(kept)}
        yield from beside.done_by(__name__, arguments)
        known = _read(kept, best, stamps) or {}
    return {name: known[str(path.resolve())] for name, path in files.items() if str(path.resolve()) in known}


def _read(kept: Path, best: Path, stamps: Mapping[str, str]) -> dict[str, Any] | None:
    try:
        if not best.exists() or kept.stat().st_mtime_ns < best.stat().st_mtime_ns:
            return None
        with np.load(kept, allow_pickle=False) as found:
            if dict(zip(found["asked"].tolist(), found["stamps"].tolist(), strict=True)) != dict(stamps):
                return None
            return dict(zip(found["files"].tolist(), found["points"], strict=True))
    except (OSError, ValueError, KeyError):
        return None


def _work(arguments: Mapping[str, Any]) -> Work[None]:
    import io

    from anitui.files import write_atomically
    from anitui.pipeline.decode import Limits
    from anitui.pipeline.engine import Processes
    from anitui.train import using
    from anitui.train.predict.cutting import Cut, crashed, cut

    yield Event("loading the model")
    model = using.load(Run(Path(arguments["run"])), arguments["device"])
    files = arguments["files"]
    # The whole picture: such files are crops already.
    tasks = (Cut(at, file, model.recipe.size, model.recipe.margin, Limits()) for at, file in enumerate(files))
    points: dict[int, Any] = {}
    waiting: list[Any] = []
    done = 0

    def ask() -> None:
        said = model.ask(np.concatenate([each.pixels for each in waiting]))
        points.update(zip([each.place for each in waiting], said.embeddings, strict=True))
        waiting.clear()

    with closing(Processes().map(cut, tasks, crashed)) as results:
        for ready in results:
            done += 1
            if not ready.reason and ready.pixels is not None:
                waiting.append(ready)
            if len(waiting) == AT_ONCE:
                ask()
                yield Event("looking at the pictures of the pairs", done, len(files))
    if waiting:
        ask()
    stats = [Path(file).stat() for file in files]
    order = sorted(points)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        asked=np.asarray(files),
        stamps=np.asarray([f"{stat.st_size} {stat.st_mtime_ns}" for stat in stats]),
        files=np.asarray([files[at] for at in order]),
        points=np.asarray([points[at] for at in order], np.float32),
    )
    Path(arguments["out"]).parent.mkdir(exist_ok=True)
    write_atomically(Path(arguments["out"]), buffer.getvalue())


if __name__ == "__main__":
    raise SystemExit(beside.serve(_work))
