"""What the decisions of the journal said of pairs, and what was said last: to go back to it."""

from __future__ import annotations

from anitui.store.catalogue import Catalogue
from anitui.store.groups import Said, Verdict


def spoken_of(catalogue: Catalogue, entry_id: int) -> dict[str, list[tuple[int, int]]]:
    """Of which pairs a decision said something: kind → (a_id, b_id), in the order in which it was said."""
    rows = catalogue.rows(
        "SELECT DISTINCT row.kind, row.a_id, row.b_id, id FROM ("
        'SELECT from_json(coalesce(after, before), \'{"kind": "VARCHAR", "a_id": "BIGINT", "b_id": "BIGINT"}\') '
        "AS row, json_extract_string(row_key, '$.verdict_id')::BIGINT AS id "
        "FROM journal_changes WHERE entry_id = ? AND table_name = 'verdicts') ORDER BY id",
        [entry_id],
    )
    found: dict[str, list[tuple[int, int]]] = {}
    for kind, a_id, b_id, _ in rows:
        pairs = found.setdefault(kind, [])
        if (a_id, b_id) not in pairs:
            pairs.append((a_id, b_id))
    return found


def said_before(catalogue: Catalogue, kind: str, verdict_id: int | None) -> Said | None:
    """What a person said before another verdict, or last of all; None where there is nothing. A corrected verdict keeps
    its number, so the time tells."""
    rows = catalogue.rows(
        "SELECT a_id, b_id, verdict, verdict_id FROM verdicts WHERE kind = $kind AND said_by = 'person' "
        "AND ($id::BIGINT IS NULL OR row(decided_at, verdict_id) < "
        "(SELECT row(decided_at, verdict_id) FROM verdicts WHERE verdict_id = $id)) "
        "ORDER BY decided_at DESC, verdict_id DESC LIMIT 1",
        {"kind": kind, "id": verdict_id},
    )
    return Said(rows[0][0], rows[0][1], Verdict(rows[0][2]), rows[0][3]) if rows else None
