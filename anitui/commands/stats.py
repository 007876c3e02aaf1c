"""`anitui stats`."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import UTC, datetime

from anitui.commands.opened import opened
from anitui.commands.telling import report, say
from anitui.store.overview import overview


def run(options: argparse.Namespace) -> int:
    with opened(options) as at:
        found = overview(at.catalogue, datetime.now(UTC).date())
        name = at.workspace.root
    say(str(name))
    rows = {
        "pictures": found.status.active,
        "set aside": found.status.set_aside,
        "sightings": found.sightings,
        "without a label": found.unlabelled_pictures,
        "faces": found.status.faces,
        "named faces": found.named_faces,
        "pairs to decide": found.pairs_open,
        "in a split": found.in_splits,
        "training runs": found.runs,
        "decisions": found.decisions,
        "waiting": found.items_waiting,
        "not taken": found.failed_items,
    }
    for what, number in rows.items():
        say(f"{what:>18}  {number:>12,}")
    for reason, often in found.failures:
        say(f"{'':>18}  {often:>12,}  {reason}")
    report(options, asdict(found))
    return 0
