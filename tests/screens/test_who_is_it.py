"""One picture, as a model sees it: with a real process beside the app."""

from __future__ import annotations

from sitting import sitting

from anitui.screens.one_picture import PictureScreen
from anitui.screens.widgets.picture import PictureView
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace
from tests.train.predict.a_model import teach

COLOURS = {"chino": (60, 110, 200), "cocoa": (220, 110, 130), "rize": (170, 110, 210)}


async def test_a_model_says_who_is_in_each_picture_until_one_has_enough(cafe: Workspace, shelf: Catalogue) -> None:
    teach(cafe.root, colours=COLOURS)
    teach(cafe.root, "multi", COLOURS, number=2)
    with shelf.writing() as connection:
        connection.execute(
            "INSERT INTO faces (image_id, x, y, w, h, detector) "
            "SELECT image_id, 20, 10, 30, 30, 'by hand' FROM images WHERE image_id IN (10, 11)"
        )
    (cafe.root / "anitui.toml").open("a").write('\n[detect]\ndetector = "whole"\n')
    async with sitting(cafe, shelf, (120, 36)) as at:
        await at.press("g", "b", "right", "enter")
        assert at.place.startswith("picture 11")
        await at.press("A")
        await at.sees("run 2  multi of colours", "run 1  single of colours")
        await at.tap("down", "enter")
        await at.sees("run 1 says", "rize 99.5 %", pause=0.02)
        view = at.app.screen.query_one(PictureView)
        assert [each.words for each in view._captions] == ["rize 99.5 %"]
        ((box,), lines) = (view._boxes, at.seen())
        assert (box.x, box.y) == (0.2, 10 / 60) and lines.count("rize 99.5 %") >= 2  # beside it, and at the face
        await at.tap("n")
        await at.sees("run 1 says", pause=0.02)
        assert at.place.startswith("picture 10") or "run 1, single of colours: 1 face" in at.place
        process = at.app.asking._process if at.app.asking is not None else None
        assert process is not None and process.poll() is None
        await at.press("a")
        assert "says" not in at.seen() and view._captions == ()
    assert process.wait(10) is not None  # it ends with the app


async def test_without_a_model_it_is_said_what_to_do(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b", "enter", "a")
        assert "there are no runs yet" in at.place
        assert isinstance(at.app.screen, PictureScreen) and not at.app.screen._asks
        await at.press("A")
        assert "no run has a model yet" in at.place
