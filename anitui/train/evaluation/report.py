"""What an evaluation says, as plain data: kept as `evaluation/report.json`, whose schema this is."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from anitui.errors import AnituiError
from anitui.train.metrics.classification import Scores
from anitui.train.metrics.detection import Detection
from anitui.train.metrics.intervals import Interval
from anitui.train.metrics.multilabel import Means
from anitui.train.metrics.verification import Rates

FILE = "report.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Face:
    """A member that was measured, so that it can be found and shown."""

    row: int  # of the manifest; -1: it is a file that is not in it
    face_id: int | None
    image_id: int | None
    file: str  # absolute, or within the workspace
    box: tuple[float, ...] | None  # x, y, width, height in pixels of the picture; None: all of it
    size: tuple[int, ...]  # of the picture


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class. `taken_for`: whom its members are taken for most often, and how often."""

    name: str
    support: int
    said: int
    right: int
    precision: Interval | None
    recall: Interval | None
    f1: float
    taken_for: str = ""
    taken_times: int = 0


@dataclass(frozen=True, slots=True)
class Mistaken:
    """Who it is, who was said, how often."""

    true: str
    said: str
    times: int


@dataclass(frozen=True, slots=True)
class ConfusionPart:
    """The classes that are mixed up most: rows are who it is, columns who was said."""

    names: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]
    pairs: tuple[Mistaken, ...]  # of all classes, the most frequent first


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence."""

    low: float
    high: float
    number: int
    sure: float
    right: float


@dataclass(frozen=True, slots=True)
class CoveragePart:
    """When an answer must be at least so sure: the share that is answered, and the share of those that is right."""

    threshold: tuple[float, ...]
    answered: tuple[float, ...]
    right: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How sure the model is, against how often it is right; and from where on to believe it."""

    temperature: float  # what logits are divided by
    ece: float | None  # with that
    ece_before: float | None  # and without
    reliability: tuple[Bin, ...]
    reliability_before: tuple[Bin, ...]
    wanted: float  # the share of answers that is to be right
    threshold: float | None  # less sure is "unknown"; found on val. None: it cannot be had
    answered: float  # with this threshold, here
    right: float | None
    coverage: CoveragePart


@dataclass(frozen=True, slots=True)
class Wrong:
    """A member that was taken for another class."""

    face: Face
    true: str
    said: str
    sure: float
    of_true: float


@dataclass(frozen=True, slots=True)
class OneName:
    """One name for each."""

    number: int
    scores: Scores
    classes: tuple[ClassRow, ...]  # those that are measured, in the order of their names
    not_measured: tuple[str, ...]  # classes without a member here
    confusion: ConfusionPart
    calibration: Calibration
    wrong: tuple[Wrong, ...]  # the surest first
    strangers: int  # members of no class that the model knows
    strangers_named: int  # those of them that it is sure enough of to name


@dataclass(frozen=True, slots=True)
class TagRow:
    """One class of several that may hold. `average_precision` does not exist without an example."""

    name: str
    support: int
    said: int
    right: int
    precision: Interval | None
    recall: Interval | None
    f1: float
    threshold: float
    average_precision: float | None


@dataclass(frozen=True, slots=True)
class SeveralNames:
    """Several names for each, or none."""

    number: int
    means: Means
    at_half: Means  # the same if every class were said from one half on
    classes: tuple[TagRow, ...]
    not_measured: tuple[str, ...]
    unlearnt: tuple[str, ...]  # classes without an example in val: their threshold is one half


@dataclass(frozen=True, slots=True)
class RocPart:
    """Points of the curve; the first threshold, which nothing reaches, is left out."""

    threshold: tuple[float, ...]
    false_positive: tuple[float, ...]
    true_positive: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class At:
    """A rate with the threshold that it is had at."""

    wanted: float
    value: float
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class WrongPair:
    """A pair that is far more, or far less, alike than it should be."""

    one: Face
    other: Face
    same: bool
    alike: float


@dataclass(frozen=True, slots=True)
class Alike:
    """How many pairs are how much alike."""

    low: float
    high: float
    same: int
    different: int


@dataclass(frozen=True, slots=True)
class SamePairs:
    """Is it the same character? By ZACI-20's definitions: a false positive is a pair of two that is taken for one."""

    source: str  # where the pairs are from, in words
    pairs: int
    same: int
    left_out: int  # pairs whose pictures could not be had
    invalid: int  # pairs that the file says are not to be counted
    eer: Interval
    eer_threshold: float
    auc: Interval
    fpr: Interval  # at the FNR that is wanted
    fpr_at: At
    tpr: tuple[At, ...]  # at a few FPRs
    accuracy: At  # the best that any threshold has on these very pairs
    nearest: Interval | None  # how often the face most alike, of another group, is of the same character
    human: Rates | None  # of the persons who judged these pairs
    roc: RocPart
    histogram: tuple[Alike, ...]
    wrong: tuple[WrongPair, ...]


@dataclass(frozen=True, slots=True)
class FoundBoxes:
    """Faces that were found, as COCO counts them."""

    pictures: int
    boxes: int
    found: int
    detection: Detection


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All of it. What a task has nothing of is None."""

    version: int
    run: int
    name: str
    task: str
    model: str
    split: str
    label_set: str
    part: str
    made_at: str
    members: int
    groups: int
    notes: tuple[str, ...]  # what one should know of these numbers
    one_name: OneName | None = None
    several_names: SeveralNames | None = None
    same_pairs: SamePairs | None = None
    boxes: FoundBoxes | None = None
    calibration: Mapping[str, Any] | None = None  # what who uses the model needs: temperature, threshold, thresholds


def as_json(evaluation: Evaluation) -> bytes:
    """As it is kept: JSON that anybody can read."""
    return json.dumps(plain(evaluation), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def plain(evaluation: Evaluation) -> dict[str, Any]:
    """With its thresholds at the top as well, where who uses a model looks for them."""
    found: dict[str, Any] = _rounded(asdict(evaluation))
    return found


def _rounded(value: Any) -> Any:
    """More than seven digits say nothing; what is no number is null."""
    if isinstance(value, float):
        return float(f"{value:.7g}") if value - value == 0 else None
    if isinstance(value, dict):
        return {str(key): _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value


def read(file: Path) -> Evaluation | None:
    """What was kept; None where nothing was, or by a version that said other things."""
    try:
        found = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise AnituiError(f"{file} cannot be read ({error}): `anitui eval` makes it anew") from error
    if not isinstance(found, dict) or found.get("version") != VERSION:
        return None
    try:
        return _made(Evaluation, found)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise AnituiError(f"{file} is not as it was written ({error}): `anitui eval` makes it anew") from error


Made = TypeVar("Made")


def _made(kind: type[Made], found: Any) -> Made:
    """A value of that type from plain data."""
    made: Made = _value(kind, found)
    return made


@cache
def _types_of(kind: type[Any]) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _value(kind: Any, found: Any) -> Any:
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if found is None else _value(next(each for each in inside if each is not type(None)), found)
    if origin is tuple:
        return tuple(_value(inside[0], each) for each in found)
    if origin is not None and issubclass(origin, Mapping):
        key, of = inside
        return {key(name): each if of is Any else _value(of, each) for name, each in found.items()}
    if origin is not None and issubclass(origin, Sequence):
        return [_value(inside[0], each) for each in found]
    if isinstance(kind, type) and is_dataclass(kind):
        types_of = _types_of(kind)
        return kind(**{each.name: _value(types_of[each.name], found[each.name]) for each in fields(kind)})
    if kind is float:
        return float("nan") if found is None else float(found)
    if kind in (int, str, bool) and not isinstance(found, kind):
        raise TypeError(f"{found!r} is no {kind.__name__}")
    return found
