"""The pairs that wait for a person, in an order: the view behind the duplicates screen.

The order is worked out once. Verdicts close some of what follows and turn some into questions about a keeper, so
each stretch is looked at again just before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anitui.errors import Stopped, WrongUse
from anitui.store import filters
from anitui.store.catalogue import Catalogue
from anitui.store.columns import sharing

if TYPE_CHECKING:
    import numpy
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

_STRETCH = 64


@dataclass(frozen=True, slots=True)
class View:
    """Which pairs: of what, by which hash, how far apart, sharing what, and with a filter that one of the two meets."""

    kind: str = "image"
    algorithm: str = "dhash"
    lo: int = 0
    hi: int = 4
    within: str | None = None
    query: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """The pairs of a view that were open when it was worked out: what was put off last, and nearest first."""

    view: View
    pairs: NDArray[numpy.int64]  # (n, 2), the smaller id first
    distances: NDArray[numpy.int64]
    postponed: int  # how many of them, at the end, were put off
    settled: int  # pairs of the view that need no answer any more

    def __len__(self) -> int:
        return len(self.pairs)

    def at_or_after(self, distance: int, a_id: int, b_id: int) -> int:
        """Where a pair stands, or would stand: to go on where one stopped."""
        import numpy

        asked = len(self.pairs) - self.postponed
        keys = numpy.rec.fromarrays([self.distances[:asked], self.pairs[:asked, 0], self.pairs[:asked, 1]])
        return int(numpy.searchsorted(keys, numpy.array((distance, a_id, b_id), dtype=keys.dtype)))


@dataclass(frozen=True, slots=True)
class Question:
    """A pair to decide, as it stands now."""

    place: int  # in the queue
    a_id: int
    b_id: int
    distance: int
    postponed: bool


def line_up(catalogue: Catalogue, view: View, cursor: DuckDBPyConnection | None = None) -> Queue:
    """Work a view out. With a `cursor` of the catalogue it can be interrupted from another thread (Stopped)."""
    import duckdb
    import numpy

    where, parameters = _condition(view)
    reader = cursor or catalogue.reader()
    try:
        found = reader.execute(
            f"SELECT a_id, b_id, distance, postponed FROM pairs_open p WHERE {where} "
            "ORDER BY postponed, distance, a_id, b_id",
            parameters,
        ).fetchnumpy()
        total = reader.execute(f"SELECT count(*) FROM pairs p WHERE {where}", parameters).fetchall()[0][0]
    except duckdb.InterruptException:
        raise Stopped("stopped") from None
    pairs = numpy.column_stack([found["a_id"], found["b_id"]]).astype(numpy.int64)
    postponed = int(numpy.count_nonzero(found["postponed"]))
    distances = numpy.asarray(found["distance"], dtype=numpy.int64)
    return Queue(view, pairs, distances, postponed, max(0, total - len(pairs)))


def questions(catalogue: Catalogue, queue: Queue, start: int, count: int, *, backwards: bool = False) -> list[Question]:
    """The next pairs from a place on that still wait, each as it stands now: at most `count`, the nearest first."""
    found: list[Question] = []
    asked: set[tuple[int, int]] = set()
    place = start
    while len(found) < count and 0 <= place < len(queue):
        first, last = (max(0, place + 1 - _STRETCH), place + 1) if backwards else (place, place + _STRETCH)
        last = min(last, len(queue))
        stretch = _as_they_stand(catalogue, queue, range(first, last))
        for each in reversed(stretch) if backwards else stretch:
            if (each.a_id, each.b_id) not in asked:
                asked.add((each.a_id, each.b_id))
                found.append(each)
        place = first - 1 if backwards else last
    return found[:count]


def cluster(catalogue: Catalogue, queue: Queue, id: int, limit: int = 40) -> list[int]:
    """All who hang together with one by pairs of the queue that still wait, those that are nearest to it first."""
    import numpy

    found = [id]
    fresh = [id]
    while fresh and len(found) < limit:
        # Through those, too, who were set aside for one of them. The queue stands in order of distance: nearest first.
        through = [*fresh, *_set_aside_for(catalogue, queue.view.kind, fresh)]
        places = numpy.flatnonzero(numpy.isin(queue.pairs, through).any(axis=1))[: _STRETCH * 4]
        stand = _as_they_stand(catalogue, queue, places)
        near = dict.fromkeys(other for each in stand for other in (each.a_id, each.b_id))
        fresh = [other for other in near if other not in found][: limit - len(found)]
        found += fresh
    return found


def _set_aside_for(catalogue: Catalogue, kind: str, keepers: list[int]) -> list[int]:
    rows = catalogue.rows(
        "SELECT id FROM duplicate_groups WHERE kind = ? AND NOT kept AND keeper_id IN (SELECT unnest(?::BIGINT[]))",
        [kind, keepers],
    )
    return [id for (id,) in rows]


_STANDS = {
    "image": (
        "SELECT w.id, CASE WHEN i.state = 'active' THEN w.id WHEN k.state = 'active' THEN g.keeper_id END AS stands "
        "FROM who w JOIN images i ON i.image_id = w.id "
        "LEFT JOIN duplicate_groups g ON g.kind = 'image' AND g.id = w.id "
        "LEFT JOIN images k ON k.image_id = g.keeper_id"
    ),
    "face": (
        "SELECT w.id, CASE WHEN f.state = 'active' AND i.state = 'active' THEN w.id "
        "WHEN k.state = 'active' AND ki.state = 'active' THEN g.keeper_id END AS stands "
        "FROM who w JOIN faces f ON f.face_id = w.id JOIN images i ON i.image_id = f.image_id "
        "LEFT JOIN duplicate_groups g ON g.kind = 'face' AND g.id = w.id "
        "LEFT JOIN faces k ON k.face_id = g.keeper_id LEFT JOIN images ki ON ki.image_id = k.image_id"
    ),
}


def _as_they_stand(catalogue: Catalogue, queue: Queue, places: Iterable[int]) -> list[Question]:
    kind = queue.view.kind
    at = [int(place) for place in places]
    pairs = queue.pairs[at]
    rows = catalogue.rows(
        f"""
        WITH given AS (
            SELECT unnest($places::BIGINT[]) AS place, unnest($a::BIGINT[]) AS a_id, unnest($b::BIGINT[]) AS b_id
        ), who AS (SELECT a_id AS id FROM given UNION SELECT b_id FROM given),
        standing AS ({_STANDS[kind]}),
        asked AS (
            SELECT place, least(a.stands, b.stands) AS a_id, greatest(a.stands, b.stands) AS b_id
            FROM given g JOIN standing a ON a.id = g.a_id JOIN standing b ON b.id = g.b_id
            WHERE a.stands <> b.stands
        ), grouped AS (
            SELECT place, a_id, b_id, coalesce(ga.group_id, a_id) AS one, coalesce(gb.group_id, b_id) AS other
            FROM asked
            LEFT JOIN duplicate_groups ga ON ga.kind = $kind AND ga.id = a_id
            LEFT JOIN duplicate_groups gb ON gb.kind = $kind AND gb.id = b_id
        )
        SELECT place, a_id, b_id, coalesce(r.postponed, false)
        FROM grouped g
        LEFT JOIN groups_apart r
               ON r.kind = $kind AND r.one = least(g.one, g.other) AND r.other = greatest(g.one, g.other)
        WHERE g.one <> g.other AND coalesce(r.postponed, true)
        ORDER BY place
        """,
        {
            "places": at,
            "a": pairs[:, 0].tolist(),
            "b": pairs[:, 1].tolist(),
            "kind": kind,
        },
    )
    # What was put off after the queue was worked out waits for the next one.
    asked = len(queue) - queue.postponed
    return [
        Question(place, a, b, int(queue.distances[place]), put_off)
        for place, a, b, put_off in rows
        if not put_off or place >= asked
    ]


def _condition(view: View) -> tuple[str, list[Any]]:
    if view.lo > view.hi:
        raise WrongUse(f"the range of distances {view.lo}..{view.hi} is empty: the smaller number comes first")
    conditions = ["p.kind = ?", "p.algorithm = ?", "p.distance BETWEEN ? AND ?"]
    parameters: list[Any] = [view.kind, view.algorithm, view.lo, view.hi]
    if view.within is not None:
        conditions.append(sharing(view.kind, view.within, "p.a_id", "p.b_id"))
    if view.query.strip():
        met = filters.parse(view.query)
        picked = f"SELECT i.image_id FROM images i LEFT JOIN image_facts f ON f.image_id = i.image_id WHERE {met.sql}"
        if view.kind == "face":
            picked = f"SELECT face_id FROM faces WHERE image_id IN ({picked})"
        conditions.append(f"(p.a_id IN ({picked}) OR p.b_id IN ({picked}))")
        parameters += [*met.parameters, *met.parameters]
    return " AND ".join(conditions), parameters
