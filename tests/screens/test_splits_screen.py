"""Splits in the app: made by the form, looked at, checked, taken away and brought back, exported."""

from __future__ import annotations

from pathlib import Path

import pytest

from anitui.screens.export_form import ExportForm
from anitui.screens.splits.ordering import SplitForm
from anitui.screens.splits.screen import SplitsScreen
from anitui.screens.widgets.picture import PictureGrid
from anitui.store import splits
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace
from tests.pipeline.near_pictures import drawn, save
from tests.pipeline.split_world import fill, world
from tests.screens.sitting import sitting


@pytest.fixture
def filled(catalogue: Catalogue) -> Catalogue:
    fill(catalogue, world(1, 200, 5))
    return catalogue


async def test_from_nothing_to_a_split_and_its_faces(workspace: Workspace, filled: Catalogue) -> None:
    async with sitting(workspace, filled, (120, 40)) as at:
        await at.sees("named faces to train, val and test")
        await at.press("g", "p")
        await at.sees("no splits yet: n makes one")
        await at.press("n")
        assert isinstance(at.app.screen, SplitForm)
        await at.sees("faces of characters: train 70% · val 10% · test 20%")
        await at.press("ctrl+s")
        await at.sees("made the split main", "leaks found: 0")
        await at.sees("leaks found by a second look: 0", "label 0")
        [made] = splits.listed(filled)
        assert made.split == "main" and sum(made.sizes.values()) >= 200
        await at.press("enter", "enter")
        largest = splits.classes(filled, "main")[0]
        assert at.app.place == "faces"
        await at.sees(f'split:main label:"{largest.label}"'[:18])
        assert at.app.screen.query_one(PictureGrid).total == largest.members


async def test_what_is_wrong_is_said_while_one_types(workspace: Workspace, filled: Catalogue) -> None:
    async with sitting(workspace, filled, (80, 24)) as at:
        await at.press("g", "p", "n")
        await at.press("tab", "right")  # of: images
        await at.sees("pictures of characters")
        await at.press("left", "tab", "right", "right")  # rule: zaci
        await at.sees("train 80% · test 20%")
        await at.press("tab", *"many")
        await at.sees("must be a number")
        await at.press("ctrl+s")
        assert isinstance(at.app.screen, SplitForm), "nothing wrong is made"
        await at.press(*["backspace"] * 4, *".9", "tab", "tab", *".9")
        await at.sees("together must be 1")
        await at.press("escape")
        await at.sees("Leave, and make no split?")
        await at.press("y")
        assert splits.listed(filled) == []


async def test_a_split_is_taken_away_and_brought_back(workspace: Workspace, filled: Catalogue) -> None:
    async with sitting(workspace, filled, (100, 30)) as at:
        await at.press("g", "p", "n", "ctrl+s")
        await at.sees("made the split main")
        await at.press("c")
        await at.sees("leaks found by looking once more: 0")
        await at.press("x")
        await at.sees("no splits yet")
        assert splits.listed(filled) == []
        await at.press("u")
        await at.sees("label 0")
        assert [each.split for each in splits.listed(filled)] == ["main"]


async def test_a_folder_is_audited(workspace: Workspace, catalogue: Catalogue, tmp_path: Path) -> None:
    for part, seeds in (("train", (1, 2, 3)), ("test", (3, 4))):
        for seed in seeds:
            save(tmp_path / "set" / part / "x" / f"{part}{seed}.png", drawn(seed))
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "p", "a")
        await at.type(str(tmp_path / "set"))
        await at.press("enter")
        await at.sees("1 of the 2 of test are in an earlier part as well", pause=0.05)
        await at.sees("audit of set", "test/x", "the same file")
        await at.press("enter", "enter")
        await at.sees("test3.png and train/x/train3.png (the same file)")


async def test_the_form_of_an_export(workspace: Workspace, filled: Catalogue) -> None:
    async with sitting(workspace, filled, (80, 24)) as at:
        await at.press("g", "p", "n", "ctrl+s")
        await at.sees("made the split main")
        await at.press("e")
        assert isinstance(at.app.screen, ExportForm)
        await at.sees("the split main as")
        order = at.app.screen.made()
        assert (order.split, order.format, order.pictures, order.link) == ("main", "imagefolder", None, "copy")
        at.app.screen.texts |= {"quality": "101"}
        assert at.app.screen.faults() == {"quality": "must be a whole number from 1 to 100"}
        await at.press("escape", "y", "g", "e")
        await at.sees("all named faces as")


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 50)])
async def test_it_is_usable_at_every_size(workspace: Workspace, filled: Catalogue, size: tuple[int, int]) -> None:
    async with sitting(workspace, filled, size) as at:
        await at.press("g", "p", "n", "ctrl+s")
        await at.until(lambda: bool(splits.listed(filled)))
        await at.quiet()
        await at.press("end", "home", "enter", "down")
        assert isinstance(at.app.screen, SplitsScreen)
        assert at.app.screen.view.cursor == 1
