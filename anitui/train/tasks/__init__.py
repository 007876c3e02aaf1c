"""What may be trained for: a file for each task."""

from __future__ import annotations

from importlib import import_module

from anitui.train.recipe import Recipe
from anitui.train.tasks.task import Task


def task_of(name: str, recipe: Recipe, classes: int) -> Task:
    """The task of this name, for so many classes."""
    made: Task = import_module(f"{__name__}.{name}").make(recipe, classes)
    return made
