"""Charts of shares, curves and confusions: as text, as shapes, as files and on a page."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import pytest
from PIL import Image

from anitui.pipeline.charts import page, png, svg, text
from anitui.pipeline.charts.model import Bar, Chart, Curve, Curves, Heat, Lead, Mark, Share, Shares

SHARES = Shares(
    name="classes",
    title="Each class",
    about="F1 of each",
    unit="F1",
    shares=[
        Share("rize", 0.5, 0.25, 0.75, "of 20", Lead("faces", "label:rize")),
        Share("chino", 1.0, None, None, "of 3"),
        Share("<b>syaro", 0.0),
    ],
    of="class",
    many="classes",
)
CURVES = Curves(
    name="roc",
    title="Same or not",
    about="both rates",
    unit="share",
    curves=[Curve("model", (0.0, 0.0, 1.0), (0.0, 1.0, 1.0)), Curve("other", (0.0, 1.0), (0.0, 0.5))],
    marks=[Mark("EER 0 %", 0.0, 1.0)],
    across="FPR",
    up="TPR",
    diagonal=True,
)
HEAT = Heat(
    name="confusion",
    title="Who is who",
    about="rows are who it is",
    unit="times",
    names=("rize", "chino"),
    cells=((90, 10), (0, 2)),
    pairs=[Bar("rize → chino", 10)],
)
ALL: list[Chart] = [SHARES, CURVES, HEAT]


def drawn(chart: Chart, width: int, most: int | None = None) -> list[str]:
    return [line.text for line in text.lines(chart, width, most)]


@pytest.mark.parametrize("chart", ALL, ids=lambda each: each.name)
@pytest.mark.parametrize("width", [12, 30, 62, 100, 200])
def test_lines_are_never_wider_than_there_is_room(chart: Chart, width: int) -> None:
    from rich.cells import cell_len

    assert max(map(cell_len, drawn(chart, width))) <= width


def test_bars_of_shares_are_full_at_one_and_bounds_stand_behind() -> None:
    one, other, none = drawn(SHARES, 100)
    assert other.count("█") == 40 and one.count("█") == 20 and "█" not in none
    assert "50.0 %  25.0–75.0  of 20" in one and "100.0 %" in other
    assert [line.row for line in text.lines(SHARES, 100)] == [0, 1, 2]
    assert text.rows(SHARES)[0].lead == Lead("faces", "label:rize")
    assert drawn(SHARES, 100, 1)[-1] == "and 2 more classes"


def test_curves_are_where_their_points_are() -> None:
    lines = text.lines(CURVES, 60)
    plane = [line.text for line in lines[1:15]]
    assert plane[0].lstrip().startswith("1 ●"), "the mark is at the upper left"
    filled = re.compile("[⠁-⣿]")
    assert all(filled.search(each) for each in plane), "the first curve goes up along the left"
    roles = {role for line in lines for _, role in line.pieces}
    assert {"bar0", "bar1", "title"} <= roles
    assert any("● EER 0 %" in line.text for line in lines) and any("━━ other" in line.text for line in lines)


def test_one_point_and_none_are_drawn_as_well() -> None:
    one = Curves(name="c", title="c", about="", unit="", curves=[Curve("a", (0.5,), (0.5,))])
    assert len(drawn(one, 40)) == 15 and not one.empty
    assert png.file_of(one)[:4] == b"\x89PNG"
    none = Curves(name="c", title="c", about="", unit="", curves=[Curve("a", (), ())], nothing="nobody was measured")
    assert none.empty and drawn(none, 40) == ["nobody was measured"]


def test_a_confusion_is_coloured_by_the_share_of_its_row() -> None:
    assert HEAT.strength(0, 0) == 0.9 and HEAT.strength(1, 1) == 1.0 and HEAT.strength(1, 0) == 0.0
    found = svg.file_of(HEAT)
    assert "rize → chino: 10" in found and "chino → rize" not in found
    nobody = Heat(name="c", title="c", about="", unit="", names=("a", "b"), cells=((3, 0), (0, 4)))
    assert not nobody.empty and "3" in "".join(drawn(nobody, 80))
    assert svg.file_of(nobody)


@pytest.mark.parametrize("chart", ALL, ids=lambda each: each.name)
def test_files_of_both_kinds(chart: Chart) -> None:
    image = Image.open(io.BytesIO(png.file_of(chart)))
    assert image.width == 1520 and image.height > 100
    assert len(image.getcolors(1 << 24) or ()) > 8
    assert ElementTree.fromstring(svg.file_of(chart)).tag.endswith("svg")


def test_a_line_has_the_colour_of_its_role_in_the_dark_too() -> None:
    assert ".line.dim{fill:none;stroke:" in svg.file_of(CURVES) and ".line.ink{fill:none" in svg.file_of(SHARES)


def test_a_page_has_them_with_their_tables_and_says_what_one_should_know() -> None:
    made = page.made(
        page.Page(
            title="run 7", made="now", totals={"top-1": "93.4 %", "members": 1200}, charts=ALL,
            notes=["few <members>"], footer="anitui eval 7",
        )
    )  # fmt: skip
    assert (
        "<li>few &lt;members&gt;</li>" in made
        and "<script" not in made
        and "http" not in made.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    )
    assert "93.4 %" in made and "1,200" in made and "anitui eval 7" in made
    assert "&lt;b&gt;syaro" in made and "<b>syaro" not in made
    assert "25.0–75.0" in made and ">0.5</td>" in made
