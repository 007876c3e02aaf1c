from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pyarrow
import pytest

from anitui.errors import WrongUse
from anitui.progress import run as drive
from anitui.store import journal, splits
from anitui.store.catalogue import open_catalogue
from anitui.train.hard_pairs import MOST_EACH, hardest, with_hard_pairs
from anitui.train.predicting import file_of
from tests.train.a_class import School


def test_the_most_alike_of_different_characters() -> None:
    chance = np.random.default_rng(3)
    points = chance.normal(size=(60, 8)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    of = chance.integers(0, 6, 60)
    alike = points @ points.T
    everyone = sorted(
        ((a, b) for a in range(60) for b in range(a + 1, 60) if of[a] != of[b]), key=lambda pair: -alike[pair]
    )
    taken = {everyone[0], everyone[3]}
    expected, often = [], np.zeros(60, int)
    for a, b in everyone:
        if (a, b) not in taken and max(often[a], often[b]) < MOST_EACH and len(expected) < 40:
            expected.append((a, b))
            often[[a, b]] += 1
    assert hardest(points, of, 40, lambda a, b: (a, b) not in taken) == expected
    assert hardest(points[:1], of[:1], 5, lambda a, b: True) == []
    assert hardest(points, np.zeros(60, np.int64), 5, lambda a, b: True) == []


def test_a_split_with_hard_pairs_beside_the_others(school: School, tmp_path: Path) -> None:
    catalogue = open_catalogue(school.workspace.catalogue)
    members, _ = splits.whole(catalogue, "main")
    [ai, ci] = [
        [face for face, label in zip(members["face_id"].to_pylist(), members["labels"].to_pylist(), strict=True)
         if label == [name] and members["part"].to_pylist()[members["face_id"].to_pylist().index(face)] == "test"]
        for name in ("ai", "ci")
    ]  # fmt: skip
    pairs = pyarrow.table(
        {
            "part": ["test"] * 2, "place": [0, 1], "a_face": [ai[0], ai[0]], "b_face": [ai[1], ci[0]],
            "same": [True, False], "chosen": ["positive", "random"],
        }
    )  # fmt: skip
    splits.freeze(catalogue, [("z", {"rule": "zaci"}, {}, members, pairs)], "face", "characters")
    catalogue.close()
    run = school.run(split="z", task="embed", epochs=1)
    other = school.run(epochs=1)
    assert pyarrow.parquet.read_table(run.folder / "pairs.parquet")["chosen"].to_pylist() == ["positive", "random"]

    # What the model sees, written by hand: one of `bo` and one of `ci` are taken for the same.
    manifest = run.members()
    rows = np.flatnonzero(np.array(manifest["part"].to_pylist()) == "test")
    labels = [manifest["label"][int(row)].as_py() for row in rows]
    points = np.eye(len(rows), 8, dtype=np.float32)
    bo, of_ci = labels.index("bo"), labels.index("ci")
    points[bo] = points[of_ci]
    buffer = io.BytesIO()
    np.savez(buffer, rows=rows.astype(np.int32), embeddings=points)
    run.checkpoints.mkdir()
    (run.checkpoints / "best.pt").touch()
    os.utime(run.checkpoints / "best.pt", (1, 1))
    file_of(run, "test").parent.mkdir()
    file_of(run, "test").write_bytes(buffer.getvalue())

    catalogue = open_catalogue(school.workspace.catalogue)
    with pytest.raises(WrongUse, match="there is a split main already"):
        drive(with_hard_pairs(catalogue, "main", "z", run), lambda _: None)
    with pytest.raises(WrongUse, match="the split main has no pairs"):
        drive(with_hard_pairs(catalogue, "h", "main", run), lambda _: None)
    with pytest.raises(WrongUse, match="was trained on main, not on z"):
        drive(with_hard_pairs(catalogue, "h", "z", other), lambda _: None)
    assert drive(with_hard_pairs(catalogue, "h", "z", run), lambda _: None) == {"test": 1}
    found, paired = splits.whole(catalogue, "h")
    assert found.sort_by("face_id").equals(members.sort_by("face_id"))
    assert paired["chosen"].to_pylist() == ["positive", "random", "hard"]
    hard = {paired["a_face"][2].as_py(), paired["b_face"][2].as_py()}
    assert hard == {manifest["face_id"][int(rows[bo])].as_py(), manifest["face_id"][int(rows[of_ci])].as_py()}
    journal.undo(catalogue)
    assert splits.names(catalogue) == ["z", "main"]
    catalogue.close()
