"""A disk that is full in the middle of a job, and has room again later: a real one, small, in memory."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from anitui.store.catalogue import open_catalogue
from anitui.workspace import create
from tests.fakes.reddit import Post, Reddit, environment

PICTURES = 60
SMALL, LARGE = "6m", "200m"

pytestmark = pytest.mark.slow


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("nothing may be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def noise(seed: int) -> bytes:
    written = BytesIO()
    Image.frombytes("RGB", (220, 200), random.Random(seed).randbytes(220 * 200 * 3)).save(written, "PNG")
    return written.getvalue()


def test_a_job_stops_on_a_full_disk_and_goes_on_when_there_is_room(disk: Path) -> None:
    workspace = create(disk / "workspace")
    jobs = workspace.root / "jobs.json"
    jobs.write_text('{"jobs": [{"TYPE": "subreddit_posts", "SUBREDDIT": "many", "LABEL": "cocoa"}]}')
    with Reddit([Post(f"m{n:02}", "many", f"{n}", picture=noise(n)) for n in range(PICTURES)]) as site:

        def scrape() -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "anitui", "-w", str(workspace.root), "scrape", str(jobs)]
            return subprocess.run(command, env=os.environ | environment(site), capture_output=True, text=True)

        full = scrape()
        assert full.returncode in (1, 3)
        assert "the disk is full" in full.stdout + full.stderr and "Traceback" not in full.stderr
        still = scrape()
        assert still.returncode in (1, 3)
        assert "the disk is full" in still.stdout + still.stderr and "Traceback" not in still.stderr
        subprocess.run(["mount", "-o", f"remount,size={LARGE}", disk], check=True)
        roomy = scrape()
        assert roomy.returncode == 0, roomy.stdout + roomy.stderr
        served = Counter(each.path for each in site.requests if each.path.endswith("pic.jpg") and each.whole)
    catalogue = open_catalogue(workspace.catalogue)
    try:
        assert catalogue.rows("SELECT state, count(*) FROM job_items GROUP BY ALL") == [("done", PICTURES)]
        assert catalogue.value("SELECT count(*) FROM images") == PICTURES
        assert catalogue.value("SELECT count(*) FROM sightings") == PICTURES
        there = {path.stem for path in workspace.media.rglob("*.png")}
        assert there == {row[0] for row in catalogue.rows("SELECT sha256 FROM images")}
    finally:
        catalogue.close()
    assert len(served) == PICTURES
    assert not list(workspace.work.iterdir())
