"""How many of the pairs that a search finds are known already."""

from __future__ import annotations

from anitui.store.catalogue import Catalogue
from anitui.store.columns import sharing
from anitui.store.pair_members import ACTIVE


def known(catalogue: Catalogue, kind: str, algorithm: str, up_to: int, within: str | None = None) -> dict[int, int]:
    """How many pairs were found at each distance, decided ones included, of two who take part in a search now."""
    sharing_it = f"AND {sharing(kind, within, 'a_id', 'b_id')}" if within is not None else ""
    return dict(
        catalogue.rows(
            f"""
            WITH takes_part AS (
                {ACTIVE[kind]} UNION SELECT id FROM duplicate_groups WHERE kind = $kind
            ), here AS (
                SELECT a_id, b_id, distance FROM pairs
                WHERE kind = $kind AND algorithm = $algorithm AND distance <= $up_to {sharing_it}
            )
            SELECT distance, count(*) FROM here
            SEMI JOIN takes_part a ON a.id = a_id SEMI JOIN takes_part b ON b.id = b_id
            GROUP BY 1 ORDER BY 1
            """,
            {"kind": kind, "algorithm": algorithm, "up_to": up_to},
        )
    )
