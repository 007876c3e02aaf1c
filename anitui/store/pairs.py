"""The pairs that were found: what is asked for, writing them down once, and how many there are of which distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from anitui.errors import WrongUse
from anitui.store import columns, filters
from anitui.store.catalogue import Catalogue, incoming
from anitui.store.distances import ALGORITHMS, COSINE, furthest

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

KINDS = ("image", "face")

# Equal hashes are nearly always flat pictures when there are more of them: all their pairs would say nothing.
BUCKET = 5_000


@dataclass(frozen=True, slots=True)
class PairOrder:
    """Which pairs to find: of whom, by which hash (or what a model sees), how far apart, within a column or between
    two filters. `lo` and `hi` are bits, or thousandths of a cosine distance (store.distances)."""

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
        if self.hi > furthest(self.algorithm):
            if self.algorithm == COSINE:
                raise WrongUse("a cosine distance is at most 2: 0.2 to 0.32 are usual")
            raise WrongUse(
                f"a distance of {self.hi} cannot be: a hash has {furthest(self.algorithm)} bits, and 4 to 10 are usual"
            )
        if self.lo > self.hi:
            raise WrongUse(
                f"no distance is at least {self.lo} and at most {self.hi}: the second must not be the smaller one"
            )
        for query in self.between or ():
            filters.parse(query)

    @property
    def remembers(self) -> bool:
        """Whether it compares everyone with everyone from 0 on, so that it need not be done again."""
        return self.within is None and self.between is None and self.lo == 0


# What the view `pairs_open` counts, without taking millions of pairs through its joins. Only pairs of those set aside
# and of who stands for them may move, and only pairs of two of whom something was said may be closed: these are worked
# out as the view does it, all others wait as they were found.
_COUNT_OPEN = """
WITH stands AS MATERIALIZED (
    SELECT id, stands_for FROM standing WHERE kind = $kind
), grouped AS MATERIALIZED (
    SELECT id, group_id FROM duplicate_groups WHERE kind = $kind
), moved AS MATERIALIZED (
    SELECT id FROM stands UNION SELECT stands_for FROM stands WHERE stands_for IS NOT NULL
), touched AS MATERIALIZED (
    SELECT id FROM grouped
    UNION SELECT a_id FROM verdicts WHERE kind = $kind UNION SELECT b_id FROM verdicts WHERE kind = $kind
), here AS (
    SELECT a_id, b_id, distance FROM pairs WHERE kind = $kind AND algorithm = $algorithm
), found AS MATERIALIZED (
    FROM here SEMI JOIN moved ON moved.id = a_id
    UNION ALL
    FROM (FROM here SEMI JOIN moved ON moved.id = b_id) ANTI JOIN moved ON moved.id = a_id
    UNION ALL
    FROM (FROM (FROM here SEMI JOIN touched ON touched.id = a_id) SEMI JOIN touched ON touched.id = b_id)
    ANTI JOIN moved ON moved.id = a_id ANTI JOIN moved ON moved.id = b_id
), asked AS (
    SELECT CASE WHEN sa.id IS NULL THEN p.a_id ELSE sa.stands_for END AS one,
           CASE WHEN sb.id IS NULL THEN p.b_id ELSE sb.stands_for END AS other, distance
    FROM found p LEFT JOIN stands sa ON sa.id = p.a_id LEFT JOIN stands sb ON sb.id = p.b_id
), between AS (
    SELECT least(one, other) AS a_id, greatest(one, other) AS b_id, min(distance) AS distance
    FROM asked WHERE one <> other GROUP BY ALL
), waiting AS (
    SELECT distance FROM between w
    LEFT JOIN grouped ga ON ga.id = w.a_id LEFT JOIN grouped gb ON gb.id = w.b_id
    LEFT JOIN groups_apart r ON r.kind = $kind
        AND r.one = least(coalesce(ga.group_id, w.a_id), coalesce(gb.group_id, w.b_id))
        AND r.other = greatest(coalesce(ga.group_id, w.a_id), coalesce(gb.group_id, w.b_id))
    WHERE coalesce(ga.group_id, w.a_id) <> coalesce(gb.group_id, w.b_id) AND coalesce(r.postponed, true)
)
SELECT distance, sum(number)::BIGINT FROM (
    SELECT distance, count(*) AS number FROM pairs WHERE kind = $kind AND algorithm = $algorithm GROUP BY 1
    UNION ALL SELECT distance, -count(*) FROM found GROUP BY 1
    UNION ALL SELECT distance, count(*) FROM waiting GROUP BY 1
) GROUP BY 1 HAVING sum(number) > 0 ORDER BY 1
"""


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
    return dict(catalogue.rows(_COUNT_OPEN, {"kind": kind, "algorithm": algorithm}))


def _anyone_spoken_for(catalogue: Catalogue, kind: str) -> bool:
    """Whether anything was decided at all; while nothing was, all pairs wait, and counting them takes no joins."""
    said = "SELECT 1 FROM verdicts WHERE kind = $kind UNION ALL SELECT 1 FROM standing WHERE kind = $kind LIMIT 1"
    return bool(catalogue.rows(said, {"kind": kind}))
