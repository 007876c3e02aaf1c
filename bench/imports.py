"""Import rates: the real path (processes, checks, fsync, rows) against the loop that a careful person would write.

    python bench/imports.py [--pictures N] [--rounds N] [--known N]

The loop reads a file, takes its SHA-256, calls imagehash three times, copies the file to its name in `media` and
inserts a row into DuckDB. The real path measures colour and sharpness besides, checks what it decodes, keeps a
queue that can be cut off anywhere, and has everything on disk before it says so. Each run fills a new workspace,
and each is timed as a whole program, start included.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import synthetic
from timing import bytecode_in, median, rounds, seconds, table, told

from anitui.pipeline.engine import cores
from anitui.store import jobs
from anitui.store.catalogue import open_catalogue
from anitui.workspace import create

HERE = Path(__file__).resolve()

_TABLE = (
    "CREATE TABLE IF NOT EXISTS pictures (sha256 VARCHAR PRIMARY KEY, path VARCHAR, width INTEGER, height INTEGER, "
    "bytes BIGINT, dhash UBIGINT, phash UBIGINT, ahash UBIGINT)"
)


def by_hand(pictures: Path, folder: Path) -> None:
    """The careful person's loop over a folder; also the second time, when it passes over what it has."""
    import duckdb
    import imagehash
    from PIL import Image

    media = folder / "media"
    media.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(folder / "pictures.duckdb"))
    connection.execute(_TABLE)
    for file in sorted(pictures.iterdir()):
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if connection.execute("SELECT count(*) FROM pictures WHERE sha256 = ?", [digest]).fetchall()[0][0]:
            continue
        image = Image.open(io.BytesIO(content))
        hashes = [imagehash.dhash(image), imagehash.phash(image), imagehash.average_hash(image)]
        target = media / digest[:2] / f"{digest}{file.suffix}"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(file, target)
        connection.execute(
            "INSERT INTO pictures VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [digest, str(target), *image.size, len(content), *(int(str(each), 16) for each in hashes)],
        )
    connection.close()


def loop(pictures: Path, folder: Path) -> float:
    """Seconds that the loop takes, as a program of its own."""
    return seconds(
        lambda: subprocess.run([sys.executable, str(HERE), "--by-hand", str(pictures), str(folder)], check=True)
    )


def imported(pictures: Path, folder: Path, options: Sequence[str], expected: str, count: int) -> float:
    """Seconds that `anitui import` takes, all in all, after a look whether it did what is timed."""
    command = [sys.executable, "-m", "anitui", "import", str(pictures), "-w", str(folder), "--json", *options]
    begun = time.perf_counter()
    answer = subprocess.run(command, capture_output=True, text=True)
    spent = time.perf_counter() - begun
    report = json.loads(answer.stdout.splitlines()[-1])
    if report[expected] != count:
        raise SystemExit(f"{expected} should be {count}: {answer.stdout}")
    return spent


def compare(files: Sequence[Path], temporary: Path, count: int) -> None:
    """Every way once in every round, into a new workspace each time; what an earlier round wrote is removed."""
    pictures = files[0].parent
    number = iter(range(1_000_000))
    last: dict[str, Path] = {}

    def anew(name: str, way: Callable[[Path], float]) -> float:
        if name in last:
            shutil.rmtree(last[name])
        last[name] = temporary / f"run{next(number)}"
        os.sync()  # what the way before left to be written is not this one's to wait for
        return way(last[name])

    def ours(options: Sequence[str], folder: Path) -> float:
        return imported(pictures, create(folder).root, options, "new", len(files))

    by_loop, loop_again = "a careful loop", "the loop, once more"
    copied, copied_again = "copy, exact", "anitui, once more"
    ways: dict[str, Callable[[], float]] = {by_loop: partial(anew, by_loop, partial(loop, pictures))}
    for name, options in {
        "copy, exact, 1 process": ["--workers", "1"],
        copied: [],
        "copy, fast": ["--hashing", "fast"],
        "hardlink, exact": ["--mode", "hardlink"],
        "reference, exact": ["--mode", "reference"],
        "reference, fast": ["--mode", "reference", "--hashing", "fast"],
    }.items():
        ways[name] = partial(anew, name, partial(ours, options))
    ways[loop_again] = lambda: loop(pictures, last[by_loop])
    ways[copied_again] = lambda: imported(pictures, last[copied], [], "unchanged", len(files))
    spent = rounds(ways, count)

    megabytes = sum(file.stat().st_size for file in files) / 1e6
    rows = []
    for name, taken in spent.items():
        baseline = loop_again if name in (loop_again, copied_again) else by_loop
        middle = median(taken)
        rate, weight = len(files) / middle, megabytes / middle
        rows.append((name, told(middle), told(rate), told(weight), told(median(spent[baseline]) / middle)))
    print(f"{len(files)} pictures, {told(megabytes)} MB, {cores()} processes, {count} rounds")
    table(("way", "seconds", "pictures/s", "MB/s", "ratio"), rows)


def pass_over(known: int, temporary: Path, count: int) -> None:
    """The second import of a finished folder: what it costs to see that nothing is new, against `stat` alone."""
    pictures = temporary / "finished"
    for number in range(known):
        file = pictures / f"{number % 100:02}" / f"{number}.jpg"
        if number < 100:
            file.parent.mkdir(parents=True)
        file.write_bytes(b"x")
    made = create(temporary / "finished-workspace")
    catalogue = open_catalogue(made.catalogue)
    try:
        # The queue as an import leaves it. What is in the files does not matter: none of them is opened again.
        name = {"paths": [str(pictures)], "label": None, "folders": False}
        job = jobs.begin(catalogue, "import", pictures.name, name)
        found = [
            jobs.FoundItem(str(file), status.st_size, status.st_mtime_ns, None)
            for file in pictures.glob("*/*.jpg")
            for status in (file.stat(),)
        ]
        jobs.enlist_files(catalogue, job, found, mode="copy")
        with catalogue.writing() as connection:
            connection.execute("UPDATE job_items SET state = 'refused', reason = 'not a picture'")
        jobs.leave(catalogue, job, done=True)
    finally:
        catalogue.close()

    def again() -> float:
        return imported(pictures, made.root, [], "unchanged", known)

    def walked() -> float:
        return seconds(
            lambda: [(Path(top) / name).stat().st_mtime_ns for top, _, names in os.walk(pictures) for name in names]
        )

    spent = rounds({"walk and stat": walked, "import, once more": again}, count)
    rows = [
        (name, told(median(taken)), told(known / median(taken)), told(median(spent["walk and stat"]) / median(taken)))
        for name, taken in spent.items()
    ]
    print(f"{known:,} files that were dealt with earlier")
    table(("way", "seconds", "files/s", "ratio"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="import rates against a careful person's loop")
    parser.add_argument("--pictures", type=int, default=150, help="how many are drawn (150)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each way is gone (3)")
    parser.add_argument("--known", type=int, default=20_000, help="files in the finished folder (20,000)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anitui-bench-") as temporary:
        bytecode_in(Path(temporary) / "bytecode", "anitui.commands.take_in", "anitui.pipeline.examine", "imagehash")
        files = synthetic.draw(Path(temporary) / "pictures", chosen.pictures)
        compare(files, Path(temporary), chosen.rounds)
        print()
        pass_over(chosen.known, Path(temporary), chosen.rounds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--by-hand"]:
        by_hand(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
