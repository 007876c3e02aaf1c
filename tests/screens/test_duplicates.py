from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from sitting import Sitting, sitting

from anitui import workspace as workspaces
from anitui.pipeline import pair_scan
from anitui.pipeline.engine import InProcess
from anitui.pipeline.ingest import ImportOrder, import_pictures
from anitui.pipeline.pair_scan import PairOrder, find_pairs
from anitui.progress import Work, run
from anitui.screens.bars import PlaceLine
from anitui.screens.duplicates.going import PairsScreen
from anitui.screens.duplicates.sides import Showing, Sides
from anitui.screens.widgets.picture import PictureView, Placeholder, Prepared
from anitui.settings import ImportSettings
from anitui.store import journal, verdicts
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.store.groups import Statement, Verdict
from anitui.workspace import Workspace

# Name, size: pictures of one letter are alike, and the larger one is the better one.
PICTURES = (
    ("a1", 160), ("a2", 80), ("b1", 160), ("b2", 80), ("c1", 160), ("c2", 120), ("c3", 80),
    ("d1", 160), ("d2", 80), ("e1", 160), ("e2", 80),
)  # fmt: skip
IDS = {name: number for number, (name, _) in enumerate(PICTURES, 1)}


def draw(letter: str, size: int) -> Image.Image:
    """A picture for each letter, the same at every size."""
    seed = ord(letter) * 7919
    picture = Image.new("RGB", (8, 8), (20, 20, 20))
    pen = ImageDraw.Draw(picture)
    for at in range(64):
        seed = (seed * 1103515245 + 12345) % 2**31
        pen.point((at % 8, at // 8), ((seed >> 8) % 256, (seed >> 12) % 256, (seed >> 16) % 256))
    return picture.resize((size, size), Image.Resampling.BICUBIC)


@pytest.fixture(scope="session")
def alike_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alike")
    made = workspaces.create(folder / "alike")
    for name, size in PICTURES:
        file = folder / "pictures" / ("one" if size == 160 else "other") / f"{name}.bmp"
        file.parent.mkdir(parents=True, exist_ok=True)
        draw(name[0], size).save(file)
    catalogue = open_catalogue(made.catalogue)
    order = ImportOrder([str(folder / "pictures" / "**" / f"{name}.bmp") for name, _ in PICTURES], None, True)
    run(import_pictures(made, catalogue, order, ImportSettings(), InProcess()), lambda _: None)
    catalogue.close()
    return made.root


@pytest.fixture
def alike(alike_once: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(alike_once, tmp_path / "alike")
    return Workspace(tmp_path / "alike")


@pytest.fixture
def unsearched(alike: Workspace) -> Iterator[Catalogue]:
    opened = open_catalogue(alike.catalogue)
    yield opened
    opened.close()


@pytest.fixture
def pile(unsearched: Catalogue) -> Catalogue:
    """With its pairs: a, b, d and e in twos, c in threes."""
    run(find_pairs(unsearched, PairOrder(hi=4)), lambda _: None)
    found = unsearched.rows("SELECT a_id, b_id FROM pairs_open ORDER BY a_id, b_id")
    assert found == [(1, 2), (3, 4), (5, 6), (5, 7), (6, 7), (8, 9), (10, 11)]
    return unsearched


def said(pile: Catalogue) -> list[tuple[int, int, str]]:
    return [tuple(row) for row in pile.rows("SELECT a_id, b_id, verdict FROM verdicts ORDER BY verdict_id")]  # type: ignore[misc]


def aside(pile: Catalogue) -> list[int]:
    return [row[0] for row in pile.rows("SELECT image_id FROM images WHERE state = 'set_aside' ORDER BY 1")]


def shown(at: Sitting) -> tuple[int, int]:
    """The pair that is before the person."""
    screen = at.app.screen
    assert isinstance(screen, PairsScreen) and screen.deck is not None and screen.deck.current is not None
    return screen.deck.current.left.id, screen.deck.current.right.id


def views(at: Sitting) -> tuple[PictureView, PictureView]:
    left, right = (at.app.screen.query_one(f"#{name}-view", PictureView) for name in ("left", "right"))
    return left, right


@pytest.mark.parametrize(
    ("keys", "verdict", "gone"),
    [
        (("space", "1"), "keep_a", [2]),
        (("s", "2"), "keep_b", [1]),
        (("b", "3"), "same", []),
        (("a", "4"), "alternates", []),
        (("r", "5"), "different", []),
        (("x", "6"), "aside", [1, 2]),
        (("n", "7"), "not_now", []),
    ],
)
async def test_each_verdict_is_one_key_or_one_digit(
    alike: Workspace, pile: Catalogue, keys: tuple[str, ...], verdict: str, gone: list[int]
) -> None:
    async with sitting(alike, pile) as at:
        await at.press("g", "d")
        for key in keys:
            assert shown(at) == (1, 2)
            await at.press(key)
            assert said(pile) == [(1, 2, verdict)]
            assert aside(pile) == gone
            assert shown(at) == (3, 4)
            await at.press("u")
            assert said(pile) == [] and aside(pile) == []


async def test_the_suggested_keeper_is_left_and_what_is_known_stands_below(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d")
        await at.sees("left · keep", "160×160  BMP  77 kB", "80×80  BMP  19 kB", "larger · heavier")
        await at.sees("suggestion: keep left (larger, heavier)", "labels differ: one and other")
        await at.sees("“a1”", "seen 1 time", "d 0")
        assert at.place.startswith("duplicates › dhash ≤ 4 ") and at.place.endswith(" 0 of 7")
        await at.until(lambda: all(isinstance(each.result, Prepared) for each in views(at)))
        await at.press("space", "space")
        assert "one of 3 alike · m shows all" in at.seen()


async def test_the_next_pair_is_ready_before_it_is_wanted(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile) as at:
        await at.press("g", "d")
        with pile.writing():  # nothing can be written while this is held
            await at.tap("space")
            await at.until(lambda: shown(at) == (3, 4))
            assert all(isinstance(each.result, Prepared) for each in views(at))
            assert views(at)[0].path == alike.file(pile.value("SELECT path FROM images WHERE image_id = 3"))
            await at.tap("space")
            await at.until(lambda: shown(at) == (5, 6))
            await at.tap("space")  # what follows has to do with it, and waits
            await at.until(lambda: not at.app.screen.noting)
            await at.tap("space")
            assert "one moment" in at.place
            # Already safe, though the catalogue has none of them.
            assert len(alike.answers.read_bytes().splitlines()) == 3
        await at.quiet()
        assert said(pile) == [(1, 2, "keep_a"), (3, 4, "keep_a"), (5, 6, "keep_a")]
        assert shown(at) == (5, 7)


async def test_back_shows_the_verdict_and_another_one_replaces_it(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile) as at:
        await at.press("g", "d", "r", "space", "backspace")
        assert shown(at) == (3, 4)
        assert "you said: keep left" in at.seen() and "✗ set aside" in at.seen()
        await at.press("backspace")
        assert shown(at) == (1, 2) and "you said: different" in at.seen()
        await at.press("backspace")
        assert "this is the first that was decided" in at.place
        await at.press("s")
        assert said(pile) == [(1, 2, "keep_b"), (3, 4, "keep_a")]
        assert aside(pile) == [1, 4]
        assert shown(at) == (5, 6)
        await at.press("backspace", "backspace", "escape")
        assert shown(at) == (5, 6)
    async with sitting(alike, pile) as at:
        await at.press("g", "d", "backspace")
        assert shown(at) == (1, 2) and "you said: keep right" in at.seen()
        await at.press("backspace")
        assert shown(at) == (3, 4)


async def test_undo_and_redo_go_to_the_pair_they_are_about(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile) as at:
        await at.press("g", "d", "space", "space", "r")
        assert shown(at) == (5, 7)
        await at.press("u")
        assert shown(at) == (5, 6) and "taken back" in at.place
        await at.press("u", "u")
        assert shown(at) == (1, 2) and said(pile) == []
        await at.press("U")
        assert shown(at) == (3, 4) and said(pile) == [(1, 2, "keep_a")]
        await at.press("backspace", "s", "u")
        assert shown(at) == (1, 2) and said(pile) == [(1, 2, "keep_a")]
        assert "you said: keep left" in at.seen()


async def test_one_may_pass_and_go_back_without_a_verdict(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile) as at:
        await at.press("g", "d", "j", "down")
        assert shown(at) == (5, 6)
        await at.press("k")
        assert shown(at) == (3, 4)
        await at.press("up", "up")
        assert shown(at) == (1, 2) and "this is the first that waits" in at.place
        await at.press("j", "space", "backspace", "backspace")
        assert shown(at) == (1, 2) and "passed without a verdict" in at.seen()
        await at.press("escape", *"rrrrr")
        assert shown(at) == (1, 2) and "from the beginning again: passed or put off: 1" in at.said
        await at.press("n")
        assert shown(at) == (1, 2) and "passed or put off: 1" in at.said
        await at.press("r")
        await at.sees("nothing left to decide at dhash ≤ 4: 7 settled")
        assert "find pairs" in at.keys and "keep left" not in at.keys
        await at.press("space", "f", "u")
        assert shown(at) == (1, 2)


async def test_a_contradiction_shows_the_chain_and_asks_which_link_was_wrong(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d", "j", "j", "space", "r")  # 5 kept over 6, 5 and 7 different
        assert said(pile) == [(5, 6, "keep_a"), (5, 7, "different")]
        verdicts.judge(pile, "image", [Statement.of(6, 7, Verdict.KEEP_A)], dropping=[2])
        await at.press("backspace", "r")
        await at.sees("That cannot be true together", "“c2” kept over “c3”", "“c1” kept over “c2”")
        before = said(pile)
        await at.press("escape")
        assert said(pile) == before and shown(at) == (5, 7)
        await at.press("r")
        await at.sees("“c1” kept over “c2”", "now: “c1” and “c3” are different")
        await at.press("1", "enter")
        assert said(pile) == [(6, 7, "keep_a"), (5, 7, "different")]


async def test_all_that_are_alike_are_decided_at_once(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile) as at:
        await at.press("g", "d", "m")
        assert "no more than two are alike" in at.place
        await at.press("j", "j", "m")
        await at.sees("3 pictures alike", "✓ [1] 160×160", "[2] set aside · 120×120", "1 kept, 2 set aside")
        await at.press("2", "right", "right", "r")
        assert "2 kept, 0 set aside, 1 left out" in at.place
        await at.press("v", "v", "r", "r", "9")
        assert "there are 3 here" in at.place
        await at.press("escape")
        assert said(pile) == [] and shown(at) == (5, 6)
        await at.press("m", "1", "3", "space")
        assert said(pile) == [(5, 7, "keep_b"), (6, 7, "keep_b")]
        assert aside(pile) == [5, 6] and shown(at) == (8, 9)
        await at.press("u")
        assert aside(pile) == [] and shown(at) == (5, 6)


async def test_filter_and_threshold_choose_the_pairs_and_are_kept(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile) as at:
        await at.press("g", "d", "slash")
        await at.type("d1")
        await at.press("enter")
        assert shown(at) == (8, 9) and "dhash ≤ 4 › d1" in at.place and at.place.endswith("0 of 1")
        await at.press("escape")
        assert shown(at) == (1, 2)
        await at.press("t")
        await at.sees("dhash, pairs that wait", "›  4")
        await at.press("left", "down", "right", "enter")
        await at.sees("no pairs at within title › dhash ≤ 3")
        await at.press("t", "down", "right", "enter")
        await at.sees("within label › dhash ≤ 3")
        assert shown(at) == (6, 7)
        await at.press("t", "right", "escape", "slash")
        await at.type("nonsense:1")
        await at.press("enter")
        assert "nonsense" in at.said and shown(at) == (6, 7)
    async with sitting(alike, pile) as at:
        await at.press("g", "d")
        assert "within label › dhash ≤ 3" in at.place and shown(at) == (6, 7)


async def test_one_comes_back_to_the_same_pair(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile) as at:
        await at.press("g", "d", "r", "j", "r", "j")
        here = shown(at)
    async with sitting(alike, pile) as at:
        await at.press("g", "d")
        assert shown(at) == here
        assert at.place.startswith("duplicates › dhash ≤ 4")
        await at.press("g", "h", "g", "d")
        assert shown(at) == here


async def test_flick_difference_zoom_and_pan(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d")
        sides = at.app.screen.query_one(Sides)
        one = at.app.screen.query_one("#together-view", PictureView)
        await at.press("f")
        assert "◧ left · keep" in at.seen() and sides.showing is Showing.LEFT
        first = one.result
        await at.press("z", "z", "l", "f")
        assert "◨ right" in at.seen() and one.framing.zoom > 2
        near = one.framing
        assert near.x > 0.5
        await at.press("f")
        assert one.framing == near and one.result is not first
        await at.press("escape")
        assert "◧" not in at.seen() and views(at)[0].framing == views(at)[1].framing
        assert views(at)[0].framing.zoom == near.zoom
        await at.press("h", "j", "k", "up", "right", "minus", "Z")
        assert views(at)[1].framing.zoom == 1
        await at.press("d")
        assert "the difference" in at.seen() and isinstance(one.result, Prepared)
        await at.press("d", "left")
        assert "z goes closer" in at.place
        await at.press("f", "f", "enter")
        assert at.place.startswith("picture 2")
        await at.press("escape", "space")
        assert shown(at) == (3, 4) and sides.showing is Showing.BESIDE


@pytest.mark.parametrize("size", [(200, 50), (120, 36), (80, 24), (40, 12)])
async def test_nothing_that_matters_is_cut_at_any_size(
    alike: Workspace, pile: Catalogue, size: tuple[int, int]
) -> None:
    async with sitting(alike, pile, size) as at:
        await at.press("g", "d", "j", "j")
        seen = " ".join(at.seen().split())
        for fact in ("160×160 BMP", "120×120 BMP", "77 kB", "43 kB", "d 0 p 0 a 0"):
            assert fact in seen
        if size[0] >= 80:
            for fact in ("larger", "suggestion: keep left", "labels differ", "one of 3 alike · m shows all", "sharp"):
                assert fact in seen
            await at.press("t")
            await at.sees("in all", "esc")
            assert re.search(r"━ +7 +7 ", at.seen())
            await at.press("escape")
        assert "…" not in "".join(line for line in at.lines() if "suggestion" in line or "×" in line)


async def test_a_missing_file_is_told_and_its_facts_stay(alike: Workspace, pile: Catalogue) -> None:
    alike.file(pile.value("SELECT path FROM images WHERE image_id = 2")).unlink()
    async with sitting(alike, pile) as at:
        await at.press("g", "d")
        await at.sees("file is missing", "80×80")
        assert isinstance(views(at)[1].result, Placeholder)
        await at.press("f", "f", "d", "escape", "space")
        assert aside(pile) == [2]


async def test_pairs_are_looked_for_beside_what_one_does(alike: Workspace, unsearched: Catalogue) -> None:
    async with sitting(alike, unsearched) as at:
        await at.press("g", "d")
        await at.sees("no near-duplicates were looked for yet", "c finds the pictures that are alike")
        await at.press("t")
        await at.sees("none were found yet")
        await at.press("escape", "c")
        await at.until(lambda: "7 new pairs found" in " ".join(each.text for each in at.app.messages))
        await at.quiet()
        assert shown(at) == (1, 2) and not at.app.background.runs


async def test_what_a_search_would_find_is_counted_first_and_then_looked_for(
    alike: Workspace, unsearched: Catalogue
) -> None:
    async with sitting(alike, unsearched, (80, 24)) as at:
        await at.press("g", "d", "t")
        await at.sees("c counts all there are", "s searches up to")
        await at.press("c")
        await at.sees("dhash, pairs there are", "s finds 7 new up to 4")
        assert re.search(r" 0 ╌+ +7 +0 +7 ", at.seen())
        assert unsearched.rows("SELECT * FROM pairs") == []
        await at.press(*["right"] * 7)
        await at.sees("counted up to 10: c counts on to 11")
        await at.press("c")
        await at.sees("s finds 7 new up to 11")
        await at.press("s")
        await at.until(lambda: "7 new pairs found" in " ".join(each.text for each in at.app.messages))
        await at.quiet()
        assert shown(at) == (1, 2) and "dhash ≤ 11" in at.app.screen.query_one(PlaceLine)._where
        assert unsearched.value("SELECT min(reach) FROM pairs_compared") == 11
        await at.press("t", "c")
        await at.sees("s finds 0 new up to 11")
        await at.press("down", "right", "right", "c")
        await at.sees("pairs there are within label", "s finds 0 new up to 11")
        await at.press("up", *["left"] * 8)
        assert re.search(r" 0 ━+ +1 +1 +0 ", at.seen())
        with unsearched.writing() as connection:  # no search compares it any more, though its pair is known
            connection.execute("UPDATE images SET state = 'set_aside', reason = 'by hand' WHERE image_id = 2")
        await at.press("escape", "t", "c")
        await at.sees("s finds 0 new up to 11")
        await at.press(*["left"] * 8)
        assert re.search(r" 0 ━+ +6 +6 +0 ", at.seen())


async def test_counting_is_stopped_by_escape_and_says_what_is_wrong(
    alike: Workspace, pile: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, counts = threading.Event(), pair_scan.pair_counts

    def held(*of: Any) -> Work[Any]:
        gate.wait()
        return (yield from counts(*of))

    async with sitting(alike, pile) as at:
        await at.press("g", "d", "t")
        with monkeypatch.context() as patch:
            patch.setattr(pair_scan, "pair_counts", held)
            await at.tap("c", "c")
            await at.sees("counting … · esc stops it")
            await at.tap("escape")
            gate.set()
            await at.quiet()
        await at.sees("which pairs", "dhash, pairs that wait")
        assert "esc stops it" not in at.seen() and "pairs there are" not in at.seen()
        await at.press("up", "up", "up", "right", "c")
        await at.sees("there is no face with a dhash in the")
        await at.press("escape")
        assert shown(at) == (1, 2)


async def test_without_pictures_it_says_how_to_begin(workspace: Workspace, catalogue: Catalogue) -> None:
    async with sitting(workspace, catalogue) as at:
        await at.press("g", "d")
        await at.sees("there are no pictures yet", "i takes some in")
        await at.press("space", "f", "d", "m", "backspace", "j", "k", "z", "enter", "p")
        assert "there are no pictures yet" in at.seen()


async def test_a_verdict_that_cannot_be_written_brings_its_pair_back(
    alike: Workspace, pile: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sitting(alike, pile) as at:
        await at.press("g", "d")

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("anitui.store.journal.Decision.add", full)
            await at.press("space")
            assert "the disk is full" in at.said and shown(at) == (1, 2)
        assert said(pile) == [] and journal.history(pile) == []
        await at.press("space")
        assert said(pile) == [(1, 2, "keep_a")]


async def test_after_five_decisions_it_says_how_long_the_rest_takes(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile, (120, 36)) as at:
        await at.press("g", "d", "r", "r", "r", "r")
        assert "at your pace" not in at.place
        await at.press("r")
        assert "at your pace" in at.place and "5 of 7" in at.place


async def test_home_leads_here(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile) as at:
        await at.sees("7 near-duplicate pairs to decide")
        await at.press("enter")
        assert shown(at) == (1, 2)


async def test_of_faces_their_part_of_the_picture_is_shown(alike: Workspace, unsearched: Catalogue) -> None:
    with unsearched.writing() as connection:
        connection.execute(
            "INSERT INTO faces (face_id, image_id, x, y, w, h, detector) "
            "VALUES (71, 1, 20, 30, 60, 60, 'test'), (72, 3, 40, 10, 40, 40, 'test')"
        )
        connection.execute("INSERT INTO face_hashes SELECT unnest([71, 72]), 'dhash', 'exact', 12345")
    run(find_pairs(unsearched, PairOrder("face", "dhash", 0, 4)), lambda _: None)
    async with sitting(alike, unsearched, (120, 40)) as at:
        await at.press("g", "d", "t", "up", "up", "up", "right", "enter")
        assert at.place.startswith("duplicates › faces › dhash ≤ 4")
        assert shown(at) == (71, 72)
        await at.sees("60×60  BMP", "larger")
        left = at.app.screen.query_one(Sides)._pair
        assert left is not None and left.pictures[0].crop == pytest.approx((14, 24, 72, 72))
        await at.until(lambda: all(isinstance(each.result, Prepared) for each in views(at)))
        await at.press("space")
        assert unsearched.rows("SELECT kind, a_id, b_id, verdict FROM verdicts") == [("face", 71, 72, "keep_a")]
        assert unsearched.rows("SELECT face_id FROM faces WHERE state = 'set_aside'") == [(72,)]
        await at.sees("nothing left to decide at faces › dhash ≤ 4")


async def test_who_is_purged_or_gone_is_passed_over(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile) as at:
        await at.press("g", "d")
        with pile.writing() as connection:
            connection.execute("DELETE FROM images WHERE image_id = 4")
            connection.execute("UPDATE images SET state = 'set_aside', reason = 'by hand' WHERE image_id = 6")
        at.app.changed()
        await at.quiet()
        await at.press("r")
        assert shown(at) == (5, 7)


async def test_a_decision_on_all_may_contradict_too_and_leaving_meanwhile_does_no_harm(
    alike: Workspace, pile: Catalogue
) -> None:
    verdicts.judge(pile, "image", [Statement.of(6, 7, Verdict.DIFFERENT)])
    async with sitting(alike, pile, (120, 40)) as at:
        await at.press("g", "d", "j", "j", "m", "space")
        await at.sees("That cannot be true together", "“c2” and “c3” are different")
        await at.press("escape")
        assert said(pile) == [(6, 7, "different")]
        await at.press("space", "enter")
        assert said(pile) == [(5, 6, "keep_a"), (5, 7, "keep_a")] and shown(at) == (8, 9)
        await at.press("u", "m")
        with pile.writing():
            await at.tap("space", "space", "escape")
        await at.quiet()
        assert "That cannot be true" not in at.seen()
        assert said(pile) == [(6, 7, "different")] and shown(at) == (5, 6)


async def test_what_was_taken_back_from_another_screen_is_before_one_again(alike: Workspace, pile: Catalogue) -> None:
    async with sitting(alike, pile) as at:
        await at.press("g", "d", "space")
        assert shown(at) == (3, 4)
        await at.press("g", "y", "u", "g", "d")
        assert shown(at) == (1, 2)
