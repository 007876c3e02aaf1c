"""Which pictures a purge takes, and the transaction that says that their bytes are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anitui.store import journal
from anitui.store.catalogue import NOW, Catalogue
from anitui.store.intake import MISSING
from anitui.store.upkeep import TWICE


@dataclass(frozen=True, slots=True)
class Purgeable:
    """A picture whose bytes a purge removes."""

    image_id: int
    path: str
    bytes: int
    stored: str
    reason: str | None


# A file that is only missing may come back, and a second row of one content shares its file with the first.
_PURGEABLE = f"""
    i.state = 'set_aside' AND i.purged_at IS NULL AND i.stored <> 'reference'
    AND i.reason IS DISTINCT FROM '{MISSING}'
    AND NOT EXISTS (FROM images o WHERE o.sha256 = i.sha256 AND o.image_id <> i.image_id
                    AND o.purged_at IS NULL AND o.reason IS DISTINCT FROM '{TWICE}')
    AND NOT EXISTS (FROM images o WHERE o.path = i.path AND o.image_id <> i.image_id
                    AND o.purged_at IS NULL AND o.reason IS DISTINCT FROM '{TWICE}')
"""

# When each picture was set aside the last time, as far as the journal tells.
_OLD_ENOUGH = f"""
    AND i.image_id IN (
        SELECT json_extract_string(c.row_key, '$.image_id')::BIGINT
        FROM journal_changes c JOIN journal j USING (entry_id)
        WHERE c.table_name = 'images' AND j.state = 'done' AND json_extract_string(c.after, '$.state') = 'set_aside'
        GROUP BY ALL HAVING max(j.changed_at) <= {NOW} - to_days(?)
    )
"""


def purgeable(catalogue: Catalogue, older_than_days: int | None) -> list[Purgeable]:
    """The pictures set aside whose bytes are ours to remove, the largest first."""
    old_enough, parameters = ("", []) if older_than_days is None else (_OLD_ENOUGH, [older_than_days])
    rows = catalogue.rows(
        f"SELECT image_id, path, bytes, stored, reason FROM images i WHERE {_PURGEABLE} {old_enough} "
        "ORDER BY bytes DESC, image_id",
        parameters,
    )
    return [Purgeable(*row) for row in rows]


def references_set_aside(catalogue: Catalogue) -> int:
    """How many pictures are set aside whose files are not ours and stay where they are."""
    return int(
        catalogue.value(
            "SELECT count(*) FROM images "
            "WHERE state = 'set_aside' AND stored = 'reference' AND reason IS DISTINCT FROM ?",
            [MISSING],
        )
    )


def mark_purged(catalogue: Catalogue, image_ids: Sequence[int], said_by: str) -> list[Purgeable]:
    """Say in one transaction that the bytes of these are gone; returns those that were still set aside."""
    with catalogue.writing() as connection:
        rows = connection.execute(
            f"SELECT image_id, path, bytes, stored, reason FROM images i WHERE {_PURGEABLE} "
            "AND i.image_id IN (SELECT unnest(?::BIGINT[])) ORDER BY image_id",
            [list(image_ids)],
        ).fetchall()
        marked = [Purgeable(*row) for row in rows]
        if marked:
            connection.execute(
                f"UPDATE images SET purged_at = {NOW} WHERE image_id IN (SELECT unnest(?::BIGINT[]))",
                [[each.image_id for each in marked]],
            )
            size = sum(each.bytes for each in marked)
            pictures = "1 picture" if len(marked) == 1 else f"{len(marked):,} pictures"
            journal.note_final(connection, "purge", f"purged {pictures} ({size:,} bytes)", said_by)
        return marked
