"""The Evaluate screen: runs that were measured and runs that were not, their charts, the way to the faces."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from anitui import progress
from anitui.pipeline.splitting import making
from anitui.pipeline.splitting.order import SplitOrder, ready
from anitui.progress import run as drive
from anitui.screens.evaluate.screen import EvaluateScreen
from anitui.screens.questions import AskPath, Choose, Confirm
from anitui.screens.widgets.chart_view import ChartView
from anitui.settings import ImportSettings
from anitui.store.catalogue import Catalogue
from anitui.train.evaluation.evaluate import EvalOrder, evaluate, latest
from anitui.train.run import Run
from anitui.workspace import Workspace
from tests.pipeline.split_world import fill, world
from tests.screens.sitting import SIZES, Sitting, sitting
from tests.train.evaluation.evaluated_by_hand import evaluated_run, members_of
from tests.train.runs_by_hand import write_run


def measured(run: Run) -> Run:
    progress.run(evaluate(run, EvalOrder(resamples=30)), lambda _: None)
    return run


def on_split(workspace: Workspace, catalogue: Catalogue) -> list[dict[str, Any]]:
    """The members of a split of faces that are in the catalogue, some of whom a model takes for others."""
    fill(catalogue, world(1, 200, 5))
    drive(making.make_split(workspace, catalogue, ready(SplitOrder("main")), ImportSettings()), lambda _: None)
    rows = catalogue.rows("SELECT part, face_id, image_id, label FROM splits WHERE split = 'main' ORDER BY face_id")
    classes = sorted({label for *_, label in rows})
    return [
        {"part": part, "face_id": face, "image_id": image, "group_id": image, "label": label, "labels": [label],
         "target": classes.index(label), "targets": [classes.index(label)], "file": f"media/{image}.png",
         "x": 10.0, "y": 10.0, "w": 20.0, "h": 20.0, "width": 100, "height": 100}
        for part, face, image, label in rows
    ]  # fmt: skip


def a_run(workspace: Workspace, catalogue: Catalogue) -> Run:
    members = on_split(workspace, catalogue)
    return measured(evaluated_run(workspace, 7, members, classes=sorted({each["label"] for each in members})))


def chart(at: Sitting) -> str:
    found = at.app.screen.query_one(ChartView).chart
    return found.name if found is not None else ""


async def test_without_runs_it_says_what_to_do(workspace: Workspace, catalogue: Catalogue) -> None:
    async with sitting(workspace, catalogue, (80, 24)) as at:
        await at.press("g", "v")
        assert "no runs yet: g t trains a model" in at.seen() and at.app.place == "evaluate"
        for key in ("m", "f", "w", "enter", "down", "up", "tab", "shift+tab", "left", "pagedown", "home", "end"):
            await at.press(key)
        assert "no runs yet" in at.said


async def test_a_run_that_was_not_measured_says_how(workspace: Workspace, catalogue: Catalogue) -> None:
    write_run(workspace, 1)
    evaluated_run(workspace, 2)
    async with sitting(workspace, catalogue, (120, 36)) as at:
        await at.press("g", "v")
        assert "not measured" in at.seen() and "no model yet" in at.seen()
        assert "run 2 was not measured yet: m measures it" in at.seen().replace("\n", " ")
        await at.press("down")
        assert "run 1 has no model yet" in at.seen()
        await at.press("m")
        assert "run 1 has no model yet" in at.said


async def test_a_run_is_measured_beside_what_one_does(workspace: Workspace, catalogue: Catalogue) -> None:
    run = evaluated_run(workspace, 2)
    async with sitting(workspace, catalogue, (120, 36)) as at:
        await at.press("g", "v", "m")
        assert isinstance(at.app.screen, Choose)
        await at.press("enter")
        await at.sees("top-1")
        assert latest(run) is not None and "run 2 on the test part: top-1" in at.said
        assert chart(at) == "summary" and "test of main" in at.seen()
        assert "balanced accuracy" in at.seen() and "Who is taken for whom" in at.seen()


async def test_every_chart_of_a_run_stands_below_it(workspace: Workspace, catalogue: Catalogue) -> None:
    measured(evaluated_run(workspace, 1))
    measured(evaluated_run(workspace, 3, task="embed"))
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "v")
        seen = [chart(at)]
        for _ in range(9):
            await at.press("down")
            seen.append(chart(at))
        assert seen == [
            "summary", "roc", "alike", "wrong", "summary", "classes", "confusion", "reliability", "coverage", "wrong",
        ]  # fmt: skip
        await at.press("down")
        assert "run 3" in at.place, "round and round"
        await at.press("up")
        assert "run 1" in at.place and chart(at) == "summary", "another run opens, at its beginning"
        assert "EER" in at.seen() and "top-1" in at.seen(), "the list has the number of each"


async def test_the_same_chart_of_another_run(workspace: Workspace, catalogue: Catalogue) -> None:
    for number in (1, 2):
        measured(evaluated_run(workspace, number))
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "v", "down", "down")
        assert "run 2" in at.place and chart(at) == "confusion"
        await at.press("tab")
        assert "run 1" in at.place and chart(at) == "confusion"
        await at.press("shift+tab")
        assert "run 2" in at.place and chart(at) == "confusion"


async def test_a_class_leads_to_its_faces_that_were_measured(workspace: Workspace, catalogue: Catalogue) -> None:
    run = a_run(workspace, catalogue)
    made = latest(run)
    assert made is not None and made.one_name is not None
    worst = min(made.one_name.classes, key=lambda each: (each.f1, each.name))
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "v", "down", "enter")
        assert "row 1 of" in at.place and "esc to the list" in at.keys
        await at.press("enter")
        assert at.app.place == "faces" and f'label:"{worst.name}" split:main/test' in at.place
        assert at.place.endswith(f"1 of {worst.support}")


async def test_a_mistake_leads_to_its_face(workspace: Workspace, catalogue: Catalogue) -> None:
    run = a_run(workspace, catalogue)
    made = latest(run)
    assert made is not None and made.one_name is not None
    second = made.one_name.wrong[1]
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "v", "up")
        assert chart(at) == "wrong" and second.said in at.seen()
        await at.press("enter", "down", "enter")
        assert at.app.place == "faces" and f"id:{second.face.face_id}" in at.place and at.place.endswith("1 of 1")


async def test_the_faces_that_are_most_wrong_stand_below_from_the_row_on(
    workspace: Workspace, catalogue: Catalogue
) -> None:
    run = a_run(workspace, catalogue)
    made = latest(run)
    assert made is not None and made.one_name is not None
    wrong = made.one_name.wrong
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "v", "up")
        assert at.grid.current is not None and at.grid.current.caption == f"{wrong[0].said} → {wrong[0].true}"
        await at.press("enter", "down", "down")
        assert at.grid.current.caption == f"{wrong[2].said} → {wrong[2].true}"
        await at.resize(120, 20)
        assert not at.grid.region.height, "rows come first where it is low"


async def test_two_faces_of_a_pair_are_seen_together(workspace: Workspace, catalogue: Catalogue) -> None:
    members = on_split(workspace, catalogue)
    classes = sorted({each["label"] for each in members})
    run = measured(evaluated_run(workspace, 7, members, task="embed", classes=classes))
    made = latest(run)
    assert made is not None and made.same_pairs is not None
    first = made.same_pairs.wrong[0]
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "v", "up", "enter", "enter")
        assert at.app.place == "faces" and f"id:{first.one.face_id},{first.other.face_id}" in at.place
        assert at.place.endswith("1 of 2")


async def test_curves_have_no_rows_and_say_so(workspace: Workspace, catalogue: Catalogue) -> None:
    measured(evaluated_run(workspace, 1))
    async with sitting(workspace, catalogue, (120, 40)) as at:
        await at.press("g", "v", "down", "down", "down")
        assert chart(at) == "reliability" and "how sure" in at.seen() and "enter into it" not in at.keys
        await at.press("enter")
        assert "no rows" in at.said


async def test_all_of_it_as_a_page(workspace: Workspace, catalogue: Catalogue) -> None:
    measured(evaluated_run(workspace, 1))
    target = workspace.exports / "run-1.html"
    async with sitting(workspace, catalogue, (120, 36)) as at:
        await at.press("g", "v", "w")
        assert isinstance(at.app.screen, AskPath)
        await at.press("enter")
        await at.sees("wrote ")
        assert "Who is taken for whom" in target.read_text("utf-8")
        await at.press("w", "enter")
        assert isinstance(at.app.screen, Confirm)
        await at.press("y")
        await at.sees("wrote ")


async def test_pairs_of_a_file(workspace: Workspace, catalogue: Catalogue, tmp_path: Path) -> None:
    run = evaluated_run(workspace, 1, task="embed")
    of_test = [each for each in run.members().to_pylist() if each["part"] == "test"]
    lines = ["pathA,pathB,label,human_prediction,invalid"]
    for one, other in pairwise(of_test):
        names = [f"{each['label']}/{each['face_id']}.jpg" for each in (one, other)]
        lines.append(f"{names[0]},{names[1]},{int(one['label'] == other['label'])},0,0")
    file = tmp_path / "pairs.csv"
    file.write_text("\n".join(lines), "utf-8")
    async with sitting(workspace, catalogue, (120, 36)) as at:
        await at.press("g", "v", "f")
        assert isinstance(at.app.screen, AskPath)
        await at.type(str(file))
        await at.press("enter")
        await at.sees("EER", "persons")
        await at.press("f")
        await at.type(str(tmp_path / "none.csv"))
        await at.press("enter")
        assert "is not there" in at.said


async def test_what_is_outdated_or_cannot_be_read_is_said(workspace: Workspace, catalogue: Catalogue) -> None:
    run = measured(evaluated_run(workspace, 1))
    broken = measured(evaluated_run(workspace, 2))
    (broken.folder / "evaluation" / "report.json").write_text("{", "utf-8")
    (run.checkpoints / "best.pt").write_bytes(b"a better model")
    async with sitting(workspace, catalogue, (120, 36)) as at:
        await at.press("g", "v")
        assert "cannot be read" in at.seen()
        await at.press("down")
        assert "measured before its model was bettered" in at.place


async def test_names_from_strangers_steer_nothing(workspace: Workspace, catalogue: Catalogue) -> None:
    names = ("[bold red]x[/]", "\x1b[31mred", "a" * 300)
    run = evaluated_run(workspace, 1, members_of(60, classes=names), classes=names)
    settings = json.loads((run.folder / "settings.json").read_bytes())
    (run.folder / "settings.json").write_text(json.dumps({**settings, "name": "[red]\x1b[2J"}), "utf-8")
    measured(Run(run.folder))
    async with sitting(workspace, catalogue, (120, 36)) as at:
        await at.press("g", "v", "down", "enter", "down", "enter")
        assert "\x1b" not in at.seen()


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_everywhere(workspace: Workspace, catalogue: Catalogue, size: tuple[int, int]) -> None:
    measured(evaluated_run(workspace, 1))
    measured(evaluated_run(workspace, 2, task="embed"))
    async with sitting(workspace, catalogue, size) as at:
        await at.press("g", "v")
        assert isinstance(at.app.screen, EvaluateScreen)
        for _ in range(10):
            await at.press("down")
            assert chart(at)
            assert max(map(len, at.lines())) <= size[0]
