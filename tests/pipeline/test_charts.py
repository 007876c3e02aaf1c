"""One model of a chart, three renderers, and the page: what they say is the same, and nothing gets out of a label."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from PIL import Image
from rich.cells import cell_len

from anitui.pipeline.charts import cloud, page, png, svg, text
from anitui.pipeline.charts.model import Bar, Bars, Chart, Histogram, Lines, Matrix, Series, clean, short
from anitui.pipeline.charts.shapes import Box, lay_out
from anitui.pipeline.charts.text import Line

HOSTILE = '</text></svg><script>alert("x")</script><img src=x onerror=y>&\'\x1b[31m\u202e\x00\ud800'
WIDE = "保登心愛 ココア"

BARS = Bars(
    name="classes", title="Faces of each class", about="active faces", view="stats_classes", unit="faces",
    facts=("6 faces",), parts=("a person", "a model"), of="class", many="classes",
    bars=[
        Bar("rei", 12_345, (12_000, 345)), Bar(WIDE, 100, (0, 100), note="half"), Bar(HOSTILE, 1, (1, 0)),
        Bar("nobody", 0, (0, 0)),
    ],
)  # fmt: skip
HISTOGRAM = Histogram(
    name="sizes", title="Sizes", about="pictures", view="stats_sizes", unit="pictures",
    bars=[Bar(f"{64 * at:,} – {64 * at + 64:,}", value) for at, value in enumerate([3, 0, 1000, 20])],
)  # fmt: skip
LINES = Lines(
    name="sources", title="Sources", about="new pictures", view="stats_sources", unit="pictures",
    places=[f"2026-01-{day:02}" for day in range(1, 31)],
    series=[Series("folder", tuple(range(30))), Series(HOSTILE, (0,) * 29 + (7,))],
)  # fmt: skip
FEW = Lines(about="a", unit="pictures", title="Few", places=["2026-01"], series=[Series("folder", (5,))])
MATRIX = Matrix(
    name="together", title="Together", about="pictures", view="stats_together", unit="pictures",
    names=["rei", HOSTILE, WIDE], cells=[[0, 4, 2000], [4, 0, 0], [2000, 0, 0]],
    pairs=[Bar(f"{WIDE} + rei", 2000), Bar(f"{HOSTILE} + rei", 4)],
)  # fmt: skip
EMPTY = Bars(title="Empty", about="faces", unit="faces", nothing="no face has a name yet: `anitui detect` finds them")
CHARTS: list[Chart] = [BARS, HISTOGRAM, LINES, FEW, MATRIX, EMPTY]
BY_TITLE = pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title)


def told(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines)


@BY_TITLE
@pytest.mark.parametrize("width", [12, 20, 33, 78, 100, 240])
def test_text_keeps_to_its_width_and_steers_no_terminal(chart: Chart, width: int) -> None:
    lines = [*text.heading(chart, width), *text.lines(chart, width)]
    assert [line.text for line in lines if cell_len(line.text) > width] == []
    assert all(letter.isprintable() for line in lines for letter in line.text)


def test_a_bar_is_as_long_as_its_share_and_numbers_stand_below_each_other() -> None:
    lines = text.lines(Bars(about="", unit="", bars=[Bar("a", 1000), Bar("b", 500), Bar("c", 1), Bar("d", 0)]), 48)
    assert [line.text.count("█") for line in lines] == [39, 19, 0, 0]
    assert [line.text[-5:] for line in lines] == ["1,000", "  500", "    1", "    0"]
    assert "▏" in lines[2].text, "what is more than nothing is seen"
    assert [line.row for line in lines] == [0, 1, 2, 3]


def test_by_the_logarithm_a_handful_is_seen_beside_thousands() -> None:
    bars = Bars(about="", unit="", bars=[Bar("a", 9999), Bar("b", 99, (99, 0)), Bar("c", 0)])
    assert [line.text.count("█") for line in text.lines(bars, 48, log=True)] == [39, 20, 0]


def test_parts_are_told_apart_without_colours() -> None:
    lines = text.lines(BARS, 60)
    assert lines[0].text == "██ a person   ▓▓ a model"
    assert lines[1].text.count("█") > 15 and lines[1].text.count("▓") == 1
    assert lines[2].text.endswith("100  half")


def test_what_is_left_out_is_told_and_an_axis_is_never_cut() -> None:
    many = Bars(about="", unit="", of="class", many="classes", bars=[Bar(f"n{at}", 100 - at) for at in range(20)])
    lines = text.lines(many, 60, 5)
    assert len(lines) == 6
    assert lines[-1].text == "and 15 more classes: together 1,320, median 88"
    assert len(text.lines(many, 60, 19)) == 20, "one more row takes no more room than saying so"
    assert len(text.lines(HISTOGRAM, 60, 1)) == 4


def test_lines_over_time_share_a_scale_and_name_their_ends() -> None:
    said = told(text.lines(LINES, 60))
    assert "folder  435 pictures" in said and "2026-01-01" in said and said.rstrip().endswith("2026-01-30")
    assert len(re.findall("^29 ?", said, re.MULTILINE)) == 2, "the highest of all stands beside both"
    long = Lines(about="", unit="", places=list("ab" * 500), series=[Series("s", (0,) * 999 + (9,))])
    assert "█" in told(text.lines(long, 40)), "the one peak among a thousand is seen"


def test_a_matrix_has_its_numbers_and_the_pairs_below() -> None:
    said = told(text.lines(MATRIX, 80))
    assert "   2k" in said and re.search(r"rei\s+█+\s+2,000", said)


def test_nothing_says_what_to_do_first() -> None:
    assert told(text.lines(EMPTY, 200)) == EMPTY.nothing
    assert EMPTY.nothing in svg.file_of(EMPTY)


@BY_TITLE
def test_svg_is_xml_that_asks_for_nothing_and_runs_nothing(chart: Chart) -> None:
    for drawn in (svg.file_of(chart), svg.inline(chart)):
        drawn.encode()  # a surrogate from a file name has no place in it
        root = ElementTree.fromstring(drawn)
        tags = {each.tag.rpartition("}")[2] for each in root.iter()}
        assert tags <= {"svg", "style", "rect", "text", "polyline", "title"}
        assert not re.search(r"href|url\(|@import|\son\w+=", re.sub(r">[^<]*<|aria-label=\"[^\"]*\"", "", drawn))


def test_svg_says_every_name_and_number() -> None:
    words = [each.text for each in ElementTree.fromstring(svg.file_of(BARS)).iter() if each.tag.endswith("text")]
    assert {"Faces of each class", "active faces", "6 faces", "rei", WIDE, "12,345", "a person"} <= set(words)
    assert any("</text></svg><script>" in (word or "") for word in words), "as a text, and nothing but that"


def test_boxes_are_as_large_as_their_numbers() -> None:
    boxes = [each for each in lay_out(HISTOGRAM).shapes if isinstance(each, Box)]
    assert [round(each.height / boxes[1].height, 3) for each in boxes] == [0.007, 1, 0.02]
    rei = [each for each in lay_out(BARS).shapes if isinstance(each, Box) and each.says.startswith("rei")]
    assert rei[0].width / rei[1].width == pytest.approx(12_000 / 345)


@BY_TITLE
def test_every_shape_lies_within_the_picture(chart: Chart) -> None:
    for width in (760, 560):
        drawing = lay_out(chart, width=width)
        for each in drawing.shapes:
            if isinstance(each, Box):
                assert each.x >= 0 and each.x + each.width <= width + 1
                assert each.y >= 0 and each.y + each.height <= drawing.height


@BY_TITLE
def test_png_opens_and_is_not_blank(chart: Chart) -> None:
    image = Image.open(io.BytesIO(png.file_of(chart)))
    assert image.format == "PNG" and image.width == 1520
    colours = image.convert("RGB").getcolors(1 << 24)
    assert colours is not None and len(colours) > 20, "edges are smooth"
    blue = image.convert("RGB").resize((image.width // 8, image.height // 8)).getcolors(1 << 20)
    assert blue is not None
    assert any(b > 150 and r < 120 for _, (r, _, b) in blue) is not chart.empty  # type: ignore[misc]


class Read(HTMLParser):
    """Which elements there are, and what text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_needs_nothing_and_lets_nothing_out_of_a_label() -> None:
    jpeg = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(jpeg, "JPEG")
    shown = page.Page(
        title=HOSTILE, made=HOSTILE, totals={HOSTILE: 1234}, charts=CHARTS, samples_told=HOSTILE,
        samples=[page.Samples(HOSTILE, "3 faces", [jpeg.getvalue()])], cloud=jpeg.getvalue(), cloud_told=HOSTILE,
    )  # fmt: skip
    html = page.made(shown)
    html.encode()
    assert "\x1b" not in html and "\u202e" not in html
    read = Read(html)
    assert read.open == []
    names = {tag for tag, _ in read.tags}
    assert not names & {"script", "link", "iframe", "object", "base", "form"}
    for tag, attributes in read.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href"):
            assert re.match(r"data:image/(png|jpeg);base64,|#", attributes.get(name) or "#"), (tag, attributes)
    assert "default-src 'none'" in html and "prefers-color-scheme:dark" in html and "width=device-width" in html
    assert "1,234" in read.words and clean(HOSTILE) in read.words and "12,345" in read.words
    pictures = [attributes["src"] or "" for tag, attributes in read.tags if tag == "img"]
    assert base64.b64decode(pictures[-1].partition(",")[2]) == jpeg.getvalue()


def test_a_table_of_thousands_is_cut_and_says_so() -> None:
    many = Bars(about="", unit="faces", name="classes", bars=[Bar(f"n{at}", 1) for at in range(1200)])
    html = page.made(page.Page("t", "m", {}, [many]))
    assert html.count('<td class="">n') == 1000
    assert "200 more rows are in the view" in html


def test_a_cloud_where_the_package_is_and_none_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cloud.file_of({}) is None
    pytest.importorskip("wordcloud")
    drawn = cloud.file_of({"rei": 10, WIDE: 5, HOSTILE: 1, "nobody": 0})
    assert drawn is not None
    colours = Image.open(io.BytesIO(drawn)).convert("RGB").getcolors(1 << 24)
    assert colours is not None and len(colours) > 5
    monkeypatch.setitem(__import__("sys").modules, "wordcloud", None)
    assert not cloud.is_there() and cloud.file_of({"rei": 1}) is None


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (999, "999"), (1000, "1k"), (1234, "1.2k"), (34_000, "34k"), (5.6e6, "5.6M"), (2e9, "2G")],
)
def test_numbers_in_short(value: float, said: str) -> None:
    assert short(value) == said
