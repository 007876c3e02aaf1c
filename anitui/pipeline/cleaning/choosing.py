"""Who is kept of the pairs that meet a rule: one of each group that hangs together, and never against a verdict.

The nearest pairs join first. A pair does not join its groups where they bear different labels, where in each of them
lies a protected picture, or where something else was said of them: such pairs are left to a person, and counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from anitui.store.groups import Statement, Verdict
from anitui.store.rules import Known, Meeting, Near


@dataclass(frozen=True, slots=True)
class Choice:
    """Someone to be kept, and someone set aside by a pair that meets the rule; `keeper` stands for their group."""

    statement: Statement
    distance: int
    keeper: int | None = None
    loser: int | None = None


@dataclass(slots=True)
class Chosen:
    """What a rule would say, in the order in which it must be said, and how many pairs it leaves to a person."""

    choices: list[Choice] = field(default_factory=list)
    decided: int = 0  # follows from earlier verdicts
    contradicting: int = 0  # would contradict them
    protected: int = 0  # both would have to be kept
    labels_differ: int = 0
    kept_both: int = 0  # somebody said to keep more than one of a group


class _Clusters:
    """Groups that grow pair by pair, each with what would forbid it to grow."""

    def __init__(self, known: dict[int, Known], apart: Iterable[tuple[int, int]], labels_equal: bool) -> None:
        self._known = known
        self._labels_equal = labels_equal
        self._parent = {id: id for id in known}
        self._size = dict.fromkeys(known, 1)
        self._protected = {id for id, each in known.items() if each.protected}
        self._labels = {id: each.labels for id, each in known.items()}
        of_group = {each.group_id: id for id, each in known.items()}
        self._apart: dict[int, set[int]] = defaultdict(set)
        for one, other in apart:
            if one in of_group and other in of_group:
                self._apart[of_group[one]].add(of_group[other])
                self._apart[of_group[other]].add(of_group[one])

    def root(self, id: int) -> int:
        parent = self._parent
        while parent[id] != id:
            parent[id] = parent[parent[id]]
            id = parent[id]
        return id

    def forbids(self, one: int, other: int, *, protecting: bool) -> str | None:
        """Why two clusters cannot be one: the name of the count; None when they can."""
        if self._apart and other in self._apart.get(one, ()):
            return "contradicting"
        if (
            self._labels_equal
            and self._labels[one]
            and self._labels[other]
            and self._labels[one] != self._labels[other]
        ):
            return "labels_differ"
        if protecting and one in self._protected and other in self._protected:
            return "protected"
        return None

    def join(self, one: int, other: int) -> None:
        if self._size[one] < self._size[other]:
            one, other = other, one
        self._parent[other] = one
        self._size[one] += self._size[other]
        if other in self._protected:
            self._protected.add(one)
        self._labels[one] = self._labels[one] or self._labels[other]
        for far in self._apart.pop(other, ()):
            self._apart[far].discard(other)
            self._apart[far].add(one)
            self._apart[one].add(far)


def choose(met: Meeting, verdict: Verdict | None, *, labels_equal: bool) -> Chosen:
    """What to say of the pairs; without a verdict one is kept of each group, by rank."""
    chosen = Chosen()
    left = [each for each in met.pairs if not _is_decided(each, verdict, chosen)]
    if verdict in (Verdict.DIFFERENT, Verdict.ALTERNATES):
        _part(met, left, verdict, labels_equal, chosen)
        return chosen
    clusters = _Clusters(met.known, met.apart, labels_equal)
    links: list[Near] = []
    for pair in left:
        a, b = met.known[pair.a_id], met.known[pair.b_id]
        if verdict is None and (a.beside or b.beside):
            chosen.kept_both += 1
            continue
        one, other = clusters.root(a.id), clusters.root(b.id)
        if one != other:
            reason = clusters.forbids(one, other, protecting=verdict is None)
            if reason is not None:
                setattr(chosen, reason, getattr(chosen, reason) + 1)
                continue
            clusters.join(one, other)
        elif verdict is Verdict.SAME:
            continue
        elif verdict is None and a.protected and b.protected:
            chosen.protected += 1
            continue
        if verdict is Verdict.SAME:
            chosen.choices.append(Choice(Statement.of(a.id, b.id, verdict), pair.distance))
        else:
            links.append(pair)
    if verdict is None:
        chosen.choices = _keep(met.known, links, clusters)
    return chosen


def _is_decided(pair: Near, verdict: Verdict | None, chosen: Chosen) -> bool:
    if pair.together and verdict in (Verdict.DIFFERENT, Verdict.ALTERNATES):
        chosen.contradicting += 1
    elif pair.together or pair.told:
        chosen.decided += 1
    else:
        return False
    return True


def _part(met: Meeting, pairs: Sequence[Near], verdict: Verdict, labels_equal: bool, chosen: Chosen) -> None:
    """One statement between each two groups: the others follow from it."""
    said: set[tuple[int, int]] = set()
    for pair in pairs:
        a, b = met.known[pair.a_id], met.known[pair.b_id]
        if labels_equal and a.labels and b.labels and a.labels != b.labels:
            chosen.labels_differ += 1
            continue
        groups = (min(a.group_id, b.group_id), max(a.group_id, b.group_id))
        if groups not in said:
            said.add(groups)
            chosen.choices.append(Choice(Statement.of(a.id, b.id, verdict), pair.distance))


def _keep(known: dict[int, Known], links: Sequence[Near], clusters: _Clusters) -> list[Choice]:
    """Along pairs that meet the rule, from the best of each group outwards; said from outside inwards.

    The keeper of a group is the one that the latest verdict names, so the best one's own pairs come last.
    """
    near: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for pair in links:
        near[pair.a_id].append((pair.b_id, pair.distance))
        near[pair.b_id].append((pair.a_id, pair.distance))
    best: dict[int, int] = {}
    for id in near:
        root = clusters.root(id)
        if root not in best or known[id].rank < known[best[root]].rank:
            best[root] = id
    choices: list[Choice] = []
    for keeper in sorted(best.values()):
        reached = {keeper}
        order = [keeper]
        found: list[Choice] = []
        for at in order:
            for far, distance in near[at]:
                if far not in reached:
                    reached.add(far)
                    order.append(far)
                    found.append(Choice(Statement.of(at, far, Verdict.KEEP_A), distance, keeper, far))
        choices += reversed(found)
    return choices
