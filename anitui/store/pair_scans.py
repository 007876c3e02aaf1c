"""The book of searches: how far each one came, and who was compared with everyone else."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from anitui.store import pairs
from anitui.store.catalogue import NOW, Catalogue, incoming
from anitui.store.pair_members import Members
from anitui.store.pairs import PairOrder

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

# In `pairs_compared`: took part in some search, but was not compared with everyone.
NO_REACH = -1


@dataclass(slots=True)
class Scan:
    """One search over the hashes of one mode. It was cut off before when `steps_done` is not 0."""

    scan_id: int
    order: PairOrder
    mode: str
    steps_done: int
    found: int
    known: bool  # pairs may be there already that will be found again


def forget_stale(catalogue: Catalogue, members: Members) -> int:
    """Drop the pairs of those whose bits are not any more what was compared; returns how many pairs these were.

    And note who takes part now, so that this works the next time.
    """
    order = members.order
    known = {"kind": order.kind, "algorithm": order.algorithm}
    if not members.stale() and not members.unknown():
        return 0
    stale, unknown = members.table("stale"), members.table("(FROM fresh WHERE unknown)", "id, mode, bits")
    with catalogue.writing() as connection, incoming(connection, stale, "stale"):
        dropped = 0
        if len(stale):
            for side in ("a_id", "b_id"):
                dropped += connection.execute(
                    f"DELETE FROM pairs WHERE kind = $kind AND algorithm = $algorithm AND {side} IN (FROM stale)", known
                ).fetchall()[0][0]
            connection.execute(
                "DELETE FROM pairs_compared WHERE kind = $kind AND algorithm = $algorithm AND id IN (FROM stale)", known
            )
        with incoming(connection, unknown, "unknown"):
            connection.execute(
                "INSERT INTO pairs_compared (kind, algorithm, mode, id, bits, reach) "
                f"SELECT $kind, $algorithm, mode, id, bits, {NO_REACH} FROM unknown",
                known,
            )
    return dropped


def begin(catalogue: Catalogue, members: Members, mode: str, over: str, steps: int) -> Scan:
    """Start a search, or go on with the very same one over the very same hashes behind its last finished step."""
    order = members.order
    text = json.dumps({**asdict(order), "mode": mode}, sort_keys=True, ensure_ascii=False)
    known = members.any_known(mode) and pairs.any_known(catalogue, order)
    with catalogue.writing() as connection:
        cut_off = connection.execute(
            'SELECT scan_id, steps_done, found FROM pair_scans WHERE "order" = ? AND over = ? AND steps = ? '
            "AND state <> 'done' ORDER BY scan_id DESC LIMIT 1",
            [text, over, steps],
        ).fetchall()
        if cut_off:
            scan = Scan(cut_off[0][0], order, mode, cut_off[0][1], cut_off[0][2], known)
            connection.execute(
                f"UPDATE pair_scans SET state = 'running', changed_at = {NOW} WHERE scan_id = ?", [scan.scan_id]
            )
            return scan
        connection.execute("DELETE FROM pair_scans WHERE \"order\" = ? AND state <> 'done'", [text])
        scan_id = connection.execute(
            "INSERT INTO pair_scans (\"order\", over, state, steps) VALUES (?, ?, 'running', ?) RETURNING scan_id",
            [text, over, steps],
        ).fetchall()[0][0]
        return Scan(scan_id, order, mode, 0, 0, known)


def write(catalogue: Catalogue, scan: Scan, found: pyarrow.Table, steps_done: int, in_all: int) -> int:
    """Write pairs, and how far the search is; returns how many pairs are new."""
    with catalogue.writing() as connection:
        return _write(connection, scan, found, steps_done, in_all)


def finish(
    catalogue: Catalogue, scan: Scan, found: pyarrow.Table, steps: int, in_all: int, compared: Members | None
) -> int:
    """Write what the last steps have found, and, in the same transaction, that its members are compared."""
    fresh = None if compared is None else compared.table("fresh", "id, mode")
    with catalogue.writing() as connection:
        new = _write(connection, scan, found, steps, in_all)
        connection.execute("UPDATE pair_scans SET state = 'done' WHERE scan_id = ?", [scan.scan_id])
        if fresh is not None:
            with incoming(connection, fresh, "fresh"):
                connection.execute(
                    "UPDATE pairs_compared SET reach = $hi WHERE kind = $kind AND algorithm = $algorithm "
                    "AND mode = $mode AND reach < $hi AND id IN (SELECT id FROM fresh WHERE mode = $mode)",
                    {"kind": scan.order.kind, "algorithm": scan.order.algorithm, "mode": scan.mode,
                     "hi": scan.order.hi},
                )  # fmt: skip
        return new


def leave(catalogue: Catalogue, scan: Scan) -> None:
    """Say that nobody works on it any more, unless it is done."""
    with catalogue.writing() as connection:
        connection.execute(
            f"UPDATE pair_scans SET state = 'stopped', changed_at = {NOW} WHERE scan_id = ? AND state = 'running'",
            [scan.scan_id],
        )


def _write(connection: DuckDBPyConnection, scan: Scan, found: pyarrow.Table, steps_done: int, in_all: int) -> int:
    new = pairs.add(connection, scan.order, found, known=scan.known, twice=scan.order.within is not None)
    scan.found += len(found)
    scan.steps_done = steps_done
    # Two may share a value that one step looks at, and one that another does.
    if scan.order.within is not None:
        scan.known = True
    connection.execute(
        f"UPDATE pair_scans SET steps_done = ?, found = ?, changed_at = {NOW} WHERE scan_id = ?",
        [steps_done, in_all, scan.scan_id],
    )
    return new
