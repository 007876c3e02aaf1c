"""Label files on their way in: pictures by their names, boxes and labels as one decision, a memory of how they stood.

A box that is there already is not put beside itself: it is known by the memory of an earlier import, wherever a person
has moved it since, or by lying where another of its detector lies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from anitui.errors import WrongUse
from anitui.store import journal, labels, published_splits
from anitui.store import label_file_words as words
from anitui.store.boxes import MARKED
from anitui.store.catalogue import Catalogue, incoming
from anitui.store.journal import Decision
from anitui.store.published_splits import Kept, Published
from anitui.words import count

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

OUTSIDE = "a box outside of the picture"
OTHER_SCALE = "a picture of another size than its file says, but of the same shape: its boxes are scaled"
OTHER_SHAPE = "a picture of another shape than its file says: its boxes would lie somewhere else"
TWO_NAMES = "a second name for one face by the same speaker: a person's word counts, then the last one"
READY_CROP = 224  # as ZACI-20 cuts its faces out


@dataclass(frozen=True, slots=True)
class Incoming:
    """One label file, as Arrow tables whose rows are in the file's order.

    pictures: place, name, image_id, written, crop (it may be cut to its box already), said_width, said_height (what the
    file says of it). boxes: picture, place, line, x,
    y, w, h, score, kind, detector, settings, state, reason, unsure, written. said: box, label, label_set, speaker,
    said_by, confidence, said_at, place, line. tags: the same with a picture instead of the box.
    pairs: place, a_name, b_name, a_id, b_id, same, answered, invalid.
    """

    format: str
    name: str
    path: str
    kind: str
    unit: str
    label_set: str
    heading: str
    classes: Mapping[str, int]
    pictures: pyarrow.Table
    boxes: pyarrow.Table
    said: pyarrow.Table
    tags: pyarrow.Table
    pairs: pyarrow.Table | None = None
    marked: Sequence[int] = ()  # the image_ids of pictures that are marked for deletion
    in_parts: bool = False  # its faces belong to the parts that the set was published in


@dataclass(slots=True)
class Taken:
    """What came of it."""

    boxes: int = 0  # that the files have, in pictures that are here
    new_boxes: int = 0
    new_labels: int = 0
    said: int = 0
    tags: int = 0
    set_aside: int = 0
    pairs: int = 0
    elsewhere: list[str] = field(default_factory=list)  # class names that belong to another set
    # The reason, which file, the place of the picture, the line; 0 for all of the picture.
    refused: list[tuple[str, int, int, int]] = field(default_factory=list)
    noticed: list[tuple[str, int, int, int]] = field(default_factory=list)
    split: Kept | None = None


def take(
    catalogue: Catalogue, files: Sequence[Incoming], summary: str, said_by: str, published: Published | None = None
) -> Taken:
    """Take label files in, all of them as one decision. What is so already is not changed.

    A set that was `published` in parts is kept as a frozen split.
    """
    taken = Taken()
    with journal.decision(catalogue, "labels.import", "", said_by) as decision:
        published_splits.begin(decision.connection)
        for number, each in enumerate(files):
            _take_one(decision, each, number, taken)
        if published is not None:
            taken.split = published_splits.keep(decision, published, files[0].label_set)
        parts = [count(taken.new_boxes, "box", "boxes"), count(taken.said, "label")]
        if taken.tags:
            parts.append(count(taken.tags, "tag"))
        decision.summary = f"took {summary} in: {', '.join(parts)}"
        if taken.set_aside:
            decision.summary += f"; {count(taken.set_aside, 'picture')} {MARKED}"
        if taken.split and taken.split.new:
            decision.summary += f"; kept its parts as the split {taken.split.split}"
    return taken


def _take_one(decision: Decision, file: Incoming, number: int, taken: Taken) -> None:
    connection = decision.connection
    with ExitStack() as held:
        for name, table in (
            ("f_pictures", file.pictures), ("f_boxes", file.boxes), ("f_said", file.said), ("f_tags", file.tags),
        ):  # fmt: skip
            held.enter_context(incoming(connection, table, name))
        for reason, places in _sizes(connection).items():
            (taken.refused if reason == OTHER_SHAPE else taken.noticed).extend(
                (reason, number, place, 0) for place in places
            )
        _place(connection, file)
        taken.refused += [
            (OUTSIDE, number, *row)
            for row in connection.execute(
                "SELECT picture, line FROM coming WHERE NOT fits ORDER BY picture, line"
            ).fetchall()
        ]
        connection.execute("DELETE FROM coming WHERE NOT fits")
        _match(connection, file)
        taken.new_boxes += _add_boxes(decision)
        taken.boxes += int(connection.execute("SELECT count(*) FROM known").fetchall()[0][0])
        taken.new_labels += words.enlist(decision, file, taken)
        taken.refused += [(TWO_NAMES, number, *row) for row in words.name(connection)]
        taken.said += words.say(decision)
        taken.tags += words.tag(decision)
        file_id = _remember(connection, file)
        taken.pairs += _pairs(decision, file, file_id)
        if file.in_parts:
            published_splits.gather(connection, file.label_set)
        if file.pairs is not None:
            published_splits.gather_pairs(connection, file_id, hard="adversarial" in file.name.lower())
        taken.set_aside += _set_aside(decision, file)
        for table in ("coming", "known", "speaking"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")


# Within a pixel of what rounding makes of a size.
_SAME_SHAPE = "abs(said_width * height - said_height * width) <= greatest(said_width, said_height, width, height)"


def _sizes(connection: DuckDBPyConnection) -> dict[str, list[int]]:
    """The pictures that have another size than the file says."""
    rows = connection.execute(
        f"SELECT place, {_SAME_SHAPE} FROM f_pictures JOIN images USING (image_id) "
        "WHERE said_width <> width OR said_height <> height ORDER BY place"
    ).fetchall()
    found: dict[str, list[int]] = {}
    for place, same_shape in rows:
        found.setdefault(OTHER_SCALE if same_shape else OTHER_SHAPE, []).append(place)
    return found


def _place(connection: DuckDBPyConnection, file: Incoming) -> None:
    """The boxes in pixels of their pictures, and whether they lie in them.

    What sticks out a little stays as it was drawn; its middle must lie in the picture. Of a picture that was cut to its
    box already, the box is all of it: such a one has the size of ready crops, or the box is nowhere in it. Of one that
    was made larger or smaller since, so are its boxes.
    """
    across, down = "coalesce(i.width / p.said_width, 1)", "coalesce(i.height / p.said_height, 1)"
    x, y, w, h = {
        "px": (f"b.x * {across}", f"b.y * {down}", f"b.w * {across}", f"b.h * {down}"),
        "share": ("b.x * i.width", "b.y * i.height", "b.w * i.width", "b.h * i.height"),
        "whole": ("0.0", "0.0", "i.width::DOUBLE", "i.height::DOUBLE"),
    }[file.unit]
    fits = "x + w / 2 BETWEEN 0 AND width AND y + h / 2 BETWEEN 0 AND height AND w <= 2 * width AND h <= 2 * height"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE coming AS
        SELECT *, row_number() OVER (
            PARTITION BY picture, kind, detector, round(x, 2), round(y, 2), round(w, 2), round(h, 2) ORDER BY place
        ) AS nth, {fits} AS fits
        FROM (
            SELECT * EXCLUDE (crop, x, y, w, h), crop AND (least(width, height) = {READY_CROP}
                   AND greatest(width, height) = {READY_CROP} OR NOT ({fits})) AS whole,
                   CASE WHEN whole THEN 0.0 ELSE x END AS x, CASE WHEN whole THEN 0.0 ELSE y END AS y,
                   CASE WHEN whole THEN width ELSE w END AS w, CASE WHEN whole THEN height ELSE h END AS h
            FROM (
                SELECT b.* EXCLUDE (x, y, w, h), p.image_id, p.crop, i.width::DOUBLE AS width,
                       i.height::DOUBLE AS height, {x} AS x, {y} AS y, {w} AS w, {h} AS h
                FROM f_boxes b JOIN f_pictures p ON p.place = b.picture JOIN images i ON i.image_id = p.image_id
                WHERE p.said_width IS NULL OR {_SAME_SHAPE}
            )
        )
        """
    )


def _match(connection: DuckDBPyConnection, file: Incoming) -> None:
    """Which of the boxes are there already, as which faces; the others get a number each."""
    same = " AND ".join(f"{{0}}.{name} = c.{name}" for name in ("image_id", "kind", "nth"))
    near = " AND ".join(f"round({{0}}.{name}, 2) = round(c.{name}, 2)" for name in "xywh")
    only = (
        "LEFT JOIN (SELECT image_id, kind, min(face_id) AS face_id FROM faces WHERE state = 'active' "
        "GROUP BY ALL HAVING count(*) = 1) o ON o.image_id = c.image_id AND o.kind = c.kind"
    )
    if file.unit != "whole":
        only = "LEFT JOIN (SELECT NULL::BIGINT AS face_id) o ON false"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE known AS
        WITH remembered AS (
            SELECT m.image_id, m.kind, m.nth, m.x, m.y, m.w, m.h, max(m.face_id) AS face_id
            FROM label_file_boxes m JOIN label_files l ON l.file_id = m.file_id AND l.format = ?
            SEMI JOIN faces f ON f.face_id = m.face_id
            SEMI JOIN f_pictures p ON p.image_id = m.image_id
            GROUP BY ALL
        ), there AS (
            SELECT *, row_number() OVER (
                PARTITION BY image_id, kind, detector, round(x, 2), round(y, 2), round(w, 2), round(h, 2)
                ORDER BY face_id
            ) AS nth
            FROM faces SEMI JOIN f_pictures p USING (image_id)
        )
        SELECT c.*, coalesce(any_value(m.face_id), any_value(t.face_id), any_value(o.face_id)) AS old_id
        FROM coming c
        LEFT JOIN remembered m ON {same.format("m")} AND {near.format("m")}
        LEFT JOIN there t ON {same.format("t")} AND {near.format("t")} AND t.detector = c.detector
        {only}
        GROUP BY ALL
        """,
        [file.format],
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE fresh AS
        SELECT nextval('face_ids') AS face_id, * FROM (
            FROM known WHERE old_id IS NULL
            QUALIFY row_number() OVER (
                PARTITION BY image_id, kind, detector, round(x, 2), round(y, 2), round(w, 2), round(h, 2), nth
                ORDER BY place
            ) = 1
            ORDER BY place
        )
        """
    )
    equal = " AND ".join(f"round(n.{name}, 2) = round(k.{name}, 2)" for name in "xywh")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE known AS SELECT k.*, coalesce(k.old_id, n.face_id) AS face_id FROM known k "
        f"LEFT JOIN fresh n ON k.old_id IS NULL AND n.image_id = k.image_id AND n.kind = k.kind AND n.nth = k.nth "
        f"AND n.detector = k.detector AND {equal}"
    )


def _add_boxes(decision: Decision) -> int:
    rows: pyarrow.Table = decision.connection.sql(
        "SELECT face_id, image_id, x, y, w, h, score, detector, settings, kind, state, reason, unsure FROM fresh"
    ).to_arrow_table()
    decision.connection.execute("DROP TABLE fresh")
    return decision.add("faces", rows) if len(rows) else 0


def _remember(connection: DuckDBPyConnection, file: Incoming) -> int:
    """How the file stood, in the place of how it stood when it was taken in last."""
    old = connection.execute(
        "SELECT file_id FROM label_files WHERE format = ? AND path = ?", [file.format, file.path]
    ).fetchall()
    if old:
        file_id = int(old[0][0])  # its pairs are decisions, and go by this number
        for table in ("label_file_pictures", "label_file_boxes", "label_files"):
            connection.execute(f"DELETE FROM {table} WHERE file_id = ?", [file_id])
    else:
        file_id = int(connection.execute("SELECT nextval('label_file_ids')").fetchall()[0][0])
    connection.execute(
        "INSERT INTO label_files (file_id, format, name, path, kind, unit, label_set, heading) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [file_id, file.format, file.name, file.path, file.kind, file.unit, file.label_set, file.heading],
    )
    connection.execute(
        "INSERT INTO label_file_pictures (file_id, place, name, image_id, written) "
        "SELECT ?, place, name, image_id, written FROM f_pictures ORDER BY place",
        [file_id],
    )
    connection.execute(
        "INSERT INTO label_file_boxes "
        "(file_id, picture, place, image_id, face_id, kind, nth, x, y, w, h, score, label, written) "
        "SELECT ?, k.picture, k.place, k.image_id, k.face_id, k.kind, k.nth, k.x, k.y, k.w, k.h, k.score, s.label, "
        "k.written FROM known k "
        f"LEFT JOIN ({words.of_boxes('?')}) s ON s.box = k.place ORDER BY k.place",
        [file_id, file.label_set],
    )
    return file_id


def _pairs(decision: Decision, file: Incoming, file_id: int) -> int:
    if file.pairs is None:
        return 0
    import pyarrow

    gone: pyarrow.Table = decision.connection.sql(
        "SELECT file_id, place FROM judged_pairs WHERE file_id = ? AND place >= ?", params=[file_id, len(file.pairs)]
    ).to_arrow_table()
    removed = decision.remove("judged_pairs", gone) if len(gone) else 0  # the file has become shorter since
    ids = pyarrow.array([file_id] * len(file.pairs), pyarrow.int64())
    return removed + decision.put("judged_pairs", file.pairs.append_column("file_id", ids))


def _set_aside(decision: Decision, file: Incoming) -> int:
    if not file.marked:
        return 0
    return decision.put_where(
        "images",
        {"state": "set_aside", "reason": MARKED},
        "state = 'active' AND image_id IN (SELECT unnest(?::BIGINT[]))",
        [list(file.marked)],
    )


def check_set(label_set: str) -> str:
    """A set's name is written like a label's."""
    try:
        return labels.tidy(label_set)
    except WrongUse:
        raise WrongUse(f"a set of labels is called by one line of text, not {label_set[:40]!r}") from None


def shape(columns: Mapping[str, str], values: Mapping[str, Any]) -> pyarrow.Table:
    """Lists as an Arrow table with these columns and types."""
    import pyarrow

    return pyarrow.table(
        {name: pyarrow.array(values[name], getattr(pyarrow, kind)()) for name, kind in columns.items()}
    )
