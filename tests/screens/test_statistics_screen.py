from __future__ import annotations

import re

import pytest
from sitting import SIZES, Sitting, sitting

from anitui.pipeline.measuring.catalogue import STATISTICS
from anitui.screens.questions import AskPath, Choose, Confirm
from anitui.screens.statistics.screen import StatisticsScreen
from anitui.screens.widgets.chart_view import ChartView
from anitui.store import statistics as stats
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace
from tests.store.counted import fill, many

AT = {each.name: at for at, each in enumerate(STATISTICS)}


@pytest.fixture
def shelf(catalogue: Catalogue) -> Catalogue:
    return fill(catalogue)


async def to(at: Sitting, name: str) -> None:
    """Go to a chart by the arrow keys."""
    down, up = AT[name], len(STATISTICS) - AT[name]
    await at.press("g", "i", *(["down"] * down if down <= up else ["up"] * up))
    assert STATISTICS[AT[name]].title in at.place


async def test_every_chart_is_shown_with_its_view(workspace: Workspace, shelf: Catalogue) -> None:
    async with sitting(workspace, shelf, (120, 36)) as at:
        await at.press("g", "i")
        for number, each in enumerate(STATISTICS, 1):
            assert f" {each.title} ─" in at.seen() and f" {each.view} ─" in at.seen()
            assert f"statistics › {each.title}" in at.place and f"{number} of {len(STATISTICS)}" in at.place
            assert re.search(r"[█▓▒▁▂▃▄▅▆▇▏▎▍▌▋▊▉]", at.seen()), each.name
            await at.press("down")
        assert "Faces of each class" in at.place, "round and round"
        await at.press("up")
        assert STATISTICS[-1].title in at.place


async def test_the_numbers_are_those_of_the_view(workspace: Workspace, shelf: Catalogue) -> None:
    async with sitting(workspace, shelf, (120, 36)) as at:
        await to(at, "classes")
        shown = re.findall(r"(\S+) +[█▓▒]* +(\d+) *│", at.seen())
        expected = [(each.label, str(each.faces)) for each in stats.read(shelf, stats.ClassCount, "characters")]
        assert [each for each in expected if each[0] in ("rei", "asuka", "nobody")] == [
            each for each in shown if each[0] in ("rei", "asuka", "nobody")
        ]
        assert "6 faces of 3 classes, 1 more without any: most 3, median 2, least 1" in at.seen()


async def test_a_row_leads_to_the_faces_that_it_counts(workspace: Workspace, shelf: Catalogue) -> None:
    async with sitting(workspace, shelf, (120, 36)) as at:
        await to(at, "classes")
        await at.press("enter", "down", "up")
        assert "row 1 of 4" in at.place and "esc to the list" in at.keys
        await at.press("enter")
        assert at.place.startswith('faces › label:"rei"') and at.place.endswith("1 of 3")


async def test_a_hostile_name_leads_to_its_face(workspace: Workspace, shelf: Catalogue) -> None:
    async with sitting(workspace, shelf, (120, 36)) as at:
        await to(at, "classes")
        await at.press("right", "down", "down", "right")
        assert at.place.startswith("faces › ") and at.place.endswith("1 of 1")


async def test_a_step_of_a_histogram_leads_to_its_pictures(workspace: Workspace, shelf: Catalogue) -> None:
    async with sitting(workspace, shelf, (120, 36)) as at:
        await to(at, "sizes")
        await at.press("enter", "end")
        assert at.app.screen.query_one(ChartView).current is not None
        await at.press("enter")
        assert "size>=768 size<1024" in at.place and at.place.endswith("1 of 2")


async def test_a_tag_of_another_set_leads_to_its_pictures_and_a_name_to_faces_by_that_set(
    workspace: Workspace, shelf: Catalogue
) -> None:
    async with sitting(workspace, shelf, (120, 36)) as at:
        await to(at, "classes")
        await at.press("s")
        assert isinstance(at.app.screen, Choose)
        await at.press("m", "enter")
        assert "statistics › Faces of each class › moods" in at.place and re.search(r"sad +█+ +1", at.seen())
        await at.press("enter", "enter")
        assert at.place.startswith('faces › moods › label:"sad"') and at.place.endswith("1 of 1")
        await at.press("g", "i")
        assert "moods" in at.place, "it is as one left it"


async def test_back_out_of_the_rows_and_to_where_one_was(workspace: Workspace, shelf: Catalogue) -> None:
    async with sitting(workspace, shelf) as at:
        await to(at, "tail")
        await at.press("enter", "down", "left", "down")
        assert "Classes by rank" in at.place, "the arrows go through the charts again"
        await at.press("enter", "escape")
        assert isinstance(at.app.screen, StatisticsScreen)
        await at.press("escape")
        assert not isinstance(at.app.screen, StatisticsScreen)


async def test_a_row_that_leads_nowhere_says_so(workspace: Workspace, shelf: Catalogue) -> None:
    async with sitting(workspace, shelf) as at:
        await to(at, "distances")
        await at.press("enter", "enter")
        assert "leads nowhere" in at.said
        await at.press("o")
        await at.sees("FROM stats_distances", "phash")


@pytest.mark.parametrize("size", [*SIZES, (40, 20), (20, 6)])
async def test_thousands_of_classes_are_gone_through_at_any_size(
    workspace: Workspace, catalogue: Catalogue, size: tuple[int, int]
) -> None:
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO labels (label) SELECT printf('label %04d', n) FROM range(3000) t(n)")
    many(catalogue, 9)
    async with sitting(workspace, catalogue, size) as at:
        await at.press("g", "i", "enter", "end")
        view = at.app.screen.query_one(ChartView)
        assert view.rows == 3009 and view.cursor == 3008
        assert all(len(line) <= size[0] for line in at.lines())
        if size != (20, 6):
            assert re.search(r"label 2999 +0", at.seen())
        await at.press("pageup", "home")
        assert view.cursor == 0 and view.scroll_offset.y == 0
        await at.press("escape", "down", "down")
        assert "█" in at.seen() or size == (20, 6)


async def test_of_more_rows_than_anybody_goes_through_the_rest_is_told(
    workspace: Workspace, catalogue: Catalogue
) -> None:
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO labels (label) SELECT printf('label %04d', n) FROM range(6000) t(n)")
    many(catalogue, 9)
    async with sitting(workspace, catalogue, (80, 24)) as at:
        await at.press("g", "i", "enter", "end", "left", "end")
        assert "and 1,009 more classes" in at.seen()


async def test_bars_by_the_logarithm(workspace: Workspace, catalogue: Catalogue) -> None:
    many(catalogue, 40)
    async with sitting(workspace, catalogue, (120, 60)) as at:
        await at.press("g", "i")
        plain = at.seen().count("█")
        await at.press("L")
        assert at.seen().count("█") > 1.3 * plain and "by the logarithm" in at.said
        await at.press("L")
        assert at.seen().count("█") == plain


async def test_an_empty_workspace_says_what_to_do_first(workspace: Workspace, catalogue: Catalogue) -> None:
    async with sitting(workspace, catalogue, (80, 24)) as at:
        await at.press("g", "i", "enter")
        await at.sees("no face has a name yet", "anitui detect")
        await at.press(*["down"] * AT["sizes"])
        assert "no pictures yet" in at.seen()
        await at.press("s")
        assert "the only set" in at.said


async def test_what_was_decided_meanwhile_is_counted(workspace: Workspace, shelf: Catalogue) -> None:
    async with sitting(workspace, shelf, (120, 36)) as at:
        await to(at, "aside")
        assert "blurry" in at.seen() and "by hand" not in at.seen()
        await at.press("g", "b", "x", "g", "i")
        assert "Set aside, and why" in at.place and re.search(r"pictures: (?!blurry)\S.* 1", at.seen())


async def test_the_page_is_written_where_one_says(
    workspace: Workspace, shelf: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anitui.pipeline.charts.cloud.is_there", lambda: False)  # it takes its time
    target = workspace.exports / "statistics.html"
    async with sitting(workspace, shelf, (120, 36)) as at:
        await at.press("g", "i", "w")
        assert isinstance(at.app.screen, AskPath)
        await at.press("enter")
        assert f"wrote {target}: {len(STATISTICS)} charts" in at.said
        assert "<!DOCTYPE html>" in target.read_text("utf-8")
        target.write_text("mine")
        await at.press("w", "enter")
        assert isinstance(at.app.screen, Confirm)
        await at.press("n")
        assert target.read_text() == "mine"
        await at.press("w", "enter", "y")
        assert "<!DOCTYPE html>" in target.read_text("utf-8")
        await at.press("w")
        await at.type("/no/such/page.html")
        await at.press("enter")
        assert "make it first" in at.said
