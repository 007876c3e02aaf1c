"""What label files say: names for the list, statements about faces, tags of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anitui.store.catalogue import NOW
from anitui.store.journal import Decision

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

    from anitui.store.label_files import Incoming, Taken

# A person's word before a model's, then what was said last, then what stands last in the file.
_LAST = ("speaker_rank(speaker)", "coalesce(said_at, '9999-12-31'::TIMESTAMP)", "place")
_LAST_FIRST = ", ".join(f"{each} DESC" for each in _LAST)


def enlist(decision: Decision, file: Incoming, taken: Taken) -> int:
    """Put the names that the file uses on the list of its set: thousands at once, which `labels.enlist` asks for one by
    one. A number that another label of the set has already is not given twice.

    What only missing pictures or refused boxes are called stays off it, and so do the classes of a file of which
    nothing is here.
    """
    connection = decision.connection
    names = dict(connection.execute("SELECT name, label_set FROM label_names").fetchall())
    in_file = {name for (name,) in connection.execute("SELECT DISTINCT lower(label) FROM f_said").fetchall()}
    said = connection.execute(
        "SELECT DISTINCT label, label_set FROM f_said JOIN known k ON k.place = box UNION "
        "SELECT DISTINCT label, label_set FROM f_tags JOIN f_pictures p ON p.place = picture "
        "WHERE p.image_id IS NOT NULL ORDER BY ALL"
    ).fetchall()
    used = {name.lower() for name, _ in said}
    here = bool(connection.execute("SELECT 1 FROM f_pictures WHERE image_id IS NOT NULL LIMIT 1").fetchall())
    classes = {
        name: number
        for name, number in file.classes.items()
        if name.lower() in used or (here and name.lower() not in in_file)
    }
    taken.elsewhere += [each for each in classes if names.get(each.lower(), file.label_set) != file.label_set]
    wanted: dict[str, tuple[int | None, str]] = {each: (number, file.label_set) for each, number in classes.items()}
    for name, label_set in said:
        wanted.setdefault(name, (None, label_set))
    numbers: dict[str, set[int]] = {}
    for number, label_set in connection.execute("SELECT number, label_set FROM labels WHERE number >= 0").fetchall():
        numbers.setdefault(label_set, set()).add(number)
    new: dict[str, tuple[str, int, str]] = {}
    following: dict[str, int] = {}
    for name, (number, label_set) in wanted.items():
        if name.lower() in names or name.lower() in new:
            continue
        there = numbers.setdefault(label_set, set())
        if number is None or number in there or not 0 <= number < 2**31:
            number = following.get(label_set) or max([*there, -1]) + 1
            while number in there:
                number += 1
            following[label_set] = number + 1
        there.add(number)
        new[name.lower()] = (name, number, label_set)
    if not new:
        return 0
    import pyarrow

    table = pyarrow.table(
        {
            "label": [each[0] for each in new.values()],
            "label_set": [each[2] for each in new.values()],
            "aliases": pyarrow.array([[]] * len(new), pyarrow.list_(pyarrow.string())),
            "number": pyarrow.array([each[1] for each in new.values()], pyarrow.int32()),
        }
    )
    return decision.put("labels", table)


def name(connection: DuckDBPyConnection) -> list[tuple[int, int]]:
    """What is said of which face, by the names that are used now.

    One voice has one name of a set for a face. Where a file has it say another, the last counts, and a person's before
    a model's; returns the pictures and lines of the others.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE speaking AS
        SELECT *, row_number() OVER same_voice = 1 AS counts, first_value(label) OVER same_voice AS stands
        FROM (
            SELECT s.place, s.box, s.line, k.picture, k.face_id, s.said_by, s.label_set, s.speaker, s.confidence,
                   try_cast(s.said_at AS TIMESTAMP) AS said_at,
                   CASE WHEN n.label_set = s.label_set THEN n.label ELSE s.label END AS label
            FROM f_said s JOIN known k ON k.place = s.box LEFT JOIN label_names n ON n.name = lower(s.label)
        )
        WINDOW same_voice AS (PARTITION BY face_id, said_by, label_set ORDER BY {_LAST_FIRST})
        """
    )
    return connection.execute(
        "SELECT picture, line FROM speaking WHERE NOT counts AND label <> stands ORDER BY place"
    ).fetchall()


def of_boxes(label_set: str) -> str:
    """What each box of the file is called, as SQL: box, label. `label_set` is the name of a parameter."""
    return (
        f"SELECT box, arg_max(label, row({', '.join(_LAST)})) AS label FROM speaking "
        f"WHERE label_set = {label_set} GROUP BY box"
    )


def say(decision: Decision) -> int:
    """Say it of the faces; what was said so already is not said again. Returns how many statements are new."""
    said = 0
    for there in (False, True):
        rows: pyarrow.Table = decision.connection.sql(
            f"SELECT s.face_id, s.said_by, s.label_set, s.label, s.speaker, s.confidence, "
            f"coalesce(s.said_at, {NOW}) AS said_at, NULL::BIGINT AS inherited_from "
            "FROM (FROM speaking WHERE counts) s "
            "LEFT JOIN face_labels l ON l.face_id = s.face_id AND l.said_by = s.said_by AND l.label_set = s.label_set "
            f"WHERE l.face_id IS {'NOT ' if there else ''}NULL AND (l.label IS DISTINCT FROM s.label "
            "OR l.speaker IS DISTINCT FROM s.speaker OR l.confidence IS DISTINCT FROM s.confidence)"
        ).to_arrow_table()
        if len(rows):
            said += decision.put("face_labels", rows) if there else decision.add("face_labels", rows)
    return said


def tag(decision: Decision) -> int:
    """The same for what is said of whole pictures."""
    rows: pyarrow.Table = decision.connection.sql(
        f"""
        WITH tagging AS (
            SELECT p.image_id, coalesce(n.label, t.label) AS label, t.said_by, t.speaker, t.confidence,
                   try_cast(t.said_at AS TIMESTAMP) AS said_at, t.place
            FROM f_tags t JOIN f_pictures p ON p.place = t.picture AND p.image_id IS NOT NULL
            LEFT JOIN label_names n ON n.name = lower(t.label)
        )
        SELECT s.image_id, s.label, s.said_by, true AS holds, s.speaker, s.confidence,
               coalesce(s.said_at, {NOW}) AS said_at, NULL::BIGINT AS inherited_from
        FROM (FROM tagging QUALIFY row_number() OVER (PARTITION BY image_id, label, said_by ORDER BY {_LAST_FIRST}) = 1)
            s ANTI JOIN image_tags o ON o.image_id = s.image_id AND o.label = s.label AND o.said_by = s.said_by
            AND o.holds AND o.speaker = s.speaker AND o.confidence IS NOT DISTINCT FROM s.confidence
        ORDER BY s.place
        """
    ).to_arrow_table()
    return decision.put("image_tags", rows) if len(rows) else 0
