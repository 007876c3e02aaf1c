"""All kinds of jobs and all openers: those of this package, and those that other packages bring.

A source is one module with `KINDS` (and `OPENERS`): a file in this folder, or one that an installed package names in
its entry points, group `anitui.sources`.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points
from types import ModuleType

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline import sources
from anitui.pipeline.sources.kinds import JobKind, Opener

GROUP = "anitui.sources"


@cache
def kinds() -> Mapping[str, JobKind]:
    """Every kind of job by its type."""
    found: dict[str, JobKind] = {}
    for module in _modules():
        for kind in getattr(module, "KINDS", ()):
            if kind.type in found:
                raise AnituiError(
                    f"{module.__name__} brings a kind of job that is there already, {kind.type!r}: name it otherwise, "
                    "or remove that package"
                )
            found[kind.type] = kind
    return found


@cache
def openers() -> tuple[Opener, ...]:
    """Everyone who knows the pages of a site."""
    return tuple(opener for module in _modules() for opener in getattr(module, "OPENERS", ()))


def kind(type: str) -> JobKind:
    """The kind of this type, or WrongUse that names the nearest."""
    found = kinds().get(type)
    if found is None:
        close = difflib.get_close_matches(type, kinds(), 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(kinds()))}"
        raise WrongUse(f"there is no kind of job {type!r}; {hint}")
    return found


@cache
def _modules() -> tuple[ModuleType, ...]:
    names = [each.name for each in pkgutil.iter_modules(sources.__path__)]
    own = [importlib.import_module(f"{sources.__name__}.{name}") for name in sorted(names) if name != "registry"]
    return tuple(dict.fromkeys((*own, *_brought())))  # a package may name one module twice


def _brought() -> Iterator[ModuleType]:
    for entry in entry_points(group=GROUP):
        try:
            module = entry.load()
        except Exception as error:
            raise AnituiError(
                f"the source {entry.name} of another package cannot be loaded ({error}): mend that package or remove it"
            ) from error
        yield module
