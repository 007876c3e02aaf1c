"""What must stay together: crops of one picture, near-duplicates, one post, one album, one picture that was cut up.

Members are nodes, and so are their pictures; whatever keeps two of them together is an edge, and a group is what
hangs together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from anitui.pipeline import name_sources
from anitui.pipeline.splitting.near import Hashed, edges
from anitui.pipeline.splitting.order import SplitOrder
from anitui.progress import Event, Work
from anitui.store.split_candidates import Candidates

if TYPE_CHECKING:
    import pyarrow

Places = NDArray[np.int64]
PILES = 10  # so many that were too large are told


@dataclass(slots=True)
class Grouped:
    """Which group each member is of, by numbers from 0, and what they were put together by."""

    group: Places
    joined: dict[str, int] = field(default_factory=dict)  # why → how many members have company by it
    piles: list[dict[str, Any]] = field(default_factory=list)  # places with too many pictures to be one source
    more_piles: int = 0
    names: str = ""  # how files' names were read
    unhashed: int = 0  # members that near-duplicates could not be looked for of


def grouped(candidates: Candidates, members: pyarrow.Table, order: SplitOrder) -> Work[Grouped]:
    """Put those together that must not be parted."""
    found = Grouped(np.zeros(0, np.int64), unhashed=candidates.unhashed() if order.near >= 0 else 0)
    graph = _Graph(members)
    found.joined["the same picture"] = int((np.bincount(graph.picture)[graph.picture] > 1).sum())
    kinds = ("image", "face") if candidates.kind == "face" else ("image",)
    for kind in kinds:
        nodes = graph.pictures if kind == "image" else graph.members
        yield Event("looking for what must stay together")
        said = candidates.groups(kind)
        found.joined[f"verdicts on {kind}s"] = graph.together(nodes(_column(said, "id")), _column(said, "group_id"))
        if order.near >= 0:
            apart = candidates.different(kind)
            one, other = nodes(_column(apart, "one")), nodes(_column(apart, "other"))
            pairs = np.stack([np.minimum(one, other), np.maximum(one, other)], axis=1)
            different = frozenset((int(a), int(b)) for a, b in pairs if a >= 0)
            for mode in ("exact", "fast"):
                hashes = candidates.hashes(kind, mode)
                hashed = Hashed.of(nodes(_column(hashes, "id")), hashes["bits"].to_numpy())
                why = f"near-duplicate {'pictures' if kind == 'image' else 'faces'}"
                number = 0
                for near in edges(hashed, order.near, different):
                    number += graph.add(*near)
                    yield Event("looking for what must stay together")
                found.joined[why] = found.joined.get(why, 0) + number
    if order.sources:
        _keep_sources(graph, candidates, order, found)
    for column in order.together:
        shared = candidates.sharing(column)
        found.joined[f"the same {column}"] = graph.together(graph.pictures(_column(shared, "image_id")), _codes(shared))
    found.joined = {why: number for why, number in found.joined.items() if number}
    found.group = graph.groups()
    return found


def _keep_sources(graph: _Graph, candidates: Candidates, order: SplitOrder, found: Grouped) -> None:
    """What was found at one place stays together, unless so much was found there that it is no source but a pile."""
    import pyarrow

    places = candidates.places()
    number, piles = graph.capped(
        graph.pictures(_column(places, "image_id")), _codes(places), places["place"].to_pylist(), order.largest
    )
    found.joined["one post, album or page"] = number
    files = candidates.files()
    ways: dict[str, None] = {}
    total = 0
    for job in np.unique(_column(files, "job_id")):
        of_job = files.filter(pyarrow.array(_column(files, "job_id") == job))
        told = name_sources.of_files(of_job, order.names)
        if told.way:
            ways[told.way] = None
            sources = told.sources.to_numpy()
            nodes = np.where(sources >= 0, graph.pictures(_column(of_job, "image_id")), -1)
            number, more = graph.capped(nodes, sources, of_job["url"].to_pylist(), order.largest)
            total += number
            piles += more
    found.joined["cut from one picture, as files are named"] = total
    found.names = "; ".join(ways)
    piles.sort(key=lambda each: -each["pictures"])
    found.piles, found.more_piles = piles[:PILES], max(0, len(piles) - PILES)


class _Graph:
    """Edges between nodes: first the members, then their pictures, each in the order of their ids."""

    def __init__(self, members: pyarrow.Table) -> None:
        self._ids = _column(members, "id")
        self._image_ids, of_member = np.unique(_column(members, "image_id"), return_inverse=True)
        self.picture = of_member.astype(np.int64) + len(self._ids)  # the node of each member's picture
        self._ends: list[tuple[Places, Places]] = [(np.arange(len(self._ids)), self.picture)]

    def members(self, ids: Places) -> Places:
        """The nodes of members; -1 for who takes no part."""
        return _found(self._ids, ids, 0)

    def pictures(self, ids: Places) -> Places:
        return _found(self._image_ids, ids, len(self._ids))

    def add(self, one: Places, other: Places) -> int:
        """Edges between nodes; how many they are."""
        here = (one >= 0) & (other >= 0)
        self._ends.append((one[here], other[here]))
        return int(here.sum())

    def together(self, nodes: Places, keys: Places) -> int:
        """Keep all nodes of the same key together; how many have company by that."""
        here = nodes >= 0
        nodes, keys = nodes[here], keys[here]
        if not len(nodes):
            return 0
        _, first, of, sizes = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        self.add(nodes[first][of], nodes)
        return len(np.unique(nodes[sizes[of] > 1]))

    def capped(self, nodes: Places, keys: Places, called: list[str], largest: int) -> tuple[int, list[dict[str, Any]]]:
        """As `together`, but what more nodes share than `largest` is a pile: told, and not kept together."""
        here = (nodes >= 0) & (keys >= 0)
        places = here.nonzero()[0]
        both = np.unique(np.stack([keys[here], nodes[here]], axis=1), axis=0) if len(places) else np.zeros((0, 2), int)
        values, sizes = np.unique(both[:, 0], return_counts=True)
        piled = values[sizes > largest]
        firsts = {int(keys[place]): called[place] for place in places[np.isin(keys[here], piled)][::-1]}
        piles = [
            {"place": firsts[int(key)], "pictures": int(size)}
            for key, size in zip(values, sizes, strict=True)
            if size > largest
        ]
        kept = both[~np.isin(both[:, 0], piled)]
        return self.together(kept[:, 1], kept[:, 0]), piles

    def groups(self) -> Places:
        """The group of each member, numbered in the order of their first members."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        number = len(self._ids) + len(self._image_ids)
        one, other = (np.concatenate([each[side] for each in self._ends]) for side in (0, 1))
        matrix = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(number, number))
        _, of = connected_components(matrix, directed=False)
        _, first, group = np.unique(of[: len(self._ids)], return_index=True, return_inverse=True)
        rank = np.empty(len(first), np.int64)
        rank[np.argsort(first)] = np.arange(len(first))
        found: Places = rank[group]
        return found


def _found(ids: Places, wanted: Places, offset: int) -> Places:
    places = np.searchsorted(ids, wanted)
    places[places == len(ids)] = 0
    here = ids[places] == wanted if len(ids) else np.zeros(len(wanted), bool)
    return np.where(here, places + offset, -1).astype(np.int64)


def _column(table: pyarrow.Table, name: str) -> Places:
    found: Places = table[name].to_numpy().astype(np.int64)
    return found


def _codes(table: pyarrow.Table) -> Places:
    """A number for each place of a table that is sorted by it."""
    places = table["place"]
    if not len(places):
        return np.zeros(0, np.int64)
    codes: Places = places.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes
