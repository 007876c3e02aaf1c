"""The pairs that were found: what is asked for, writing them down once, and how many there are of which distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from anitui.errors import WrongUse
from anitui.store import columns, filters
from anitui.store.bands import BITS
from anitui.store.catalogue import Catalogue, incoming

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

KINDS = ("image", "face")
ALGORITHMS = ("dhash", "phash", "ahash")

# Equal hashes are nearly always flat pictures when there are more of them: all their pairs would say nothing.
BUCKET = 5_000


@dataclass(frozen=True, slots=True)
class PairOrder:
    """Which pairs to find: of whom, by which hash, `lo`..`hi` bits apart, within a column or between two filters."""

    kind: str = "image"
    algorithm: str = "dhash"
    lo: int = 0
    hi: int = 4
    within: str | None = None
    between: tuple[str, str] | None = None

    def check(self) -> None:
        """Raise WrongUse when it cannot be meant."""
        for name, value, known in (("kind", self.kind, KINDS), ("hash", self.algorithm, ALGORITHMS)):
            if value not in known:
                raise WrongUse(f"there is no {name} {value!r}; there are {', '.join(known)}")
        if self.within is not None:
            columns.check(self.within)
        if self.lo < 0 or self.hi < 0:
            raise WrongUse("a distance is a number of bits that differ, so it must not be negative")
        if self.hi > BITS:
            raise WrongUse(f"a distance of {self.hi} cannot be: a hash has {BITS} bits, and 4 to 10 are usual")
        if self.lo > self.hi:
            raise WrongUse(f"no distance is at least {self.lo} and at most {self.hi}: exchange the two")
        for query in self.between or ():
            filters.parse(query)

    @property
    def remembers(self) -> bool:
        """Whether it compares everyone with everyone from 0 on, so that it need not be done again."""
        return self.within is None and self.between is None and self.lo == 0


def add(
    connection: DuckDBPyConnection, order: PairOrder, found: pyarrow.Table, *, known: bool, twice: bool = False
) -> int:
    """Write found pairs (a_id, b_id, distance) down; returns how many are new.

    `known`: some may be there already. `twice`: the table itself may name one twice.
    """
    if not len(found):
        return 0
    kind, algorithm = order.kind, order.algorithm
    there = (
        "ANTI JOIN (SELECT a_id, b_id FROM pairs WHERE kind = $kind AND algorithm = $algorithm) p USING (a_id, b_id)"
    )
    with incoming(connection, found):
        added = connection.execute(
            f"INSERT INTO pairs (kind, a_id, b_id, algorithm, distance) "
            f"SELECT {'DISTINCT' if twice else ''} $kind, a_id, b_id, $algorithm, distance "
            f"FROM incoming n {there if known else ''}",
            {"kind": kind, "algorithm": algorithm},
        ).fetchall()
    return int(added[0][0])


def any_known(catalogue: Catalogue, order: PairOrder) -> bool:
    """Whether there are pairs already that a search might find again."""
    return bool(
        catalogue.rows(
            "SELECT 1 FROM pairs WHERE kind = ? AND algorithm = ? AND distance BETWEEN ? AND ? LIMIT 1",
            [order.kind, order.algorithm, order.lo, order.hi],
        )
    )


def counted(catalogue: Catalogue, kind: str, algorithm: str) -> dict[int, int]:
    """How many pairs were found so far at each distance, decided ones included."""
    return dict(
        catalogue.rows(
            "SELECT distance, count(*) FROM pairs WHERE kind = ? AND algorithm = ? GROUP BY 1 ORDER BY 1",
            [kind, algorithm],
        )
    )


def histogram_open(catalogue: Catalogue, kind: str, algorithm: str) -> dict[int, int]:
    """How many pairs still wait for a verdict at each distance."""
    if not _anyone_spoken_for(catalogue, kind):
        return counted(catalogue, kind, algorithm)
    return dict(
        catalogue.rows(
            "SELECT distance, count(*) FROM pairs_open WHERE kind = ? AND algorithm = ? GROUP BY 1 ORDER BY 1",
            [kind, algorithm],
        )
    )


def _anyone_spoken_for(catalogue: Catalogue, kind: str) -> bool:
    """Whether anything was decided at all; while nothing was, all pairs wait, and counting them takes no joins."""
    said = "SELECT 1 FROM verdicts WHERE kind = $kind UNION ALL SELECT 1 FROM standing WHERE kind = $kind LIMIT 1"
    return bool(catalogue.rows(said, {"kind": kind}))
