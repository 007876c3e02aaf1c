"""`anitui import` of what others wrote: gallery-dl's folders and Reddit dumps, told or recognised."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from anitui.cli import main
from anitui.demo.site import shapes
from anitui.store.catalogue import open_catalogue
from anitui.workspace import Workspace
from tests.fakes.pictures import picture
from tests.fakes.reddit import Post, Reddit, environment

Said = tuple[int, str, str, Any]


def run(workspace: Workspace, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Said:
    code = main(["import", "-w", str(workspace.root), "--json", "--workers", "1", *map(str, arguments)])
    out, err = capsys.readouterr()
    last = out.splitlines()[-1] if out else "null"
    return code, out, err, json.loads(last) if last.startswith("{") else None


def rows(workspace: Workspace, statement: str) -> list[tuple[Any, ...]]:
    catalogue = open_catalogue(workspace.catalogue)
    try:
        return catalogue.rows(statement)
    finally:
        catalogue.close()


def kept_by_gallery_dl(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for number, told in enumerate(
        [
            {"category": "danbooru", "id": 7, "tags": ["rabbit"], "extension": "png"},
            {"category": "reddit", "id": "abc", "subreddit": "pics", "title": "Cocoa", "extension": "png"},
        ]
    ):
        (folder / f"{number}.png").write_bytes(picture(number))
        (folder / f"{number}.png.json").write_text(json.dumps(told))
    return folder


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "x.png").write_bytes(picture(50))
    return tmp_path / "plain"


@pytest.fixture
def dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    posts = [Post(f"p{n}", "pics", f"Cocoa {n}", picture=picture(100 + n), over_18=n == 3) for n in range(4)]
    with Reddit(posts) as site:
        for name, value in environment(site).items():
            monkeypatch.setenv(name, value)
        told = "".join(json.dumps(shapes.submission(post, {}, 0)["data"]) + "\n" for post in posts)
        (tmp_path / "RS_2021-01.zst").write_bytes(zstandard.compress(told.encode()))
        (tmp_path / "RS_2021-02.ndjson").write_text(told)
        yield tmp_path / "RS_2021-01.zst"


def test_a_folder_of_gallery_dl_is_recognised_and_told(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = kept_by_gallery_dl(tmp_path / "gallery-dl" / "deep")
    code, out, _, done = run(workspace, capsys, folder.parent, "--label", "cocoa")
    assert code == 0
    assert f"{folder.parent}: a folder of gallery-dl" in out and "2 new, 0 already there" in out
    assert (done["new"], [job["state"] for job in done["jobs"]]) == (2, ["done"])
    assert rows(workspace, "SELECT site, post_id, label_hint FROM sightings ORDER BY ALL") == [
        ("danbooru", "danbooru:7", "cocoa"),
        ("reddit", "t3_abc", "cocoa"),
    ]
    assert rows(workspace, "SELECT label FROM image_tags") == [("rabbit",)]
    assert rows(workspace, "SELECT kind, \"order\"->>'type' FROM jobs") == [("scrape", "gallery_dl")]
    (folder / "2.png").write_bytes(picture(2))
    (folder / "3.png").write_bytes(b"no picture")
    code, out, _, done = run(workspace, capsys, folder.parent, "--label", "cocoa", "--format", "gallery-dl")
    assert (code, done["new"], done["refused"]) == (3, 1, 1), "the same job goes on, however it was named"
    assert len(rows(workspace, "FROM jobs")) == 1
    assert "a folder of gallery-dl" not in out, "what one said oneself need not be told"


def test_a_dump_is_recognised_by_its_name_and_its_pictures_are_fetched(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], dump: Path
) -> None:
    code, out, _, done = run(workspace, capsys, dump, "--label", "cocoa")
    assert (code, done["new"]) == (0, 3), "the post for adults is not taken, as in any dump"
    assert f"{dump}: a Reddit dump" in out
    assert rows(workspace, "SELECT DISTINCT site, label_hint FROM sightings") == [("reddit", "cocoa")]
    code, _, _, done = run(workspace, capsys, dump.parent / "RS_*", "--format", "reddit-dump")
    assert (code, done["new"], done["already"]) == (0, 0, 0), "what another job brought is at hand"
    assert len(rows(workspace, "FROM images")) == 3
    (order,) = rows(workspace, 'SELECT "order" FROM jobs ORDER BY job_id DESC LIMIT 1')[0]
    assert [Path(each).name for each in json.loads(order)["files"]] == ["RS_2021-01.zst", "RS_2021-02.ndjson"]


def test_ordinary_folders_are_what_they_were(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], plain: Path
) -> None:
    (plain / "x.json").write_text('{"mine": 1}')
    (plain / "list.zst").mkdir()
    code, out, _, done = run(workspace, capsys, plain)
    assert (code, done["new"], "collected" in done) == (3, 1, False), "x.json is no picture"
    assert "gallery-dl" not in out
    assert rows(workspace, "SELECT kind FROM jobs") == [("import",)]


def test_some_of_each_at_once(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], plain: Path, tmp_path: Path
) -> None:
    other = kept_by_gallery_dl(tmp_path / "other")
    code, out, _, done = run(workspace, capsys, plain, other)
    assert (code, done["new"], done["collected"]["new"]) == (0, 1, 2)
    assert out.count("new, ") == 2
    assert rows(workspace, "SELECT site, count(*) FROM sightings GROUP BY ALL ORDER BY ALL") == [
        ("danbooru", 1),
        ("folder", 1),
        ("reddit", 1),
    ]


@pytest.mark.parametrize("as_it_lies", [["--labels-from-folders"], ["--mode", "reference"]])
def test_a_folder_of_gallery_dl_may_be_taken_as_it_lies(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path, as_it_lies: list[str]
) -> None:
    folder = kept_by_gallery_dl(tmp_path / "rabbits")
    code, _, _, done = run(workspace, capsys, folder, *as_it_lies)
    assert (code, done["new"], done["refused"]) == (3, 2, 2), "the metadata files are no pictures"
    assert rows(workspace, "SELECT DISTINCT site FROM sightings") == [("folder",)]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["{gallery}", "--format", "gallery-dl", "--labels-from-folders"],
            "--labels-from-folders is for files as",
        ),
        (["{gallery}", "--format", "gallery-dl", "--mode", "hardlink"], "--mode is for files as they lie"),
        (["{dump}", "--labels-from-folders"], "RS.jsonl is read as a Reddit dump"),
        (["{dump}", "--format", "gallery-dl"], "RS.jsonl is no folder: --format gallery-dl is for those that"),
        (["{none}", "--format", "reddit-dump"], "none is not there: nothing was imported"),
        (["{none}"], "none is not there: nothing was imported"),
    ],
)
def test_what_cannot_be_is_wrong_use(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], told: str
) -> None:
    kept_by_gallery_dl(tmp_path / "gallery")
    (tmp_path / "RS.jsonl").touch()
    places = {"gallery": tmp_path / "gallery", "dump": tmp_path / "RS.jsonl", "none": tmp_path / "none"}
    code, _, err, _ = run(workspace, capsys, *(each.format(**places) for each in arguments))
    assert code == 2 and told in err
    assert rows(workspace, "FROM images") == []


def test_a_damaged_dump_is_told_and_what_is_whole_of_it_is_taken(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], dump: Path
) -> None:
    whole = zstandard.compress(zstandard.decompress(dump.read_bytes())) + zstandard.compress(b"x" * 99)
    dump.write_bytes(whole[:-4])
    code, out, _, done = run(workspace, capsys, dump)
    assert (code, done["new"], done["jobs"][0]["state"]) == (3, 3, "stopped")
    assert "is damaged after 4 lines" in out
