"""How far apart two pictures or faces are, by each way to compare: as it is kept, as it is typed, as it is said.

Hashes are so many bits apart. By what a model sees two are a cosine distance apart, from 0 to 2: that is kept in
thousandths, rounded up, so that distances of every kind are whole numbers, and up to 0.2 means just that.
"""

from __future__ import annotations

import re

from anitui.errors import WrongUse
from anitui.store.bands import BITS

HASHES = ("dhash", "phash", "ahash")
COSINE = "cosine"
ALGORITHMS = (*HASHES, COSINE)
FURTHEST_COSINE = 2_000
_DECIMAL = re.compile(r"\d+(\.\d*)?|\.\d+")


def furthest(algorithm: str) -> int:
    """How far two can be apart."""
    return FURTHEST_COSINE if algorithm == COSINE else BITS


def usual(algorithm: str) -> int:
    """Up to where near-duplicates are looked for, where nobody says otherwise."""
    return 200 if algorithm == COSINE else 4


def step(algorithm: str) -> int:
    """By how much one goes up or down where a key changes a distance, and how wide the bars of a chart are."""
    return 20 if algorithm == COSINE else 1


def shown(algorithm: str, distance: int) -> str:
    """As a plain number: 4, or 0.2."""
    return f"{distance / 1000:g}" if algorithm == COSINE else str(distance)


def typed(algorithm: str, text: str) -> int:
    """What a person typed, as it is kept. Raises WrongUse for what is no distance of this kind."""
    text = text.strip()
    if algorithm == COSINE:
        if _DECIMAL.fullmatch(text):
            number = float(text)
            if number <= FURTHEST_COSINE / 1000:
                return round(number * 1000)
            raise WrongUse(f"a cosine distance is at most 2, not {text}: 0.2 to 0.32 are usual")
        raise WrongUse(f"cosine takes a distance between 0 and 2, such as 0.2, not {text!r}")
    if not text.lstrip("-").isdecimal():
        raise WrongUse(f"{algorithm} takes a number of bits, such as 4, not {text!r}")
    return int(text)
