"""Faces by keys: named one by one and twenty at once, gathered, filtered, and all of it taken back."""

from __future__ import annotations

import pytest
from sitting import SIZES, Sitting, sitting

from anitui.screens.faces.panel import lines
from anitui.screens.whom import Whom, matching
from anitui.store import faces, labels
from anitui.store.catalogue import Catalogue
from anitui.store.faces import LookedAt, NewFace
from anitui.store.labels import KEYS, Known, Label
from anitui.workspace import Workspace


@pytest.fixture
def crowd(shelf: Catalogue) -> Catalogue:
    """A face on each of the twelve pictures (5 chino, 4 cocoa, 3 rize, as jobs say), and a second one on the last."""
    found = [NewFace(n, 5, 5, 30, 30, n / 20, 0xFFF >> n, 0xFFF >> n, n) for n in range(1, 13)]
    found.append(NewFace(12, 20, 60, 30, 30, 0.9, 0, 0, 0))
    faces.record(shelf, "animeface", "{}", [LookedAt(n, 1) for n in range(1, 13)], found)
    labels.add(shelf, [Label("chino"), Label("cocoa"), Label("rize")])
    return shelf


def named(catalogue: Catalogue, speaker: str = "person") -> dict[int, str]:
    rows = catalogue.rows("SELECT face_id, label FROM labelled_faces WHERE speaker = ? ORDER BY 1", [speaker])
    return dict(rows)


async def faces_screen(at: Sitting, *keys: str) -> None:
    await at.press("g", "f")
    await at.sees("faces ›")
    await at.press(*keys)


async def test_a_key_names_the_face_and_goes_on(cafe: Workspace, crowd: Catalogue) -> None:
    async with sitting(cafe, crowd, (120, 36)) as at:
        await faces_screen(at)
        await at.sees("1 ▌chino", "1 of 13")
        await at.press("2", "3", "minus")
        assert named(crowd) == {13: "cocoa", 12: "rize"}
        assert at.said == "no label has the key -; t names by typing"
        assert at.grid.cursor == 2
        await at.press("u")
        assert named(crowd) == {13: "cocoa"}
        assert at.said == "taken back: named 1 face rize"


async def test_a_selection_and_all_of_one_name_are_named_at_once(cafe: Workspace, crowd: Catalogue) -> None:
    async with sitting(cafe, crowd, (120, 36)) as at:
        await faces_screen(at, "v", "right", "right", "1")
        assert named(crowd) == {13: "chino", 12: "chino", 11: "chino"}
        await at.press("end", "a")
        await at.sees("8 faces selected: chino")
        await at.press("2")
        assert {face for face, name in named(crowd).items() if name == "cocoa"} == {1, 2, 3, 4, 5, 11, 12, 13}
        await at.press("u", "u")
        assert named(crowd) == {}


async def test_typing_finds_a_label_among_many_or_makes_a_new_one(cafe: Workspace, crowd: Catalogue) -> None:
    labels.add(crowd, [Label(f"extra {n:03}") for n in range(300)])
    labels.change(crowd, "extra 150", aliases=["Sharo Kirima"])
    async with sitting(cafe, crowd, (80, 24)) as at:
        await faces_screen(at)
        await at.sees("more: t finds")
        await at.press("t")
        await at.type("kiri")
        await at.sees("extra 150")
        await at.press("enter", "t")
        await at.type("Chiya")
        await at.sees("a new label: Chiya")
        await at.press("enter", "t", "escape")
        assert named(crowd) == {13: "extra 150", 12: "Chiya"}


async def test_space_agrees_and_goes_on(cafe: Workspace, crowd: Catalogue) -> None:
    with crowd.writing() as connection:
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by, confidence) VALUES "
            "(13, 'cocoa', 'model', 'run 1', 0.91), (10, 'chino', 'model', 'run 1', 0.42), "
            "(9, 'cocoa', 'model', 'run 1', 1)"
        )
    async with sitting(cafe, crowd, (120, 36)) as at:
        await faces_screen(at, "3")
        await at.sees("rize ≠ 91% cocoa", "? rize", "42% chino")
        # One's own word is taken back for the model's; of two faces under one name each may have it.
        await at.press("home", "space", "space", "space", "space", "space", "left", "space")
        assert named(crowd) == {13: "cocoa", 12: "rize", 11: "rize", 10: "chino", 9: "cocoa"}
        assert at.grid.cursor == 5


async def test_what_is_no_face_what_nobody_knows_and_what_was_said_too_much(cafe: Workspace, crowd: Catalogue) -> None:
    async with sitting(cafe, crowd, (120, 36)) as at:
        await faces_screen(at, "n", "m")
        await at.sees("not a face", "unsure")
        assert crowd.rows("SELECT face_id, state, unsure FROM faces WHERE state <> 'active' OR unsure ORDER BY 1") == [
            (12, "active", True), (13, "set_aside", False),
        ]  # fmt: skip
        await at.press("home", "r", "home", "1", "home", "delete")
        assert at.said == "took 1 name off"
        assert crowd.value("SELECT state FROM faces WHERE face_id = 13") == "active"
        await at.press("slash")
        await at.type("unsure:yes")
        await at.press("enter")
        assert at.grid.total == 1
        await at.press("escape")
        assert at.grid.total == 13


async def test_those_most_alike_and_back(cafe: Workspace, crowd: Catalogue) -> None:
    async with sitting(cafe, crowd, (120, 36)) as at:
        await faces_screen(at, "end", "y")
        await at.until(lambda: at.grid.model.cells[0].key == 1)
        assert "the likest first" in at.said
        assert [at.grid.model.cells[n].key for n in range(4)] == [1, 2, 3, 4]
        await at.press("v", "right", "3")
        assert named(crowd) == {1: "rize", 2: "rize"}
        await at.press("escape")
        assert (at.grid.cursor, at.grid.total) == (12, 13)


async def test_one_comes_back_to_where_one_was(cafe: Workspace, crowd: Catalogue) -> None:
    async with sitting(cafe, crowd) as at:
        await faces_screen(at, "slash")
        await at.type("hint:cocoa")
        await at.press("enter", "O")
        await at.press("o", "enter", "right", "right", "g", "h")
    async with sitting(cafe, crowd) as at:
        await faces_screen(at)
        await at.sees("hint:cocoa › oldest", "3 of 4")


async def test_a_wrong_filter_is_told_and_what_was_shown_stays(cafe: Workspace, crowd: Catalogue) -> None:
    async with sitting(cafe, crowd) as at:
        await faces_screen(at, "slash")
        await at.type("in:nowhere")
        await at.press("enter")
        assert "in: takes the name of a view or table" in at.said
        assert len(at.grid.model.cells) == 13


async def test_without_faces_a_key_finds_them(cafe: Workspace, shelf: Catalogue) -> None:
    cafe.settings_file.write_text('[detect]\ndetector = "whole"\n[import]\nworkers = 1\n')
    async with sitting(cafe, shelf) as at:
        await at.press("g", "f")
        await at.sees("no faces yet: D finds them")
        await at.press("1", "space", "t", "a", "y", "n", "enter", "v", "ctrl+a", "end")
        await at.press("D")
        await at.until(lambda: "12 faces in 12 pictures" in at.said, pause=0.05)
        await at.until(lambda: at.grid.current is not None)
        assert at.grid.total == 12


async def test_before_there_are_pictures_it_says_how_they_come(workspace: Workspace, catalogue: Catalogue) -> None:
    async with sitting(workspace, catalogue, (80, 24)) as at:
        await at.press("g", "f")
        await at.sees("no pictures yet: i takes some in", "no labels yet: t", "names")
        assert at.keys.startswith("i import · L labels · S label set · u undo")
        await at.press("D")
        assert at.place == "· no pictures yet: i takes some in"
        await at.press("g", "b")
        await at.sees("no pictures yet: i takes some in")
        assert at.keys.startswith("i import · u undo")


async def test_without_faces_the_bar_names_what_can_be_done(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (80, 24)) as at:
        await at.press("g", "f")
        await at.sees("no faces yet: D finds them")
        assert "D find faces" in at.keys and "agree" not in at.keys and "import" not in at.keys


async def test_faces_that_came_are_put_in_order(cafe: Workspace, crowd: Catalogue) -> None:
    async with sitting(cafe, crowd) as at:
        await faces_screen(at, "right", "right")
        here = at.grid.model.cells[2].key
        faces.record(crowd, "cascade", "{}", [LookedAt(1, 1)], [NewFace(1, 1, 1, 9, 9, 0.5, 1, 1, 1)])
        at.app.changed()
        await at.sees("4 of 14")
        await at.quiet()
        cell = at.grid.current
        assert cell is not None
        assert cell.key == here


async def test_labels_are_renamed_merged_deleted_and_brought_back(cafe: Workspace, crowd: Catalogue) -> None:
    async with sitting(cafe, crowd, (120, 36)) as at:
        await faces_screen(at, "3", "L")
        await at.sees("labels › characters", "1 of 3")
        await at.press("e")
        await at.type("chino Kafuu")
        await at.press("enter")
        await at.sees("chino Kafuu")
        await at.press("m")
        await at.type("coc")
        await at.press("enter")
        await at.sees("chino Kafuu, chino")
        assert at.said == "chino Kafuu is one with cocoa now; u parts them"
        await at.press("slash")
        await at.type("rize")
        await at.press("enter", "delete")
        assert named(crowd) == {}
        assert [each.name for each in labels.listed(crowd, "characters")] == ["cocoa"]
        await at.press("u", "u", "u")
        assert named(crowd) == {13: "rize"}
        assert [each.name for each in labels.listed(crowd, "characters")] == ["chino", "cocoa", "rize"]
        await at.press("n")
        await at.type("Aoyama")
        await at.press("enter")
        await at.sees("Aoyama")
        await at.press("k")
        await at.press("end", "enter", "c")
        await at.type("#123456")
        await at.press("enter", "a")
        await at.type("Aoyama Blue Mountain, 青山")
        await at.press("enter")
        changed = labels.find(crowd, "青山")
        assert changed == Label("Aoyama", "characters", ("Aoyama Blue Mountain", "青山"), "#123456", "]", 3)


async def test_the_list_of_labels_gives_names_the_room_that_others_do_not_need(
    cafe: Workspace, crowd: Catalogue
) -> None:
    long = "the very long name of a label with fifty letters"
    labels.add(crowd, [Label(long)])
    async with sitting(cafe, crowd, (80, 24)) as at:
        await faces_screen(at, "L")
        await at.sees(long)
        labels.change(crowd, "chino", aliases=["Kafuu Chino", "カフチノ", "one of many other names"])
        at.app.changed()
        await at.sees("the very long name of a", "Kafuu Chino, カフチノ")
        assert all(len(line) <= 80 for line in at.lines())
        await at.resize(160, 24)
        await at.sees(long, "one of many other names")


async def test_another_set_has_names_of_its_own(cafe: Workspace, crowd: Catalogue) -> None:
    async with sitting(cafe, crowd, (120, 36)) as at:
        await faces_screen(at, "1", "home", "S")
        await at.sees("a new set …")
        await at.press("end", "enter")
        await at.type("quality")
        await at.press("enter")
        await at.sees("quality › all that are active", "no labels yet")
        await at.press("t")
        await at.type("sharp")
        await at.press("enter")
        rows = crowd.rows("SELECT label_set, label FROM labelled_faces WHERE face_id = 13 ORDER BY 1")
        assert rows == [("characters", "chino"), ("quality", "sharp")]
        await at.sees("1 ▌sharp", pause=0.01)
        await at.press("1", "S", "home", "enter")
        await at.sees("1 ▌chino")
        assert crowd.value("SELECT count(*) FROM face_labels WHERE label = 'sharp'") == 2


async def test_the_panel_says_what_is_to_be_pressed(cafe: Workspace, crowd: Catalogue) -> None:
    cafe.settings_file.write_text('[keys]\n"faces.name(0)" = "f6"\n"faces.unsure" = "1"\n')
    async with sitting(cafe, crowd, (120, 36)) as at:
        await faces_screen(at)
        await at.sees("f6▌chino", "2 ▌cocoa")
        await at.press("f6", "1")
        assert named(crowd) == {13: "chino"}
        assert crowd.rows("SELECT face_id FROM faces WHERE unsure") == [(12,)]


async def test_the_first_line_of_the_panel_is_drawn_again_too(cafe: Workspace, crowd: Catalogue) -> None:
    labels.rename(crowd, "chino", "chino of the rabbit house cafe")
    async with sitting(cafe, crowd, (120, 36)) as at:
        await faces_screen(at)
        await at.sees("1 ▌chino of the rabbit…")
        await at.resize(80, 24)
        (line,) = [each for each in at.lines() if "▌chino" in each]
        assert line.endswith(" 5 │")


async def test_it_is_whole_at_every_size(cafe: Workspace, crowd: Catalogue) -> None:
    for size in SIZES:
        async with sitting(cafe, crowd, size) as at:
            await faces_screen(at, "right")
            assert "of 13" in at.place
            assert at.keys.startswith(("space", "1"))
            await at.press("L")
            assert "chino" in at.seen()
            assert all(len(line) <= size[0] for line in at.lines())


def known(*names: str, aliases: tuple[str, ...] = ()) -> list[Known]:
    return [
        Known(name, aliases, "#ffffff", KEYS[at] if at < len(KEYS) else None, at, 1, True)
        for at, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["miku", "hatsune_miku", "kagamine rin", "rin"]),
        ("rin", ["rin", "kagamine rin"]),
        ("MIKU", ["miku", "hatsune_miku"]),
        ("gam", ["kagamine rin"]),
        ("x", []),
        ("hatsune-mi", ["hatsune_miku"]),
        ("rin kaga", ["kagamine rin"]),
        ("amine in", ["kagamine rin"]),
        ("rin miku", []),
    ],
)
def test_the_best_match_comes_first(typed: str, found: list[str]) -> None:
    there = known("miku", "hatsune_miku", "kagamine rin", "rin")
    assert [each.name for each in matching(there, typed)] == found


async def test_one_goes_through_the_pictures_of_all_faces_however_few_are_shown(
    cafe: Workspace, crowd: Catalogue
) -> None:
    async with sitting(cafe, crowd, (40, 12)) as at:
        await faces_screen(at, "O", "o", "enter", "right", "right")  # the oldest first
        assert len(at.grid.model.cells) < 12
        await at.press("enter")
        assert at.place.startswith("picture 3") and at.place.endswith("3 of 12")
        await at.press("n")
        assert at.place.startswith("picture 4")
        await at.press("B")
        await at.resize(100, 30)
        assert "4 of 12" in at.place
        await at.press("escape", "escape", "end", "B")
        assert "12 of 12" in at.place, "a picture with two faces is one picture"
        await at.press("escape", "slash")
        await at.type("hint:cocoa")
        await at.press("enter", "B")
        assert "1 of 4" in at.place


async def test_joiners_are_typed_and_kept(cafe: Workspace, crowd: Catalogue) -> None:
    async with sitting(cafe, crowd, (120, 36)) as at:
        await faces_screen(at, "t")
        await at.type("می\u200cخ")
        await at.press("enter")
        assert named(crowd) == {13: "می\u200cخ"}
        await at.sees("می\u200cخ")
        await at.press("L", "n")
        await at.type("👩\u200d👧")
        await at.press("enter")
        assert labels.find(crowd, "👩\u200d👧") is not None


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("very long", ["a very long name", "*very long"]),
        ("gami", ["kagamine rin", "*gami"]),
        ("rin-kaga", ["kagamine rin", "*rin-kaga"]),
        ("桜", ["木之本桜", "*桜"]),
        ("g", ["*g", "a very long name", "kagamine rin", "dragon_maid"]),
        ("dragon maid", ["dragon_maid", "*dragon maid"]),
        ("DRAGON_maid", ["dragon_maid"]),
        ("kobayashi", ["dragon_maid"]),
        ("new", ["*new"]),
    ],
)
async def test_what_is_there_already_is_offered_before_a_new_label(
    cafe: Workspace, crowd: Catalogue, typed: str, offered: list[str]
) -> None:
    there = [*known("a very long name", "kagamine rin", "木之本桜"), *known("dragon_maid", aliases=("Kobayashi",))]
    async with sitting(cafe, crowd) as at:
        question = Whom("Who is this?", there)
        at.app.push_screen(question)
        await at.quiet()
        await at.type(typed)
        new = {name for name in question._names if f"a new label: {name}" in at.seen()}
        assert [f"*{name}" if name in new else name for name in question._names] == offered


async def test_a_new_label_is_in_sight_behind_any_number_of_others(cafe: Workspace, crowd: Catalogue) -> None:
    async with sitting(cafe, crowd) as at:
        at.app.push_screen(Whom("Who is this?", known(*(f"extra {n}" for n in range(300)))))
        await at.quiet()
        await at.type("extra")
        await at.sees("a new label: extra")


def test_the_panel_keeps_the_marked_label_in_sight_and_the_others_in_their_places() -> None:
    many = known(*(f"label {n}" for n in range(1000)))
    still = [line.plain for line in lines(many, None, 30, 20)]
    assert still[-1] == "982 more: t finds"
    for at in (0, 5, 17, 18, 500, 999):
        shown = [line.plain for line in lines(many, f"label {at}", 30, 20)]
        assert sum(f"label {at} " in line for line in shown) == 1
        assert shown[:18] == still[:18]
        assert len(shown) == (19 if at < 18 else 20)
    assert len(lines(many[:20], "label 3", 30, 20)) == 20
