"""Splits of a million faces: how long all of it takes, and dealing against the way of scikit-learn.

    python bench/split.py [--faces N] [--groups N] [--labels N]

The whole: read, put together, deal, look once more, keep. Dealing: whole groups to parts by label, against what
`StratifiedGroupKFold` does (for each group and part, how unevenly every label would then lie), on fewer groups, since
that takes time for each label there is.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow
from timing import seconds, table, told

from anitui import progress
from anitui.pipeline.splitting import dealing
from anitui.pipeline.splitting.dealing import Content
from anitui.pipeline.splitting.making import make_split
from anitui.pipeline.splitting.order import SplitOrder
from anitui.settings import ImportSettings
from anitui.store.catalogue import Catalogue, incoming, open_catalogue
from anitui.workspace import create

FEW_GROUPS = 2_000
SHARES = (0.7, 0.1, 0.2)


def fill(catalogue: Catalogue, faces: int, groups: int, labels: int) -> None:
    """Faces in pictures of their own that were found in posts; names are as uneven as fame is."""
    numbers = np.random.default_rng(7)
    label = (labels * numbers.uniform(size=faces) ** 2).astype(np.int64)
    bits = numbers.integers(0, 2**64, faces, np.uint64)
    # A post shows few characters, and near-duplicates of its pictures.
    order = np.lexsort((numbers.uniform(size=faces), label // 4))
    post = np.empty(faces, np.int64)
    post[order] = np.arange(faces) * groups // faces
    twins = numbers.choice(faces - 1, faces // 20, replace=False)
    flips = np.uint64(1) << numbers.integers(0, 64, len(twins), np.uint64)
    bits[order[twins]] = bits[order[twins + 1]] ^ flips
    rows = pyarrow.table({"id": np.arange(1, faces + 1), "label": label, "bits": bits, "post": post})
    with catalogue.writing() as connection, incoming(connection, rows):
        for statement in (
            "INSERT INTO images (image_id, sha256, path, stored, format, mode, width, height, bytes) "
            "SELECT id, id::VARCHAR, 'media/' || id, 'copy', 'jpeg', 'RGB', 500, 500, 1 FROM incoming",
            "INSERT INTO faces (face_id, image_id, x, y, w, h, score, detector) "
            "SELECT id, id, 10, 10, 90, 90, 0.9, 'bench' FROM incoming",
            "INSERT INTO face_hashes SELECT id, 'dhash', 'fast', bits FROM incoming",
            "INSERT INTO image_hashes SELECT id, 'dhash', 'exact', hash(bits) FROM incoming",
            "INSERT INTO face_labels (face_id, label, speaker, said_by) "
            "SELECT id, 'label ' || label, 'person', 'bench' FROM incoming",
            "INSERT INTO sightings (image_id, site, url, post_id) SELECT id, 'reddit', id::VARCHAR, post FROM incoming",
        ):
            connection.execute(statement)


def whole(faces: int, groups: int, labels: int) -> None:
    """A split from a catalogue, to its end, told step by step."""
    with tempfile.TemporaryDirectory(prefix="anitui-bench-") as temporary:
        workspace = create(Path(temporary) / "workspace")
        catalogue = open_catalogue(workspace.catalogue)
        try:
            fill(catalogue, faces, groups, labels)
            dealing.deal(_content(100, 10), SHARES, 1)  # compiled once, kept for the next start
            steps: dict[str, float] = {}
            begun = last = time.perf_counter()
            doing = ""
            work = make_split(workspace, catalogue, SplitOrder("main"), ImportSettings())

            def step(event: progress.Event) -> None:
                nonlocal last, doing
                now = time.perf_counter()
                if doing:
                    steps[doing] = steps.get(doing, 0.0) + now - last
                last, doing = now, event.doing

            report = progress.run(work, step)
            now = time.perf_counter()
            steps[doing] = steps.get(doing, 0.0) + now - last
        finally:
            catalogue.close()
    rows = [(name, told(spent)) for name, spent in steps.items()]
    table(("a split", "seconds"), [*rows, ("all of it", told(now - begun))])
    print(
        f"{report.members:,} faces, {report.groups:,} groups, {report.classes:,} labels; "
        f"{report.mean_off:.2%} in another part than asked for; leaks {report.leaking}"
    )


def _content(groups: int, labels: int) -> Content:
    numbers = np.random.default_rng(3)
    group = numbers.integers(0, groups, groups * 20)
    label = (labels * numbers.uniform(size=len(group)) ** 2).astype(np.int64) // 4 * 4 + group % 4
    return Content.of(group, np.minimum(label, labels - 1), groups, labels)


def in_turn(content: Content, shares: tuple[float, ...]) -> np.ndarray:
    """As scikit-learn deals groups: the largest first, each to where all labels are most even afterwards."""
    has = np.zeros((len(shares), content.number_of_labels))
    totals = np.maximum(1, content.totals())
    part = np.zeros(len(content), np.int64)
    sizes = content.sizes()
    for group in np.argsort(-sizes, kind="stable"):
        own = slice(content.starts[group], content.starts[group + 1])
        uneven = []
        for index in range(len(shares)):
            has[index, content.labels[own]] += content.counts[own]
            uneven.append(np.std(has / np.array(shares)[:, None] / totals, axis=0).mean())
            has[index, content.labels[own]] -= content.counts[own]
        part[group] = best = int(np.argmin(uneven))
        has[best, content.labels[own]] += content.counts[own]
    return part


def off(content: Content, part: np.ndarray) -> float:
    """How much of all lies in another part than asked for."""
    has = np.zeros((content.number_of_labels, len(SHARES)))
    np.add.at(has, (content.labels, part[np.repeat(np.arange(len(content)), np.diff(content.starts))]), content.counts)
    return float(np.abs(has - content.totals()[:, None] * np.array(SHARES)).sum() / 2 / content.counts.sum())


def dealt(labels: int) -> None:
    """Dealing alone, both ways."""
    content = _content(FEW_GROUPS, labels)
    ours = theirs = np.zeros(0)

    def deal() -> None:
        nonlocal ours
        ours = dealing.deal(content, SHARES, 7)

    def deal_in_turn() -> None:
        nonlocal theirs
        theirs = in_turn(content, SHARES)

    deal()
    quick, slow = min(seconds(deal) for _ in range(5)), seconds(deal_in_turn)
    rows = [
        ("groups in turn, every label looked at", told(1000 * slow), f"{off(content, theirs):.2%}"),
        ("anitui", told(1000 * quick), f"{off(content, ours):.2%}"),
    ]
    print()
    table((f"dealing {FEW_GROUPS:,} groups", "ms", "in another part"), rows)
    print(f"{slow / quick:,.0f} times as fast")


def main() -> None:
    parser = argparse.ArgumentParser(description="time splits")
    parser.add_argument("--faces", type=int, default=1_000_000)
    parser.add_argument("--groups", type=int, default=50_000)
    parser.add_argument("--labels", type=int, default=3_000)
    chosen = parser.parse_args()
    whole(chosen.faces, chosen.groups, chosen.labels)
    dealt(chosen.labels)


if __name__ == "__main__":
    main()
