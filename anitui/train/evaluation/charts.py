"""An evaluation as charts: for the terminal, the page and the files alike. Each row leads to the faces it is about."""

from __future__ import annotations

from collections.abc import Sequence

from anitui.pipeline.charts.model import Bar, Bars, Chart, Curve, Curves, Heat, Lead, Mark, Share, Shares
from anitui.train.evaluation.report import Bin, Evaluation, Face, OneName, SamePairs, SeveralNames
from anitui.train.evaluation.words import facts, percent, rate
from anitui.train.metrics.detection import RECALLS
from anitui.train.metrics.intervals import Interval

_WORST_FIRST = "the worst first"


def charts_of(made: Evaluation) -> list[Chart]:
    """All that there are for its task, the one to read first at the beginning."""
    found: list[Chart] = [_summary(made)]
    if made.one_name is not None:
        one = made.one_name
        found += [_classes(made, one), _confusion(made, one), _reliability(one), _coverage(one), _wrong(made, one)]
    if made.several_names is not None:
        found += [_tags(made, made.several_names), _precisions(made, made.several_names)]
    if made.same_pairs is not None:
        found += [_roc(made.same_pairs), _alike(made.same_pairs), _wrong_pairs(made.same_pairs)]
    if made.boxes is not None:
        found += [_precision_recall(made)]
    return found


def _share(name: str, interval: Interval | None) -> list[Share]:
    return [] if interval is None else [Share(name, interval.value, interval.low, interval.high)]


def _summary(made: Evaluation) -> Shares:
    rows: list[Share] = []
    if made.one_name is not None:
        scores = made.one_name.scores
        for name in ("top1", "top5", "macro_f1", "weighted_f1", "balanced_accuracy"):
            rows += _share({"top1": "top-1", "top5": "top-5"}.get(name, _spoken(name)), getattr(scores, name))
    if made.several_names is not None:
        means = made.several_names.means
        rows += [] if means.mean_precision is None else [Share("mAP", means.mean_precision)]
        for name in ("micro_f1", "macro_f1", "weighted_f1", "samples_f1"):
            rows += _share(_spoken(name), getattr(means, name))
        rows += _share("exactly right", means.exact)
    if made.same_pairs is not None:
        pairs = made.same_pairs
        rows += [*_share("EER", pairs.eer), *_share(f"FPR at FNR {100 * pairs.fpr_at.wanted:.1f} %", pairs.fpr)]
        rows += [*_share("AUC", pairs.auc), *_share("nearest is the same", pairs.nearest)]
    if made.boxes is not None:
        one = made.boxes.detection
        for name, value in (("AP", one.ap), ("AP at 0.50", one.ap50), ("AP at 0.75", one.ap75), ("AR", one.ar)):
            rows += [] if value is None else [Share(name, value)]
    drawn = {each.name for each in rows}
    said = tuple(f"{name}: {text}" for name, text in facts(made).items() if name not in drawn)
    return Shares(
        name="summary", title="In short", about=f"{made.part} part of {made.split}, by run {made.run}", unit="share",
        facts=(*said, *made.notes), shares=rows, nothing=" ".join((*said, *made.notes)),
    )  # fmt: skip


def _spoken(name: str) -> str:
    return name.replace("_f1", " F1").replace("_", " ")


def _of_class(made: Evaluation, name: str) -> Lead | None:
    """The faces (or pictures) of a class that were measured."""
    field = _quoted("label", name)
    return None if field is None else Lead(_place(made), f"{field} split:{_bare(made)}")


def _bare(made: Evaluation) -> str:
    return f'"{made.split}/{made.part}"' if " " in made.split else f"{made.split}/{made.part}"


def _place(made: Evaluation) -> str:
    return "browse" if made.task == "multi" else "faces"


def _quoted(field: str, value: str) -> str | None:
    return None if '"' in value or not value.isprintable() else f'{field}:"{value}"'


def _of_face(face: Face) -> Lead | None:
    if face.face_id is not None:
        return Lead("faces", f"id:{face.face_id}")
    return Lead("browse", f"id:{face.image_id}") if face.image_id is not None else None


def _classes(made: Evaluation, one: OneName) -> Shares:
    wide = max((len(f"{each.support:,}") for each in one.classes), default=1)
    rows = [
        Share(
            each.name, each.f1, None, None,
            f"P {_short(each.precision)}  R {_short(each.recall)}  of {each.support:>{wide},}"
            + (f"  {each.taken_times:,} × {each.taken_for}" if each.taken_times else ""),
            _of_class(made, each.name),
        )
        for each in sorted(one.classes, key=lambda each: (each.f1, each.name))
    ]  # fmt: skip
    told = (f"not in this part, and not measured: {len(one.not_measured):,} classes",) if one.not_measured else ()
    return Shares(
        name="classes", title="Each class",
        about=f"F1 of each class, {_WORST_FIRST}; precision and recall in percent, of how many, whom it is taken for",
        unit="F1",
        facts=told, shares=rows, of="class", many="classes", nothing="no class has a member in this part",
    )  # fmt: skip


def _short(interval: Interval | None) -> str:
    return "  –" if interval is None else f"{100 * interval.value:>3.0f}"


def _confusion(made: Evaluation, one: OneName) -> Heat:
    rows = [
        Bar(f"{each.true} → {each.said}", each.times, lead=_of_class(made, each.true)) for each in one.confusion.pairs
    ]
    more = len(one.classes) > len(one.confusion.names)
    which = f"the {len(one.confusion.names)} classes that are mixed up most" if more else "all classes"
    return Heat(
        name="confusion", title="Who is taken for whom",
        about=f"rows are who it is, columns who was said, {which}; below, the mistakes that are made most often",
        unit="times", names=one.confusion.names, cells=one.confusion.cells, pairs=rows,
        nothing="nobody was measured",
    )  # fmt: skip


def _reliability(one: OneName) -> Curves:
    calibration = one.calibration
    curves = [_sureness("as calibrated", calibration.reliability)]
    if calibration.temperature != 1.0:
        curves.append(_sureness("before", calibration.reliability_before))
    error, before = rate(calibration.ece), rate(calibration.ece_before)
    return Curves(
        name="reliability", title="As sure as right",
        about="answers by how sure the model is (15 steps), and the share of them that is right: on the line it is as "
        "sure as it is right, below it is too sure", unit="share",
        facts=(f"ECE {error}, before {before}; temperature {calibration.temperature:.3f}",),
        curves=curves, across="how sure", up="right", diagonal=True, nothing="nobody was measured",
    )  # fmt: skip


def _sureness(name: str, bins: Sequence[Bin]) -> Curve:
    return Curve(name, [each.sure for each in bins], [each.right for each in bins])


def _coverage(one: OneName) -> Curves:
    calibration, curve = one.calibration, one.calibration.coverage
    marks: tuple[Mark, ...] = ()
    told = "there is no threshold from which on enough answers are right"
    if calibration.threshold is not None and calibration.right is not None:
        marks = (Mark(f"believed from {percent(calibration.threshold)} on", calibration.answered, calibration.right),)
        answered, right = percent(calibration.answered), percent(calibration.right)
        told = f"with the threshold from val {answered} are answered, {right} of them rightly"
        told += f"; {calibration.wanted:.0%} was wanted"
    lowest = min(curve.right, default=0.0)
    return Curves(
        name="coverage", title="How many answers, how many right",
        about="when only the surest are answered and the others are unknown: the share that is answered, and the share "
        "of those answers that is right", unit="share", facts=(told,),
        curves=[Curve("answers", curve.answered, curve.right)], marks=marks, across="answered", up="right",
        y_range=(min(0.9, int(lowest * 10) / 10), 1.0), nothing="nobody was measured",
    )  # fmt: skip


def _wrong(made: Evaluation, one: OneName) -> Shares:
    rows = [
        Share(
            each.said, each.sure, None, None, f"is {each.true} ({percent(each.of_true)})", _of_face(each.face),
        )
        for each in one.wrong
    ]  # fmt: skip
    return Shares(
        name="wrong", title="The most wrong",
        about="who was said, and is somebody else: how sure, and of whom it is; the farthest off first", unit="sure",
        shares=rows, of="mistake", nothing="nothing was wrong",
    )  # fmt: skip


def _tags(made: Evaluation, tags: SeveralNames) -> Shares:
    wide = max((len(f"{each.support:,}") for each in tags.classes), default=1)
    rows = [
        Share(
            each.name, each.f1, None, None,
            f"P {_short(each.precision)}  R {_short(each.recall)}  of {each.support:>{wide},}  "
            f"said from {each.threshold:.2f} on",
            _of_class(made, each.name),
        )
        for each in sorted(tags.classes, key=lambda each: (each.f1, each.name))
    ]  # fmt: skip
    told = []
    if tags.not_measured:
        told.append(f"without an example in this part: {', '.join(tags.not_measured[:8])}")
    if tags.unlearnt:
        told.append(f"without an example in val, said from a half on: {', '.join(tags.unlearnt[:8])}")
    return Shares(
        name="classes", title="Each name",
        about=f"F1 of each name, {_WORST_FIRST}; precision and recall in percent, of how many, from where it is said",
        unit="F1", facts=tuple(told),
        shares=rows, of="name", nothing="no name has an example in this part",
    )  # fmt: skip


def _precisions(made: Evaluation, tags: SeveralNames) -> Shares:
    there = [each for each in tags.classes if each.average_precision is not None]
    rows = [
        Share(each.name, each.average_precision or 0.0, None, None, f"of {each.support:,}", _of_class(made, each.name))
        for each in sorted(there, key=lambda each: (each.average_precision or 0.0, each.name))
    ]
    return Shares(
        name="precision", title="Average precision", about=f"whatever the threshold is, {_WORST_FIRST}", unit="AP",
        shares=rows, of="name", nothing="no name has an example in this part",
    )  # fmt: skip


def _roc(pairs: SamePairs) -> Curves:
    roc = pairs.roc
    marks = [
        Mark(f"EER {rate(pairs.eer.value)}", pairs.eer.value, 1 - pairs.eer.value),
        Mark(
            f"FPR {rate(pairs.fpr.value)} at FNR {100 * pairs.fpr_at.wanted:.1f} %", pairs.fpr.value,
            1 - pairs.fpr_at.wanted,
        ),
    ]  # fmt: skip
    human = pairs.human
    if human is not None and human.false_positive is not None and human.false_negative is not None:
        marks.append(Mark("persons", human.false_positive, 1 - human.false_negative))
    return Curves(
        name="roc", title="Same or not",
        about="as the threshold falls: the share of different pairs that is taken for the same (FPR), and of the same "
        "that is found (TPR)", unit="share", facts=(f"{pairs.source}: {pairs.pairs:,} pairs",),
        curves=[Curve("model", (0.0, *roc.false_positive), (0.0, *roc.true_positive))], marks=marks, across="FPR",
        up="TPR", diagonal=True,
    )  # fmt: skip


def _alike(pairs: SamePairs) -> Bars:
    rows = [
        Bar(f"{each.low:+.2f} – {each.high:+.2f}", each.same + each.different, (each.same, each.different))
        for each in pairs.histogram
    ]
    return Bars(
        name="alike", title="How alike pairs are",
        about=f"pairs by their cosine; at {pairs.eer_threshold:.3f} both kinds of error are as frequent", unit="pairs",
        bars=rows, parts=("same character", "different"), of="step",
    )  # fmt: skip


def _wrong_pairs(pairs: SamePairs) -> Shares:
    rows = []
    for each in pairs.wrong:
        ids = [face.face_id for face in (each.one, each.other) if face.face_id is not None]
        lead = Lead("faces", "id:" + ",".join(map(str, ids))) if ids else None
        names = " and ".join(f"face {face.face_id}" if face.face_id else face.file for face in (each.one, each.other))
        kind = "are the same" if each.same else "are two"
        rows.append(Share(f"{names} {kind}", max(0.0, each.alike), None, None, f"{each.alike:+.3f}", lead))
    return Shares(
        name="wrong", title="The most wrong", about="pairs on the wrong side of the threshold, the farthest first",
        unit="alike", shares=rows, of="pair", nothing="no pair is on the wrong side",
    )  # fmt: skip


def _precision_recall(made: Evaluation) -> Curves:
    assert made.boxes is not None
    found = made.boxes.detection
    curves = [] if found.curve is None else [Curve("overlap 0.5", RECALLS.tolist(), found.curve.precision)]
    return Curves(
        name="precision", title="Precision and recall",
        about="as boxes are believed that are less and less sure: the share of faces that is found, and of boxes that "
        "is right (with half of their area in common)", unit="share",
        facts=(f"{made.boxes.found:,} boxes found, {made.boxes.boxes:,} faces in {made.boxes.pictures:,} pictures",),
        curves=curves, across="found", up="right", nothing="there is no face in this part",
    )  # fmt: skip
