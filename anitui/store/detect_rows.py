"""What a detector learns from: the pictures of a split with the boxes of all faces in them, named or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from anitui.store import splits
from anitui.store.catalogue import Catalogue
from anitui.store.faces import BY_HAND, OVERLAP, SAME
from anitui.store.gathered import Gathered

PAGE = 4096
WHOLE = "whole"  # a detector that takes every picture for one face: it says nothing of where faces are

# A picture is in one part: where its faces are in several, in the one that is furthest from being learnt from.
_PICTURES = """
CREATE TEMP TABLE pictures AS
SELECT m.image_id, arg_max(m.part, CASE m.part WHEN 'test' THEN 3 WHEN 'val' THEN 2 ELSE 1 END) AS part,
       min(m.group_id) AS group_id, any_value(r.image_id) IS NOT NULL AS seen
FROM split_members m JOIN frozen_splits s USING (split_id) JOIN images i USING (image_id)
LEFT JOIN reviewed_images r USING (image_id)
WHERE s.split = ? AND i.state = 'active' AND i.purged_at IS NULL
GROUP BY m.image_id
"""
_BOXES = f"""
CREATE TEMP TABLE boxes AS
SELECT face_id, image_id, x, y, w, h, detector FROM faces SEMI JOIN pictures USING (image_id)
WHERE state = 'active' AND kind = 'face' AND detector <> '{WHOLE}'
"""
# One face that two detectors found, or a person drew anew, is one: a person's box before a detector's, else the older.
_TWICE = f"""
DELETE FROM boxes WHERE face_id IN (
    WITH several AS (
        SELECT *, (detector <> '{BY_HAND}', face_id) AS rank FROM boxes
        QUALIFY count(*) OVER (PARTITION BY image_id) > 1
    )
    SELECT b.face_id FROM several b JOIN several a USING (image_id)
    WHERE a.rank < b.rank AND {OVERLAP} > {SAME} * (a.w * a.h + b.w * b.h - {OVERLAP})
)
"""
# Of a picture without a face one must know that it has none: a person has gone through it.
_KNOWN = "DELETE FROM pictures WHERE NOT seen AND image_id NOT IN (SELECT image_id FROM boxes)"


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a picture, or a picture that has none: then there is no face_id, and no box."""

    part: str
    image_id: int
    group_id: int | None
    face_id: int | None
    box: tuple[float, float, float, float] | None
    sha256: str
    path: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """What there is to learn from."""

    pictures: dict[str, int]  # of each part, in their order
    faces: int
    drawn: int  # by a person
    confirmed: int  # found by a detector, in pictures that a person has gone through
    without: int  # pictures in which a person saw no face
    unknown: int  # pictures in which nobody found a face, which may have some: they are left out

    @property
    def found(self) -> int:
        """Faces that only a detector speaks for."""
        return self.faces - self.drawn - self.confirmed


class DetectRows(Gathered):
    """All of it, in temporary tables of a cursor of its own. Close it after use."""

    def __init__(self, catalogue: Catalogue, split: str) -> None:
        splits.find(catalogue, split)
        super().__init__(catalogue)
        try:
            self._cursor.execute(_PICTURES, [split])
            self._cursor.execute(_BOXES)
            self._cursor.execute(_TWICE)
            [(self._unknown,)] = self._cursor.execute(_KNOWN).fetchall()
        except BaseException:
            self.close()
            raise

    def sizes(self) -> Sizes:
        """What is to be known before the first row."""
        found = dict(self._rows("SELECT part, count(*) FROM pictures GROUP BY part"))
        [(faces, drawn, confirmed)] = self._rows(
            f"SELECT count(*), count(*) FILTER (detector = '{BY_HAND}'), "
            f"count(*) FILTER (detector <> '{BY_HAND}' AND seen) FROM boxes JOIN pictures USING (image_id)"
        )
        [(without,)] = self._rows("SELECT count(*) FROM pictures ANTI JOIN boxes USING (image_id)")
        parts = {part: found[part] for part in splits.PARTS if part in found}
        return Sizes(parts, faces, drawn, confirmed, without, int(self._unknown))

    def faces(self) -> Iterator[Face]:
        """All of them, picture by picture. Nothing else may be asked until the last has come."""
        self._cursor.execute(
            """
            SELECT p.part, p.image_id, p.group_id, b.face_id, b.x, b.y, b.w, b.h, i.sha256, i.path, i.width, i.height
            FROM pictures p JOIN images i USING (image_id) LEFT JOIN boxes b ON b.image_id = p.image_id
            ORDER BY CASE p.part WHEN 'train' THEN 1 WHEN 'val' THEN 2 ELSE 3 END, p.image_id, b.face_id
            """
        )
        while page := self._cursor.fetchmany(PAGE):
            for part, image, group, face, x, y, w, h, *rest in page:
                yield Face(part, image, group, face, None if face is None else (x, y, w, h), *rest)
