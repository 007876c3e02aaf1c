"""Statistics over a million pictures and a million faces: each view, and the largest against counting rows by hand.

    python bench/counting.py [--pictures N] [--faces N] [--rounds N]

The baseline is what one would write at first: read the rows, and count them in Python. It is given the rows that are
left when who is believed has been settled, which is most of the work.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import synthetic
from faces import crowd
from timing import median, rounds, seconds, table, told

from anitui.store import statistics as stats
from anitui.store.catalogue import Catalogue, open_catalogue

_BY_HAND = {
    stats.ClassCount: "SELECT l.label_set, l.label, l.speaker FROM labelled_faces l JOIN faces f USING (face_id) "
    "JOIN images i USING (image_id) WHERE f.state = 'active' AND i.state = 'active'",
    stats.TagCount: "SELECT label, speaker FROM tagged_images JOIN images USING (image_id) WHERE state = 'active'",
    stats.SourceDay: "SELECT site, seen_at::DATE FROM sightings JOIN images USING (image_id) WHERE state = 'active'",
    stats.Colourfulness: "SELECT floor(colourfulness / 5)::INTEGER FROM image_facts JOIN images USING (image_id) "
    "WHERE state = 'active'",
}


def measured(catalogue: Catalogue, count: int) -> None:
    lines = []
    for what, (view, _) in stats.VIEWS.items():
        ways: dict[str, Callable[[], float]] = {"view": partial(seconds, partial(stats.read, catalogue, what))}
        if statement := _BY_HAND.get(what):
            ways["by hand"] = partial(seconds, lambda of=statement: Counter(catalogue.rows(of)))  # type: ignore[misc]
        spent = {name: median(each) for name, each in rounds(ways, count).items()}
        by_hand = spent.get("by hand")
        others = (told(1000 * by_hand), told(by_hand / spent["view"])) if by_hand else ("", "")
        lines.append((view, told(1000 * spent["view"]), *others))
    table(("view", "ms", "by hand ms", "ratio"), lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="statistics of a million pictures and faces")
    parser.add_argument("--pictures", type=int, default=1_000_000, help="how many rows (1,000,000)")
    parser.add_argument("--faces", type=int, default=1_000_000, help="how many faces on them (1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is asked (5)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anitui-bench-") as temporary:
        made = synthetic.make(Path(temporary) / "workspace", chosen.pictures)
        catalogue = open_catalogue(made.catalogue)
        crowd(catalogue, chosen.faces)
        measured(catalogue, chosen.rounds)
        catalogue.close()


if __name__ == "__main__":
    main()
