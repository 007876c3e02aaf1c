"""Near-duplicates by what a model sees, in Duplicates: chosen by keys, counted, looked for, and decided on."""

from __future__ import annotations

import numpy
from sitting import sitting

from anitui.store import embeddings
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace


async def test_pairs_by_cosine_are_looked_for_and_shown(cafe: Workspace, shelf: Catalogue) -> None:
    angles = numpy.array([0, 20, 60, 100, 140, 180, 220, 260, 300, 305, 340, 345]) * numpy.pi / 180
    vectors = numpy.stack([numpy.cos(angles), numpy.sin(angles)], 1).astype(numpy.float32)
    embeddings.take_in(shelf, "image", "pictures", numpy.arange(1, 13), vectors)
    async with sitting(cafe, shelf, (120, 36)) as at:
        await at.press("g", "d", "t", "up", "up", "left")
        await at.sees("‹ cosine ›", "none were found yet: s looks for them")
        await at.press("c")
        await at.sees("s finds 7 new up to 0.2")
        await at.press("down", "down", "left", "left")
        await at.sees("‹ 0.16 ›")
        await at.press("s")
        await at.sees("cos 0.004")
        assert at.said == "5 new pairs found, 5 to decide"
        assert shelf.value("SELECT max(distance) FROM pairs WHERE algorithm = 'cosine'") == 61, "20 degrees"
        await at.press("r")
        assert shelf.rows("SELECT a_id, b_id, verdict FROM verdicts") == [(9, 10, "different")]
        await at.press("t", "up", "up", "right")
        await at.sees("‹ dhash ›", "4 bits")
    async with sitting(cafe, shelf, (120, 36)) as at:
        await at.press("g", "d")
        await at.sees("duplicates › cosine ≤ 0.16", "1 of 5")
