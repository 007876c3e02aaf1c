from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from anitui.store.catalogue import Catalogue
from anitui.store.comparing import Side, distances, sides, suggest
from anitui.store.intake import Batch, NewSighting, record
from tests.store.new_pictures import picture, seen

THEN = datetime(2026, 3, 1)
LEFT = Side(
    id=1, image_id=1, path="media/a.png", format="jpeg", mode="RGB", width=800, height=1000, bytes=100_000,
    state="active", sharpness=50.0, colourfulness=20.0, added_at=THEN, hashes={"dhash": ("exact", 0)}, labels=(),
    site=None, url=None, page_url=None, title=None, author=None, flair=None, seen_at=None, sightings=1,
)  # fmt: skip
RIGHT = replace(LEFT, id=2, image_id=2)


@pytest.mark.parametrize(
    ("changed", "better", "reason"),
    [
        ({"width": 1600, "height": 2000}, 2, "larger"),
        ({"bytes": 300_000}, 2, "heavier"),
        ({"bytes": 30_000}, 1, "heavier"),
        ({"sharpness": 90.0}, 2, "sharper"),
        ({"format": "png"}, 2, "lossless"),
        ({"sightings": 4}, 2, "seen more often"),
        ({"added_at": datetime(2026, 2, 1)}, 2, "older"),
        ({}, 1, "first here"),
    ],
)
def test_what_makes_one_the_better(changed: dict[str, object], better: int, reason: str) -> None:
    found = suggest(LEFT, replace(RIGHT, **changed))  # type: ignore[arg-type]
    assert (found.better, found.reasons) == (better, (reason,))
    turned = suggest(replace(RIGHT, **changed), LEFT)  # type: ignore[arg-type]
    assert turned.better == better, "whichever stands on the left"


def test_size_outweighs_the_rest_and_the_rest_is_told() -> None:
    found = suggest(LEFT, replace(RIGHT, width=1600, height=2000, sharpness=20.0))
    assert (found.better, found.reasons, found.against) == (2, ("larger",), ("sharper",))


def test_what_speaks_against_duplicates_is_told() -> None:
    other = replace(RIGHT, width=500, labels=("chino",), hashes={"dhash": ("exact", 2**30 - 1)})
    assert suggest(replace(LEFT, labels=("cocoa",)), other).doubts == (
        "labels differ: cocoa and chino",
        "another shape, so perhaps a crop",
        "dhash says 30 of 64 bits differ",
    )
    assert suggest(replace(LEFT, labels=("cocoa",)), replace(RIGHT, labels=("chino", "cocoa"))).doubts == ()


def test_only_hashes_of_one_mode_are_compared() -> None:
    assert distances(LEFT, replace(RIGHT, hashes={"dhash": ("exact", 7), "ahash": ("exact", 1)})) == {"dhash": 3}
    assert distances(LEFT, replace(RIGHT, hashes={"dhash": ("fast", 7)})) == {}


def test_the_sides_as_the_catalogue_knows_them(catalogue: Catalogue) -> None:
    place = NewSighting("b", "reddit", "https://i.redd.it/b", "https://r/1", "Cocoa!", None, "p1", "ann", "art", False)
    record(catalogue, Batch(1, [picture("a"), picture("b", bits=5)], [seen("a", "/p/a", "cocoa"), place], []))
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO image_hashes VALUES (1, 'dhash', 'fast', 1)")
        connection.execute("INSERT INTO faces (image_id, x, y, w, h, detector) VALUES (1, 3, 4, 10, 12, 'x')")
        connection.execute("INSERT INTO face_hashes VALUES (1, 'dhash', 'exact', 9)")
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by) VALUES (1, 'rize', 'person', 'me')"
        )
    found = sides(catalogue, "image", [1, 2, 99])
    assert found.keys() == {1, 2}
    assert found[1].labels == ("cocoa",)
    assert found[1].hashes["dhash"] == ("exact", 2**64 - 1)
    assert (found[2].site, found[2].title, found[2].author, found[2].sightings) == ("reddit", "Cocoa!", "ann", 1)
    face = sides(catalogue, "face", [1])[1]
    assert (face.image_id, face.width, face.height, face.box) == (1, 10, 12, (3, 4, 10, 12))
    assert (face.labels, face.hashes) == (("rize",), {"dhash": ("exact", 9)})
    assert sides(catalogue, "image", []) == {}
