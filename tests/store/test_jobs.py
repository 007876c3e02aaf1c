from __future__ import annotations

from dataclasses import replace

import pytest

from anitui.store import jobs
from anitui.store.catalogue import Catalogue
from anitui.store.intake import MISSING, Batch, Outcome, record
from anitui.store.jobs import FoundItem, UnfitItem
from tests.store.new_pictures import picture, seen

FILE = FoundItem("/pictures/a.png", 100, 5, "Rei")


@pytest.fixture
def job(catalogue: Catalogue) -> int:
    return begin(catalogue)


def begin(catalogue: Catalogue, label: str = "Rei") -> int:
    return jobs.begin(catalogue, "import", "pictures", {"paths": ["/pictures"], "label": label})


def enlist(catalogue: Catalogue, job: int, *files: FoundItem, mode: str = "copy") -> list[str]:
    """What waits after these files were found; says how many were passed over."""
    passed_over = jobs.enlist_files(catalogue, job, files, mode=mode)
    waiting = [item.url for item in jobs.waiting(catalogue, job)]
    assert jobs.count_waiting(catalogue, job) == len(waiting)
    assert passed_over + len(waiting) >= len({file.url for file in files})
    return waiting


def settle(catalogue: Catalogue, job: int, state: str = "done", stored: str = "copy", content: str = "c") -> None:
    """Everything that waits comes out so."""
    items = list(jobs.waiting(catalogue, job))
    took = state in ("done", "already")
    record(
        catalogue,
        Batch(
            job,
            [picture(content, stored=stored)] if state == "done" else [],
            [seen(content, item.url, item.label_hint) for item in items] if took else [],
            [Outcome(i.item_id, state, None if took else "why", content if took else None) for i in items],
        ),
    )


def test_the_same_order_continues_the_same_job(catalogue: Catalogue, job: int) -> None:
    jobs.leave(catalogue, job, done=False)
    assert catalogue.value("SELECT state FROM jobs") == "stopped"
    assert begin(catalogue) == job
    assert catalogue.value("SELECT state FROM jobs") == "running"
    assert begin(catalogue, "Asuka") != job
    assert jobs.begin(catalogue, "scrape", "pictures", {"paths": ["/pictures"], "label": "Rei"}) != job


def test_what_is_settled_and_unchanged_is_passed_over(catalogue: Catalogue, job: int) -> None:
    assert enlist(catalogue, job, FILE) == [FILE.url]
    assert enlist(catalogue, job, FILE) == [FILE.url]  # cut off before it was looked at: still there, once
    settle(catalogue, job)
    assert enlist(catalogue, job, FILE) == []
    assert enlist(catalogue, begin(catalogue, "another order"), FILE) == []


@pytest.mark.parametrize("change", [{"bytes": 101}, {"mtime_ns": 6}, {"label_hint": "Asuka"}])
@pytest.mark.parametrize("state", ["done", "refused"])
def test_a_file_that_looks_otherwise_is_looked_at_again(
    catalogue: Catalogue, job: int, state: str, change: dict[str, object]
) -> None:
    enlist(catalogue, job, FILE)
    settle(catalogue, job, state)
    changed = replace(FILE, **change)  # type: ignore[arg-type]
    assert enlist(catalogue, job, changed) == [FILE.url]
    settle(catalogue, job, "already" if state == "done" else state)
    assert enlist(catalogue, job, changed) == []
    assert catalogue.rows("SELECT bytes, mtime_ns, label_hint, attempts FROM job_items") == [
        (changed.bytes, changed.mtime_ns, changed.label_hint, 2)
    ]


def test_without_a_label_the_earlier_one_is_good_enough(catalogue: Catalogue, job: int) -> None:
    enlist(catalogue, job, FILE)
    settle(catalogue, job)
    assert enlist(catalogue, begin(catalogue, "none"), replace(FILE, label_hint=None)) == []


def test_only_the_last_label_counts(catalogue: Catalogue, job: int) -> None:
    enlist(catalogue, job, FILE)
    settle(catalogue, job)
    other = begin(catalogue, "Asuka")
    assert enlist(catalogue, other, replace(FILE, label_hint="Asuka")) == [FILE.url]
    settle(catalogue, other, "already")
    assert enlist(catalogue, job, FILE) == [FILE.url]  # Rei after all
    settle(catalogue, job, "already")
    assert catalogue.rows("SELECT label_hint FROM sightings") == [("Rei",)]


def test_refused_is_settled_and_failed_is_tried_again(catalogue: Catalogue, job: int) -> None:
    enlist(catalogue, job, FILE)
    settle(catalogue, job, "refused")
    assert enlist(catalogue, job, FILE) == []
    assert [failure.reason for failure in jobs.failures(catalogue)] == ["why"]
    assert jobs.count_states(catalogue, job) == jobs.count_states(catalogue, job, ("refused",)) == 1
    failing = replace(FILE, url="/pictures/b.png")
    enlist(catalogue, job, failing)
    settle(catalogue, job, "failed")
    assert enlist(catalogue, job, failing) == [failing.url]
    assert catalogue.rows("SELECT state, reason FROM job_items WHERE url = ?", [failing.url]) == [("waiting", None)]


@pytest.mark.parametrize(
    ("stored", "mode", "again"),
    [
        ("reference", "copy", True),
        ("reference", "hardlink", True),
        ("reference", "reference", False),
        ("copy", "reference", False),
        ("hardlink", "copy", False),
    ],
)
def test_only_a_better_way_of_keeping_is_worth_another_look(
    catalogue: Catalogue, job: int, stored: str, mode: str, again: bool
) -> None:
    enlist(catalogue, job, FILE)
    settle(catalogue, job, stored=stored)
    assert enlist(catalogue, job, FILE, mode=mode) == [FILE.url] * again


@pytest.mark.parametrize("reason", [MISSING, f"blurred; {MISSING}"])
def test_a_picture_that_went_missing_is_looked_at_again(catalogue: Catalogue, job: int, reason: str) -> None:
    enlist(catalogue, job, FILE)
    settle(catalogue, job)
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET state = 'set_aside', reason = 'blurred'")
    assert enlist(catalogue, job, FILE) == []
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET reason = ?", [reason])
    assert enlist(catalogue, job, FILE) == [FILE.url]


def test_one_file_found_twice_waits_once(catalogue: Catalogue, job: int) -> None:
    assert enlist(catalogue, job, FILE, FILE) == [FILE.url]


def test_a_long_queue_comes_page_by_page_while_it_is_worked_off(catalogue: Catalogue, job: int) -> None:
    enlist(catalogue, job, *(replace(FILE, url=f"/{number:02}") for number in range(20)))
    met = []
    for item in jobs.waiting(catalogue, job, page=3):
        met.append(item.url)
        record(catalogue, Batch(job, [], [], [Outcome(item.item_id, "refused", "why", None)]))
    assert met == [f"/{number:02}" for number in range(20)]


def test_what_is_unfit_is_listed_once_and_can_heal(catalogue: Catalogue, job: int) -> None:
    unfit = [UnfitItem("/pictures/a.png", "a symbolic link to nothing", None), UnfitItem("/closed", "unreadable", None)]
    jobs.refuse(catalogue, job, unfit)
    jobs.refuse(catalogue, job, unfit)
    jobs.refuse(catalogue, job, [])
    assert sorted(failure.url for failure in jobs.failures(catalogue, job)) == ["/closed", "/pictures/a.png"]
    jobs.forget_unfit(catalogue, job)
    assert enlist(catalogue, job, FILE) == [FILE.url]
    settle(catalogue, job, "refused")
    jobs.forget_unfit(catalogue, job)  # this one was looked at
    assert [failure.url for failure in jobs.failures(catalogue, job)] == [FILE.url]
