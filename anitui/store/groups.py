"""What follows from the verdicts: who is the same as whom, who is kept, and what would contradict it.

The verdicts are a log, and this reads it. "Keep" and "same" join two groups; the keeper is the one that the latest
"keep" names, and besides the keeper those are kept of whom "same, keep both" was said, and who lost to none since.
"Different" and "alternates" hold between whole groups. Nothing here touches the catalogue.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from anitui.errors import AnituiError


class Verdict(StrEnum):
    """What may be said of two pictures (or faces). `a` is the one with the smaller id."""

    KEEP_A = "keep_a"  # duplicates, and a is the one to keep
    KEEP_B = "keep_b"
    SAME = "same"  # duplicates, and both are kept
    ALTERNATES = "alternates"  # variants of one thing: related, and not duplicates
    DIFFERENT = "different"
    ASIDE = "aside"  # neither is wanted
    NOT_NOW = "not_now"  # asked again when all else is decided


JOINING = frozenset({Verdict.KEEP_A, Verdict.KEEP_B, Verdict.SAME})
PARTING = frozenset({Verdict.DIFFERENT, Verdict.ALTERNATES})


@dataclass(frozen=True, slots=True)
class Statement:
    """A verdict as it is said."""

    a_id: int
    b_id: int
    verdict: Verdict

    @classmethod
    def of(cls, one: int, other: int, verdict: Verdict) -> Statement:
        """In the order of the log, whichever was on the left: "keep a" means the first of the two given."""
        if one == other:
            raise ValueError("nothing can be said of one and itself")
        if one < other:
            return cls(one, other, verdict)
        turned = {Verdict.KEEP_A: Verdict.KEEP_B, Verdict.KEEP_B: Verdict.KEEP_A}
        return cls(other, one, turned.get(verdict, verdict))

    @property
    def winner(self) -> int | None:
        """The one that is kept alone, if the verdict says so."""
        return {Verdict.KEEP_A: self.a_id, Verdict.KEEP_B: self.b_id}.get(self.verdict)

    @property
    def named_kept(self) -> tuple[int, ...]:
        """Whom the verdict says to keep."""
        if self.verdict is Verdict.SAME:
            return (self.a_id, self.b_id)
        return () if self.winner is None else (self.winner,)


@dataclass(frozen=True, slots=True)
class Said(Statement):
    """A verdict of the log."""

    verdict_id: int


@dataclass(frozen=True, slots=True)
class Member:
    """One of a group of two or more."""

    id: int
    group_id: int
    keeper_id: int
    kept: bool


class Contradiction(AnituiError):
    """What is said now cannot be true together with what was said before; `chain` leads from one to the other."""

    def __init__(self, statement: Statement, chain: tuple[Said, ...]) -> None:
        self.statement = statement
        self.chain = chain
        links = ", ".join(in_words(each) for each in chain)
        super().__init__(
            f"{in_words(statement)} contradicts what was said before ({links}): take back the link that is wrong first"
        )


def in_words(statement: Statement) -> str:
    """A verdict as one says it."""
    a, b = statement.a_id, statement.b_id
    return {
        Verdict.KEEP_A: f"{a} kept over {b}",
        Verdict.KEEP_B: f"{b} kept over {a}",
        Verdict.SAME: f"{a} and {b} the same, both kept",
        Verdict.ALTERNATES: f"{a} and {b} alternates",
        Verdict.DIFFERENT: f"{a} and {b} different",
        Verdict.ASIDE: f"{a} and {b} both set aside",
        Verdict.NOT_NOW: f"{a} and {b} put off",
    }[statement.verdict]


class Groups:
    """The groups that a part of the log makes, growing with each statement that is taken in."""

    def __init__(self, log: Iterable[Said] = ()) -> None:
        self._parent: dict[int, int] = {}
        self._joins: dict[int, list[Said]] = defaultdict(list)
        self._members: dict[int, list[int]] = {}
        self._parts: dict[int, dict[int, list[Said]]] = defaultdict(lambda: defaultdict(list))
        for said in sorted(log, key=lambda each: each.verdict_id):
            self.take(said)

    def root(self, id: int) -> int:
        """Whatever stands for the group of one."""
        parent = self._parent
        if id not in parent:
            parent[id] = id
            self._members[id] = [id]
        while parent[id] != id:
            parent[id] = parent[parent[id]]
            id = parent[id]
        return id

    def together(self, one: int, other: int) -> bool:
        """Whether two are in one group."""
        return self.root(one) == self.root(other)

    def between(self, one: int, other: int) -> Said | None:
        """What was said last between their groups, other than that they are one."""
        said = self._parts.get(self.root(one), {}).get(self.root(other))
        return said[-1] if said else None

    def take(self, said: Said) -> None:
        """Let a verdict count. It is not checked."""
        if said.verdict in JOINING:
            self._joins[said.a_id].append(said)
            self._joins[said.b_id].append(said)
            self._join(self.root(said.a_id), self.root(said.b_id))
        elif said.verdict in PARTING:
            one, other = self.root(said.a_id), self.root(said.b_id)
            self._parts[one][other].append(said)
            self._parts[other][one].append(said)

    def _join(self, one: int, other: int) -> None:
        if one == other:
            return
        if len(self._members[one]) < len(self._members[other]):
            one, other = other, one
        self._parent[other] = one
        self._members[one] += self._members.pop(other)
        for far, said in self._parts.pop(other, {}).items():
            del self._parts[far][other]
            for root, towards in ((one, far), (far, one)):
                merged = {each.verdict_id: each for each in (*self._parts[root][towards], *said)}
                self._parts[root][towards] = [merged[key] for key in sorted(merged)]

    def check(self, statement: Statement) -> None:
        """Raises Contradiction where a statement cannot stand beside the others."""
        a, b = statement.a_id, statement.b_id
        if statement.verdict in JOINING and not self.together(a, b):
            against = self.between(a, b)
        elif statement.verdict in PARTING and self.together(a, b):
            raise Contradiction(statement, self._path(a, b))
        elif statement.verdict in PARTING:
            against = self.between(a, b)
            against = against if against is not None and against.verdict is not statement.verdict else None
        else:
            against = None
        if against is not None:
            x, y = (against.a_id, against.b_id) if self.together(a, against.a_id) else (against.b_id, against.a_id)
            raise Contradiction(statement, (*self._path(a, x), against, *self._path(y, b)))

    def _path(self, one: int, other: int) -> tuple[Said, ...]:
        """The shortest chain of joining verdicts between two of a group."""
        came: dict[int, Said | None] = {one: None}
        waiting = deque([one])
        while waiting and other not in came:
            at = waiting.popleft()
            for said in self._joins[at]:
                far = said.b_id if said.a_id == at else said.a_id
                if far not in came:
                    came[far] = said
                    waiting.append(far)
        chain = []
        while (link := came[other]) is not None:
            chain.append(link)
            other = link.b_id if link.a_id == other else link.a_id
        return tuple(reversed(chain))

    def members(self) -> Iterator[Member]:
        """Everyone who is not alone, with their keeper."""
        for ids in self._members.values():
            if len(ids) > 1:
                yield from self._group(ids)

    def _group(self, ids: list[int]) -> Iterator[Member]:
        kept: dict[int, int] = {}  # of each, when "same, keep both" was said last
        lost: dict[int, int] = {}  # and when another one was kept over it
        latest: Said | None = None  # the latest that names one to keep
        for id in ids:
            for said in self._joins[id]:
                if said.winner is None:
                    kept[id] = max(said.verdict_id, kept.get(id, -1))
                elif said.winner != id:
                    lost[id] = max(said.verdict_id, lost.get(id, -1))
                elif latest is None or said.verdict_id > latest.verdict_id:
                    latest = said
        group_id = min(ids)
        keeper = group_id if latest is None or latest.winner is None else latest.winner
        for id in ids:
            yield Member(id, group_id, keeper, id == keeper or kept.get(id, -1) > lost.get(id, -1))
