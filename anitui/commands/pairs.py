"""`anitui pairs`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict

from anitui.commands.opened import opened
from anitui.commands.telling import drive, report, say
from anitui.pipeline.box_hashes import hashed_pairs
from anitui.pipeline.pair_scan import PairCounts, PairOrder, PairReport, pair_counts
from anitui.store import distances
from anitui.words import count

WIDTH = 32
_COUNTED_TO = {distances.COSINE: 320}  # at least so far; of hashes 10 bits
KINDS = {"images": "image", "faces": "face"}


def run(options: argparse.Namespace) -> int:
    between = tuple(options.between) if options.between else None
    algorithm = options.hash
    lo = distances.typed(algorithm, str(options.min_distance))
    hi = distances.usual(algorithm)
    if options.max_distance is not None:
        hi = distances.typed(algorithm, str(options.max_distance))
    order = PairOrder(KINDS[options.on], algorithm, lo, hi, options.within, between)
    order.check()
    with opened(options) as at:
        if options.preview:
            counts = drive(
                pair_counts(
                    at.catalogue, order.kind, algorithm, max(order.hi, _COUNTED_TO.get(algorithm, 10)), order.within,
                    order.between,
                )
            )  # fmt: skip
            tell_counts(counts, algorithm)
            report(options, asdict(counts))
        else:
            done = drive(hashed_pairs(at.workspace, at.catalogue, order, at.settings.importing))
            tell(done, algorithm)
            report(options, asdict(done))
    return 0


def tell(done: PairReport, algorithm: str = "dhash") -> None:
    """What a search came to, for a person."""
    say(f"{count(done.found, 'pair')} found, {done.new:,} of them new, in {done.seconds:.1f} s")
    for note in done.notes:
        say(note)
    say(f"{done.open:,} open to decide" + (", by distance:" if done.open else ""))
    for line in histogram(done.open_per_distance, algorithm):
        say(line)
    if done.open:
        say("to decide them: anitui, then g d")


def tell_counts(counts: PairCounts, algorithm: str = "dhash") -> None:
    """How many pairs each distance would give, for a person."""
    say(f"pairs by distance, and all up to it ({counts.compared:,} compared, {counts.seconds:.1f} s):")
    for line in histogram(counts.per_distance, algorithm):
        say(line)
    for note in counts.notes:
        say(note)
    by = "" if algorithm == "dhash" else f" --hash {algorithm}"
    say(f"nothing was written; to keep the pairs up to a distance: anitui pairs{by} --max-distance N")


def histogram(numbers: Mapping[int, int], algorithm: str = "dhash") -> list[str]:
    """A line for each distance, or for those of a step: a bar, how many there are, and how many up to here."""
    by = distances.step(algorithm)
    binned: dict[int, int] = {}
    for distance, number in numbers.items():
        upper = -(-distance // by) * by
        binned[upper] = binned.get(upper, 0) + number
    most, so_far = max(binned.values(), default=0), 0
    lines = []
    for distance in range(0, max(binned, default=-by) + by, by):
        number = binned.get(distance, 0)
        so_far += number
        bar = "█" * max(number > 0, round(WIDTH * number / most) if most else 0)
        lines.append(f"{distances.shown(algorithm, distance):>4}  {bar:<{WIDTH}} {number:>12,} {so_far:>12,}")
    return lines
