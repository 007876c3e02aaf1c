"""The queue of a review in Faces: agreed with, contradicted, taken back; clusters named at once; what a model sees."""

from __future__ import annotations

import numpy
import pytest
from sitting import Sitting, sitting

from anitui.store import embeddings, faces, labels, review
from anitui.store.catalogue import Catalogue
from anitui.store.faces import LookedAt, NewFace
from anitui.store.labels import Label
from anitui.store.review import Asked
from anitui.workspace import Workspace

CHARACTERS = "characters"


@pytest.fixture
def reviewed(shelf: Catalogue) -> Catalogue:
    """A face on each of the twelve pictures, the first eight with a name by a job; the review asks about five."""
    found = [NewFace(n, 5, 5, 30, 30, n / 20, 0xFFF >> n, 0xFFF >> n, n) for n in range(1, 13)]
    faces.record(shelf, "animeface", "{}", [LookedAt(n, 1) for n in range(1, 13)], found)
    labels.add(shelf, [Label("chino"), Label("cocoa"), Label("rize")])
    with shelf.writing() as connection:
        connection.execute("DELETE FROM face_labels")
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by) "
            "SELECT n, ['chino', 'cocoa', 'rize'][1 + n % 3], 'job', 'job 1' FROM range(1, 9) t(n)"
        )
    queue = [
        Asked(1, "label", 5, None, "rize", "chino", 0.73, 0.95, "73 % chino, 4 % what it is called"),
        Asked(2, "label", 3, None, "chino", "cocoa", 0.6, 0.9, "60 % cocoa, 9 % what it is called"),
        Asked(3, "alike", 7, 8, "cocoa", "rize", 0.5, 0.8, "nearly equal to face 8, which is called rize"),
        Asked(4, "alike", 8, 7, "rize", "cocoa", 0.2, 0.2, "nearly equal to face 7, which is called cocoa"),
        Asked(5, "unlabelled", 11, None, None, "rize", 0.41, 0.6, "41 % rize at most; many are like it"),
    ]
    review.put(shelf, 7, CHARACTERS, queue, 8, 3)
    return shelf


def said(catalogue: Catalogue) -> dict[int, str]:
    return dict(catalogue.rows("SELECT face_id, label FROM face_labels WHERE speaker = 'person' ORDER BY 1"))


def waits(catalogue: Catalogue) -> list[int]:
    return [row[0] for row in catalogue.rows("SELECT face_id FROM review WHERE state = 'waits' ORDER BY place")]


def shown(at: Sitting) -> list[int]:
    return [at.grid.model.cells[each].key for each in range(at.grid.total)]


async def test_home_leads_to_the_queue_and_keys_work_through_it(cafe: Workspace, reviewed: Catalogue) -> None:
    async with sitting(cafe, reviewed, (120, 36)) as at:
        await at.sees("4 labels look wrong: review")
        row = next(number for number, line in enumerate(at.lines()) if "look wrong" in line)
        assert "≠" in at.lines()[row]
        at.app.see_faces("review:label,alike", CHARACTERS)
        await at.quiet()
        assert shown(at) == [5, 3, 7, 8]
        await at.sees("rize → chino 73%", "review › 73 % chino, 4 % what it is called", "it is so")
        await at.press("space")
        assert said(reviewed) == {5: "chino"} and at.grid.cursor == 1
        await at.press("c")  # the job was right
        assert said(reviewed) == {5: "chino", 3: "chino"}
        await at.press("space")
        assert waits(reviewed) == [11], "the two that were nearly equal are called the same now"
        await at.press("space")
        assert 8 not in said(reviewed), "nothing is asked about it any more, so it is passed"
        await at.press("R")
        assert at.grid.total == 0
        await at.sees("nothing fits this filter")
        await at.press("u", "u", "u", "R")
        assert said(reviewed) == {} and shown(at) == [5, 3, 7, 8]


async def test_what_was_answered_is_not_asked_by_the_next_review(cafe: Workspace, reviewed: Catalogue) -> None:
    async with sitting(cafe, reviewed, (120, 36)) as at:
        at.app.see_faces("review:any")
        await at.quiet()
        await at.press("c", "2")
    assert said(reviewed) == {5: "rize", 3: "cocoa"}
    settled = review.called(reviewed, CHARACTERS).settled
    assert {5, 3} <= settled and not {7, 8, 11} & settled
    review.put(reviewed, 8, CHARACTERS, [Asked(1, "label", 1, None, "cocoa", "rize", 0.5, 0.5, "")], 8, 1)
    assert waits(reviewed) == [1]
    assert {5, 3} <= review.called(reviewed, CHARACTERS).settled


async def test_a_cluster_is_named_at_once(cafe: Workspace, reviewed: Catalogue) -> None:
    review.put_clusters(reviewed, CHARACTERS, numpy.array([9, 10, 11, 12]), numpy.array([1, 1, 0, 1], numpy.int32))
    async with sitting(cafe, reviewed, (120, 36)) as at:
        at.app.see_faces("cluster:any")
        await at.quiet()
        await at.press("G", "c", "enter")
        await at.sees("cluster 0001")
        await at.press("A")
        await at.sees("3 faces selected: cluster 0001")
        await at.press("3")
        assert said(reviewed) == {9: "rize", 10: "rize", 12: "rize"}


async def test_those_most_alike_are_so_by_what_the_model_sees(cafe: Workspace, reviewed: Catalogue) -> None:
    angles = numpy.array([0, 40, 10, 90, 180, 60, 5, 50, 20, 30, 70, 80]) * numpy.pi / 180
    vectors = numpy.stack([numpy.cos(angles), numpy.sin(angles)], 1).astype(numpy.float32)
    embeddings.take_in(reviewed, "face", "small of main", numpy.arange(1, 13), vectors, 7)
    async with sitting(cafe, reviewed, (120, 36)) as at:
        await at.press("g", "f", "end", "y")
        assert shown(at)[:5] == [1, 7, 3, 9, 10]
        await at.press("escape", "slash")
        await at.type("like:1")
        await at.press("enter")
        assert sorted(shown(at)) == [1, 2, 3, 7, 9, 10], "within a cosine distance of 0.32, some 47 degrees"
