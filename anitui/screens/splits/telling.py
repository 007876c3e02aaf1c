"""Splits and audits as charts: what they came to above, their labels or their leaks as rows."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anitui.pipeline.charts.model import Bar, Bars, Lead
from anitui.pipeline.splitting.audit import AuditReport
from anitui.pipeline.splitting.report import SplitReport
from anitui.pipeline.splitting.words import audit_in_words, leaks_in_words, split_in_words
from anitui.store import splits
from anitui.store.catalogue import Catalogue
from anitui.store.splits import PARTS, ClassSizes, Frozen
from anitui.words import ago, count


def listed(frozen: Frozen) -> str:
    """A split on one line of the list."""
    return f"{frozen.split}  {sum(frozen.sizes.values()):,}"


def read(catalogue: Catalogue, frozen: Frozen) -> Bars:
    """A split as a chart."""
    return charted(frozen, splits.classes(catalogue, frozen.split), *splits.changed_since(catalogue, frozen.split))


def charted(frozen: Frozen, classes: list[ClassSizes], renamed: int, aside: int) -> Bars:
    what = "faces" if frozen.kind == "face" else "pictures"
    facts = [f"{what} of {frozen.label_set}, made {ago(frozen.made_at)}"]
    if "splits" in frozen.report:
        report = SplitReport(**frozen.report)
        facts += [*split_in_words(report), *leaks_in_words(report.leaks, "a second look")]
    else:
        facts.append(" · ".join(f"{part} {number:,}" for part, number in frozen.sizes.items() if number))
        if published := frozen.made_from.get("as_published"):
            facts.append(f"as it was published: {published}")
    if renamed:
        facts.append(f"{count(renamed, 'face')} {'has' if renamed == 1 else 'have'} another name by now")
    if aside:
        facts.append(f"{count(aside, frozen.kind)} {'was' if aside == 1 else 'were'} set aside since")
    parts = tuple(part for part in PARTS if frozen.sizes[part])
    bars = [
        Bar(
            each.label, each.members, tuple(getattr(each, part) for part in parts),
            " / ".join(f"{getattr(each, part):,}" for part in parts), _lead(frozen, each.label),
        )
        for each in classes
    ]  # fmt: skip
    return Bars(
        name=f"split {frozen.split}", title=frozen.split, view="split_classes", unit=what, about="", facts=tuple(facts),
        bars=bars, parts=parts, of="label", nothing="nobody is in it any more",
    )  # fmt: skip


def _lead(frozen: Frozen, label: str) -> Lead:
    query = f"split:{_quoted(frozen.split)} label:{_quoted(label)}"
    return Lead("faces" if frozen.kind == "face" else "browse", query)


def _quoted(text: str) -> str:
    return text if text.isalnum() else f'"{text}"'


def audited(folder: Path, report: AuditReport) -> Bars:
    """An audit as a chart: a row for each leak. What each is in full, `in_full` says."""
    bars = [Bar(_below(folder, each["path"]), 64 - (each["bits"] or 0), note=each["reason"]) for each in report.leaks]
    command = f"anitui split --audit {shlex.quote(str(folder))} -o leaks.csv"
    return Bars(
        name=f"audit {folder}", title=f"audit of {folder.name}", view="", unit="bits in common",
        about=f"how many of 64 bits each has in common with one in an earlier part; as a file: {command}",
        facts=tuple(audit_in_words(report)), bars=bars, of="leak", nothing="no leaks were found",
    )  # fmt: skip


def in_full(folder: Path, leak: Mapping[str, Any]) -> str:
    """One leak in a sentence."""
    bits = "" if leak["bits"] is None else f", {count(leak['bits'], 'bit')} apart"
    return f"{leak['reason']}{bits}: {_below(folder, leak['path'])} and {_below(folder, leak['other'])}"


def _below(folder: Path, path: str) -> str:
    return path.removeprefix(f"{folder.absolute()}/")
