from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from anitui.errors import AnituiError
from anitui.store import journal
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.store.journal import NothingToUndo
from anitui.store.journalled import TABLES

Content = dict[str, dict[tuple[Any, ...], dict[str, Any]]]

ARROW = {
    "BIGINT": pyarrow.int64(),
    "TINYINT": pyarrow.int8(),
    "DOUBLE": pyarrow.float64(),
    "VARCHAR": pyarrow.string(),
    "BOOLEAN": pyarrow.bool_(),
    "TIMESTAMP": pyarrow.timestamp("us"),
    "VARCHAR[]": pyarrow.list_(pyarrow.string()),
}

AWKWARD = (
    "",
    "'",
    '"',
    "\n\r\t",
    "\\",
    "null",
    "{}",
    "[]",
    "$.x",
    "NaN",
    "a\0b",
    "アスカ 🎀",
    "e\u0301",
    "\u2028",
    "%",
    "{n}",
)


def arrow(table: str, rows: list[dict[str, Any]]) -> pyarrow.Table:
    kinds = {**TABLES[table].key, **TABLES[table].owned}
    return pyarrow.table({name: pyarrow.array([row[name] for row in rows], ARROW[kinds[name]]) for name in rows[0]})


def plain(value: Any) -> Any:
    return repr(value) if isinstance(value, float) else value  # so that NaN equals itself


def content(connection: DuckDBPyConnection) -> Content:
    """All that decisions own."""
    found: Content = {}
    for table, shape in TABLES.items():
        names = [*shape.key, *shape.owned]
        rows = connection.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall()
        cells = [dict(zip(names, map(plain, row), strict=True)) for row in rows]
        found[table] = {tuple(row[name] for name in shape.key): row for row in cells}
        assert len(found[table]) == len(rows), f"a row of {table} is there twice"
    return found


def add_images(catalogue: Catalogue, *ids: int) -> None:
    with catalogue.writing() as connection:
        for image_id in ids:
            connection.execute(
                "INSERT INTO images (image_id, sha256, path, stored, format, mode, width, height, bytes) "
                "VALUES (?, ?, 'media/x.png', 'copy', 'png', 'RGB', 1, 1, 1)",
                [image_id, f"{image_id}"],
            )


# --- every sequence of decisions, against a model -----------------------------------------------------------------

IDS = st.sampled_from((1, 2, 3, 0, -7, 2**63 - 1, -(2**63)))
TEXT = st.sampled_from(AWKWARD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
MAYBE_TEXT = st.none() | TEXT
NUMBER = st.floats().map(lambda value: value + 0.0)  # the two zeros are one to a database
MAYBE_NUMBER = st.none() | NUMBER
TIME = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))
SPEAKER = st.sampled_from(("person", "model", "job"))
STATE = st.sampled_from(("active", "set_aside"))
IMAGES = (1, 2, 3, 2**63 - 1)

# For each table: what a row must have, and what it may have besides.
ROWS: Mapping[str, tuple[dict[str, st.SearchStrategy[Any]], dict[str, st.SearchStrategy[Any]]]] = {
    "images": ({"image_id": st.sampled_from(IMAGES), "state": STATE}, {"reason": MAYBE_TEXT}),
    "image_marks": ({"image_id": IDS, "mark": st.integers(0, 9)}, {}),
    "image_tags": (
        {"image_id": IDS, "label": st.sampled_from(AWKWARD), "said_by": st.sampled_from("ab"), "speaker": SPEAKER},
        {"holds": st.booleans(), "confidence": MAYBE_NUMBER, "said_at": TIME},
    ),
    "face_labels": (
        {
            "face_id": IDS, "said_by": st.sampled_from("ab"), "label_set": st.sampled_from(("characters", "")),
            "label": TEXT, "speaker": SPEAKER,
        },
        {"confidence": MAYBE_NUMBER, "said_at": TIME},
    ),
    "labels": (
        {"label": st.sampled_from(AWKWARD)},
        {"label_set": TEXT, "aliases": st.lists(MAYBE_TEXT, max_size=3), "colour": MAYBE_TEXT, "key": MAYBE_TEXT,
         "number": st.none() | st.integers(-(2**31), 2**31 - 1)},
    ),
    "verdicts": (
        {
            "verdict_id": IDS, "kind": st.sampled_from(("image", "face")), "a_id": st.sampled_from((1, -(2**63))),
            "b_id": st.sampled_from((2, 2**63 - 1)), "verdict": TEXT, "said_by": TEXT,
        },
        {"decided_at": TIME},
    ),
    "faces": (
        {"face_id": IDS, "image_id": IDS, "x": NUMBER, "y": NUMBER, "w": NUMBER, "h": NUMBER, "detector": TEXT},
        {"score": MAYBE_NUMBER, "settings": MAYBE_TEXT, "state": STATE, "reason": MAYBE_TEXT, "found_at": TIME,
         "unsure": st.booleans()},
    ),
    "reviewed_images": ({"image_id": IDS}, {"reviewed_at": TIME}),
}  # fmt: skip

Step = tuple[str, str, Any]


@st.composite
def steps(draw: st.DrawFn) -> Step:
    table = draw(st.sampled_from(sorted(ROWS)))
    must, may = ROWS[table]
    kind = draw(st.sampled_from(("put", "put", "put_where", "remove") if table != "images" else ("put", "put_where")))
    key = list(TABLES[table].key)
    if kind == "remove":
        keys = st.fixed_dictionaries({name: must[name] for name in key})
        return kind, table, draw(st.lists(keys, min_size=1, max_size=4))
    besides = draw(st.sets(st.sampled_from(sorted(may)))) if may else set()
    if kind == "put":
        row = st.fixed_dictionaries({**must, **{name: may[name] for name in sorted(besides)}})
        return kind, table, draw(st.lists(row, min_size=1, max_size=4))
    changeable = {**{name: each for name, each in must.items() if name not in key}, **may}
    names = draw(st.sets(st.sampled_from(sorted(changeable)), min_size=1))
    return kind, table, {name: draw(changeable[name]) for name in sorted(names)}


class AnyDecisions(RuleBasedStateMachine):
    template: Path

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "c.duckdb"
        shutil.copy(self.template, self.path)
        self.catalogue = open_catalogue(self.path)
        self.now = self.initial = content(self.catalogue.reader())
        self.undoable: list[tuple[Content, Content]] = []
        self.redoable: list[tuple[Content, Content]] = []

    @rule(made=st.lists(steps(), min_size=1, max_size=4), fails=st.sampled_from((False, False, False, True)))
    def decide(self, made: list[Step], fails: bool) -> None:
        before, changed = self.now, 0
        after = {table: dict(rows) for table, rows in before.items()}
        try:
            with journal.decision(self.catalogue, "test", "changed {n}") as decision:
                for step in made:
                    count = self.take(decision, step)
                    assert count == self.expect(after, step), step
                    changed += count
                    with self.catalogue.writing() as connection:
                        there = content(connection)
                    self.fill_in(after, there)
                    assert there == after, step
                if fails:
                    raise KeyError("on purpose")
        except KeyError:
            assert content(self.catalogue.reader()) == before
            return
        self.now = content(self.catalogue.reader())
        assert self.now == after
        if changed:
            self.undoable.append((before, after))
            self.redoable.clear()
            (latest,) = journal.history(self.catalogue, 1)
            assert (latest.summary, latest.rows, latest.state) == (f"changed {changed}", changed, "done")

    def take(self, decision: journal.Decision, step: Step) -> int:
        kind, table, given = step
        if kind == "put":
            return decision.put(table, arrow(table, given))
        if kind == "remove":
            return decision.remove(table, arrow(table, given))
        return decision.put_where(table, given, "? = 1", [1])

    def expect(self, model: Content, step: Step) -> int:
        """Does to the model what the step should do; returns how many rows that changes."""
        kind, table, given = step
        rows, key = model[table], TABLES[table].key
        if kind == "remove":
            return sum(rows.pop(each, None) is not None for each in {tuple(row[name] for name in key) for row in given})
        if kind == "put_where":
            wanted = {each: {name: plain(value) for name, value in given.items()} for each in rows}
        else:
            wanted = {tuple(row[name] for name in key): {n: plain(v) for n, v in row.items()} for row in given}
        changed = 0
        for each, values in wanted.items():
            became = {**rows.get(each, {}), **values}
            changed += became != rows.get(each)
            rows[each] = became
        return changed

    def fill_in(self, model: Content, there: Content) -> None:
        """A new row has what the table gives it besides."""
        for table, rows in model.items():
            for each, row in rows.items():
                rows[each] = {**there[table].get(each, {}), **row}

    @rule()
    def undo(self) -> None:
        if not self.undoable:
            with pytest.raises(NothingToUndo):
                journal.undo(self.catalogue)
            return
        journal.undo(self.catalogue)
        self.redoable.append(self.undoable.pop())
        self.now = content(self.catalogue.reader())
        assert self.now == self.redoable[-1][0]

    @rule()
    def redo(self) -> None:
        if not self.redoable:
            with pytest.raises(NothingToUndo):
                journal.redo(self.catalogue)
            return
        journal.redo(self.catalogue)
        self.undoable.append(self.redoable.pop())
        self.now = content(self.catalogue.reader())
        assert self.now == self.undoable[-1][1]

    @rule()
    def reopen(self) -> None:
        self.catalogue.close()
        self.catalogue = open_catalogue(self.path)
        assert content(self.catalogue.reader()) == self.now

    def teardown(self) -> None:
        if not hasattr(self, "catalogue"):
            return
        while self.redoable:
            self.redo()
        final, count = self.now, len(self.undoable)
        for _ in range(count):
            self.undo()
        assert self.now == self.initial
        for _ in range(count):
            self.redo()
        assert self.now == final
        self.catalogue.close()
        self.folder.cleanup()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with something in every table, written past the journal."""
    path = tmp_path_factory.mktemp("template") / "c.duckdb"
    catalogue = open_catalogue(path)
    add_images(catalogue, *IMAGES)
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO image_marks VALUES (1, 5)")
        connection.execute("INSERT INTO labels VALUES ('null', 'characters', ['a', NULL], NULL, NULL, NULL)")
        connection.execute(
            "INSERT INTO image_tags (image_id, label, speaker, said_by, confidence) VALUES (1, '', 'job', 'a', 'nan')"
        )
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by, confidence) "
            "VALUES (1, 'x', 'model', 'a', 'inf')"
        )
        connection.execute(
            "INSERT INTO faces (face_id, image_id, x, y, w, h, detector) VALUES (1, 1, 0.1, 0.2, 3e-300, 4, 'd')"
        )
        connection.execute(
            "INSERT INTO verdicts (verdict_id, kind, a_id, b_id, verdict, said_by) VALUES (1, 'face', 1, 2, 'v', 'x')"
        )
    catalogue.close()
    return path


def test_any_decisions_are_taken_back_and_made_again_exactly(template: Path) -> None:
    class Machine(AnyDecisions):
        pass

    Machine.template = template
    run_state_machine_as_test(Machine, settings=settings(max_examples=8, stateful_step_count=10, deadline=None))


# --- what the model does not know ---------------------------------------------------------------------------------


def decide(catalogue: Catalogue, table: str, rows: list[dict[str, Any]], summary: str = "did {n}") -> int:
    with journal.decision(catalogue, "test", summary) as decision:
        return decision.put(table, arrow(table, rows))


def marks(catalogue: Catalogue) -> list[tuple[int, int]]:
    return catalogue.rows("FROM image_marks ORDER BY ALL")  # type: ignore[return-value]


def test_what_a_machine_wrote_beside_a_decision_stays(catalogue: Catalogue) -> None:
    add_images(catalogue, 1)
    decide(catalogue, "images", [{"image_id": 1, "state": "set_aside"}])
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET path = 'media/elsewhere', reason = 'by the machine'")
    journal.undo(catalogue)
    # The decision did not speak of the reason.
    assert catalogue.rows("SELECT state, reason, path FROM images") == [("active", "by the machine", "media/elsewhere")]


def test_a_purged_picture_is_not_brought_back(catalogue: Catalogue) -> None:
    add_images(catalogue, 1, 2)
    both = [{"image_id": 1, "state": "set_aside"}, {"image_id": 2, "state": "set_aside"}]
    decide(catalogue, "images", both)
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET purged_at = now() WHERE image_id = 1")
        journal.note_final(connection, "purge", "purged 1 picture")
    undone = journal.undo(catalogue)
    assert undone.told == "did 2; 1 picture stays set aside, because its bytes were purged"
    assert undone.left == 1
    assert catalogue.rows("SELECT image_id, state FROM images ORDER BY 1") == [(1, "set_aside"), (2, "active")]
    assert [entry.state for entry in journal.history(catalogue)] == ["final", "undone"]
    redone = journal.redo(catalogue)
    assert (redone.left, redone.told) == (0, "did 2"), "it is so already"
    assert catalogue.rows("SELECT state FROM images") == [("set_aside",), ("set_aside",)]


def test_a_decision_after_undo_drops_redo_but_history_keeps_it(catalogue: Catalogue) -> None:
    for image_id in (1, 2, 3):
        decide(catalogue, "image_marks", [{"image_id": image_id, "mark": 1}])
    journal.undo(catalogue)
    journal.undo(catalogue)
    decide(catalogue, "image_marks", [{"image_id": 1, "mark": 1}])  # changes nothing, so it decides nothing
    journal.redo(catalogue)
    assert marks(catalogue) == [(1, 1), (2, 1)]
    decide(catalogue, "image_marks", [{"image_id": 9, "mark": 1}])
    with pytest.raises(NothingToUndo):
        journal.redo(catalogue)
    assert [entry.state for entry in journal.history(catalogue)] == ["done", "dropped", "done", "done"]


def test_why_a_decision_failed_is_not_hidden(catalogue: Catalogue) -> None:
    decide(catalogue, "image_marks", [{"image_id": 1, "mark": 1}])
    with pytest.raises(duckdb.ConstraintException, match="CHECK"):
        decide(catalogue, "image_marks", [{"image_id": 2, "mark": 2}, {"image_id": 3, "mark": 12}])
    assert marks(catalogue) == [(1, 1)]
    decide(catalogue, "image_marks", [{"image_id": 2, "mark": 2}])
    assert marks(catalogue) == [(1, 1), (2, 2)]
    assert len(journal.history(catalogue)) == 2


def test_a_decision_that_failed_inside_another_change_is_not_half_kept(catalogue: Catalogue) -> None:
    with pytest.raises(AnituiError, match="none of it"), catalogue.writing() as connection:
        connection.execute("INSERT INTO image_marks VALUES (1, 1)")
        with suppress(KeyError), journal.decision(catalogue, "test", "half") as decision:
            decision.put("image_marks", arrow("image_marks", [{"image_id": 2, "mark": 2}]))
            raise KeyError
    assert marks(catalogue) == []
    decide(catalogue, "image_marks", [{"image_id": 3, "mark": 3}])
    assert marks(catalogue) == [(3, 3)]


def test_the_last_of_rows_given_twice_counts(catalogue: Catalogue) -> None:
    assert decide(catalogue, "image_marks", [{"image_id": 1, "mark": mark} for mark in (1, 2, 3)]) == 1
    assert marks(catalogue) == [(1, 3)]


def test_new_rows_that_are_taken_away_twice_in_one_decision_are_gone(catalogue: Catalogue) -> None:
    box = {"image_id": 1, "x": 0.0, "y": 0.0, "w": 1.0, "h": 1.0, "detector": "person"}
    with journal.decision(catalogue, "test", "drew and rubbed out") as made:
        made.put("faces", arrow("faces", [{"face_id": each, **box} for each in (1, 2)]))
        assert made.remove("faces", pyarrow.table({"face_id": [1, 2, 1, 2]})) == 2
    assert catalogue.rows("SELECT face_id FROM faces") == []


def test_very_many_rows_at_once_without_reading_them(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO image_marks SELECT range, 1 FROM range(100_000)")
    with journal.decision(catalogue, "test", "marked {n} pictures") as decision:
        assert decision.put_where("image_marks", {"mark": 2}, "image_id >= ? AND mark = ?", [10, 1]) == 99_990
    assert journal.history(catalogue)[0].summary == "marked 99,990 pictures"
    assert catalogue.rows("SELECT count(*) FROM image_marks GROUP BY mark ORDER BY mark") == [(10,), (99_990,)]
    assert journal.undo(catalogue).rows == 99_990
    assert catalogue.value("SELECT count(*) FROM image_marks WHERE mark = 1") == 100_000
    assert catalogue.value("SELECT count(*) FROM duckdb_tables() WHERE temporary") == 0


def test_history_comes_page_by_page(catalogue: Catalogue) -> None:
    for image_id in range(5):
        decide(catalogue, "image_marks", [{"image_id": image_id, "mark": 1}], f"mark {image_id}")
    first = journal.history(catalogue, 2)
    second = journal.history(catalogue, 2, first[-1].entry_id)
    assert [entry.summary for entry in [*first, *second]] == ["mark 4", "mark 3", "mark 2", "mark 1"]
