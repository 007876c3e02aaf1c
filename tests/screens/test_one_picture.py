from __future__ import annotations

from sitting import Sitting, sitting

from anitui.screens.browse import BrowseScreen
from anitui.screens.one_picture import PictureScreen
from anitui.screens.widgets.picture import PictureView
from anitui.store import journal
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace


def state(shelf: Catalogue, number: int) -> str:
    return str(shelf.value("SELECT state FROM images WHERE image_id = ?", [number]))


def view(at: Sitting) -> PictureView:
    return at.app.screen.query_one(PictureView)


async def test_enter_shows_the_picture_and_what_is_known_of_it(cafe: Workspace, shelf: Catalogue) -> None:
    sha, dhash = shelf.rows(
        "SELECT sha256, hash_text(bits) FROM images JOIN image_hashes USING (image_id) "
        "WHERE image_id = 9 AND algorithm = 'dhash'"
    )[0]
    async with sitting(cafe, shelf, (120, 40)) as at:
        await at.press("g", "b", "right", "right", "right", "enter")
        await at.until(lambda: at.place.startswith("picture 9 › cocoa-09"))
        assert at.place.endswith("4 of 12")
        for fact in ("300 × 400", "BMP RGB", "a copy", "cocoa  (job 1)", dhash, sha[:24], "seen 1 time"):
            await at.sees(fact)
        assert view(at).path == cafe.file(shelf.value("SELECT path FROM images WHERE image_id = 9"))
        await at.until(lambda: view(at).result is not None)


async def test_next_and_previous_go_through_what_browse_shows_and_its_cursor_follows(
    cafe: Workspace, shelf: Catalogue
) -> None:
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b", "slash")
        await at.type("label:cocoa")
        await at.press("enter", "enter")
        assert at.place.startswith("picture 9")
        seen = []
        for key in ("n", "space", "right_square_bracket", "N", "backspace", "left_square_bracket"):
            await at.press(key)
            seen.append(at.place.split()[1])
        assert seen == ["8", "7", "6", "7", "8", "9"]
        await at.press("N")
        assert "this is the first one" in at.place
        await at.press("n", "n", "n")
        await at.press("n")
        assert "this is the last one" in at.place
        await at.press("escape")
        assert at.at == 6
        assert at.place.endswith("4 of 4")


async def test_a_decision_here_is_seen_here_and_in_browse(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b", "enter", "x")
        assert state(shelf, 12) == "set_aside"
        assert "set aside; u brings it back" in at.place
        assert "✗ set aside" in at.seen() and "by hand" in at.seen()
        await at.press("7")
        assert shelf.rows("SELECT image_id, mark FROM image_marks") == [(12, 7)]
        assert "mark          7" in at.seen()
        await at.press("escape")
        assert "[7] ✗ rize" in at.seen()
        await at.press("enter", "r", "7")
        assert state(shelf, 12) == "active"
        assert "✗" not in at.seen() and "mark " not in at.seen()
        await at.press("u", "u", "u", "u")
        assert [each.state for each in journal.history(shelf)] == ["undone"] * 4
        await at.press("u")
        assert "there is nothing to undo" in at.place


async def test_zoom_and_pan_move_within_the_picture_and_whole_goes_back(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b", "right", "right", "right", "enter")
        whole = view(at).framing
        await at.press("z", "plus", "z")
        near = view(at).framing
        assert near.zoom > whole.zoom
        for there, back in (("l", "h"), ("right", "left"), ("j", "k"), ("down", "up")):
            await at.press(there)
            moved = view(at).framing
            assert moved != near and moved.zoom == near.zoom
            await at.press(back)
            assert view(at).framing == near
        await at.press("minus")
        assert view(at).framing.zoom < near.zoom
        await at.press("Z")
        assert view(at).framing == whole


async def test_facts_are_hidden_shown_and_scrolled_by_keys(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (64, 24)) as at:
        await at.press("g", "b", "enter")
        assert "what is known" in at.seen() and "seen 1 time" not in at.seen()
        await at.press("pagedown", "pagedown")
        assert "seen 1 time" in at.seen()
        await at.press("ctrl+u", "ctrl+u")
        assert "seen 1 time" not in at.seen()
        room = view(at).size.height
        await at.press("f")
        assert "what is known" not in at.seen()
        assert view(at).size.height > room
        await at.press("f")
        assert "what is known" in at.seen()


async def test_a_missing_picture_is_told_with_its_facts(cafe: Workspace, shelf: Catalogue) -> None:
    cafe.file(shelf.value("SELECT path FROM images WHERE image_id = 12")).unlink()
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b", "enter")
        await at.sees("file is missing", "60 × 100")
        await at.press("z", "l", "Z", "p", "x", "n")
        assert state(shelf, 12) == "set_aside"
        assert at.place.startswith("picture 11") or "drawn" not in at.place


async def test_opening_a_picture_copies_no_ids(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b")
        screen = at.app.screen
        assert isinstance(screen, BrowseScreen) and screen._arranged is not None
        await at.press("enter")
        opened = at.app.screen
        assert isinstance(opened, PictureScreen)
        assert opened._among is screen._arranged.ids
