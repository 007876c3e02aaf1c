"""Detectors by their names. A module in this package with `MODELS` adds to them; nothing else has to know of it."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from anitui.errors import WrongUse
from anitui.train.detection.models.model import FinderModel


@cache
def registry() -> Mapping[str, FinderModel]:
    """All detectors that there are."""
    found: dict[str, FinderModel] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name != "model":
            found |= getattr(import_module(f"{__name__}.{module.name}"), "MODELS", {})
    return dict(sorted(found.items()))


def find(name: str) -> FinderModel:
    """The detector of this name; WrongUse where there is none."""
    models = registry()
    if name not in models:
        raise WrongUse(f"there is no detector {name}: there are {', '.join(models)}")
    return models[name]
