"""Exports against the loops that one would write: crops into class folders, and whole pictures by hard links.

    python bench/export.py [--crops N] [--rounds N]

Drawn pictures, two faces with a name in each. The loop opens a picture for each face, crops, resizes with LANCZOS and
saves a JPEG. For whole pictures the loop opens and saves each; the export links them. Whole programs are timed, start
included, and each ends with everything on the disk.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyarrow
import synthetic
from timing import bytecode_in, median, rounds, table, told

from anitui.pipeline.engine import cores
from anitui.store.catalogue import incoming, open_catalogue
from anitui.workspace import Workspace, create

HERE = Path(__file__).resolve()
CLASSES = 50
WHOLE = 2000  # pictures that are opened and saved as they are, or linked: each takes the loop as long as three crops
DRAWN = 400  # different pictures: as many as there are would take longer to draw than to export


def prepared(folder: Path, count: int) -> tuple[Workspace, Path]:
    """A workspace with so many faces in half as many pictures, and the list of them that the loop reads."""
    made = create(folder / "workspace")
    pictures = count // 2
    drawn = synthetic.draw(folder / "drawn", min(DRAWN, pictures))
    rng = random.Random(7)
    images, faces = [], []
    from PIL import Image

    sizes = [Image.open(each).size for each in drawn]
    digests = [hashlib.sha256(each.read_bytes()).hexdigest() for each in drawn]
    for number in range(pictures):
        source, (width, height) = drawn[number % len(drawn)], sizes[number % len(drawn)]
        path = made.media / f"{number % 256:02x}" / f"{number:064x}{source.suffix}"
        path.parent.mkdir(exist_ok=True)
        os.link(source, path)
        format = {".jpg": "jpeg"}.get(source.suffix, source.suffix[1:])
        digest = digests[number % len(drawn)]
        images.append((number + 1, digest, str(path), format, width, height, path.stat().st_size))
        for _ in range(2):
            side = rng.uniform(0.12, 0.4) * min(width, height)
            x, y = rng.uniform(0, width - side), rng.uniform(0, height - side)
            faces.append((len(faces) + 1, number + 1, x, y, side, side, f"class {rng.randrange(CLASSES):02}"))
    catalogue = open_catalogue(made.catalogue)
    with catalogue.writing() as connection:
        columns = ("image_id", "sha256", "path", "format", "width", "height", "bytes")
        of = pyarrow.table({name: [row[n] for row in images] for n, name in enumerate(columns)})
        with incoming(connection, of) as rows:
            connection.execute(
                "INSERT INTO images (image_id, sha256, path, stored, format, mode, width, height, bytes) "
                f"SELECT image_id, sha256, path, 'copy', format, 'RGB', width, height, bytes FROM {rows}"
            )
        columns = ("face_id", "image_id", "x", "y", "w", "h", "label")
        of = pyarrow.table({name: [row[n] for row in faces] for n, name in enumerate(columns)})
        with incoming(connection, of) as rows:
            connection.execute(
                "INSERT INTO faces (face_id, image_id, x, y, w, h, detector) "
                f"SELECT * EXCLUDE label, 'drawn' FROM {rows}"
            )
            connection.execute(
                "INSERT INTO face_labels (face_id, label, speaker, said_by) "
                f"SELECT face_id, label, 'person', 'bench' FROM {rows}"
            )
    catalogue.close()
    of_image = {row[0]: row[2] for row in images}
    listed = folder / "faces.json"
    listed.write_text(json.dumps([(of_image[row[1]], *row[2:]) for row in faces]))
    return made, listed


def crops_by_hand(listed: Path, out: Path) -> None:
    from PIL import Image

    for number, (path, x, y, w, h, label) in enumerate(json.loads(listed.read_text())):
        image = Image.open(path).convert("RGB")
        more = 0.1 * max(w, h)
        crop = image.crop((round(x - more), round(y - more), round(x + w + more), round(y + h + more)))
        folder = out / label
        folder.mkdir(parents=True, exist_ok=True)
        crop.resize((224, 224), Image.Resampling.LANCZOS).save(folder / f"{number}.jpg", quality=90)
    os.sync()


def whole_by_hand(listed: Path, out: Path) -> None:
    from PIL import Image

    label_of = {path: label for path, *_, label in json.loads(listed.read_text())[: 2 * WHOLE]}
    for number, (path, label) in enumerate(label_of.items()):
        folder = out / label
        folder.mkdir(parents=True, exist_ok=True)
        Image.open(path).save(folder / f"{number}{Path(path).suffix}")
    os.sync()


def run(command: list[str], out: Path, expected: int) -> float:
    """Seconds that a program takes into an empty place, after a look whether it did what is timed."""
    shutil.rmtree(out, ignore_errors=True)
    os.sync()
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    spent = time.perf_counter() - begun
    there = sum(name.endswith((".jpg", ".png", ".webp")) for _, _, names in os.walk(out) for name in names)
    if done.returncode or there != expected:
        raise SystemExit(f"{there} pictures instead of {expected}: {done.stdout}{done.stderr}")
    return spent


def compare(folder: Path, count: int, often: int) -> None:
    made, listed = prepared(folder, count)
    pictures, whole = count // 2, min(WHOLE, count // 2)

    def loop(how: str, expected: int) -> float:
        out = folder / how
        return run([sys.executable, str(HERE), how, str(listed), str(out)], out, expected)

    def ours(name: str, expected: int, *options: str) -> float:
        out = folder / name
        return run([sys.executable, "-m", "anitui", "-w", str(made.root), "export", str(out), *options], out, expected)

    def again(name: str) -> float:
        command = [sys.executable, "-m", "anitui", "-w", str(made.root), "export", str(folder / name), "--format"]
        begun = time.perf_counter()
        subprocess.run([*command, "imagefolder"], check=True, capture_output=True)
        return time.perf_counter() - begun

    linked = ("--format", "coco", "--pictures", "whole", "--link", "hardlink", "--filter", f"picture<={whole}")
    ways: dict[str, Callable[[], float]] = {
        "a loop, crops": partial(loop, "--crops-by-hand", count),
        "imagefolder, crops": partial(ours, "crops", count, "--format", "imagefolder"),
        "imagefolder, nothing changed": partial(again, "crops"),
        "a loop, whole pictures": partial(loop, "--whole-by-hand", whole),
        "coco, hard links": partial(ours, "whole", whole, *linked),
    }
    spent = rounds(ways, often)
    rows = []
    for name, taken in spent.items():
        against, of = ("a loop, crops", count) if "imagefolder" in name or "crops" in name else (
            "a loop, whole pictures", whole,
        )  # fmt: skip
        middle = median(taken)
        rows.append((name, told(middle), told(of / middle), told(median(spent[against]) / middle)))
    print(f"{count:,} faces in {pictures:,} pictures; {whole:,} whole; {cores()} processes, {often} rounds")
    table(("way", "seconds", "pictures/s", "ratio"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="exports against plain loops")
    parser.add_argument("--crops", type=int, default=20_000, help="how many faces, in half as many pictures (20,000)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each way is gone (1)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anitui-bench-") as temporary:
        bytecode_in(Path(temporary) / "bytecode", "anitui.commands.export", "anitui.pipeline.export.pictures")
        compare(Path(temporary), chosen.crops, chosen.rounds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--crops-by-hand"]:
        crops_by_hand(Path(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--whole-by-hand"]:
        whole_by_hand(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
