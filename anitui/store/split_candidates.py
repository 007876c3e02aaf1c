"""Who may take part in a split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from anitui.store import face_filters, filters
from anitui.store.catalogue import Catalogue, incoming
from anitui.store.detect_rows import WHOLE
from anitui.store.faces import BY_HAND, OVERLAP, SAME
from anitui.store.split_reading import Chosen

if TYPE_CHECKING:
    import pyarrow

BOXES = "boxes"  # in place of a set of labels: pictures go by the boxes in them

# Of a face: its current name. Of a picture: all its tags of the set.
_FACES = """
CREATE TEMP TABLE chosen AS
SELECT b.face_id AS id, b.face_id, b.image_id, [n.label] AS labels, b.score
FROM faces b JOIN images i USING (image_id) LEFT JOIN image_facts f ON f.image_id = i.image_id
LEFT JOIN (FROM labelled_faces WHERE label_set = ?) n ON n.face_id = b.face_id
WHERE b.kind = 'face' AND {where}
"""
_PICTURES = """
CREATE TEMP TABLE chosen AS
SELECT i.image_id AS id, NULL::BIGINT AS face_id, i.image_id, t.labels, NULL::DOUBLE AS score
FROM images i LEFT JOIN image_facts f ON f.image_id = i.image_id
LEFT JOIN (
    SELECT image_id, list_sort(list(DISTINCT label)) AS labels
    FROM tagged_images t LEFT JOIN labels l USING (label)
    WHERE coalesce(l.label_set, 'characters') = ? GROUP BY image_id
) t ON t.image_id = i.image_id
WHERE {where}
"""
# For a detector, which asks nobody's name: pictures with such faces, and those in which a person saw none at all; alike
# in every part by how many faces they have.
_BOXED = f"""
CREATE TEMP TABLE chosen AS
WITH asked AS (
    SELECT DISTINCT b.image_id FROM faces b JOIN images i USING (image_id)
    LEFT JOIN image_facts f ON f.image_id = i.image_id
    WHERE b.kind = 'face' AND b.detector <> '{WHOLE}' AND {{where}}
), counted AS (
    SELECT image_id, count(*) AS faces FROM faces
    WHERE state = 'active' AND kind = 'face' AND detector <> '{WHOLE}' GROUP BY image_id
)
SELECT i.image_id AS id, NULL::BIGINT AS face_id, i.image_id, NULL::DOUBLE AS score,
       CASE WHEN n.faces = 1 THEN ['one face'] WHEN n.faces > 1 THEN ['several faces'] ELSE ['no face'] END AS labels
FROM images i LEFT JOIN counted n USING (image_id)
WHERE i.state = 'active' AND (
    i.image_id IN (FROM asked) OR (n.faces IS NULL AND i.image_id IN (SELECT image_id FROM reviewed_images))
)
"""
# One face that two detectors found, or a person drew anew, takes part once: who has a name before who has none, a
# person's box before a detector's, else the older one.
_TWICE = f"""
DELETE FROM chosen WHERE id IN (
    WITH several AS (
        SELECT c.id, c.image_id, f.x, f.y, f.w, f.h,
               (c.labels[1] IS NULL, f.detector <> '{BY_HAND}', c.id) AS rank
        FROM chosen c JOIN faces f ON f.face_id = c.id
        QUALIFY count(*) OVER (PARTITION BY c.image_id) > 1
    )
    SELECT b.id FROM several b JOIN several a USING (image_id)
    WHERE a.rank < b.rank AND {OVERLAP} > {SAME} * (a.w * a.h + b.w * b.h - {OVERLAP})
)
"""


@dataclass(frozen=True, slots=True)
class Left:
    """Why some of those that were asked for do not take part."""

    unnamed: int
    unsure: int
    twice: int  # faces that another detector's box, or a person's, stands for


class Candidates(Chosen):
    """Those who may take part in a split: with a label, and not in doubt."""

    def __init__(self, catalogue: Catalogue, kind: str, label_set: str, query: str) -> None:
        boxed = kind == "image" and label_set == BOXES
        grammar = face_filters.grammar(label_set) if kind == "face" or boxed else None
        condition = filters.parse(query, grammar)
        self.kind = kind
        super().__init__(catalogue)
        try:
            if boxed:
                self._cursor.execute(_BOXED.format(where=condition.sql), list(condition.parameters))
            else:
                self._cursor.execute(
                    (_FACES if kind == "face" else _PICTURES).format(where=condition.sql),
                    [label_set, *condition.parameters],
                )
            twice = 0
            if kind == "face":
                [(twice,)] = self._cursor.execute(_TWICE).fetchall()
            self._cursor.execute(
                "CREATE TEMP TABLE together AS SELECT image_id, count(*) AS beside FROM chosen GROUP BY 1"
            )
            doubted = "(SELECT face_id FROM faces WHERE unsure)"
            [(unnamed, unsure)] = self._cursor.execute(
                "SELECT count(*) FILTER (labels IS NULL OR labels[1] IS NULL), "
                f"count(*) FILTER (labels[1] IS NOT NULL AND face_id IN {doubted}) FROM chosen"
            ).fetchall()
            self.left = Left(unnamed, unsure, twice)
            self._cursor.execute(
                f"DELETE FROM chosen WHERE labels IS NULL OR labels[1] IS NULL OR coalesce(face_id IN {doubted}, false)"
            )
        except BaseException:
            self.close()
            raise

    def members(self) -> pyarrow.Table:
        """All of them: id, face_id, image_id, labels, score, beside (faces in the same picture)."""
        return self._table("FROM chosen JOIN together USING (image_id) ORDER BY id")

    def keep(self, ids: pyarrow.Table) -> None:
        """Go on with these only."""
        with incoming(self._cursor, ids, "kept"):
            self._cursor.execute("DELETE FROM chosen WHERE id NOT IN (SELECT id FROM kept)")
