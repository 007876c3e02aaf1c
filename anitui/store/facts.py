"""How one fact is spread over all pictures, or all faces: what a threshold would part, and who is nearest to it.

The values are read once, in their order, with the ids beside them (16 bytes each): every threshold is then a look at
arrays, however long the catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from anitui.errors import Stopped
from anitui.store import face_facts, filters
from anitui.store.catalogue import Catalogue

if TYPE_CHECKING:
    import numpy
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

BELOW, ABOVE = "<", ">="


@dataclass(frozen=True, slots=True)
class Fact:
    """Something measured of each picture, or each face. `word` is what rules and filters call it."""

    kind: str
    word: str
    name: str
    about: str
    usual: str = BELOW  # the side that one mostly wants to be rid of
    wide: bool = True  # told apart by ratios, and not by differences
    unit: str = ""
    whole: bool = False  # whole numbers only

    @property
    def factor(self) -> float:
        """What a number as people write it is multiplied by."""
        return 0.01 if self.unit == "%" else 1.0


FACTS: Sequence[Fact] = (
    Fact("image", "sharpness", "sharpness", "blurred and flat pictures are low"),
    Fact("image", "colourfulness", "colourfulness", "grey is 0, vivid is beyond 60", wide=False),
    Fact("image", "colour", "share of colour", "how much of it is coloured; grey scans have next to none", unit="%"),
    Fact("image", "brightness", "brightness", "black is 0, white is 255", wide=False),
    Fact("image", "shorter", "shorter side", "in pixels", unit="px", whole=True),
    Fact("image", "size", "longer side", "in pixels", unit="px", whole=True),
    Fact("image", "width", "width", "in pixels", unit="px", whole=True),
    Fact("image", "height", "height", "in pixels", unit="px", whole=True),
    Fact("image", "elongation", "elongation", "longer by shorter side: strips and banners are high", ABOVE),
    Fact("image", "aspect", "width by height", "1 is square, below it stands, above it lies", ABOVE),
    Fact("image", "bytes", "bytes", "of the file", unit="bytes", whole=True),
    Fact("image", "density", "bytes per pixel", "the lowest are compressed to pieces, or flat"),
    Fact("face", "score", "score", "how sure its detector was", wide=False),
    Fact("face", "face", "longer side", "of the box, in pixels of the picture", unit="px"),
    Fact("face", "face_share", "share of the picture", "of its area", unit="%"),
    Fact("face", "face_aspect", "width by height", "of the box; 1 is square", ABOVE),
)

_SOURCES: Mapping[str, str] = {
    "image": "SELECT i.image_id AS id, ({})::DOUBLE AS value "
    "FROM images i LEFT JOIN image_facts f ON f.image_id = i.image_id WHERE {}",
    "face": "SELECT b.face_id AS id, ({})::DOUBLE AS value "
    "FROM faces b JOIN images i ON i.image_id = b.image_id "
    "LEFT JOIN image_facts f ON f.image_id = i.image_id WHERE {}",
}
GRAMMARS: Mapping[str, filters.Grammar] = {"image": filters.PICTURES, "face": face_facts.GRAMMAR}


def of_kind(kind: str) -> list[Fact]:
    """The facts that there are of pictures, or of faces."""
    return [each for each in FACTS if each.kind == kind]


@dataclass(frozen=True, slots=True)
class Spread:
    """All values of a fact, the lowest first, with whose they are; and how many have none."""

    fact: Fact
    values: NDArray[numpy.float64]
    ids: NDArray[numpy.int64]
    missing: int

    def __len__(self) -> int:
        return len(self.values)

    @property
    def even(self) -> bool:
        """Whether no threshold parts them: all are equal, or there is none."""
        return len(self.values) == 0 or bool(self.values[0] == self.values[-1])

    def below(self, threshold: float) -> int:
        """How many are below it."""
        return int(self.values.searchsorted(threshold, "left"))

    def counts(self, thresholds: Sequence[float]) -> list[int]:
        """How many lie between each two of these thresholds, and before the first and from the last on."""
        places = [0, *(self.below(each) for each in thresholds), len(self.values)]
        return [after - before for before, after in pairwise(places)]

    def nearest(self, threshold: float, most: int) -> tuple[list[int], list[int]]:
        """The places of those that are nearest to it, below and above, the nearest first."""
        at = self.below(threshold)
        return list(range(at - 1, max(-1, at - 1 - most), -1)), list(range(at, min(len(self.values), at + most)))

    def around(self, threshold: float, step: int) -> tuple[float, float] | None:
        """Between which values the next threshold lies, one value further up or down; None at the ends."""
        at = self.below(threshold)
        if step > 0:
            if at == len(self.values):
                return None
            low = self.values[at]
            high_at = int(self.values.searchsorted(low, "right"))
            return (float(low), float(self.values[high_at])) if high_at < len(self.values) else None
        if at == 0:
            return None
        high = self.values[at - 1]
        low_at = int(self.values.searchsorted(high, "left")) - 1
        return (float(self.values[low_at]), float(high)) if low_at >= 0 else None


@dataclass(frozen=True, slots=True)
class Seen:
    """Someone as a grid shows them: the picture, and of a face the box in it."""

    id: int
    image_id: int
    path: str
    box: tuple[float, float, float, float] | None


def spread(catalogue: Catalogue, fact: Fact, query: str = "", cursor: DuckDBPyConnection | None = None) -> Spread:
    """Read a fact of everyone whom a filter leaves. Raises WrongUse where the filter cannot be understood.

    With a `cursor` of the catalogue it can be interrupted from another thread, and raises Stopped then.
    """
    import duckdb
    import numpy

    grammar = GRAMMARS[fact.kind]
    met = filters.parse(query, grammar)
    sql = _SOURCES[fact.kind].format(expression(fact), met.sql)
    try:
        found = (cursor or catalogue.reader()).execute(sql, list(met.parameters)).fetchnumpy()
    except duckdb.InterruptException:
        raise Stopped("stopped") from None
    ids = numpy.ascontiguousarray(found["id"], dtype=numpy.int64)
    values = numpy.ma.filled(numpy.ma.asarray(found["value"], dtype=numpy.float64), numpy.nan)
    known = ~numpy.isnan(values)
    values, ids = values[known], ids[known]
    order = values.argsort(kind="stable")
    return Spread(fact, values[order], ids[order], int(len(known) - len(order)))


def expression(fact: Fact) -> str:
    """A fact in SQL, as rules and filters compare it."""
    met = GRAMMARS[fact.kind].fields[fact.word](fact.word, "<", ["0"])
    return met.sql.removesuffix(" < ?")


def number(fact: Fact, text: str) -> float:
    """The value that a number means as it is written in a rule: `12`, `2%`, `100k`."""
    value = GRAMMARS[fact.kind].fields[fact.word](fact.word, "<", [text]).parameters[0]
    return float(value)


def shown(catalogue: Catalogue, kind: str, ids: Sequence[int]) -> list[Seen]:
    """These pictures or faces, in this order; those that are not there any more are left out."""
    if not ids:
        return []
    if kind == "image":
        sql = (
            "SELECT image_id, image_id, path, NULL, NULL, NULL, NULL FROM images "
            "WHERE image_id IN (SELECT unnest(?::BIGINT[]))"
        )
    else:
        sql = (
            "SELECT b.face_id, b.image_id, i.path, b.x, b.y, b.w, b.h FROM faces b JOIN images i USING (image_id) "
            "WHERE b.face_id IN (SELECT unnest(?::BIGINT[]))"
        )
    rows = catalogue.rows(sql, [list(ids)])
    by_id = {row[0]: Seen(row[0], row[1], row[2], row[3:] if row[3] is not None else None) for row in rows}
    return [by_id[each] for each in ids if each in by_id]
