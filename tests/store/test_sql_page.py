"""docs/sql.md: its queries run as they are written and find something, and everything in a catalogue is explained."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from anitui.store.catalogue import Catalogue
from anitui.store.console import Query
from anitui.store.console_schema import schema
from anitui.store.recipes import Recipe, recipes
from tests.store.furnished import lived_in, rows

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "sql.md").read_text("utf-8")
QUERIES = re.findall(r"#### ([^\n]*)\n\n```sql\n(.*?)\n```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    catalogue = lived_in(tmp_path_factory.mktemp("house") / "place")
    yield catalogue
    catalogue.close()


def test_the_page_has_the_queries_of_the_app() -> None:
    spec = importlib.util.spec_from_file_location("make_sql", DOCS / "make_sql.py")
    assert spec is not None and spec.loader is not None
    make_sql = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_sql)
    assert make_sql.page(PAGE) == PAGE, "run `python docs/make_sql.py`"
    assert len(QUERIES) >= 30 and [(each.name, each.text) for each in recipes()] == QUERIES
    assert len({each.name for each in recipes()}) == len(QUERIES)
    assert all(each.group for each in recipes())


@pytest.mark.parametrize(("name", "text"), QUERIES, ids=[name for name, _ in QUERIES])
def test_each_query_runs_as_it_is_written_and_finds_something(house: Catalogue, name: str, text: str) -> None:
    found = rows(house, text)
    assert found, f"{name} finds nothing in a catalogue that has everything"
    assert max(len(line) for line in text.split("\n")) <= 120


def test_other_statements_of_the_page_run_too(house: Catalogue) -> None:
    found = [each for each in re.findall(r"```sql\n(.*?)\n```", PAGE, re.DOTALL) if each not in dict(QUERIES).values()]
    assert found
    for statement in found:
        Query(house, statement).run()


def asked(house: Catalogue, name: str) -> list[dict[str, object]]:
    (text,) = [each.text for each in recipes() if each.name == name]
    return list(house.table(text).to_pylist())


def test_what_queries_find(house: Catalogue) -> None:
    """Those in which a wrong join would still find something."""
    (row,) = asked(house, "Where the model and a person disagree")
    assert (row["face_id"], row["person"], row["model"]) == (1, "chino", "cocoa")
    assert [(row["person"], row["model"], row["faces"]) for row in asked(house, "Whom the model takes for whom")] == [
        ("chino", "cocoa", 1), ("rize", "rize", 1),
    ]  # fmt: skip
    leaks = asked(house, "Leaks of a split")
    assert {(row["kind"], row["part"], row["other_part"], row["image_id"], row["other_image"]) for row in leaks} == {
        ("face", "train", "test", 1, 2), ("image", "train", "test", 1, 2),
    }  # fmt: skip
    assert [(row["image_id"], row["parts"]) for row in asked(house, "One picture in two parts")] == [
        (1, ["test", "train"])
    ]
    (row,) = asked(house, "Labels that changed since a split was frozen")
    assert (row["face_id"], row["frozen"], row["now"]) == (3, "chino", "cocoa")
    assert [(row["image_id"], row["other_id"]) for row in asked(house, "Near-duplicates under different labels")] == [
        (1, 3)
    ]
    (row,) = asked(house, "Faces that look alike under two names")
    assert (row["face_id"], row["other_id"], row["label"], row["other_label"]) == (1, 3, "chino", "cocoa")
    assert [(row["label"], row["faces"], row["percent_so_far"]) for row in asked(house, "The long tail")] == [
        ("chino", 1, 33.33), ("cocoa", 1, 66.67), ("rize", 1, 100),
    ]  # fmt: skip
    (row,) = asked(house, "Hosts that fail most")
    assert (row["host"], row["asked"], row["not_taken"], row["mostly"]) == ("i.example", 2, 1, "gone")
    assert {(row["label"], row["other"]) for row in asked(house, "Labels that go together")} == {
        ("chino", "hat"), ("cocoa", "hat"),
    }  # fmt: skip
    (row,) = [
        row
        for row in asked(house, "Names with fewer than 20 faces, and what could be named")
        if row["label"] == "cocoa"
    ]
    assert (row["faces"], row["waiting"]) == (1, 1)
    told = " · ".join(str(row["what"]) for row in asked(house, "The story of picture number 1"))
    for part in (
        "taken in as",
        "seen at",
        "found faces: 2",
        "me called a face chino",
        "me called it hat",
        "said keep_a",
    ):
        assert part in told
    assert "person kept picture 1" in told


def test_everything_in_a_catalogue_is_explained(house: Catalogue) -> None:
    """With all its columns, in this page; what is counted is explained where the other statistics are."""
    elsewhere = "\n".join(each.read_text("utf-8") for each in DOCS.glob("*.md"))
    told = dict(re.findall(r"^\| `(\w+)`(?: \(view\))? \| [^|]* \| (.*) \|$", PAGE, re.MULTILINE))
    for relation in schema(house):
        if relation.kind == "macro":
            given = ", ".join(name for name, _ in relation.columns)
            assert f"| `{relation.name}({given})` |" in PAGE, f"the macro {relation.name} is not explained"
        elif relation.name.startswith("stats_"):
            assert f"`{relation.name}`" in elsewhere, f"the view {relation.name} is named in no page of docs/"
        else:
            assert relation.name in told, f"the {relation.kind} {relation.name} has no row in docs/sql.md"
            columns = {name for name, _ in relation.columns}
            named = set(re.findall(r"`([^`]+)`", told[relation.name]))
            assert named == columns, f"docs/sql.md on {relation.name}: {sorted(named ^ columns)}"
            assert f"`{relation.name}` (view)" in PAGE or relation.kind == "table"
    assert set(told) == {each.name for each in schema(house) if f"| `{each.name}`" in PAGE and each.kind != "macro"}


def test_the_drawing_names_tables_and_columns_that_are_there(house: Catalogue) -> None:
    (drawing,) = re.findall(r"## The schema, drawn\n.*?```\n(.*?)\n```", PAGE, re.DOTALL)
    known = {name for each in schema(house) for name in (each.name, *(column for column, _ in each.columns))}
    words = set(re.findall(r"[a-z]+_[a-z_]+", drawing))
    assert words <= known, words - known
    tables = {each.name for each in schema(house) if each.kind == "table"}
    assert len(set(re.findall(r"[a-z_]+", drawing)) & tables) >= 20
    assert max(map(len, drawing.split("\n"))) <= 100


def test_queries_are_read_with_their_groups(tmp_path: Path) -> None:
    file = tmp_path / "some.sql"
    file.write_text("-- Above.\n\n-- # One\n\n-- > First\n-- Why.\nSELECT 1\n\n-- # Two\n\n-- > Second\nSELECT 2\n")
    assert recipes(file) == [Recipe("First", "-- Why.\nSELECT 1", "One"), Recipe("Second", "SELECT 2", "Two")]
