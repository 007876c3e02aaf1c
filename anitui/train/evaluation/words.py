"""An evaluation in words: what one reads first, and what it comes to in a line."""

from __future__ import annotations

from collections.abc import Sequence

from anitui.train.evaluation.report import Evaluation, OneName, SamePairs, SeveralNames
from anitui.train.metrics.detection import Detection
from anitui.train.metrics.intervals import Interval
from anitui.words import count


def percent(value: float | None) -> str:
    """`93.4 %`; `–` of nothing."""
    return "–" if value is None else f"{100 * value:.1f} %"


def rate(value: float | None) -> str:
    """An error, which may be small: `1.59 %`."""
    return "–" if value is None else f"{100 * value:.2f} %"


def sure(interval: Interval | None, *, fine: bool = False) -> str:
    """`93.4 % (91.2–95.1)`: the number, and within what it lies in 95 of 100 cases."""
    if interval is None:
        return "–"
    said = rate(interval.value) if fine else percent(interval.value)
    if interval.low is None or interval.high is None:
        return said
    digits = 2 if fine else 1
    return f"{said} ({100 * interval.low:.{digits}f}–{100 * interval.high:.{digits}f})"


def heading(made: Evaluation) -> str:
    return f"run {made.run}, {made.name}: {made.task} on the {made.part} part of {made.split}"


def facts(made: Evaluation) -> dict[str, str]:
    """The numbers that matter, by their names."""
    found = {"measured": f"{count(made.members, 'member')} in {count(made.groups, 'group')}"}
    if made.one_name is not None:
        found |= _of_names(made.one_name)
    if made.several_names is not None:
        found |= _of_tags(made.several_names)
    if made.same_pairs is not None:
        found |= _of_pairs(made.same_pairs)
    if made.boxes is not None:
        one = made.boxes
        found["measured"] = f"{count(one.pictures, 'picture')} with {count(one.boxes, 'face')}"
        found |= of_detection(one.detection)
    return found


def _of_names(one: OneName) -> dict[str, str]:
    scores, calibration = one.scores, one.calibration
    found = {"top-1": sure(scores.top1)}
    if scores.top5 is not None:
        found["top-5"] = sure(scores.top5)
    found |= {
        "macro F1": sure(scores.macro_f1),
        "weighted F1": sure(scores.weighted_f1),
        "balanced accuracy": sure(scores.balanced_accuracy),
        "log loss": _plain(scores.log_loss),
        "Brier score": _plain(scores.brier),
        "temperature": f"{calibration.temperature:.3f}",
        "ECE": f"{rate(calibration.ece)} (before {rate(calibration.ece_before)})",
    }
    if calibration.threshold is not None:
        found["believed from"] = (
            f"{percent(calibration.threshold)} on: {percent(calibration.answered)} answered, "
            f"{percent(calibration.right)} of them rightly ({calibration.wanted:.0%} wanted)"
        )
    if one.strangers:
        known = "" if calibration.threshold is None else f", {one.strangers_named:,} of them are named all the same"
        found["strangers"] = f"{count(one.strangers, 'member')} of no class that it knows{known}"
    return found


def _of_tags(tags: SeveralNames) -> dict[str, str]:
    means, half = tags.means, tags.at_half
    return {
        "mAP": percent(means.mean_precision),
        "micro F1": f"{sure(means.micro_f1)}; {percent(_value(half.micro_f1))} if said from a half on",
        "macro F1": f"{sure(means.macro_f1)}; {percent(_value(half.macro_f1))}",
        "weighted F1": f"{sure(means.weighted_f1)}; {percent(_value(half.weighted_f1))}",
        "samples F1": f"{sure(means.samples_f1)}; {percent(_value(half.samples_f1))}",
        "exactly right": f"{sure(means.exact)}; {percent(_value(half.exact))}",
    }


def _of_pairs(pairs: SamePairs) -> dict[str, str]:
    found = {
        "pairs": f"{pairs.pairs:,}, {pairs.same:,} of them of the same: {pairs.source}",
        "EER": f"{sure(pairs.eer, fine=True)} at a likeness of {pairs.eer_threshold:.3f}",
        f"FPR at FNR {100 * pairs.fpr_at.wanted:.1f} %": f"{sure(pairs.fpr, fine=True)}",
        "AUC": sure(pairs.auc, fine=True),
        **{f"TPR at FPR {100 * each.wanted:g} %": rate(each.value) for each in pairs.tpr},
        "best accuracy": f"{rate(pairs.accuracy.value)}, by a threshold chosen on these very pairs",
    }
    if pairs.nearest is not None:
        found["nearest is the same"] = sure(pairs.nearest)
    if pairs.human is not None:
        human = pairs.human
        said = f"FPR {rate(human.false_positive)}, FNR {rate(human.false_negative)}"
        found["persons"] = f"{said} of {count(human.pairs, 'pair')}"
    if pairs.invalid:
        found["not counted"] = f"{count(pairs.invalid, 'pair')} that the file says are invalid"
    return found


def of_detection(found: Detection) -> dict[str, str]:
    """As COCO's program prints them."""
    names = {
        "AP": found.ap, "AP at 0.50": found.ap50, "AP at 0.75": found.ap75, "AP, small": found.ap_small,
        "AP, medium": found.ap_medium, "AP, large": found.ap_large, "AR, 1 box": found.ar1, "AR, 10 boxes": found.ar10,
        "AR, 100 boxes": found.ar,
    }  # fmt: skip
    return {name: percent(value) for name, value in names.items()}


def in_a_line(made: Evaluation) -> str:
    """The one number for a list, with its name."""
    if made.boxes is not None:
        return f"AP {percent(made.boxes.detection.ap)}"
    if made.one_name is not None and made.one_name.scores.top1 is not None:
        return f"top-1 {percent(made.one_name.scores.top1.value)}"
    if made.several_names is not None:
        return f"mAP {percent(made.several_names.means.mean_precision)}"
    if made.same_pairs is not None:
        return f"EER {rate(made.same_pairs.eer.value)}"
    return "nothing could be measured"


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns: the first to the left, the others to the right."""
    wide = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))] if rows else []
    return [
        "  ".join(text.ljust(wide[at]) if at == 0 else text.rjust(wide[at]) for at, text in enumerate(row)).rstrip()
        for row in rows
    ]


def _plain(interval: Interval | None) -> str:
    if interval is None:
        return "–"
    bounds = "" if interval.low is None or interval.high is None else f" ({interval.low:.3f}–{interval.high:.3f})"
    return f"{interval.value:.3f}{bounds}"


def _value(interval: Interval | None) -> float | None:
    return None if interval is None else interval.value
