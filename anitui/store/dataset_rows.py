"""Who belongs into an exported dataset: the members of a split, or all faces with a name; row by row, in an order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from anitui.store import face_filters, filters, splits
from anitui.store.catalogue import Catalogue
from anitui.store.faces import BY_HAND, OVERLAP, SAME
from anitui.store.gathered import Gathered

PAGE = 4096

# Those that are in a split. `was` are their labels when it was made.
_OF_SPLIT = """
CREATE TEMP TABLE members AS
SELECT m.part, m.face_id, m.image_id, m.group_id, m.labels AS was
FROM split_members m JOIN frozen_splits f USING (split_id) WHERE f.split = $split
"""
_NAMED = """
CREATE TEMP TABLE members AS
SELECT '' AS part, b.face_id, b.image_id, NULL::BIGINT AS group_id, []::VARCHAR[] AS was
FROM faces b JOIN images i USING (image_id) LEFT JOIN image_facts f ON f.image_id = i.image_id
WHERE b.kind = ? AND (len(?::VARCHAR[]) = 0 OR list_contains(?::VARCHAR[], b.detector))
  AND NOT coalesce(b.unsure, false) AND b.face_id IN (SELECT face_id FROM labelled_faces WHERE label_set = ?)
  AND {where}
"""
# One face that two detectors found, or a person drew anew, is exported once: a person's box before a detector's, else
# the older one.
_TWICE = f"""
DELETE FROM members WHERE face_id IN (
    WITH several AS (
        SELECT m.face_id, m.image_id, f.x, f.y, f.w, f.h, f.detector, (f.detector <> '{BY_HAND}', m.face_id) AS rank
        FROM members m JOIN faces f USING (face_id)
        QUALIFY count(*) OVER (PARTITION BY m.image_id) > 1
    )
    SELECT b.face_id FROM several b JOIN several a USING (image_id)
    WHERE a.rank < b.rank AND a.detector <> b.detector AND {OVERLAP} > {SAME} * (a.w * a.h + b.w * b.h - {OVERLAP})
)
"""
# Beside what they were, what they are called now, and whether they are still here.
_KNOWN = """
CREATE TEMP TABLE known AS
SELECT m.*,
       CASE WHEN m.face_id IS NULL THEN coalesce(t.labels, []) WHEN n.label IS NULL THEN [] ELSE [n.label] END AS now,
       i.state = 'active' AND i.purged_at IS NULL AND (m.face_id IS NULL OR coalesce(b.state = 'active', false)) AS here
FROM members m JOIN images i USING (image_id) LEFT JOIN faces b ON b.face_id = m.face_id
LEFT JOIN (FROM labelled_faces WHERE label_set = $set) n ON n.face_id = m.face_id
LEFT JOIN (
    SELECT image_id, list_sort(list(DISTINCT label)) AS labels FROM tagged_images LEFT JOIN labels l USING (label)
    WHERE coalesce(l.label_set, 'characters') = $set
      AND image_id IN (SELECT image_id FROM members WHERE face_id IS NULL)
    GROUP BY image_id
) t ON t.image_id = m.image_id
"""
_CHOSEN = """
CREATE TEMP TABLE chosen AS
SELECT part, face_id, image_id, group_id, {labels} AS labels FROM known WHERE here AND len({labels}) > 0
"""
_PART = "CASE c.part WHEN 'train' THEN 1 WHEN 'val' THEN 2 ELSE 3 END"
# Pictures lie together in either. By content they are well mixed, and one more moves none of the others.
ORDERS = {
    "picture": f"{_PART}, c.image_id, c.face_id",
    "content": f"{_PART}, i.sha256, c.face_id",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is exported: a split, or without one all faces with a name that a filter of faces lets through."""

    split: str | None = None
    query: str = ""
    label_set: str = "characters"
    detectors: tuple[str, ...] = ()
    kind: str = "face"
    as_frozen: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One of them, with its picture. Without a face it is the whole picture."""

    part: str
    face_id: int | None
    image_id: int
    group_id: int | None
    labels: tuple[str, ...]
    box: tuple[float, float, float, float] | None
    score: float | None
    kind: str | None
    detector: str | None
    sha256: str
    path: str
    format: str
    mode: str
    width: int
    height: int
    frames: int
    bytes: int
    site: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many there are, and how many of a split are not exported."""

    parts: dict[str, tuple[int, int]]  # how many, and how many bytes their pictures have
    labels: list[str]
    set_aside: int  # they, or their pictures
    unnamed: int
    renamed: int  # called otherwise now than when the split was made
    others: int  # further faces in their pictures
    counts: dict[str, dict[str, int]] = field(default_factory=dict)  # label → part → how many


class DatasetRows(Gathered):
    """The members of one export, in temporary tables of a cursor of its own. Close it after use."""

    def __init__(self, catalogue: Catalogue, asked: Asked) -> None:
        super().__init__(catalogue)
        self._labels = "was" if asked.as_frozen else "now"
        try:
            if asked.split is not None:
                self._cursor.execute(_OF_SPLIT, {"split": asked.split})
            else:
                condition = filters.parse(asked.query, face_filters.grammar(asked.label_set))
                named = list(asked.detectors)
                self._cursor.execute(
                    _NAMED.format(where=condition.sql),
                    [asked.kind, named, named, asked.label_set, *condition.parameters],
                )
                self._cursor.execute(_TWICE)
            self._cursor.execute(_KNOWN, {"set": asked.label_set})
            self._cursor.execute(_CHOSEN.format(labels=self._labels))
        except BaseException:
            self.close()
            raise

    def sizes(self) -> Sizes:
        """What is to be known before the first row."""
        parts = {
            part: (number, size)
            for part, number, size in self._rows(
                "SELECT part, count(*), sum(i.bytes)::BIGINT FROM chosen c JOIN images i USING (image_id) "
                f"GROUP BY part ORDER BY {_PART}"
            )
        }
        counts: dict[str, dict[str, int]] = {}
        for label, part, number in self._rows(
            "SELECT label, part, count(*) FROM (SELECT part, unnest(labels) AS label FROM chosen) "
            "GROUP BY ALL ORDER BY ALL"
        ):
            counts.setdefault(label, {})[part] = number
        [(set_aside, unnamed, renamed)] = self._rows(
            "SELECT count(*) FILTER (NOT here), "
            f"count(*) FILTER (here AND len({self._labels}) = 0), "
            "count(*) FILTER (here AND len(now) > 0 AND len(was) > 0 AND now <> was) FROM known"
        )
        [(others,)] = self._rows(
            "SELECT count(*) FROM faces b SEMI JOIN chosen c USING (image_id) "
            "WHERE b.state = 'active' AND b.kind = 'face' "
            "AND b.face_id NOT IN (SELECT face_id FROM chosen WHERE face_id IS NOT NULL)"
        )
        return Sizes(parts, list(counts), set_aside, unnamed, renamed, others, counts)

    def prefixes(self, part: str, bits: int) -> int:
        """How many different beginnings, of so many bits (at most 16), the digests of a part's pictures have."""
        found: int = self._cursor.execute(
            "SELECT count(DISTINCT ('0x' || left(sha256, 4))::UINTEGER >> (16 - $bits)) "
            "FROM chosen JOIN images USING (image_id) WHERE part = $part",
            {"bits": bits, "part": part},
        ).fetchall()[0][0]
        return found

    def members(self, order: str) -> Iterator[Member]:
        """All of them, in one of ORDERS. Nothing else may be asked until the last has come.

        Of a file that was imported only its folder and its name are told: exports are given to others.
        """
        self._cursor.execute(
            f"""
            SELECT c.part, c.face_id, c.image_id, c.group_id, c.labels, b.x, b.y, b.w, b.h, b.score, b.kind, b.detector,
                   i.sha256, i.path, i.format, i.mode, i.width, i.height, i.frames, i.bytes, s.site, s.url
            FROM chosen c JOIN images i USING (image_id) LEFT JOIN faces b ON b.face_id = c.face_id
            LEFT JOIN (
                SELECT image_id, arg_min(site, sighting_rank(site, sighting_id)) AS site,
                       arg_min(CASE site WHEN 'folder' THEN regexp_extract(url, '(?:[^/]+/)?[^/]+$') ELSE url END,
                               sighting_rank(site, sighting_id)) AS url
                FROM sightings WHERE image_id IN (SELECT image_id FROM chosen) GROUP BY image_id
            ) s USING (image_id)
            ORDER BY {ORDERS[order]}
            """
        )
        while page := self._cursor.fetchmany(PAGE):
            for part, face, image, group, labels, x, y, w, h, *rest in page:
                box = None if face is None else (x, y, w, h)
                yield Member(part, face, image, group, tuple(labels), box, *rest)


def pairs(catalogue: Catalogue, split: str) -> list[tuple[str, int, int, bool]]:
    """The pairs of a split: part, both faces, and whether they are the same character."""
    return catalogue.rows(
        "SELECT p.part, p.a_face, p.b_face, p.same FROM split_pairs p JOIN frozen_splits f USING (split_id) "
        "WHERE f.split = ? ORDER BY p.part, p.place",
        [split],
    )


def split_kind(catalogue: Catalogue, split: str) -> tuple[str, str]:
    """What the members of a split are, and the set of their labels; WrongUse for none of that name."""
    found = splits.find(catalogue, split)
    return found.kind, found.label_set
