from __future__ import annotations

import pytest

from anitui.store.console_completion import complete, tokens
from anitui.store.console_schema import Relation

SCHEMA = [
    Relation("faces", "table", (("face_id", "BIGINT"), ("image_id", "BIGINT"), ("score", "DOUBLE")), 3),
    Relation("images", "table", (("image_id", "BIGINT"), ("state", "VARCHAR"), ("order", "VARCHAR")), 12),
    Relation("image_facts", "table", (("image_id", "BIGINT"), ("sharpness", "DOUBLE")), 12),
    Relation("tagged_images", "view", (("image_id", "BIGINT"), ("label", "VARCHAR"))),
    Relation("hamming", "macro", (("a", ""), ("b", ""))),
]


def offered(text: str) -> list[str]:
    """What is offered at the bar in the text."""
    at = text.index("|")
    return [each.text for each in complete(text.replace("|", "", 1), at, SCHEMA).options]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("SELECT * FROM im|", ["images", "image_facts"]),
        ("SELECT * FROM faces JOIN im|", ["images", "image_facts"]),
        ("SELECT * FROM faces, ta|", ["tagged_images"]),
        ("SELECT sc| FROM faces", ["score"]),
        ("SELECT f.| FROM faces AS f", ["face_id", "image_id", "score"]),
        ("SELECT F.sc| FROM faces f", ["score"]),
        ("SELECT faces.sc|", ["score"]),
        ("SELECT ham|", ["hamming("]),
        ("SEL|", ["SELECT"]),
        ("SELECT * FROM faces WH|", ["WHERE"]),
        ("WITH mine AS (SELECT 1) SELECT * FROM mi|", ["mine"]),
        ("SELECT st| FROM images; SELECT 1", ["state"]),
        ('SELECT "or| FROM images', ['"order"']),
        ("SELECT or| FROM images", ['"order"']),
    ],
)
def test_what_fits_comes_first(text: str, first: list[str]) -> None:
    assert set(first) <= set(offered(text)[: max(2, len(first))])


@pytest.mark.parametrize("text", ["SELECT 'im|", "SELECT 'im|' FROM images", "-- im|", "/* im|", "SELECT 12|"])
def test_nothing_is_offered_in_texts_comments_and_numbers(text: str) -> None:
    assert offered(text) == []


def test_columns_are_those_of_the_tables_that_the_statement_names() -> None:
    assert "score" not in offered("SELECT s| FROM images")
    assert "state" not in offered("SELECT s| FROM faces; SELECT state FROM images")
    assert "score" in offered("SELECT s|")


def test_a_part_of_a_name_finds_it_and_a_whole_word_is_not_offered_again() -> None:
    assert offered("SELECT id| FROM faces")[:2] == ["face_id", "image_id"]
    assert "score" not in offered("SELECT score| FROM faces")


def test_what_is_replaced_begins_where_the_word_does() -> None:
    assert complete("SELECT sc FROM faces", 9, SCHEMA).start == 7
    assert complete("SELECT f.sc FROM faces f", 11, SCHEMA).start == 9


def test_the_pieces_of_a_text_are_the_text() -> None:
    text = "SELECT 'é''' -- c\n, \"a b\", 1.5e3 /* open"
    assert "".join(each.text for each in tokens(text)) == text
    assert [each.kind for each in tokens("'a' 1 b")] == ["text", "gap", "number", "gap", "word"]
