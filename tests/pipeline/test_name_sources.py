"""Which picture a file was cut from, as its name tells: believed where it holds, and only there."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest

from anitui.errors import WrongUse
from anitui.pipeline.name_sources import Looks, Told, read

CHANCE = random.Random(1)
IDS = [CHANCE.randrange(10**6, 9 * 10**6) for _ in range(300)]
CLASSES = ("rem", "ram", "miku")


def cuts(name: Callable[[int, int], str]) -> tuple[list[str], list[int]]:
    """Paths of one to three cuts of each of many pictures, in folders of characters, and what is true."""
    chance = random.Random(2)
    paths, truth = [], []
    for place, id in enumerate(IDS):
        for number in range(chance.choice((1, 1, 1, 2, 3))):
            paths.append(f"set/train/{chance.choice(CLASSES)}/{name(id, number)}")
            truth.append(place)
    return paths, truth


def agrees(told: Told, truth: list[int]) -> bool:
    """Whether two files are of one source exactly where it is true."""
    sources = told.sources.to_pylist()
    pairs = set(zip(sources, truth, strict=True))
    return -1 not in sources and len(pairs) == len(set(sources)) == len(set(truth))


@pytest.mark.parametrize(
    "name",
    [
        lambda id, n: f"{id}_{n}.jpg",
        lambda id, n: f"{id}-{n}.png",
        lambda id, n: f"{id} ({n}).png",
        lambda id, n: f"danbooru_{id}_face{n}.jpg",
        lambda id, n: f"face_{n}_{id}.webp",
        lambda id, n: f"{id}_crop.{n}.jpg",
        lambda id, n: f"{id * 2**80:032x}_{n}.jpg",
        lambda id, n: f"{id % 10_000}x{id % 7}_{n}.jpg",
        lambda id, n: f"{id}_{n * 31}_{n * 17}_96_96.jpg",
        lambda id, n: f"{id}{'abc'[n]}.jpg",
    ],
)
def test_cuts_are_told_from_their_names(name: Callable[[int, int], str]) -> None:
    paths, truth = cuts(name)
    assert agrees(read(paths), truth)
    assert agrees(read([path.replace("/", "\\") for path in paths]), truth)


@pytest.mark.parametrize(
    "name",
    [
        lambda c, n: f"{c}_{n:03}.jpg",
        lambda c, n: f"{c}_{n:05}.jpg",
        lambda c, n: f"{c} ({n}).jpg",
        lambda c, n: f"{n}.jpg",
        lambda c, n: f"{n:05}.png",
        lambda c, n: f"frame_{n:05}.jpg",
        lambda c, n: f"MAL{IDS[n] % 100_000:05}_{n:04}_{IDS[n]:06}.jpg",
        lambda c, n: f"{random.Random(f'{c}{n}').getrandbits(128):032x}.jpg",
    ],
)
def test_files_that_are_counted_are_of_no_common_source(name: Callable[[str, int], str]) -> None:
    told = read([f"set/{c}/{name(c, n)}" for c in CLASSES for n in range(200)])
    assert set(told.sources.to_pylist()) == {-1} and told.way == ""


def test_the_same_counted_picture_in_two_classes_is_two() -> None:
    """`rem/12_0.jpg` and `ram/12_0.jpg`, where each class is counted from 1."""
    paths = [f"set/{c}/{n}_{k}.jpg" for c in CLASSES for n in range(1, 100) for k in range(2)]
    sources = read(paths).sources.to_pylist()
    assert len(set(sources)) == 3 * 99


def looks(sources: list[int], alike: bool) -> Looks:
    """Measurements that are alike for those of one source, or are not."""
    numbers = np.random.default_rng(3)
    of_source = numbers.uniform(size=(max(sources) + 1, 4))
    measured = of_source[sources] if alike else numbers.uniform(size=(len(sources), 4))
    noise = numbers.normal(scale=0.05, size=measured.shape)
    return Looks(measured + noise, numbers.integers(0, 2**63, len(sources)).astype(np.uint64))


def test_numbers_that_might_mean_anything_are_believed_where_the_files_are_alike() -> None:
    """`face_815_257_11.png`: a picture and a place in it, or three numbers of another kind."""
    chance = random.Random(4)
    sources = [n // 3 for n in range(600)]
    paths = [
        f"set/{chance.choice(CLASSES)}/face_{7 * s}_{chance.randrange(900)}_{chance.randrange(99)}.png" for s in sources
    ]
    believed = read(paths, looks=looks(sources, alike=True))
    assert agrees(believed, sources) and believed.way == "the name without the 2 numbers at its end"
    assert read(paths, looks=looks(sources, alike=False)).way == ""
    assert read(paths).way in ("", "the name without the number at its end")


def test_numbers_in_a_row_are_of_pictures_where_the_files_are_alike() -> None:
    """`train/rem/12_0.jpg` and `test/ram/12_1.jpg`, where the pictures of the whole set are counted from 0."""
    chance = random.Random(5)
    sources = [n // 2 for n in range(400)]
    paths = [
        f"set/{chance.choice(('train', 'test'))}/{chance.choice(CLASSES)}/{source}_{n % 2}.jpg"
        for n, source in enumerate(sources)
    ]
    assert agrees(read(paths, looks=looks(sources, alike=True)), sources)
    told = read(paths, looks=looks(sources, alike=False)).sources.to_pylist()
    same = {(a, b) for a, b in zip(range(0, 400, 2), range(1, 400, 2), strict=True) if told[a] == told[b] >= 0}
    assert all(paths[a].rpartition("/")[0] == paths[b].rpartition("/")[0] for a, b in same)


def test_what_looks_nothing_alike_is_not_believed_even_of_ids() -> None:
    paths, truth = cuts(lambda id, n: f"{id}_{n}.jpg")
    assert agrees(read(paths, looks=looks(truth, alike=True)), truth)
    assert read(paths, looks=looks(truth, alike=False)).way == ""


def test_a_pattern_of_ones_own() -> None:
    paths = ["a/x-1-p.jpg", "b/y-1-q.jpg", "b/y-2-q.jpg", "b/odd.jpg"]
    assert read(paths, r"-(\d)-").sources.to_pylist() == [0, 0, 1, -1]
    assert read(paths, "none").sources.to_pylist() == [-1] * 4
    for wrong in ("no group", "(", "(?P<key>"):
        with pytest.raises(WrongUse, match=r"group|regular expression"):
            read(paths, wrong)


def test_nothing_to_read() -> None:
    assert len(read([]).sources) == 0
    assert read(["a/1234567_0.jpg"]).way == ""
