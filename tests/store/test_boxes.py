"""Boxes by hand: what is drawn, moved and taken away, what becomes of hashes, and which pictures wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from anitui.errors import WrongUse
from anitui.pipeline import box_hashes, decode
from anitui.progress import run
from anitui.settings import ImportSettings
from anitui.store import boxes, boxing, faces, journal, naming
from anitui.store.catalogue import Catalogue
from anitui.store.faces import LookedAt, NewFace
from anitui.workspace import Workspace


@pytest.fixture
def pictures(workspace: Workspace, catalogue: Catalogue) -> Catalogue:
    """Three pictures of 100 × 80; a detector found a face in 1 and two in 2."""
    for n in (1, 2, 3):
        file = workspace.file(f"media/{n}.png")
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.radial_gradient("L").resize((100, 80)).rotate(30 * n).save(file)
        with catalogue.writing() as connection:
            connection.execute(
                "INSERT INTO images(sha256, path, stored, format, mode, width, height, bytes) "
                f"VALUES ('{n}', 'media/{n}.png', 'copy', 'png', 'L', 100, 80, 1)"
            )
    found = [NewFace(n, x, 10, 20, 20, 0.5, 1, 2, 3) for n, x in ((1, 5), (2, 5), (2, 50))]
    looked = [LookedAt(n, sum(each.image_id == n for each in found)) for n in (1, 2, 3)]
    faces.record(catalogue, "animeface", "{}", looked, found)
    return catalogue


def shown(catalogue: Catalogue, image_id: int) -> list[tuple[float, float, float, float, str, float | None]]:
    found = boxes.boxed(catalogue, image_id, "characters").boxes
    return [(*each.corners, each.detector, each.score) for each in found]


def hashed(catalogue: Catalogue) -> set[int]:
    return {row[0] for row in catalogue.rows("SELECT DISTINCT face_id FROM face_hashes")}


def test_pictures_that_nobody_went_through_come_first_and_the_newest_of_them_before_others(pictures: Catalogue) -> None:
    assert boxing.review(pictures, 3) and not boxing.review(pictures, 3)
    queue = boxes.queue(pictures)
    assert queue.ids.tolist() == [2, 1, 3] and queue.reviewed.tolist() == [False, False, True]
    assert queue.next_open(0) == 1 and queue.next_open(1) == 0 and queue.place_of(3) == 2
    assert boxes.queue(pictures, "id:1,3").ids.tolist() == [1, 3]
    assert boxes.among(pictures, [3, 1]).reviewed.tolist() == [True, False]
    with pytest.raises(WrongUse):
        boxes.queue(pictures, "nosuch:1")
    journal.undo(pictures)
    assert boxes.queue(pictures).ids.tolist() == [3, 2, 1]


def test_a_drawn_box_is_the_persons_and_one_undo_takes_it_back(pictures: Catalogue) -> None:
    drawn = boxing.draw(pictures, 3, (1, 2, 30, 40))
    assert shown(pictures, 3) == [(1, 2, 30, 40, "person", None)]
    assert boxes.picture_of(pictures, journal.undo(pictures).entry_id) == 3
    assert shown(pictures, 3) == []
    assert boxes.picture_of(pictures, journal.redo(pictures).entry_id) == 3
    assert boxes.boxed(pictures, 3, "characters").boxes[0].face_id == drawn


def test_a_detectors_box_that_was_moved_is_the_persons_and_no_detector_takes_it(pictures: Catalogue) -> None:
    boxing.move(pictures, 1, [(1, (40, 30, 25, 25))])
    assert shown(pictures, 1) == [(40, 30, 25, 25, "person", None)]
    again = [NewFace(1, 41, 30, 25, 25, 0.9, 1, 2, 3), NewFace(1, 5, 10, 20, 20, 0.5, 1, 2, 3)]
    faces.record(pictures, "animeface", "{}", [LookedAt(1, 2)], again)
    assert shown(pictures, 1) == [(40, 30, 25, 25, "person", None), (5, 10, 20, 20, "animeface", 0.5)]


def test_one_undo_takes_back_a_whole_move_and_the_score_is_back(pictures: Catalogue) -> None:
    entry = boxing.move(pictures, 1, [(1, (10, 10, 20, 20))])
    assert boxing.move(pictures, 1, [(1, (20, 10, 20, 20))], into=entry) == entry
    boxing.move(pictures, 1, [(1, (30, 10, 20, 20))], into=entry)
    assert len(journal.history(pictures)) == 1
    journal.undo(pictures)
    assert shown(pictures, 1) == [(5, 10, 20, 20, "animeface", 0.5)]
    journal.redo(pictures)
    assert shown(pictures, 1) == [(30, 10, 20, 20, "person", None)]


def test_a_move_is_its_own_where_something_was_decided_or_taken_back_since(pictures: Catalogue) -> None:
    entry = boxing.move(pictures, 1, [(1, (10, 10, 20, 20))])
    naming.name(pictures, [1], "cocoa")
    second = boxing.move(pictures, 1, [(1, (20, 10, 20, 20))], into=entry)
    assert second != entry
    journal.undo(pictures)
    assert boxing.move(pictures, 1, [(1, (40, 10, 20, 20))], into=second) not in (entry, second)
    assert [each.state for each in journal.history(pictures)] == ["done", "dropped", "done", "done"]


def test_hashes_go_with_their_box_and_are_made_anew(workspace: Workspace, pictures: Catalogue) -> None:
    assert hashed(pictures) == {1, 2, 3}
    boxing.move(pictures, 1, [(1, (40, 30, 25, 25))])
    drawn = boxing.draw(pictures, 3, (10, 10, 50, 50))
    assert hashed(pictures) == {2, 3} and boxes.boxed(pictures, 1, "characters").lacks_hashes
    assert box_hashes.fill(workspace, pictures, decode.Limits(), 1) == 1
    assert run(box_hashes.fill_all(workspace, pictures, ImportSettings()), lambda _: None) == 1
    assert hashed(pictures) == {1, 2, 3, drawn} and not boxes.boxed(pictures, 1, "characters").lacks_hashes
    journal.undo(pictures)
    journal.undo(pictures)
    assert hashed(pictures) == {2, 3}  # those of the box as it lies now are not known
    Path(workspace.file("media/1.png")).write_bytes(b"broken")
    assert run(box_hashes.fill_all(workspace, pictures, ImportSettings()), lambda _: None) == 0


def test_boxes_of_many_pictures_are_hashed_page_by_page(
    workspace: Workspace, pictures: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box_hashes, "_PAGE", 3)
    for at in range(5):
        boxing.draw(pictures, 1, (at, at, 30, 30))
        boxing.draw(pictures, 3, (at, at, 40, 40))
    Path(workspace.file("media/1.png")).write_bytes(b"broken")
    assert run(box_hashes.fill_all(workspace, pictures, ImportSettings()), lambda _: None) == 5
    assert boxes.count_without_hashes(pictures) == 5, "of the broken picture"


def test_hashes_of_a_box_that_was_moved_meanwhile_are_not_kept(pictures: Catalogue) -> None:
    boxing.move(pictures, 1, [(1, (40, 30, 25, 25))])
    waiting = boxes.without_hashes(pictures, 1)
    boxing.move(pictures, 1, [(1, (41, 30, 25, 25))])
    assert boxes.put_hashes(pictures, [(waiting[0], (1, 2, 3))]) == 0
    assert boxes.put_hashes(pictures, [(boxes.without_hashes(pictures, 1)[0], (2**64 - 1, 2, 3))]) == 1


def test_ones_own_box_is_gone_with_its_name_and_a_detectors_is_set_aside(pictures: Catalogue) -> None:
    drawn = boxing.draw(pictures, 1, (40, 30, 25, 25))
    naming.name(pictures, [drawn], "cocoa")
    assert boxing.remove(pictures, [drawn]) == (1, 0)
    assert pictures.rows("SELECT count(*) FROM faces WHERE face_id = ?", [drawn]) == [(0,)]
    assert pictures.rows("SELECT count(*) FROM face_labels") == [(0,)]
    assert boxing.remove(pictures, [1]) == (0, 1)
    assert pictures.rows("SELECT state, reason FROM faces WHERE face_id = 1") == [("set_aside", "not a face")]
    assert hashed(pictures) == {1, 2, 3}
    journal.undo(pictures)
    journal.undo(pictures)
    found = boxes.boxed(pictures, 1, "characters").boxes
    assert [(each.face_id, each.label) for each in found] == [(1, None), (drawn, "cocoa")]


def test_copying_brings_back_what_means_no_face_that_is_there(pictures: Catalogue) -> None:
    assert boxing.copy(pictures, 2, "animeface") == (0, 0)
    boxing.remove(pictures, [2, 3])
    boxing.draw(pictures, 2, (6, 11, 20, 20))
    assert boxes.boxed(pictures, 2, "characters").looked == (("animeface", 2),)
    assert boxing.copy(pictures, 2, "animeface") == (1, 1)
    assert [row[:4] for row in shown(pictures, 2)] == [(50, 10, 20, 20), (6, 11, 20, 20)]


def test_heads_begin_as_copies_of_faces(pictures: Catalogue) -> None:
    assert boxing.copy(pictures, 2, "animeface", boxes.HEAD) == (2, 0)
    assert boxing.copy(pictures, 2, "animeface", boxes.HEAD) == (0, 2)
    found = boxes.boxed(pictures, 2, "characters").boxes
    assert [(each.kind, each.detector) for each in found] == [("face", "animeface")] * 2 + [("head", "person")] * 2
    journal.undo(pictures)
    assert len(shown(pictures, 2)) == 2


def test_a_picture_is_marked_for_deletion_and_back(pictures: Catalogue) -> None:
    assert boxing.mark_for_deletion(pictures, 1) is True
    found = boxes.boxed(pictures, 1, "characters")
    assert found.marked and (found.state, found.reason) == ("set_aside", "marked for deletion")
    assert boxing.mark_for_deletion(pictures, 1) is False
    assert not boxes.boxed(pictures, 1, "characters").marked
    with pictures.writing() as connection:
        connection.execute("UPDATE images SET state = 'set_aside', reason = 'by hand' WHERE image_id = 1")
    assert boxing.mark_for_deletion(pictures, 1) is None


def test_a_box_is_read_with_the_name_of_the_set_that_is_asked_for(pictures: Catalogue) -> None:
    naming.name(pictures, [1], "cocoa")
    naming.name(pictures, [1], "girl", "kinds")
    assert [boxes.boxed(pictures, 1, each).boxes[0].label for each in ("characters", "kinds")] == ["cocoa", "girl"]
    with pytest.raises(WrongUse):
        boxes.boxed(pictures, 99, "characters")
