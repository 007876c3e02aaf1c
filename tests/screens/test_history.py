from __future__ import annotations

from sitting import sitting

from anitui.screens.widgets.lines import Lines
from anitui.store import gallery, journal
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.workspace import Workspace


async def test_nothing_decided_yet_is_said(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await at.press("g", "y")
        assert "Nothing has been decided yet" in at.seen()
        assert "0 decisions stand" in at.place
        await at.press("down", "up", "enter", "u")
        assert "there is nothing to undo" in at.seen()
        await at.press("U")
        assert "there is nothing to redo" in at.place


async def test_every_decision_stands_here_and_u_and_U_go_through_them(cafe: Workspace, shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [1], "test")
    gallery.mark(shelf, [1, 2], 4)
    async with sitting(cafe, shelf) as at:
        await at.press("g", "y")
        lines = [line for line in at.lines() if "picture" in line][1:]
        assert "marked 2 pictures with 4" in lines[0], "the newest first"
        assert "set 1 picture aside" in lines[1]
        assert "2 decisions stand" in at.place
        await at.press("u")
        assert "↶" in at.seen() and "taken back; redo makes it again" in at.seen()
        assert "taken back: marked 2 pictures with 4" in at.place
        assert shelf.rows("SELECT * FROM image_marks") == []
        await at.press("u")
        assert at.seen().count("↶") == 2
        await at.press("U", "U")
        assert "↶" not in at.seen()
        assert shelf.value("SELECT count(*) FROM image_marks") == 2
        assert shelf.value("SELECT state FROM images WHERE image_id = 1") == "set_aside"
        await at.press("u", "g", "b", "end", "x", "g", "y")
        assert "taken back for good" in at.seen()
        await at.press("U")
        assert "there is nothing to redo" in at.place


async def test_what_was_said_stays_to_be_read(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b", "x", "x", "u", "g", "y")
        said = at.seen().split("said since anitui was started")[1]
        assert said.index("taken back: set 1 picture aside") < said.index("set 1 picture aside; u brings it back")


async def test_undo_and_redo_work_on_every_screen(cafe: Workspace, shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [12], "test")
    async with sitting(cafe, shelf) as at:
        for way in (["g", "h"], ["g", "b"], ["g", "b", "enter"], ["g", "y"], ["question_mark"], ["comma"]):
            await at.press(*way)
            await at.press("u")
            assert shelf.value("SELECT state FROM images WHERE image_id = 12") == "active", way
            assert "taken back: set 1 picture aside" in at.seen()
            await at.press("U")
            assert shelf.value("SELECT state FROM images WHERE image_id = 12") == "set_aside", way
            assert "made again: set 1 picture aside" in at.seen()


async def test_what_was_undone_can_be_made_again_after_a_restart(cafe: Workspace) -> None:
    shelf = open_catalogue(cafe.catalogue)
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b", "x", "3", "u", "u", "q")
    shelf.close()
    shelf = open_catalogue(cafe.catalogue)
    async with sitting(cafe, shelf) as at:
        assert "12 pictures" in at.top
        await at.press("U", "U")
        assert "1 set aside" in at.top
        assert shelf.rows("SELECT image_id, mark FROM image_marks") == [(11, 3)]
    shelf.close()


async def test_a_long_history_is_read_page_by_page(cafe: Workspace, shelf: Catalogue) -> None:
    for number in range(205):
        with journal.decision(shelf, "test", f"decision number {number}") as decision:
            decision.put_where("images", {"reason": str(number)}, "image_id = 1", [])
    async with sitting(cafe, shelf) as at:
        await at.press("g", "y")
        assert "decision number 204" in at.seen()
        assert "200 decisions stand and older" in at.place
        await at.press("end")
        await at.press("end")
        assert "decision number 0" in at.seen()
        await at.press("u")
        assert "decision number 0" in at.seen(), "what was read stays"


async def test_what_was_said_is_scrolled_with_the_same_keys(cafe: Workspace, shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [1], "test")
    gallery.mark(shelf, [1, 2], 4)
    async with sitting(cafe, shelf, (80, 24)) as at:
        for number in range(40):
            at.app.say(f"said number {number}")
        await at.press("g", "y")
        assert "tab other pane" in at.keys
        assert "said number 30" not in at.seen()
        await at.press("tab", *"jjjjjjjjj")
        assert "said number 30" in at.seen()
        await at.press("k", "up", "pageup", "home")
        await at.until(lambda: "said number 39" in at.seen().split("said since")[1])
        await at.press("end")
        await at.sees("said number 0")
        await at.press("tab", "down")
        entries = at.app.screen.query_one("#entries", Lines)
        assert entries.has_focus and entries.highlighted == 1


async def test_an_undo_over_a_purge_says_what_stays_away(cafe: Workspace, shelf: Catalogue) -> None:
    gallery.set_aside(shelf, [1, 2, 3], "test")
    with shelf.writing() as connection:
        connection.execute("UPDATE images SET purged_at = now() WHERE image_id IN (1, 2)")
    async with sitting(cafe, shelf, (80, 24)) as at:
        await at.press("u")
        assert "taken back: set 3 pictures aside; 2 pictures stay set aside, because their bytes" in at.place
        assert shelf.rows("SELECT image_id FROM images WHERE state = 'set_aside' ORDER BY 1") == [(1,), (2,)]
