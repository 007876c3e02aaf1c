"""Finding near-duplicates among hashes: the whole way, from a catalogue's file to the pairs in it.

    python bench/pairs.py [--sizes N …] [--distances N …] [--new N] [--rounds N] [--size N]

Each scan runs in a process of its own, over a catalogue file of its own: reading the hashes, comparing, writing. The
baselines get the hashes for nothing and write nothing; `search alone` is our compiled search on the same terms.
Skewed hashes are those of smooth pictures (their bits hang together) with 2,000 flat ones per million; both kinds
have near copies of a fifth of them. imagededup takes part where it is installed (`uv pip install imagededup` into
the environment that runs this).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from timing import median, rounds, table, told

HERE = Path(__file__).resolve()
KINDS = ("uniform", "skewed")
# The largest size that each baseline is asked to do.
SELF_JOIN, BRUTE_FORCE, IMAGEDEDUP = 30_000, 100_000, 10_000

_SELF_JOIN = "SELECT count(*) FROM h a JOIN h b ON a.id < b.id AND bit_count(xor(a.bits, b.bits)) <= {}"


def hashes(number: int, kind: str, seed: int = 7) -> NDArray[np.uint64]:
    """So many hashes; the same arguments always make the same."""
    numbers = np.random.default_rng(seed)
    if kind == "uniform":
        bits = numbers.integers(0, 2**64, number, dtype=np.uint64)
    else:
        bits = np.concatenate([_smooth(numbers, min(100_000, number - at)) for at in range(0, number, 100_000)])
    copies = number // 5
    flips, often = np.zeros(copies, np.uint64), numbers.integers(0, 11, copies)
    for flip in range(10):
        one = np.uint64(1) << numbers.integers(0, 64, copies).astype(np.uint64)
        flips ^= np.where(often > flip, one, np.uint64(0))
    bits[:copies] = bits[numbers.integers(copies, number, copies)] ^ flips
    if kind == "skewed":
        bits[numbers.choice(number, number // 500, replace=False)] = 0
    return bits


def _smooth(numbers: np.random.Generator, number: int) -> NDArray[np.uint64]:
    """Signs of fields made of a few waves and some noise, as a dhash is of a picture's differences."""
    y, x = (np.mgrid[0:8, 0:8] + 0.5) / 8
    waves = [(u, v) for u in range(6) for v in range(6) if u + v <= 7]
    basis = [np.cos(np.pi * u * x) * np.cos(np.pi * v * y) / (1 + u + v) ** 0.15 for u, v in waves]
    field = numbers.standard_normal((number, len(waves)), np.float32) @ np.array(basis, np.float32).reshape(-1, 64)
    field += np.float32(0.9) * numbers.standard_normal((number, 64), np.float32)
    bits: NDArray[np.uint64] = np.packbits(field > 0, axis=1).view(np.uint64).ravel()
    return bits


def filled(path: Path, bits: NDArray[np.uint64], first: int = 1) -> None:
    """Add pictures with these dhashes to the catalogue file, and close it."""
    import pyarrow

    from anitui.store.catalogue import incoming, open_catalogue

    catalogue = open_catalogue(path)
    rows = pyarrow.table({"id": np.arange(first, first + len(bits)), "bits": bits})
    with catalogue.writing() as connection, incoming(connection, rows):
        connection.execute(
            "INSERT INTO images (image_id, sha256, path, stored, format, mode, width, height, bytes) "
            "SELECT id, 'content ' || id, 'media/' || id, 'copy', 'jpeg', 'RGB', 900, 900, 90000 FROM incoming"
        )
        for algorithm in ("dhash", "phash", "ahash"):
            connection.execute(f"INSERT INTO image_hashes SELECT id, '{algorithm}', 'exact', bits FROM incoming")
    catalogue.close()


def scanned(path: Path, distance: int) -> None:
    """In a process of its own: one search. Prints what it took, as JSON."""
    from anitui.pipeline.pair_scan import PairOrder, find_pairs
    from anitui.progress import run
    from anitui.store.catalogue import open_catalogue

    catalogue = open_catalogue(path)
    begun, cpu = time.perf_counter(), time.process_time()
    report = run(find_pairs(catalogue, PairOrder(hi=distance)), lambda _: None)
    spent, worked = time.perf_counter() - begun, time.process_time() - cpu
    catalogue.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    print(json.dumps({"seconds": spent, "cpu": worked, "pairs": report.new, "megabytes": peak}))


def made(path: Path, number: int, kind: str, first: int) -> None:
    """In a process of its own, whose memory is its own affair."""
    filled(path, hashes(number, kind, seed=first), first)
    print("{}")


CHILDREN: dict[str, Callable[..., None]] = {"scanned": scanned, "made": made}


def child(what: str, *arguments: object) -> dict[str, float]:
    command = [sys.executable, str(HERE), "--child", what, *map(str, arguments)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def by_self_join(bits: NDArray[np.uint64], distance: int) -> int:
    import duckdb
    import pyarrow

    connection = duckdb.connect()
    connection.register("h", pyarrow.table({"id": np.arange(len(bits)), "bits": bits}))
    return int(connection.execute(_SELF_JOIN.format(distance)).fetchall()[0][0])


def by_brute_force(bits: NDArray[np.uint64], distance: int) -> int:
    return sum(int((np.bitwise_count(bits[at] ^ bits[at + 1 :]) <= distance).sum()) for at in range(len(bits)))


def by_imagededup(bits: NDArray[np.uint64], distance: int) -> int:
    from imagededup.methods import DHash

    named = {str(index): f"{value:016x}" for index, value in enumerate(bits.tolist())}
    found = DHash(verbose=False).find_duplicates(encoding_map=named, max_distance_threshold=distance)
    return sum(map(len, found.values())) // 2


def in_memory(bits: NDArray[np.uint64], distance: int) -> int:
    """Our compiled search alone: what the baselines do, without a catalogue around it."""
    import pyarrow

    from anitui.pipeline import entries, neighbours

    ids = np.argsort(bits, kind="stable")
    columns = {
        "id": ids,
        "bits": bits[ids],
        "side": np.full(len(ids), 3, np.uint8),
        "part": np.zeros(len(ids), np.int32),
    }
    gathered = entries.gathered(pyarrow.table(columns))
    found = neighbours.search(gathered, neighbours.plan(gathered, distance), 0, distance)
    between = sum(sum(map(len, entries.owners_of(gathered, near, crossed=False))) for near in found)
    return between + sum(map(len, entries.equal_owners(gathered)))


ALWAYS = 10**9
BASELINES: dict[str, tuple[int, Callable[[NDArray[np.uint64], int], int]]] = {
    "search alone": (ALWAYS, in_memory),
    "self-join": (SELF_JOIN, by_self_join),
    "brute force": (BRUTE_FORCE, by_brute_force),
    "imagededup": (IMAGEDEDUP, by_imagededup),
}


def timed(
    name: str, way: Callable[[NDArray[np.uint64], int], int], bits: NDArray[np.uint64], distance: int,
    numbers: dict[str, int],
) -> float:  # fmt: skip
    """How long a baseline takes; how many pairs it finds goes to `numbers`."""
    begun = time.perf_counter()
    numbers[name] = way(bits, distance)
    return time.perf_counter() - begun


def scan_of(number: int, kind: str, distances: list[int], count: int, folder: Path) -> list[tuple[str, ...]]:
    """Rows of the table: one size and kind, each distance."""
    original = folder / "original.duckdb"
    child("made", original, number, kind, 1)
    bits = hashes(number, kind, seed=1)
    lines = []
    for distance in distances:
        found: dict[str, list[float]] = {}

        def ours(distance: int = distance, found: dict[str, list[float]] = found) -> float:
            copy = Path(shutil.copy(original, folder / "scanned.duckdb"))
            answer = child("scanned", copy, distance)
            copy.unlink()
            for name, value in answer.items():
                found.setdefault(name, []).append(value)
            return answer["seconds"]

        ways: dict[str, Callable[[], float]] = {"ours": ours}
        numbers: dict[str, int] = {}
        for name, (largest, way) in BASELINES.items():
            if number <= largest and (name != "imagededup" or importlib.util.find_spec("imagededup")):
                ways[name] = partial(timed, name, way, bits, distance, numbers)
        spent = rounds(ways, count)
        for name, pairs in numbers.items():
            assert pairs == found["pairs"][0], f"{name} finds {pairs:,} pairs, anitui {found['pairs'][0]:,.0f}"
        ratios = [
            f"{told(median(spent[name]) / median(spent['ours']))}×" if name in spent else "" for name in BASELINES
        ]
        told_of = [told(median(found[name])) for name in ("seconds", "cpu", "megabytes")]
        lines.append((f"{number:,} {kind}", str(distance), f"{found['pairs'][0]:,.0f}", *told_of, *ratios))
    original.unlink()
    return lines


def new_against(number: int, new: int, kind: str, distance: int, count: int, folder: Path) -> tuple[str, ...]:
    """A row: so many new ones against all, which were compared before."""
    path = folder / "grown.duckdb"
    child("made", path, number, kind, 1)
    child("scanned", path, distance)
    spent, cpu, pairs = [], [], 0.0
    for turn in range(count):
        child("made", path, new, kind, number + 1 + turn * new)
        answer = child("scanned", path, distance)
        spent.append(answer["seconds"])
        cpu.append(answer["cpu"])
        pairs = answer["pairs"]
    path.unlink()
    return (
        f"{new:,} new against {number:,} {kind}",
        str(distance),
        f"{pairs:,.0f}",
        told(median(spent)),
        told(median(cpu)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="near-duplicates among up to millions of hashes, end to end")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="how many hashes")
    parser.add_argument("--size", type=int, help="only this many, such as 10000000")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--distances", type=int, nargs="+", default=[4, 8, 10], help="up to how many bits (4 8 10)")
    parser.add_argument("--new", type=int, default=1_000, help="how many new ones against the largest size (1,000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (3)")
    chosen = parser.parse_args()
    sizes = [chosen.size] if chosen.size else chosen.sizes
    if importlib.util.find_spec("imagededup") is None:
        print("imagededup is not installed: `uv pip install imagededup` puts it into this environment")
    print(f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="anitui-bench-") as temporary:
        folder = Path(temporary)
        warmed = folder / "warmed.duckdb"  # the loops are compiled once, at the first search on a machine
        child("made", warmed, 150_000, "uniform", 1)
        child("scanned", warmed, 4)
        in_memory(hashes(20_000, "skewed"), 4)
        headings = ("full scan", "bits", "pairs", "s", "CPU s", "peak MB", *BASELINES)
        for number in sizes:
            lines = [
                line for kind in chosen.kinds for line in scan_of(number, kind, chosen.distances, chosen.rounds, folder)
            ]
            table(headings, lines)
            print(flush=True)
        if chosen.new:
            lines = [
                new_against(max(sizes), chosen.new, kind, distance, chosen.rounds, folder)
                for kind in chosen.kinds for distance in chosen.distances if distance < 10
            ]  # fmt: skip
            table(("what is new", "bits", "pairs", "s", "CPU s"), lines)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        CHILDREN[sys.argv[2]](
            *(int(each) if each.isdigit() else Path(each) if "/" in each else each for each in sys.argv[3:])
        )
    else:
        main()
