"""What must stay together of those in a temporary table: their hashes, verdicts, places and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from anitui.store.columns import values
from anitui.store.gathered import Gathered

if TYPE_CHECKING:
    import pyarrow


# Between which groups something was said: `own` is who is in which group, `said` the pairs of groups.
_BETWEEN_GROUPS = """
WITH own AS (
    SELECT id, group_id FROM duplicate_groups WHERE kind = $kind
), said AS (
    SELECT coalesce(a.group_id, v.a_id) AS one, coalesce(b.group_id, v.b_id) AS other
    FROM verdicts v LEFT JOIN own a ON a.id = v.a_id LEFT JOIN own b ON b.id = v.b_id
    WHERE v.kind = $kind AND v.verdict = $verdict
)"""


class Chosen(Gathered):
    """Those in `chosen (id, face_id, image_id, …)`, a temporary table of a cursor of its own."""

    kind: str  # what they are: face or image

    PLACES = """
        SELECT image_id, 'post ' || site || ' ' || post_id AS place
        FROM sightings SEMI JOIN chosen USING (image_id) WHERE site <> 'folder' AND post_id IS NOT NULL
        UNION
        SELECT image_id, chain[1] FROM sightings SEMI JOIN chosen USING (image_id)
        WHERE site <> 'folder' AND len(chain) > 1
        UNION
        SELECT image_id, page_url FROM sightings SEMI JOIN chosen USING (image_id)
        WHERE site <> 'folder' AND page_url IS NOT NULL
    """

    def _table(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pyarrow.Table:
        return self._cursor.sql(sql, params=dict(parameters or {}) or None).to_arrow_table()

    def _count(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
        return int(self._cursor.execute(sql, dict(parameters or {}) or None).fetchall()[0][0])

    def hashes(self, kind: str, mode: str) -> pyarrow.Table:
        """The dhashes of the pictures or of the faces: id (of the picture or face), bits."""
        table, column = ("face_hashes", "face_id") if kind == "face" else ("image_hashes", "image_id")
        return self._table(
            f"SELECT DISTINCT h.{column} AS id, h.bits FROM {table} h SEMI JOIN chosen USING ({column}) "
            "WHERE h.algorithm = 'dhash' AND h.mode = $mode ORDER BY id",
            {"mode": mode},
        )

    def unhashed(self) -> int:
        """How many have no hash at all, neither of their own nor of their picture."""
        [(number,)] = self._cursor.execute(
            "SELECT count(*) FROM chosen ANTI JOIN (FROM image_hashes WHERE algorithm = 'dhash') USING (image_id) "
            "ANTI JOIN (FROM face_hashes WHERE algorithm = 'dhash') USING (face_id)"
        ).fetchall()
        return int(number)

    def groups(self, kind: str) -> pyarrow.Table:
        """Who is the same as whom, as people and rules said: id, group_id. Alternates are of one group as well."""
        return self._table(
            f"{_BETWEEN_GROUPS} SELECT id, group_id FROM own "
            "UNION ALL SELECT one, one FROM said UNION ALL SELECT other, one FROM said",
            {"kind": kind, "verdict": "alternates"},
        )

    def different(self, kind: str) -> pyarrow.Table:
        """Of whom a person said that they are different: all of the one group with all of the other."""
        return self._table(
            f"""{_BETWEEN_GROUPS}, all_of AS (
                SELECT id, group_id FROM own
                UNION SELECT one, one FROM said UNION SELECT other, other FROM said
            )
            SELECT DISTINCT a.id AS one, b.id AS other FROM said p
            JOIN all_of a ON a.group_id = p.one JOIN all_of b ON b.group_id = p.other
            """,
            {"kind": kind, "verdict": "different"},
        )

    def places(self) -> pyarrow.Table:
        """Posts, albums and pages that pictures were found at, where there are several: image_id, place."""
        return self._table(
            f"SELECT image_id, place FROM ({self.PLACES}) QUALIFY count(*) OVER (PARTITION BY place) > 1 "
            "ORDER BY place, image_id"
        )

    def sharing(self, column: str) -> pyarrow.Table:
        """What pictures have in common in a column, such as title or author: image_id, place."""
        return self._table(
            f"SELECT v.id AS image_id, v.value::VARCHAR AS place FROM ({values('image', column)}) v "
            "SEMI JOIN chosen c ON c.image_id = v.id QUALIFY count(*) OVER (PARTITION BY v.value) > 1 "
            "ORDER BY place, image_id"
        )

    def files(self) -> pyarrow.Table:
        """Which files of which import pictures came from, and what they look like: image_id, job_id, url, bits, …"""
        return self._table(
            """
            WITH looks AS (
                SELECT f.image_id, f.sharpness, f.brightness, f.colourfulness, f.colour_share, h.bits
                FROM image_facts f JOIN image_hashes h USING (image_id, mode) SEMI JOIN chosen USING (image_id)
                WHERE h.algorithm = 'dhash'
                QUALIFY row_number() OVER (PARTITION BY f.image_id ORDER BY mode) = 1
            )
            SELECT s.image_id, coalesce(s.job_id, 0) AS job_id, s.url, coalesce(l.bits, 0)::UBIGINT AS bits,
                   l.sharpness, l.brightness, l.colourfulness, l.colour_share
            FROM sightings s SEMI JOIN chosen USING (image_id) LEFT JOIN looks l USING (image_id)
            WHERE s.site = 'folder' ORDER BY job_id, image_id, url
            """
        )
