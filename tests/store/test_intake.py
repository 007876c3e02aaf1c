from __future__ import annotations

import duckdb
import pytest

from anitui.store import jobs
from anitui.store.catalogue import Catalogue
from anitui.store.intake import MISSING, Batch, Moved, Outcome, known_images, record
from tests.store.new_pictures import picture, seen


def labels(catalogue: Catalogue) -> list[tuple[str, str | None]]:
    return catalogue.rows("SELECT url, label_hint FROM sightings ORDER BY sighting_id")  # type: ignore[return-value]


def test_a_picture_comes_with_its_facts_and_hashes(catalogue: Catalogue) -> None:
    record(catalogue, Batch(1, [picture("c")], [seen("c", "/a")], []))
    assert catalogue.rows("SELECT sha256, state, width, frames, purged_at FROM images") == [
        ("c", "active", 24, 1, None)
    ]
    assert catalogue.rows("SELECT mode, colourfulness, brightness FROM image_facts") == [("exact", 1.5, 128.0)]
    assert catalogue.rows("SELECT algorithm, mode, bits FROM image_hashes ORDER BY 1") == [
        ("ahash", "exact", 0),
        ("dhash", "exact", 2**64 - 1),
        ("phash", "exact", 2**64 - 1),
    ]
    assert len(catalogue.rows("SELECT DISTINCT image_id FROM images JOIN image_facts USING (image_id)")) == 1


def test_sightings_are_not_doubled_and_take_a_new_label(catalogue: Catalogue) -> None:
    record(catalogue, Batch(1, [picture("c")], [seen("c", "/a", "Rei"), seen("c", "/a", "Rei"), seen("c", "/b")], []))
    assert labels(catalogue) == [("/a", "Rei"), ("/b", None)]
    record(catalogue, Batch(2, [], [seen("c", "/a", "Asuka"), seen("c", "/b")], []))
    assert labels(catalogue) == [("/a", "Asuka"), ("/b", None)]
    record(catalogue, Batch(3, [], [seen("c", "/a")], []))  # no label is not a label
    assert labels(catalogue) == [("/a", "Asuka"), ("/b", None)]
    assert catalogue.rows("SELECT label, said_by, speaker FROM tagged_images") == [("Asuka", "job 2", "job")]


def test_another_content_under_the_same_name_is_another_sighting(catalogue: Catalogue) -> None:
    record(catalogue, Batch(1, [picture("c"), picture("d")], [seen("c", "/a", "Rei"), seen("d", "/a", "Asuka")], []))
    assert labels(catalogue) == [("/a", "Rei"), ("/a", "Asuka")]


def test_a_batch_is_taken_in_whole_or_not_at_all(catalogue: Catalogue) -> None:
    wrong = picture("d", stored="stolen")
    with pytest.raises(duckdb.ConstraintException):
        record(catalogue, Batch(1, [picture("c"), wrong], [seen("c", "/a")], []))
    for table in ("images", "sightings", "image_facts", "image_hashes"):
        assert catalogue.value(f"SELECT count(*) FROM {table}") == 0
    record(catalogue, Batch(1, [], [], []))  # and the next one is not in its way


def test_what_is_known_of_a_content(catalogue: Catalogue) -> None:
    record(catalogue, Batch(1, [picture(name) for name in ("here", "purged", "lost", "aside")], [], []))
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET purged_at = now() WHERE sha256 = 'purged'")
        connection.execute("UPDATE images SET state = 'set_aside', reason = ? WHERE sha256 = 'lost'", [MISSING])
        connection.execute("UPDATE images SET state = 'set_aside' WHERE sha256 = 'aside'")
    known = known_images(catalogue, ["here", "purged", "lost", "aside", "never seen", "'"])
    assert {name: (each.purged, each.missing) for name, each in known.items()} == {
        "here": (False, False),
        "purged": (True, False),
        "lost": (False, True),
        "aside": (False, False),
    }
    assert known_images(catalogue, []) == {}


def test_bytes_that_moved_heal_what_was_missing_and_nothing_else(catalogue: Catalogue) -> None:
    record(catalogue, Batch(1, [picture("lost", "reference"), picture("aside", "reference")], [], []))
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET state = 'set_aside', reason = 'blurred'")
        connection.execute("UPDATE images SET reason = ? WHERE sha256 = 'lost'", [MISSING])
    numbers = dict(catalogue.rows("SELECT sha256, image_id FROM images"))
    moved = [Moved(numbers[name], f"media/{name}", "copy") for name in ("lost", "aside")]
    record(catalogue, Batch(1, [], [], [], moved))
    assert catalogue.rows("SELECT path, stored, state, reason FROM images ORDER BY sha256") == [
        ("media/aside", "copy", "set_aside", "blurred"),
        ("media/lost", "copy", "active", None),
    ]


def test_outcomes_find_their_item_and_their_picture(catalogue: Catalogue) -> None:
    job = jobs.begin(catalogue, "import", "x", {})
    jobs.enlist_files(catalogue, job, [jobs.FoundItem(f"/{name}", 1, 1, None) for name in "ab"], mode="copy")
    first, second = jobs.waiting(catalogue, job)
    outcomes = [Outcome(first.item_id, "done", None, "c"), Outcome(second.item_id, "failed", "why", None)]
    record(catalogue, Batch(job, [picture("c")], [], outcomes))
    image_id = catalogue.value("SELECT image_id FROM images")
    assert catalogue.rows("SELECT url, state, reason, image_id, attempts FROM job_items ORDER BY url") == [
        ("/a", "done", None, image_id, 1),
        ("/b", "failed", "why", None, 1),
    ]
