"""`anitui stats`: numbers and charts in the terminal, JSON that is the views, files to share."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from anitui import workspace as workspaces
from anitui.cli import main
from anitui.pipeline.measuring.catalogue import NAMES, STATISTICS, USUAL
from anitui.store import statistics as stats
from anitui.store.catalogue import open_catalogue
from anitui.workspace import Workspace
from tests.store.counted import HOSTILE, fill, many


@pytest.fixture
def counted(tmp_path: Path, empty_catalogue: Path) -> Workspace:
    made = workspaces.create(tmp_path / "cafe")
    shutil.copy(empty_catalogue, made.catalogue)
    catalogue = open_catalogue(made.catalogue)
    fill(catalogue)
    # Picture 1 is there, so that its faces can be cut out; the others are not.
    Image.effect_noise((100, 50), 60).convert("RGB").save(made.root / "a.png")
    catalogue.close()
    return made


def ran(made: Workspace, *arguments: str) -> int:
    return main(["-w", str(made.root), "stats", *arguments])


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_the_numbers_and_the_usual_charts(counted: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(counted) == 0
    out = capsys.readouterr().out
    assert re.search(r"^ +named faces +6$", out, re.MULTILINE) and re.search(r"^ +2  too big$", out, re.MULTILINE)
    assert re.search(r"^rei +█+▓+▒+ +3$", out, re.MULTILINE)
    assert "6 faces of 3 classes, 1 more without any: most 3, median 2, least 1" in out
    assert max(map(len, out.splitlines()[1:])) <= 100 and "\x1b" not in out
    assert "Formats" not in out and " formats " in out, "the others are named at the end"


def test_charts_by_their_names_and_whole(
    tmp_path: Path, empty_catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = workspaces.create(tmp_path / "crowd")
    shutil.copy(empty_catalogue, made.catalogue)
    many(open_catalogue(made.catalogue), 40).close()
    assert ran(made, "classes") == 0
    whole = capsys.readouterr().out
    assert len(re.findall(r"^class \d+ ", whole, re.MULTILINE)) == 40 and "more" not in whole
    assert ran(made) == 0
    assert "and 30 more classes: together 465, median 16" in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_has_something_to_show(name: str, counted: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(counted, name) == 0
    out = capsys.readouterr().out.splitlines()
    statistic = next(each for each in STATISTICS if each.name == name)
    assert out[0] == f"{statistic.title}  {statistic.view}"
    assert any(re.search(r"[█▓▒▁▂▃▄▅▆▇▏▎▍▌▋▊▉]", line) for line in out)


def test_what_is_not_there_is_said_with_what_is(counted: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(counted, "clases") == 2
    assert "there is no statistic 'clases'; did you mean classes?" in capsys.readouterr().err
    assert ran(counted, "--set", "ships") == 2
    assert "there are characters, genres, moods" in capsys.readouterr().err.replace("sets are there: ", "there are ")
    assert ran(counted, "tags", "--set", "genres") == 0
    assert re.search(r"^indoors +█+▓+ +2$", capsys.readouterr().out, re.MULTILINE)


def test_json_is_the_rows_of_the_views(counted: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(counted, "--json") == 0
    found = last_line(capsys)
    assert found["status"] == {"active": 6, "set_aside": 1, "faces": 8} and found["label_set"] == "characters"
    catalogue = open_catalogue(counted.catalogue)
    views = {view for view, _ in stats.VIEWS.values()}
    assert set(found["statistics"]) == views
    for what, (view, order) in stats.VIEWS.items():
        columns = [row[0] for row in catalogue.rows(f"DESCRIBE {view}")]
        chosen = " WHERE label_set = 'characters'" if "label_set" in columns else ""
        rows = [dict(zip(columns, row, strict=True)) for row in catalogue.rows(f"FROM {view}{chosen} ORDER BY {order}")]
        assert found["statistics"][view] == json.loads(json.dumps(rows, default=str)) != [], what
    catalogue.close()
    assert ran(counted, "sizes", "--json") == 0
    assert set(last_line(capsys)["statistics"]) >= {"stats_sizes", "stats_totals"}


def test_a_page_with_faces_of_each_class(
    counted: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "page.html"
    assert ran(counted, "--html", str(target), "--samples", "2", "--json") == 0
    written = last_line(capsys)["written"]["html"]
    html = target.read_text("utf-8")
    assert "<script" not in html and "&lt;script&gt;alert(&quot;1&quot;)" in html
    # Of rei's three faces two, of asuka's the one on the picture that is there; that of the third class cannot be read.
    samples = html.partition('id="samples"')[2]
    assert re.findall("<h3>(.*?) <small>", samples) == ["rei", "asuka"]
    pictures = [base64.b64decode(each) for each in re.findall(r"data:image/jpeg;base64,([^\"]+)", samples)]
    assert len(pictures) == 3 == written["samples"]
    assert all(max(Image.open(io.BytesIO(each)).size) == 112 for each in pictures)
    assert written["charts"] == len(STATISTICS) and written["pictures_unread"] == 2
    assert [each for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_nothing_is_written_over_unless_it_is_said(
    counted: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "page.html"
    target.write_text("mine")
    assert ran(counted, "sizes", "--html", str(target)) == 2
    assert "--force" in capsys.readouterr().err and target.read_text() == "mine"
    assert ran(counted, "sizes", "--html", str(target), "--force") == 0
    assert "Sizes of pictures" in target.read_text() and "Long tail" not in target.read_text()
    assert ran(counted, "--html", str(tmp_path)) == 2
    assert "is a folder" in capsys.readouterr().err
    assert ran(counted, "--html", str(tmp_path / "no" / "page.html")) == 2
    assert "make it first" in capsys.readouterr().err
    assert ran(counted, "--html", str(target), "--samples", "-1") == 2


def test_charts_as_files(counted: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures, drawings = tmp_path / "png", tmp_path / "svg"
    assert ran(counted, "classes", "sizes", "--png", str(pictures), "--svg", str(drawings)) == 0
    assert sorted(each.name for each in pictures.iterdir()) == ["classes.png", "sizes.png"]
    assert Image.open(pictures / "classes.png").format == "PNG"
    words = [each.text for each in ElementTree.parse(drawings / "classes.svg").iter()]
    assert "Faces of each class" in words and any((word or "").startswith(HOSTILE[:20]) for word in words)
    assert ran(counted, "sizes", "aside", "--svg", str(drawings)) == 2
    assert not (drawings / "aside.svg").exists(), "either all of them or none"


def test_an_empty_workspace_says_what_to_do_first(
    tmp_path: Path, empty_catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = workspaces.create(tmp_path / "new")
    shutil.copy(empty_catalogue, made.catalogue)
    assert ran(made) == 0
    out = capsys.readouterr().out
    assert "`anitui import FOLDER` takes some in" in out and "Faces of each class" not in out
    assert ran(made, "classes") == 0
    assert "no face has a name yet" in capsys.readouterr().out
    assert ran(made, "--html", str(tmp_path / "page.html"), "--png", str(tmp_path / "png")) == 0
    assert "no pairs yet" in (tmp_path / "page.html").read_text()
    assert list((tmp_path / "png").iterdir()) == []
    assert ran(made, "all", "--json") == 0


def test_the_usual_ones_are_among_all() -> None:
    assert set(USUAL) < set(NAMES) and len(set(NAMES)) == len(NAMES)
