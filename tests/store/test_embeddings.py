"""Vectors in the catalogue: the latest model's are used, of who is there; distances as they are kept and typed."""

from __future__ import annotations

import numpy
import pytest

from anitui.errors import WrongUse
from anitui.store import distances, embeddings
from anitui.store.catalogue import Catalogue


@pytest.fixture
def faces(catalogue: Catalogue) -> Catalogue:
    """Six pictures, a face that is all of each, and one on the first that is not."""
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO images (sha256, path, stored, format, mode, width, height, bytes) "
            "SELECT n::VARCHAR, 'media/' || n, 'copy', 'png', 'RGB', 9, 9, 1 FROM range(6) t(n)"
        )
        connection.execute(
            "INSERT INTO faces (image_id, x, y, w, h, detector) SELECT n, 0, 0, 9, 9, 'whole' FROM range(1, 7) t(n)"
        )
        connection.execute("INSERT INTO faces (image_id, x, y, w, h, detector) VALUES (1, 1, 1, 2, 2, 'animeface')")
    return catalogue


def around(*degrees: float) -> numpy.ndarray[tuple[int, int], numpy.dtype[numpy.float32]]:
    angles = numpy.array(degrees) * numpy.pi / 180
    return numpy.stack([numpy.cos(angles), numpy.sin(angles)], 1).astype(numpy.float32)


def test_a_newer_models_vectors_take_the_place_of_those_of_its_name(faces: Catalogue) -> None:
    assert embeddings.in_use(faces, "face") is None
    with pytest.raises(WrongUse, match="anitui review RUN"):
        embeddings.check_any(faces, "face")
    assert embeddings.take_in(faces, "face", "one", numpy.array([1, 2, 99]), around(0, 10, 20), 1) == 2
    assert embeddings.take_in(faces, "face", "two", numpy.array([1, 3]), around(5, 15), 2) == 2
    assert embeddings.in_use(faces, "face") == embeddings.Model("two", 2, 2)
    assert embeddings.seen(faces, 2) is None and embeddings.seen(faces, 3) is not None
    assert embeddings.take_in(faces, "face", "one", numpy.array([4]), around(30), 3) == 1
    assert faces.rows("SELECT face_id, model, run_id FROM face_embeddings") == [(4, "one", 3)]
    assert faces.value("SELECT count(*) FROM embeddings") == 3


def test_whole_pictures_are_seen_by_the_face_that_is_all_of_them(faces: Catalogue) -> None:
    embeddings.take_in(faces, "face", "one", numpy.array([1, 2, 7]), around(0, 10, 90), 1)
    seen = faces.rows("SELECT image_id, vector[1] > 0.9 FROM image_embeddings ORDER BY 1")
    assert seen == [(1, True), (2, True)], "the face within the first picture is not all of it"
    embeddings.take_in(faces, "image", "pictures", numpy.array([5]), around(40), 2)
    assert faces.rows("SELECT image_id, model FROM image_embeddings") == [(5, "pictures")]


def test_distances_are_rounded_up_to_thousandths(faces: Catalogue) -> None:
    vectors = numpy.array([[1, 0], [0.8, 0.6], [0.7999, 0.60013], [1, 0]], numpy.float32)
    embeddings.take_in(faces, "face", "one", numpy.array([1, 2, 3, 4]), vectors, 1)
    found = embeddings.distances(faces, "face", [(1, 2), (1, 3), (1, 4), (1, 6)])
    assert found == {(1, 2): 200, (1, 3): 201, (1, 4): 0}


@pytest.mark.parametrize(
    ("algorithm", "text", "kept"),
    [("dhash", "4", 4), ("cosine", "0.2", 200), ("cosine", ".32", 320), ("cosine", "2", 2000), ("cosine", "0", 0)],
)
def test_what_is_typed_is_kept_and_shown_again(algorithm: str, text: str, kept: int) -> None:
    assert distances.typed(algorithm, text) == kept
    assert float(distances.shown(algorithm, kept)) == float(text)


@pytest.mark.parametrize(
    ("algorithm", "text"), [("dhash", "0.2"), ("cosine", "2.1"), ("cosine", "-1"), ("cosine", "a")]
)
def test_what_no_distance_is_is_told(algorithm: str, text: str) -> None:
    with pytest.raises(WrongUse):
        distances.typed(algorithm, text)
