"""A pair as it is shown: both sides with what is known of them, which is better, what was said of them before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from PIL import Image

from anitui.screens.widgets.picture import Subject
from anitui.store import comparing, embeddings, triage, verdicts
from anitui.store.catalogue import Catalogue
from anitui.store.comparing import Side, Suggestion
from anitui.store.distances import COSINE
from anitui.store.groups import Said, Statement, Verdict
from anitui.store.spoken import said_before
from anitui.store.triage import Question, Queue
from anitui.workspace import Workspace

NOT_IN_QUEUE = -1  # the place of a pair that does not wait

_AROUND = 0.1  # of a face's size: what is around it helps to know it
_PLAIN_TABLE = 3685  # the sum of the luminance table that JPEG's qualities are scaled from
_SAME_SHAPE = 1.03


@dataclass(frozen=True, slots=True)
class Pair:
    """Two of a kind; the left one is the suggested keeper."""

    question: Question
    left: Side
    right: Side
    suggestion: Suggestion
    distances: Mapping[str, int]
    pictures: tuple[Subject, Subject]
    qualities: tuple[int | None, int | None]  # of a JPEG, as far as its tables tell
    said: Verdict | None = None  # of the one with the smaller id as `a`

    @property
    def ids(self) -> frozenset[int]:
        return frozenset((self.left.id, self.right.id))

    @property
    def place(self) -> int:
        return self.question.place

    @property
    def framed_alike(self) -> tuple[Subject, Subject]:
        """Both pictures, in one frame where their proportions are nearly the same."""
        one, other = self.left.width / self.left.height, self.right.width / self.right.height
        if max(one, other) > _SAME_SHAPE * min(one, other):
            return self.pictures
        shape = (self.left.width, self.left.height)
        return replace(self.pictures[0], shape=shape), replace(self.pictures[1], shape=shape)

    def statement(self, verdict: Verdict) -> Statement:
        """A verdict on it; `keep a` means the left one."""
        return Statement.of(self.left.id, self.right.id, verdict)

    def after(self, statement: Statement) -> Pair:
        """The same pair after something was said of it."""
        return replace(self, said=statement.verdict)

    @property
    def answer(self) -> Verdict | None:
        """What was said of it, `a` being the left one."""
        if self.said is None or self.left.id < self.right.id:
            return self.said
        return {Verdict.KEEP_A: Verdict.KEEP_B, Verdict.KEEP_B: Verdict.KEEP_A}.get(self.said, self.said)


def next_pairs(
    catalogue: Catalogue, workspace: Workspace, queue: Queue, start: int, count: int, *, backwards: bool = False
) -> list[Pair]:
    """The next pairs that wait, from a place on, with all that is shown of them."""
    asked = triage.questions(catalogue, queue, start, count, backwards=backwards)
    return read(catalogue, workspace, queue.view.kind, asked)


def read(catalogue: Catalogue, workspace: Workspace, kind: str, asked: Sequence[Question]) -> list[Pair]:
    """What is shown of these; a pair of which one is gone (purged, its row deleted) is left out."""
    found = comparing.sides(catalogue, kind, {id for each in asked for id in (each.a_id, each.b_id)})
    known = [each for each in asked if each.a_id in found and each.b_id in found]
    apart = embeddings.distances(catalogue, kind, [(each.a_id, each.b_id) for each in known])
    return [
        _pair(workspace, each, found[each.a_id], found[each.b_id], apart.get((each.a_id, each.b_id))) for each in known
    ]


def read_again(catalogue: Catalogue, workspace: Workspace, kind: str, asked: Question) -> Pair | None:
    """One pair with what was said of it; None where one of the two is gone."""
    pairs = read(catalogue, workspace, kind, [asked])
    if not pairs:
        return None
    standing = verdicts.standing(catalogue, kind, [asked.a_id, asked.b_id])
    said = [each.verdict for each in standing if (each.a_id, each.b_id) == (asked.a_id, asked.b_id)]
    return replace(pairs[0], said=said[-1] if said else None)


def decided_before(
    catalogue: Catalogue, workspace: Workspace, kind: str, verdict_id: int | None, known: Collection[frozenset[int]]
) -> tuple[Said | None, Pair | None]:
    """The pair that a person decided on before another one, with its verdict; not one of the `known`."""
    said = said_before(catalogue, kind, verdict_id)
    while said is not None:
        if frozenset((said.a_id, said.b_id)) not in known:
            pair = read_again(catalogue, workspace, kind, Question(NOT_IN_QUEUE, said.a_id, said.b_id, 0, False))
            if pair is not None:
                return said, pair
        said = said_before(catalogue, kind, said.verdict_id)
    return None, None


def _pair(workspace: Workspace, question: Question, one: Side, other: Side, apart: int | None) -> Pair:
    suggestion = _of_what_is_there(workspace, one, other)
    left, right = (other, one) if suggestion.better == other.id else (one, other)
    pictures = (picture(workspace, left), picture(workspace, right))
    qualities = (quality(left, pictures[0].path), quality(right, pictures[1].path))
    distances = comparing.distances(left, right)
    if apart is not None:
        distances[COSINE] = apart
    return Pair(question, left, right, suggestion, distances, pictures, qualities)


def _of_what_is_there(workspace: Workspace, one: Side, other: Side) -> Suggestion:
    """The suggestion; a picture whose file is gone is not to be kept in place of one whose file is there."""
    suggestion = comparing.suggest(one, other)
    there = [each.id for each in (one, other) if workspace.file(each.path).is_file()]
    if len(there) != 1 or there[0] == suggestion.better:
        return suggestion
    return replace(suggestion, better=there[0], reasons=("its file is there",), against=())


def picture(workspace: Workspace, side: Side) -> Subject:
    """What is seen of it: the whole picture, or the face with a little around it."""
    path = workspace.file(side.path)
    if side.box is None:
        return Subject(path)
    x, y, w, h = side.box
    return Subject(path, (x - w * _AROUND, y - h * _AROUND, w * (1 + 2 * _AROUND), h * (1 + 2 * _AROUND)))


def quality(side: Side, path: Path) -> int | None:
    """The quality that a JPEG was saved with, about; None for what is no JPEG, or cannot be read now."""
    return _quality(path) if side.format == "jpeg" else None


@lru_cache(maxsize=4096)
def _quality(path: Path) -> int | None:
    try:
        if not path.is_file():
            return None
        with Image.open(path) as image:
            tables: Mapping[int, Iterable[int]] = getattr(image, "quantization", None) or {}
    except (OSError, ValueError, SyntaxError):  # the picture's own place says what is wrong with it
        return None
    if 0 not in tables:
        return None
    total = sum(tables[0])
    if total <= 64:
        return 100
    scale = 100 * total / _PLAIN_TABLE
    return max(1, min(99, round((200 - scale) / 2 if scale <= 100 else 5000 / scale)))
