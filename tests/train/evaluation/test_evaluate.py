"""Runs are evaluated: what is kept is what was measured, and what cannot be measured is said."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as oracle

from anitui import progress
from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.charts import png, text
from anitui.train.evaluation.charts import charts_of
from anitui.train.evaluation.evaluate import EvalOrder, evaluate, latest, report_of
from anitui.train.evaluation.report import Evaluation, as_json
from anitui.train.metrics.intervals import Interval
from anitui.train.metrics.verification import OneSided
from anitui.train.predict.judging import judge_of
from anitui.train.run import Run
from anitui.workspace import Workspace
from tests.train.evaluation.evaluated_by_hand import evaluated_run, keep, members_of, write_pairs
from tests.train.runs_by_hand import CLASSES


def measured(run: Run, order: EvalOrder | None = None) -> Evaluation:
    return progress.run(evaluate(run, order or EvalOrder(resamples=60)), lambda _: None)


def test_one_name_each(workspace: Workspace) -> None:
    run = evaluated_run(workspace)
    found = measured(run)
    named = found.one_name
    assert named is not None and found.several_names is None and found.boxes is None
    members = run.members().to_pylist()
    with np.load(run.folder / "evaluation" / "test.npz") as said:
        rows, logits = said["rows"], said["logits"].astype(float)
    targets = np.asarray([members[row]["target"] for row in rows])
    known = targets >= 0
    best = logits.argmax(1)
    assert named.number == known.sum() and named.strangers == (~known).sum() > 0
    top1, macro = named.scores.top1, named.scores.macro_f1
    assert top1 is not None and top1.value == pytest.approx(oracle.accuracy_score(targets[known], best[known]))
    assert top1.low is not None and top1.high is not None and top1.low < top1.value < top1.high
    assert macro is not None and macro.value == pytest.approx(
        oracle.f1_score(targets[known], best[known], average="macro")
    )
    assert named.scores.top5 is None, "three classes"
    assert [each.name for each in named.classes] == list(CLASSES)
    wrong = sum(each.times for each in named.confusion.pairs)
    assert wrong == (targets[known] != best[known]).sum() == len(named.wrong)
    assert named.wrong[0].sure - named.wrong[0].of_true >= named.wrong[-1].sure - named.wrong[-1].of_true
    first = named.wrong[0]
    assert members[first.face.row]["label"] == first.true and first.face.box == (2.0, 3.0, 40.0, 40.0)


def test_a_model_that_is_too_sure_is_cooled_by_val_and_measured_better(workspace: Workspace) -> None:
    found = measured(evaluated_run(workspace, members=members_of(300)))
    assert found.one_name is not None
    calibration = found.one_name.calibration
    assert 1.5 < calibration.temperature < 6
    assert calibration.ece is not None and calibration.ece_before is not None
    assert calibration.ece < calibration.ece_before / 2
    assert sum(each.number for each in calibration.reliability) == found.one_name.number


def test_who_uses_the_model_finds_its_temperature_and_threshold(workspace: Workspace) -> None:
    run = evaluated_run(workspace, members=members_of(300), apart=3.0)
    found = measured(run, EvalOrder(wanted=0.9, resamples=60))
    assert found.one_name is not None
    calibration = found.one_name.calibration
    assert calibration.threshold is not None and calibration.right is not None
    assert calibration.right == pytest.approx(0.9, abs=0.06)
    assert 0.3 < calibration.answered <= 1
    judge = judge_of(run, "single", run.classes)
    assert judge.temperature == pytest.approx(calibration.temperature, rel=1e-6)
    assert judge.threshold == pytest.approx(calibration.threshold, rel=1e-6)


def test_what_is_kept_can_be_read_again_and_is_plain_json(workspace: Workspace) -> None:
    run = evaluated_run(workspace)
    assert latest(run) is None
    found = measured(run)
    again = latest(run)
    assert again is not None and as_json(again) == as_json(found)
    assert again.one_name is not None and again.one_name.classes[0].name == CLASSES[0]
    plain = json.loads(report_of(run).read_bytes())
    assert plain["one_name"]["scores"]["top1"]["value"] == pytest.approx(found.one_name.scores.top1.value)  # type: ignore[union-attr]
    report_of(run).write_text("{", "utf-8")
    with pytest.raises(AnituiError, match="makes it anew"):
        latest(run)
    report_of(run).write_text(json.dumps({**plain, "one_name": {"number": 3}}), "utf-8")
    with pytest.raises(AnituiError, match="makes it anew"):
        latest(run)
    report_of(run).write_text(json.dumps({**plain, "version": 0}), "utf-8")
    assert latest(run) is None


def test_of_a_model_without_a_fault_nothing_is_wrong(workspace: Workspace) -> None:
    found = measured(evaluated_run(workspace, apart=30.0))
    assert found.one_name is not None and found.one_name.wrong == () and found.one_name.confusion.pairs == ()
    assert found.one_name.scores.top1 == Interval(1.0, 1.0, 1.0)
    charts = {each.name: each for each in charts_of(found)}
    assert charts["wrong"].empty and "nothing was wrong" in charts["wrong"].nothing
    assert not charts["confusion"].empty and all(text.lines(each, 80) for each in charts.values())
    assert all(png.file_of(each) for each in charts.values())


def test_the_same_run_is_measured_the_same(workspace: Workspace) -> None:
    run = evaluated_run(workspace)
    one, other = measured(run), measured(run)
    assert one.one_name == other.one_name


def test_without_val_confidence_is_as_it_is_and_that_is_said(workspace: Workspace) -> None:
    found = measured(evaluated_run(workspace, members=members_of(60, ("test",))))
    assert found.one_name is not None and found.one_name.calibration.temperature == 1.0
    assert found.one_name.calibration.threshold is None
    assert any("no val part" in each for each in found.notes)
    assert any("intervals are wide" in each for each in found.notes)


def test_a_part_that_is_not_there_is_refused_with_those_that_are(workspace: Workspace) -> None:
    run = evaluated_run(workspace, members=members_of(30, ("train", "val")))
    with pytest.raises(WrongUse, match="--part val"):
        measured(run)
    found = measured(run, EvalOrder("val", resamples=20))
    assert any("chose the model" in each for each in found.notes)


def test_a_run_without_a_model_is_refused(workspace: Workspace) -> None:
    run = evaluated_run(workspace)
    (run.checkpoints / "best.pt").unlink()
    with pytest.raises(WrongUse, match="no model yet"):
        measured(run)


def test_predictions_of_another_run_are_refused(workspace: Workspace) -> None:
    run = evaluated_run(workspace)
    keep(run, "test", {"rows": np.asarray([0, 10_000]), "logits": np.zeros((2, 3)), "embeddings": np.zeros((2, 4))})
    with pytest.raises(AnituiError, match="not of the members"):
        measured(run)
    keep(run, "test", {"rows": np.asarray([0, 1]), "logits": np.zeros((2, 9)), "embeddings": np.zeros((2, 4))})
    with pytest.raises(AnituiError, match="not of the classes"):
        measured(run)
    keep(run, "test", {"rows": np.zeros(0, np.int32)}).write_bytes(b"PK")
    with pytest.raises(AnituiError, match="cannot be read"):
        measured(run)


def test_several_names_each(workspace: Workspace) -> None:
    members = members_of(120)
    for at, each in enumerate(members):
        each["targets"] = sorted({*each["targets"], at % 2} - {2} if at % 3 else {*each["targets"]} - {2})
    run = evaluated_run(workspace, members=members, task="multi", apart=3.0)
    found = measured(run)
    tags = found.several_names
    assert tags is not None and found.one_name is None
    assert tags.not_measured == ("rize",) and tags.unlearnt == ("rize",)
    assert [each.name for each in tags.classes] == ["chino", "cocoa"]
    assert tags.means.macro_f1 is not None and tags.at_half.macro_f1 is not None
    assert tags.means.macro_f1.value > 0.6 and tags.means.mean_precision is not None
    assert all(each.average_precision is not None for each in tags.classes)
    judge = judge_of(run, "multi", run.classes)
    assert judge.thresholds[0] == pytest.approx(tags.classes[0].threshold, rel=1e-6)
    assert judge.thresholds[2] == 0.5 and judge.temperature == 1.0
    assert latest(run) is not None


def test_all_pairs_of_a_model_that_compares(workspace: Workspace) -> None:
    run = evaluated_run(workspace, task="embed")
    pairs = measured(run).same_pairs
    assert pairs is not None and pairs.source == "all pairs of faces of the part"
    assert pairs.pairs == 90 * 89 // 2 and pairs.human is None
    with np.load(run.folder / "evaluation" / "test.npz") as said:
        points, rows = said["embeddings"], said["rows"]
    labels = np.asarray([run.members()["label"][int(row)].as_py() for row in rows])
    one, other = np.triu_indices(90, 1)
    alike, same = (points[one] * points[other]).sum(1), labels[one] == labels[other]
    assert pairs.auc.value == pytest.approx(oracle.roc_auc_score(same, alike), abs=1e-6)
    assert pairs.same == same.sum() and sum(each.same + each.different for each in pairs.histogram) == pairs.pairs
    assert pairs.eer.low is not None and pairs.eer.low < pairs.eer.value
    assert pairs.nearest is not None and pairs.nearest.value > 0.5
    assert all((each.alike < pairs.eer_threshold) == each.same for each in pairs.wrong)


def test_the_pairs_of_a_split_come_first_and_those_without_a_picture_are_told(workspace: Workspace) -> None:
    run = evaluated_run(workspace, task="embed")
    faces = {each["face_id"]: each["label"] for each in run.members().to_pylist() if each["part"] == "test"}
    ids = list(faces)
    pairs = [("test", a, b, faces[a] == faces[b]) for a, b in pairwise(ids[:41])]
    write_pairs(run, [*pairs, ("test", ids[0], 99_999, False), ("val", 1, 2, True)])
    found = measured(run)
    assert found.same_pairs is not None and found.same_pairs.source == "the pairs of the split"
    assert found.same_pairs.pairs == 40 and found.same_pairs.left_out == 1
    assert any("1 pair left out" in each for each in found.notes)
    # A model that names has points as well.
    (run.folder / "settings.json").write_text(json.dumps({**run.settings, "task": "single"}))
    both = measured(Run(run.folder))
    assert both.same_pairs is not None and both.one_name is None, "it has no logits"


def test_a_file_of_pairs_as_zaci_has_it(workspace: Workspace, tmp_path: Path) -> None:
    run = evaluated_run(workspace, task="embed")
    of_test = [each for each in run.members().to_pylist() if each["part"] == "test"]
    names = [f"{each['label']}/{each['face_id']}.png" for each in of_test]
    lines = ["pathA,pathB,label,human_prediction,invalid"]
    for at in range(60):
        same = of_test[at]["label"] == of_test[at + 1]["label"]
        lines.append(f"{names[at]},{names[at + 1]},{int(same)},{int(at % 10 == 0) ^ int(same)},0")
    lines += [f"{names[0]},nobody/1.jpg,0,0,0", f"{names[0]},{names[2]},1,1,1"]
    file = tmp_path / "pairs.csv"
    file.write_text("\n".join(lines), "utf-8")
    found = measured(run, EvalOrder(pairs=file)).same_pairs
    assert found is not None and found.source == "the pairs of pairs.csv"
    assert (found.pairs, found.left_out, found.invalid) == (60, 1, 1)
    assert found.human is not None and found.human.pairs == 60
    wrong = [at for at in range(60) if at % 10 == 0]
    different = sum(of_test[at]["label"] != of_test[at + 1]["label"] for at in range(60))
    missed = sum(of_test[at]["label"] != of_test[at + 1]["label"] for at in wrong)
    assert found.human.false_positive == pytest.approx(missed / different)


def test_pairs_of_one_kind_and_pictures_that_are_nowhere_are_told(workspace: Workspace, tmp_path: Path) -> None:
    run = evaluated_run(workspace, task="embed")
    file = tmp_path / "pairs.csv"
    file.write_text("pathA,pathB,label,human_prediction,invalid\na/1.jpg,b/2.jpg,0,0,0\n", "utf-8")
    with pytest.raises(WrongUse, match="--pictures"):
        measured(run, EvalOrder(pairs=file))
    faces = [each for each in run.members().to_pylist() if each["part"] == "test" and each["label"] == "chino"][:2]
    one, other = (f"{each['label']}/{each['face_id']}.jpg" for each in faces)
    file.write_text(f"pathA,pathB,label,human_prediction,invalid\n{one},{other},1,1,0\n", "utf-8")
    with pytest.raises(OneSided, match="of different ones are needed"):
        measured(run, EvalOrder(pairs=file))


def test_faces_that_were_found(workspace: Workspace) -> None:
    members = members_of(20, ("test",), ("face",))
    members += [{**members[3], "x": None, "y": None, "w": None, "h": None, "image_id": 999, "target": -1}]
    run = evaluated_run(workspace, members=members, task="detect", classes=("face",))
    boxes = [
        {"image_id": each["image_id"], "category_id": 1, "bbox": [2.0, 3.0, 40.0, 40.0], "score": 0.9}
        for each in members[:10]
    ]
    elsewhere = {"image_id": 12345, "category_id": 1, "bbox": [0, 0, 5, 5], "score": 0.99}
    file = run.folder / "evaluation" / "detections_test.json"
    file.write_text(json.dumps([*boxes, elsewhere]), "utf-8")
    found = measured(run).boxes
    assert found is not None and (found.pictures, found.boxes, found.found) == (21, 20, 10)
    assert found.detection.ar == pytest.approx(0.5) and found.detection.ap == pytest.approx(51 / 101)
    assert latest(run) is not None
    file.write_text('[{"bbox": [1, 2]}]', "utf-8")
    with pytest.raises(AnituiError, match="no list of detections"):
        measured(run)
    with pytest.raises(WrongUse, match="compares none"):
        measured(run, EvalOrder(pairs=Path(__file__).with_name("none.csv")))
