from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from sitting import Sitting, sitting

from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

MANY = 60


@pytest.fixture
def slow(tmp_path: Path, workspace: Workspace) -> Path:
    """So many pictures that an import is still running when the next key is pressed."""
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(MANY):
        Image.effect_noise((600, 600), 40 + number).save(folder / f"{number:03}.png")
    workspace.settings_file.write_text("[import]\nworkers = 1\n")
    return folder


async def begin(at: Sitting, folder: Path) -> None:
    await at.pilot.press("i")
    await at.pilot.press(*(f"{letter}" if letter != "/" else "slash" for letter in folder.name), "enter")
    await at.until(lambda: bool(at.app.background.runs))
    await at.sees("⠋ import")


async def test_an_import_is_seen_while_it_runs_and_can_be_stopped_and_gone_on_with(
    workspace: Workspace, catalogue: Catalogue, slow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with sitting(workspace, catalogue) as at:
        await begin(at, slow)
        await at.until(lambda: f" of {MANY}" in at.lines()[0])
        await at.pilot.press("g", "b")
        await at.until(lambda: "import" in at.lines()[0])
        await at.pilot.press("ctrl+b")
        await at.sees("Stop the import of many?", "What is done is kept.")
        await at.pilot.press("n")
        assert not at.app.background.runs[0].stop.is_set()
        await at.pilot.press("ctrl+b", "y")
        await at.until(lambda: "was stopped" in at.said)
        await at.quiet()
        kept = catalogue.value("SELECT count(*) FROM images")
        assert 0 <= kept < MANY
        assert "import" not in at.lines()[0]
        await begin(at, slow)
        await at.until(lambda: "import done" in at.said)
        await at.quiet()
        assert catalogue.value("SELECT count(*) FROM images") == MANY
        assert at.grid.total == MANY


async def test_q_asks_while_an_import_runs_and_keeps_what_it_did(
    workspace: Workspace, catalogue: Catalogue, slow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with sitting(workspace, catalogue) as at:
        await begin(at, slow)
        await at.pilot.press("q")
        await at.sees("Leave, and stop 1 import?")
        await at.pilot.press("n")
        assert at.app.is_running and at.app.background.runs
        await at.pilot.press("q", "y")
        await at.until(lambda: not at.app.is_running)
    assert not at.app.background.runs
    states = dict(catalogue.rows("SELECT state, count(*) FROM job_items GROUP BY state"))
    assert states.get("done", 0) == catalogue.value("SELECT count(*) FROM images")


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
