"""Collecting from a site that is some way off: `anitui scrape` against the loop that one would write at first.

    python bench/scrape.py [--pictures N] [--latency MS] [--loop N] [--rounds N]

A loopback Reddit stands in for the far one: a process of its own that waits before each answer as long as a far site
takes. The loop asks `requests` for one picture after the other and writes each into a file; it neither looks for
posts nor decodes, and fsyncs nothing. Ours is timed as a whole program: start, crawl through PRAW, fetch, check, hash,
catalogue, all of it on disk. Of the loop only the first pictures are fetched: its rate stays what it is.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hashing import drawn
from timing import median, table, told

from anitui.demo.site.posts import Post
from anitui.demo.site.reddit import CLIENT_ID, CLIENT_SECRET, Reddit
from anitui.demo.site.serving import Request, Response
from anitui.workspace import create

HERE = Path(__file__).resolve()
SIZE = (480, 640)
DRAWINGS = 24
IN_A_LISTING = 1000  # no listing of Reddit's is longer


class FarReddit(Reddit):
    """A Reddit whose pictures are made as they are asked for, so that any number of them takes no memory."""

    def __init__(self, pictures: int, latency: float) -> None:
        super().__init__(
            (
                Post(f"p{n:06}", f"bench{n // IN_A_LISTING}", f"Picture {n}", url=f"https://i.redd.it/{n:06}.jpg")
                for n in range(pictures)
            ),
            latency=latency,
        )
        self._drawings = [_jpeg(seed) for seed in range(DRAWINGS)]

    def answer(self, request: Request) -> Response:
        name, dot, _ = request.path.strip("/").partition(".jpg")
        if not dot or not name.isdecimal():
            return super().answer(request)
        drawing, remark = self._drawings[int(name) % DRAWINGS], name.encode()
        # A remark within the JPEG makes each a content of its own.
        body = drawing[:2] + b"\xff\xfe" + (len(remark) + 2).to_bytes(2, "big") + remark + drawing[2:]
        return Response(200, {"content-type": "image/jpeg"}, body)


def _jpeg(seed: int) -> bytes:
    written = io.BytesIO()
    drawn(seed).resize(SIZE).save(written, "JPEG", quality=85)
    return written.getvalue()


@contextmanager
def far_reddit(pictures: int, latency: float) -> Iterator[str]:
    """Its address, while it serves in a process of its own."""
    command = [sys.executable, str(HERE), "--serve", "--pictures", str(pictures), "--latency", str(latency * 1000)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None and server.stdin is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()


def serve(pictures: int, latency: float) -> None:
    with FarReddit(pictures, latency) as reddit:
        print(reddit.url, flush=True)
        sys.stdin.read()


def by_loop(url: str, pictures: int, folder: Path) -> float:
    """Pictures a second of a plain sequential loop."""
    import requests

    begun = time.perf_counter()
    for n in range(pictures):
        answer = requests.get(f"{url}/{n:06}.jpg", timeout=20)
        answer.raise_for_status()
        (folder / f"{n:06}.jpg").write_bytes(answer.content)
    return pictures / (time.perf_counter() - begun)


@dataclass(slots=True)
class Run:
    """One run of ours as a whole program."""

    seconds: float
    megabytes: float  # of all its processes together, at the most; what they share is counted once
    report: Mapping[str, object]


def by_anitui(folder: Path, jobs: Path, url: str) -> Run:
    environment = {
        **os.environ,
        "ANITUI_REDDIT_URL": url,
        "ANITUI_ALLOW_LOOPBACK": "1",
        "ANITUI_REDDIT_CLIENT_ID": CLIENT_ID,
        "ANITUI_REDDIT_CLIENT_SECRET": CLIENT_SECRET,
    }
    command = [sys.executable, "-m", "anitui", "-w", str(folder), "scrape", str(jobs), "--json"]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    most = [0.0]
    threading.Thread(target=_watch, args=(process, most), daemon=True).start()
    said, _ = process.communicate()
    return Run(time.perf_counter() - begun, most[0], json.loads(said.splitlines()[-1]))


def _watch(process: subprocess.Popen[str], most: list[float]) -> None:
    while process.poll() is None:
        most[0] = max(most[0], sum(map(_resident, _family(process.pid))))
        time.sleep(0.1)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task").glob("*/children")
        for child in " ".join(each.read_text() for each in children).split():
            yield from _family(int(child))
    except OSError:
        return


def _resident(pid: int) -> float:
    """The megabytes of a process; of what it shares with others, its share."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def compare(pictures: int, latency: float, loop: int, count: int) -> None:
    listings = range((pictures + IN_A_LISTING - 1) // IN_A_LISTING)
    rates: dict[str, list[float]] = {"loop": [], "ours": []}
    memory: list[float] = []
    agains: list[float] = []
    with far_reddit(pictures, latency) as url:
        for _ in range(count):
            with tempfile.TemporaryDirectory() as temporary:
                folder = Path(temporary)
                jobs = folder / "jobs.json"
                asked = [{"TYPE": "subreddit_posts", "SUBREDDIT": f"bench{n}", "LABEL": None} for n in listings]
                jobs.write_text(json.dumps({"labels": [], "jobs": asked}))
                (folder / "loop").mkdir()
                rates["loop"].append(by_loop(url, min(loop, pictures), folder / "loop"))
                workspace = create(folder / "workspace").root
                first = by_anitui(workspace, jobs, url)
                if first.report["new"] != pictures:
                    raise SystemExit(f"{pictures} pictures should have come: {first.report}")
                again = by_anitui(workspace, jobs, url)
                if again.report["new"] != 0:
                    raise SystemExit(f"nothing new should have come: {again.report}")
                rates["ours"].append(pictures / first.seconds)
                memory.append(first.megabytes)
                agains.append(again.seconds)
    looped, ours = median(rates["loop"]), median(rates["ours"])
    rows = [
        ["a plain loop of requests", told(looped, "pictures/s"), "", ""],
        ["anitui scrape", told(ours, "pictures/s"), told(max(memory), "MB"), told(ours / looped)],
        ["anitui scrape, once more", told(median(agains), "s"), "", told(pictures / looped / median(agains))],
    ]
    table([f"{pictures:,} pictures, {latency * 1000:.0f} ms away", "", "resident", "ratio"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--latency", type=float, default=50.0, metavar="MS", help="how far away the site is")
    parser.add_argument("--loop", type=int, default=300, help="how many of them the loop fetches")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.pictures, options.latency / 1000)
    else:
        compare(options.pictures, options.latency / 1000, options.loop, options.rounds)


if __name__ == "__main__":
    main()
