from __future__ import annotations

import pytest

from anitui.errors import WrongUse
from anitui.store import facts, gallery, journal, naming, rule_singles, verdicts
from anitui.store.catalogue import Catalogue
from anitui.store.facts import Fact, Spread, spread
from anitui.store.groups import Statement, Verdict
from anitui.store.rule_words import parse
from tests.store.test_rules import add

FACT = {each.word: each for each in facts.FACTS}


def face(catalogue: Catalogue, image_id: int, score: float | None = 0.5, size: float = 20, **more: str) -> int:
    with catalogue.writing() as connection:
        found = connection.execute(
            "INSERT INTO faces (image_id, x, y, w, h, score, detector) VALUES (?, 1, 1, ?, 20, ?, ?) RETURNING face_id",
            [image_id, size, score, more.get("detector", "animeface")],
        ).fetchall()
    return int(found[0][0])


def met(catalogue: Catalogue, text: str) -> rule_singles.Singles:
    return rule_singles.singles(catalogue, parse(text))


def of_values(*values: float) -> Spread:
    import numpy

    found = numpy.array(sorted(values), dtype=numpy.float64)
    return Spread(FACT["sharpness"], found, numpy.arange(len(found)), 0)


@pytest.fixture
def many(catalogue: Catalogue) -> Catalogue:
    """Nine pictures, the later the larger and the sharper, each with a face but the last."""
    for at in range(1, 10):
        image = add(catalogue, f"n{at}", size=(40 * at, 30 + at), bytes=1000 * at, sharpness=1.5 * at, colourfulness=at)
        if at < 9:
            face(catalogue, image, at / 10, 10 + at)
    return catalogue


@pytest.mark.parametrize("fact", facts.FACTS, ids=lambda each: each.word)
def test_a_threshold_parts_whom_the_rule_parts(many: Catalogue, fact: Fact) -> None:
    found = spread(many, fact)
    assert len(found) == (9 if fact.kind == "image" else 8) and found.missing == 0
    on = "on:faces " if fact.kind == "face" else ""
    for value in sorted(set(found.values.tolist())):
        text = f"{value / fact.factor:.6f}{'%' if fact.unit == '%' else ''}"
        threshold = facts.number(fact, text)
        below = met(many, f"set-aside {on}{fact.word}<{text}").ids if threshold > found.values[0] else ()
        assert sorted(found.ids[: found.below(threshold)].tolist()) == list(below)
        above = met(many, f"set-aside {on}{fact.word}>={text}").ids
        assert len(below) + len(above) == len(found)


def test_who_has_no_value_is_counted_apart(many: Catalogue) -> None:
    with many.writing() as connection:
        connection.execute("UPDATE image_facts SET sharpness = NULL WHERE image_id = 3")
        connection.execute("DELETE FROM image_facts WHERE image_id = 4")
        connection.execute("UPDATE faces SET score = NULL WHERE face_id = 1")
    found = spread(many, FACT["sharpness"])
    assert (len(found), found.missing) == (7, 2) and 3 not in found.ids
    assert met(many, "set-aside sharpness<99").ids == (1, 2, 5, 6, 7, 8, 9)
    assert spread(many, FACT["score"]).missing == 1 and 1 not in met(many, "set-aside on:faces score<9").ids


def test_only_those_that_a_filter_leaves_and_nobody_who_is_set_aside(many: Catalogue) -> None:
    gallery.set_aside(many, [1, 2], "by hand")
    assert spread(many, FACT["width"]).ids.tolist() == [3, 4, 5, 6, 7, 8, 9]
    assert spread(many, FACT["width"], "sharpness>6 width<300").ids.tolist() == [5, 6, 7]
    assert spread(many, FACT["score"], "score<0.6 width>150").ids.tolist() == [4, 5]
    with pytest.raises(WrongUse):
        spread(many, FACT["width"], "widht<3")


def test_an_empty_catalogue(catalogue: Catalogue) -> None:
    for fact in facts.FACTS:
        found = spread(catalogue, fact)
        assert len(found) == 0 and found.even and found.nearest(5, 9) == ([], [])


def test_a_share_is_the_number_that_a_column_holds() -> None:
    for percent in ("1.1", "7", "0.29", "14.3", "57"):
        assert facts.number(FACT["colour"], f"{percent}%") == float(f"{int(float(percent) * 1000 + 0.5)}e-5")


def test_counts_and_neighbours() -> None:
    found = of_values(1, 2, 2, 2, 5, 9)
    assert found.counts([2, 5]) == [1, 3, 2] and found.counts([]) == [6]
    assert found.nearest(5, 2) == ([3, 2], [4, 5]) and found.nearest(0, 2) == ([], [0, 1])
    assert found.around(2, 1) == (2, 5) and found.around(5, -1) == (1, 2)
    assert found.around(9, 1) is None and found.around(2, -1) is None and found.around(99, -1) == (5, 9)
    assert not found.even and of_values(3, 3).even


def test_those_that_are_shown(many: Catalogue) -> None:
    found = facts.shown(many, "image", [3, 99, 1])
    assert [(each.id, each.image_id, each.box) for each in found] == [(3, 3, None), (1, 1, None)]
    assert [(each.id, each.image_id, each.box) for each in facts.shown(many, "face", [2])] == [(2, 2, (1, 1, 12, 20))]
    assert facts.shown(many, "face", []) == []


def test_faces_are_set_aside_as_one_decision(many: Catalogue) -> None:
    found = met(many, "set-aside on:faces score<0.35 protect:folder=/nowhere")
    assert found.ids == (1, 2, 3) and found.bytes == 0
    assert [(each.id, each.score, each.width) for each in found.first][:2] == [(1, 0.1, 11), (2, 0.2, 12)]
    number = rule_singles.set_singles_aside(
        many, "face", found.ids, reason="rule x", summary="rule x: set {n} aside", said_by="rule x"
    )
    assert number == 3 and met(many, "set-aside on:faces score<0.35").ids == ()
    assert many.rows("SELECT DISTINCT reason FROM faces WHERE state = 'set_aside'") == [("rule x",)]
    journal.undo(many)
    assert met(many, "set-aside on:faces score<0.35").ids == (1, 2, 3)
    assert met(many, "set-aside on:faces sharpness<3").ids == (1,), "words of the filter are said of the picture"


def test_no_rule_overrules_a_person_about_faces(many: Catalogue) -> None:
    drawn = face(many, 9, None, detector="person")
    naming.name(many, [1], "Miku")
    naming.unsure(many, [2])
    naming.not_faces(many, [3])
    naming.bring_back(many, [3])
    verdicts.judge(many, "face", [Statement.of(4, 5, Verdict.SAME)], action="x", summary="x")
    with many.writing() as connection:
        connection.execute("INSERT INTO reviewed_images (image_id) VALUES (6)")
    found = met(many, "set-aside on:faces face<99")
    assert found.ids == (7, 8) and drawn not in found.ids
    assert (found.brought_back, found.spoken_of, found.protected) == (1, 6, 0)
    many.rows("SELECT 1")
    with many.writing() as connection:
        connection.execute("UPDATE sightings SET page_url = '/best' WHERE image_id = 8")
    found = met(many, "set-aside on:faces face<99 protect:folder=/best")
    assert found.ids == (7,) and found.protected == 1


def test_no_rule_overrules_a_person_about_pictures(many: Catalogue) -> None:
    naming.name(many, [1], "Miku")
    face(many, 2, None, detector="person")
    verdicts.judge(many, "image", [Statement.of(3, 4, Verdict.KEEP_A)], action="x", summary="x")
    verdicts.judge(many, "image", [Statement.of(5, 6, Verdict.DIFFERENT)], action="x", summary="x")
    verdicts.judge(many, "image", [Statement.of(7, 8, Verdict.KEEP_A)], action="x", summary="x", said_by="rule y")
    found = met(many, "set-aside width<9999")
    assert found.ids == (5, 6, 7, 9) and found.spoken_of == 3
