"""Boxes and labels on their way out to label files: which pictures, whose boxes, and how a file had them before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anitui.errors import WrongUse
from anitui.store import filters, labels
from anitui.store.boxes import MARKED
from anitui.store.catalogue import Catalogue
from anitui.store.faces import BY_HAND, OVERLAP, SAME
from anitui.store.filters import PICTURES, Grammar

FINDERS = ("animeface", "cascade", "onnx", "whole")  # that `detect` knows
_OR_MARKED = f"(i.state = 'active' OR (i.state = 'set_aside' AND i.reason = '{MARKED}'))"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is exported. Without a `kind` it is faces and heads; `complete`: whatever became of them and whoever found
    them, with all that was said of them."""

    format: str
    query: str = ""
    label_set: str = "characters"
    detectors: tuple[str, ...] = ()  # the first that has boxes in a picture is taken; none named: the usual order
    kind: str | None = "face"
    with_marked: bool = False
    complete: bool = False
    one_file: bool = False  # all go into one, whatever files they came from


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to write: rows in the order of the files."""

    files: list[tuple[int, str, str, str, str]]  # file_id, name, kind, unit, heading
    pictures: list[dict[str, Any]]
    boxes: list[dict[str, Any]]
    said: list[dict[str, Any]]
    tags: list[dict[str, Any]]
    detectors: dict[str, int]  # how many boxes of each
    hidden: int  # boxes of other detectors


def find(catalogue: Catalogue, asked: Asked) -> Found:
    """Everything that is exported."""
    grammar = Grammar(PICTURES.fields, PICTURES.anywhere, _OR_MARKED if asked.with_marked else PICTURES.shown)
    condition = filters.parse(asked.query, grammar)
    with catalogue.writing() as connection:

        def rows(sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (
                connection.sql(sql, params=dict(parameters or {})).to_arrow_table().to_pylist()
            )
            return found

        connection.execute(
            "CREATE OR REPLACE TEMP TABLE chosen AS SELECT i.image_id FROM images i "
            f"LEFT JOIN image_facts f ON f.image_id = i.image_id WHERE {condition.sql}",
            list(condition.parameters),
        )
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE listed AS
            SELECT p.file_id, p.place, p.name, p.image_id, p.written, l.unit
            FROM label_file_pictures p JOIN label_files l USING (file_id) SEMI JOIN chosen c ON c.image_id = p.image_id
            WHERE l.format = $format AND ($kind::VARCHAR IS NULL OR l.kind = $kind)
            QUALIFY p.file_id = max(p.file_id) OVER (PARTITION BY {"" if asked.one_file else "l.name, "}p.image_id)
            """,
            {"format": asked.format, "kind": asked.kind},
        )
        order = list(asked.detectors) or [
            BY_HAND,
            asked.format,
            *(row["detector"] for row in rows("SELECT detector FROM faces GROUP BY 1 ORDER BY count(*) DESC, 1")),
        ]
        _keep(connection, asked, order)
        connection.execute(
            """
            CREATE OR REPLACE TEMP TABLE attached AS
            SELECT l.file_id, l.place AS picture, m.place, m.face_id, m.written, m.x, m.y, m.w, m.h, m.score, m.label,
                   l.unit
            FROM listed l JOIN label_file_boxes m ON m.file_id = l.file_id AND m.picture = l.place
            """
        )
        files = connection.execute(
            "SELECT file_id, name, kind, unit, heading FROM label_files SEMI JOIN listed USING (file_id) "
            "ORDER BY file_id"
        ).fetchall()
        pictures = rows(
            f"""
            SELECT l.file_id, l.place, l.name, i.image_id, i.width, i.height, l.written,
                   i.state <> 'active' AND i.reason = '{MARKED}' AS marked, i.path,
                   (SELECT count(*) FROM attached a WHERE a.file_id = l.file_id AND a.picture = l.place) AS had,
                   (SELECT arg_max(name, file_id) FROM label_file_pictures o WHERE o.image_id = i.image_id
                    AND regexp_matches(lower(name), '[.](jpe?g|png|webp|gif|bmp|tiff?|avif)$')) AS called,
                   (SELECT arg_min(url, sighting_rank(site, sighting_id)) FROM sightings s
                    WHERE s.image_id = i.image_id) AS seen
            FROM chosen c JOIN images i USING (image_id) LEFT JOIN listed l ON l.image_id = i.image_id
            WHERE l.file_id IS NOT NULL OR i.image_id IN (SELECT image_id FROM kept)
               OR i.image_id IN (SELECT image_id FROM reviewed_images)
               OR i.image_id IN (SELECT image_id FROM detections WHERE reason IS NULL)
               OR $complete AND i.image_id IN (SELECT image_id FROM image_tags WHERE holds)
            ORDER BY l.file_id NULLS LAST, l.place, i.image_id
            """,
            {"complete": asked.complete},
        )
        boxes = rows(
            """
            WITH first AS (
                SELECT image_id, max(file_id) AS file_id, arg_min(place, (-file_id, place)) AS picture
                FROM listed GROUP BY image_id
            ), put AS (
                SELECT a.file_id, a.picture, a.place, k.face_id, a.written,
                       (a.unit = 'whole' OR (a.x = k.x AND a.y = k.y AND a.w = k.w AND a.h = k.h))
                       AND a.score IS NOT DISTINCT FROM k.score AS same, a.label AS was
                FROM attached a JOIN kept k USING (face_id)
                UNION ALL
                SELECT f.file_id, f.picture, NULL, k.face_id, NULL, false, NULL
                FROM kept k LEFT JOIN first f USING (image_id)
                WHERE k.face_id NOT IN (SELECT face_id FROM attached)
            )
            SELECT p.file_id, p.picture, k.*, n.label, p.written, p.same AND p.was IS NOT DISTINCT FROM n.label AS same
            FROM put p JOIN kept k USING (face_id)
            LEFT JOIN (FROM labelled_faces WHERE label_set = $set) n ON n.face_id = p.face_id
            ORDER BY p.file_id NULLS LAST, p.picture, k.image_id, p.place NULLS LAST, k.face_id
            """,
            {"set": asked.label_set},
        )
        said, tags = [], []
        if asked.complete:
            tags = rows(
                "SELECT image_id, t.label, l.label_set, speaker, said_by, confidence, "
                "strftime(said_at, '%Y-%m-%d %H:%M:%S.%f') AS said_at FROM image_tags t "
                "SEMI JOIN chosen USING (image_id) LEFT JOIN labels l ON l.label = t.label WHERE holds "
                "ORDER BY image_id, t.label, said_by"
            )
            said = rows(
                "SELECT face_id, label, label_set, speaker, said_by, confidence, "
                "strftime(said_at, '%Y-%m-%d %H:%M:%S.%f') AS said_at FROM face_labels SEMI JOIN kept USING (face_id) "
                "ORDER BY face_id, label_set, said_at, said_by"
            )
        detectors = dict(
            connection.execute("SELECT detector, count(*) FROM kept GROUP BY 1 ORDER BY 2 DESC").fetchall()
        )
        [(hidden,)] = connection.execute(
            "SELECT count(*) FROM faces b SEMI JOIN chosen USING (image_id) WHERE b.state = 'active' "
            "AND ($1::VARCHAR IS NULL OR b.kind = $1) AND b.face_id NOT IN (SELECT face_id FROM kept)",
            [asked.kind],
        ).fetchall()
        for table in ("chosen", "listed", "kept", "attached"):
            connection.execute(f"DROP TABLE {table}")
    return Found(files, pictures, boxes, said, tags, detectors, int(hidden))


def _keep(connection: Any, asked: Asked, order: Sequence[str]) -> None:
    """Of each picture a person's boxes, and those of one detector that mean no face of a person's.

    What a file of this format had stays beside a person's box: it stood there before.
    """
    columns = (
        "b.face_id, b.image_id, b.x, b.y, b.w, b.h, b.score, b.kind, b.detector, b.settings, b.state, b.reason, "
        "coalesce(b.unsure, false) AS unsure"
    )
    if asked.complete:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE kept AS SELECT {columns} FROM faces b SEMI JOIN chosen USING (image_id) "
            "WHERE (len($1::VARCHAR[]) = 0 OR list_contains($1, b.detector)) AND ($2::VARCHAR IS NULL OR b.kind = $2)",
            [list(asked.detectors), asked.kind],
        )
        return
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE kept AS
        WITH own AS (
            FROM faces b SEMI JOIN chosen USING (image_id) WHERE b.state = 'active'
            AND ($kind::VARCHAR IS NULL OR b.kind = $kind)
        ), which AS (
            SELECT image_id, arg_min(detector, list_position($order::VARCHAR[], detector)) AS detector
            FROM own WHERE detector <> '{BY_HAND}' AND list_contains($order::VARCHAR[], detector) GROUP BY image_id
        ), beside AS MATERIALIZED (
            FROM own SEMI JOIN which USING (image_id, detector)
        ), the_same AS (
            SELECT DISTINCT b.face_id FROM (
                FROM beside ANTI JOIN (
                    SELECT m.face_id FROM label_file_boxes m SEMI JOIN listed l ON l.file_id = m.file_id
                ) m USING (face_id)
            ) b
            JOIN own a ON a.image_id = b.image_id AND a.kind = b.kind AND a.detector = '{BY_HAND}'
            WHERE {OVERLAP} > {SAME} * (a.w * a.h + b.w * b.h - {OVERLAP})
        )
        SELECT {columns} FROM own b WHERE b.detector = '{BY_HAND}'
        UNION ALL
        SELECT {columns} FROM beside b ANTI JOIN the_same USING (face_id)
        """,
        {"kind": asked.kind, "order": list(order)},
    )


def check(catalogue: Catalogue, label_set: str | None, detectors: Sequence[str]) -> None:
    """Whether there is what an export names. A detector may be named that has found nothing yet."""
    sets = labels.sets(catalogue)
    if label_set is not None and label_set not in sets:
        raise WrongUse(f"there is no set of labels {label_set!r}: there {_there_are(sets)}")
    if detectors:
        there = [name for (name,) in catalogue.rows("SELECT detector FROM faces GROUP BY 1 ORDER BY count(*) DESC, 1")]
        for each in detectors:
            if each not in there and each not in (BY_HAND, *FINDERS):
                raise WrongUse(
                    f"no box is by {each!r}: {f'there {_there_are(there)}' if there else 'there are none yet'}"
                )


def _there_are(names: Sequence[str]) -> str:
    return f"{'is' if len(names) == 1 else 'are'} {', '.join(names[:20])}{' and more' * (len(names) > 20)}"


def numbers(catalogue: Catalogue, label_set: str) -> dict[str, int]:
    """What the labels of a set are counted as."""
    rows = catalogue.rows(
        "SELECT label, number FROM labels WHERE label_set = ? AND number IS NOT NULL ORDER BY number, label",
        [label_set],
    )
    return dict(rows)


def fullest_set(catalogue: Catalogue, usual: str) -> str:
    """The set whose names are meant where nobody says so: the usual one, unless only others are used."""
    rows = catalogue.rows(
        "SELECT label_set FROM face_labels GROUP BY label_set "
        "ORDER BY label_set <> ?, count(*) DESC, label_set LIMIT 1",
        [usual],
    )
    return str(rows[0][0]) if rows else usual


def now_called(catalogue: Catalogue, label_set: str) -> dict[str, str]:
    """Every name of the labels of a set, in lower case, with the one that is used now."""
    return dict(catalogue.rows("SELECT name, label FROM label_names WHERE label_set = ?", [label_set]))


def judged_pairs(catalogue: Catalogue) -> list[tuple[int, str, list[tuple[Any, ...]]]]:
    """The pairs of every file that has any: its number, its name, and the pairs."""
    rows = catalogue.rows(
        "SELECT p.file_id, l.name, p.a_name, p.b_name, p.same, p.answered, p.invalid FROM judged_pairs p "
        "JOIN label_files l USING (file_id) ORDER BY p.file_id, p.place"
    )
    found: dict[int, tuple[int, str, list[tuple[Any, ...]]]] = {}
    for row in rows:
        found.setdefault(row[0], (row[0], row[1], []))[2].append(tuple(row[2:]))
    return list(found.values())
