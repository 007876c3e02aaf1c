"""The parts that a data set was published in, kept as a frozen split: to audit, to train with, to compare with others.

Part of the decision that takes the set in, so that one undo takes both back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from anitui.errors import WrongUse
from anitui.store import labels, splits
from anitui.store.catalogue import incoming
from anitui.store.journal import Decision

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Published:
    """A set in parts: what it is called, where it came from, and the part of each of its pictures."""

    name: str
    format: str
    path: str
    parts: Mapping[int, str]  # by image_id


@dataclass(frozen=True, slots=True)
class Kept:
    """The split that came of it; `new` is false where it was there already, with the same members."""

    split: str
    members: Mapping[str, int] = field(default_factory=dict)
    pairs: int = 0
    new: bool = True


def begin(connection: DuckDBPyConnection) -> None:
    """Make a place for the faces that the files of the set have."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE published (face_id BIGINT, image_id BIGINT, label VARCHAR); "
        "CREATE OR REPLACE TEMP TABLE published_pairs (file_id BIGINT, hard BOOLEAN)"
    )


def gather(connection: DuckDBPyConnection, label_set: str) -> None:
    """Note the faces of one file, while the tables of its import (`known`, `speaking`) are there."""
    connection.execute(
        "INSERT INTO published SELECT k.face_id, k.image_id, s.label FROM known k "
        "JOIN (SELECT box, any_value(label) AS label FROM speaking WHERE label_set = ? GROUP BY box) s "
        "ON s.box = k.place",
        [label_set],
    )


def gather_pairs(connection: DuckDBPyConnection, file_id: int, *, hard: bool) -> None:
    """Note a file of judged pairs: pairs of two members are the split's pairs."""
    connection.execute("INSERT INTO published_pairs VALUES (?, ?)", [file_id, hard])


def keep(decision: Decision, published: Published, label_set: str) -> Kept | None:
    """Freeze what was noted as a split; None where it is not in parts after all."""
    import pyarrow

    connection = decision.connection
    parts = pyarrow.table(
        {
            "image_id": pyarrow.array(list(published.parts), pyarrow.int64()),
            "part": pyarrow.array(list(published.parts.values()), pyarrow.string()),
        }
    )
    with incoming(connection, parts, "in_part"):
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE members AS SELECT part, face_id, image_id, min(label) AS label "
            "FROM published JOIN in_part USING (image_id) GROUP BY ALL"
        )
    connection.execute(_PAIRS)
    try:
        return _freeze(decision, published, label_set)
    finally:
        for table in ("published", "published_pairs", "members", "paired"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")


# Of a picture with several faces the one that bears the character's name is meant: the folder in the pair's name.
_PAIRS = """
CREATE OR REPLACE TEMP TABLE paired AS
WITH one AS (
    SELECT j.file_id, j.place, f.hard, j.same, j.a_name, j.b_name, a.part,
           arg_min(a.face_id, (lower(a.label) <> lower(regexp_extract(j.a_name, '^(.*)/', 1)), a.face_id)) AS a_face,
           arg_min(b.face_id, (lower(b.label) <> lower(regexp_extract(j.b_name, '^(.*)/', 1)), b.face_id)) AS b_face
    FROM judged_pairs j
    JOIN published_pairs f USING (file_id)
    JOIN members a ON a.image_id = j.a_id
    JOIN members b ON b.image_id = j.b_id AND b.part = a.part
    WHERE j.invalid = 0
    GROUP BY ALL
)
SELECT part, row_number() OVER (PARTITION BY part ORDER BY file_id, place) - 1 AS place, a_face, b_face, same,
       CASE WHEN same THEN 'positive' WHEN hard THEN 'hard' ELSE 'random' END AS chosen
FROM one WHERE a_face <> b_face
"""


def _freeze(decision: Decision, published: Published, label_set: str) -> Kept | None:
    connection = decision.connection
    sizes = dict(connection.execute("SELECT part, count(*) FROM members GROUP BY part ORDER BY part").fetchall())
    pairs = int(connection.execute("SELECT count(*) FROM paired").fetchall()[0][0])
    # One part alone parts nothing; a test with its pairs is whole, as nothing is trained with its characters.
    if len(sizes) < 2 and not pairs:
        return None
    members = {part: int(sizes[part]) for part in ("train", "val", "test") if part in sizes}
    there = connection.execute(
        "SELECT split, split_id FROM frozen_splits WHERE kind = 'face' AND label_set = ? "
        "AND json_exists(made_from, '$.as_published') AND json_extract_string(made_from, '$.path') = ? "
        "AND json_extract_string(made_from, '$.format') = ? ORDER BY split_id",
        [label_set, published.path, published.format],
    ).fetchall()
    for split, split_id in there:
        if _same(connection, int(split_id)):
            return Kept(split, members, pairs, new=False)
    name = _name(connection, published.name)
    made_from = {
        "as_published": f"as it was published, from {published.path}",
        "format": published.format, "path": published.path,
    }  # fmt: skip
    split_id = splits.add(decision, name, "face", label_set, made_from, {"parts": members, "pairs": pairs})
    connection.execute(
        "INSERT INTO split_members (split_id, part, face_id, image_id, group_id, labels) "
        "SELECT ?, part, face_id, image_id, image_id, [label] FROM members "
        "ORDER BY list_position(['train', 'val', 'test'], part), face_id",
        [split_id],
    )
    connection.execute(
        "INSERT INTO split_pairs (split_id, part, place, a_face, b_face, same, chosen) "
        "SELECT ?, part, place, a_face, b_face, same, chosen FROM paired ORDER BY part, place",
        [split_id],
    )
    return Kept(name, members, pairs)


def _same(connection: DuckDBPyConnection, split_id: int) -> bool:
    """Whether a split has the very members and pairs that were noted."""
    for now, then in (
        ("SELECT part, face_id, [label] FROM members",
         "SELECT part, face_id, labels FROM split_members WHERE split_id = $id"),
        ("SELECT part, a_face, b_face, same FROM paired",
         "SELECT part, a_face, b_face, same FROM split_pairs WHERE split_id = $id"),
    ):  # fmt: skip
        differs = connection.execute(
            f"SELECT 1 FROM (({now} EXCEPT ALL {then}) UNION ALL ({then} EXCEPT ALL {now})) LIMIT 1", {"id": split_id}
        ).fetchall()
        if differs:
            return False
    return True


def _name(connection: DuckDBPyConnection, wanted: str) -> str:
    """What a new split is called: as its set, with a number behind it where another is called so."""
    try:
        name = labels.tidy(wanted)
    except WrongUse:  # no line of text that a person could type again
        name = "as published"
    taken = {str(each) for (each,) in connection.execute("SELECT split FROM frozen_splits").fetchall()}
    number = 2
    chosen = name
    while chosen in taken:
        chosen, number = f"{name} {number}", number + 1
    return chosen
