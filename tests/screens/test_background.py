from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sitting import Sitting, sitting

from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace
from tests.fakes.pictures import picture

MANY = 12


@pytest.fixture
def many(
    tmp_path: Path, workspace: Workspace, make_picture: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder of pictures in the folder that one is in."""
    for number in range(MANY):
        make_picture(tmp_path / "many" / f"{number}.png", number)
    workspace.settings_file.write_text("[import]\nworkers = 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "many"


async def begin(at: Sitting) -> None:
    await at.press("i")
    await at.type("many")
    await at.tap("enter")
    await at.sees("⠋ ")


async def test_an_import_is_seen_while_it_runs_and_can_be_stopped_and_gone_on_with(
    workspace: Workspace, catalogue: Catalogue, many: Path
) -> None:
    async with sitting(workspace, catalogue) as at:
        with catalogue.writing():  # who writes, makes the import wait: nothing is left to chance
            await begin(at)
            await at.tap("g", "b")
            await at.sees("no pictures yet", "⠋ ")
            await at.tap("ctrl+b")
            await at.sees("Stop the import of many?", "What is done is kept.")
            await at.tap("n")
            await at.sees("no pictures yet")
            assert not at.app.background.runs[0].stop.is_set()
            await at.tap("ctrl+b")
            await at.sees("Stop the import of many?")
            await at.tap("y")
            await at.until(lambda: at.app.background.runs[0].stop.is_set())
        await at.until(lambda: "was stopped" in at.said)
        await at.quiet()
        assert catalogue.value("SELECT count(*) FROM images") < MANY
        assert "⠋" not in at.top
        await begin(at)
        await at.until(lambda: "import done" in at.said)
        await at.quiet()
        assert catalogue.value("SELECT count(*) FROM images") == MANY
        assert at.grid.total == MANY


async def test_q_asks_while_an_import_runs_and_keeps_what_it_did(
    workspace: Workspace, catalogue: Catalogue, many: Path
) -> None:
    async with sitting(workspace, catalogue) as at:
        with catalogue.writing():
            await begin(at)
            await at.tap("q")
            await at.sees("Leave, and stop 1 import?")
            await at.tap("n")
            await at.sees("what to do next")
            assert at.app.background.runs
            await at.tap("ctrl+q")
            await at.sees("Leave, and stop 1 import?")
            await at.tap("ctrl+q", "y")
            await at.until(lambda: not at.app.is_running)
    assert not at.app.background.runs
    waiting, done = catalogue.rows(
        "SELECT count(*) FILTER (state = 'waiting'), count(*) FILTER (state = 'done') FROM job_items"
    )[0]
    assert done == catalogue.value("SELECT count(*) FROM images") < MANY
    async with sitting(workspace, catalogue) as at:
        if waiting:
            assert "an import was cut off" in at.seen()
        await begin(at)
        await at.until(lambda: "import done" in at.said)
    assert catalogue.value("SELECT count(*) FROM images") == MANY


async def test_a_path_that_is_not_there_is_told(workspace: Workspace, catalogue: Catalogue) -> None:
    async with sitting(workspace, catalogue) as at:
        await at.press("i")
        await at.type("nowhere")
        await at.press("enter")
        await at.until(lambda: "nowhere is not there" in at.said)
        await at.press("i", "enter")
        assert not at.app.background.runs
        await at.press("ctrl+b")
        assert "nothing runs in the background" in at.place


async def test_a_folder_that_gallery_dl_wrote_to_is_taken_in_with_what_it_wrote_down(
    workspace: Workspace, catalogue: Catalogue, tmp_path: Path
) -> None:
    folder = tmp_path / "fetched"
    folder.mkdir()
    (folder / "1.png").write_bytes(picture(1))
    told = {"category": "imgur", "extension": "png", "id": "AbCd123", "url": "https://i.imgur.com/AbCd123.png"}
    (folder / "1.png.json").write_text(json.dumps(told))
    async with sitting(workspace, catalogue) as at:
        await at.press("i")
        await at.type(str(folder))
        await at.tap("enter")
        await at.until(lambda: "a folder of gallery-dl" in at.said or bool(at.app.background.runs))
        await at.until(lambda: catalogue.value("SELECT count(*) FROM images") == 1)
        await at.quiet()
    assert catalogue.rows("SELECT site, url FROM sightings") == [("imgur", "https://i.imgur.com/AbCd123.png")]
