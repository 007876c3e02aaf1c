"""The members of a split, looked at anew: what of them lies on two sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anitui.store.catalogue import Catalogue, incoming
from anitui.store.split_reading import Chosen

if TYPE_CHECKING:
    import pyarrow


class Standing(Chosen):
    """The members of a split (face_id, image_id, part)."""

    def __init__(self, catalogue: Catalogue, kind: str, members: pyarrow.Table) -> None:
        self.kind = kind
        super().__init__(catalogue)
        try:
            with incoming(self._cursor, members):
                self._cursor.execute(
                    "CREATE TEMP TABLE chosen AS SELECT coalesce(face_id, image_id) AS id, face_id, image_id, part "
                    "FROM incoming"
                )
            self._cursor.execute(
                "CREATE TEMP TABLE part_of AS SELECT image_id, count(DISTINCT part) AS parts, "
                "arg_min(part, list_position(['train', 'val', 'test'], part)) AS part FROM chosen GROUP BY image_id"
            )
        except BaseException:
            self.close()
            raise

    def parts(self, kind: str) -> pyarrow.Table:
        """In which part each picture or face is, 0 being train: id, part."""
        source = "SELECT image_id AS id, part FROM part_of" if kind == "image" else "SELECT id, part FROM chosen"
        return self._table(
            f"SELECT id, list_position(['train', 'val', 'test'], part) - 1 AS part FROM ({source}) ORDER BY id"
        )

    def same_picture(self) -> int:
        """How many members are of a picture that has members in another part."""
        return self._count("SELECT count(*) FROM chosen SEMI JOIN (FROM part_of WHERE parts > 1) USING (image_id)")

    def said_to_be_one(self) -> int:
        """How many members, or pictures of members, were said to be the same as, or alternates of, one elsewhere."""
        return self._count(
            """
            WITH spoken AS (
                SELECT kind, id FROM duplicate_groups
                UNION SELECT kind, unnest([a_id, b_id]) FROM verdicts WHERE verdict = 'alternates'
            ), member AS (
                SELECT 'image' AS kind, image_id AS id, part FROM chosen
                SEMI JOIN (FROM spoken WHERE kind = 'image') s ON s.id = image_id
                UNION SELECT 'face', face_id, part FROM chosen
                SEMI JOIN (FROM spoken WHERE kind = 'face') s ON s.id = face_id
            ), placed AS (
                SELECT m.kind, m.id, m.part, coalesce(g.group_id, m.id) AS group_id
                FROM member m LEFT JOIN duplicate_groups g USING (kind, id)
            ), apart AS (
                SELECT v.kind, coalesce(a.group_id, v.a_id) AS one, coalesce(b.group_id, v.b_id) AS other
                FROM verdicts v
                LEFT JOIN duplicate_groups a ON a.kind = v.kind AND a.id = v.a_id
                LEFT JOIN duplicate_groups b ON b.kind = v.kind AND b.id = v.b_id
                WHERE v.verdict = 'alternates'
            ), linked AS (
                SELECT kind, one, other FROM apart UNION SELECT kind, other, one FROM apart
                UNION SELECT DISTINCT kind, group_id, group_id FROM placed
            )
            SELECT count(DISTINCT (p.kind, p.id)) FROM placed p
            JOIN linked l ON l.kind = p.kind AND l.one = p.group_id
            JOIN placed q ON q.kind = p.kind AND q.group_id = l.other AND q.part <> p.part
            """
        )

    def one_place(self, largest: int) -> int:
        """How many pictures were found in one post, album or page with one in another part, piles left out."""
        return self._count(
            f"""
            WITH found AS ({self.PLACES}), small AS (
                SELECT place FROM found JOIN part_of USING (image_id) GROUP BY place
                HAVING count(DISTINCT image_id) <= $largest AND count(DISTINCT part) > 1
            )
            SELECT count(DISTINCT image_id) FROM found SEMI JOIN small USING (place)
            """,
            {"largest": largest},
        )
