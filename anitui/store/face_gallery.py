"""Faces in an order, by the page: the view behind the Faces screen.

As with pictures the order is worked out once, as an array of ids; a page is then a handful of rows by their ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from anitui.errors import Stopped, WrongUse
from anitui.store import embeddings, face_filters, filters, review
from anitui.store.catalogue import Catalogue
from anitui.store.gallery import Arrangement, Group, View, groups_of
from anitui.store.labels import CHARACTERS

if TYPE_CHECKING:
    import numpy
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

MOST_ALIKE = 1000

# What each order and heading needs beside the face `b` and its picture `i`.
_NAME = "LEFT JOIN (FROM labelled_faces WHERE label_set = $set) n ON n.face_id = b.face_id"
_MODEL = """
LEFT JOIN (
    SELECT face_id, arg_max(label, said_at) AS label, arg_max(confidence, said_at) AS confidence
    FROM face_labels WHERE speaker = 'model' AND label_set = $set GROUP BY face_id
) m ON m.face_id = b.face_id"""
_HASH = "LEFT JOIN face_hashes h ON h.face_id = b.face_id AND h.algorithm = 'phash'"
_CLUSTER = "LEFT JOIN (FROM face_clusters WHERE label_set = $set) c ON c.face_id = b.face_id"
# Whom a review asks about, and nobody else: in the order of its queue.
_QUEUE = (
    "JOIN (SELECT face_id, min(place) AS place FROM review WHERE label_set = $set {} GROUP BY face_id) q "
    "ON q.face_id = b.face_id"
)
_WAITS = "AND state = 'waits'"
_JOINS = {"n.": _NAME, "m.": _MODEL, "h.": _HASH, "c.": _CLUSTER}

# "Most suspicious": the model is sure of another name than the current one; then the names that it is least sure of.
_SUSPICION = (
    "CASE WHEN m.label IS NULL THEN -1 WHEN m.label IS DISTINCT FROM n.label THEN 1 + coalesce(m.confidence, 0) "
    "ELSE 1 - coalesce(m.confidence, 0) END"
)
REVIEW = "review"
ORDERS: Mapping[str, str] = {
    "newest": "b.face_id DESC",
    "oldest": "b.face_id",
    "by picture": "b.image_id DESC, b.x",
    REVIEW: "q.place",
    "most suspicious": f"{_SUSPICION} DESC, b.score",
    "least sure": "m.confidence NULLS LAST, b.score NULLS LAST",
    "most alike": "h.bits NULLS LAST",
    "least score": "b.score NULLS LAST",
    "best score": "b.score DESC NULLS LAST",
    "largest": "greatest(b.w, b.h) DESC",
    "smallest": "greatest(b.w, b.h)",
    "label": "n.label NULLS LAST",
}

GROUPS: Mapping[str, str] = {
    "label": "n.label",
    "suggestion": "m.label",
    "hint": "(SELECT string_agg(DISTINCT label, ', ' ORDER BY label) FROM hints t WHERE t.image_id = i.image_id)",
    "cluster": "'cluster ' || printf('%04d', c.cluster)",
    "picture": "'picture ' || b.image_id",
    "job": "(SELECT min('job ' || job_id) FROM sightings o WHERE o.image_id = i.image_id)",
    "detector": "b.detector",
    "kind": "b.kind",
    "reason": "b.reason",
}


@dataclass(frozen=True, slots=True)
class FaceView(View):
    """Which faces, by the names of which set; `like` a face: those most like it, the likest first."""

    label_set: str = CHARACTERS
    like: int | None = None


@dataclass(frozen=True, slots=True)
class ShownFace:
    """A face as the grid needs it."""

    face_id: int
    image_id: int
    path: str
    width: int
    height: int
    box: tuple[float, float, float, float]
    score: float | None
    detector: str
    kind: str
    state: str
    reason: str | None
    unsure: bool
    label: str | None
    speaker: str | None
    confidence: float | None
    suggested: str | None
    """What the latest model said."""
    suggested_confidence: float | None
    hints: tuple[str, ...]
    """What the picture was seen under."""
    asked: review.Asked | None = None
    """What a review asks about it, in the order of its queue."""

    @property
    def proposal(self) -> str | None:
        """The name to agree with: a model's, also against a person's word; else a job's, or the only one that the
        picture was seen under."""
        if self.speaker == "person":
            return self.suggested if self.suggested != self.label else None
        return self.suggested or self.label or (self.hints[0] if len(self.hints) == 1 else None)


def arrange(catalogue: Catalogue, view: FaceView, cursor: DuckDBPyConnection | None = None) -> Arrangement:
    """Work a view out. Raises WrongUse when the filter cannot be understood, Stopped when it was interrupted."""
    import duckdb
    import numpy

    condition = filters.parse(view.query, face_filters.grammar(view.label_set))
    reader = cursor or catalogue.reader()
    total = count(catalogue)
    key = GROUPS[view.group] if view.group and view.like is None else None
    order = ORDERS[view.order]
    joins = " ".join(join for name, join in _JOINS.items() if name in order or name in (key or ""))
    if view.order == REVIEW:
        # What was answered has left the queue, unless one asks for just that.
        joins += " " + _QUEUE.format("" if face_filters.asks_for_review(view.query) else _WAITS)
    parameters = {f"p{at}": value for at, value in enumerate(condition.parameters)}
    where = _numbered(condition.sql)
    columns = f"b.face_id AS id, {key or 'NULL'} AS key"
    if view.like is not None:
        joins = _LIKE if embeddings.seen(catalogue, view.like) is None else _SEEN_AS_LIKE
        order = "d.distance"
        parameters["like"] = view.like
    if "$set" in joins:
        parameters["set"] = view.label_set
    sql = (
        f"SELECT {columns} FROM faces b JOIN images i ON i.image_id = b.image_id "
        f"LEFT JOIN image_facts f ON f.image_id = i.image_id {joins} WHERE {where} "
        f"ORDER BY {'key NULLS LAST, ' if key else ''}{order}, b.face_id DESC"
        + (f" LIMIT {MOST_ALIKE}" if view.like is not None else "")
    )
    groups: list[Group] = []
    try:
        if key is None:
            ids = reader.execute(sql, parameters).fetchnumpy()["id"]
        else:
            found = reader.sql(sql, params=parameters).to_arrow_table()
            groups = groups_of(found["key"], str(view.group))
            ids = found["id"]
    except duckdb.InterruptException:
        raise Stopped("stopped") from None
    except (duckdb.CatalogException, duckdb.BinderException):
        if "in:" not in view.query:
            raise
        raise WrongUse("in: takes the name of a view or table of the catalogue that has a column face_id") from None
    return Arrangement(view, numpy.ascontiguousarray(ids, dtype=numpy.int64), groups, total)


# How far every face is from one: by both hashes that see shapes, as far as it has them.
_LIKE = """
JOIN (
    SELECT h.face_id, avg(bit_count(xor(h.bits, o.bits))) AS distance
    FROM face_hashes h
    JOIN (FROM face_hashes WHERE face_id = $like AND algorithm IN ('dhash', 'phash')) o USING (algorithm, mode)
    GROUP BY h.face_id
) d ON d.face_id = b.face_id"""

# By what a model sees, where it has seen this one.
_SEEN_AS_LIKE = f"""
JOIN (
    SELECT x.face_id, {embeddings.APART.format("x.vector", "y.vector")} AS distance
    FROM face_embeddings x JOIN (FROM face_embeddings WHERE face_id = $like) y ON true
) d ON d.face_id = b.face_id"""


def count(catalogue: Catalogue) -> int:
    """How many faces there are, whatever became of them."""
    return int(catalogue.value("SELECT count(*) FROM faces"))


def pictures(catalogue: Catalogue, arrangement: Arrangement) -> NDArray[numpy.int64]:
    """The pictures of the faces of a view, in its order, each once. Of a million faces, in half a second."""
    import numpy

    found = catalogue.reader().execute("SELECT face_id, image_id FROM faces ORDER BY face_id").fetchnumpy()
    face_ids, image_ids = (numpy.ascontiguousarray(found[each], dtype=numpy.int64) for each in ("face_id", "image_id"))
    if not len(face_ids):
        return image_ids
    at = numpy.minimum(numpy.searchsorted(face_ids, arrangement.ids), len(face_ids) - 1)
    of_faces: NDArray[numpy.int64] = image_ids[at][face_ids[at] == arrangement.ids]  # without those that are gone since
    _, firsts = numpy.unique(of_faces, return_index=True)
    first_of_each: NDArray[numpy.int64] = of_faces[numpy.sort(firsts)]
    return first_of_each


def window(catalogue: Catalogue, arrangement: Arrangement, first: int, last: int) -> list[ShownFace]:
    """The faces from index `first` up to `last`, as they are now."""
    assert isinstance(arrangement.view, FaceView)
    view, ids = arrangement.view, [int(each) for each in arrangement.ids[first:last]]
    faces = shown(catalogue, ids, view.label_set)
    if view.order != REVIEW or view.like is not None:
        return faces
    asked = review.asked_of(catalogue, ids, view.label_set)
    return [replace(each, asked=asked.get(each.face_id)) for each in faces]


def shown(catalogue: Catalogue, ids: Sequence[int], label_set: str = CHARACTERS) -> list[ShownFace]:
    """These faces, in this order; those that are not there any more are left out."""
    if not ids:
        return []
    # Named one by one: so the views read those of the page only.
    page = ", ".join(str(int(each)) for each in ids)
    rows = catalogue.rows(
        f"""
        WITH b AS MATERIALIZED (SELECT * FROM faces WHERE face_id IN ({page}))
        SELECT b.face_id, b.image_id, i.path, i.width, i.height, b.x, b.y, b.w, b.h, b.score, b.detector, b.kind,
               CASE WHEN i.state = 'active' THEN b.state ELSE i.state END, coalesce(b.reason, i.reason), b.unsure,
               n.label, n.speaker, n.confidence, m.label, m.confidence, s.hints
        FROM b JOIN images i ON i.image_id = b.image_id
        LEFT JOIN (FROM labelled_faces WHERE label_set = $set AND face_id IN ({page})) n ON n.face_id = b.face_id
        LEFT JOIN (
            SELECT face_id, arg_max(label, said_at) AS label, arg_max(confidence, said_at) AS confidence
            FROM face_labels WHERE speaker = 'model' AND label_set = $set AND face_id IN ({page}) GROUP BY face_id
        ) m ON m.face_id = b.face_id
        LEFT JOIN (
            SELECT image_id, list_sort(list(DISTINCT label)) AS hints
            FROM hints SEMI JOIN b USING (image_id) WHERE label_set = $set GROUP BY image_id
        ) s ON s.image_id = b.image_id
        """,
        {"set": label_set},
    )
    by_id = {row[0]: _face(row) for row in rows}
    return [by_id[each] for each in ids if each in by_id]


def _face(row: tuple[Any, ...]) -> ShownFace:
    first, (x, y, w, h), rest, hints = row[:5], row[5:9], row[9:20], row[20]
    return ShownFace(*first, (x, y, w, h), *rest, tuple(hints or ()))  # type: ignore[call-arg]


def alike_named(catalogue: Catalogue, arrangement: Arrangement, face_id: int) -> list[int]:
    """Of the faces of a view those that are called (or, without a name, suggested) what this one is."""
    assert isinstance(arrangement.view, FaceView)
    import numpy

    rows = catalogue.rows(
        f"""
        WITH of AS (
            SELECT b.face_id, coalesce(n.label, m.label, s.hint) AS name FROM faces b {_NAME} {_MODEL}
            LEFT JOIN (
                SELECT image_id, any_value(label) AS hint FROM hints WHERE label_set = $set
                GROUP BY image_id HAVING count(DISTINCT label) = 1
            ) s ON s.image_id = b.image_id
        )
        SELECT face_id FROM of WHERE name IS NOT DISTINCT FROM (SELECT name FROM of WHERE face_id = $face)
        """,
        {"set": arrangement.view.label_set, "face": face_id},
    )
    wanted = numpy.fromiter((row[0] for row in rows), dtype=numpy.int64, count=len(rows))
    return [int(each) for each in arrangement.ids[numpy.isin(arrangement.ids, wanted)]]


def _numbered(sql: str) -> str:
    """Named parameters in the place of those by position: joins have some of their own."""
    parts = sql.split("?")
    return "".join(f"{part}$p{at}" if at < len(parts) - 1 else part for at, part in enumerate(parts))
