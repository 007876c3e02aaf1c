from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from sitting import Sitting, sitting
from test_duplicates import alike, alike_once, aside, pile, said, shown, unsearched
from textual.events import Key
from textual.keys import _character_to_key
from textual.widgets import Input

from anitui.pipeline.engine import InProcess
from anitui.pipeline.ingest import ImportOrder, import_pictures
from anitui.progress import run
from anitui.screens.duplicates.screen import DuplicatesScreen
from anitui.screens.goto import GoTo
from anitui.settings import ImportSettings
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

__all__ = ["alike", "alike_once", "pile", "unsearched"]


async def preview(at: Sitting, rule: str) -> None:
    """From the duplicates screen: what the rule would do."""
    await at.press("R", "n")
    await at.type(rule)
    await at.press("enter")


async def test_a_rule_is_shown_then_done_and_one_key_takes_all_of_it_back(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d")
        await preview(at, "dhash<=4 keep:larger")
        await at.sees(
            "7 pairs meet the rule", "6 pictures would be set aside", "← 2 a2.bmp", "a does it, as one decision"
        )
        assert said(pile) == [] and aside(pile) == []
        await at.press("a")
        await at.sees("done: 6 pictures set aside; u takes all of it back", "6 pictures set aside")
        assert aside(pile) == [2, 4, 6, 7, 9, 11]
        assert "5 pictures" in at.top and "6 set aside" in at.top
        await at.press("a")
        assert "enter shows first what it does" in at.said
        await at.press("escape")
        await at.sees("nothing left to decide at dhash ≤ 4: 7 settled")
        await at.press("g", "h")
        assert "to decide" not in at.seen()
        await at.press("g", "d", "u")
        assert aside(pile) == [] and said(pile) == []
        assert shown(at) == (1, 2) and at.place.startswith("· taken back: rule dhash<=4 keep:larger")
        await at.press("space")
        assert shown(at) == (3, 4)
        await at.press("g", "h")
        await at.sees("6 near-duplicate pairs to decide")


async def test_undo_on_the_rules_screen_leaves_the_queue_as_it_was(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d", "r", "j")
        assert shown(at) == (5, 6)
        await preview(at, "dhash<=4 keep:larger")
        await at.sees("1 pair decided already")
        await at.press("a", "u")
        await at.sees("n, then enter, works it out anew")
        assert said(pile) == [(1, 2, "different")] and aside(pile) == []
        await at.press("escape", "k")
        assert shown(at) == (3, 4)
        await at.press("R", "escape")
        assert shown(at) == (3, 4)


async def test_it_is_done_in_its_turn_behind_what_was_decided_before(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d")
        await preview(at, "dhash<=4 keep:larger")
        await at.press("escape")
        with pile.writing():  # nothing can be written while this is held
            await at.tap("r")
            await at.until(lambda: shown(at) == (3, 4))
            await at.tap("R", "n")
            await at.until(lambda: isinstance(at.app.focused, Input))
            for letter in "dhash<=4":
                at.app.post_message(Key(_character_to_key(letter), letter))
            await at.tap("enter")
            await at.sees("6 pictures would be set aside")
            await at.tap("a")
        await at.quiet()
        await at.sees("done: 5 pictures set aside", "1 pair decided already")
        assert said(pile)[0] == (1, 2, "different") and aside(pile) == [4, 6, 7, 9, 11]


async def test_it_is_done_also_when_one_goes_away_and_the_queue_is_read_again(
    alike: Workspace, pile: Catalogue
) -> None:
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d")
        await preview(at, "dhash<=4 keep:larger")
        with pile.writing():
            await at.tap("a")
            await at.sees("doing it …")
            await at.tap("g")
            await at.until(lambda: isinstance(at.app.screen, GoTo))
            await at.tap("d")
            await at.until(lambda: isinstance(at.app.screen, DuplicatesScreen))
        await at.quiet()
        await at.sees("nothing left to decide at dhash ≤ 4: 7 settled")
        screen = at.app.screen
        assert isinstance(screen, DuplicatesScreen) and screen.deck is not None
        assert screen.deck.queue.settled == 7 and aside(pile) == [2, 4, 6, 7, 9, 11]


async def test_what_is_wrong_stands_below_the_line_that_was_typed(alike: Workspace, pile: Catalogue) -> None:
    alike.settings_file.write_text('[rules]\nbent = "dhash<=4 kep:larger"\n', "utf-8")
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d", "R", "n")
        await at.press("enter")
        await at.sees("the rule is empty")
        await at.type("dhash<=99")
        assert "the rule is empty" not in at.seen()
        await at.press("enter")
        await at.sees("dhash has 64 bits")
        await at.press("escape", "enter")
        await at.sees("the saved rule bent is wrong")
        await at.press("a")
        assert "enter shows first what it does" in at.said and said(pile) == []


async def test_a_typed_rule_is_saved_under_a_name_and_said_by_it(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d")
        await preview(at, "dhash=0 keep:smaller protect:folder=other")
        await at.sees("s saves the rule under a name")
        await at.press("s")
        await at.type("no such name")
        await at.press("enter")
        await at.sees("cannot be a rule's name")
        await at.press("s")
        await at.type("small")
        await at.press("enter")
        assert alike.settings().rules == {"small": "dhash=0 keep:smaller protect:folder=other"}
        assert at.said.startswith("saved as small in ")
        await at.press("home", "enter")
        await at.sees("small: dhash=0 keep:smaller")
        await at.press("a")
        found = pile.rows("SELECT DISTINCT said_by FROM verdicts")
        assert found == [("rule small",)] and 1 in aside(pile) and 2 not in aside(pile)
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d", "R", "e")
        await at.sees("dhash=0 keep:smaller protect:folder=other")
        await at.press("enter")
        await at.sees("it decides nothing")


async def test_protected_folders_are_those_that_the_settings_name_now(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d")
        alike.settings_file.write_text('[cleaning]\nprotect = "other"\n', "utf-8")
        await preview(at, "dhash<=4 keep:larger")
        await at.press("a")
        assert aside(pile) == [1, 3, 5, 8, 10]


async def test_escape_stops_a_preview(alike: Workspace, unsearched: Catalogue) -> None:
    async with sitting(alike, unsearched, (120, 40)) as at:
        await at.press("g", "d", "R", "n")
        await at.type("dhash<=4")
        with unsearched.writing():  # the search for pairs has to wait
            await at.tap("enter")
            await at.sees("nothing is decided …")
            await at.tap("a", "escape")
        await at.quiet()
        await at.sees("stopped; nothing was decided")
        await at.press("a")
        assert said(unsearched) == []
        await at.press("n", "enter")
        await at.sees("7 pairs meet the rule")
        await at.press("escape")
        assert shown(at) == (1, 2)


async def test_a_recipe_is_followed_step_by_step(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile, (120, 60)) as at:
        await at.press("g", "d", "R", "enter")
        await at.sees("step 1 of 12", "ahash<=2 keep:larger,heavier,older", "it needs embeddings", "by hand")
        await at.press("e")
        assert "recipes are as they are" in at.said
        await at.press("a")
        await at.sees("recipe lap: 6 pictures set aside; u takes all of it back")
        assert aside(pile) == [2, 4, 6, 7, 9, 11]
        await at.press("u")
        assert aside(pile) == []


async def test_single_pictures_are_set_aside_and_brought_back(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d")
        await preview(at, "set-aside size<100")
        await at.sees("5 pictures would be set aside")
        await at.press("a", "escape")
        assert aside(pile) == [2, 4, 7, 9, 11] and shown(at) == (5, 6)
        await at.press("u")
        assert aside(pile) == []
        await at.press("k", "k")
        assert shown(at) == (1, 2)


async def test_same_pixels_are_compared(alike: Workspace, pile: Catalogue, tmp_path: Path) -> None:
    with Image.open(alike.file(pile.value("SELECT path FROM images WHERE image_id = 1"))) as first:
        first.save(tmp_path / "again.png")
    order = ImportOrder([str(tmp_path / "again.png")])
    run(import_pictures(alike, pile, order, ImportSettings(), InProcess()), lambda _: None)
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d")
        await preview(at, "pixels:identical")
        await at.sees("1 pair meets the rule", "the same pixels")


@pytest.mark.parametrize("size", [(200, 50), (80, 24), (40, 12)])
async def test_what_matters_is_seen_at_any_size(alike: Workspace, pile: Catalogue, size: tuple[int, int]) -> None:
    async with sitting(alike, pile, size) as at:
        await at.press("g", "d", "R")
        await at.sees("recipe lap")
        await at.press("n")
        assert "esc to the list" in at.keys
        await at.type("dhash<=4")
        await at.press("enter")
        await at.sees("nothing was decided yet")
        assert "a apply" in at.keys
        if size[1] >= 24:
            await at.sees("6 pictures would be set aside", "dhash<=4")
        await at.press("pagedown", "pageup", "tab", "down", "down", "up", "up", "escape", "escape")
        assert shown(at) == (1, 2)
