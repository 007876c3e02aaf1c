"""Jobs in files: yotsubanet's JSON as it is, TOML of our own, and plain lists of addresses."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from anitui.errors import AnituiError, WrongUse
from anitui.files import write_atomically
from anitui.pipeline.collect.specs import COMMON, JobSpec, checked
from anitui.pipeline.sources import registry

MOST_BYTES = 10_000_000
# yotsubanet's names → ours.
_FIELDS = {
    "TYPE": "type", "SUBREDDIT": "subreddit", "SEARCH_QUERY": "query", "THREAD_FLAIR": "flair", "LABEL": "label",
}  # fmt: skip


def read(path: Path) -> list[JobSpec]:
    """The jobs of a file, equal ones once. WrongUse says which field of which job is wrong."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WrongUse(f"{path} is larger than a job file can be ({MOST_BYTES // 1_000_000} MB)")
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise WrongUse(f"{path} is not there: name a job file (.json or .toml) or a list of addresses (.txt)") from None
    except IsADirectoryError:
        raise WrongUse(f"{path} is a folder: name a job file in it") from None
    except UnicodeDecodeError:
        raise WrongUse(f"{path} is no text in UTF-8: save it as UTF-8") from None
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror}") from error
    folder = path.absolute().parent
    if path.suffix.lower() == ".toml":
        jobs = _toml(text, path, folder)
    elif path.suffix.lower() in (".txt", ".lst", ".urls"):
        jobs = [checked({"type": "urls", "file": str(path.absolute())}, str(path), folder)]
    else:
        jobs = _json(text, path, folder)
    once = {json.dumps(spec.order(), sort_keys=True): spec for spec in jobs}
    return list(once.values())


def write(path: Path, specs: Sequence[JobSpec]) -> None:
    """Write jobs as .json, which yotsubanet reads, or as .toml, which holds everything."""
    match path.suffix.lower():
        case ".json":
            text = _as_json(specs)
        case ".toml":
            text = _as_toml(specs, path.absolute().parent)
        case _:
            raise WrongUse(f"{path} must end in .json (as yotsubanet has it) or .toml (everything)")
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise AnituiError(f"{path} cannot be written: {error.strerror}") from error


def _json(text: str, path: Path, folder: Path) -> list[JobSpec]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        line = f"{path}, line {error.lineno}"
        if text.startswith(("#", "//", "/*"), error.pos):
            raise WrongUse(f"{line}: JSON has no comments; remove what stands behind the sign") from None
        raise WrongUse(f"{line}: this is not JSON ({error.msg}); mend it there") from None
    except RecursionError:
        raise WrongUse(f"{path} is no job file: it is nested without end") from None
    jobs = found.get("jobs") if isinstance(found, dict) else None
    if not isinstance(jobs, list):
        raise WrongUse(f'{path} has no "jobs": a job file is {{"labels": […], "jobs": [{{"TYPE": …}}]}}')
    specs: list[JobSpec] = []
    for number, job in enumerate(jobs, 1):
        where = f"{path}, job {number}"
        if not isinstance(job, dict):
            raise WrongUse(f'{where} must be an object such as {{"TYPE": "comment_links", …}}, not {job!r}')
        specs += [checked(each, where, folder) for each in _unzipped(job, where)]
    return specs


def _unzipped(job: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    """One table for each value where fields are lists: they go side by side, and what is no list goes with each."""
    table: dict[str, Any] = {}
    for name, value in job.items():
        ours = _FIELDS.get(name.upper())
        if ours is None:
            raise WrongUse(f"{where}: there is no field {name!r}; its fields are {', '.join(_FIELDS)}")
        table[ours] = value
    lists = {name: value for name, value in table.items() if isinstance(value, list)}
    theirs = {ours: name for name, ours in _FIELDS.items()}
    if empty := [theirs[name] for name, value in lists.items() if not value]:
        raise WrongUse(f"{where}: {', '.join(empty)} is an empty list; null says that a job has none")
    lengths = {name: len(value) for name, value in lists.items() if len(value) != 1}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{theirs[name]} has {length}" for name, length in lengths.items())
        raise WrongUse(f"{where}: lists in one job must be equally long, but {told}")
    count = next(iter(lengths.values()), 1)
    return [
        {
            name: (value[0] if len(value) == 1 else value[at]) if isinstance(value, list) else value
            for name, value in table.items()
        }
        for at in range(count)
    ]


def _toml(text: str, path: Path, folder: Path) -> list[JobSpec]:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(f"{path} is not TOML: {error}") from None
    jobs, aliases = found.pop("job", None), found.pop("labels", {})
    if found:
        raise WrongUse(f"{path} holds {next(iter(found))!r}; a job file has [[job]] tables and [labels]")
    if not isinstance(jobs, list) or not all(isinstance(job, dict) for job in jobs):
        raise WrongUse(f"{path} has no [[job]] tables: docs/collecting.md shows one")
    if not isinstance(aliases, dict) or not all(isinstance(each, list) for each in aliases.values()):
        raise WrongUse(f'{path}: [labels] gives each label its other names, as in rize = ["rise"]')
    specs = []
    for number, job in enumerate(jobs, 1):
        given = (
            {"aliases": aliases[job["label"]]} if isinstance(job.get("label"), str) and job["label"] in aliases else {}
        )
        specs.append(checked({**given, **job}, f"{path}, job {number}", folder))
    return specs


def _as_json(specs: Sequence[JobSpec]) -> str:
    jobs = []
    for number, spec in enumerate(specs, 1):
        defaults = {each.name: each.default for each in registry.kind(spec.type).fields}
        told = {**spec.values, **{each.name: getattr(spec, each.name) for each in COMMON if getattr(spec, each.name)}}
        extra = [name for name, value in told.items() if name not in _FIELDS.values() and value != defaults.get(name)]
        if extra or spec.type not in ("comment_links", "subreddit_posts"):
            what = f"has {', '.join(extra)}" if extra else f"is of the type {spec.type}"
            raise WrongUse(f"job {number} {what}, which yotsubanet's JSON cannot hold: write it as .toml")
        jobs.append({theirs: {"type": spec.type, **told}.get(ours) for theirs, ours in _FIELDS.items()})
    labels = list(dict.fromkeys(job["LABEL"] for job in jobs if job["LABEL"] is not None))
    return json.dumps({"labels": labels, "jobs": jobs}, indent=4, ensure_ascii=False) + "\n"


def _as_toml(specs: Sequence[JobSpec], folder: Path) -> str:
    import tomlkit

    document = tomlkit.document()
    tables = tomlkit.aot()
    for spec in specs:
        table = tomlkit.table()
        fields = {each.name: each for each in registry.kind(spec.type).fields}
        if spec.name:
            table["name"] = spec.name
        table["type"] = spec.type
        for name, value in spec.values.items():
            kind = fields[name].kind
            if kind == "path":
                value = _beside(value, folder)
            elif kind == "paths":
                value = [_beside(each, folder) for each in value]
            elif kind == "date":
                value = date.fromisoformat(value)
            table[name] = value
        if spec.label:
            table["label"] = spec.label
        if spec.aliases:
            table["aliases"] = list(spec.aliases)
        if spec.max_pictures:
            table["max_pictures"] = spec.max_pictures
        tables.append(table)
    document["job"] = tables
    return tomlkit.dumps(document)


def _beside(path: str, folder: Path) -> str:
    return str(Path(path).relative_to(folder)) if Path(path).is_relative_to(folder) else path
