"""How the duplicates screen looks, as a picture. After a wanted change: `pytest … --snapshot-update`"""

from __future__ import annotations

from collections.abc import Callable

from sitting import Sitting, sitting
from test_duplicates import alike, alike_once, pile, shown, unsearched
from textual.pilot import Pilot

from anitui.app import AnituiApp
from anitui.pipeline.pair_scan import PairOrder, find_pairs
from anitui.progress import run
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


async def test_looking_closer_has_the_picture_s_own_layout_and_leaves_that_of_the_pair(
    alike: Workspace, pile: Catalogue
) -> None:
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d")
        before = [each.region for each in at.app.screen.query(".side-facts")]
        await at.press("enter")
        assert at.app.screen.query_one("#facts").region.height > 10
        await at.press("escape")
        assert [each.region for each in at.app.screen.query(".side-facts")] == before
        assert {each.width for each in before} == {60}


async def test_what_is_gone_is_not_suggested_to_be_kept(alike: Workspace, pile: Catalogue) -> None:
    larger = pile.value("SELECT path FROM images WHERE image_id = 1")
    alike.file(str(larger)).unlink()
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d")
        assert shown(at) == (2, 1)
        await at.sees("keep left (its file is there)", "file is missing")


async def test_of_a_face_no_sightings_move_and_a_group_is_of_faces(alike: Workspace, unsearched: Catalogue) -> None:
    with unsearched.writing() as connection:
        connection.execute(
            "INSERT INTO faces (face_id, image_id, x, y, w, h, detector) "
            "SELECT 70 + n, 5, 10 * n, 10, 40, 40, 'by hand' FROM range(1, 4) t(n)"
        )
        connection.execute("INSERT INTO face_hashes SELECT unnest([71, 72, 73]), 'dhash', 'exact', 12345")
    run(find_pairs(unsearched, PairOrder("face", "dhash", 0, 4)), lambda _: None)
    async with sitting(alike, unsearched, (120, 40)) as at:
        await at.press("g", "d", "t", "up", "up", "up", "right", "enter")
        await at.sees("suggestion: keep left")
        assert "sighting" not in at.seen().split("suggestion:")[1]
        await at.press("m")
        assert at.place.startswith("duplicates › 3 faces alike")
