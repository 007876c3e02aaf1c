from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from anitui.errors import AnituiError, WrongUse
from anitui.progress import Event
from anitui.progress import run as drive
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.train.folds import fold_of, out_of_fold
from anitui.train.predicting import file_of, predict_part
from tests.train.a_class import School, train_here


@pytest.fixture(autouse=True)
def bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)


@pytest.fixture
def catalogue(school: School) -> Iterator[Catalogue]:
    opened = open_catalogue(school.workspace.catalogue)
    yield opened
    opened.close()


def test_what_belongs_together_is_in_one_fold() -> None:
    chance = np.random.default_rng(1)
    groups = chance.integers(0, 200, 1000)
    targets = (groups % 5).astype(np.int32)
    fold = fold_of(groups, targets, 4, 7)
    for group in np.unique(groups):
        assert len(set(fold[groups == group])) == 1
    for target in range(5):
        shares = np.bincount(fold[targets == target], minlength=4) / (targets == target).sum()
        assert shares.min() > 0.15
    assert list(fold) == list(fold_of(groups, targets, 4, 7))


def test_each_is_looked_at_by_a_model_that_did_not_see_it(school: School) -> None:
    """A face whose label is wrong is not known by heart: what is said of it out of fold is what it is."""
    with_wrong = open_catalogue(school.workspace.catalogue)
    [(wrong, was)] = with_wrong.rows(
        "SELECT face_id, label FROM face_labels WHERE label = 'ai' ORDER BY face_id LIMIT 1"
    )
    [(nameless,)] = with_wrong.rows("SELECT max(face_id) FROM faces")
    with with_wrong.writing() as connection:
        connection.execute("UPDATE face_labels SET label = 'bo' WHERE face_id = ?", [wrong])
        connection.execute("DELETE FROM face_labels WHERE face_id = ?", [nameless])
    with_wrong.close()
    run = school.run(epochs=8)
    assert train_here(run) == "done"
    opened = open_catalogue(school.workspace.catalogue)
    told: list[Event] = []
    drive(out_of_fold(run, opened, folds=2), told.append)
    assert {"fold 1 of 2", "fold 2 of 2"} <= {event.doing for event in told}
    with np.load(run.folder / "review" / "oof.npz") as found:
        assert len(found["face_id"]) == 35 and found["probabilities"].shape == (35, 3)
        [row] = np.flatnonzero(found["face_id"] == wrong)
        assert run.classes[found["said"][row]] == "bo"
        assert run.classes[found["probabilities"][row].argmax()] == was
        assert np.allclose(np.linalg.norm(found["embeddings"], axis=1), 1, atol=1e-3)
    with np.load(run.folder / "review" / "unlabelled.npz") as found:
        assert list(found["face_id"]) == [nameless]
        assert run.classes[found["probabilities"][0].argmax()] == "ci"
    # What was done is kept: the second time nothing is trained.
    told.clear()
    drive(out_of_fold(run, opened, folds=2), told.append)
    assert "fold 1 of 2" not in {event.doing for event in told}
    opened.close()


def test_what_cannot_be_is_told(school: School, catalogue: Catalogue) -> None:
    run = school.run(epochs=1)
    with pytest.raises(WrongUse, match="has no model yet"):
        drive(out_of_fold(run, catalogue), lambda _: None)
    with pytest.raises(WrongUse, match="has no model yet"):
        drive(predict_part(run, ["val"]), lambda _: None)
    train_here(run)
    with pytest.raises(WrongUse, match="1 folds cannot be"):
        drive(out_of_fold(run, catalogue, folds=1), lambda _: None)


def test_a_part_is_predicted_once(school: School) -> None:
    run = school.run(epochs=2)
    train_here(run)
    drive(predict_part(run, ["val", "test"], "cpu"), lambda _: None)
    file = file_of(run, "test")
    with np.load(file) as said:
        assert said["logits"].shape == (6, 3)
        assert set(run.members().take(said["rows"])["part"].to_pylist()) == {"test"}
    made = file.stat().st_mtime_ns
    drive(predict_part(run, ["test"], "cpu"), lambda _: None)
    assert file.stat().st_mtime_ns == made
    train_here(run)  # ends at once, and keeps nothing new
    (run.checkpoints / "best.pt").touch()
    drive(predict_part(run, ["test"], "cpu"), lambda _: None)
    assert file.stat().st_mtime_ns > made


def test_a_fault_of_the_process_beside_is_told(school: School) -> None:
    run = school.run(epochs=1)
    train_here(run)
    (run.checkpoints / "best.pt").write_bytes(b"broken")
    with pytest.raises(AnituiError, match="is damaged"):
        drive(predict_part(run, ["val"], "cpu"), lambda _: None)
