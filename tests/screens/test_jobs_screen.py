"""Jobs, by the keys. Where something is collected, a real process does it, from a loopback Reddit."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sitting import Sitting, sitting

from anitui.demo.site.serving import Request, Response
from anitui.pipeline.collect import job_files
from anitui.pipeline.collect.owner import Collecting
from anitui.pipeline.collect.specs import JobSpec
from anitui.screens.duplicates.screen import DuplicatesScreen
from anitui.screens.jobs.details import JobScreen
from anitui.screens.jobs.editor import JobEditor
from anitui.screens.jobs.screen import JobsScreen
from anitui.screens.one_picture import PictureScreen
from anitui.store import collecting, job_lists
from anitui.store.catalogue import Catalogue
from anitui.store.job_lists import JobRow
from anitui.workspace import Workspace
from tests.fakes import faults
from tests.fakes.pictures import picture
from tests.fakes.reddit import Post, Reddit, environment

POSTS = 8
BESIDE = 0.03  # seconds between two looks at what other processes do
SPEC = JobSpec("subreddit_posts", {"subreddit": "pics", "flair": "Fanart"}, "cocoa")


@pytest.fixture
def reddit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reddit]:
    posts = [Post(f"p{n}", "pics", f"Cocoa, {n}", picture=picture(n), flair="Fanart", score=n) for n in range(POSTS)]
    posts.append(Post("rem", "pics", "Gone", picture=picture(50), flair="Fanart", removed_by_category="moderator"))
    with Reddit(posts) as site:
        for name, value in environment(site).items():
            monkeypatch.setenv(name, value)
        yield site


@pytest.fixture
def empty(workspace: Workspace, catalogue: Catalogue) -> Iterator[Workspace]:
    """A workspace in which one process looks at pictures; whatever collects in it at the end is ended."""
    workspace.settings_file.write_text("[import]\nworkers = 1\n[collect]\nper_host = 2\n")
    yield workspace
    Collecting(workspace, catalogue, workspace.settings()).end()


def rows(catalogue: Catalogue) -> list[JobRow]:
    return job_lists.collecting_jobs(catalogue)


def row_of(at: Sitting, sign: str) -> str:
    """The line of the list whose state begins so."""
    return next((line.strip("│ ") for line in at.lines() if line.startswith(f"│ {sign} ")), "")


def cursor(at: Sitting) -> int:
    screen = at.app.screen
    assert isinstance(screen, JobsScreen)
    return screen.listing.cursor


async def test_no_jobs_yet(workspace: Workspace, catalogue: Catalogue) -> None:
    async with sitting(workspace, catalogue, (80, 24)) as at:
        await at.press("g", "j")
        assert "There are no jobs yet" in at.seen()
        assert "o  jobs from a file: yotsubanet's .json, our .toml" in at.seen()
        assert at.keys.startswith("n new · o open a file"), "only what there is to do"
        for key in ("space", "enter", "e", "c", "r", "delete", "b", "D", "F"):
            await at.press(key)
            assert at.said == "there is no job here"
        await at.press("a", "w", "z", "t", "down", "pagedown", "end", "left")
        assert isinstance(at.app.screen, JobsScreen)


async def test_from_the_form_to_the_pictures(empty: Workspace, catalogue: Catalogue, reddit: Reddit) -> None:
    reddit.faults.on("/p3pic.jpg", faults.wrong_type())
    reddit.faults.on("/p4pic.jpg", faults.expired())
    reddit.faults.on("/p5pic.jpg", faults.too_many(retry_after=1), first=1)
    async with sitting(empty, catalogue, (120, 36)) as at:
        await at.press("g", "j", "n", "shift+tab", "enter", "end", "enter", "tab")
        await at.type("pics")
        assert "posts of a subreddit · r/pics · top" in at.seen(), "what it is, while one types"
        await at.press("tab", "tab")
        await at.type("Fanart")
        await at.press("ctrl+s")
        assert at.said == "1 job on the list; space starts it"
        assert row_of(at, "·").startswith("· waiting   r/pics · top · Fanart")
        await at.tap("space")
        await at.sees("● running", "waits 1 s: asked to wait (429)", "collecting", pause=BESIDE)
        await at.until(lambda: at.said.startswith("collecting done"), pause=BESIDE)
        await at.quiet()
        assert at.said == f"collecting done: {POSTS - 2} new pictures, 3 not taken, see Jobs"
        (row,) = rows(catalogue)
        assert (row.state, row.done, row.refused, row.failed, row.items) == ("done", POSTS - 2, 2, 1, POSTS + 1)
        await at.until(lambda: bool(row_of(at, "✓")), pause=BESIDE)
        numbers = row_of(at, "✓").split()
        assert numbers[-5:] == ["6", "0", "2", "1", "9"] and numbers[-6].strip("━╍") == ""
        assert f"b its {POSTS - 2} pictures · r tries the 1 failed again · space looks for what is new" in at.seen()
        for each in ("1 refused the post was removed by", "1 refused a web page, not a picture", "1 failed  "):
            assert each in at.seen()
        assert len(at.grid.model.cells) == POSTS - 2
        assert {cell.caption for cell in at.grid.model.cells} <= {f"Cocoa, {n}" for n in range(POSTS)}
        assert f"{POSTS - 2} pictures" in at.top
        # What failed is tried again when one says so, and it alone.
        reddit.faults.clear()
        before = len(reddit.requests)
        await at.tap("r")
        await at.until(lambda: at.said.startswith("collecting done: 1 new picture"), pause=BESIDE)
        await at.quiet()
        assert [each.path for each in reddit.requests[before:] if each.path.endswith(".jpg")] == ["/p4pic.jpg"]
        await at.until(lambda: row_of(at, "✓").split()[-5:] == ["7", "0", "2", "0", "9"], pause=BESIDE)
        await at.press("r")
        assert at.said == "nothing of this job failed; what was refused would be refused again"


async def test_jobs_pause_run_on_and_are_told_when_killed(
    empty: Workspace, catalogue: Catalogue, reddit: Reddit
) -> None:
    collecting.add_job(catalogue, SPEC.told(), SPEC.order())
    turnstile = Turnstile(reddit, 2)
    async with sitting(empty, catalogue) as at:
        await at.press("g", "j")
        await at.tap("space")
        await at.until(lambda: rows(catalogue)[0].done == 2, pause=BESIDE)
        await at.tap("space")
        await at.sees("◌ pausing", "it pauses as soon as what is under way is done · space lets it go on", pause=BESIDE)
        await at.tap("space")
        await at.sees("● running", pause=BESIDE)
        await at.tap("r")
        await at.until(lambda: at.said.startswith("this job runs: what failed can be tried again"))
        turnstile.let_through(POSTS - 1)  # it pauses now, and goes on at once
        await at.until(lambda: rows(catalogue)[0].done == POSTS - 1, pause=BESIDE)
        await at.tap("a")
        await at.sees("◌ pausing", pause=BESIDE)
        assert at.said == "1 job will pause as soon as what is under way is done"
        await at.tap("a")
        await at.sees("● running", pause=BESIDE)
        await at.tap("q")
        await at.until(lambda: not at.app.is_running)
        assert "1 job runs on" in str(at.app._exit_renderables[-1])
    async with sitting(empty, catalogue, busy=True) as at:
        await at.sees("1 job collecting", pause=BESIDE)
        await at.tap("ctrl+b")
        await at.sees("● running", f"{POSTS} of {POSTS + 1} found", pause=BESIDE)
        await at.tap("ctrl+b")
        await at.sees("Stop the collecting?")
        await at.tap("n")
        kill(empty)
        await at.sees("! stopped", "the process that collects was killed · space goes on", pause=BESIDE)
        assert "1 job stopped: the process that collects was killed" in at.said
        turnstile.let_through(99)
        await at.tap("space")
        await at.until(lambda: at.said.startswith("collecting done"), pause=BESIDE)
        await at.quiet()
        assert rows(catalogue)[0].done == POSTS
        assert sum(each.path == "/p7pic.jpg" for each in reddit.requests) == 1


class Turnstile:
    """Lets so many pictures out, and no more before it is told."""

    def __init__(self, reddit: Reddit, allowed: int) -> None:
        self._allowed, self._asked = allowed, 0
        self._changed = threading.Condition()
        reddit.faults.on(lambda request: request.path.endswith("pic.jpg"), self._held)

    def let_through(self, allowed: int) -> None:
        with self._changed:
            self._allowed = allowed
            self._changed.notify_all()

    def _held(self, request: Request, right: Callable[[], Response]) -> Response:
        with self._changed:
            number, self._asked = self._asked, self._asked + 1
            self._changed.wait_for(lambda: number < self._allowed, 60)
        return right()


def kill(workspace: Workspace) -> None:
    (who,) = workspace.work.glob("collect-*/process.json")
    os.kill(json.loads(who.read_text())["pid"], signal.SIGKILL)


async def test_why_a_job_stopped_is_read_whole(
    empty: Workspace, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    collecting.add_job(catalogue, SPEC.told(), SPEC.order())
    async with sitting(empty, catalogue, (80, 24)) as at:
        await at.press("g", "j")
        await at.tap("space")
        await at.until(lambda: "1 job stopped: Reddit wants keys" in at.said, pause=BESIDE)
        await at.sees("space goes on")
        text = " ".join(line.strip() for line in at.lines())
        assert "ANITUI_REDDIT_CLIENT_ID and ANITUI_REDDIT_CLIENT_SECRET" in text
        assert "(docs/collecting.md) · space goes on" in text
        await at.press("g", "h", "enter")
        assert isinstance(at.app.screen, JobsScreen)
        await at.press("enter", "f")
        assert "why" in at.seen() and "gallery-dl" in at.seen()


async def test_one_job_with_all_that_became_of_it(cafe: Workspace, listed: Catalogue) -> None:
    async with sitting(cafe, listed, (160, 36)) as at:
        await at.press("g", "j", "end", "enter")
        assert isinstance(at.app.screen, JobScreen)
        assert "found      13: 7 done, 1 already, 1 opened, 3 refused, 1" in at.seen()
        assert at.place.startswith("jobs › posts of a subreddit · r/GochiUsa · top · Fanart → cocoa")
        assert at.place.endswith("1 of 13 items")
        await at.press("enter")
        assert isinstance(at.app.screen, PictureScreen)
        await at.press("escape", "pagedown")
        assert at.place.endswith("13 of 13 items")
        await at.press("slash", *["down"] * 4, "enter")
        assert "only what is opened: 1" in at.seen()
        assert "a page of 3 pictures" in at.seen()
        await at.press("enter")
        assert at.said == "there is no picture of it: a page of 3 pictures"
        await at.press("slash", "end", "enter")
        assert "✗ failed, 4 tries" in at.seen()
        assert "the site has trouble (503)" in at.seen()
        assert "esc show all" in at.keys
        await at.press("escape")
        assert "all it found: 13" in at.seen()
        await at.press("f")
        assert "type       subreddit_posts" in at.seen() and "all it found" not in at.seen()
        await at.press("escape", "escape")
        assert isinstance(at.app.screen, JobsScreen)


async def test_a_job_leads_to_its_pictures_its_duplicates_and_its_faces(cafe: Workspace, listed: Catalogue) -> None:
    with listed.writing() as connection:
        connection.execute("INSERT INTO faces (image_id, x, y, w, h, detector) VALUES (2, 0, 0, 9, 9, 'none')")
        connection.execute("INSERT INTO faces (image_id, x, y, w, h, detector) VALUES (12, 0, 0, 9, 9, 'none')")
    async with sitting(cafe, listed, (120, 36)) as at:
        await at.press("g", "j", "end")
        assert "b its 8 pictures" in at.seen()
        assert "r tries the 1 failed again · space looks for what is new · D its duplicates · F its faces" in at.seen()
        await at.press("b")
        assert "job:2" in at.place
        assert at.grid.total == 8
        await at.press("g", "j", "D")
        screen = at.app.screen
        assert isinstance(screen, DuplicatesScreen)
        assert screen.view.query == "job:2"
        await at.press("g", "j", "F")
        assert at.app.screen is at.app.get_screen("faces")
        await at.sees("job:2", "1 of 1")


async def test_a_job_is_copied_changed_and_taken_off(cafe: Workspace, listed: Catalogue) -> None:
    async with sitting(cafe, listed, (100, 30)) as at:
        await at.press("g", "j", "c")
        assert isinstance(at.app.screen, JobEditor)
        await at.press("end")
        await at.type(", 30")
        await at.press("ctrl+s")
        assert [row.order["ids"] for row in rows(listed)[:2]] == [["1", "5-20", "30"], ["1", "5-20"]]
        assert cursor(at) == 0, "it is on the copy"
        # One that has found nothing is changed; one that has, stays with what it found.
        await at.press("e", "end", "backspace")
        await at.type("1")
        await at.press("ctrl+s")
        assert at.said == "the job was changed"
        assert [row.order["ids"] for row in rows(listed)[:2]] == [["1", "5-20", "31"], ["1", "5-20"]]
        await at.press("e", "ctrl+s")
        assert at.said == "nothing was changed"
        await at.press("end", "e", "end")
        await at.type("2")
        await at.press("ctrl+s")
        assert at.said == "the job as you changed it is a new one; the one before stays with what it found"
        assert [row.order.get("subreddit") for row in rows(listed)] == ["GochiUsa2", None, None, "anime", "GochiUsa"]
        await at.press("e", "x", "escape")
        assert "What was typed here is lost." in at.seen()
        await at.press("y")
        await at.press("delete")
        assert "Its pictures stay." in at.seen()
        await at.press("n")
        assert len(rows(listed)) == 5
        await at.press("end", "delete", "y")
        assert at.said.startswith("taken off the list: posts of a subreddit · r/GochiUsa")
        assert len(rows(listed)) == 4
        assert listed.value("SELECT count(*) FROM images") == 12
        assert cursor(at) == 3


async def test_files_of_jobs_are_read_and_written(
    workspace: Workspace, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    specs = [SPEC, JobSpec("comment_links", {"subreddit": "anime", "query": "Cocoa"}, "cocoa")]
    job_files.write(tmp_path / "two.json", specs)
    async with sitting(workspace, catalogue, (100, 30)) as at:
        await at.press("g", "j", "o")
        await at.type("two.json")
        await at.press("enter")
        assert at.said == "2 jobs from two.json on the list; a starts them"
        await at.press("o")
        await at.type("two.json")
        await at.press("enter")
        assert at.said == "2 were on the list already"
        (tmp_path / "bad.json").write_text('{"labels": []  # no\n}')
        await at.press("o")
        await at.type("bad.json")
        await at.press("enter")
        assert at.app.messages[-1].kind == "error" and "line 1" in at.said
        for name in ("out.toml", "out.json"):
            await at.press("w", "ctrl+u")
            await at.type(name)
            await at.press("enter")
            assert at.said == f"2 jobs written to {name}"
            assert [each.order() for each in job_files.read(tmp_path / name)] == [each.order() for each in specs]
        await at.press("w", "ctrl+u")
        await at.type("out.toml")
        await at.press("enter")
        assert "out.toml is there already. Replace it?" in at.seen()
        (tmp_path / "out.toml").write_text("mine")
        await at.press("n")
        assert (tmp_path / "out.toml").read_text() == "mine"


async def test_a_long_list_and_a_narrow_terminal(cafe: Workspace, listed: Catalogue) -> None:
    for number in range(300):
        spec = JobSpec("subreddit_posts", {"subreddit": f"sub{number}", "query": "a long query that is cut"}, "rize")
        collecting.add_job(listed, spec.told(), spec.order())
    async with sitting(cafe, listed, (80, 24)) as at:
        await at.press("g", "j")
        assert at.lines()[2].split() == ["│", "state", "job", "label", "done", "failed", "rate", "│"]
        assert "1 of 303 jobs" in at.place
        await at.press("pagedown", "down")
        assert "10 of 303 jobs" in at.place
        await at.press("up", "pageup", "end")
        assert "303 of 303 jobs" in at.place
        numbers = row_of(at, "✓").split()
        assert numbers[2] == "r/GochiUsa" and numbers[-2:] == ["7", "1"]
        assert "b its 8 pictures · r tries the 1 failed again" in at.seen()
        assert "the last pictures" in at.seen() and "not taken" in at.seen()
        await at.press("right", "z")
        assert isinstance(at.app.screen, PictureScreen)
        await at.press("escape", "t")
        assert "the last pictures of all jobs" in at.seen()
        await at.press("home", "t")
        assert "no pictures yet" in at.seen()
        assert at.keys.startswith("space start or pause · enter details")
        for size in ((40, 12), (200, 50)):
            await at.resize(*size)
            assert "jobs" in at.place
        assert "already" in at.lines()[2] and "now" in at.lines()[2]
