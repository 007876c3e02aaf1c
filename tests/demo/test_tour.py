"""The sample as a whole: what is drawn is collected from a Reddit of its own or imported, whenever it was cut off."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from anitui import workspace as workspaces
from anitui.demo import gather
from anitui.demo.lesson import Lesson
from anitui.demo.site.reddit import environment
from anitui.demo.site.sample import PRIVATE, SampleReddit
from anitui.demo.tour import Tour, tour
from anitui.pipeline.collect import job_files
from anitui.pipeline.collect.owner import Collecting
from anitui.progress import Event, run
from anitui.settings import DetectSettings, Settings
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.workspace import Workspace

# The sample is made once for all of these.
pytestmark = pytest.mark.xdist_group("tour")

REFUSED = {
    "the post was removed by moderators": 1,
    "a private address": 1,
    "the site says that it is gone (404)": 1,
    "a web page, not a picture": 1,
}
TO_RETRY = {"the site does not give it out (403)": 1}


@dataclass
class Made:
    root: Path
    told: Tour
    doing: list[str]


@contextmanager
def opened(root: Path) -> Iterator[tuple[Workspace, Catalogue]]:
    workspace = workspaces.create(root)
    catalogue = open_catalogue(workspace.catalogue)
    try:
        yield workspace, catalogue
    finally:
        catalogue.close()


# Looking for faces takes the longest: where they do not matter, every picture is one.
QUICK = replace(Settings(), detect=DetectSettings(detector="whole"))


def make(root: Path, settings: Settings = QUICK, lesson: Lesson | None = None) -> Made:
    doing: dict[str, None] = {}

    def heard(event: Event) -> None:
        doing[event.doing] = None

    with opened(root) as (workspace, catalogue):
        told = run(tour(workspace, catalogue, settings, seed=7, lesson=lesson), heard)
    return Made(root, told, list(doing))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("sample"), Settings(), Lesson(0.03, 32, 2, "small"))


@pytest.fixture
def drawn(made: Made, tmp_path: Path) -> Path:
    """A sample of which nothing but the drawing is done."""
    root = tmp_path / "sample"
    for name in ("pictures", "reddit"):
        shutil.copytree(made.root / name, root / name)
    return root


def begun(root: Path, when: str) -> subprocess.Popen[bytes]:
    """A demo in a process of its own, as soon as there is such a file."""
    command = [sys.executable, "-m", "anitui", "demo", str(root), "--headless", "--minutes", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not any(root.glob(when)) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    return process


def rows(root: Path, sql: str) -> list[tuple[object, ...]]:
    with opened(root) as (_, catalogue):
        return [tuple(row) for row in catalogue.rows(sql)]


def digests(folder: Path) -> dict[str, str]:
    """The content of each file → the folder that it lies in."""
    files = (each for each in folder.rglob("*") if each.is_file())
    return {hashlib.sha256(each.read_bytes()).hexdigest(): each.parent.name for each in files}


def test_what_stands_on_the_reddit_is_collected_and_labelled_by_its_titles(made: Made) -> None:
    posted = digests(made.root / "reddit")
    assert len(set(posted.values())) == 4
    assert made.told.posted == made.told.collected.new == len(posted)
    assert [job["state"] for job in made.told.collected.jobs] == ["done"] * 8
    collected = rows(
        made.root,
        "SELECT i.sha256, list(DISTINCT s.label_hint) FROM images i JOIN sightings s USING (image_id) "
        "WHERE s.site = 'reddit' AND s.inherited_from IS NULL GROUP BY ALL",
    )
    assert {str(sha): labels for sha, labels in collected} == {sha: [title] for sha, title in posted.items()}


def test_faces_are_found_named_by_where_they_were_seen_and_agreed_with(made: Made) -> None:
    told = made.told
    assert told.no_detector == "" and told.found.detector == "animeface"
    assert told.faces > told.found.pictures > 50, "nearly every picture was drawn with faces"
    by = dict(rows(made.root, "SELECT speaker, count(*) FROM labelled_faces GROUP BY ALL"))
    assert by["person"] == 6 and by["job"] > 5
    assert told.named == sum(by.values())
    assert "agreed with the names of 6 faces" in told.decided
    assert told.decided[-2:] == ["1 face: not a face, and took it back", "made the split main"]
    written = made.root / "exports" / "labels"
    assert len(json.loads((written / "coco" / "annotations.json").read_text())["annotations"]) == told.faces
    assert len((written / "lap" / "labels_faces.txt").read_text().splitlines()) == told.found.pictures


def test_a_model_is_trained_measured_and_asked_about_the_names(made: Made) -> None:
    learnt = made.told.learnt
    assert (learnt.run, learnt.why_not) == (1, "")
    assert learnt.measured["measured"].startswith(f"{made.told.split['test']} members") and "top-1" in learnt.measured
    assert "top-1" in (made.root / "exports" / "evaluation.html").read_text("utf-8")
    assert {"training", "fold 2 of 2", "looking at the test part"} <= set(made.doing)
    with opened(made.root) as (_, catalogue):
        assert catalogue.rows("SELECT run_id, state FROM runs") == [(1, "done")]
        assert catalogue.value("SELECT count(*) FROM reviews") == 1


def test_named_faces_are_dealt_to_parts_and_written_with_a_page_of_numbers(made: Made) -> None:
    told = made.told
    # Titles that hardly anybody has as a name are left out.
    assert told.named > sum(told.split.values()) == told.exported > 90
    assert told.split["train"] > told.split["test"]
    crops = list((made.root / "exports" / "dataset").glob("*/*/*"))
    assert len(crops) == told.exported and {path.parts[-3] for path in crops} == set(told.split)
    page = (made.root / "exports" / "statistics.html").read_text("utf-8")
    assert "<svg" in page and "data:image/jpeg;base64," in page


def test_what_is_lost_is_told_with_its_reason(made: Made) -> None:
    assert made.told.not_collected == REFUSED
    assert made.told.to_retry == TO_RETRY
    refused = rows(made.root, "SELECT reason FROM job_items WHERE url = '" + PRIVATE + "'")
    assert refused == [("a private address",)]
    one_job = rows(made.root, "SELECT DISTINCT job_id FROM job_items WHERE state = 'failed'")
    assert len(one_job) == 1
    # The server had trouble once, and then it came.
    assert rows(made.root, "SELECT state FROM job_items WHERE attempts > 1 AND state <> 'failed'") == [("done",)]


def test_galleries_crossposts_and_discussions_are_among_it_and_nothing_for_adults(made: Made) -> None:
    titles = dict(rows(made.root, "SELECT title, count(*) FROM sightings WHERE site = 'reddit' GROUP BY ALL"))
    assert sum("a whole set" in str(title) for title in titles) == 4
    crosspost = (
        "SELECT url, post_id FROM sightings WHERE title LIKE '%from the archive' OR title LIKE '%drawn last year'"
    )
    seen = rows(made.root, crosspost)
    assert len(seen) == len(set(seen)) == 2 and len({url for url, _ in seen}) == 1, "in it and in its original"
    assert "Weekly Picture Discussion" in titles
    assert not any("after hours" in str(title) for title in titles)
    assert rows(made.root, "SELECT count(*) FROM sightings WHERE nsfw") == [(0,)]


def test_the_rest_is_imported_and_copies_of_what_was_collected_are_known(made: Made) -> None:
    told = made.told
    assert told.taken_in.already == 4 and told.taken_in.new > 20 and told.not_taken
    assert told.pictures == told.collected.new + told.taken_in.new
    assert told.clean and told.decided and told.pairs > told.pairs_open > 0
    both = rows(
        made.root,
        "SELECT image_id FROM sightings WHERE inherited_from IS NULL GROUP BY ALL HAVING count(DISTINCT site) = 2",
    )
    assert both


def test_the_jobs_lie_there_as_a_file_that_means_the_same_jobs(made: Made) -> None:
    specs = job_files.read(made.root / gather.JOBS)
    assert {spec.type for spec in specs} == {"comment_links", "subreddit_posts"}
    with opened(made.root) as (workspace, catalogue):
        ids = Collecting(workspace, catalogue, Settings()).add(specs)
    assert ids == [job["job_id"] for job in made.told.collected.jobs]


def test_what_leads_to_it_holds_for_the_collecting_process_alone(made: Made) -> None:
    assert not [name for name in os.environ if name.startswith("ANITUI_") and name != "ANITUI_SETTINGS"]
    assert not list((made.root / "work").iterdir())


def test_a_persons_proxy_and_account_are_not_for_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NO_PROXY", "example.org")
    monkeypatch.delenv("no_proxy", raising=False)
    with SampleReddit(tmp_path) as reddit:
        told = environment(reddit)
    assert told["no_proxy"] == told["NO_PROXY"] == "example.org,127.0.0.1"
    assert told["ANITUI_REDDIT_USERNAME"] == told["praw_password"] == ""


def test_the_same_folder_makes_the_same_posts(made: Made) -> None:
    one, two = (SampleReddit(made.root / "reddit") for _ in range(2))
    assert one.posts == two.posts and one.media == two.media


def test_again_it_says_that_nothing_is_new(made: Made, tmp_path: Path) -> None:
    root = tmp_path / "again"
    shutil.copytree(made.root, root)
    (root / gather.JOBS).write_text("# mine\n")
    again = make(root, Settings()).told
    assert (again.collected.new, again.collected.already) == (0, 0)
    assert [job["state"] for job in again.collected.jobs] == ["done"] * 8
    assert again.not_collected == REFUSED and again.to_retry == TO_RETRY
    assert again.taken_in.new == 0 and again.decided == []
    assert again.found.pictures == 0 and again.faces == made.told.faces
    assert again.pictures == made.told.pictures and again.clean
    assert (root / gather.JOBS).read_text() == "# mine\n"


def test_a_sample_of_an_earlier_version_goes_on(made: Made, tmp_path: Path) -> None:
    """That one had all it drew in one folder, and may have been cut off while it drew."""
    root = tmp_path / "earlier"
    (root / ".pictures.part" / "Moss and Thunder").mkdir(parents=True)
    shutil.copytree(made.root / "pictures", root / "pictures")
    shutil.copytree(made.root / "reddit", root / "pictures", dirs_exist_ok=True)
    before = digests(root / "pictures")
    told = make(root).told
    assert digests(root / "pictures") == before
    assert digests(root / "reddit") == digests(made.root / "reddit")
    assert told.pictures == made.told.pictures and told.clean
    assert not (root / ".pictures.part").exists()


def test_cut_off_while_it_collects_it_ends_its_process_and_goes_on(drawn: Path, made: Made) -> None:
    with opened(drawn) as (workspace, catalogue):
        work = tour(workspace, catalogue, QUICK, seed=7, lesson=None)
        while next(work).doing != "collecting":
            pass
        work.close()
        assert Collecting(workspace, catalogue, Settings()).running() is None
    told = make(drawn).told
    assert told.pictures == made.told.pictures and told.clean
    assert told.to_retry == TO_RETRY


@pytest.mark.slow
def test_ctrl_c_ends_its_process_and_keeps_what_it_did(drawn: Path) -> None:
    process = begun(drawn, "work/collect-*/process.json")
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert not list((drawn / "work").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("when", ["jobs.toml", "work/collect-*/process.json", "work/collect-*/files/*"])
def test_killed_it_goes_on(drawn: Path, made: Made, when: str) -> None:
    process = begun(drawn, when)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    told = make(drawn).told
    assert [job["state"] for job in told.collected.jobs] == ["done"] * 8
    assert told.pictures == made.told.pictures and told.clean
    assert told.to_retry == TO_RETRY
