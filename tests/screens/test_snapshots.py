"""How the layouts look, as pictures. After a wanted change: `pytest … --snapshot-update`"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import TypeAlias

import pytest
from sitting import Sitting
from textual.pilot import Pilot

from anitui.app import AnituiApp
from anitui.store import gallery, journal
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

Look: TypeAlias = Callable[..., bool]


class OneMoment(datetime):
    """It is always the same minute."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> OneMoment:
        return cls(2026, 3, 5, 12, 30, tzinfo=tz)


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    for module in ("anitui.words", "anitui.screens.home"):
        monkeypatch.setattr(f"{module}.datetime", OneMoment)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def look(cafe: Workspace, shelf: Catalogue, snap_compare: Look) -> Iterator[Callable[..., bool]]:
    """`look((80, 24), "g", "b")`: whether the screen that the keys lead to looks as it did."""
    apps: list[AnituiApp] = []
    gallery.set_aside(shelf, [2, 3], "test")
    gallery.mark(shelf, [12, 10, 7], 1)
    gallery.set_aside(shelf, [11], "test")
    gallery.mark(shelf, [1], 2)
    journal.undo(shelf)
    with shelf.writing() as connection:
        connection.execute("UPDATE images SET added_at = TIMESTAMP '2026-03-02 09:15:00'")
        connection.execute(
            "UPDATE sightings SET seen_at = TIMESTAMP '2026-03-02 09:15:00', url = '/pictures/' || title"
        )
        connection.execute("UPDATE journal SET decided_at = TIMESTAMP '2026-03-05 12:00:00' + to_minutes(entry_id)")

    def compare(size: tuple[int, int], *keys: str) -> bool:
        app = AnituiApp(cafe, shelf, cafe.settings())
        apps.append(app)

        async def before(pilot: Pilot[None]) -> None:
            at = Sitting(app, pilot)
            await at.quiet()
            await at.press(*keys)

        return snap_compare(app, terminal_size=size, run_before=before)

    yield compare
    for app in apps:
        app.shut_down()


def test_home(look: Look) -> None:
    assert look((120, 36))


def test_home_in_a_narrow_terminal(look: Look) -> None:
    assert look((80, 24))


def test_browse(look: Look) -> None:
    assert look((100, 30), "g", "b")


def test_one_picture(look: Look) -> None:
    assert look((120, 40), "g", "b", "right", "right", "right", "enter")


def test_history(look: Look) -> None:
    assert look((100, 30), "g", "y")


def test_help(look: Look) -> None:
    assert look((100, 30), "g", "b", "question_mark")


def test_jobs(look: Look, listed: Catalogue) -> None:
    assert look((120, 36), "g", "j", "end")
