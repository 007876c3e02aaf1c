"""How the duplicates screen looks, as a picture. After a wanted change: `pytest … --snapshot-update`"""

from __future__ import annotations

from collections.abc import Callable

from sitting import Sitting
from test_duplicates import alike, alike_once, pile, unsearched
from textual.pilot import Pilot

from anitui.app import AnituiApp
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

__all__ = ["alike", "alike_once", "pile", "unsearched"]


def test_a_pair(alike: Workspace, pile: Catalogue, snap_compare: Callable[..., bool]) -> None:
    with pile.writing() as connection:
        connection.execute("UPDATE sightings SET seen_at = TIMESTAMP '2026-03-02 09:15:00'")
    app = AnituiApp(alike, pile, alike.settings())

    async def before(pilot: Pilot[None]) -> None:
        at = Sitting(app, pilot)
        await at.quiet()
        await at.press("g", "d", "j", "j")

    try:
        assert snap_compare(app, terminal_size=(100, 30), run_before=before)
    finally:
        app.shut_down()
