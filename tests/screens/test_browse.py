from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from sitting import Sitting, sitting

from anitui.store import gallery, journal
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

ALL = list(range(12, 0, -1))  # the twelve pictures of the fixture, the newest first
ROW, PAGE = 4, 8  # pictures in a row, and on a page, at 100 × 30


def aside(shelf: Catalogue) -> list[int]:
    return [row[0] for row in shelf.rows("SELECT image_id FROM images WHERE state = 'set_aside' ORDER BY 1")]


def marks(shelf: Catalogue) -> dict[int, int]:
    return dict(shelf.rows("SELECT image_id, mark FROM image_marks ORDER BY 1"))


async def browse(at: Sitting, *keys: str) -> Sitting:
    await at.press("g", "b", *keys)
    return at


async def show_only(at: Sitting, query: str) -> None:
    await at.press("slash", "ctrl+u")
    await at.type(query)
    await at.press("enter")


async def test_all_pictures_are_shown_with_names_and_labels_and_a_cursor_on_the_newest(
    cafe: Workspace, shelf: Catalogue
) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at)
        assert at.place.startswith("browse › all that is active › newest")
        assert at.place.endswith(" 1 of 12")
        assert at.at == 12
        assert [at.seen().count(f" · {label}") for label in ("rize", "cocoa", "chino")] == [3, 4, 1]
        assert all(at.seen().count(f"{name} · ") == 1 for name in ("rize-12", "rize-11", "cocoa-09", "chino-05"))


async def test_a_caption_says_what_is_current_and_leaves_out_what_the_heading_says(
    cafe: Workspace, shelf: Catalogue
) -> None:
    with shelf.writing() as connection:
        connection.execute(
            "INSERT INTO image_tags (image_id, label, holds, speaker, said_by) VALUES "
            "(12, 'rize', false, 'person', 'person'), (12, 'syaro', true, 'person', 'person'), "
            "(11, 'zoe', true, 'person', 'person')"
        )
        connection.execute("UPDATE sightings SET title = NULL WHERE image_id = 10")
        connection.execute("UPDATE sightings SET title = 'a title' WHERE image_id IN (8, 9)")
    async with sitting(cafe, shelf, (100, 60)) as at:
        await browse(at)
        assert "rize-12 · syaro" in at.seen()
        assert "rize-11 · zoe" in at.seen(), "a person's word before a folder's"
        assert "rize-10.bmp · rize" in at.seen()
        await at.press("G", "j", "enter", "end")
        assert "syaro · 1 picture" in at.seen() and "rize-12" in at.seen() and "rize-12 · syaro" not in at.seen()
        await at.press("G", "t", "enter")
        assert "a title · 2 pictures" in at.seen()
        assert "cocoa-08.bmp · cocoa" in at.seen() and "cocoa-09.bmp · cocoa" in at.seen()


WAYS = (
    (["right"], 2), (["l"], 2), (["right", "right", "left"], 2), (["l", "h"], 1), (["left"], 1),
    (["down"], 1 + ROW), (["j", "j"], 1 + 2 * ROW), (["down", "up"], 1), (["j", "k"], 1), (["up"], 1),
    (["end"], 12), (["end", "right"], 12), (["right"] * 4, 1 + ROW),
    (["space"], 1 + PAGE), (["pagedown"], 1 + PAGE), (["ctrl+d"], 1 + PAGE),
    (["end", "pageup"], 12 - PAGE), (["end", "ctrl+u"], 12 - PAGE),
    (["space", "backspace"], 1), (["space"] * 5, 12), (["space"] * 5 + ["backspace"] * 5, 1),
)  # fmt: skip


async def test_the_cursor_goes_where_the_keys_say(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at)
        for keys, number in WAYS:
            await at.press("home", *keys)
            assert at.place.endswith(f" {number} of 12"), keys
            assert at.at == ALL[number - 1]


async def test_a_picture_is_set_aside_stays_in_its_place_and_comes_back(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "x")
        assert aside(shelf) == [12]
        assert "set 1 picture aside" in at.place
        assert "✗ rize" in at.seen()
        assert at.at == 11, "the cursor goes on to the next"
        assert "11 pictures" in at.top and "1 set aside" in at.top
        await at.press("left", "r")
        assert aside(shelf) == []
        assert "brought 1 picture back" in at.place
        assert "✗" not in at.seen()


async def test_deciding_twice_what_is_so_already_is_said_and_leaves_no_entry(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "r")
        assert "nothing to bring back" in at.place
        await at.press("home", "x", "left", "delete")
        assert "set aside already" in at.place
        assert len(journal.history(shelf)) == 1


async def test_a_range_is_selected_widened_and_decided_about_at_once(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "v", "right", "down")
        assert at.place.endswith("6 selected · 6 of 12")
        assert at.seen().count("✓") == 6
        await at.press("x")
        assert aside(shelf) == ALL[5::-1]
        assert "set 6 pictures aside" in at.place
        assert "✓" not in at.seen()
        assert at.at == ALL[5], "after a selection the cursor stays"
        await at.press("u")
        assert aside(shelf) == []
        assert len(journal.history(shelf)) == 1


@pytest.mark.parametrize("key", ["v", "escape"])
async def test_a_selection_is_given_up(cafe: Workspace, shelf: Catalogue, key: str) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "v", "right", key)
        assert "selected" not in at.place
        assert "✓" not in at.seen()
        await at.press("x")
        assert aside(shelf) == [11]
        assert at.app.screen is at.app.get_screen("browse")


async def test_select_all_takes_all_that_is_shown(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at)
        await show_only(at, "label:cocoa")
        await at.press("ctrl+a")
        assert at.place.endswith("4 selected · 1 of 4")
        assert at.seen().count("✓") == 4
        await at.press("x")
        assert aside(shelf) == [6, 7, 8, 9]


async def test_marks_are_put_on_changed_and_taken_off(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "3")
        assert marks(shelf) == {12: 3}
        assert "[3] rize" in at.seen()
        await at.press("5")
        assert marks(shelf) == {12: 5}
        await at.press("5")
        assert marks(shelf) == {}
        assert "[" not in at.lines()[13]
        await at.press("v", "right", "0")
        assert marks(shelf) == {11: 0, 12: 0}
        assert at.seen().count("[0]") == 2
        await at.press("u", "u", "u")
        assert marks(shelf) == {12: 3}


async def test_a_filter_shows_only_what_fits_and_esc_takes_it_away(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "right")
        await show_only(at, "label:rize")
        assert at.place.startswith("browse › label:rize › newest")
        assert at.place.endswith("2 of 3"), "the cursor stays on its picture"
        assert "cocoa" not in at.seen()
        await at.press("escape")
        assert at.place.startswith("browse › all that is active")
        assert at.at == 11


async def test_a_wrong_filter_says_why_and_leaves_the_pictures_as_they_are(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at)
        await show_only(at, "label:rize")
        for wrong, why in (
            ("labl:rize", "did you mean label"),
            ("size<big", "size takes a number"),
            ("added>99999999999d", "added takes a day"),
            ("state:gone", "state is active, set_aside or all"),
            ('"rize', "a quotation mark is missing"),
        ):
            await show_only(at, wrong)
            assert why in at.place
            assert len(at.grid.model.cells) == 3
        await at.press("escape")
        assert len(at.grid.model.cells) == 12, "one esc takes the filter away: nothing is being read any more"


async def test_when_the_message_has_gone_a_wrong_filter_leaves_the_place_line_as_it_was(
    cafe: Workspace, shelf: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anitui.screens.bars.MESSAGE_SECONDS", 0.01)
    async with sitting(cafe, shelf) as at:
        await browse(at)
        before = at.place
        await show_only(at, "colour:much")
        await at.until(lambda: at.place == before)
        assert "colour takes a number" in at.said


async def test_pictures_are_tagged_by_typing(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "v", "right", "t")
        await at.type("slice of life")
        await at.press("enter")
        assert at.said == "tagged 2 pictures slice of life"
        tagged = "SELECT count(*) FROM tagged_images WHERE label = 'slice of life'"
        assert shelf.value(tagged) == 2
        await at.press("t")
        await at.type("slice")
        await at.press("enter")
        assert at.said == "took the tag slice of life off 1 picture"
        assert shelf.value(tagged) == 1
        await at.press("u", "u")
        assert shelf.value(tagged) == 0


async def test_nothing_that_fits_is_said(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at)
        await show_only(at, "label:nobody")
        await at.sees("nothing fits this filter", "no pictures")
        for key in ("right", "space", "x", "1", "enter", "v", "ctrl+a", "end", "G", "escape"):
            await at.press(key)
        await at.press("escape")
        assert aside(shelf) == []
        assert len(at.grid.model.cells) == 12


async def test_the_filter_completes_fields_and_labels_and_right_takes_it(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "slash", "l")
        await at.sees("label:")
        await at.press("right", "r")
        await at.sees("label:rize")
        await at.press("right", "enter")
        assert at.place.startswith("browse › label:rize")
        assert at.place.endswith("1 of 3")


async def test_esc_leaves_the_filter_as_it_was(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at)
        await show_only(at, "label:rize")
        await at.press("slash")
        assert "label:rize" in at.seen()
        await at.type("x")
        await at.press("escape")
        assert at.place.startswith("browse › label:rize ›")


async def test_pictures_are_put_in_another_order(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "o")
        assert "In which order?" in at.seen()
        await at.press("j", "down", "enter")
        assert at.place.startswith("browse › all that is active › largest")
        assert at.at == 9, "300 × 400"
        await at.press("o", "k", "enter")
        assert "oldest" in at.place
        assert at.at == 1
        await at.press("o", "t", "enter")
        assert "title" in at.place, "by its first letter"
        await at.press("o", "end", "escape")
        assert "title" in at.place


async def test_groups_have_headings_and_space_and_backspace_go_between_them(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (100, 60)) as at:
        await browse(at, "G", "j", "enter")
        assert "by label" in at.place
        assert "chino · 5 pictures" in at.seen()
        assert "cocoa · 4 pictures" in at.seen()
        assert "rize · 3 pictures" in at.seen()
        places = []
        for key in ("space", "space", "space", "right", "backspace", "backspace", "backspace", "backspace"):
            await at.press(key)
            places.append(at.grid.cursor)
        assert places == [5, 9, 9, 10, 9, 5, 0, 0]
        await at.press("G", "home", "enter")
        assert "pictures" not in "\n".join(at.lines()[1:-2])


async def test_pictures_become_larger_and_smaller_and_stop_at_the_ends(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at)
        in_view = []
        for key in ["minus"] * 9 + ["plus"] * 12:
            await at.press(key)
            in_view.append(len(at.grid.seen))
        assert in_view[8] == 12, "all of them"
        assert in_view[-1] == in_view[-2] <= 2
        assert at.place.endswith(" 1 of 12")
        await at.press("minus", "equals_sign")
        assert len(at.grid.seen) == in_view[-1]


async def test_a_missing_file_and_a_broken_one_are_told_in_their_places(cafe: Workspace, shelf: Catalogue) -> None:
    paths = dict(shelf.rows("SELECT image_id, path FROM images"))
    cafe.file(paths[12]).unlink()
    cafe.file(paths[11]).write_bytes(b"no picture")
    async with sitting(cafe, shelf) as at:
        await browse(at)
        await at.sees("file is", "missing", "broken")
        await at.press("x")
        assert aside(shelf) == [12], "they can be decided about"


async def test_all_pictures_gone_from_the_disk_still_leave_a_catalogue_to_look_at(
    cafe: Workspace, shelf: Catalogue
) -> None:
    for file in cafe.media.rglob("*.bmp"):
        file.unlink()
    async with sitting(cafe, shelf) as at:
        await browse(at)
        await at.until(lambda: at.seen().count("missing") == 8)
        await at.press("enter")
        await at.sees("file is missing", "rize-12")


async def test_all_pictures_set_aside_can_be_brought_back_together(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "ctrl+a", "x")
        assert len(aside(shelf)) == 12
        assert at.seen().count("✗") == 8
        await at.press("g", "h")
        await at.sees("12 set aside")
        await at.press("g", "b")
        await show_only(at, "state:set_aside")
        assert len(at.grid.model.cells) == 12
        await at.press("ctrl+a", "r")
        assert aside(shelf) == []


async def test_what_is_decided_elsewhere_is_seen_when_one_comes_back(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "x", "g", "y", "u")
        assert aside(shelf) == []
        await at.press("g", "b")
        assert "✗" not in at.seen()


async def test_pictures_that_come_are_put_in_order_while_one_looks(
    cafe: Workspace, shelf: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (40, 40), (1, 200, 3)).save(tmp_path / "new.png")
    async with sitting(cafe, shelf) as at:
        await browse(at, "right", "i")
        await at.type("new.png")
        await at.press("enter")
        await at.until(lambda: "import done: 1 new picture" in at.said)
        await at.until(lambda: at.grid.total == 13)
        await at.quiet()
        assert at.at == 11, "the cursor stays on its picture"
        assert at.grid.cursor == 2


async def test_a_click_goes_to_a_picture_and_two_open_it(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at)
        await at.pilot.click("#grid", offset=(30, 4))
        await at.quiet()
        assert at.at == 11
        await at.pilot.click("#grid", offset=(30, 17), times=2)
        await at.quiet()
        assert at.place.startswith("picture 7 › cocoa-07")
        await at.press("escape")
        assert at.at == 7


async def test_another_way_of_drawing_is_kept(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await browse(at, "p")
        assert "pictures are drawn: cells" in at.place
        await at.press("p")
        assert "pictures are drawn: sextant" in at.place
    assert cafe.settings().look.pictures == "sextant"


async def test_undo_with_a_filter_keeps_the_filter(cafe: Workspace, shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [3], "test")
    async with sitting(cafe, shelf) as at:
        await browse(at)
        await show_only(at, "label:chino")
        assert at.place.endswith("1 of 4")
        await at.press("u")
        assert "taken back: set 1 picture aside" in at.place
        assert len(at.grid.model.cells) == 4, "what is shown stays, until it is asked for anew"


async def test_a_label_with_a_comma_is_completed_and_means_that_label(cafe: Workspace, shelf: Catalogue) -> None:
    with shelf.writing() as connection:
        connection.execute("UPDATE sightings SET label_hint = 'tea, cake' WHERE image_id IN (1, 2)")
    async with sitting(cafe, shelf) as at:
        await browse(at, "slash")
        await at.type("label:rize,te")
        await at.press("right", "enter")
        assert at.place.startswith('browse › label:rize,te"a, cake" ›')
        assert at.place.endswith(" 1 of 5")
