from __future__ import annotations

import numpy as np

from anitui.train.mistakes import MistakesReader
from anitui.workspace import Workspace
from tests.train.runs_by_hand import measure, write_run

CLASSES = ("chino", "cocoa", "rize", "sharo")


def members(targets: list[int]) -> list[dict[str, object]]:
    return [
        {
            "part": "val", "face_id": 100 + at, "image_id": at, "target": target, "file": f"media/{at}.png",
            "x": 1.0, "y": 2.0, "w": 3.0, "h": 4.0, "width": 10, "height": 20,
        }
        for at, target in enumerate(targets)
    ]  # fmt: skip


def test_who_is_taken_for_whom_and_the_worst_first(workspace: Workspace) -> None:
    run = write_run(workspace, 1, members=members([0, 0, 0, 1, 1, 2, -1]), classes=CLASSES)
    measure(run, range(7), [0, 1, 1, 1, 0, 2, 3])
    found = MistakesReader(run).read()
    assert found is not None
    assert (found.measured, found.mistaken) == (6, 3)  # who is of no class is not among them
    assert found.totals.tolist() == [3, 2, 1, 0] and found.right.tolist() == [1, 1, 1, 0]
    assert found.pairs == [(0, 1, 2), (1, 0, 1)]
    assert [(each.face_id, each.said, each.true) for each in found.wrong] == [
        (101, "cocoa", "chino"), (102, "cocoa", "chino"), (104, "chino", "cocoa"),
    ]  # fmt: skip
    assert found.wrong[0].sure > found.wrong[2].sure > 0.5
    assert found.wrong[0].box == (1.0, 2.0, 3.0, 4.0) and found.wrong[0].size == (10, 20)


def test_it_is_read_again_when_it_was_measured_again(workspace: Workspace) -> None:
    run = write_run(workspace, 1, members=members([0, 1, 2]), classes=CLASSES)
    reader = MistakesReader(run)
    assert reader.read() is None
    measure(run, range(3), [1, 1, 1])
    first = reader.read()
    assert first is not None and first.mistaken == 2
    assert reader.read() is first
    measure(run, range(3), [0, 1, 2])
    second = reader.read()
    assert second is not None and second.mistaken == 0 and second.pairs == [] and list(second.wrong) == []


def test_what_is_of_another_task_or_torn_is_no_fault(workspace: Workspace) -> None:
    run = write_run(workspace, 1, members=members([0, 1]), classes=CLASSES)
    np.savez(run.folder / "latest_val.npz", rows=np.array([0, 1], np.int32))
    assert MistakesReader(run).read() is None
    (run.folder / "latest_val.npz").write_bytes(b"PK torn")
    assert MistakesReader(run).read() is None
    measure(write_run(workspace, 2, members=members([0, 1, 2]), classes=CLASSES), [0, 1, 2], [0, 0, 0])
    (run.folder / "latest_val.npz").write_bytes((workspace.runs / "2" / "latest_val.npz").read_bytes())
    assert MistakesReader(run).read() is None  # rows that the manifest does not have


def test_of_many_classes_those_that_are_mixed_up_most(workspace: Workspace) -> None:
    classes = [f"class {number:02}" for number in range(30)]
    targets = [number for number in range(30) for _ in range(4)]
    said = list(targets)
    for at in (28, 29, 30):  # class 7 is taken for class 20
        said[at] = 20
    said[4] = 2  # and class 1 once for class 2
    run = write_run(workspace, 1, members=members(targets), classes=classes)
    measure(run, range(len(said)), said)
    found = MistakesReader(run).read()
    assert found is not None
    chosen, counts = found.table(4)
    assert chosen == [1, 2, 7, 20]
    assert counts.tolist() == [[3, 1, 0, 0], [0, 4, 0, 0], [0, 0, 1, 3], [0, 0, 0, 4]]
    assert found.table(2)[0] == [7, 20]
    assert found.table(50)[0] == list(range(30))
    assert len(found.table(9)[0]) == 9
