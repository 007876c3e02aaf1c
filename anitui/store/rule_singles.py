"""The SQL of cleaning rules about single pictures: whom one meets, and setting them aside."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from anitui.store import journal
from anitui.store.catalogue import Catalogue
from anitui.store.rule_places import at_any, picked
from anitui.store.rule_words import Rule


@dataclass(frozen=True, slots=True)
class Single:
    """A picture that a rule about single pictures would set aside."""

    image_id: int
    url: str  # where it was seen first, or its path
    width: int
    height: int
    bytes: int
    colourfulness: float | None
    colour_share: float | None
    sharpness: float | None


@dataclass(frozen=True, slots=True)
class Singles:
    """What a rule about single pictures meets."""

    ids: tuple[int, ...]
    bytes: int
    protected: int
    brought_back: int  # by a person, so left alone
    first: tuple[Single, ...]


# Pictures that a person brought back: by hand, or because a verdict of theirs keeps them.
_BROUGHT_BACK = """
    SELECT json_extract_string(c.row_key, '$.image_id')::BIGINT
    FROM journal_changes c JOIN journal j USING (entry_id)
    WHERE c.table_name = 'images' AND j.said_by = 'person' AND j.state = 'done'
      AND json_extract_string(c.before, '$.state') = 'set_aside' AND json_extract_string(c.after, '$.state') = 'active'
"""


def singles(catalogue: Catalogue, rule: Rule, examples: int = 10) -> Singles:
    """The pictures that meet a rule about single ones."""
    with closing(catalogue.cursor()) as cursor:
        met, parameters = picked(rule.query)
        protected = at_any("image", rule.protect, parameters, "i.image_id")
        cursor.execute(
            f"CREATE TEMP TABLE met AS SELECT i.image_id, {protected} AS protected, "
            f"i.image_id IN ({_BROUGHT_BACK}) AS brought_back FROM images i "
            f"WHERE i.state = 'active' AND i.image_id IN ({met})",
            parameters,
        )
        protected_ones, brought_back = cursor.execute(
            "SELECT count(*) FILTER (protected), count(*) FILTER (brought_back AND NOT protected) FROM met"
        ).fetchall()[0]
        cursor.execute("DELETE FROM met WHERE protected OR brought_back")
        ids = cursor.execute("SELECT image_id FROM met ORDER BY image_id").fetchall()
        freed = cursor.execute(
            "SELECT coalesce(sum(bytes), 0)::BIGINT FROM images SEMI JOIN met USING (image_id) "
            "WHERE stored <> 'reference'"
        ).fetchall()[0][0]
        first = cursor.execute(
            """
            WITH page AS (FROM met ORDER BY image_id LIMIT ?)
            SELECT i.image_id, coalesce(o.url, i.path), i.width, i.height, i.bytes,
                   f.v.c, f.v.w, f.v.s
            FROM images i SEMI JOIN page USING (image_id)
            LEFT JOIN (SELECT image_id,
                              arg_min({'c': colourfulness, 'w': colour_share, 's': sharpness}, mode) AS v
                       FROM image_facts SEMI JOIN page USING (image_id) GROUP BY image_id) f ON f.image_id = i.image_id
            LEFT JOIN (SELECT image_id, arg_min(url, sighting_rank(site, sighting_id)) AS url
                       FROM sightings SEMI JOIN page USING (image_id) GROUP BY image_id) o ON o.image_id = i.image_id
            ORDER BY i.image_id
            """,
            [examples],
        ).fetchall()
    return Singles(
        tuple(row[0] for row in ids), freed, protected_ones, brought_back, tuple(Single(*row) for row in first)
    )


def set_singles_aside(catalogue: Catalogue, ids: Sequence[int], *, reason: str, summary: str, said_by: str) -> int:
    """Set these pictures aside, as one decision; returns how many were still shown."""
    with journal.decision(catalogue, "clean.rule", summary, said_by) as decision:
        return decision.put_where(
            "images",
            {"state": "set_aside", "reason": reason},
            "state = 'active' AND image_id IN (SELECT unnest(?::BIGINT[]))",
            [list(ids)],
        )
