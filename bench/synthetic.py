"""Catalogues of any length and folders of drawn pictures, for the benches and for trying things out by hand.

    python bench/synthetic.py [DIR] [--pictures N]

Makes a workspace whose catalogue has N rows (images, facts, three hashes, sightings with titles and labels, marks,
pairs) but no pictures. Without DIR it is made in a temporary folder, timed, and removed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hashing import drawn
from PIL import Image
from timing import table, told

from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.workspace import Workspace, create

LABELS = 500
TITLES = 50_000
FOLDERS = 2_000
# Names for one folder, each a link to itself: see `many_names`.
_DOORS = 64

_IMAGES = """
INSERT INTO images (image_id, sha256, path, stored, format, mode, width, height, frames, bytes, state, reason, added_at)
SELECT i, sha256('synthetic ' || i),
       CASE WHEN files = [] THEN 'media/' || printf('%02x', i % 256) || '/' || i || '.jpg'
            ELSE replace(list_extract(files, 1 + i % number), '*',
                         (i // number) % $doors || '/' || (i // number // $doors) % $doors) END,
       'copy', CASE WHEN i % 5 = 0 THEN 'png' ELSE 'jpeg' END, CASE WHEN i % 50 = 0 THEN 'P' ELSE 'RGB' END,
       480 + hash(i) % 1500, 360 + hash(i, 1) % 2000, 1, 50000 + hash(i, 2) % 4000000,
       CASE WHEN i % 20 = 0 THEN 'set_aside' ELSE 'active' END, CASE WHEN i % 20 = 0 THEN 'by hand' END,
       TIMESTAMP '2026-01-01' + to_seconds(i * 20)
FROM range(1, $pictures + 1) AS numbers(i), (SELECT $files::VARCHAR[] AS files, greatest(1, len(files)) AS number)
"""
_FACTS = """
INSERT INTO image_facts
SELECT i, 'exact', (hash(i, 3) % 100000) / 1000, (hash(i, 4) % 1000) / 1000,
       (hash(i, 5) % 1000000) / 1000, (hash(i, 6) % 256000) / 1000
FROM range(1, $pictures + 1) AS numbers(i)
"""
_HASHES = """
INSERT INTO image_hashes SELECT i, algorithm, 'exact', hash(i, algorithm)
FROM (VALUES ('dhash'), ('phash'), ('ahash')) AS algorithms(algorithm), range(1, $pictures + 1) AS numbers(i)
"""
# Every picture was seen in a folder, every tenth also in a thread. Labels are as uneven as characters' fame.
_SIGHTINGS = """
INSERT INTO sightings (image_id, site, url, page_url, post_id, title, author, flair, nsfw, label_hint)
SELECT i, 'folder', '/pictures/' || hash(i, 7) % $folders || '/' || i || '.jpg', '/pictures/' || hash(i, 7) % $folders,
       NULL, 'title ' || hash(i, 8) % $titles, NULL, NULL, NULL,
       CASE WHEN i % 3 > 0 THEN 'label ' || floor($labels * pow((hash(i, 9) % 10000) / 10000, 3))::INTEGER END
FROM range(1, $pictures + 1) AS numbers(i)
UNION ALL
SELECT i, 'reddit', 'https://i.redd.example/' || i || '.jpg', 'https://reddit.example/comments/' || i, 'p' || i,
       'title ' || hash(i, 8) % $titles, 'author ' || hash(i, 10) % 3000, 'flair ' || i % 12, i % 30 = 0, NULL
FROM range(10, $pictures + 1, 10) AS numbers(i)
"""
_MARKS = "INSERT INTO image_marks SELECT i, i % 10 FROM range(7, $pictures + 1, 50) AS numbers(i)"
_PAIRS = """
INSERT INTO pairs SELECT 'image', i, i + 1 + hash(i, 11) % 100, 'dhash', hash(i, 12) % 9
FROM range(1, $pictures - 100, 5) AS numbers(i)
"""


def fill(catalogue: Catalogue, pictures: int, files: Sequence[str] = ()) -> None:
    """Put rows for so many pictures into an empty catalogue; the same arguments always make the same rows.

    `files` are the paths that the pictures have in turn, each with a `*` (see `many_names`); without them the
    paths lead nowhere.
    """
    known = {
        "pictures": pictures, "files": list(files), "doors": _DOORS,
        "folders": FOLDERS, "titles": TITLES, "labels": LABELS,
    }  # fmt: skip
    with catalogue.writing() as connection:
        for statement in (_IMAGES, _FACTS, _HASHES, _SIGHTINGS, _MARKS, _PAIRS):
            used = {name: value for name, value in known.items() if f"${name}" in statement}
            connection.execute(statement, used).fetchall()
        # The numbers that were given away here must not be given away again.
        connection.execute("SELECT max(nextval('image_ids')) FROM range(?)", [pictures]).fetchall()


def make(folder: Path, pictures: int, files: Sequence[str] = ()) -> Workspace:
    """A new workspace with so many rows, closed again."""
    made = create(folder)
    catalogue = open_catalogue(made.catalogue)
    try:
        fill(catalogue, pictures, files)
    finally:
        catalogue.close()
    return made


def many_names(folder: Path, files: Sequence[Path]) -> list[str]:
    """Paths for `fill` that give files in `folder` thousands of names each, so that no cache knows the next page."""
    for door in range(_DOORS):
        (folder / str(door)).symlink_to(".", target_is_directory=True)
    return [f"{folder}/*/{file.name}" for file in files]


def draw(folder: Path, pictures: int, *, png_every: int = 5, longest: int = 1400) -> list[Path]:
    """Detailed pictures of different content and size: a handful is drawn, all are cut from these."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = np.random.default_rng(7)
    sources = [drawn(seed) for seed in range(min(8, pictures))]
    files = []
    for number in range(pictures):
        source = sources[number % len(sources)]
        width, height = (int(side * numbers.uniform(0.6, 0.95)) for side in source.size)
        left, top = int(numbers.integers(source.width - width)), int(numbers.integers(source.height - height))
        picture = source.crop((left, top, left + width, top + height))
        if longest < max(picture.size):
            picture.thumbnail((longest, longest), Image.Resampling.BILINEAR)
        if numbers.random() < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        png = bool(png_every) and number % png_every == 0
        file = folder / f"{number:05}.{'png' if png else 'jpg'}"
        if png:
            picture.save(file, compress_level=3)
        else:
            picture.save(file, quality=int(numbers.integers(80, 96)))
        files.append(file)
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description="make a workspace with a long catalogue and no pictures")
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="where (default: nowhere, only timed)")
    parser.add_argument("--pictures", type=int, default=1_000_000, help="how many rows (1,000,000)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anitui-bench-") as temporary:
        begun = time.perf_counter()
        made = make(chosen.folder or Path(temporary) / "workspace", chosen.pictures)
        spent = time.perf_counter() - begun
        size = made.catalogue.stat().st_size / 1e6
        rate = told(chosen.pictures / spent)
        table(("pictures", "seconds", "per s", "MB"), [(f"{chosen.pictures:,}", told(spent), rate, told(size))])


if __name__ == "__main__":
    main()
