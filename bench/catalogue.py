"""A catalogue of a million rows: opening, counting, arranging, paging, deciding, undoing, and the memory of it all.

    python bench/catalogue.py [--pictures N] [--rounds N] [--decisions N] [--bulk N] [--pages N]

Paging goes against ORDER BY … LIMIT … OFFSET, a decision against the bare UPDATE of one row with its COMMIT: both
on the same catalogue, in turn. Opening and memory are measured in processes of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import synthetic
from terminal import resident
from timing import bytecode_in, median, percentile, rounds, seconds, table, told

HERE = Path(__file__).resolve()
PAGE = 60

# What one would write at first: every page asks for all that stands before it.
_BY_OFFSET = """
SELECT i.image_id, i.path, i.state, i.format, i.width, i.height, i.bytes, m.mark, s.title, s.label_hint
FROM images i
LEFT JOIN image_facts f ON f.image_id = i.image_id
LEFT JOIN image_marks m ON m.image_id = i.image_id
LEFT JOIN sightings s ON s.image_id = i.image_id AND s.site = 'folder'
WHERE i.state = 'active'
ORDER BY {}, i.image_id DESC LIMIT ? OFFSET ?
"""


def opened_cold(path: Path) -> None:
    """In a process of its own: from nothing to the first page of Browse. Prints what each step took, as JSON."""
    begun = time.perf_counter()
    from anitui.store import gallery
    from anitui.store.catalogue import open_catalogue

    imported = time.perf_counter()
    catalogue = open_catalogue(path)
    ready = time.perf_counter()
    arranged = gallery.arrange(catalogue, gallery.View())
    page = gallery.window(catalogue, arranged, 0, PAGE)
    done = time.perf_counter()
    assert len(page) == PAGE
    catalogue.close()
    print(json.dumps({"import": imported - begun, "open": ready - imported, "page": done - ready}))


def opened_bare(path: Path) -> None:
    """The same with DuckDB alone."""
    begun = time.perf_counter()
    import duckdb

    imported = time.perf_counter()
    connection = duckdb.connect(str(path))
    ready = time.perf_counter()
    connection.execute(_BY_OFFSET.format("i.image_id DESC"), [PAGE, 0]).fetchall()
    done = time.perf_counter()
    connection.close()
    print(json.dumps({"import": imported - begun, "open": ready - imported, "page": done - ready}))


def paged_through(path: Path, pages: int) -> None:
    """In a process of its own: arrange, then pages in order and pages anywhere. Prints megabytes, as JSON."""
    from anitui.store import gallery
    from anitui.store.catalogue import open_catalogue

    catalogue = open_catalogue(path)
    anywhere = random.Random(7)
    found = {"opened": resident(os.getpid())}
    arranged = gallery.arrange(catalogue, gallery.View())
    found["arranged"] = resident(os.getpid())
    spent = []
    for number in range(pages):
        first = number * PAGE if number % 2 else anywhere.randrange(max(1, len(arranged) - PAGE))
        spent.append(seconds(lambda at=first: gallery.window(catalogue, arranged, at, at + PAGE)))  # type: ignore[misc]
    found["paged"] = resident(os.getpid())
    for view in (gallery.View("title", "sharpest", "label"), gallery.View(order="title", group="folder")):
        gallery.arrange(catalogue, view)
    found["arranged in groups"] = resident(os.getpid())
    ids = [int(each) for each in arranged.ids[:200]]
    for image_id in ids:
        gallery.set_aside(catalogue, [image_id], "by hand")
    found["after 200 decisions"] = resident(os.getpid())
    catalogue.close()
    print(json.dumps({"megabytes": found, "p50": median(spent), "p95": percentile(spent, 0.95)}))


CHILDREN: dict[str, Callable[..., None]] = {
    "opened_cold": opened_cold, "opened_bare": opened_bare, "paged_through": paged_through,
}  # fmt: skip


def child(what: str, *arguments: object) -> dict[str, object]:
    """Run one of the above in a process of its own; what it printed, and the `total` seconds of the process."""
    begun = time.perf_counter()
    command = [sys.executable, str(HERE), "--child", what, *map(str, arguments)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return {**json.loads(answer.stdout.splitlines()[-1]), "total": time.perf_counter() - begun}


def opening(path: Path, count: int) -> None:
    """From the start of a process to the first page, with and without the file in the page cache."""
    found: dict[str, list[dict[str, float]]] = {}

    def start(name: str, what: str, cold: bool) -> float:
        if cold:
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        answer: dict[str, float] = child(what, path)  # type: ignore[assignment]
        found.setdefault(name, []).append(answer)
        return answer["total"]

    ways = {"opened": ("opened_cold", False), "bare DuckDB": ("opened_bare", False)}
    if hasattr(os, "posix_fadvise"):
        ways |= {"opened, file not in memory": ("opened_cold", True), "bare DuckDB, likewise": ("opened_bare", True)}
    spent = rounds({name: partial(start, name, *how) for name, how in ways.items()}, count)
    rows = []
    for name, (what, cold) in ways.items():
        bare = next(other for other, how in ways.items() if how == ("opened_bare", cold))
        parts = [told(median([each[part] for each in found[name]]) * 1000) for part in ("import", "open", "page")]
        rows.append((name, *parts, told(median(spent[name]) * 1000), told(median(spent[bare]) / median(spent[name]))))
        del what
    table(("to the first page, ms", "import", "open", "page", "process", "ratio"), rows)


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the table: one way, and the way that it is compared with, if any."""

    name: str
    way: Callable[[], object]
    baseline: Callable[[], object] | None = None


def compared(steps: list[Step], count: int) -> None:
    """Time the steps and their baselines in turn, and print them."""
    ways: dict[str, Callable[[], float]] = {}
    for step in steps:
        ways[step.name] = partial(seconds, step.way)
        if step.baseline is not None:
            ways[f"{step.name} "] = partial(seconds, step.baseline)
    spent = rounds(ways, count)
    rows = []
    for step in steps:
        mine = median(spent[step.name])
        theirs = median(spent[f"{step.name} "]) if step.baseline is not None else None
        ratio = ("", "") if theirs is None else (told(theirs * 1000), told(theirs / mine))
        rows.append((step.name, told(mine * 1000), told(percentile(spent[step.name], 0.95) * 1000), *ratio))
    table(("what", "ms", "p95", "baseline ms", "ratio"), rows)


def reading(path: Path, count: int) -> None:
    """Counting, arranging, and pages at the start, in the middle and at the end."""
    from anitui.store import gallery, overview
    from anitui.store.catalogue import open_catalogue

    catalogue = open_catalogue(path)
    try:
        views = {
            "arrange: newest": gallery.View(),
            "arrange: sharpest": gallery.View(order="sharpest"),
            "arrange: by title": gallery.View(order="title"),
            "arrange: label:…": gallery.View("label:'label 7'"),
            "arrange: size<900 -format:png": gallery.View("size<900 -format:png"),
            "arrange: a word of the title": gallery.View("'title 123'"),
            "arrange: grouped by label": gallery.View(group="label"),
            "arrange: grouped by folder": gallery.View(group="folder"),
            "arrange: grouped by day": gallery.View(group="day added"),
        }
        compared(
            [
                Step("status (top line)", lambda: overview.status(catalogue)),
                Step("overview (Home)", lambda: overview.overview(catalogue, date(2026, 11, 20))),
                *(Step(name, partial(gallery.arrange, catalogue, view)) for name, view in views.items()),
            ],
            count,
        )
        print()
        pages = []
        for order in ("newest", "sharpest"):
            arranged = gallery.arrange(catalogue, gallery.View(order=order))
            by_offset = _BY_OFFSET.format(gallery.ORDERS[order])
            for name, first in {"start": 0, "middle": len(arranged) // 2, "end": len(arranged) - PAGE}.items():
                ours = [each.image_id for each in gallery.window(catalogue, arranged, first, first + PAGE)]
                theirs = [row[0] for row in catalogue.rows(by_offset, [PAGE, first])]
                assert ours == theirs, f"the pages at the {name} differ"
                pages.append(
                    Step(
                        f"page of {PAGE}, {order}, {name}",
                        partial(gallery.window, catalogue, arranged, first, first + PAGE),
                        partial(catalogue.rows, by_offset, [PAGE, first]),
                    )
                )
        compared(pages, max(5, count))
    finally:
        catalogue.close()


def deciding(path: Path, decisions: int, bulk: int) -> None:
    """One decision and its undo, many at once and their undo, each against the bare UPDATE."""
    from anitui.store import gallery, journal
    from anitui.store.catalogue import open_catalogue

    catalogue = open_catalogue(path)
    try:
        arranged = gallery.arrange(catalogue, gallery.View())
        ids = iter([int(each) for each in arranged.ids])

        def bare(some: list[int]) -> None:
            with catalogue.writing() as connection:
                connection.execute(
                    "UPDATE images SET state = 'set_aside', reason = 'by hand' "
                    "WHERE image_id IN (SELECT unnest(?::BIGINT[]))",
                    [some],
                )

        def bare_one() -> None:
            with catalogue.writing() as connection:
                connection.execute("UPDATE images SET state = 'set_aside' WHERE image_id = ?", [next(ids)])

        compared(
            [
                Step("one decision", lambda: gallery.set_aside(catalogue, [next(ids)], "by hand"), bare_one),
                Step("one mark", lambda: gallery.mark(catalogue, [next(ids)], 3), bare_one),
                Step("undo of the latest", lambda: journal.undo(catalogue), bare_one),
            ],
            decisions,
        )
        some, others = ([next(ids) for _ in range(min(bulk, len(arranged) // 3))] for _ in range(2))
        print()
        compared(
            [
                Step(
                    f"set {len(some):,} aside",
                    lambda: gallery.set_aside(catalogue, some, "by hand"),
                    lambda: bare(others),
                ),
                Step("undo of that", lambda: journal.undo(catalogue)),
            ],
            1,
        )
    finally:
        catalogue.close()


def remembering(path: Path, pages: int) -> None:
    """What a process holds while one pages and decides."""
    answer: dict[str, dict[str, float]] = child("paged_through", path, pages)  # type: ignore[assignment]
    megabytes = answer["megabytes"]
    rows = [(when.replace("paged", f"{pages:,} pages on"), told(held)) for when, held in megabytes.items()]
    table(("resident, MB", ""), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="opening, paging and deciding in a catalogue of a million rows")
    parser.add_argument("--pictures", type=int, default=1_000_000, help="rows (1,000,000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is read (5)")
    parser.add_argument("--decisions", type=int, default=200, help="how many single decisions (200)")
    parser.add_argument("--bulk", type=int, default=100_000, help="how many in one decision (100,000)")
    parser.add_argument("--pages", type=int, default=1_000, help="pages gone through before memory is read (1,000)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anitui-bench-") as temporary:
        bytecode_in(Path(temporary) / "bytecode", "anitui.store.gallery", "duckdb", "numpy", "pyarrow.compute")
        made = synthetic.make(Path(temporary) / "workspace", chosen.pictures)
        print(f"{chosen.pictures:,} pictures, {made.catalogue.stat().st_size / 1e6:,.0f} MB on disk")
        print()
        opening(made.catalogue, chosen.rounds)
        print()
        reading(made.catalogue, chosen.rounds)
        print()
        remembering(made.catalogue, chosen.pages)
        print()
        deciding(made.catalogue, chosen.decisions, chosen.bulk)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        CHILDREN[sys.argv[2]](*(int(each) if each.isdigit() else Path(each) for each in sys.argv[3:]))
    else:
        main()
