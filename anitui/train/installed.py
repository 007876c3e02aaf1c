"""Training is an extra, and a large one: whether it is here."""

from __future__ import annotations

from importlib.util import find_spec

from anitui.errors import AnituiError

MISSING = "training needs torch and torchvision: pip install 'anitui[train]'"


def installed() -> bool:
    """Whether models can be trained and asked. Nothing is loaded for it."""
    return find_spec("torch") is not None and find_spec("torchvision") is not None


def check_installed() -> None:
    """Raise AnituiError where they cannot."""
    if not installed():
        raise AnituiError(MISSING)
