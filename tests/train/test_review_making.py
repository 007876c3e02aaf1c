"""From what a run left to the queue, once and again: what was answered, renamed or set aside is not asked."""

from __future__ import annotations

from argparse import Namespace
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from a_review import Drawn, drawn, leave

from anitui.commands import review as command
from anitui.errors import WrongUse
from anitui.progress import run
from anitui.store import embeddings, face_gallery, journal, naming, review
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.store.face_gallery import FaceView
from anitui.train.review.making import ReviewReport, make_review
from anitui.train.run import Run
from anitui.workspace import Workspace

NAMES = [f"name {each:02}" for each in range(6)]
NAMELESS = 30


@pytest.fixture
def made() -> Drawn:
    return drawn(7, classes=6, each=40, spread=1.6)


@pytest.fixture
def reviewed(workspace: Workspace, catalogue: Catalogue, made: Drawn) -> Run:
    """240 faces that jobs named, a tenth of them wrongly, thirty without a name, and a run that was asked about all."""
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO images (sha256, path, stored, format, mode, width, height, bytes) "
            "SELECT n::VARCHAR, 'media/' || n, 'copy', 'png', 'RGB', 9, 9, 1 FROM range(270) t(n)"
        )
        connection.execute(
            "INSERT INTO faces (image_id, x, y, w, h, detector) SELECT image_id, 0, 0, 9, 9, 'whole' FROM images "
            "ORDER BY image_id"
        )
        said = ", ".join(f"({face}, 'name {name:02}', 'job', 'job 1')" for face, name in enumerate(made.said, 1))
        connection.execute(f"INSERT INTO face_labels (face_id, label, speaker, said_by) VALUES {said}")
    ids = list(range(241, 241 + NAMELESS))
    return leave(workspace.root / "runs" / "7", NAMES, made.labelled(), (ids, drawn(7, classes=6, each=40, spread=1.6)))


def make(catalogue: Catalogue, reviewed: Run, limit: int | None = None) -> ReviewReport:
    return run(make_review(catalogue, reviewed, limit=limit, unlabelled=10), lambda _: None)


def asked(catalogue: Catalogue, kind: str = "label") -> list[int]:
    rows = catalogue.rows("SELECT face_id FROM review WHERE kind = ? AND state = 'waits' ORDER BY place", [kind])
    return [row[0] for row in rows]


def test_a_review_asks_about_what_is_wrong(catalogue: Catalogue, reviewed: Run, made: Drawn) -> None:
    done = make(catalogue, reviewed)
    wrong = set((np.flatnonzero(made.wrong) + 1).tolist())
    assert (done.looked_at, done.embeddings, done.unlabelled) == (240, 270, 10)
    assert len(wrong & set(asked(catalogue))) > 0.8 * len(wrong)
    assert done.labels == len(asked(catalogue)) == done.look_wrong
    assert review.looks_wrong(catalogue) == (done.labels, "characters")
    found = face_gallery.arrange(catalogue, FaceView("review:any", "review"))
    assert found.ids.tolist() == asked(catalogue) + asked(catalogue, "unlabelled")
    (first, *_) = face_gallery.window(catalogue, found, 0, 3)
    assert first.asked is not None and first.asked.said == first.label != first.asked.suggested
    model = embeddings.in_use(catalogue, "face")
    assert model is not None and (model.model, model.run_id) == ("small of main", 7)
    assert done.clusters > 0 and catalogue.value("SELECT min(face_id) FROM face_clusters") > 240


def test_what_was_answered_stays_out_of_the_next_review(catalogue: Catalogue, reviewed: Run) -> None:
    make(catalogue, reviewed, 30)
    queue = asked(catalogue)
    assert len(queue) == 30
    agreed, confirmed, otherwise, no_face, unsure = queue[0], queue[1], queue[2], queue[3], queue[4]
    assert review.accept(catalogue, [agreed], "characters") == 1
    assert review.confirm(catalogue, [confirmed], "characters") == 1
    naming.name(catalogue, [otherwise], NAMES[0])
    naming.not_faces(catalogue, [no_face])
    naming.unsure(catalogue, [unsure])
    assert asked(catalogue) == queue[5:]
    handled = set(queue[:5])
    make(catalogue, reviewed, 30)
    assert not handled & set(asked(catalogue)) and set(queue[5:]) <= set(asked(catalogue))
    journal.undo(catalogue)  # unsure
    make(catalogue, reviewed, 30)
    assert unsure in asked(catalogue) and confirmed not in asked(catalogue)


def test_a_name_that_was_said_before_one_is_asked_is_doubted_all_the_same(catalogue: Catalogue, reviewed: Run) -> None:
    make(catalogue, reviewed, 30)
    first = asked(catalogue)[0]
    with catalogue.writing() as connection:
        connection.execute("UPDATE face_labels SET speaker = 'person', said_by = 'person' WHERE face_id = ?", [first])
        connection.execute("UPDATE face_labels SET said_at = said_at - INTERVAL 1 DAY")
    make(catalogue, reviewed, 30)
    assert asked(catalogue)[0] == first
    naming.name(catalogue, asked(catalogue, "unlabelled")[:3], NAMES[2])
    assert len(asked(catalogue, "unlabelled")) == 7


def test_near_copies_by_their_hashes_are_asked_about(catalogue: Catalogue, reviewed: Run, made: Drawn) -> None:
    right = np.flatnonzero(~made.wrong) + 1
    a, b = int(right[0]), int(next(each for each in right if made.said[each - 1] != made.said[right[0] - 1]))
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO pairs VALUES ('face', ?, ?, 'dhash', 2)", [a, b])
    make(catalogue, reviewed)
    assert set(asked(catalogue, "alike")) == {a, b}
    naming.name(catalogue, [a], NAMES[made.said[b - 1]])
    assert asked(catalogue, "alike") == [], "they are called the same now"
    journal.undo(catalogue)
    review.confirm(catalogue, [a, b], "characters")
    make(catalogue, reviewed)
    assert asked(catalogue, "alike") == []


def test_the_command_tells_what_it_found_and_writes_it_down(
    workspace: Workspace, catalogue: Catalogue, reviewed: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    catalogue.close()
    given = Namespace(
        workspace=workspace.root, run=None, again=True, folds=None, limit=20, unlabelled=5, device=None,
        output=str(tmp_path / "queue.csv"), json=True,
    )  # fmt: skip
    assert command.run(given) == 0
    told = capsys.readouterr().out
    for part in ("run 7: of 240 labels about ", "20 labels to look at", " → name 0", "5 faces without a name"):
        assert part in told
    assert '"labels": 20' in told.splitlines()[-1]
    lines = (tmp_path / "queue.csv").read_text("utf-8").splitlines()
    assert lines[0].startswith("place,kind,face_id,path,") and len(lines) == 26
    with closing(open_catalogue(workspace.catalogue)) as again:
        assert len(asked(again)) == 20
    for wrong in ({"run": "9"}, {"limit": -1}, {"output": str(tmp_path / "no" / "queue.csv")}):
        with pytest.raises(WrongUse):
            command.run(Namespace(**{**vars(given), **wrong}))


def test_runs_that_say_nothing_of_faces_are_refused(catalogue: Catalogue, reviewed: Run) -> None:
    file = reviewed.folder / "settings.json"
    file.write_text(file.read_text().replace('"single"', '"embed"'))
    with pytest.raises(WrongUse, match="--task single"):
        make(catalogue, Run(reviewed.folder))
