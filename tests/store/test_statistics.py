from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest

from anitui.errors import Stopped
from anitui.store import statistics as stats
from anitui.store.catalogue import Catalogue
from anitui.store.overview import overview
from tests.store.counted import HOSTILE, fill, many

DOCS = Path(__file__).parents[2] / "docs" / "statistics.md"
PERSON, MODEL, JOB = "person", "model", "job"


@pytest.fixture
def shelf(catalogue: Catalogue) -> Catalogue:
    return fill(catalogue)


def rows(shelf: Catalogue, what: type, label_set: str | None = None) -> list[tuple[Any, ...]]:
    """As tuples, without the set of labels where one is given."""
    return [
        tuple(getattr(each, field.name) for field in fields(what) if label_set is None or field.name != "label_set")
        for each in stats.read(shelf, what, label_set)
    ]


@pytest.mark.parametrize("what", stats.VIEWS, ids=lambda what: what.__name__)
def test_a_row_of_a_view_is_what_is_read(shelf: Catalogue, what: type) -> None:
    view, order = stats.VIEWS[what]
    columns = [row[0] for row in shelf.rows(f"DESCRIBE {view}")]
    assert columns == [each.name for each in fields(what)]
    assert rows(shelf, what) == shelf.rows(f"FROM {view} ORDER BY {order}") != []


def test_every_view_of_statistics_is_read_and_every_column_explained(catalogue: Catalogue) -> None:
    views = {row[0] for row in catalogue.rows("SELECT view_name FROM duckdb_views() WHERE view_name LIKE 'stats_%'")}
    assert views == {view for view, _ in stats.VIEWS.values()}
    page = DOCS.read_text("utf-8")
    for view in views:
        part = page.partition(f"\n`{view}`:")[2].partition("\n\n")[0]
        for row in catalogue.rows(f"DESCRIBE {view}"):
            assert f"`{row[0]}`" in part, f"{view}.{row[0]}"


def test_an_empty_catalogue_has_no_rows_and_no_errors(catalogue: Catalogue) -> None:
    for what in stats.VIEWS:
        if what is not stats.Total:
            assert rows(catalogue, what) == [], what
    assert {each.number for each in stats.read(catalogue, stats.Total)} == {0}


def test_the_totals_are_those_of_the_home_screen(shelf: Catalogue) -> None:
    found = overview(shelf, datetime.now(UTC).date())
    totals = {each.what: each.number for each in stats.read(shelf, stats.Total)}
    assert totals == {
        "pictures": found.status.active, "set aside": found.status.set_aside, "sightings": found.sightings,
        "without a label": found.unlabelled_pictures, "faces": found.status.faces, "named faces": found.named_faces,
        "pairs to decide": found.pairs_open, "in a split": found.in_splits, "training runs": found.runs,
        "decisions": found.decisions, "waiting": found.items_waiting, "not taken": found.failed_items,
    }  # fmt: skip
    assert (totals["pictures"], totals["set aside"], totals["faces"], totals["named faces"]) == (6, 1, 8, 6)
    assert rows(shelf, stats.NotTaken) == [("too big", 2), ("no reason given", 1)] == list(found.failures)


def test_classes_by_who_is_believed(shelf: Catalogue) -> None:
    assert rows(shelf, stats.ClassCount, "characters") == [
        ("rei", 3, 1, 1, 1, 1),
        ("asuka", 2, 2, 2, 0, 0),
        (HOSTILE, 1, 1, 0, 0, 1),
        ("nobody", 0, 0, 0, 0, 0),
    ]
    assert rows(shelf, stats.ClassCount, "moods") == [("sad", 1, 1, 1, 0, 0)]


def test_the_long_tail(shelf: Catalogue) -> None:
    (tail,) = stats.read(shelf, stats.LongTail, "characters")
    assert (tail.classes, tail.without_faces, tail.faces) == (3, 1, 6)
    assert (tail.most, tail.median, tail.least, tail.half, tail.below_10) == (3, 2.0, 1, 1, 3)
    assert tail.head_share == pytest.approx(3 / 6)
    assert tail.gini == pytest.approx(2 * (1 * 1 + 2 * 2 + 3 * 3) / (3 * 6) - 4 / 3)
    assert rows(shelf, stats.ClassSize, "characters") == [(0, 1, 1, 0), (1, 2, 1, 1), (2, 5, 2, 5)]


def test_the_long_tail_of_many_classes_is_what_python_makes_of_it(catalogue: Catalogue) -> None:
    many(catalogue, 120)
    sizes = list(range(1, 121))
    (tail,) = stats.read(catalogue, stats.LongTail, "characters")
    total, largest = sum(sizes), sizes[::-1]
    assert (tail.classes, tail.faces, tail.median) == (120, total, median(sizes))
    assert tail.head_share == pytest.approx(sum(largest[:12]) / total)
    assert tail.half == next(count for count in range(1, 121) if sum(largest[:count]) >= total / 2)
    differences = sum(abs(one - other) for one in sizes for other in sizes)
    assert tail.gini == pytest.approx(differences / (2 * 120 * total))
    steps = {(each.at_least, each.below): each.classes for each in stats.read(catalogue, stats.ClassSize)}
    assert steps == {(1, 2): 1, (2, 5): 3, (5, 10): 5, (10, 20): 10, (20, 50): 30, (50, 100): 50, (100, 200): 21}
    assert sum(each.faces for each in stats.read(catalogue, stats.ClassSize)) == total


def test_tags_and_which_of_them_go_together(shelf: Catalogue) -> None:
    assert rows(shelf, stats.TagCount) == [
        ("genres", "indoors", 2, 1, 1, 0),
        ("characters", "rei", 2, 0, 0, 2),
        ("characters", HOSTILE, 1, 1, 0, 0),
        ("characters", "asuka", 1, 0, 0, 1),
    ]
    assert rows(shelf, stats.Together) == [("indoors", "rei", 2), (HOSTILE, "indoors", 1), (HOSTILE, "rei", 1)]
    assert rows(shelf, stats.FacesTogether, "characters") == [("asuka", "rei", 1)]


def test_only_the_hundred_most_frequent_tags_are_asked_which_go_together(catalogue: Catalogue) -> None:
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO images (sha256, path, stored, format, mode, width, height, bytes) "
            "SELECT 's' || n, 'x', 'copy', 'png', 'RGB', 1, 1, 1 FROM range(2) t(n)"
        )
        connection.execute(
            "INSERT INTO image_tags (image_id, label, speaker, said_by) "
            "SELECT 1, printf('tag %03d', n), 'person', 'me' FROM range(120) t(n) "
            "UNION ALL SELECT 2, 'tag 119', 'person', 'me'"
        )
    found = stats.read(catalogue, stats.Together)
    assert len(found) == 100 * 99 // 2
    names = {each.label for each in found} | {each.other for each in found}
    assert len(names) == 100 and "tag 119" in names and "tag 099" not in names


def test_who_said_so_and_who_is_believed(shelf: Catalogue) -> None:
    assert rows(shelf, stats.Speaker, "characters") == [
        ("face", PERSON, "me", 3, 3),
        ("face", JOB, "job 1", 3, 2),
        ("face", MODEL, "run 1", 2, 1),
        ("image", JOB, "reddit", 3, 3),
        ("image", PERSON, "me", 1, 1),
        ("image", JOB, "folder", 1, 0),
    ]
    assert ("image", PERSON, "me", 1, 1) in rows(shelf, stats.Speaker, "genres")  # that it does not hold is no answer


def test_sizes_in_steps_without_gaps(shelf: Catalogue) -> None:
    found = {(kind, side): {} for kind, side in (("image", "longer"), ("image", "shorter"), ("face", "longer"))}
    for each in stats.read(shelf, stats.SizeBin):
        found[each.kind, each.side][each.at_least, each.below] = each.number
    longer = found["image", "longer"]
    assert {step: number for step, number in longer.items() if number} == {
        (6, 8): 1, (64, 96): 1, (96, 128): 2, (768, 1024): 2,
    }  # fmt: skip
    edges = sorted(longer)
    assert all(one[1] == other[0] for one, other in pairwise(edges)), "a step is missing"
    assert sum(found["image", "shorter"].values()) == 6
    assert found["face", "longer"] == {(16, 24): 5, (24, 32): 2, (32, 48): 1}
    assert [row for row in rows(shelf, stats.BytesBin) if row[2]] == [
        (500, 1000, 1, 999), (1000, 2000, 1, 1000), (2000, 5000, 2, 6999), (5000, 10_000, 1, 5000),
        (100_000, 200_000, 1, 123_456),
    ]  # fmt: skip
    assert len(rows(shelf, stats.BytesBin)) == 8
    assert rows(shelf, stats.FormatCount) == [("png", 5, 135_454, 0), ("gif", 1, 2000, 1)]


def test_what_was_measured_and_what_could_not_be(shelf: Catalogue) -> None:
    assert rows(shelf, stats.Colourfulness) == [(0, 5, 2), (5, 10, 1), (10, 15, 0), (15, 20, 0), (20, 25, 1)]
    assert rows(shelf, stats.Sharpness) == [(0, 1, 1), (1, 2, 1), (2, 4, 1), (4, 8, 1)]
    brightness = rows(shelf, stats.Brightness)
    assert [row for row in brightness if row[2]] == [(0, 16, 2), (16, 32, 2), (240, 256, 1)]
    assert len(brightness) == 16


def test_faces_in_pictures_and_who_found_them(shelf: Catalogue) -> None:
    assert rows(shelf, stats.FacesPerPicture) == [(0, 3), (1, 2), (2, 0), (3, 0), (4, 0), (5, 0), (6, 1)]
    assert rows(shelf, stats.DetectorCount) == [("animeface", "face", 7, 3), ("person", "head", 1, 1)]
    assert rows(shelf, stats.AsideCount) == [("image", "blurry", 1), ("face", "no face", 1)]


def test_distances_with_what_is_set_aside_beside_them(shelf: Catalogue) -> None:
    assert rows(shelf, stats.DistanceCount) == [
        ("face", "phash", 2, 1, 3, 0),
        ("image", "dhash", 0, 1, 1, 0),
        ("image", "dhash", 1, 0, 0, 0),
        ("image", "dhash", 2, 0, 0, 0),
        ("image", "dhash", 3, 2, 3, 1),
    ]


def test_sources_over_time(shelf: Catalogue) -> None:
    assert rows(shelf, stats.SourceDay) == [
        ("folder", date(2026, 1, 2), 4, 4),
        ("reddit", date(2026, 1, 3), 2, 1),
        ("reddit", date(2026, 1, 5), 1, 1),
    ]
    assert rows(shelf, stats.Site) == [("folder", 4, 4), ("reddit", 3, 3)]
    assert rows(shelf, stats.PostedMonth) == [
        ("reddit", date(2025, 12, 1), 2, 2),
        ("reddit", date(2026, 2, 1), 1, 1),
    ]


def test_samples_are_few_the_same_every_time_and_peoples_word_first(shelf: Catalogue) -> None:
    found = stats.sample_faces(shelf, "characters", ["rei", HOSTILE], 2)
    assert [each.label for each in found] == [HOSTILE, "rei", "rei"]
    assert found[1].box == (0, 0, 10, 20)  # the face that a person named
    assert found == stats.sample_faces(shelf, "characters", ["rei", HOSTILE], 2)
    pictures = stats.sample_pictures(shelf, ["rei"], 9)
    assert {(each.image_id, each.box) for each in pictures} == {(1, None), (2, None)}


def test_sets_begin_with_the_characters(shelf: Catalogue) -> None:
    assert stats.sets(shelf) == ["characters", "genres", "moods"]


def test_a_long_statistic_can_be_stopped(shelf: Catalogue) -> None:
    class Interrupted:
        def execute(self, *_: object) -> object:
            raise duckdb.InterruptException("INTERRUPT Error: Interrupted!")

    with pytest.raises(Stopped):
        stats.read(shelf, stats.ClassCount, None, Interrupted())  # type: ignore[arg-type]
