from __future__ import annotations

import pytest
from sitting import Sitting, sitting

from anitui.screens.clean.axis import axis, between, mark
from anitui.screens.clean.choice import Choice, command
from anitui.screens.clean.histogram import ASIDE, Drawn, bars
from anitui.screens.clean.screen import CleanScreen
from anitui.screens.clean.side import Side
from anitui.screens.one_picture import PictureScreen
from anitui.screens.questions import Confirm
from anitui.store import facts, gallery, naming
from anitui.store.catalogue import Catalogue
from anitui.store.facts import ABOVE, FACTS, Fact, Spread
from anitui.store.rule_words import parse
from anitui.workspace import Workspace

FACT = {each.word: each for each in FACTS}


def spread_of(fact: Fact, *values: float) -> Spread:
    import numpy

    found = numpy.array(sorted(values), dtype=numpy.float64)
    return Spread(fact, found, numpy.arange(len(found)), 0)


def test_a_bar_is_parted_only_where_the_threshold_parts_what_it_counts() -> None:
    """Three of a fact in the lowest bar, and a threshold within it that nobody is below, then one, then all are."""
    fact = FACT["sharpness"]
    spread = spread_of(fact, 14, 15, 16, 30, 40)
    where = axis(spread, 9)
    counts = spread.counts(where.thresholds)
    for threshold, wanted in ((13.0, False), (14.0, False), (15.0, True), (1e6, True)):
        drawn = Drawn(where, counts, mark(fact, str(threshold)), True, spread.below(threshold))
        lines = bars(drawn, 40, 5)[:-1]
        red = [span for line in lines for span in line.spans if span.style == ASIDE]
        has = any(line.plain[span.start : span.end].strip() for line in lines for span in line.spans
                  if span.style == ASIDE)  # fmt: skip
        assert has == wanted, (threshold, red)


async def test_the_narrowest_bar_has_room_for_what_matters_most(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (40, 20)) as at:
        await at.press("g", "c")
        await at.sees("space set aside")


def aside(catalogue: Catalogue, table: str = "images") -> list[int]:
    key = {"images": "image_id", "faces": "face_id"}[table]
    return [row[0] for row in catalogue.rows(f"SELECT {key} FROM {table} WHERE state = 'set_aside' ORDER BY 1")]


def ids(at: Sitting, side: str) -> list[int]:
    return at.app.screen.query_one(f"#side-{side}", Side).image_ids


async def to_fact(at: Sitting, word: str) -> None:
    known = [each.word for each in facts.of_kind(FACT[word].kind)]
    await at.press("g", "c", *(["tab"] if FACT[word].kind == "face" else []), *(["down"] * known.index(word)))


@pytest.fixture
def faces(shelf: Catalogue) -> Catalogue:
    """Two faces on each of the first four pictures, the later the surer."""
    with shelf.writing() as connection:
        connection.execute(
            "INSERT INTO faces (image_id, x, y, w, h, score, detector) "
            "SELECT 1 + i // 2, 5 * (i % 2), 2, 20 + i, 20, 0.2 + i / 10, 'animeface' FROM range(8) AS n(i)"
        )
    return shelf


async def test_a_threshold_is_moved_and_what_lies_below_is_set_aside_at_once(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (120, 40)) as at:
        await to_fact(at, "shorter")
        await at.sees("shorter side of 12 pictures", "shorter side", "elongation")
        assert "clean › pictures › shorter side below" in at.place
        await at.press("t", "ctrl+u")
        await at.type("61")
        await at.press("enter")
        await at.sees("✗ 9 pictures below 61: set aside", "✓ 3 pictures from 61 up: stay", "▲61", "9 of 12")
        assert ids(at, "above") == [4, 5, 9] and sorted(ids(at, "below")) == [1, 2, 3, 6, 7, 8, 10, 11, 12]
        await at.press("space")
        await at.sees("Set 9 pictures aside?", "set-aside shorter<61", "that is 75% of all that is shown")
        assert aside(shelf) == []
        await at.press("n")
        assert aside(shelf) == []
        await at.press("x", "y")
        assert at.said == "set 9 pictures aside; u brings them back" and len(aside(shelf)) == 9
        await at.sees("shorter side of 3 pictures", "✗ 0 pictures below 61")
        await at.press("x")
        assert "nobody" in at.said
        await at.press("u")
        assert aside(shelf) == []
        await at.sees("✗ 9 pictures below 61")


async def test_by_bars_by_the_nearest_one_and_the_other_side(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (120, 40)) as at:
        await to_fact(at, "size")
        await at.press("home")
        below = []
        for _ in range(40):
            if at.said.startswith("no further"):
                break
            below.append(len(ids(at, "below")))
            await at.press("right")
        assert below == sorted(below) and below[0] == 4 and below[-1] == 11
        await at.press("end", "shift+left")
        await at.sees("✗ 10 pictures below")
        await at.press("shift+left", "L", "H")
        await at.sees("✗ 8 pictures below", "✓ 4 pictures from")
        await at.press("s")
        await at.sees("✓ 8 pictures below", "✗ 4 pictures from")
        await at.press("x", "y")
        assert aside(shelf) == [5, 9, 11, 12]


async def test_faces_and_back_and_a_filter(cafe: Workspace, faces: Catalogue) -> None:
    async with sitting(cafe, faces, (120, 40)) as at:
        await to_fact(at, "score")
        await at.sees("faces by", "score of 8 faces", "share of the picture")
        await at.press("home", "right", "slash")
        await at.type("size>70")
        await at.press("enter")
        await at.sees("score of 4 faces", "clean › faces › score below", "› size>70")
        assert "esc among all" in at.keys
        await at.press("x", "y")
        assert aside(faces, "faces") == [3]
        assert faces.value("SELECT reason FROM faces WHERE face_id = 3").startswith("rule set-aside on:faces score<0.")
        await at.press("escape", "u")
        await at.sees("score of 8 faces")
        await at.press("tab")
        await at.sees("pictures by", "sharpness")


async def test_a_filter_that_no_rule_can_have_is_told(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (120, 40)) as at:
        await to_fact(at, "width")
        for query, told in (("cocoa", "bare word 'cocoa'"), ("state:all", "leave state:"), ("widht<3", "width?")):
            await at.press("slash", "ctrl+u")
            await at.type(query)
            await at.press("enter")
            assert told in at.said and at.app.messages[-1].kind == "error"
        await at.press("slash")
        await at.type("label:nobody")
        await at.press("enter")
        await at.sees("nothing fits this filter")
        await at.press("x", "right", "enter", "w", "n", "o", "t")
        assert "nothing to part" in at.said
        await at.press("escape")
        await at.sees("width of 12 pictures")


async def test_the_same_as_a_command(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (120, 40)) as at:
        await to_fact(at, "aspect")
        await at.press("w")
        assert at.said.startswith('anitui clean --rule "set-aside aspect>=') and at.said.endswith('"')
        rule = parse(at.said.split('"')[1])
        assert rule.single and rule.kind == "image"


def test_a_rule_for_the_shell_is_quoted() -> None:
    choice = Choice(FACT["score"], 'label:"ki dou"', mark(FACT["score"], "0.4"))
    assert command(choice.rule()) == "anitui clean --rule 'set-aside on:faces score<0.4 label:\"ki dou\"'"


async def test_what_a_person_said_and_what_is_protected_stays(cafe: Workspace, shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [1], "by hand")
    gallery.bring_back(shelf, [1])
    with shelf.writing() as connection:
        connection.execute("INSERT INTO faces (image_id, x, y, w, h, detector) VALUES (2, 1, 1, 9, 9, 'animeface')")
    naming.name(shelf, [1], "chino")
    cafe.settings_file.write_text("[cleaning]\nprotect = 'cocoa'\n", "utf-8")
    async with sitting(cafe, shelf, (120, 40)) as at:
        await to_fact(at, "width")
        await at.press("end", "space")
        await at.sees(
            "Set 6 pictures aside?", "3 pictures protected, left alone", "1 picture that a person brought back",
            "1 picture that a person named, kept or drew",
        )  # fmt: skip
        await at.press("y")
        assert aside(shelf) == [3, 4, 5, 10, 11, 12] and at.said.startswith("set 6 pictures aside")


async def test_looking_closer_at_those_nearest_to_the_threshold(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (120, 40)) as at:
        await to_fact(at, "size")
        await at.press("end", "o", "enter")
        assert isinstance(at.app.screen, PictureScreen)
        await at.sees("picture 9")
        await at.press("escape", "o", "n", "enter")
        await at.sees("2 of 11")
        await at.press("escape", "N", "enter")
        await at.sees("1 of 11")
        await at.press("escape", "plus", "minus", "p")
        assert "pictures are drawn" in at.said


async def test_what_was_decided_elsewhere_is_seen_and_the_cursor_stays(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (120, 40)) as at:
        await to_fact(at, "size")
        await at.press("end", "n", "n", "enter")
        await at.sees("3 of 11")
        await at.press("escape", "enter")
        await at.sees("3 of 11")
        await at.press("g", "b", "x", "g", "c")
        await at.sees("longer side of 11 pictures")


async def test_nothing_to_part_is_said_with_its_reason(cafe: Workspace, shelf: Catalogue) -> None:
    with shelf.writing() as connection:
        connection.execute("UPDATE image_facts SET sharpness = NULL, brightness = NULL")
        connection.execute("UPDATE image_facts SET brightness = 7 WHERE image_id = 4")
        connection.execute("UPDATE image_facts SET colour_share = 0.5 WHERE image_id < 9")
        connection.execute("UPDATE image_facts SET colour_share = NULL WHERE image_id >= 9")
    async with sitting(cafe, shelf, (120, 40)) as at:
        await to_fact(at, "sharpness")
        await at.sees("sharpness is not known of any of the 12 pictures: anitui doctor --mend measures it")
        await at.press("x", "right", "shift+right", "home", "end", "enter")
        await to_fact(at, "colour")
        await at.sees("share of colour is 50 % of all 8 pictures: no threshold parts them")
        await at.press("down")
        await at.sees("only one picture, with brightness 7")
        await at.press("tab")
        await at.sees("no faces yet: anitui detect finds them")


async def test_an_empty_catalogue(workspace: Workspace, catalogue: Catalogue) -> None:
    async with sitting(workspace, catalogue, (80, 24)) as at:
        await at.press("g", "c")
        await at.sees("no pictures yet: i takes some in")
        await at.press(*"xnNohlHLstw", "enter", "home", "end", "tab")
        await at.sees("no faces yet")


async def test_one_goes_on_while_it_is_written_and_no_key_counts_twice(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (120, 40)) as at:
        await to_fact(at, "size")
        await at.press("end")
        with shelf.writing():
            await at.tap("x", "x")
            await at.until(lambda: isinstance(at.app.screen, Confirm))
            await at.tap("y")
            await at.until(lambda: isinstance(at.app.screen, CleanScreen))
            await at.tap("down")
            await at.sees("width of 12 pictures")
        await at.quiet()
        assert len(aside(shelf)) == 11
        await at.press("u")
        assert aside(shelf) == []


@pytest.mark.parametrize("size", [(200, 50), (120, 36), (80, 24), (40, 12)])
async def test_what_matters_is_seen_at_any_size(cafe: Workspace, shelf: Catalogue, size: tuple[int, int]) -> None:
    async with sitting(cafe, shelf, size) as at:
        await to_fact(at, "size")
        await at.press("end")
        await at.sees("┃", "▲", "11 ", "set aside", "11 of 12")
        assert all(len(line) <= size[0] for line in at.lines())
        await at.resize(60, 20)
        await at.sees("┃", "✗ 11", "✓ 1")
        await at.resize(*size)
        await at.press("x")
        await at.sees("Set 11 pictures aside?")


@pytest.mark.parametrize("fact", FACTS, ids=lambda each: each.word)
@pytest.mark.parametrize("room", [4, 20, 90])
def test_every_edge_is_written_as_what_it_means_and_parts_them(fact: Fact, room: int) -> None:
    found = spread_of(fact, *(each * fact.factor for each in (1, 2, 3, 30, 31, 32, 400, 5000.0)))
    edges = axis(found, room).edges
    assert 0 < len(edges) < room and len({each.value for each in edges}) == len(edges)
    for each in edges:
        assert facts.number(fact, each.text) == each.value and 0 < found.below(each.value) < len(found)
        parse(f"set-aside {'on:faces ' if fact.kind == 'face' else ''}{fact.word}{ABOVE}{each.text}")


@pytest.mark.parametrize(
    ("word", "low", "high", "text"),
    [
        ("sharpness", 11.8, 12.3, "12"),
        ("sharpness", 0.0, 1e-9, "0.000000001"),
        ("sharpness", 12.31, 12.32, "12.32"),
        ("brightness", -3.0, -2.0, "-2"),
        ("brightness", -1.0, 0.0, "0"),
        ("bytes", 1023, 1024, "1024"),
        ("bytes", 99_999, 200_000, "200000"),
        ("colour", 0.0012, 0.00135, "0.13%"),
    ],
)
def test_the_shortest_number_between_two_values(word: str, low: float, high: float, text: str) -> None:
    found = between(FACT[word], low, high)
    assert found is not None and found.text == text and low < found.value <= high


def test_neighbours_that_differ_in_the_last_bit_are_parted_or_told() -> None:
    import math

    for value in (0.1, 12.0, 1 / 3, 1e6 / 7):
        for word in ("sharpness", "colour"):
            found = between(FACT[word], value, math.nextafter(value, 9e9))
            assert found is None or value < found.value <= math.nextafter(value, 9e9)


@pytest.mark.parametrize("values", [(0.0, 0.0, 1.0), (-5.0, 0.0, 3.0), (1e-12, 1e12), (2.0, 2.0000001), (0.0, 1e-300)])
def test_odd_values_have_an_axis(values: tuple[float, ...]) -> None:
    for word in ("sharpness", "brightness"):
        found = spread_of(FACT[word], *values)
        for each in axis(found, 50).edges:
            assert 0 < found.below(each.value) < len(found)
