"""Pictures that are nothing but their hashes, and the pairs that looking at each with each finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from anitui.store.catalogue import Catalogue

Pairs = dict[tuple[int, int], int]


def hang(catalogue: Catalogue, bits: Sequence[int] | NDArray[np.uint64], mode: str = "exact", first: int = 1) -> None:
    """Add a picture for each of these dhashes, numbered from `first` on."""
    import pyarrow

    from anitui.store.catalogue import incoming

    rows = pyarrow.table({"id": np.arange(first, first + len(bits)), "bits": np.array(bits, np.uint64)})
    with catalogue.writing() as connection, incoming(connection, rows):
        connection.execute(
            "INSERT INTO images (image_id, sha256, path, stored, format, mode, width, height, bytes) "
            "SELECT id, 'content ' || id, 'media/' || id, 'copy', 'png', 'RGB', 8, 8, 8 FROM incoming"
        )
        connection.execute("INSERT INTO image_hashes SELECT id, 'dhash', ?, bits FROM incoming", [mode])


def rehash(catalogue: Catalogue, image_id: int, bits: int) -> None:
    with catalogue.writing() as connection:
        connection.execute("UPDATE image_hashes SET bits = ? WHERE image_id = ?", [bits, image_id])


def seen_as(catalogue: Catalogue, titles: Mapping[int, Iterable[str]]) -> None:
    """Give pictures titles, as many as one likes."""
    with catalogue.writing() as connection:
        for image_id, some in titles.items():
            for title in some:
                connection.execute(
                    "INSERT INTO sightings (image_id, site, url, title) VALUES (?, 'folder', 'x', ?)", [image_id, title]
                )


def by_hand(bits: Sequence[int] | NDArray[np.uint64], lo: int, hi: int) -> Pairs:
    """Every pair `lo`..`hi` bits apart: each compared with each. Numbered from 1 on."""
    hashes = np.array(bits, np.uint64)
    found: Pairs = {}
    for a in range(len(hashes)):
        apart = np.bitwise_count(hashes[a] ^ hashes[a + 1 :])
        for b in ((apart >= lo) & (apart <= hi)).nonzero()[0].tolist():
            found[a + 1, a + 2 + b] = int(apart[b])
    return found


def written(catalogue: Catalogue) -> Pairs:
    """What stands in `pairs`; each pair must stand there once."""
    rows = catalogue.rows("SELECT a_id, b_id, distance FROM pairs WHERE kind = 'image' AND algorithm = 'dhash'")
    found = {(a, b): distance for a, b, distance in rows}
    assert len(found) == len(rows)
    return found


def some_hashes(seed: int, number: int, *, skewed: bool) -> NDArray[np.uint64]:
    """Hashes with near ones among them. Skewed: most bits seldom set, clusters around a few, many equal, many zero."""
    numbers = np.random.default_rng(seed)
    if skewed:
        often = numbers.random(64) ** 3
        bits = np.packbits(numbers.random((number, 64)) < often, axis=1).view(np.uint64).ravel()
        bits[: number // 10] = 0
        bits[number // 10 : number // 5] = bits[-1]
        near = numbers.integers(number // 5, number // 5 + 3, number // 4)
    else:
        bits = numbers.integers(0, 2**64, number, dtype=np.uint64)
        near = numbers.integers(number // 2, number, number // 4)
    flipped = bits[near]
    often_flipped = numbers.integers(0, 13, len(near))
    for flips in range(12):
        one = np.uint64(1) << numbers.integers(0, 64, len(near)).astype(np.uint64)
        flipped ^= np.where(often_flipped > flips, one, np.uint64(0))
    bits[number // 5 : number // 5 + len(near)] = flipped
    return numbers.permutation(bits)
