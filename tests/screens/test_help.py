from __future__ import annotations

import pytest
from sitting import sitting

from anitui import actions
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace


@pytest.mark.parametrize(
    ("way", "place"),
    [("h", "home"), ("b", "browse"), ("y", "history"), ("b enter", "picture"), (",", "settings"), ("s", "sql")],
)
async def test_help_lists_every_key_of_the_screen_it_was_asked_on(
    cafe: Workspace, shelf: Catalogue, way: str, place: str
) -> None:
    keys = ["comma"] if way == "," else ["g", *way.split()]
    async with sitting(cafe, shelf, (120, 80)) as at:
        await at.press(*keys)
        at.app.action_help() if place == "sql" else await at.press("question_mark")
        await at.quiet()
        assert f"keys: {actions.PLACES[place].lower()}" in at.seen()
        rows = [" ".join(line.split()) for line in at.lines()]
        for each in (*actions.for_place(place), *(each for each in actions.REGISTRY if each.place == actions.GO)):
            row = " ".join([*(actions.readable(key) for key in each.keys.split(",")), each.name, each.help])
            assert any(row in line for line in rows), row


async def test_help_scrolls_by_keys_and_does_not_open_twice(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (80, 24)) as at:
        await at.press("g", "b", "question_mark", "question_mark")
        assert "Look at this picture alone" in at.seen()
        await at.press("j", "j", "j", "down", "down", "down", "down")
        assert "Look at this picture alone" not in at.seen()
        await at.press("end")
        await at.sees("Every key can be changed")
        await at.press("home")
        await at.sees("Look at this picture alone")
        await at.press("escape")
        assert at.app.screen is at.app.get_screen("browse")


async def test_in_a_narrow_terminal_sentences_stand_below_their_keys(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (40, 20)) as at:
        await at.press("g", "b", "question_mark")
        rows = [line.strip(" │▁▂▃▄▅▆▇█") for line in at.lines()]
        place = next(n for n, row in enumerate(rows) if row.endswith("look closer"))
        assert rows[place + 1].startswith("Look at this picture alone")
        await at.resize(100, 20)
        (row,) = [line for line in at.lines() if "look closer" in line]
        assert "Look at this picture alone" in row
