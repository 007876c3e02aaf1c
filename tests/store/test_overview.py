from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from anitui.store import gallery, jobs, journal
from anitui.store.catalogue import Catalogue
from anitui.store.collecting import add_job, set_state
from anitui.store.intake import Batch, record
from anitui.store.overview import FILES_NOT_TAKEN, Collecting, Overview, Some, Status, overview, status
from tests.store.new_pictures import picture, seen

TODAY = date(2026, 3, 20)


@pytest.fixture
def shelf(catalogue: Catalogue) -> Catalogue:
    """Each number of the overview is another one."""
    record(
        catalogue,
        Batch(
            7,
            [picture(each) for each in "abcdefg"],
            [seen("a", "/a", "Rei"), seen("a", "/b", "Asuka"), seen("b", "/b"), seen("g", "/g", "Rei")],
            [],
        ),
    )
    gallery.set_aside(catalogue, [6, 7], "blurry")
    gallery.mark(catalogue, [1], 1)
    gallery.mark(catalogue, [2], 2)
    gallery.mark(catalogue, [3], 2)
    journal.undo(catalogue)
    with catalogue.writing() as connection:
        journal.note_final(connection, "purge", "purged 1 picture")
        for statement in (
            "INSERT INTO faces (image_id, x, y, w, h, detector, state) SELECT 1, 0, 0, 1, 1, 'none', "
            "CASE WHEN n < 4 THEN 'active' ELSE 'set_aside' END FROM range(6) t(n)",
            # Two words about the first face are one name; the last face is set aside.
            "INSERT INTO face_labels (face_id, label, speaker, said_by) VALUES "
            "(1, 'Rei', 'person', 'me'), (1, 'Asuka', 'model', 'm'), "
            "(2, 'Rei', 'model', 'm'), (6, 'Rei', 'person', 'me')",
            "INSERT INTO frozen_splits (split_id, split, kind, label_set, made_from, report) VALUES "
            "(1, 's', 'image', 'characters', '{}', '{}'), (2, 't', 'image', 'characters', '{}', '{}')",
            "INSERT INTO split_members VALUES (1, 'train', NULL, 1, 1, []), (2, 'val', NULL, 1, 1, [])",
            "INSERT INTO runs (run_id, name, task, state, classes, settings) "
            "SELECT n, 'run', 'single', 'done', 9, '{}' FROM range(5) t(n)",
            # Of these, one was judged and one has a picture that is set aside.
            "INSERT INTO pairs SELECT 'image', a, b, 'dhash', 1 FROM (VALUES (1, 2), (1, 3), (2, 3), (1, 7)) t(a, b)",
            "INSERT INTO verdicts (kind, a_id, b_id, verdict, said_by) VALUES ('image', 1, 2, 'different', 'me')",
            "INSERT INTO job_items (job_id, url, state, reason) VALUES "
            "(1, 'a', 'waiting', NULL), (1, 'b', 'done', NULL), (1, 'c', 'already', NULL), "
            "(1, 'd', 'refused', 'no picture: text'), (1, 'e', 'failed', 'no picture: page'), "
            "(1, 'f', 'failed', NULL), "
            "(1, 'g', 'refused', 'too big: 3'), (1, 'h', 'refused', 'too big: 4'), (1, 'i', 'refused', 'too big')",
            "UPDATE images SET added_at = TIMESTAMP '2026-03-20 23:59:59' WHERE image_id < 4",
            "UPDATE images SET added_at = TIMESTAMP '2026-03-18 00:00:00' WHERE image_id = 4",
            "UPDATE images SET added_at = TIMESTAMP '2026-03-07 00:00:00' WHERE image_id = 5",
            "UPDATE images SET added_at = TIMESTAMP '2026-03-06 23:59:59' WHERE image_id > 5",
            "UPDATE journal SET decided_at = TIMESTAMP '2026-03-19 12:00:00'",
            "UPDATE journal SET decided_at = TIMESTAMP '2026-03-20 12:00:00' WHERE action = 'browse.set_aside'",
        ):
            connection.execute(statement)
    return catalogue


def test_the_numbers_of_the_top_line(shelf: Catalogue) -> None:
    assert status(shelf) == Status(active=5, set_aside=2, faces=4)


def test_the_numbers_of_the_home_screen(shelf: Catalogue) -> None:
    found = overview(shelf, TODAY, days=3)
    assert found.latest_run is not None and found.latest_run.run_id == 4
    assert replace(found, latest_run=None) == Overview(
        status=Status(5, 2, 4),
        sightings=4,
        named_faces=2,
        faces_to_name=2,
        looked_for_faces=True,
        faces_to_agree=1,
        in_splits=1,
        runs=5,
        pairs_open=2,
        items_waiting=1,
        failures=(("too big", 3), ("no picture", 2), ("no reason given", 1)),
        failed_items=6,
        unlabelled_pictures=4,
        decisions=4,
        days=(date(2026, 3, 18), date(2026, 3, 19), TODAY),
        added=(1, 0, 3),
        decided=(0, 4, 1),
        file_failures=(("too big", 3), ("no picture", 2), ("no reason given", 1)),
        failed_files=6,
    )


def test_jobs_that_collect_are_told_apart_from_imports(catalogue: Catalogue) -> None:
    job: dict[str, int] = {}
    for name in ("new", "cut off", "keys", "too", "disk", "works", "ready"):
        job[name], _ = add_job(catalogue, name, {"name": name})
    folder = jobs.begin(catalogue, "import", "pictures", {"paths": ["/p"]})
    set_state(catalogue, [job["keys"], job["too"]], "stopped", "Reddit wants keys: put them into praw.ini")
    set_state(catalogue, [job["disk"]], "stopped", "the disk is full")
    set_state(catalogue, [job["works"]], "running")
    set_state(catalogue, [job["ready"]], "done")
    with catalogue.writing() as connection:
        for name, url, state, reason in (
            ("cut off", "https://i.redd.it/1.png", "waiting", None),
            ("cut off", "https://i.redd.it/2.png", "done", None),
            ("ready", "https://i.imgur.com/3.png", "failed", "asked to wait: 429"),
            ("ready", "https://i.imgur.com/4.png", "failed", "asked to wait (429)"),
            ("ready", "https://i.imgur.com/5.png", "failed", "asked to wait (429)"),
            ("ready", "https://i.imgur.com/6.png", "refused", "gone"),
            ("ready", "a local file", "failed", None),
        ):
            connection.execute(
                "INSERT INTO job_items (job_id, url, state, reason) VALUES (?, ?, ?, ?)",
                [job[name], url, state, reason],
            )
        connection.execute("INSERT INTO job_items (job_id, url, state) VALUES (?, '/p/a.png', 'waiting')", [folder])
    jobs.refuse(catalogue, folder, [jobs.UnfitItem("/p/a.txt", "not a picture: text", None)])
    found = overview(catalogue, TODAY)
    assert found.collecting == Collecting(
        running=Some(1, job["works"]),
        stopped=Some(3, job["too"], "Reddit wants keys"),
        paused=Some(1, job["cut off"]),
        waiting=Some(1, job["new"]),
        failed=Some(4, job["ready"], "i.imgur.com: asked to wait (429)"),
        items_waiting=1,
        not_taken=5,
    )
    assert (found.items_waiting, found.failed_items) == (2, 6)
    assert (found.failed_files, found.file_failures) == (1, (("not a picture", 1),))
    assert catalogue.rows(f"SELECT url FROM ({FILES_NOT_TAKEN})") == [("/p/a.txt",)]


def test_a_fortnight_ends_today(shelf: Catalogue) -> None:
    found = overview(shelf, TODAY)
    assert (len(found.days), found.days[0], found.days[-1]) == (14, date(2026, 3, 7), TODAY)
    assert found.added == (1, *[0] * 10, 1, 0, 3)


def test_only_the_most_frequent_reasons_are_named_but_all_are_counted(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO job_items (job_id, url, state, reason) "
            "SELECT 1, a || ' ' || b, 'refused', 'reason ' || a FROM range(7) s(a), range(7) t(b) WHERE b >= a"
        )
    found = overview(catalogue, TODAY)
    assert found.failures == tuple((f"reason {each}", 7 - each) for each in range(5))
    assert found.failed_items == 28


def test_an_empty_workspace(catalogue: Catalogue) -> None:
    nothing = (0,) * 14
    found = overview(catalogue, TODAY)
    assert found == Overview(
        Status(0, 0, 0), 0, 0, 0, False, 0, 0, 0, 0, 0, (), 0, 0, 0, days=found.days, added=nothing, decided=nothing
    )
