"""What a person asks a split for."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from anitui.errors import WrongUse
from anitui.pipeline import name_sources
from anitui.store import columns

RULES = ("plain", "dafre", "zaci")
MOST_NEAR = 16
NEAR = 7  # bits of dhash: so near, faces of real sets are of one picture
LARGEST = 100  # a post, album or name that more pictures share is a pile, and not one source

_NAME = re.compile(r"[^\x00-\x1f\x7f/\\]{1,100}")
_SHARES = {"plain": (0.7, 0.1, 0.2), "dafre": (0.7, 0.1, 0.2), "zaci": (0.8, 0.0, 0.2)}


@dataclass(frozen=True, slots=True)
class SplitOrder:
    """How a split is to be made. `ready` says what the rule leaves open and checks it."""

    name: str
    kind: str = "face"
    label_set: str = "characters"
    query: str = ""
    rule: str = "plain"
    train: float | None = None
    val: float | None = None
    test: float | None = None
    folds: int = 0  # so many splits instead of one: each fold once for validation
    seed: int = 7
    least: int | None = None  # labels with fewer members are left out
    most: int = 0  # of a label with more members only so many take part; 0: all
    near: int = NEAR  # dhashes at most so far apart stay together; below 0 nothing does for them
    sources: bool = True  # posts, albums, pages, and pictures that faces were cut from
    names: str = "auto"  # how files' names say which picture they were cut from: auto, none, or a pattern
    largest: int = LARGEST
    together: tuple[str, ...] = ()  # and whatever has the same title, author, …
    least_score: float | None = None

    @property
    def shares(self) -> tuple[float, float, float]:
        """Of train, val and test; together they are 1."""
        assert self.train is not None and self.val is not None and self.test is not None
        return self.train, self.val, self.test

    def as_made(self) -> Mapping[str, Any]:
        """All that the split depends on, beside what is in the catalogue."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "name"}


def ready(order: SplitOrder) -> SplitOrder:
    """Fill in what the rule says; WrongUse for what cannot be."""
    if not _NAME.fullmatch(order.name) or order.name.strip(". ") != order.name:
        raise WrongUse(
            f"{order.name!r} cannot be the name of a split: letters, digits and signs but no slash, at most 100, no "
            "dot or space at its ends"
        )
    if order.rule not in RULES:
        raise WrongUse(f"there is no rule {order.rule!r}: there are {', '.join(RULES)}")
    if order.rule != "plain" and order.kind != "face":
        raise WrongUse(f"the rule {order.rule} is for faces: leave --of images out")
    if order.folds and (not 2 <= order.folds <= 50 or order.rule == "zaci"):
        raise WrongUse("--folds takes a number from 2 to 50, and does not go with the rule zaci")
    check_alike(order.near, order.names)
    if order.most < 0 or (order.least or 0) < 0 or order.largest < 1:
        raise WrongUse("a number of pictures cannot be negative")
    if order.most and order.kind != "face":
        raise WrongUse("--max-per-class is for faces: a picture with several tags belongs to several classes")
    if order.most and order.least and order.most < order.least:
        raise WrongUse(
            f"--max-per-class {order.most} is less than --min-per-class {order.least}: no class would be left"
        )
    for column in order.together:
        columns.check(column)
    train, val, test = _shares(order)
    dafre = order.rule == "dafre"
    return replace(
        order,
        train=train,
        val=val,
        test=test,
        least=order.least if order.least is not None else (20 if dafre else 1),
        least_score=order.least_score if order.least_score is not None else (0.85 if dafre else None),
    )


def check_alike(near: int, names: str) -> None:
    """Raise WrongUse for what cannot say which pictures are of one kind; splits and audits ask alike."""
    if not -1 <= near <= MOST_NEAR:
        raise WrongUse(f"--near takes a number of bits from 0 to {MOST_NEAR}, or -1 for none")
    name_sources.check(names)


def _shares(order: SplitOrder) -> tuple[float, float, float]:
    """What is said, in shares or per cent; train has what is left, or else those that nothing is said of."""
    given = {"train": order.train, "val": order.val, "test": order.test}
    said = {part: share for part, share in given.items() if share is not None}
    if any(not math.isfinite(share) or share < 0 for share in said.values()):
        raise WrongUse("shares are numbers from 0 to 1, such as --train .7 --val .1 --test .2")
    if not said:
        usual = _SHARES[order.rule]
        return (1.0, 0.0, 0.0) if order.folds else usual
    if order.folds and order.val is not None:
        raise WrongUse("with --folds each fold is once val: leave --val out")
    together = sum(said.values())
    # 7 1 2 and 70 10 20 mean the same as .7 .1 .2; of fewer than three, what is above 1 is per cent.
    whole = 1.0
    if max(said.values()) > 1:
        whole = together if len(said) == len(given) else 100.0
        if whole == 100.0 and (together > 100 or min(said.values()) < 2):
            raise WrongUse("shares are numbers from 0 to 1, such as --test .2, or per cent: --test 20")
    parts = {part: said.get(part, 0.0) / whole for part in given}
    left = 1 - sum(parts.values())
    unsaid = [part for part in given if part not in said]
    if left < -1e-6 or (left > 1e-6 and not unsaid):
        raise WrongUse("the shares of train, val and test together must be 1 (or 100)")
    for part in ["train"] if "train" in unsaid else unsaid:
        parts[part] = max(0.0, left) / (1 if "train" in unsaid else len(unsaid))
    if order.folds:
        parts["train"], parts["val"] = parts["train"] + parts["val"], 0.0  # the folds are dealt from these
    if parts["train"] <= 0:
        raise WrongUse("train must have a share: with none there is nothing to learn from")
    return parts["train"], parts["val"], parts["test"]
