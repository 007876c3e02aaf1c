"""Faces in an order: filtered by what is said of them and of their pictures, grouped, and by likeness."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from anitui.errors import WrongUse
from anitui.store import face_gallery, faces, naming
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.store.face_gallery import FaceView
from anitui.store.faces import LookedAt, NewFace


@pytest.fixture
def crowd(catalogue: Catalogue) -> Catalogue:
    return filled(catalogue)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """The same for all who only read it."""
    with closing(open_catalogue(tmp_path_factory.mktemp("crowd") / "c.duckdb")) as catalogue:
        yield filled(catalogue)


def filled(catalogue: Catalogue) -> Catalogue:
    """Eight faces on six pictures: 1 and 2 seen as rise, 3 as cocoa and maya; the last picture has three faces."""
    with catalogue.writing() as connection:
        for n in range(1, 7):
            connection.execute(
                "INSERT INTO images(sha256, path, stored, format, mode, width, height, bytes) "
                f"VALUES ('{n}', 'media/{n}.png', 'copy', 'png', 'RGB', 100, {100 * n}, 1)"
            )
        for image, label in ((1, "rise"), (2, "rise"), (3, "cocoa"), (3, "maya")):
            connection.execute(
                "INSERT INTO sightings(image_id, site, url, title, label_hint, job_id) "
                "VALUES (?, 'reddit', 'x', ?, ?, 4)",
                [image, f"picture of {label}", label],
            )
    where = [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5), (6, 5), (6, 40), (6, 70)]
    found = [NewFace(image, x, 5, 20 + n, 20, n / 10, 0xFF >> n, 0xFF >> n, n) for n, (image, x) in enumerate(where)]
    faces.record(catalogue, "animeface", "{}", [LookedAt(n, 1) for n in range(1, 7)], found)
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by, confidence) VALUES "
            "(1, 'rise', 'model', 'run 1', 0.9), (2, 'chino', 'model', 'run 1', 0.8), "
            "(4, 'maya', 'model', 'run 1', 0.3)"
        )
    naming.name(catalogue, [2, 5], "rise")
    return catalogue


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {1, 2, 3, 4, 5, 6, 7, 8}),
        ("label:rise", {1, 2, 5}),
        ("-label:rise", {3, 4, 6, 7, 8}),
        ("label:none", {3, 6, 7, 8}),
        ("label:any by:model", {1, 4}),
        ("label:maya,none", {3, 4, 6, 7, 8}),
        ('label:"none"', set()),
        ("hint:none,cocoa", {3, 4, 5, 6, 7, 8}),
        ("model:none", {3, 5, 6, 7, 8}),
        ("by:nobody,model", {1, 3, 4, 6, 7, 8}),
        ("by:person", {2, 5}),
        ("by:nobody", {3, 6, 7, 8}),
        ("model:chino", {2}),
        ("confidence>0.5", {1}),
        ("hint:maya,rise", {1, 2, 3}),
        ("tag:cocoa", {3}),
        ("score<0.2", {1, 2}),
        ("face:25..27", {6, 7, 8}),
        ("picture:6", {6, 7, 8}),
        ("height>450 -id:6", {5, 7, 8}),
        ("job:4", {1, 2, 3}),
        ("rise", {1, 2, 5}),
        ("cocoa", {3}),
        ("unsure:yes", set()),
        ("detector:animeface kind:face", {1, 2, 3, 4, 5, 6, 7, 8}),
        ("in:unlabelled_faces", {3, 6, 7, 8}),
    ],
)
def test_filters(still: Catalogue, query: str, expected: set[int]) -> None:
    assert set(face_gallery.arrange(still, FaceView(query)).ids.tolist()) == expected


@pytest.mark.parametrize("query", ["by:me", "state:lost", "unsure:x", "in:nothing", 'in:"a b"', "in:images", "lable:x"])
def test_what_no_filter_means_is_told(still: Catalogue, query: str) -> None:
    with pytest.raises(WrongUse):
        face_gallery.arrange(still, FaceView(query))


@pytest.mark.parametrize("order", [each for each in face_gallery.ORDERS if each != face_gallery.REVIEW])
@pytest.mark.parametrize("group", [None, *face_gallery.GROUPS])
def test_every_order_and_group_shows_everyone_once(still: Catalogue, order: str, group: str | None) -> None:
    found = face_gallery.arrange(still, FaceView("", order, group))
    assert sorted(found.ids.tolist()) == list(range(1, 9))
    assert sum(each.size for each in found.groups) == (8 if group else 0)


def test_the_most_suspicious_comes_first(still: Catalogue) -> None:
    found = face_gallery.arrange(still, FaceView("", "most suspicious"))
    assert found.ids.tolist()[:3] == [2, 4, 1], "another name than a person's; then the least sure"


def test_most_alike_by_hashes_and_only_among_what_the_filter_leaves(still: Catalogue) -> None:
    found = face_gallery.arrange(still, FaceView("-picture:2", like=1))
    assert found.ids.tolist() == [1, 3, 4, 5, 6, 7, 8]


def test_what_is_shown_of_a_face(crowd: Catalogue) -> None:
    naming.not_faces(crowd, [8])
    naming.unsure(crowd, [7])
    rows = {each.face_id: each for each in face_gallery.shown(crowd, [8, 7, 1, 2, 3, 99])}
    assert list(rows) == [8, 7, 1, 2, 3]
    assert (rows[1].label, rows[1].speaker, rows[1].proposal) == ("rise", "model", "rise")
    assert (rows[2].label, rows[2].speaker, rows[2].suggested, rows[2].proposal) == ("rise", "person", "chino", "chino")
    naming.name(crowd, [2], "chino")
    assert face_gallery.shown(crowd, [2])[0].proposal is None, "what one says already need not be suggested"
    assert (rows[3].label, rows[3].hints, rows[3].proposal) == (None, ("cocoa", "maya"), None)
    assert (rows[8].state, rows[8].reason) == ("set_aside", "not a face")
    assert rows[7].unsure
    assert rows[7].box == (40, 5, 26, 20)


def test_all_like_this_one_are_those_of_its_name(crowd: Catalogue) -> None:
    everyone = face_gallery.arrange(crowd, FaceView())
    assert face_gallery.alike_named(crowd, everyone, 1) == [5, 2, 1]
    assert face_gallery.alike_named(crowd, everyone, 4) == [4]
    some = face_gallery.arrange(crowd, FaceView("picture<5"))
    assert face_gallery.alike_named(crowd, some, 1) == [2, 1]


def test_names_of_another_set_are_another_matter(crowd: Catalogue) -> None:
    naming.name(crowd, [1], "good", "quality")
    assert face_gallery.arrange(crowd, FaceView("label:any", label_set="quality")).ids.tolist() == [1]
    assert face_gallery.shown(crowd, [1], "quality")[0].label == "good"
    assert face_gallery.shown(crowd, [1])[0].label == "rise"
