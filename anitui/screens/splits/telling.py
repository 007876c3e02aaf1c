"""Splits and audits as charts: what they came to above, their labels or their leaks as rows."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from anitui.pipeline.charts.model import Bar, Bars, Lead
from anitui.pipeline.splitting.audit import REASONS, AuditReport
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
    sizes = " · ".join(f"{part} {number:,}" for part, number in frozen.sizes.items() if number)
    leaks = sum(frozen.report.get("leaks", {}).values())
    sizes += f", leaks {leaks:,}" if frozen.report.get("leaks") else ""
    facts = [f"{sizes}: {what} of {frozen.label_set}, made {ago(frozen.made_at)}"]
    if "splits" in frozen.report:
        report = SplitReport(**frozen.report)
        facts += [*split_in_words(report), *leaks_in_words(report.leaks, "a second look")]
    elif published := frozen.made_from.get("as_published"):
        facts.append(f"as it was published: {published}")
    if renamed:
        facts.append(f"{count(renamed, 'face')} {'has' if renamed == 1 else 'have'} another name by now")
    if aside:
        facts.append(f"{count(aside, frozen.kind)} {'was' if aside == 1 else 'were'} set aside since")
    parts = tuple(part for part in PARTS if frozen.sizes[part])
    bars = [
        Bar(
            each.label, each.members, tuple(getattr(each, part) for part in parts),
            "/".join(f"{getattr(each, part):,}" for part in parts), _lead(frozen, each.label),
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
    """An audit as a chart: how much of each folder leaks, and as what."""
    rows = {name: [_first_reason(each) for each in leaks.values()] for name, leaks in by_folder(folder, report).items()}
    bars = [Bar(name, len(reasons), tuple(reasons.count(each) for each in REASONS)) for name, reasons in rows.items()]
    command = f"anitui split --audit {shlex.quote(str(folder))} -o leaks.csv"
    return Bars(
        name=f"audit {folder}", title=f"audit of {folder.name}", view="", unit="pictures", about="",
        facts=(_in_short(report), *audit_in_words(report), f"which pictures: enter, or {command}"), bars=bars,
        parts=REASONS, of="folder", nothing="no leaks were found",
    )  # fmt: skip


def _in_short(report: AuditReport) -> str:
    later = [(name, part) for name, part in report.parts.items() if "leaking" in part]
    return ", ".join(f"{name}: {part['leaking']:,} of {part['pictures']:,} leak" for name, part in later)


def by_folder(folder: Path, report: AuditReport) -> dict[str, dict[str, list[Mapping[str, Any]]]]:
    """The leaks of each folder, by the picture; those with most of them first."""
    found: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for each in report.leaks:
        path = _below(folder, each["path"])
        found.setdefault(str(Path(path).parent), {}).setdefault(path, []).append(each)
    return dict(sorted(found.items(), key=lambda row: (-len(row[1]), row[0])))


def _first_reason(leaks: Sequence[Mapping[str, Any]]) -> str:
    return min((str(each["reason"]) for each in leaks), key=REASONS.index)


def in_full(folder: Path, leaks: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The leaks of a folder in a sentence: the first pictures, and how many more there are."""
    told = []
    for path, reasons in list(leaks.items())[:3]:
        each = reasons[0]
        bits = "" if each["bits"] is None else f", {count(each['bits'], 'bit')} apart"
        told.append(f"{Path(path).name} and {_below(folder, each['other'])} ({each['reason']}{bits})")
    more = f"; and {len(leaks) - 3:,} more" if len(leaks) > 3 else ""
    return "; ".join(told) + more


def _below(folder: Path, path: str) -> str:
    return path.removeprefix(f"{folder.absolute()}/")
