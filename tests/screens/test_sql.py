from __future__ import annotations

import json
from pathlib import Path

import pytest
from sitting import SIZES, Sitting, sitting
from textual.widgets import Input

from anitui.screens.sql import SqlScreen
from anitui.screens.sql.editor import Editor
from anitui.screens.widgets.rows import Rows
from anitui.store.catalogue import Catalogue
from anitui.store.console_history import FILE
from anitui.workspace import Workspace

ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range < 0"


def screen(at: Sitting) -> SqlScreen:
    found = at.app.get_screen("sql")
    assert isinstance(found, SqlScreen)
    return found


def editor(at: Sitting) -> Editor:
    return screen(at).query_one(Editor)


def rows(at: Sitting) -> Rows:
    return screen(at).query_one(Rows)


async def sql(at: Sitting) -> None:
    await at.press("g", "s")


async def write(at: Sitting, text: str) -> None:
    """Put a text into the editor as a paste does."""
    editor(at).put(text)
    editor(at).focus()
    await at.quiet()


async def ask(at: Sitting, text: str) -> None:
    await write(at, text)
    await at.press("ctrl+r")


async def test_a_typed_statement_is_run_and_its_rows_are_shown_with_types(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (120, 36)) as at:
        await sql(at)
        await at.type("from images limit 3")
        await at.press("f5")
        shown = at.seen()
        assert "image_id" in shown
        assert "bigint" in shown
        assert "3 rows · " in at.place
        assert rows(at).source is not None
        assert [row[0] for row in rows(at).source.window(0, 9)] == ["1", "2", "3"]


async def test_enter_on_a_row_opens_its_picture_and_the_next_are_those_of_the_rows(
    cafe: Workspace, shelf: Catalogue
) -> None:
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await ask(at, "SELECT path, image_id FROM images WHERE image_id IN (3, 5, 8) ORDER BY image_id")
        await at.press("tab", "down", "enter")
        opened = at.app.screen
        assert type(opened).__name__ == "PictureScreen"
        await at.press("escape")
        assert at.app.screen is screen(at)
        assert rows(at).cursor == 1


async def test_enter_on_a_row_without_a_picture_says_so(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await ask(at, "SELECT 1 AS one")
        await at.press("tab", "enter")
        assert "leads to no picture" in at.said


async def test_a_million_rows_are_scrolled_to_the_end_and_back(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await ask(at, "SELECT range AS n, 'row ' || range AS text FROM range(1000000)")
        assert "1,000,000 rows" in at.place
        await at.press("tab", "end")
        assert "row 999999" in at.seen()
        await at.press("pageup", "up")
        assert "row 999999" not in at.seen()
        await at.press("colon")
        await at.type("500,000")
        await at.press("enter")
        assert "row 499999" in at.seen()
        assert "500,000 of 1,000,000" in at.seen()
        await at.press("home")
        assert "row 0 " in at.seen() + " "


async def test_a_statement_without_end_is_stopped_and_the_keys_stay_free(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await write(at, ENDLESS)
        await at.pilot.press("ctrl+r")
        await at.sees("running", "esc stops")
        await at.pilot.press("x")
        assert editor(at).text.endswith("< 0x")
        screen(at).action_run()
        assert "a statement is running" in at.said
        await at.press("escape")
        assert "stopped after 0 rows" in at.said
        assert at.app.screen is screen(at)
        await ask(at, "SELECT 42 AS answer")
        assert "42" in at.seen()


async def test_rows_are_seen_while_more_are_coming(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await write(at, "SELECT 'here ' || range AS text FROM range(1000000000000)")
        await at.pilot.press("ctrl+r")
        await at.sees("here 3", "running")
        await at.press("escape")
        assert "stopped after" in at.said
        assert rows(at).count > 3


async def test_leaving_the_screen_does_not_stop_what_runs(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await ask(at, "SELECT 'first' AS a")
        await write(at, "SELECT 'second' AS a FROM range(300000)")
        await at.pilot.press("ctrl+r", "tab", "g", "h")
        await at.quiet()
        assert at.app.screen is at.app.get_screen("home")
        await sql(at)
        assert "second" in at.seen()
        assert "300,000 rows" in at.place


@pytest.mark.parametrize("text", ["DELETE FROM images", "WITH o AS (COPY labels TO 'out.csv') SELECT 1", "CHECKPOINT"])
async def test_writing_is_refused_until_it_is_switched_on(cafe: Workspace, shelf: Catalogue, text: str) -> None:
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await ask(at, text)
        assert "only reading is allowed" in at.said
        assert "ctrl+w" in at.said
        assert shelf.value("SELECT count(*) FROM images") == 12


async def test_writing_is_asked_for_shown_in_words_and_told_to_the_other_screens(
    cafe: Workspace, shelf: Catalogue
) -> None:
    text = "UPDATE images SET state = 'set_aside' WHERE image_id = 1"
    async with sitting(cafe, shelf, (120, 36)) as at:
        await sql(at)
        await write(at, text)
        await at.press("ctrl+w")
        assert "undo cannot take them back" in " ".join(at.seen().replace("│", " ").split())
        await at.press("n")
        assert "WRITING IS ON" not in at.seen()
        await at.press("ctrl+w", "y")
        assert "WRITING IS ON" in at.seen()
        assert editor(at).has_class("-writing")
        await at.press("ctrl+r")
        assert "changed 1 row" in at.said
        assert at.app.status is not None
        assert at.app.status.set_aside == 1
        await at.press("ctrl+w")
        assert "WRITING IS ON" not in at.seen()
        await ask(at, text)
        assert "only reading is allowed" in at.said


async def test_an_error_is_said_and_its_place_marked(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await ask(at, "SELECT image_id\nFROM nowhere")
        assert "nowhere does not exist" in at.said
        assert editor(at).cursor_location == (1, 5)
        line = editor(at).get_line(1)
        assert any(getattr(span.style, "underline", False) and (span.start, span.end) == (5, 12) for span in line.spans)
        await at.press("x")
        assert not any(getattr(span.style, "underline", False) for span in editor(at).get_line(1).spans)


async def test_completion_is_offered_while_typing_and_taken_with_tab_or_enter(
    cafe: Workspace, shelf: Catalogue
) -> None:
    async with sitting(cafe, shelf, (120, 36)) as at:
        await sql(at)
        await write(at, "select * from sig")
        await at.type("h")
        assert "sightings" in at.lines()[3]
        await at.press("tab")
        assert editor(at).text == "select * from sightings"
        await write(at, "select * from sightings where pa")
        await at.type("ge")
        await at.press("enter")
        assert editor(at).text.endswith("where page_url")
        await at.type(" nu")
        await at.press("escape")
        assert not editor(at).options
        assert at.app.screen is screen(at)
        await at.press("enter")
        assert editor(at).text.endswith("nu\n")


async def test_completion_can_be_asked_for_and_gone_through(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await write(at, "SELECT * FROM images AS i WHERE i.")
        await at.press("ctrl+@", "down", "down", "up", "enter")
        assert editor(at).text.endswith("i.sha256")


async def test_tables_examples_and_recent_statements_come_from_the_tree(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (120, 60)) as at:
        await sql(at)
        await at.press("shift+tab")
        tree = screen(at).query_one("#schema")
        assert tree.has_focus
        await at.press("down", "down", "enter")
        assert editor(at).text.startswith("SELECT * FROM ")
        assert editor(at).text.endswith(" LIMIT 100")
        assert editor(at).has_focus
        await at.press("ctrl+r")
        await at.press("shift+tab", "end")
        await at.press("space", "end", "enter")
        assert editor(at).text.endswith(" LIMIT 100")
        assert "The newest pictures" in at.seen()


async def test_the_history_is_gone_through_and_survives_a_restart(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await ask(at, "SELECT 1")
        await ask(at, "SELECT 2")
        await write(at, "SELECT dra")
        await at.press("ctrl+up", "ctrl+up")
        assert editor(at).text == "SELECT 1"
        await at.press("ctrl+down", "ctrl+down")
        assert editor(at).text == "SELECT dra"
    assert [json.loads(line)["sql"] for line in (cafe.root / FILE).read_text().splitlines()] == ["SELECT 1", "SELECT 2"]
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await at.press("ctrl+up")
        assert editor(at).text == "SELECT 2"


async def test_rows_are_written_to_a_file_and_one_that_is_there_is_asked_about(
    cafe: Workspace, shelf: Catalogue, tmp_path: Path
) -> None:
    target = tmp_path / "out.csv"
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await at.press("ctrl+e")
        assert "no rows to write" in at.said
        await ask(at, "SELECT image_id FROM images ORDER BY 1 LIMIT 2")
        for again in (False, True):
            await at.press("ctrl+e")
            at.app.screen.query_one(Input).value = str(target)
            await at.press("enter")
            if again:
                await at.sees("Replace it?")
                await at.press("y")
            await at.sees("2 rows written")
            assert target.read_text() == '"image_id"\n1\n2\n'


async def test_other_screens_can_open_it_with_a_statement(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        at.app.ask_sql("SELECT 'from elsewhere' AS a")
        await at.quiet()
        await at.sees("from elsewhere")
        assert rows(at).has_focus


@pytest.mark.parametrize("size", SIZES)
async def test_it_works_at_every_size(cafe: Workspace, shelf: Catalogue, size: tuple[int, int]) -> None:
    async with sitting(cafe, shelf, size) as at:
        await sql(at)
        await ask(at, "SELECT image_id FROM images ORDER BY image_id")
        await at.press("tab", "end")
        assert "12" in at.seen()
        await at.press("tab")
        assert "tables" in at.seen()
        await at.press("tab")
        assert "FROM images" in at.seen()
        await at.press("tab")
        assert rows(at).has_focus
        await at.resize(120, 36)
        assert "tables" in at.seen()


async def test_values_do_nothing_to_the_terminal(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await sql(at)
        await ask(at, "SELECT e'a\\n\\x1b[2Jb' AS text, NULL AS nothing, 18446744073709551615::UBIGINT AS big")
        shown = at.seen()
        assert "a↵␛[2Jb" in shown
        assert "null" in shown
        assert "18446744073709551615" in shown


async def test_the_bar_offers_only_what_works_where_the_focus_is(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (200, 40)) as at:
        await sql(at)
        assert "ctrl+r run" in at.keys and "esc leave the editor" in at.keys and "f1 all keys" in at.keys
        for typed in ("u undo", "U redo", "? all keys", "enter look closer", ": row", "q leave", "g go to"):
            assert typed not in at.keys
        await at.type("from ima")
        assert "esc close the list" in at.keys
        await at.press("escape")
        assert "esc leave the editor" in at.keys
        await at.press("escape")
        assert rows(at).has_focus
        assert "esc back" in at.keys and "u undo" in at.keys and "? all keys" in at.keys
        assert "enter look closer" not in at.keys and ": row" not in at.keys and "complete" not in at.keys
        await ask(at, "SELECT image_id FROM images")
        assert ": row" not in at.keys
        await at.press("tab")
        assert "enter look closer" in at.keys and ": row" in at.keys
        await at.press("tab")
        assert "enter look closer" not in at.keys, "enter takes what is under the cursor of the tree"
        await at.press("escape")
        assert at.app.screen is at.app.get_screen("home")


async def test_the_bar_says_what_esc_stops_and_help_can_be_had_from_the_editor(
    cafe: Workspace, shelf: Catalogue
) -> None:
    async with sitting(cafe, shelf, (80, 24)) as at:
        await sql(at)
        await at.press("f1")
        assert "keys: sql" in at.seen()
        await at.press("escape")
        await write(at, ENDLESS)
        await at.pilot.press("ctrl+r")
        await at.sees("running", "esc stop ·")
        await at.press("escape")
        assert "esc leave the editor" in at.keys


async def test_without_rows_there_is_nothing_to_scroll(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (120, 36)) as at:
        await sql(at)
        assert not rows(at).show_vertical_scrollbar
        await ask(at, "SELECT range FROM range(1000)")
        assert rows(at).show_vertical_scrollbar
