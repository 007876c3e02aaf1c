from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from sitting import sitting

from anitui.store import collecting, jobs
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace
from tests.train.runs_by_hand import write_run


async def test_an_empty_workspace_shows_three_ways_to_begin(workspace: Workspace, catalogue: Catalogue) -> None:
    async with sitting(workspace, catalogue) as at:
        for way in (
            "i    take in pictures from a folder",
            "anitui import PATH",
            "g j  collect pictures from Reddit",
            "anitui scrape JOBS.json",
            "?    see what the keys do",
        ):
            assert way in at.seen()
        assert "0 pictures" in at.top
        await at.press("enter")
        assert "Take in pictures from which folder, file or glob?" in at.seen()
        await at.press("escape", "down", "down", "space")
        assert "keys: home" in at.seen()
        await at.press("escape", "k", "enter")
        assert at.app.screen is at.app.get_screen("jobs")
        assert "There are no jobs yet" in at.seen()
        await at.press("escape", "g", "b")
        assert "no pictures yet: i takes some in" in at.seen()
        await at.press("x", "enter", "v", "ctrl+a", "1", "space", "G", "escape", "o", "escape", "down", "end")
        assert "no pictures" in at.seen()


async def test_the_first_pictures_come_in_by_the_keys(
    workspace: Workspace, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "mine"
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (30, 30), (number * 80, 90, 40)).save(folder / f"{number}.png")
    (folder / "notes.png").write_text("no picture")
    async with sitting(workspace, catalogue) as at:
        await at.press("i")
        await at.type("mi")
        await at.sees("mine/")
        await at.press("right", "enter")
        await at.until(lambda: "import done" in at.said)
        assert at.said == "import done: 3 new pictures, 1 not taken, see Home"
        await at.sees("look through 3 pictures", "1 file not taken", "not a picture 1", "3 pictures without a label")
        assert "3 pictures" in at.top
    assert catalogue.value("SELECT count(*) FROM images") == 3


async def test_what_to_do_next_leads_where_it_says(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        assert "look through 12 pictures" in at.seen()
        assert "0 decisions" not in at.place
        await at.press("enter")
        assert at.place.startswith("browse › all that is active")
        await at.press("x", "v", "right", "x", "g", "h")
        assert "look through 9 pictures" in at.seen()
        assert "3 set aside" in at.seen()
        assert "find the faces in 9 pictures" in at.seen()
        await at.press("down", "down", "enter")
        assert at.app.screen is at.app.get_screen("browse")
        await at.until(lambda: len(at.grid.model.cells) == 3)
        await at.press("escape", "escape")
        assert at.app.screen is at.app.get_screen("home")


async def test_where_it_stands_counts_what_there_is(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (140, 36)) as at:
        rows = {line.split("││")[1].split()[0]: line.split("││")[1].split()[1] for line in at.lines()[2:6]}
        assert rows == {"seen": "12", "unique": "12", "faces": "0", "named": "0"}
        assert "█" in at.seen()
    async with sitting(cafe, shelf, (80, 24)) as at:
        assert "12 seen → 12 unique → 0 faces" in at.seen()
        assert "look through 12 pictures" in at.seen()


async def test_what_waits_among_the_jobs_leads_to_them(workspace: Workspace, catalogue: Catalogue) -> None:
    for name in ("fresh", "half", "keys", "also keys", "ready"):
        collecting.add_job(catalogue, name, {"type": "urls", "name": name})
    collecting.set_state(catalogue, [3, 4], "stopped", "Reddit wants keys: put them into praw.ini")
    collecting.set_state(catalogue, [5], "done")
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO job_items (job_id, url, state, reason) VALUES (2, 'https://a.test/1', 'waiting', NULL), "
            "(5, 'https://imgur.com/2', 'failed', 'asked to wait (429)')"
        )
    async with sitting(workspace, catalogue, (120, 30)) as at:
        for each in (
            "2 jobs stopped: Reddit wants keys",
            "1 job half done",
            "1 picture found and not fetched yet",
            "1 job to be started",
            "1 download failed: imgur.com: asked to wait (429)",
        ):
            assert each in at.seen()
        assert "an import was cut off" not in at.seen()
        assert "not taken" not in at.seen()
        for steps, name in enumerate(("also keys", "half", "fresh", "ready")):
            await at.press(*["down"] * steps, "enter")
            assert at.app.screen is at.app.get_screen("jobs")
            assert at.place.startswith(f"jobs › {name}")
            await at.press("g", "h", *["up"] * steps)


async def test_an_import_that_was_cut_off_is_no_job(workspace: Workspace, catalogue: Catalogue) -> None:
    job = jobs.begin(catalogue, "import", "pictures", {"paths": ["/pictures"]})
    jobs.enlist_files(catalogue, job, [jobs.FoundItem("/pictures/a.png", 7, 7, None)], mode="copy")
    jobs.leave(catalogue, job, done=False)
    async with sitting(workspace, catalogue) as at:
        assert "1 picture waiting: an import was cut off" in at.seen()
        assert "half done" not in at.seen()


async def test_what_a_run_came_to_stands_at_home(cafe: Workspace, shelf: Catalogue) -> None:
    write_run(cafe, 1, state="done", live={"best": {"name": "val/top1", "value": 0.934, "epoch": 3.0}})
    async with sitting(cafe, shelf) as at:
        await at.sees("run 1 finished: top1 93.4 %")
        assert shelf.rows("SELECT run_id, state, best_value FROM runs") == [(1, "done", 0.934)]
        write_run(cafe, 2, state="failed", live={"reason": "the disk is full"})
        await at.sees("run 2 failed", "the disk is full")
