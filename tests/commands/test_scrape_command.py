"""`anitui scrape`: what it is told, what it tells, and how it leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from anitui.cli import main
from anitui.demo.site import shapes
from anitui.store.catalogue import open_catalogue
from anitui.workspace import Workspace
from tests.fakes.pictures import picture
from tests.fakes.reddit import Comment, Post, Reddit, environment

JOBS = """
[[job]]
type = "subreddit_posts"
subreddit = "pics"
label = "cocoa"

[[job]]
type = "comment_links"
subreddit = "pics"
label = "chino"

[[job]]
type = "urls"
urls = ["https://example.org/a.png"]
"""


@pytest.fixture
def reddit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reddit]:
    talk = [Comment("c1", "[Chino](https://i.redd.it/p1pic.jpg) [Rize](https://i.redd.it/p0pic.jpg)")]
    posts = [Post(f"p{n}", "pics", f"Cocoa {n}", picture=picture(n), score=9 - n) for n in range(3)]
    posts.append(Post("thr", "pics", "Discussion", comments=talk))
    with Reddit(posts) as site:
        for name, value in environment(site).items():
            monkeypatch.setenv(name, value)
        records = [shapes.submission(post, {}, 0)["data"] for post in posts]
        records.append(shapes.comment(talk[0], posts[-1], "t3_thr", 0, None)["data"])
        (tmp_path / "dump.ndjson").write_text("".join(json.dumps(each) + "\n" for each in records))
        yield site


@pytest.fixture
def jobs(tmp_path: Path) -> Path:
    path = tmp_path / "jobs.toml"
    path.write_text(JOBS)
    return path


def scrape(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], *arguments: str | Path
) -> tuple[int, str, str, dict[str, Any]]:
    code = main(["scrape", "-w", str(workspace.root), "--json", *map(str, arguments)])
    out, err = capsys.readouterr()
    return code, out, err, json.loads(out.splitlines()[-1]) if out else {}


def rows(workspace: Workspace, statement: str) -> list[tuple[Any, ...]]:
    catalogue = open_catalogue(workspace.catalogue)
    try:
        return catalogue.rows(statement)
    finally:
        catalogue.close()


def test_the_same_jobs_over_what_lies_here(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], jobs: Path, reddit: Reddit, tmp_path: Path
) -> None:
    dump = tmp_path / "dump.ndjson"
    code, out, _, done = scrape(workspace, capsys, jobs, "--from", dump, "--limit", "2")
    assert (code, done["new"]) == (0, 2)
    assert "1 job left out: --from says where to read what others ask Reddit for" in out
    assert {each.path for each in reddit.requests} == {"/p0pic.jpg", "/p1pic.jpg"}, "pictures alone are asked for"
    assert rows(workspace, "SELECT url, label_hint, post_id FROM sightings ORDER BY ALL") == [
        ("https://i.redd.it/p0pic.jpg", "cocoa", "t3_p0"),
        ("https://i.redd.it/p1pic.jpg", "chino", "t3_thr"),
        ("https://i.redd.it/p1pic.jpg", "cocoa", "t3_p1"),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "name a job file, such as `anitui scrape jobs.json`"),
        (["{none}"], "none.json is not there: name a job file"),
        (["{empty}"], "there is no job in "),
        (["{jobs}", "--only", "rize"], "no job has the label rize; there are chino, cocoa"),
        (["{urls}", "--only", "rize"], "no job has the label rize; none of them has a label"),
        (["{jobs}", "--limit", "0"], "--limit must be at least 1"),
        (["{jobs}", "--from", "{none}"], "none.json is not there: --from names a dump or a gallery-dl folder"),
        (["{urls}", "--from", "{jobs}"], "--from is for comment_links and subreddit_posts, and no job is one"),
    ],
)
def test_what_cannot_be_is_wrong_use(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], jobs: Path, arguments: list[str], told: str
) -> None:
    (jobs.parent / "empty.json").write_text('{"jobs": []}')
    (jobs.parent / "urls.txt").write_text("https://example.org/a.png\n")
    places = {
        "jobs": jobs,
        "none": jobs.parent / "none.json",
        "empty": jobs.parent / "empty.json",
        "urls": jobs.parent / "urls.txt",
    }
    code, _, err, _ = scrape(workspace, capsys, *(each.format(**places) for each in arguments))
    assert code == 2 and told in err
    assert rows(workspace, "FROM jobs") == []


def test_a_job_that_cannot_begin_is_an_error_with_its_remedy(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "cut.zst").write_bytes(b"no zst")
    code, _, err, done = scrape(workspace, capsys, "--from", tmp_path / "cut.zst")
    assert code == 1 and "cut.zst is damaged after 0 lines" in err and err.count("\n") <= 2
    assert [(job["state"], job["name"]) for job in done["jobs"]] == [("stopped", "all of a Reddit dump · cut.zst")]


def test_lists_alone_are_written_and_reported(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, _, done = scrape(workspace, capsys, "--lists", tmp_path / "lists")
    assert code == 0
    assert done["lists"] and all((tmp_path / "lists" / name).is_file() for name in done["lists"])
