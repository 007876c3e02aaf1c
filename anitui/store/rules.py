"""The SQL of cleaning rules about pairs: those that meet one, and what is known of those in them.

Nothing is decided here. Everything is worked out on a cursor of its own, whose temporary tables go with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from anitui.store import embeddings
from anitui.store.catalogue import Catalogue
from anitui.store.columns import values
from anitui.store.comparing import LOSSLESS
from anitui.store.distances import COSINE
from anitui.store.rule_places import at_any, picked
from anitui.store.rule_words import Rule

_LOSSLESS = ", ".join(f"'{each}'" for each in sorted(LOSSLESS))
_SHAPES_ALIKE = 1.02  # by how much the ratios of width and height may differ


@dataclass(frozen=True, slots=True)
class Near:
    """A pair that meets a rule."""

    a_id: int
    b_id: int
    distance: int
    told: bool  # a verdict on it, or on their groups, is there: they differ, or both were set aside
    together: bool  # they are of one group already


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule must know of someone: who is better has the lower rank."""

    id: int
    rank: int
    protected: bool
    labels: str  # one text for all of them; empty without
    group_id: int  # their own id when they are alone
    beside: bool  # another of their group is shown, too: somebody said to keep both
    bytes: int  # that a purge frees
    preferred: Sequence[bool]  # for each preference of the rule, whether they meet it


def compared(catalogue: Catalogue, kind: str, algorithm: str, reach: int) -> bool:
    """Whether everyone has been compared with everyone, up to that distance."""
    # Who has hashes of both modes takes part with the exact one.
    hashes = (
        f"(SELECT {kind}_id AS id, min(mode) AS mode, arg_min(bits, mode) AS bits FROM {kind}_hashes "
        "WHERE algorithm = $algorithm GROUP BY ALL)"
    )
    if algorithm == COSINE:
        if embeddings.in_use(catalogue, kind) is None:
            return False
        hashes = embeddings.fingerprints(kind)
    return not catalogue.rows(
        f"SELECT 1 FROM {hashes} h SEMI JOIN ({_active(kind)}) i ON i.id = h.id "
        "ANTI JOIN pairs_compared c ON c.kind = $kind AND c.algorithm = $algorithm AND c.mode = h.mode "
        "AND c.id = h.id AND c.bits = h.bits AND c.reach >= $reach LIMIT 1",
        {"kind": kind, "algorithm": algorithm, "reach": reach},
    )


@dataclass(frozen=True, slots=True)
class Meeting:
    """The pairs that meet a rule, everyone in them, and between which of their groups something else was said."""

    pairs: Sequence[Near]
    known: dict[int, Known]
    apart: Sequence[tuple[int, int]]


def meeting(catalogue: Catalogue, rule: Rule) -> Meeting:
    """Who meets a rule about pairs, as the catalogue is now; the nearest first."""
    with closing(catalogue.cursor()) as cursor:
        cursor.execute(*_pairs(rule))
        pairs = [
            Near(*row)
            for row in cursor.execute(
                "SELECT m.a_id, m.b_id, m.distance, r.one IS NOT NULL AND NOT r.postponed, "
                "coalesce(ga.group_id, m.a_id) = coalesce(gb.group_id, m.b_id) FROM met m "
                "LEFT JOIN duplicate_groups ga ON ga.kind = $kind AND ga.id = m.a_id "
                "LEFT JOIN duplicate_groups gb ON gb.kind = $kind AND gb.id = m.b_id "
                "LEFT JOIN groups_apart r ON r.kind = $kind "
                "AND r.one = least(coalesce(ga.group_id, m.a_id), coalesce(gb.group_id, m.b_id)) "
                "AND r.other = greatest(coalesce(ga.group_id, m.a_id), coalesce(gb.group_id, m.b_id)) "
                "ORDER BY m.distance, m.a_id, m.b_id",
                {"kind": rule.kind},
            ).fetchall()
        ]
        cursor.execute("CREATE TEMP TABLE who AS SELECT a_id AS id FROM met UNION SELECT b_id FROM met")
        known = {row[0]: Known(*row) for row in cursor.execute(*_known(rule)).fetchall()}
        cursor.execute(
            "CREATE TEMP TABLE groups AS SELECT DISTINCT coalesce(g.group_id, w.id) AS id FROM who w "
            "LEFT JOIN duplicate_groups g ON g.kind = ? AND g.id = w.id",
            [rule.kind],
        )
        apart = cursor.execute(
            "SELECT r.one, r.other FROM groups_apart r SEMI JOIN groups x ON x.id = r.one "
            "SEMI JOIN groups y ON y.id = r.other WHERE r.kind = ? AND NOT r.postponed",
            [rule.kind],
        ).fetchall()
    return Meeting(pairs, known, apart)


def _pairs(rule: Rule) -> tuple[str, dict[str, Any]]:
    """A statement that makes the table `met`."""
    item = _item(rule.kind)
    parameters: dict[str, Any] = {}
    nearest = rule.narrowest
    if rule.identical:
        found = (
            "SELECT x.image_id AS a_id, y.image_id AS b_id FROM image_pixels x JOIN image_pixels y "
            "ON x.pixels = y.pixels AND x.image_id < y.image_id"
        )
    else:
        assert nearest is not None  # the language sees to it
        found = (
            "SELECT DISTINCT a_id, b_id FROM pairs WHERE kind = $kind AND algorithm = $algorithm "
            "AND distance BETWEEN $lo AND $hi"
        )
        parameters |= {"kind": rule.kind, "algorithm": nearest.algorithm, "lo": nearest.lo, "hi": nearest.hi}
    conditions = [_SAME[each] for each in rule.same]
    joins = ""
    distance = "0"
    for number, each in enumerate(rule.distances):
        # Of two hashes that were taken in two ways, those count that were taken in the same way, the exact first.
        joins += _joined(_apart(rule.kind, each.algorithm), f"d{number}")
        conditions.append(f"d{number}.distance BETWEEN {each.lo} AND {each.hi}")
        if each is nearest:
            distance = f"d{number}.distance"
    for number, column in enumerate(rule.within):
        shared = values(rule.kind, column)
        joins += _joined(
            f"SELECT DISTINCT c.a_id, c.b_id FROM found c JOIN ({shared}) x ON x.id = c.a_id "
            f"JOIN ({shared}) y ON y.id = c.b_id AND y.value = x.value WHERE trim(x.value) <> ''",
            f"w{number}",
        )
    if rule.query:
        met, more = picked(rule.query)
        parameters |= more
        item = f"SELECT * FROM ({item}) WHERE image_id IN ({met})"
    where = " AND ".join(conditions) or "true"
    return (
        f"CREATE TEMP TABLE met AS WITH item AS MATERIALIZED ({item}), found AS MATERIALIZED (SELECT c.a_id, c.b_id "
        f"FROM ({found}) c SEMI JOIN item a ON a.id = c.a_id SEMI JOIN item b ON b.id = c.b_id) "
        f"SELECT p.a_id, p.b_id, {distance} AS distance "
        f"FROM found p JOIN item a ON a.id = p.a_id JOIN item b ON b.id = p.b_id{joins} WHERE {where}",
        parameters,
    )


def _joined(pairs: str, name: str) -> str:
    return f" JOIN ({pairs}) {name} ON {name}.a_id = p.a_id AND {name}.b_id = p.b_id"


def _apart(kind: str, algorithm: str) -> str:
    if algorithm == COSINE:
        return embeddings.apart("found", kind)
    hashes = f"(SELECT {kind}_id AS id, mode, bits FROM {kind}_hashes WHERE algorithm = '{algorithm}')"
    return (
        f"SELECT c.a_id, c.b_id, arg_min(hamming(x.bits, y.bits), x.mode) AS distance FROM found c "
        f"JOIN {hashes} x ON x.id = c.a_id JOIN {hashes} y ON y.id = c.b_id AND y.mode = x.mode GROUP BY ALL"
    )


_SAME = {
    "size": "a.width = b.width AND a.height = b.height",
    "shape": f"greatest(a.width * b.height, b.width * a.height) "
    f"<= {_SHAPES_ALIKE} * least(a.width * b.height, b.width * a.height)",
    "format": "a.format = b.format",
    "mode": "a.mode = b.mode",
}


def _active(kind: str) -> str:
    if kind == "image":
        return "SELECT image_id AS id, image_id FROM images WHERE state = 'active'"
    return (
        "SELECT f.face_id AS id, f.image_id FROM faces f JOIN images i USING (image_id) "
        "WHERE f.state = 'active' AND i.state = 'active'"
    )


def _item(kind: str) -> str:
    """Everyone who may be asked about, with what rules compare."""
    if kind == "image":
        return (
            "SELECT image_id AS id, image_id, width::DOUBLE AS width, height::DOUBLE AS height, format, mode, bytes, "
            "CASE WHEN stored = 'reference' THEN 0 ELSE bytes END AS ours, added_at FROM images WHERE state = 'active'"
        )
    return (
        "SELECT f.face_id AS id, f.image_id, f.w AS width, f.h AS height, i.format, i.mode, i.bytes, "
        "0::BIGINT AS ours, f.found_at AS added_at FROM faces f JOIN images i USING (image_id) "
        "WHERE f.state = 'active' AND i.state = 'active'"
    )


_ORDERS = {
    "larger": "i.width * i.height DESC",
    "smaller": "i.width * i.height",
    "heavier": "i.bytes DESC",
    "lighter": "i.bytes",
    "sharper": "m.sharpness DESC NULLS LAST",
    "older": "i.added_at, i.id",
    "newer": "i.added_at DESC, i.id DESC",
    "lossless": f"(i.format IN ({_LOSSLESS})) DESC",
    "seen-more": "coalesce(s.often, 0) DESC",
}


def _known(rule: Rule) -> tuple[str, dict[str, Any]]:
    """Everyone in `who`: what a rule must know of them, in the order of its preference."""
    parameters: dict[str, Any] = {"kind": rule.kind}
    protected = at_any(rule.kind, rule.protect, parameters)
    preferred = [at_any(rule.kind, (each,), parameters) for each in rule.prefer]
    orders = [f"{each} DESC" for each in (protected, *preferred)]
    orders += [_ORDERS[each] for each in rule.keep]
    return (
        f"""
        WITH here AS (SELECT i.* FROM ({_item(rule.kind)}) i SEMI JOIN who USING (id)),
        measured AS (SELECT image_id, arg_min(sharpness, mode) AS sharpness FROM image_facts
                     SEMI JOIN here USING (image_id) GROUP BY image_id),
        seen AS (SELECT image_id, count(*) AS often FROM sightings SEMI JOIN here USING (image_id) GROUP BY image_id),
        labelled AS (SELECT id, string_agg(DISTINCT value, chr(10) ORDER BY value) AS labels
                     FROM ({values(rule.kind, "label")}) SEMI JOIN who USING (id) GROUP BY id),
        shown AS (SELECT g.group_id, count(*) AS often FROM duplicate_groups g
                  SEMI JOIN ({_active(rule.kind)}) a ON a.id = g.id WHERE g.kind = $kind GROUP BY g.group_id)
        SELECT i.id, row_number() OVER (ORDER BY {", ".join([*orders, "i.id"])}) AS rank, {protected},
               coalesce(l.labels, ''), coalesce(g.group_id, i.id), coalesce(o.often > 1, false), i.ours,
               [{", ".join(preferred)}]::BOOLEAN[]
        FROM here i
        LEFT JOIN measured m ON m.image_id = i.image_id
        LEFT JOIN seen s ON s.image_id = i.image_id
        LEFT JOIN labelled l ON l.id = i.id
        LEFT JOIN duplicate_groups g ON g.kind = $kind AND g.id = i.id
        LEFT JOIN shown o ON o.group_id = g.group_id
        ORDER BY rank
        """,
        parameters,
    )
