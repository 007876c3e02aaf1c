"""The boxes screen in the real app: by keys and by the mouse, and what is on the disk afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PIL import Image
from sitting import SIZES, Sitting, sitting

from anitui.screens.boxes import going, keeping
from anitui.screens.boxes.screen import BoxesScreen
from anitui.screens.boxes.view import BoxView
from anitui.store import boxes, faces, journal, labels
from anitui.store.catalogue import Catalogue
from anitui.store.faces import LookedAt, NewFace
from anitui.store.labels import Label
from anitui.store.remembered import remember, remembered
from anitui.workspace import Workspace

PICTURE = 9  # 300 × 400, the largest of the shelf
MORE = (10, 11, 12)  # newer ones, small


@pytest.fixture
def boxed(shelf: Catalogue) -> Catalogue:
    """Two faces in the largest picture, one in the newest; two labels with keys."""
    found = [NewFace(PICTURE, x, y, 60, 60, score, 1, 2, 3) for x, y, score in ((40, 50, 0.9), (180, 200, 0.6))]
    found.append(NewFace(12, 10, 10, 20, 20, 0.5, 1, 2, 3))
    looked = [LookedAt(n, sum(each.image_id == n for each in found)) for n in range(1, 13)]
    faces.record(shelf, "animeface", "{}", looked, found)
    with shelf.writing() as connection:
        connection.execute("DELETE FROM face_labels")
    labels.add(shelf, [Label("cocoa"), Label("chino", key="-")])
    return shelf


@asynccontextmanager
async def at_boxes(
    cafe: Workspace, boxed: Catalogue, size: tuple[int, int] = (100, 34), *, query: str = f"id:{PICTURE}"
) -> AsyncIterator[Sitting]:
    """On the boxes screen, over some pictures only."""
    remember(boxed, going.NAME, {"query": query})
    async with sitting(cafe, boxed, size) as at:
        await at.press("g", "x")
        yield at


def screen(at: Sitting) -> BoxesScreen:
    found = at.app.screen
    assert isinstance(found, BoxesScreen)
    return found


def on_disk(boxed: Catalogue, image: int = PICTURE) -> list[tuple[float, float, float, float, str, str | None]]:
    return [(*each.corners, each.detector, each.label) for each in boxes.boxed(boxed, image, "characters").boxes]


async def settled(at: Sitting) -> None:
    """Until all that was done is on the disk."""
    screen(at)._save()
    await at.quiet()


def cell(at: Sitting, x: float, y: float) -> tuple[int, int]:
    """The cell of the view that shows a pixel of the picture."""
    found = screen(at)
    assert found.desk is not None
    sight = found.view.sight(found.desk.size)
    assert sight is not None
    column, row = sight.cell(x, y)
    return int(column), int(row)


async def drag(at: Sitting, *points: tuple[float, float]) -> None:
    view = screen(at).query_one(BoxView)
    cells = [cell(at, *each) for each in points]
    await at.pilot.mouse_down(view, offset=cells[0])
    for each in cells[1:]:
        await at.pilot.hover(view, offset=each)
    await at.pilot.mouse_up(view, offset=cells[-1])
    await at.quiet()


async def test_a_picture_is_shown_with_its_boxes_and_the_one_in_the_hand_is_told(
    cafe: Workspace, boxed: Catalogue
) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.sees("2 boxes, none chosen", "cocoa", "- ■ chino")
        assert "boxes › id:9 › cocoa-09" in at.place and at.place.endswith("2 boxes · 1 of 1 · 0 reviewed")
        await at.press("tab")
        await at.sees("box 1 of 2 · face", "no name", "animeface 0.90", "60 × 60 px", "at 40, 50")
        await at.press("tab")
        await at.sees("box 2 of 2", "animeface 0.60")
        await at.press("tab", "shift+tab")
        await at.sees("box 2 of 2")
        await at.press("escape")
        await at.sees("none chosen")


async def test_arrows_move_and_one_undo_takes_back_the_whole_move(
    cafe: Workspace, boxed: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "TOGETHER", 60.0)
    async with at_boxes(cafe, boxed) as at:
        await at.press("tab", "right", "d", "down", "s")
        step = screen(at).view.sight((300, 400))
        assert step is not None
        await settled(at)
        x, y, w, h, by, _ = on_disk(boxed)[0]
        assert (x, y, w, h, by) == (40 + 2 * step.coarse, 50 + 2 * step.coarse, 60, 60, "person")
        await at.press("shift+left", "A", "shift+up", "W")
        await settled(at)
        assert on_disk(boxed)[0][:2] == (x - 2, y - 2)
        await at.sees("drawn by a person")
        assert [each.action for each in journal.history(boxed)].count("boxes.move") == 1
        await at.press("u")
        assert on_disk(boxed)[0][:5] == (40, 50, 60, 60, "animeface")
        await at.sees("at 40, 50", "animeface 0.90")
        await at.press("U")
        await at.sees(f"at {x - 2:.0f}, {y - 2:.0f}")
        await at.press("right", "u")  # what was pressed a moment ago is taken back, too
        assert on_disk(boxed)[0][:2] == (x - 2, y - 2)
        await at.sees(f"at {x - 2:.0f}, {y - 2:.0f}")


async def test_a_move_is_kept_by_itself_within_a_second(
    cafe: Workspace, boxed: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(going, "SAVE_AFTER", 0.01)
    async with at_boxes(cafe, boxed) as at:
        await at.press("tab", "right")
        await at.until(lambda: on_disk(boxed)[0][4] == "person")
        await at.until(lambda: not boxes.without_hashes(boxed))


async def test_what_was_not_written_yet_is_written_on_leaving(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.press("tab", "right", "i", "right")
    assert on_disk(boxed)[0][4] == "person" and len(on_disk(boxed)) == 3


async def test_corners_are_moved_by_keys(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.press("c")
        assert "no box is chosen" in at.place
        await at.press("tab", "c")
        await at.sees("top left corner")
        await at.press("shift+left", "c", "c", "shift+down", "shift+down")
        await at.sees("bottom right corner", "61 × 62 px", "at 39, 50")
        await at.press("c", "c", "shift+right")
        assert "corner" not in at.seen().replace("c corner", "")
        await settled(at)
        assert on_disk(boxed)[0][:4] == (40, 50, 61, 62)


async def test_a_box_is_inserted_grown_and_kept_or_given_up(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.press("i", "right", "up")
        await at.sees("new: arrows grow it", "box 3 of 3")
        assert "3 boxes · 1 of 1" in at.place
        await at.press("escape")
        await at.sees("2 boxes, none chosen")
        assert len(on_disk(boxed)) == 2
        await at.press("i", "shift+right", "shift+left", "enter")
        assert on_disk(boxed)[2:] == [(119, 170, 62, 60, "person", None)]
        await at.press("1")
        assert on_disk(boxed)[2][5] == "cocoa"
        await at.press("u", "u")
        assert len(on_disk(boxed)) == 2


async def test_keys_of_labels_name_the_box(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.press("1")
        assert "no box is chosen" in at.place
        await at.press("tab", "1", "tab", "minus")
        assert [each[5] for each in on_disk(boxed)] == ["cocoa", "chino"]
        await at.sees("named by person")
        await at.press("right_square_bracket")
        assert "no label has the key ]" in at.place
        await at.press("u", "u")
        assert [each[5] for each in on_disk(boxed)] == [None, None]


async def test_a_name_is_typed_completed_new_or_taken_off(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.press("tab", "t")
        await at.type("chi")
        await at.press("enter")
        assert on_disk(boxed)[0][5] == "chino"
        await at.press("tab", "t")
        await at.type("Syaro")
        await at.press("enter")
        assert on_disk(boxed)[1][5] == "Syaro"
        await at.sees("4 ■ Syaro")
        await at.press("t", *["pagedown"] * 3)
        await at.sees("nobody: takes Syaro off")
        await at.press("enter")
        assert on_disk(boxed)[1][5] is None


async def test_a_persons_box_is_gone_and_a_detectors_is_set_aside(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.press("x")
        assert "no box is chosen" in at.place
        await at.press("tab", "x")
        assert "not a face: set aside; u brings it back" in at.place
        await at.press("tab", "right", "delete")
        assert "box removed; u brings it back" in at.place
        assert on_disk(boxed) == []
        assert boxed.rows("SELECT state FROM faces WHERE image_id = 9") == [("set_aside",)]
        await at.sees("no boxes")
        await at.press("u", "u", "u")
        assert [each[4] for each in on_disk(boxed)] == ["animeface", "animeface"]


async def test_copying_takes_what_a_detector_found_and_is_not_there(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.press("k")
        assert "nothing to copy: all boxes of animeface are there" in at.place
        await at.press("tab", "x", "k")
        assert "copied 1 of animeface" in at.place and len(on_disk(boxed)) == 2
        faces.record(boxed, "whole", "{}", [LookedAt(PICTURE, 1)], [NewFace(PICTURE, 0, 0, 300, 400, None, 1, 2, 3)])
        at.app.changed()
        await at.quiet()
        await at.press("K", "K", "k")
        await at.sees("Copy heads from which detector?", "animeface · 2 boxes", "whole · 1 box")
        await at.press("down", "enter")
        assert boxed.rows("SELECT kind, detector, w FROM faces WHERE kind = 'head'") == [("head", "person", 300.0)]
    async with at_boxes(cafe, boxed, query="id:1") as at:
        await at.sees("no boxes")
        assert "takes one" not in at.seen() and "draws one" in at.seen(), "there is none to take"
        await at.press("k")
        assert "animeface looked here and found no face" in at.place
    with boxed.writing() as connection:
        connection.execute("DELETE FROM detections")
    async with at_boxes(cafe, boxed, query="id:1") as at:
        await at.press("k")
        assert "no detector has looked at this picture yet: `anitui detect` looks for faces" in at.place


async def test_faces_and_heads_are_shown_alone_or_together(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.press("K")
        assert "shown and drawn: faces" in at.place
        await at.press("K")
        assert "shown and drawn: heads" in at.place
        await at.sees("no boxes")
        await at.press("i", "enter")
        assert boxed.rows("SELECT kind FROM faces WHERE detector = 'person'") == [("head",)]
        await at.sees("box 1 of 1 · head")
        await at.press("K")
        assert "shown: faces and heads; drawn: faces" in at.place
        await at.sees("of 3 · head")


async def test_space_goes_to_what_nobody_has_gone_through(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed, query="id:10,11,12") as at:
        went = []
        for key in ("space", "backspace", "space", "space"):
            await at.press(key)
            went.append(screen(at)._image_id())
        assert went == [11, 12, 11, 10]
        assert boxed.rows("SELECT image_id FROM reviewed_images ORDER BY 1") == [(11,), (12,)]
        assert at.place.endswith("0 boxes · 3 of 3 · 2 reviewed")
        await at.press("space")
        assert "no pictures are left to review: all 3 here were gone through" in at.place
        await at.press("pageup", "u")
        assert boxed.rows("SELECT count(*) FROM reviewed_images") == [(2,)]
        went = [screen(at)._image_id()]
        for key in ("pagedown", "pageup", "pageup", "pageup"):
            await at.press(key)
            went.append(screen(at)._image_id())
        assert went == [10, 10, 11, 12, 12] and "this is the first one" in at.place
        went = []
        for key in ("end", "home", "backspace", "backspace"):
            await at.press(key)
            went.append(screen(at)._image_id())
        assert went == [10, 12, 10, 12]
        assert boxed.rows("SELECT count(*) FROM reviewed_images") == [(2,)]


async def test_a_picture_is_marked_for_deletion_and_not(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.press("m")
        assert boxed.rows("SELECT state, reason FROM images WHERE image_id = 9") == [
            ("set_aside", "marked for deletion")
        ]
        assert "marked for deletion" in at.place
        await at.press("m", "m", "u")
        assert boxed.rows("SELECT state FROM images WHERE image_id = 9") == [("active",)]


async def test_read_only_refuses_every_change_with_a_word(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.press("R")
        await at.sees("boxes · read-only")
        before = on_disk(boxed)
        await at.press("tab")
        for key in ("right", "shift+up", "i", "1", "t", "x", "k", "m"):
            at.app.say("")
            await at.press(key)
            assert "read-only: nothing is changed; R allows it again" in at.place, key
        await drag(at, (240, 20), (280, 60))
        assert on_disk(boxed) == before and "read-only" in at.place
        await at.press("space")
        assert boxed.rows("SELECT * FROM reviewed_images") == [] and journal.history(boxed)[0].action == "labels.add"
        await at.press("R", "tab", "right")
        await settled(at)
        assert on_disk(boxed) != before


async def test_the_mouse_draws_moves_resizes_and_selects(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed, (120, 50)) as at:
        await drag(at, (200, 40), (230, 60), (270, 100))
        drawn = on_disk(boxed)[2]
        assert drawn[4] == "person" and abs(drawn[0] - 200) < 10 and abs(drawn[1] - 40) < 20
        assert abs(drawn[0] + drawn[2] - 270) < 20 and abs(drawn[1] + drawn[3] - 100) < 20
        await drag(at, (70, 80), (110, 120))
        assert on_disk(boxed)[0][2:4] == (60, 60) and on_disk(boxed)[0][0] > 70 and on_disk(boxed)[0][1] > 80
        await at.sees("box 1 of 3")
        await drag(at, (240, 260), (280, 300))
        second = on_disk(boxed)[1]
        assert second[:2] == (180, 200) and second[2] > 90 and second[3] > 90
        await drag(at, (20, 380))
        await at.sees("3 boxes, none chosen")
        await drag(at, (210, 230))
        await at.sees("box 2 of 3")
        assert [each.action for each in journal.history(boxed)][:3] == ["boxes.move", "boxes.move", "boxes.draw"]
        before = on_disk(boxed)
        await at.press("u", "u", "u")
        assert len(on_disk(boxed)) == 2 and on_disk(boxed) != before


async def test_one_looks_closer_where_the_box_is(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        view = screen(at).view
        await at.press("left")
        assert "no box is chosen: tab takes one" in at.place
        await at.press("tab", "z", "z", "z", "z")
        near = view.framing
        assert near.zoom > 4 and near.x < 0.4
        await at.press("tab")
        assert view.framing.x > 0.5 and view.framing.zoom == near.zoom
        there = view.framing
        await at.press("ctrl+left")
        assert view.framing.x < there.x
        await at.press("escape", "right")
        assert view.framing.x == pytest.approx(there.x)
        await at.press("escape")
        assert view.framing.zoom == 1
        view.post_message(BoxView.Wheeled(True, 5, 5))
        await at.quiet()
        assert view.framing.zoom > 1
        await at.press("Z", "v")
        await at.sees("hidden")
        assert view._boxes == ()
        await at.press("v")
        assert len(view._boxes) == 2


async def test_of_a_thin_picture_a_box_is_gone_to_and_seen(cafe: Workspace, boxed: Catalogue) -> None:
    Image.new("RGB", (20, 5000), (9, 90, 30)).save(cafe.file(boxed.value("SELECT path FROM images WHERE image_id = 9")))
    with boxed.writing() as connection:
        connection.execute("UPDATE images SET width = 20, height = 5000 WHERE image_id = 9")
        connection.execute("UPDATE faces SET x = 2, y = 4000, w = 16, h = 16 WHERE image_id = 9")
    async with at_boxes(cafe, boxed) as at:
        assert "×" not in at.place
        await at.press("tab", "z")
        sight = screen(at).view.sight((20, 5000))
        assert sight is not None
        assert sight.seen.y < 4000 < 4016 < sight.seen.bottom and sight.seen.h < 60
        assert f"{screen(at).view.framing.zoom:.1f}× · 2 boxes" in at.place
        await at.press(*["greater_than_sign"] * 9)
        near = screen(at).view.framing.zoom
        sight = screen(at).view.sight((20, 5000))
        assert sight is not None and sight.per_column == pytest.approx(0.25, rel=0.1)
        await at.press("less_than_sign")
        assert screen(at).view.framing.zoom == pytest.approx(near / 1.5)
        await at.press("Z")
        assert "×" not in at.place


async def test_one_goes_on_where_one_stopped(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed, query="") as at:
        await at.press("slash")
        await at.type("label:cocoa")
        await at.press("enter", "space", "pagedown", "K")
    async with sitting(cafe, boxed) as at:
        await at.press("g", "x")
        assert screen(at)._image_id() == 7 and "label:cocoa" in at.place and "faces ›" in at.place


async def test_where_one_is_is_kept_while_one_goes(
    cafe: Workspace, boxed: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(going, "KEEP_AFTER", 0.01)
    kept: list[str] = []
    async with at_boxes(cafe, boxed, query="id:10,11,12") as at:
        keep_place = at.app.keep_place

        def counted(name: str, value: object) -> object:
            kept.append(name)
            return keep_place(name, value)

        monkeypatch.setattr(at.app, "keep_place", counted)
        await at.press("pagedown")
        await at.until(lambda: remembered(boxed, going.NAME)["image"] == 11)
        monkeypatch.setattr(going, "KEEP_AFTER", 3600.0)
        kept.clear()
        await at.press("pagedown", "pageup", "pagedown", "pageup")
        assert kept == [], "not with every step"


async def test_a_new_set_of_labels_is_begun_here_too(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed) as at:
        await at.press("l")
        await at.sees("a new set …")
        await at.press("end", "enter")
        await at.type("quality")
        await at.press("enter")
        await at.sees("boxes › quality ›", "no labels: t types one")
        await at.press("tab", "t")
        await at.type("sharp")
        await at.press("enter")
        assert boxed.rows("SELECT label_set, label FROM labelled_faces") == [("quality", "sharp")]
        await at.press("l", "end", "enter")
        await at.type("x" * 300)
        await at.press("enter")
        assert "at most 200 characters" in at.place
    async with sitting(cafe, boxed) as at:
        await at.press("g", "x")
        await at.sees("1 ■ sharp")


async def test_from_browse_and_from_one_picture_and_back(cafe: Workspace, boxed: Catalogue) -> None:
    async with sitting(cafe, boxed) as at:
        await at.press("g", "b", "right", "B")
        assert screen(at)._image_id() == 11 and "2 of 12" in at.place
        await at.press("escape", "enter", "n", "B")
        assert screen(at)._image_id() == 10
        await at.press("enter")
        assert at.place.startswith("picture 10")
        await at.press("escape", "escape", "escape")
        assert at.at == 10


async def test_nothing_is_told_in_words(workspace: Workspace, catalogue: Catalogue) -> None:
    async with sitting(workspace, catalogue) as at:
        await at.press("g", "x")
        await at.sees("no pictures yet")
        for key in ("space", "i", "tab", "c", "x", "k", "m", "t", "1", "right", "z", "Z", "v", "K", "R", "pagedown"):
            await at.press(key)
        await at.press("slash")
        await at.type("cocoa")
        await at.press("enter")
        await at.sees("nothing fits this filter: / changes it, esc lifts it")
        assert at.keys.startswith("/ filter · esc lift the filter")
        await at.press("escape")
        await at.sees("no pictures yet")


async def test_a_broken_picture_is_told_and_its_boxes_can_be_removed(cafe: Workspace, boxed: Catalogue) -> None:
    cafe.file(boxed.value("SELECT path FROM images WHERE image_id = 9")).unlink()
    async with at_boxes(cafe, boxed) as at:
        await at.sees("file is missing")
        await at.press("i")
        assert "this picture cannot be shown" in at.place
        await at.press("tab", "right", "z", "x")
        assert len(on_disk(boxed)) == 1


@pytest.mark.parametrize("size", SIZES[2:])
async def test_it_can_be_used_at_every_size(cafe: Workspace, boxed: Catalogue, size: tuple[int, int]) -> None:
    async with at_boxes(cafe, boxed, size) as at:
        await at.press("tab", "1")
        narrow = size[0] < 70
        await at.sees("1/2 · cocoa" if narrow else "box 1 of 2")
        assert ("chino" in at.seen()) != narrow
        assert screen(at).view.size.width >= size[0] * 0.6
        assert size[0] < 80 or "space next · tab box" in at.keys


async def test_a_step_sends_only_the_cells_that_differ(cafe: Workspace, boxed: Catalogue) -> None:
    async with at_boxes(cafe, boxed, (200, 50)) as at:
        await at.press("tab")
        asked: list[int] = []
        view = screen(at).view
        refresh = view.refresh

        def counted(*regions: object, **options: bool) -> object:
            asked.append(sum(each.area for each in regions))  # type: ignore[attr-defined]
            return refresh(*regions, **options)  # type: ignore[arg-type]

        view.refresh = counted  # type: ignore[method-assign, assignment]
        await at.press("right")
        assert asked and 0 < sum(asked) < view.size.area / 10
