"""What detectors found, beside what people said: who stays, who goes, and who takes a label."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from anitui.store import faces
from anitui.store.catalogue import Catalogue
from anitui.store.faces import LookedAt, NewFace


@pytest.fixture
def pictures(catalogue: Catalogue) -> Catalogue:
    """Three pictures of 100 × 100; 1 was seen as cocoa, 2 as cocoa and as chino, 3 under no name."""
    with catalogue.writing() as connection:
        for n in (1, 2, 3):
            connection.execute(
                "INSERT INTO images(sha256, path, stored, format, mode, width, height, bytes) "
                f"VALUES ('{n}', 'media/{n}.png', 'copy', 'png', 'RGB', 100, 100, 1)"
            )
        for image, label in ((1, "cocoa"), (1, "cocoa"), (2, "cocoa"), (2, "chino"), (3, None)):
            connection.execute(
                "INSERT INTO sightings(image_id, site, url, label_hint, job_id) VALUES (?, 'reddit', 'x', ?, 4)",
                [image, label],
            )
    return catalogue


def face(image: int, x: float, y: float = 10, size: float = 20, score: float = 0.5) -> NewFace:
    return NewFace(image, x, y, size, size, score, 1, 2, 3)


def looked(catalogue: Catalogue, found: Sequence[NewFace], detector: str = "animeface", among: int = 3) -> int:
    pictures = [LookedAt(n, sum(each.image_id == n for each in found)) for n in range(1, among + 1)]
    return faces.record(catalogue, detector, json.dumps({"step": 4}), pictures, found)


def boxes(catalogue: Catalogue) -> list[tuple[int, float, str]]:
    return catalogue.rows("SELECT image_id, x, detector FROM faces ORDER BY image_id, x, detector")


def test_a_face_is_kept_with_its_score_its_detector_and_how_it_was_set(pictures: Catalogue) -> None:
    assert looked(pictures, [face(1, 5), face(2, 5), face(2, 50)]) == 3
    assert pictures.rows("SELECT image_id, x, y, w, h, score, detector, settings, kind, state FROM faces LIMIT 1") == [
        (1, 5, 10, 20, 20, 0.5, "animeface", '{"step": 4}', "face", "active")
    ]
    assert pictures.rows("SELECT algorithm, mode, bits FROM face_hashes WHERE face_id = 1 ORDER BY bits") == [
        ("dhash", "fast", 1), ("phash", "fast", 2), ("ahash", "fast", 3),
    ]  # fmt: skip
    told = pictures.rows("SELECT image_id, detector, faces, reason FROM detections ORDER BY image_id")
    assert told == [(1, "animeface", 1, None), (2, "animeface", 2, None), (3, "animeface", 0, None)]


def test_the_only_face_of_a_picture_with_one_name_takes_it_and_no_other_does(pictures: Catalogue) -> None:
    looked(pictures, [face(1, 5), face(2, 5), face(3, 5)])
    assert pictures.rows("SELECT image_id, label, l.said_by FROM labelled_faces l JOIN faces USING (face_id)") == [
        (1, "cocoa", "job 4")
    ]
    looked(pictures, [face(1, 5), face(1, 50)])
    assert pictures.rows("FROM labelled_faces") == [], "of two, nobody knows whom the name means"
    queue = pictures.rows("SELECT image_id, hints FROM faces_to_name ORDER BY face_id")
    assert queue == [(1, ["cocoa"]), (1, ["cocoa"])], "but both wait with it"


def test_detectors_stand_side_by_side(pictures: Catalogue) -> None:
    looked(pictures, [face(1, 5)])
    looked(pictures, [face(1, 6)], "cascade")
    assert boxes(pictures) == [(1, 5, "animeface"), (1, 6, "cascade")]
    looked(pictures, [], "cascade")
    assert boxes(pictures) == [(1, 5, "animeface")]


def test_looking_again_replaces_what_nobody_has_said_anything_of(pictures: Catalogue) -> None:
    looked(pictures, [face(1, 5), face(1, 50), face(2, 5), face(2, 50)])
    with pictures.writing() as connection:
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by) VALUES (2, 'chino', 'person', 'me')"
        )
        connection.execute("UPDATE faces SET state = 'set_aside', reason = 'not a face' WHERE face_id = 3")
        connection.execute("INSERT INTO pairs(kind, a_id, b_id, algorithm, distance) VALUES ('face', 1, 4, 'dhash', 1)")
    again = [face(1, 8), face(1, 51), face(2, 6), face(2, 70)]
    assert looked(pictures, again) == 2
    assert boxes(pictures) == [
        (1, 8, "animeface"),  # another box in the place of the first
        (1, 50, "animeface"),  # named by a person: it stays, and what was found again is the same face
        (2, 5, "animeface"),  # not a face, a person said: it does not come back beside it
        (2, 70, "animeface"),
    ]
    assert pictures.rows("SELECT count(*) FROM face_hashes") == [(12,)]
    assert pictures.rows("FROM pairs") == []


def test_a_box_of_a_persons_is_never_doubled_or_taken_away(pictures: Catalogue) -> None:
    with pictures.writing() as connection:
        connection.execute("INSERT INTO faces(image_id, x, y, w, h, detector) VALUES (1, 5, 10, 20, 20, 'person')")
    looked(pictures, [face(1, 7), face(1, 60)])
    assert boxes(pictures) == [(1, 5, "person"), (1, 60, "animeface")]
    looked(pictures, [])
    assert boxes(pictures) == [(1, 5, "person")]


def test_a_picture_that_a_person_has_gone_through_is_left_as_it_is(pictures: Catalogue) -> None:
    looked(pictures, [face(1, 5), face(2, 5)])
    with pictures.writing() as connection:
        connection.execute("INSERT INTO reviewed_images (image_id) VALUES (1)")
    looked(pictures, [face(1, 60), face(2, 60)])
    assert boxes(pictures) == [(1, 5, "animeface"), (2, 60, "animeface")]


def test_what_could_not_be_looked_at_keeps_what_was_found_and_waits_on(pictures: Catalogue) -> None:
    looked(pictures, [face(1, 5)])
    faces.record(pictures, "animeface", "{}", [LookedAt(1, 0, "broken")], [])
    assert boxes(pictures) == [(1, 5, "animeface")]
    since = faces.now(pictures)
    assert [each.image_id for each in faces.waiting(pictures, "animeface", redo=False, since=since)] == [1]
    assert [each.image_id for each in faces.waiting(pictures, "cascade", redo=False, since=since)] == [3, 2, 1]
    assert [each.image_id for each in faces.waiting(pictures, "animeface", redo=True, since=since)] == [3, 2, 1]
    looked(pictures, [])
    assert list(faces.waiting(pictures, "animeface", redo=True, since=since)) == [], "all were looked at since then"
    assert faces.count_waiting(pictures, "animeface", "{}", redo=False, since=since) == faces.Waiting(0, 3)


def test_what_is_set_aside_is_not_looked_at(pictures: Catalogue) -> None:
    with pictures.writing() as connection:
        connection.execute("UPDATE images SET state = 'set_aside' WHERE image_id = 2")
    since = faces.now(pictures)
    waiting = faces.waiting(pictures, "animeface", redo=False, since=since, page=1)
    assert [each.image_id for each in waiting] == [3, 1]
