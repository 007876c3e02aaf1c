"""What came of a split: sizes, how far labels are from their shares and why, and leaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anitui.pipeline.splitting.dealing import Content
from anitui.store.splits import PARTS

Places = NDArray[np.int64]
FARTHEST = 12  # so many labels are told


@dataclass(slots=True)
class SplitReport:
    """What was made, how even it is, and what a second look found."""

    splits: list[str] = field(default_factory=list)
    kind: str = "face"
    members: int = 0
    groups: int = 0
    classes: int = 0
    parts: dict[str, dict[str, int]] = field(default_factory=dict)  # part → members, groups, classes
    shares: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)  # why → members
    classes_left_out: int = 0
    joined: dict[str, int] = field(default_factory=dict)  # why → members that have company by it
    piles: list[dict[str, Any]] = field(default_factory=list)
    more_piles: int = 0
    names: str = ""
    unhashed: int = 0
    mean_off: float = 0.0  # how far the share of a part is from what was asked, over labels, by their sizes
    off: int = 0  # labels that are off by more than their sizes make unavoidable
    farthest: list[dict[str, Any]] = field(default_factory=list)
    largest_groups: list[dict[str, Any]] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)  # part → labels that have nobody there
    leaks: dict[str, int] = field(default_factory=dict)  # why → members that are across; what was looked for
    pairs: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def empty(self) -> list[str]:
        """Parts that were asked for and that nobody is in."""
        return [part for part, sizes in self.parts.items() if not sizes["members"]]

    @property
    def leaking(self) -> int:
        """Leaks found, of whatever kind."""
        return sum(self.leaks.values())


def tell_strata(
    report: SplitReport, content: Content, part: Places, names: Sequence[str], shares: Sequence[float]
) -> None:
    """How far the labels are from their shares, and which groups keep them there. `part` is of each group."""
    totals = content.totals()
    sizes = content.sizes()
    group_of = np.repeat(np.arange(len(content)), np.diff(content.starts))
    has = np.zeros((content.number_of_labels, len(PARTS)), np.int64)
    np.add.at(has, (content.labels, part[group_of]), content.counts)
    wanted = totals[:, None] * np.array(shares)
    away = np.abs(has - wanted)
    used = totals > 0
    report.mean_off = float(away.sum() / max(1, 2 * totals.sum()))
    # With whole groups nobody can come nearer than half of one member.
    far = away.max(axis=1)
    report.off = int((far[used] > np.maximum(1.0, 0.05 * totals[used])).sum())
    groups_of = np.bincount(content.labels, minlength=content.number_of_labels)
    largest = np.zeros(content.number_of_labels, np.int64)
    np.maximum.at(largest, content.labels, content.counts)
    worst = np.lexsort((np.arange(len(far)), -far / np.maximum(1, totals)))
    for label in worst[:FARTHEST]:
        at = int(away[label].argmax())
        if far[label] <= max(1.0, 0.05 * totals[label]):
            continue
        report.farthest.append(
            {
                "label": names[label], "part": PARTS[at], "wanted": round(float(wanted[label, at]), 1),
                "got": int(has[label, at]), "of": int(totals[label]),
                "why": _why(int(groups_of[label]), int(largest[label]), int(totals[label])),
            }
        )  # fmt: skip
    for index, name in enumerate(PARTS):
        if shares[index] > 0:
            absent = int((used & (has[:, index] == 0)).sum())
            if absent:
                report.missing[name] = absent
    for group in np.lexsort((np.arange(len(sizes)), -sizes))[:5]:
        own = slice(content.starts[group], content.starts[group + 1])
        if sizes[group] < 10:
            break
        most = content.labels[own][content.counts[own].argmax()]
        report.largest_groups.append(
            {"members": int(sizes[group]), "part": PARTS[part[group]], "label": names[most],
             "labels": int(content.starts[group + 1] - content.starts[group])}
        )  # fmt: skip


def _why(groups: int, largest: int, members: int) -> str:
    if groups < len(PARTS):
        return "all of it is one group" if groups == 1 else f"there are only {groups} groups of it"
    if largest > 0.2 * members:
        return f"{largest:,} of its {members:,} are one group"
    return "its groups are shared with other labels"
