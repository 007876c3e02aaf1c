"""Who takes part in a search for pairs: a snapshot, in temporary tables on a cursor of its own.

Active pictures (or faces) take part, and those set aside as someone's duplicate: pairs with these are asked of the
one that was kept. `exact` and `fast` hashes are never compared with each other; who has both takes part as exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anitui.store import embeddings, filters, pair_search
from anitui.store.catalogue import Catalogue, Row, incoming
from anitui.store.columns import values
from anitui.store.distances import COSINE
from anitui.store.pairs import BUCKET, PairOrder

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

    from anitui.store.embeddings import Vectors

HASHES = {"image": ("image_hashes", "image_id"), "face": ("face_hashes", "face_id")}
ACTIVE = {
    "image": "SELECT image_id AS id FROM images WHERE state = 'active'",
    "face": "SELECT face_id AS id FROM faces f JOIN images i USING (image_id) "
    "WHERE f.state = 'active' AND i.state = 'active'",
}


@dataclass(frozen=True, slots=True)
class Group:
    """Those whose hashes are of one mode, and may be compared."""

    mode: str
    members: int  # a picture with two labels takes part twice
    hashes: int  # about so many different ones


class Members:
    """A snapshot for one order: `member (id, mode, bits, side, part)`. Close it after use.

    `part` numbers the values of the column that an order is within. Without one and without filters, those that
    were compared with each other before are of side 1 and all others of side 3, so only pairs with a new one count.
    """

    def __init__(self, catalogue: Catalogue, order: PairOrder, *, remember: bool = True) -> None:
        self.order = order
        self.left_out = 0  # by `within`: they have no value there
        self._remember = remember and order.remembers
        self._cursor = catalogue.cursor()
        try:
            self._differences()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._cursor.close()

    def __enter__(self) -> Members:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, sql: str, **parameters: Any) -> DuckDBPyConnection:
        used = {name: value for name, value in parameters.items() if f"${name}" in sql}
        return self._cursor.execute(sql, used or None)

    def _read(self, sql: str, **parameters: Any) -> pyarrow.Table:
        used = {name: value for name, value in parameters.items() if f"${name}" in sql}
        return self._cursor.sql(sql, params=used or None).to_arrow_table()

    def rows(self, sql: str, **parameters: Any) -> list[Row]:
        return self._run(sql, **parameters).fetchall()

    def _hashes(self) -> str:
        if self.order.algorithm == COSINE:
            # What a model sees of each, as one number that is another where it sees something else.
            return embeddings.fingerprints(self.order.kind)
        table, column = HASHES[self.order.kind]
        plain = f"SELECT {column} AS id, mode, bits FROM {table} WHERE algorithm = $algorithm AND mode = '{{}}'"
        exact, fast = plain.format("exact"), plain.format("fast")
        return f"({exact} UNION ALL FROM ({fast}) ANTI JOIN ({exact}) USING (id))"

    def _differences(self) -> None:
        """Who is new or has other bits than when compared last, and whose bits are no longer what was compared."""
        order = self.order
        parameters = {"kind": order.kind, "algorithm": order.algorithm}
        self._run(
            f"""
            CREATE TEMP TABLE difference AS
            SELECT h.id, h.mode, h.bits, c.id AS compared, c.reach FROM {self._hashes()} h FULL OUTER JOIN
                (SELECT * FROM pairs_compared WHERE kind = $kind AND algorithm = $algorithm) c
                ON c.id = h.id AND c.bits = h.bits AND c.mode = h.mode
            WHERE h.id IS NULL OR c.id IS NULL OR c.reach < $reach
            """,
            # Whoever remembers nothing looks at all of them.
            reach=order.hi if self._remember else 1_000,
            **parameters,
        )
        self._run("CREATE TEMP TABLE stale AS SELECT compared AS id FROM difference WHERE id IS NULL")
        self._run(
            f"CREATE TEMP TABLE fresh AS SELECT id, mode, bits, compared IS NULL AS unknown FROM difference "
            f"WHERE id IN ({ACTIVE[order.kind]} UNION ALL SELECT id FROM duplicate_groups WHERE kind = $kind)",
            kind=order.kind,
        )
        self._run("DROP TABLE difference")

    def table(self, name: str, columns: str = "*") -> pyarrow.Table:
        """One of the temporary tables, to be carried over to the connection that writes."""
        return self._read(f"SELECT {columns} FROM {name}")

    def stale(self) -> int:
        """How many were compared with bits that are not theirs any more."""
        return int(self.rows("SELECT count(*) FROM stale")[0][0])

    def unknown(self) -> int:
        """How many take part of whom `pairs_compared` knows nothing."""
        return int(self.rows("SELECT count(*) FROM fresh WHERE unknown")[0][0])

    def any_known(self, mode: str) -> bool:
        """Whether a search might find a pair again: not when all who are new never took part in any."""
        return bool(self.rows("SELECT 1 FROM fresh WHERE NOT unknown AND mode = $mode LIMIT 1", mode=mode))

    def _old(self) -> str:
        """Those who were compared with each other as far as is asked for, also if they were set aside since."""
        return (
            "(SELECT id, mode, bits FROM pairs_compared WHERE kind = $kind AND algorithm = $algorithm) o "
            "ANTI JOIN fresh USING (id) ANTI JOIN stale USING (id)"
        )

    def news(self) -> dict[str, tuple[int, int]]:
        """For each mode how many are new, and how many are old."""
        order = self.order
        old = "SELECT mode, 0 AS new, count(*) AS old FROM " + self._old() + " GROUP BY mode"
        if not self._remember:
            old = "SELECT NULL AS mode, 0 AS new, 0 AS old WHERE false"
        rows = self.rows(
            f"SELECT mode, sum(new)::BIGINT, sum(old)::BIGINT FROM ({old} UNION ALL "
            "SELECT mode, count(*), 0 FROM fresh GROUP BY mode) GROUP BY mode ORDER BY mode",
            kind=order.kind,
            algorithm=order.algorithm,
        )
        return {mode: (new, old) for mode, new, old in rows}

    def gather(self) -> list[Group]:
        """Make `member` and say what it comes to, for each mode."""
        if self._remember:
            self._run(
                "CREATE TEMP TABLE member AS SELECT id, mode, bits, 3::UTINYINT AS side, 0::INTEGER AS part FROM fresh "
                f"UNION ALL SELECT id, mode, bits, 1, 0 FROM {self._old()}",
                kind=self.order.kind,
                algorithm=self.order.algorithm,
            )
        else:
            self._choose_sides()
            self._part()
        rows = self.rows(
            "SELECT mode, count(*), approx_count_distinct(bits) FROM member GROUP BY mode ORDER BY mode",
        )
        return [Group(*row) for row in rows]

    def _choose_sides(self) -> None:
        """`chosen`: everybody, or those whom one of the two filters finds, with the side that they are on."""
        if self.order.between is None:
            self._run("CREATE TEMP TABLE chosen AS SELECT id, mode, bits, 3::UTINYINT AS side FROM fresh")
            return
        one, other = (filters.parse(query) for query in self.order.between)
        side = "SELECT i.image_id, {} AS side FROM images i LEFT JOIN image_facts f USING (image_id) WHERE {}"
        self._cursor.execute(
            "CREATE TEMP TABLE sided AS SELECT image_id, bit_or(side)::UTINYINT AS side "
            f"FROM ({side.format(1, one.sql)} UNION ALL {side.format(2, other.sql)}) GROUP BY image_id",
            [*one.parameters, *other.parameters],
        )
        of = "sided s ON s.image_id = f.id"
        if self.order.kind == "face":
            of = "faces p ON p.face_id = f.id JOIN sided s ON s.image_id = p.image_id"
        self._run(f"CREATE TEMP TABLE chosen AS SELECT f.id, f.mode, f.bits, s.side FROM fresh f JOIN {of}")

    def _part(self) -> None:
        """`member`: who was chosen, once for every value in the column that the order is within."""
        within = self.order.within
        if within is None:
            self._run("CREATE TEMP TABLE member AS SELECT *, 0::INTEGER AS part FROM chosen")
            return
        self._run(
            f"CREATE TEMP TABLE valued AS SELECT DISTINCT id, value FROM ({values(self.order.kind, within)}) "
            "WHERE id IN (SELECT id FROM chosen)"
        )
        self._run(
            "CREATE TEMP TABLE member AS SELECT c.*, n.part FROM chosen c JOIN valued USING (id) JOIN "
            "(SELECT value, (row_number() OVER (ORDER BY value) - 1)::INTEGER AS part "
            "FROM (SELECT DISTINCT value FROM valued)) n USING (value)"
        )
        self.left_out = int(self.rows("SELECT count(*) FROM chosen ANTI JOIN valued USING (id)")[0][0])

    def checksum(self, mode: str) -> str:
        """Names exactly who takes part, with which bits."""
        row = self.rows(
            "SELECT count(*), bit_xor(hash(id, bits, side, part)), sum(hash(id, bits, side, part) >> 16) FROM member "
            "WHERE mode = $mode",
            mode=mode,
        )[0]
        return ":".join(map(str, row))

    def sorted(self, mode: str) -> pyarrow.Table:
        """Everyone of a mode: id, bits, side, part, in an order that brings equals together."""
        return self._read(
            "SELECT id, bits, side, part FROM member WHERE mode = $mode ORDER BY part, bits, side, id", mode=mode
        )

    def vectors(self, mode: str) -> tuple[pyarrow.Table, Vectors]:
        """Everyone of a mode with what a model sees in them: id, side, part, those of a part together and the new
        ones first."""
        who = embeddings.seen_by(self.order.kind)
        chosen = f"FROM member m JOIN ({who}) e ON e.id = m.id WHERE m.mode = $mode ORDER BY m.part, m.side DESC, m.id"
        return (
            self._read(f"SELECT m.id, m.side, m.part {chosen}", mode=mode),
            embeddings.vectors_of(self._cursor, f"SELECT e.vector {chosen}", {"mode": mode}),
        )

    def near_new(self, mode: str) -> pyarrow.Table:
        """All pairs with someone new: a_id, b_id, distance. For a few thousand new at most; needs no `gather`."""
        self._run("CREATE OR REPLACE TEMP TABLE newcomer AS SELECT id, bits FROM fresh WHERE mode = $mode", mode=mode)
        self._run("CREATE OR REPLACE TEMP TABLE new_hash AS SELECT DISTINCT bits AS h FROM newcomer")
        everyone = (
            f"everyone AS (SELECT id, bits AS h, false AS fresh FROM {self._old()} WHERE mode = $mode "
            "UNION ALL SELECT id, bits, true FROM newcomer)"
        )
        return self._read(
            f"""
            WITH {everyone}, near AS ({pair_search.near_new(self.order.lo, self.order.hi)}), thinned AS (
                SELECT * FROM near
                QUALIFY count(*) OVER (PARTITION BY near_to, h) <= {BUCKET}
                     OR row_number() OVER (PARTITION BY near_to, h ORDER BY fresh, id) = 1
            )
            SELECT least(n.id, t.id) AS a_id, greatest(n.id, t.id) AS b_id, t.distance
            FROM thinned t JOIN newcomer n ON n.bits = t.near_to
            WHERE n.id <> t.id AND (NOT t.fresh OR n.id < t.id)
            """,
            kind=self.order.kind,
            algorithm=self.order.algorithm,
            mode=mode,
        )

    def search(self, mode: str, first_step: int = 0) -> Iterator[pyarrow.Table]:
        """All pairs of a mode, step by step: a_id, b_id, distance. Not for orders within a column."""
        self._run(
            f"""
            CREATE OR REPLACE TEMP TABLE here AS
            SELECT id, bits AS h, side, count(*) OVER bucket > {BUCKET} AS giant, min(id) OVER bucket = id AS first
            FROM member WHERE mode = $mode WINDOW bucket AS (PARTITION BY side, bits)
            """,
            mode=mode,
        )
        self._run("CREATE OR REPLACE TEMP TABLE hash AS SELECT DISTINCT h FROM here")
        for statement in self.steps()[first_step:]:
            yield self._read(statement)

    def steps(self) -> list[str]:
        """The statements of `search`."""
        equal = pair_search.equal(crossed=self.order.between is not None)
        return [equal] * (self.order.lo == 0) + [
            pair_search.owners(near) for near in pair_search.near_hashes(self.order.lo, self.order.hi)
        ]

    def keep(self, found: pyarrow.Table) -> None:
        """Put found pairs by, to be counted as `kept`."""
        self._run("CREATE TEMP TABLE IF NOT EXISTS kept (a_id BIGINT, b_id BIGINT, distance INTEGER)")
        with incoming(self._cursor, found):
            self._run("INSERT INTO kept SELECT a_id, b_id, distance FROM incoming")

    def kept(self) -> dict[int, int]:
        """How many different pairs were put by, for each distance."""
        self._run("CREATE TEMP TABLE IF NOT EXISTS kept (a_id BIGINT, b_id BIGINT, distance INTEGER)")
        return dict(self.rows("SELECT distance, count(*) FROM (SELECT DISTINCT * FROM kept) GROUP BY distance"))

    def flat(self, mode: str) -> int:
        """How many are in buckets of equal hashes that are too large for all of their pairs."""
        return int(
            self.rows(
                "SELECT coalesce(sum(size), 0)::BIGINT FROM (SELECT count(*) AS size FROM member WHERE mode = $mode "
                f"GROUP BY part, side, bits HAVING size > {BUCKET})",
                mode=mode,
            )[0][0]
        )
