"""Tags of whole pictures, said by persons beside what jobs said."""

from __future__ import annotations

import pytest

from anitui.store import journal, labels, tags
from anitui.store.catalogue import Catalogue


@pytest.fixture
def shelf(catalogue: Catalogue) -> Catalogue:
    with catalogue.writing() as connection:
        for n in (1, 2, 3):
            connection.execute(
                "INSERT INTO images(sha256, path, stored, format, mode, width, height, bytes) "
                f"VALUES ('{n}', 'media/{n}.png', 'copy', 'png', 'RGB', 100, 100, 1)"
            )
        connection.execute(
            "INSERT INTO image_tags (image_id, label, speaker, said_by) VALUES (1, 'Comedy', 'job', 'mal')"
        )
    return catalogue


def current(catalogue: Catalogue) -> list[tuple[int, str, str]]:
    return catalogue.rows("SELECT image_id, label, said_by FROM tagged_images ORDER BY ALL")  # type: ignore[return-value]


def test_a_tag_holds_for_all_and_once_more_for_none(shelf: Catalogue) -> None:
    assert tags.tag(shelf, [1, 2], "comedy") == ("Comedy", True)
    assert current(shelf) == [(1, "Comedy", "person"), (2, "Comedy", "person")]
    assert tags.tag(shelf, [1, 2], "Comedy") == ("Comedy", False)
    assert current(shelf) == [], "a person says that it does not hold, whatever a job said"
    assert tags.tag(shelf, [2, 3], "slice of life") == ("slice of life", True)
    found = labels.find(shelf, "Slice of Life")
    assert found is not None
    assert found.label_set == "tags"
    assert [(each.name, each.faces) for each in tags.known(shelf)] == [("slice of life", 2)]
    for _ in range(3):
        journal.undo(shelf)
    assert current(shelf) == [(1, "Comedy", "mal")]


def test_a_tag_goes_by_all_names_of_its_label(shelf: Catalogue) -> None:
    tags.tag(shelf, [3], "drama")
    labels.change(shelf, "drama", aliases=["Драма"])
    assert tags.tag(shelf, [1], "драма") == ("drama", True)
    labels.rename(shelf, "drama", "Drama")
    assert (3, "Drama", "person") in current(shelf)
