"""What a model says of faces, said as a model: a person's word is above it, a job's below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anitui.store import face_gallery, journal
from anitui.store.catalogue import NOW, Catalogue, incoming
from anitui.store.face_gallery import FaceView
from anitui.words import count

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

_BY = re.compile(r"(^|\s)-?by:")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A face that may be named, and where it is to be seen."""

    face_id: int
    path: str
    box: tuple[float, float, float, float]


def waiting(catalogue: Catalogue, query: str, label_set: str) -> list[int]:
    """The faces of a filter that nobody has named, or only models; other ones where the filter itself says by whom.

    Those that a person has named are never among them.
    """
    asked = query if _BY.search(query) else f"{query} by:nobody,model".strip()
    arranged = face_gallery.arrange(catalogue, FaceView(query=asked, order="oldest", label_set=label_set))
    named = catalogue.rows(
        "SELECT DISTINCT face_id FROM face_labels WHERE speaker = 'person' AND label_set = ?", [label_set]
    )
    persons = {face_id for (face_id,) in named}
    return [face_id for each in arranged.ids if (face_id := int(each)) not in persons]


def places(catalogue: Catalogue, face_ids: Sequence[int]) -> Iterator[tuple[str, list[Waiting]]]:
    """Where these faces are, picture by picture."""
    with catalogue.writing() as connection, incoming(connection, _ids(face_ids), "chosen"):
        rows = connection.execute(
            "SELECT path, face_id, x, y, w, h FROM chosen JOIN faces USING (face_id) JOIN images USING (image_id) "
            "ORDER BY image_id, face_id"
        ).fetchall()
    group: list[Waiting] = []
    for path, face_id, *box in rows:
        if group and group[0].path != path:
            yield group[0].path, group
            group = []
        group.append(Waiting(face_id, path, (box[0], box[1], box[2], box[3])))
    if group:
        yield group[0].path, group


def say(catalogue: Catalogue, said: Sequence[tuple[int, str, float]], label_set: str, said_by: str) -> int:
    """Say who faces are, and how sure the model is, as one decision; of how many that was something new.

    Names are those that labels have now, also where they were called otherwise when the model learnt them.
    """
    with journal.decision(catalogue, "faces.predict", "", said_by) as decision:
        new = 0
        if said:
            with incoming(decision.connection, _rows(said), "saying"):
                rows = _otherwise(decision.connection, label_set, said_by)
            new = len(rows)
            if new:
                decision.put("face_labels", rows)
        decision.summary = f"{said_by} named {count(new, 'face')}"
    return new


def _otherwise(connection: DuckDBPyConnection, label_set: str, said_by: str) -> pyarrow.Table:
    """What is not said so already, and not of those whom a person has named meanwhile."""
    return connection.sql(
        f"""
        SELECT s.face_id, $by AS said_by, $set AS label_set, 'model' AS speaker, s.confidence, {NOW} AS said_at,
               NULL::BIGINT AS inherited_from, coalesce(n.label, s.label) AS label
        FROM saying s SEMI JOIN faces USING (face_id)
        LEFT JOIN label_names n ON n.name = lower(s.label) AND n.label_set = $set
        LEFT JOIN face_labels o ON o.face_id = s.face_id AND o.said_by = $by AND o.label_set = $set
        ANTI JOIN (FROM face_labels WHERE speaker = 'person' AND label_set = $set) p ON p.face_id = s.face_id
        WHERE o.label IS DISTINCT FROM coalesce(n.label, s.label) OR o.confidence IS DISTINCT FROM s.confidence
        """,
        params={"by": said_by, "set": label_set},
    ).to_arrow_table()


def _rows(said: Sequence[tuple[int, str, float]]) -> pyarrow.Table:
    import pyarrow

    face_ids, labels, confidences = zip(*said, strict=True)
    return pyarrow.table(
        {
            "face_id": pyarrow.array(face_ids, pyarrow.int64()),
            "label": pyarrow.array(labels, pyarrow.string()),
            "confidence": pyarrow.array(confidences, pyarrow.float64()),
        }
    )


def _ids(face_ids: Sequence[int]) -> pyarrow.Table:
    import pyarrow

    return pyarrow.table({"face_id": pyarrow.array(face_ids, pyarrow.int64())})
