"""Making a split: who takes part, what stays together, which part each group is dealt to, and a second look."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.box_hashes import fill_all
from anitui.pipeline.mixing import mixed
from anitui.pipeline.splitting import dealing, verifying
from anitui.pipeline.splitting.checking import leaks
from anitui.pipeline.splitting.dealing import Content
from anitui.pipeline.splitting.grouping import grouped
from anitui.pipeline.splitting.order import SplitOrder, ready
from anitui.pipeline.splitting.report import SplitReport, tell_strata
from anitui.progress import Event, Work
from anitui.settings import ImportSettings
from anitui.store import splits
from anitui.store.catalogue import Catalogue
from anitui.store.split_candidates import BOXES, Candidates
from anitui.store.splits import PARTS
from anitui.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow

Places = NDArray[np.int64]


class Leaks(AnituiError):
    """The second look found what should not be; the split was not kept."""


def make_split(
    workspace: Workspace, catalogue: Catalogue, order: SplitOrder, settings: ImportSettings
) -> Work[SplitReport]:
    """Make a split and freeze it under its name; with folds, one for each."""
    begun = time.monotonic()
    order = ready(order)
    names = [order.name] if not order.folds else [f"{order.name}.{fold}" for fold in range(1, order.folds + 1)]
    for name in names:
        splits.is_free(catalogue, name)
    report = SplitReport(names, order.kind)
    if order.kind == "face" and order.near >= 0:
        yield from fill_all(workspace, catalogue, settings)
    yield Event("looking who takes part")
    with Candidates(catalogue, order.kind, order.label_set, order.query) as candidates:
        chosen = _chosen(candidates, order, report)
        found = yield from grouped(candidates, chosen.table, order)
    report.joined, report.piles, report.more_piles = found.joined, found.piles, found.more_piles
    report.names, report.unhashed = found.names, found.unhashed
    yield Event("dealing")
    chosen.group = found.group
    _at_most(chosen, order, report)
    made = _zaci(chosen, order, report) if order.rule == "zaci" else _dealt(chosen, order, report)
    for members, _ in made:
        for why, number in (yield from leaks(catalogue, members, order)).items():
            report.leaks[why] = report.leaks.get(why, 0) + number
    if report.leaking:
        where = ", ".join(f"{why}: {number}" for why, number in report.leaks.items() if number)
        raise Leaks(f"the second look found leaks ({where}), so the split was not kept: this is a fault of anitui")
    yield Event("keeping the split")
    report.seconds = round(time.monotonic() - begun, 3)
    made_from = order.as_made()
    kept = [
        (name, {**made_from, "fold": fold}, asdict(report), members, pairs)
        for fold, (name, (members, pairs)) in enumerate(zip(names, made, strict=True), 1)
    ]
    splits.freeze(catalogue, kept, order.kind, order.label_set)
    return report


class _Chosen:
    """Who takes part: the rows, and the labels of each as numbers (a picture may have several)."""

    def __init__(self, table: pyarrow.Table) -> None:
        self.table = table
        self.group: Places = np.zeros(0, np.int64)
        labels = table["labels"].combine_chunks()
        encoded = labels.flatten().dictionary_encode()
        names = encoded.dictionary.to_pylist()
        # By name, so that the order in which rows were read means nothing.
        sorted_names = sorted(names)
        rank = {name: at for at, name in enumerate(sorted_names)}
        self.names: list[str] = sorted_names
        codes = np.array([rank[name] for name in names], np.int64)
        self.label: Places = codes[encoded.indices.to_numpy()] if len(names) else np.zeros(0, np.int64)
        self.member: Places = labels.value_parent_indices().to_numpy().astype(np.int64)

    def only(self, keep: NDArray[np.bool_]) -> _Chosen:
        """Those members only."""
        import pyarrow

        kept = _Chosen(self.table.filter(pyarrow.array(keep)))
        kept.group = self.group[keep] if len(self.group) else self.group
        return kept

    def __len__(self) -> int:
        return int(self.table.num_rows)


def _chosen(candidates: Candidates, order: SplitOrder, report: SplitReport) -> _Chosen:
    """Those who take part: by the rule and by how many of their label there are."""
    chosen = _Chosen(candidates.members())
    left = candidates.left
    report.left_out = {"without a label": left.unnamed, "in doubt": left.unsure, "found twice": left.twice}
    if not len(chosen):
        raise WrongUse(_nobody(order, left.unnamed))
    if order.least_score is not None:
        score = chosen.table["score"].to_numpy(zero_copy_only=False).astype(float)
        chosen = _without(chosen, score < order.least_score, f"score below {order.least_score}", report)
    if order.rule == "dafre":
        beside = chosen.table["beside"].to_numpy()
        chosen = _without(chosen, beside > 1, "several faces in the picture", report)
    sizes = np.bincount(chosen.label, minlength=len(chosen.names))
    rare = sizes < (order.least or 0)
    report.classes_left_out = int(rare.sum())
    if report.classes_left_out:
        chosen = _without_labels(chosen, rare, f"of labels with fewer than {order.least}", report)
    if not len(chosen):
        raise WrongUse(
            f"no label has as many as {order.least} {order.kind}s: lower --min-per-class, or name more of them"
        )
    candidates.keep(chosen.table.select(["id"]))
    report.left_out = {why: number for why, number in report.left_out.items() if number}
    return chosen


def _nobody(order: SplitOrder, unnamed: int) -> str:
    which = " that the filter asks for" if order.query else ""
    if order.kind == "image" and order.label_set == BOXES:
        return f"no picture{which} has a box of a face: find faces with `anitui detect`, or draw them in Boxes (g b)"
    if order.kind == "image":
        return f"no picture{which} has a tag of the set {order.label_set}: give tags in Browse with t, or import labels"
    if unnamed:
        return (
            f"none of the {unnamed:,} faces{which} has a label of the set {order.label_set}: name them in Faces (g f)"
        )
    return (
        f"there are no faces{which}: find them with `anitui detect` (--detector whole where every picture is one face)"
    )


def _without(chosen: _Chosen, which: NDArray[np.bool_], why: str, report: SplitReport) -> _Chosen:
    report.left_out[why] = report.left_out.get(why, 0) + int(which.sum())
    return chosen.only(~which) if which.any() else chosen


def _without_labels(chosen: _Chosen, which: NDArray[np.bool_], why: str, report: SplitReport) -> _Chosen:
    """Without some labels: who has no other takes no part."""
    import pyarrow

    kept = ~which[chosen.label]
    has_any = np.zeros(len(chosen), bool)
    has_any[chosen.member[kept]] = True
    starts = np.concatenate(([0], np.cumsum(np.bincount(chosen.member[kept], minlength=len(chosen)))))
    values = pyarrow.array(chosen.names).take(pyarrow.array(chosen.label[kept]))
    lists = pyarrow.ListArray.from_arrays(pyarrow.array(starts, pyarrow.int32()), values)
    table = chosen.table.set_column(chosen.table.schema.get_field_index("labels"), "labels", lists)
    return _without(_Chosen(table), ~has_any, why, report)


def _at_most(chosen: _Chosen, order: SplitOrder, report: SplitReport) -> None:
    """Of labels with too many, draw so many; whole groups first, so that little is cut."""
    if not order.most:
        return
    ids = chosen.table["id"].to_numpy()
    draw = np.lexsort((mixed(ids, order.seed), mixed(chosen.group, order.seed), chosen.label))
    label = chosen.label[draw]
    begin = np.searchsorted(label, label)
    keep = np.zeros(len(chosen), bool)
    keep[draw] = np.arange(len(label)) - begin < order.most
    cut = _without(chosen, ~keep, f"beyond {order.most} of a label", report)
    chosen.__dict__.update(cut.__dict__)


Made = list[tuple["pyarrow.Table", "pyarrow.Table | None"]]


def _dealt(chosen: _Chosen, order: SplitOrder, report: SplitReport) -> Made:
    """Whole groups dealt to parts, or to the folds and the test."""
    _, group = np.unique(chosen.group, return_inverse=True)
    content = Content.of(group[chosen.member], chosen.label, int(group.max()) + 1, len(chosen.names))
    train, val, test = order.shares
    if not order.folds:
        part = dealing.deal(content, (train, val, test), order.seed)
        tell_strata(report, content, part, chosen.names, (train, val, test))
        _tell_sizes(report, chosen, part[group], (train, val, test))
        return [(_members(chosen, part[group]), None)]
    share = train / order.folds
    fold_of = dealing.deal(content, [test, *[share] * order.folds], order.seed)
    made: Made = []
    for fold in range(1, order.folds + 1):
        part = np.where(fold_of == 0, 2, np.where(fold_of == fold, 1, 0))
        if fold == 1:
            shares = (train - share, share, test)
            tell_strata(report, content, part, chosen.names, shares)
            _tell_sizes(report, chosen, part[group], shares)
        made.append((_members(chosen, part[group]), None))
    return made


def _zaci(chosen: _Chosen, order: SplitOrder, report: SplitReport) -> Made:
    import pyarrow

    dealt = verifying.deal(chosen.group, chosen.label, order.shares, order.seed)
    report.left_out["beyond two faces of a character of the test"] = dealt.spare
    report.left_out["together with a face of the test"] = dealt.beside
    report.left_out = {why: number for why, number in report.left_out.items() if number}
    faces = chosen.table["face_id"].to_numpy()
    rows = [
        (PARTS[pair.part], place, int(faces[pair.one]), int(faces[pair.other]), pair.same,
         "positive" if pair.same else "random")
        for place, pair in enumerate(dealt.pairs)
    ]  # fmt: skip
    columns = ("part", "place", "a_face", "b_face", "same", "chosen")
    pairs = pyarrow.table({name: list(each) for name, each in zip(columns, zip(*rows, strict=True), strict=True)})
    report.pairs = {
        "positive": sum(pair.same for pair in dealt.pairs),
        "random negative": sum(not pair.same for pair in dealt.pairs),
    }
    here = dealt.part >= 0
    kept = chosen.only(here)
    _tell_sizes(report, kept, dealt.part[here], order.shares)
    return [(_members(kept, dealt.part[here]), pairs)]


def _tell_sizes(report: SplitReport, chosen: _Chosen, part: Places, shares: Sequence[float]) -> None:
    """How many members, groups and labels are in each part. `part` is of each member."""
    report.members = len(chosen)
    report.groups = len(np.unique(chosen.group))
    report.classes = len(np.unique(chosen.label))
    report.shares = {name: round(share, 6) for name, share in zip(PARTS, shares, strict=True) if share > 0}
    for index, name in enumerate(PARTS):
        here = part == index
        if here.any() or shares[index] > 0:
            report.parts[name] = {
                "members": int(here.sum()),
                "groups": len(np.unique(chosen.group[here])),
                "classes": len(np.unique(chosen.label[here[chosen.member]])),
            }


def _members(chosen: _Chosen, part: Places) -> pyarrow.Table:
    """The rows to keep: a group goes by its smallest id."""
    import pyarrow

    ids = chosen.table["id"].to_numpy()
    _, first, of = np.unique(chosen.group, return_index=True, return_inverse=True)
    smallest = np.full(len(first), np.iinfo(np.int64).max)
    np.minimum.at(smallest, of, ids)
    table: Any = chosen.table.select(["face_id", "image_id", "labels"])
    table = table.append_column("part", pyarrow.array(list(PARTS)).take(pyarrow.array(part)))
    return table.append_column("group_id", pyarrow.array(smallest[of]))
