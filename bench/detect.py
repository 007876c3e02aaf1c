"""Finding faces: how many of them and how quickly, by detector, against the way that yotsubanet does it.

    python bench/detect.py [--tiles DIR] [--real DIR] [--cascade FILE] [--pictures N] [--rounds N]

Tiles: small pictures of one face each (`--tiles DIR`, else drawn ones), for how many are found. Posters: large drawn
pictures, with grain as scans have it, and one to three faces whose places are known, for how long it takes and how many
are found; so many that starting is a small part of it. Real pictures (`--real DIR`), where one has some: nobody knows
how many faces there are, so those in which one is found count.
yotsubanet's way: one process, every picture at its full size, loaded by OpenCV, and the cascade loaded again for each,
as it comes (scale 1.1, faces of 100 pixels and more), and so that it finds what ours finds (scale 1.05, faces as small
as ours are looked for). Ours is the whole path, start, worker processes and catalogue included. Each ratio stands
beside what both found: it says something where ours are not fewer. Where other work keeps the cores busy, the
processor's time for each picture tells more than the clock: one process is then less disturbed than several.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from timing import bytecode_in, median, rounds, table, told

from anitui import progress
from anitui.demo.drawing import FaceBox, cast, draw_face, draw_scene
from anitui.pipeline.detect import cascade_file
from anitui.pipeline.detect.detector import CannotDetect
from anitui.pipeline.detecting import DetectOrder, find_faces, smallest_of
from anitui.pipeline.ingest import ImportOrder, import_pictures
from anitui.settings import DetectSettings, Settings
from anitui.store.catalogue import open_catalogue
from anitui.workspace import Workspace, create

USUAL = ""  # what yotsubanet looks for by itself
GRAIN = 3.0  # of 255
POSTERS = ((1500, 2156), (1200, 1700), (1920, 1080))
Boxes = Sequence[tuple[float, float, float, float]]


@dataclass(frozen=True)
class Truth:
    """A picture, and its faces where they are known."""

    file: Path
    faces: Sequence[FaceBox] = ()


def yotsubanets(pictures: Sequence[Truth], cascade: Path, scale: float, smallest: str) -> Mapping[Path, Boxes]:
    cv2.setNumThreads(1)
    found: dict[Path, Boxes] = {}
    for each in pictures:
        detector = cv2.CascadeClassifier(str(cascade))
        grey = cv2.equalizeHist(cv2.cvtColor(cv2.imread(str(each.file)), cv2.COLOR_BGR2GRAY))
        side = min(grey.shape)
        # In tiles of 128 pixels, faces of 100 would be none.
        least = min(100, side // 4) if smallest == USUAL else round(side * smallest_of(smallest))
        boxes = detector.detectMultiScale(grey, scale, 5, minSize=(max(24, least),) * 2)
        found[each.file] = [(float(x), float(y), float(w), float(h)) for x, y, w, h in boxes]
    return found


class Ours:
    """A workspace that holds the pictures; each search begins as if none had been."""

    def __init__(self, folder: Path, pictures: Sequence[Truth], settings: Settings) -> None:
        self.settings = settings
        self.workspace: Workspace = create(folder)
        catalogue = open_catalogue(self.workspace.catalogue)
        order = ImportOrder([str(each.file) for each in pictures])
        progress.run(import_pictures(self.workspace, catalogue, order), lambda _: None)
        catalogue.close()

    def search(self, detector: str, smallest: str, settings: Settings | None = None) -> Mapping[Path, Boxes]:
        catalogue = open_catalogue(self.workspace.catalogue)
        try:
            order = DetectOrder(detector, smallest, redo=True)
            progress.run(find_faces(self.workspace, catalogue, order, settings or self.settings), lambda _: None)
            found: dict[Path, Boxes] = {}
            for url, boxes in catalogue.rows(
                "SELECT s.url, list([f.x, f.y, f.w, f.h]) FROM faces f JOIN sightings s USING (image_id) "
                "WHERE f.detector = ? GROUP BY s.url",
                [detector],
            ):
                found[Path(url)] = [tuple(box) for box in boxes]
            return found
        finally:
            catalogue.close()


def processor() -> float:
    """Seconds that this process and those that it started and waited for have worked."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def score(pictures: Sequence[Truth], found: Mapping[Path, Boxes]) -> tuple[int, int]:
    """Faces that were found, and boxes that lie on none; where places are not known, a picture is one face."""
    right = wrong = 0
    for each in pictures:
        boxes = found.get(each.file, ())
        if not each.faces:
            right, wrong = right + bool(boxes), wrong + max(0, len(boxes) - 1)
            continue
        hits = {n for n, face in enumerate(each.faces) for box in boxes if _lies_on(box, face)}
        right += len(hits)
        wrong += sum(not any(_lies_on(box, face) for face in each.faces) for box in boxes)
    return right, wrong


def _lies_on(box: tuple[float, float, float, float], face: FaceBox) -> bool:
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    return face.x < x < face.x + face.w and face.y < y < face.y + face.h and 0.5 < box[2] / face.w < 2.2


def tiles(folder: Path, given: Path | None) -> list[Truth]:
    if given is not None:
        return [Truth(each.absolute()) for each in sorted(given.iterdir()) if each.suffix in (".png", ".jpg", ".jpeg")]
    made = []
    for n, who in enumerate(cast(11, 60)):
        file = folder / f"tile{n:03}.png"
        draw_face(who, np.random.default_rng(n), 128).save(file)
        made.append(Truth(file))
    return made


def posters(folder: Path, count: int) -> list[Truth]:
    rng = np.random.default_rng(3)
    people = cast(12, 40)
    made = []
    for n in range(count):
        chosen = [people[int(rng.integers(len(people)))] for _ in range(1 + n % 3)]
        scene = draw_scene(chosen, rng, POSTERS[n % len(POSTERS)])
        file = folder / f"poster{n:03}.jpg"
        _grained(scene.picture.convert("RGB"), rng).save(file, quality=90)
        made.append(Truth(file, scene.faces))
    return made


def _grained(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """With the grain of a scan: what is flat decodes in no time."""
    tile = rng.normal(0, GRAIN, (256, 256, 1))
    down, across = -(-picture.height // 256), -(-picture.width // 256)
    grain = np.tile(tile, (down, across, 1))[: picture.height, : picture.width]
    return Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8))


def real(folder: Path) -> list[Truth]:
    return [Truth(each.absolute()) for each in sorted(folder.rglob("*")) if each.suffix in (".png", ".jpg", ".jpeg")]


def compare(name: str, pictures: Sequence[Truth], cascade: Path, temporary: Path, count: int) -> None:
    faces = sum(len(each.faces) or 1 for each in pictures)
    plain = Settings(detect=DetectSettings(cascade=str(cascade)))
    finer = Settings(detect=DetectSettings(cascade=str(cascade), animeface_step=2))
    ours = Ours(temporary / name, pictures, plain)
    found: dict[str, Mapping[Path, Boxes]] = {}
    busy: dict[str, list[float]] = {}

    def timed(way: str, search: Callable[[], Mapping[Path, Boxes]]) -> Callable[[], float]:
        def run() -> float:
            begun, before = time.perf_counter(), processor()
            found[way] = search()
            busy.setdefault(way, []).append(processor() - before)
            return time.perf_counter() - begun

        return run

    def loop(scale: float, smallest: str) -> Callable[[], Mapping[Path, Boxes]]:
        return lambda: yotsubanets(pictures, cascade, scale, smallest)

    def search(detector: str, smallest: str, settings: Settings) -> Callable[[], Mapping[Path, Boxes]]:
        return lambda: ours.search(detector, smallest, settings)

    usual = "yotsubanet's way, as it comes"
    ways = {usual: timed(usual, loop(1.1, USUAL))}
    baselines = {usual: usual}
    large = name == "posters"
    for smallest in ("100", "10%", "15%") if large else ():  # what finds no fewer than it does as it comes
        way = f"cascade, faces from {smallest}"
        ways[way], baselines[way] = timed(way, search("cascade", smallest, plain)), usual
    smallest = "20%" if name == "tiles" else "6%"
    baseline = f"yotsubanet's way, faces from {smallest}"
    for way, looking in (
        (baseline, loop(1.05, smallest)),
        (f"cascade, faces from {smallest}", search("cascade", smallest, plain)),
        (f"animeface, faces from {smallest}", search("animeface", smallest, plain)),
        *(() if large else [(f"animeface, step 2, from {smallest}", search("animeface", smallest, finer))]),
    ):
        ways[way], baselines[way] = timed(way, looking), baseline
    spent = rounds(ways, count)
    rows = []
    for way, seconds in spent.items():
        right, wrong = score(pictures, found[way])
        middle = median(seconds)
        rows.append(
            [
                way,
                f"{right} of {faces}",
                str(wrong),
                told(len(pictures) / middle, "pictures/s"),
                told(1000 * median(busy[way]) / len(pictures), "ms"),
                told(median(spent[baselines[way]]) / middle),
            ]
        )
    table([f"{len(pictures)} {name}", "found", "wrong", "", "processor", "ratio"], rows)
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiles", type=Path, metavar="DIR", help="small pictures of a face each")
    parser.add_argument("--real", type=Path, metavar="DIR", help="pictures of yours, of any kind")
    parser.add_argument("--cascade", type=Path, metavar="FILE", help="nagadomi's; fetched where it is not named")
    parser.add_argument("--pictures", type=int, default=240, help="posters")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    try:
        cascade = options.cascade or cascade_file.fetch()
    except CannotDetect as error:  # without a network the other benches are worth running all the same
        print(f"not measured: {error}")
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        bytecode_in(folder / "bytecode", "anitui.pipeline.detect.look", "cv2", "scipy")
        compare("tiles", tiles(folder, options.tiles), cascade, folder, options.rounds)
        compare("posters", posters(folder, options.pictures), cascade, folder, options.rounds)
        if options.real is not None:
            compare("real", real(options.real), cascade, folder, options.rounds)


if __name__ == "__main__":
    main()
