from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from anitui import workspace as workspaces
from anitui.pipeline.collect.specs import JobSpec
from anitui.pipeline.engine import InProcess
from anitui.pipeline.ingest import ImportOrder, import_pictures
from anitui.progress import run
from anitui.settings import ImportSettings
from anitui.store import collecting
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.store.collecting import FoundLead, Settled
from anitui.workspace import Workspace

# Label, width, height, colour: flat pictures of three folders, the oldest first.
PICTURES = (
    ("chino", 60, 60, (70, 130, 220)), ("chino", 80, 50, (90, 150, 230)), ("chino", 50, 80, (110, 170, 240)),
    ("chino", 64, 64, (60, 110, 200)), ("chino", 120, 90, (50, 90, 180)),
    ("cocoa", 60, 60, (230, 130, 150)), ("cocoa", 90, 60, (240, 150, 170)), ("cocoa", 60, 90, (220, 110, 130)),
    ("cocoa", 300, 400, (210, 90, 110)),
    ("rize", 60, 60, (150, 90, 190)), ("rize", 100, 60, (170, 110, 210)), ("rize", 60, 100, (130, 70, 170)),
)  # fmt: skip


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal with all colours and no protocol for pictures, whatever the tests are run in."""
    for name in ("NO_COLOR", "TMUX", "STY", "SSH_CONNECTION", "SSH_TTY", "TERM_PROGRAM", "KITTY_WINDOW_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture(autouse=True)
def messages_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said stays in its line until something else is said there, however slow the machine."""
    for name in ("MESSAGE_SECONDS", "SEEN_SECONDS"):
        monkeypatch.setattr(f"anitui.screens.bars.{name}", 3600.0)


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with twelve pictures, imported once; tests work on copies of it.

    BMP: the same bytes, and so the same SHA-256 on the screen, with every version of every library.
    """
    folder = tmp_path_factory.mktemp("filled")
    made = workspaces.create(folder / "cafe")
    for number, (label, width, height, colour) in enumerate(PICTURES, 1):
        file = folder / "pictures" / label / f"{label}-{number:02}.bmp"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (width, height), colour).save(file)
    catalogue = open_catalogue(made.catalogue)
    order = ImportOrder([str(folder / "pictures")], None, True)
    run(import_pictures(made, catalogue, order, ImportSettings(), InProcess()), lambda _: None)
    catalogue.close()
    return made.root


@pytest.fixture
def cafe(filled_once: Path, tmp_path: Path) -> Workspace:
    """A workspace of one's own with the twelve pictures."""
    shutil.copytree(filled_once, tmp_path / "cafe")
    return Workspace(tmp_path / "cafe")


@pytest.fixture
def shelf(cafe: Workspace) -> Iterator[Catalogue]:
    """Its catalogue, open."""
    opened = open_catalogue(cafe.catalogue)
    yield opened
    opened.close()


@pytest.fixture
def listed(shelf: Catalogue) -> Catalogue:
    """Three jobs over the twelve pictures: one done, with something in every state; one stopped; one not begun."""
    shas = [row[0] for row in shelf.rows("SELECT sha256 FROM images ORDER BY image_id")]
    done = JobSpec("subreddit_posts", {"subreddit": "GochiUsa", "flair": "Fanart"}, "cocoa")
    keys = JobSpec("comment_links", {"subreddit": "anime", "query": "Episode Discussion"}, "chino")
    fresh = JobSpec("myanimelist", {"ids": ["1", "5-20"]})
    job, stopped, _ = (collecting.add_job(shelf, each.told(), each.order())[0] for each in (done, keys, fresh))
    lead = FoundLead(job, "", "cocoa", "reddit")
    pictures = [f"https://i.redd.it/{number}.jpg" for number in range(8)]
    others = ["https://imgur.com/a/Album01", *(f"https://i.redd.it/{name}.jpg" for name in ("page", "gone", "slow"))]
    found = [
        replace(lead, url=url, title=f"Cocoa, number {number}", post_id=f"t3_{number}")
        for number, url in enumerate([*pictures, *others])
    ]
    collecting.enlist(shelf, [*found, replace(lead, url="https://redd.it/rem", gone="the post was removed")], [])
    settled = [Settled(url, "done" if n else "already", None, shas[n]) for n, url in enumerate(pictures)]
    settled += [
        Settled(others[0], "done", "a page of 3 pictures"),
        Settled(others[1], "refused", "a web page, not a picture"),
        Settled(others[2], "refused", "the site says that it is gone (404)"),
        Settled(others[3], "failed", "the site has trouble (503)", attempts=4),
    ]
    with shelf.writing() as connection:
        collecting.settle(connection, settled, "collect-1", 0)
    collecting.set_state(shelf, [job], "done")
    collecting.set_state(shelf, [stopped], "stopped", "Reddit wants keys: put them into praw.ini")
    return shelf
