"""The SQL of cleaning rules about single pictures and single faces: whom one meets, and setting them aside."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from anitui.store import journal, persons
from anitui.store.catalogue import Catalogue
from anitui.store.rule_places import at_any, picked
from anitui.store.rule_words import Rule


@dataclass(frozen=True, slots=True)
class Single:
    """A picture that a rule about single pictures would set aside, or a face on it; its size is then the box's."""

    id: int
    url: str  # where it was seen first, or its path
    width: float
    height: float
    bytes: int
    colourfulness: float | None
    colour_share: float | None
    sharpness: float | None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Singles:
    """What a rule about single pictures or faces meets."""

    ids: tuple[int, ...]
    bytes: int
    protected: int
    brought_back: int  # by a person, so left alone
    spoken_of: int  # named, kept or drawn by a person, so left alone
    first: tuple[Single, ...]


_ACTIVE = {
    "image": "SELECT image_id AS id FROM images WHERE state = 'active'",
    "face": "SELECT face_id AS id FROM faces SEMI JOIN (FROM images WHERE state = 'active') i USING (image_id) "
    "WHERE state = 'active'",
}
# Those of `page` with their pictures; what is written of a face is its own, where it has it.
_WHO = {
    "image": "SELECT image_id AS id, image_id, width::DOUBLE AS w, height::DOUBLE AS h, NULL::DOUBLE AS score "
    "FROM images WHERE image_id IN (FROM page)",
    "face": "SELECT face_id AS id, image_id, w, h, score FROM faces WHERE face_id IN (FROM page)",
}


def singles(catalogue: Catalogue, rule: Rule, examples: int = 10) -> Singles:
    """Whom a rule about single pictures or faces meets."""
    kind = rule.kind
    with closing(catalogue.cursor()) as cursor:
        met, parameters = picked(rule.query, kind)
        protected = at_any(kind, rule.protect, parameters, "i.id")
        cursor.execute(
            f"CREATE TEMP TABLE met AS SELECT i.id, {protected} AS protected, "
            f"i.id IN ({persons.BROUGHT_BACK[kind]}) AS brought_back, i.id IN ({persons.SPOKEN_OF[kind]}) AS spoken_of "
            f"FROM ({_ACTIVE[kind]}) i WHERE i.id IN ({met})",
            parameters,
        )
        protected_ones, brought_back, spoken_of = cursor.execute(
            "SELECT count(*) FILTER (protected), count(*) FILTER (brought_back AND NOT protected), "
            "count(*) FILTER (spoken_of AND NOT protected AND NOT brought_back) FROM met"
        ).fetchall()[0]
        cursor.execute("DELETE FROM met WHERE protected OR brought_back OR spoken_of")
        ids = cursor.execute("SELECT id FROM met ORDER BY id").fetchall()
        freed = 0
        if kind == "image":
            freed = cursor.execute(
                "SELECT coalesce(sum(bytes), 0)::BIGINT FROM images WHERE image_id IN (SELECT id FROM met) "
                "AND stored <> 'reference'"
            ).fetchall()[0][0]
        first = cursor.execute(
            f"""
            WITH page AS MATERIALIZED (SELECT id FROM met ORDER BY id LIMIT ?),
            who AS MATERIALIZED ({_WHO[kind]})
            SELECT w.id, coalesce(o.url, i.path), w.w, w.h, i.bytes, f.v.c, f.v.w, f.v.s, w.score
            FROM who w JOIN images i ON i.image_id = w.image_id
            LEFT JOIN (SELECT image_id,
                              arg_min({{'c': colourfulness, 'w': colour_share, 's': sharpness}}, mode) AS v
                       FROM image_facts SEMI JOIN who USING (image_id) GROUP BY image_id) f ON f.image_id = w.image_id
            LEFT JOIN (SELECT image_id, arg_min(url, sighting_rank(site, sighting_id)) AS url
                       FROM sightings SEMI JOIN who USING (image_id) GROUP BY image_id) o ON o.image_id = w.image_id
            ORDER BY w.id
            """,
            [examples],
        ).fetchall()
    return Singles(
        tuple(row[0] for row in ids), freed, protected_ones, brought_back, spoken_of,
        tuple(Single(*row) for row in first),
    )  # fmt: skip


def set_singles_aside(
    catalogue: Catalogue, kind: str, ids: Sequence[int], *, reason: str, summary: str, said_by: str
) -> int:
    """Set these pictures or faces aside, as one decision; returns how many were still shown."""
    table = {"image": "images", "face": "faces"}[kind]
    with journal.decision(catalogue, "clean.rule", summary, said_by) as decision:
        return decision.put_where(
            table,
            {"state": "set_aside", "reason": reason},
            f"state = 'active' AND {kind}_id IN (SELECT unnest(?::BIGINT[]))",
            [list(ids)],
        )
