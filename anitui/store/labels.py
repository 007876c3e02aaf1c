"""Labels: sets of them, each with its names, colour, key and number; renamed, merged and taken away, undoably.

A label belongs to one set. What jobs and folders called things stays as they said it: it is looked up among all the
names that a label goes by, so a renamed or merged label is found under its old names too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from anitui.errors import WrongUse
from anitui.store import journal
from anitui.store.catalogue import Catalogue
from anitui.store.journal import Decision
from anitui.store.journalled import TABLES
from anitui.words import count

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

CHARACTERS = "characters"  # the set of whatever is not said to be of another one
LONGEST = 200
JOINERS = "\u200c\u200d"  # not to be seen, but they change how their neighbours are written
# The keys of LAP's labeler, in its order.
KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "=", "+", "_", "]")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
# Told apart on dark and on light pictures; after the last it begins again.
COLOURS = (
    "#e6194b", "#3cb44b", "#ffe119", "#4363d8", "#f58231", "#911eb4", "#42d4f4", "#f032e6", "#bfef45", "#fabed4",
    "#469990", "#dcbeff", "#9a6324", "#fffac8", "#800000", "#aaffc3",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A label as it is kept; without a colour or a key of its own it has what its place gives it."""

    name: str
    label_set: str = CHARACTERS
    aliases: tuple[str, ...] = ()
    colour: str | None = None
    key: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A label as people meet it: with the key that names it, the colour it is drawn in, and how often it was said.

    `listed` is false for what is only heard of: folders, jobs or models say it.
    """

    name: str
    aliases: tuple[str, ...]
    colour: str
    key: str | None
    number: int | None
    faces: int
    listed: bool


def tidy(name: str) -> str:
    """A name as it is kept: one line, spaces and accents in order. Raises WrongUse for what is none, saying why."""
    # Joiners stand between letters (Persian) and between emoji; at an end nobody could tell two names apart.
    name = unicodedata.normalize("NFC", " ".join(name.split())).strip(f"{JOINERS} ")
    if not name:
        raise WrongUse("a label needs a name, and this one is empty")
    if unseen := next((each for each in name if not each.isprintable() and each not in JOINERS), None):
        called = unicodedata.name(unseen, "a control character").lower()
        shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in name[:40])
        raise WrongUse(f"a label's name holds nothing unseen: {shown} has U+{ord(unseen):04X} in it ({called})")
    if len(name) > LONGEST:
        raise WrongUse(f"a label's name has at most {LONGEST} characters, not {len(name):,}: {name[:40]} …")
    return name


def sets(catalogue: Catalogue) -> list[str]:
    """The sets there are, that of characters first."""
    rows = catalogue.rows(
        "SELECT label_set FROM labels UNION SELECT label_set FROM face_labels ORDER BY label_set <> ?, label_set",
        [CHARACTERS],
    )
    found = [row[0] for row in rows]
    return found if CHARACTERS in found else [CHARACTERS, *found]


def find(catalogue: Catalogue, name: str) -> Label | None:
    """The label that goes by this name, in any case."""
    return find_in(catalogue.reader(), name)


def listed(catalogue: Catalogue, label_set: str) -> list[Label]:
    """The labels of a set, by their numbers."""
    rows = catalogue.rows(
        "SELECT label, label_set, aliases, colour, key, number FROM labels WHERE label_set = ? "
        "ORDER BY number NULLS LAST, label",
        [label_set],
    )
    return [_label(row) for row in rows]


def known(catalogue: Catalogue, label_set: str = CHARACTERS) -> list[Known]:
    """Every label of a set: those on the list by their numbers, then those only heard of, the most frequent first."""
    often = dict(_heard(catalogue.reader(), label_set))
    on_list = listed(catalogue, label_set)
    there = {each.name for each in on_list}
    everyone = [*on_list, *(Label(name, label_set) for name in often if name not in there)]
    places = [at if each.number is None else each.number for at, each in enumerate(everyone)]
    keys = _dealt([each.key for each in everyone], places)
    return [
        Known(
            each.name, each.aliases, each.colour or COLOURS[places[at] % len(COLOURS)], keys[at], each.number,
            often.get(each.name, 0), each.name in there,
        )
        for at, each in enumerate(everyone)
    ]  # fmt: skip


def _dealt(own: Sequence[str | None], places: Sequence[int]) -> list[str | None]:
    """The key of each: its own, else that of its place where nobody has it, else one that is left over.

    So a key stays where it is when another label comes, goes or gets a key of its own.
    """
    keys = list(own)
    taken = {key for key in own if key}
    for at, place in enumerate(places):
        if keys[at] is None and 0 <= place < len(KEYS) and KEYS[place] not in taken:
            keys[at] = KEYS[place]
            taken.add(KEYS[place])
    left = iter([key for key in KEYS if key not in taken])
    return [key or next(left, None) for key in keys]


def _heard(connection: DuckDBPyConnection, label_set: str) -> list[tuple[str, int]]:
    """Every name of a set that faces have, or that pictures were seen under: of how many faces, the most first."""
    return connection.execute(
        """
        SELECT l.label, count(*) FROM labelled_faces l
        JOIN faces f ON f.face_id = l.face_id AND f.state = 'active'
        JOIN images i ON i.image_id = f.image_id AND i.state = 'active'
        WHERE l.label_set = $set GROUP BY ALL
        UNION ALL
        SELECT label, 0 FROM hints WHERE label_set = $set
            AND label NOT IN (SELECT label FROM labelled_faces WHERE label_set = $set) GROUP BY label
        ORDER BY 2 DESC, 1
        """,
        {"set": label_set},
    ).fetchall()


# Decisions. Each is one entry of the journal.


def add(
    catalogue: Catalogue, labels: Sequence[Label], *, behind_heard: bool = False, action: str = "labels.add"
) -> int:
    """Put labels on the list; those that are there already, under any name, stay as they are. How many are new.

    `behind_heard`: behind what was only heard of, which keeps its place.
    """
    with journal.decision(catalogue, action, "") as decision:
        if behind_heard:
            for label_set in dict.fromkeys(each.label_set for each in labels):
                enlist_heard(decision, label_set)
        new = enlist(decision, labels)
        decision.summary = f"put {count(new, 'label')} on the list"
    return new


def enlist(decision: Decision, labels: Iterable[Label]) -> int:
    """The same within another decision."""
    there = {name for (name,) in decision.connection.execute("SELECT name FROM label_names").fetchall()}
    rows: list[Label] = []
    following: dict[str, int] = {}
    for each in labels:
        name = tidy(each.name)
        if name.lower() in there:
            continue
        there.add(name.lower())
        number = each.number
        if number is None:
            if each.label_set not in following:
                following[each.label_set] = _following(decision.connection, each.label_set)
            number = following[each.label_set]
        following[each.label_set] = max(following.get(each.label_set, 0), number + 1)
        rows.append(replace(each, name=name, number=number))
    if rows:
        decision.put("labels", _table(rows))
    return len(rows)


def enlist_heard(decision: Decision, label_set: str) -> None:
    """Put every name on the list that was only heard of in a set, in the order in which people see them.

    Done before the first of them is listed: it would go before the others, and their keys and colours would move.
    """
    enlist(decision, [Label(name, label_set) for name, _ in _heard(decision.connection, label_set)])


def change(
    catalogue: Catalogue,
    name: str,
    *,
    aliases: Sequence[str] | None = None,
    colour: str | None = None,
    key: str | None = None,
    action: str = "labels.change",
) -> str:
    """Give a label other names, another colour or another key; an empty text takes colour or key away.

    A key that another label of the set has changes hands.
    """
    with journal.decision(catalogue, action, "") as decision:
        label = _must(decision, name)
        decision.summary = f"changed the label {label.name}"
        rows = [label]
        if aliases is not None:
            kept = list(dict.fromkeys(tidy(each) for each in aliases if each.strip()))
            for each in kept:
                other = find_in(decision.connection, each)
                if other is not None and other.name != label.name:
                    raise WrongUse(f"{each!r} is a name of the label {other.name} already; merge the two instead")
            rows[0] = label = replace(label, aliases=tuple(each for each in kept if each != label.name))
        if colour is not None:
            if colour and not _COLOUR.fullmatch(colour):
                raise WrongUse(f"a colour is written like #e6194b, not {colour!r}")
            rows[0] = label = replace(label, colour=colour or None)
        if key is not None:
            if key and key not in KEYS:
                raise WrongUse(f"a label's key is one of {' '.join(KEYS)}, not {key!r}")
            others = decision.connection.execute(
                "SELECT label, label_set, aliases, colour, key, number FROM labels "
                "WHERE label_set = ? AND key = ? AND label <> ?",
                [label.label_set, key, label.name],
            ).fetchall()
            rows += [replace(_label(row), key=None) for row in others]
            rows[0] = replace(label, key=key or None)
        decision.put("labels", _table(rows))
    return label.name


def rename(catalogue: Catalogue, name: str, new: str, *, action: str = "labels.rename") -> str:
    """Call a label otherwise; what it was called, which `name` may be another name of. Its old name stays one of its
    names; what else was said of it stays."""
    new = tidy(new)
    with journal.decision(catalogue, action, "") as decision:
        label = _must(decision, name)
        decision.summary = f"renamed {label.name} to {new}"
        other = find_in(decision.connection, new)
        if other is not None and other.name != label.name:
            raise WrongUse(f"there is a label {other.name} already; merge the two instead")
        if new == label.name:
            return label.name
        aliases = [each for each in label.aliases if each.lower() != new.lower()]
        if label.name.lower() != new.lower():
            aliases.append(label.name)
        _replace(decision, [label], replace(label, name=new, aliases=tuple(dict.fromkeys(aliases))))
    return label.name


def merge(
    catalogue: Catalogue, names: Sequence[str], into: str, *, action: str = "labels.merge"
) -> tuple[list[str], str]:
    """Make several labels one: whoever was called by one of them is called `into` from now on.

    Returns which labels these were: any may be meant by another of its names.
    """
    with journal.decision(catalogue, action, "") as decision:
        target = _must(decision, into)
        gone = [_must(decision, each) for each in dict.fromkeys(names)]
        gone = list({each.name: each for each in gone if each.name != target.name}.values())
        for each in gone:
            if each.label_set != target.label_set:
                raise WrongUse(f"{each.name} belongs to {each.label_set}, and {target.name} to {target.label_set}")
        if not gone:
            raise WrongUse("a label can only be merged into another one")
        names_of = [name for each in gone for name in (each.name, *each.aliases)]
        aliases = tuple(dict.fromkeys([*target.aliases, *names_of]))
        decision.summary = f"merged {', '.join(each.name for each in gone)} into {target.name}"
        _replace(decision, gone, replace(target, aliases=aliases))
    return [each.name for each in gone], target.name


def delete(catalogue: Catalogue, name: str, *, action: str = "labels.delete") -> int:
    """Take a label off the list, and all that was said with it; how many statements that were.

    Only by the name that it has now. Who names one that was merged into another, or the old name of one that was
    renamed, may not know how much hangs on it today.
    """
    with journal.decision(catalogue, action, "") as decision:
        label = _must(decision, name)
        if tidy(name).lower() != label.name.lower():
            raise WrongUse(
                f"{name} is another name of {label.name}: delete {label.name}, or take the name off it with "
                "change --aliases"
            )
        decision.summary = f"deleted the label {label.name}"
        said = sum(_take_back(decision, table, [label.name]) for table in ("face_labels", "image_tags"))
        decision.remove("labels", _names([label.name]))
        return said


def _replace(decision: Decision, gone: Sequence[Label], by: Label) -> None:
    """Labels off the list, another on it, and what was said with the old ones said with the new one.

    Where somebody had said both of one face or picture, what they said of the new one stands.
    """
    names = [each.name for each in gone if each.name != by.name]
    for table, owner in (("face_labels", "face_id"), ("image_tags", "image_id")):
        key = ", ".join(("said_by", "label_set") if table == "face_labels" else ("said_by",))
        columns = [owner, *(name for name in TABLES[table].key if name not in (owner, "label"))]
        columns += [name for name in TABLES[table].owned if name != "label"]
        rows: pyarrow.Table = decision.connection.sql(
            f"SELECT {', '.join(columns)}, $by AS label FROM {table} t "
            "WHERE label IN (SELECT unnest($names::VARCHAR[])) AND NOT EXISTS ("
            f"FROM {table} o WHERE o.{owner} = t.{owner} AND o.said_by = t.said_by AND o.label = $by) "
            f"QUALIFY row_number() OVER (PARTITION BY {owner}, {key} ORDER BY said_at DESC) = 1",
            params={"by": by.name, "names": names},
        ).to_arrow_table()
        _take_back(decision, table, names)
        if len(rows):
            decision.put(table, rows)
    decision.remove("labels", _names(names))
    decision.put("labels", _table([by]))


def _take_back(decision: Decision, table: str, names: Collection[str]) -> int:
    key = ", ".join(TABLES[table].key)
    rows: pyarrow.Table = decision.connection.sql(
        f"SELECT {key} FROM {table} WHERE label IN (SELECT unnest(?::VARCHAR[]))", params=[list(names)]
    ).to_arrow_table()
    return decision.remove(table, rows) if len(rows) else 0


def _must(decision: Decision, name: str) -> Label:
    """The label of this name; one that only jobs have said so far is put on the list."""
    found = find_in(decision.connection, name)
    if found is not None:
        return found
    heard = decision.connection.execute(
        "SELECT label, label_set FROM face_labels WHERE lower(label) = lower($name) "
        "UNION ALL SELECT label, label_set FROM hints WHERE lower(label) = lower($name) "
        "UNION ALL SELECT label, $set FROM image_tags WHERE lower(label) = lower($name) LIMIT 1",
        {"name": name, "set": CHARACTERS},
    ).fetchall()
    if not heard:
        raise WrongUse(f"there is no label {name!r}")
    enlist_heard(decision, heard[0][1])
    enlist(decision, [Label(*heard[0])])
    found = find_in(decision.connection, heard[0][0])
    assert found is not None
    return found


def find_in(connection: DuckDBPyConnection, name: str) -> Label | None:
    """The same within a transaction."""
    rows = connection.execute(
        "SELECT l.label, l.label_set, aliases, colour, key, number FROM labels l JOIN label_names n USING (label) "
        "WHERE n.name IN (lower($1), lower(nfc_normalize($1))) ORDER BY l.label <> $1 LIMIT 1",
        [name],
    ).fetchall()
    return _label(rows[0]) if rows else None


def _following(connection: DuckDBPyConnection, label_set: str) -> int:
    rows = connection.execute(
        "SELECT coalesce(max(number) + 1, 0) FROM labels WHERE label_set = ?", [label_set]
    ).fetchall()
    return int(rows[0][0])


def _label(row: tuple[Any, ...]) -> Label:
    name, label_set, aliases, colour, key, number = row
    return Label(name, label_set, tuple(aliases or ()), colour, key, number)


def _table(labels: Sequence[Label]) -> pyarrow.Table:
    import pyarrow

    return pyarrow.table(
        {
            "label": [each.name for each in labels],
            "label_set": [each.label_set for each in labels],
            "aliases": pyarrow.array([list(each.aliases) for each in labels], pyarrow.list_(pyarrow.string())),
            "colour": pyarrow.array([each.colour for each in labels], pyarrow.string()),
            "key": pyarrow.array([each.key for each in labels], pyarrow.string()),
            "number": pyarrow.array([each.number for each in labels], pyarrow.int32()),
        }
    )


def _names(names: Sequence[str]) -> pyarrow.Table:
    import pyarrow

    return pyarrow.table({"label": pyarrow.array(list(names), pyarrow.string())})
