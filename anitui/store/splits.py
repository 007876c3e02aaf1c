"""Splits that are frozen: under which name, what they were made from, and who is in them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from anitui.errors import WrongUse
from anitui.store.catalogue import Catalogue, incoming
from anitui.store.journal import Decision, decision

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

PARTS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Frozen:
    """A split as it was frozen."""

    split: str
    kind: str  # what its members are: face or image
    label_set: str
    made_from: Mapping[str, Any]
    report: Mapping[str, Any]
    made_at: datetime
    sizes: Mapping[str, int]  # of its parts


def freeze(
    catalogue: Catalogue,
    splits: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any], pyarrow.Table, pyarrow.Table | None]],
    kind: str,
    label_set: str,
) -> None:
    """Keep splits under their names, as one decision: name, what it was made from, its report, members, pairs."""
    names = ", ".join(name for name, *_ in splits)
    with decision(catalogue, "split.make", f"made the split {names}") as made:
        for name, made_from, report, members, pairs in splits:
            check_free(made.connection, name)
            split_id = add(made, name, kind, label_set, made_from, report)
            with incoming(made.connection, members, "members"):
                made.connection.execute(
                    "INSERT INTO split_members SELECT ?, part, face_id, image_id, group_id, labels FROM members",
                    [split_id],
                )
            if pairs is not None:
                with incoming(made.connection, pairs, "judged"):
                    made.connection.execute(
                        "INSERT INTO split_pairs SELECT ?, part, place, a_face, b_face, same, chosen FROM judged",
                        [split_id],
                    )


def add(
    made: Decision, name: str, kind: str, label_set: str, made_from: Mapping[str, Any], report: Mapping[str, Any]
) -> int:
    """Put a split under its name, as part of a decision; its number, which members and pairs go by."""
    import pyarrow

    split_id = made.fresh_ids("split_ids", 1)
    row = {
        "split_id": split_id, "split": name, "kind": kind, "label_set": label_set,
        "made_from": json.dumps(made_from), "report": json.dumps(report),
    }  # fmt: skip
    made.add("frozen_splits", pyarrow.table({key: [value] for key, value in row.items()}))
    return split_id


def check_free(connection: DuckDBPyConnection, name: str) -> None:
    """Raise WrongUse where a split has this name."""
    rows = connection.execute("SELECT made_at FROM frozen_splits WHERE split = ?", [name]).fetchall()
    if rows:
        raise WrongUse(
            f"there is a split {name} already, made on {rows[0][0]:%Y-%m-%d}: give another name, or take that one "
            f"away with `anitui split {name} --delete`"
        )


def is_free(catalogue: Catalogue, name: str) -> None:
    """As `check_free`, before any work is done."""
    check_free(catalogue.reader(), name)


def listed(catalogue: Catalogue) -> list[Frozen]:
    """All splits, the newest first."""
    rows = catalogue.rows(
        "SELECT f.split, f.kind, f.label_set, f.made_from, f.report, f.made_at, count(*) FILTER (m.part = 'train'), "
        "count(*) FILTER (m.part = 'val'), count(*) FILTER (m.part = 'test') "
        "FROM frozen_splits f LEFT JOIN split_members m USING (split_id) GROUP BY ALL "
        "ORDER BY f.made_at DESC, f.split"
    )
    return [
        Frozen(
            split, kind, label_set, json.loads(made_from), json.loads(report), at, dict(zip(PARTS, sizes, strict=True))
        )
        for split, kind, label_set, made_from, report, at, *sizes in rows
    ]


def names(catalogue: Catalogue) -> list[str]:
    """What splits are called, the newest first."""
    rows = catalogue.rows("SELECT split FROM frozen_splits ORDER BY made_at DESC, split")
    return [str(row[0]) for row in rows]


def find(catalogue: Catalogue, name: str) -> Frozen:
    """The split of this name; WrongUse where there is none."""
    found = listed(catalogue)
    for each in found:
        if each.split == name:
            return each
    there = "there are " + ", ".join(each.split for each in found[:10]) if found else "there are none yet"
    raise WrongUse(f"there is no split {name}: {there}; `anitui split NAME` makes one")


def drop(catalogue: Catalogue, name: str) -> None:
    """Take a split away: a decision like any other, that can be taken back."""
    find(catalogue, name)
    import pyarrow

    with decision(catalogue, "split.delete", f"deleted the split {name}") as made:
        rows = made.connection.execute("SELECT split_id FROM frozen_splits WHERE split = ?", [name]).fetchall()
        made.remove("frozen_splits", pyarrow.table({"split_id": [row[0] for row in rows]}))


@dataclass(frozen=True, slots=True)
class ClassSizes:
    """How many of one label are in which part."""

    label: str
    members: int
    train: int
    val: int
    test: int
    groups: int


def classes(catalogue: Catalogue, name: str) -> list[ClassSizes]:
    """The labels of a split, the largest first."""
    rows = catalogue.rows(
        "SELECT label, members, train, val, test, groups FROM split_classes WHERE split = ? "
        "ORDER BY members DESC, label",
        [name],
    )
    return [ClassSizes(*row) for row in rows]


def changed_since(catalogue: Catalogue, name: str) -> tuple[int, int]:
    """Of how many faces of a split the name is another now, and how many were set aside since."""
    [(renamed, aside)] = catalogue.rows(
        """
        WITH member AS (
            SELECT m.face_id, m.image_id, m.labels[1] AS label, f.label_set
            FROM split_members m JOIN frozen_splits f USING (split_id) WHERE f.split = $name
        )
        SELECT count(*) FILTER (n.label IS DISTINCT FROM t.label AND t.face_id IS NOT NULL),
               count(*) FILTER (i.state <> 'active' OR b.state <> 'active')
        FROM member t JOIN images i USING (image_id) LEFT JOIN faces b USING (face_id)
        LEFT JOIN labelled_faces n ON n.face_id = t.face_id AND n.label_set = t.label_set
        """,
        {"name": name},
    )
    return int(renamed), int(aside)


def members(catalogue: Catalogue, name: str) -> pyarrow.Table:
    """Everybody in a split: face_id, image_id, part."""
    return catalogue.table("SELECT face_id, image_id, part FROM splits WHERE split = $name", {"name": name})


def whole(catalogue: Catalogue, name: str) -> tuple[pyarrow.Table, pyarrow.Table]:
    """A split as `freeze` takes it: its members, and its pairs."""
    rows = "FROM {} JOIN frozen_splits f USING (split_id) WHERE f.split = $name"
    members = "SELECT part, face_id, image_id, group_id, labels " + rows.format("split_members")
    pairs = "SELECT part, place, a_face, b_face, same, chosen " + rows.format("split_pairs") + " ORDER BY part, place"
    return catalogue.table(members, {"name": name}), catalogue.table(pairs, {"name": name})
