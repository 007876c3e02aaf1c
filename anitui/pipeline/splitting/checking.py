"""A second look at a split: who has a twin, a picture or a source on another side.

It knows who is in which part and asks anew, without the groups that the split was dealt by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from anitui.pipeline import name_sources
from anitui.pipeline.splitting.near import Hashed, straddling
from anitui.pipeline.splitting.order import SplitOrder
from anitui.progress import Event, Work
from anitui.store.catalogue import Catalogue
from anitui.store.split_check import Standing
from anitui.store.splits import Frozen

if TYPE_CHECKING:
    import pyarrow

Places = NDArray[np.int64]


def leaks(catalogue: Catalogue, members: pyarrow.Table, order: SplitOrder) -> Work[dict[str, int]]:
    """For each thing that must not be on two sides, how many members have it there."""
    found: dict[str, int] = {}
    with Standing(catalogue, order.kind, members) as standing:
        yield Event("looking for leaks")
        found["the same picture"] = standing.same_picture()
        found["verdicts"] = standing.said_to_be_one()
        if order.near >= 0:
            for kind in ("image", "face") if standing.kind == "face" else ("image",):
                number = 0
                parts = standing.parts(kind)
                ids, part = parts["id"].to_numpy(), parts["part"].to_numpy()
                different = frozenset(_places(ids, standing.different(kind)))
                for mode in ("exact", "fast"):
                    table = standing.hashes(kind, mode)
                    yield Event("looking for leaks")
                    nodes = np.searchsorted(ids, table["id"].to_numpy())
                    number += len(straddling(Hashed.of(nodes, table["bits"].to_numpy()), part, order.near, different))
                found[f"near-duplicate {'pictures' if kind == 'image' else 'faces'}"] = number
        if order.sources:
            found["one post, album or page"] = standing.one_place(order.largest)
            found["cut from one picture, as files are named"] = _by_names(standing, order)
    return found


def _by_names(standing: Standing, order: SplitOrder) -> int:
    import pyarrow

    files, parts = standing.files(), standing.parts("image")
    jobs, images = files["job_id"].to_numpy(), files["image_id"].to_numpy()
    part = parts["part"].to_numpy()[np.searchsorted(parts["id"].to_numpy(), images)]
    number = 0
    for job in np.unique(jobs):
        here = jobs == job
        sources = name_sources.of_files(files.filter(pyarrow.array(here)), order.names).sources.to_numpy()
        number += len(across(sources, part[here], images[here], order.largest))
    return number


def across(sources: Places, part: Places, things: Places, largest: int) -> Places:
    """Those things whose source has things in several parts, and is not so large that it is none."""
    rows = np.unique(np.stack([sources, part, things], axis=1)[sources >= 0], axis=0)
    if not len(rows):
        return np.zeros(0, np.int64)
    source, size = np.unique(np.unique(rows[:, [0, 2]], axis=0)[:, 0], return_counts=True)
    parts = np.unique(rows[:, :2], axis=0)[:, 0]
    _, in_parts = np.unique(parts, return_counts=True)
    leaking = source[(in_parts > 1) & (size <= largest)]
    found: Places = np.unique(rows[np.isin(rows[:, 0], leaking), 2])
    return found


def _places(ids: Places, pairs: pyarrow.Table) -> list[tuple[int, int]]:
    """Pairs of ids as pairs of places among them, where both are there."""
    if not len(pairs):
        return []
    place = {int(id): at for at, id in enumerate(ids)}
    one, other = pairs["one"].to_pylist(), pairs["other"].to_pylist()
    both = [(place[a], place[b]) for a, b in zip(one, other, strict=True) if a in place and b in place]
    return [(min(a, b), max(a, b)) for a, b in both]


def order_of(frozen: Frozen) -> SplitOrder:
    """What a split was made by, as far as it says."""
    known = {name: value for name, value in frozen.made_from.items() if name in SplitOrder.__slots__}
    known["together"] = tuple(known.get("together", ()))
    return SplitOrder(frozen.split, **{**known, "kind": frozen.kind, "label_set": frozen.label_set})
