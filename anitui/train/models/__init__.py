"""Networks by their names. A module in this package with `MODELS` adds to them; nothing else has to know of it."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from anitui.errors import WrongUse
from anitui.train.models.model import Model


@cache
def registry() -> Mapping[str, Model]:
    """All networks that there are."""
    found: dict[str, Model] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name != "model":
            found |= getattr(import_module(f"{__name__}.{module.name}"), "MODELS", {})
    return dict(sorted(found.items()))


def find(name: str) -> Model:
    """The network of this name; WrongUse where there is none."""
    models = registry()
    if name not in models:
        raise WrongUse(f"there is no model {name}: there are {', '.join(models)}")
    return models[name]
