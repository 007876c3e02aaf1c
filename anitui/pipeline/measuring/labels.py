"""What is about labels: classes and their long tail, tags, what goes together, and who said so."""

from __future__ import annotations

from collections.abc import Sequence

from anitui.pipeline.charts.model import Bar, Bars, Histogram, Lines, Matrix, Series
from anitui.pipeline.measuring.rows import Rows, Statistic, browse, faces, value
from anitui.store import statistics as stats
from anitui.words import count

_SPEAKERS = ("a person", "a model", "a job")
_NAME_FACES = "no face has a name yet: find faces with `anitui detect`, name them on the screen Faces (g f)"
_TAG = "no picture has a label yet: take pictures in with their folders' names (`anitui import --labels-from-folders`)"
_ALONE = "no two of these are on one picture"
_SQUARE = 24  # so many names in a matrix


def _classes(rows: Rows) -> Bars:
    found = rows.of_set(stats.ClassCount)
    named = [each for each in found if each.faces]
    return Bars(
        about=f"active faces by their current name in the set {rows.label_set}, by who said it",
        unit="faces",
        facts=_tail_told(rows),
        nothing=_NAME_FACES,
        bars=[
            Bar(
                each.label, each.faces, (each.by_person, each.by_model, each.by_job),
                lead=faces(f"label:{value(each.label)}"),
            )
            for each in (found if named else [])
        ],
        parts=_SPEAKERS,
        of="class",
        many="classes",
    )  # fmt: skip


def _tail_told(rows: Rows) -> tuple[str, ...]:
    found = rows.of_set(stats.LongTail)
    if not found or not found[0].classes:
        return ()
    tail = found[0]
    without = f", {tail.without_faces:,} more without any" if tail.without_faces else ""
    return (
        f"{tail.faces:,} faces of {count(tail.classes, 'class', 'classes')}{without}: "
        f"most {tail.most:,}, median {tail.median:,g}, least {tail.least:,}",
        f"{count(tail.half, 'class holds', 'classes hold')} half of them, the largest tenth {tail.head_share:.0%}; "
        f"{tail.below_10:,} with fewer than 10; Gini {tail.gini:.2f}",
    )


def _tail(rows: Rows) -> Histogram:
    found = rows.of_set(stats.ClassSize)
    return Histogram(
        about=f"how many classes of the set {rows.label_set} have how many faces",
        unit="classes",
        facts=_tail_told(rows),
        nothing=_NAME_FACES,
        bars=[
            Bar(_span(each.at_least, each.below), each.classes, note=count(each.faces, "face"))
            for each in (found if any(each.faces for each in found) else [])
        ],
        of="step",
    )


def _span(at_least: int, below: int) -> str:
    return f"{at_least:,}" if below == at_least + 1 else f"{at_least:,}–{below - 1:,}"


def _ranks(rows: Rows) -> Lines:
    sizes = [each.faces for each in rows.of_set(stats.ClassCount) if each.faces]
    return Lines(
        about=f"faces of each class of the set {rows.label_set}, the largest first, heights by logarithm",
        unit="faces",
        nothing=_NAME_FACES,
        places=[f"{rank:,}" for rank in range(1, len(sizes) + 1)],
        series=[Series("faces", tuple(sizes))] if sizes else [],
        log=True,
    )


def _tags(rows: Rows) -> Bars:
    found = rows.of_set(stats.TagCount)
    return Bars(
        about=f"active pictures by what they are said to be, in the set {rows.label_set}; folders and jobs say it too",
        unit="pictures",
        nothing=_TAG,
        bars=[
            Bar(
                each.label, each.pictures, (each.by_person, each.by_model, each.by_job),
                lead=browse(f"label:{value(each.label)}"),
            )
            for each in found
        ],
        parts=_SPEAKERS,
        of="tag",
    )  # fmt: skip


def _together(rows: Rows) -> Matrix:
    found = rows.of(stats.Together)
    return _matrix(
        [(each.label, each.other, each.pictures) for each in found],
        about="active pictures that have both tags, of the hundred most frequent tags of all sets",
        leads=True,
    )


def _crowd(rows: Rows) -> Matrix:
    found = rows.of_set(stats.FacesTogether)
    return _matrix(
        [(each.label, each.other, each.pictures) for each in found],
        about=f"active pictures with faces of both names of the set {rows.label_set}",
        leads=False,
    )


def _matrix(pairs: Sequence[tuple[str, str, int]], *, about: str, leads: bool) -> Matrix:
    often: dict[str, int] = {}
    for one, other, pictures in pairs:
        often[one] = often.get(one, 0) + pictures
        often[other] = often.get(other, 0) + pictures
    names = sorted(often, key=lambda each: (-often[each], each))[:_SQUARE]
    places = {each: at for at, each in enumerate(names)}
    cells = [[0] * len(names) for _ in names]
    for one, other, pictures in pairs:
        if one in places and other in places:
            cells[places[one]][places[other]] = cells[places[other]][places[one]] = pictures
    left_out = len(often) - len(names)
    return Matrix(
        about=about,
        unit="pictures",
        facts=(f"the square shows the {len(names)} that are together most, of {len(often):,}",) if left_out else (),
        nothing=_ALONE,
        names=names,
        cells=cells,
        pairs=[
            Bar(f"{one} + {other}", each, lead=browse(f"label:{value(one)} label:{value(other)}") if leads else None)
            for one, other, each in pairs
        ],
    )


def _speakers(rows: Rows) -> Bars:
    found = rows.of_set(stats.Speaker)
    kinds = {"face": "faces", "image": "pictures"}
    return Bars(
        about=f"of the set {rows.label_set}: how many current answers are whose; beside it how often they spoke at all",
        unit="answers",
        nothing="nobody has said anything yet: name faces on the screen Faces (g f), or take in pictures with labels",
        bars=[
            Bar(
                f"{kinds[each.kind]}: {each.said_by}" + ("" if each.speaker == "job" else f" ({each.speaker})"),
                each.current,
                note=f"said {each.said:,}",
                lead=faces(f"by:{each.speaker}") if each.kind == "face" else None,
            )
            for each in found
        ],
        of="speaker",
    )


STATISTICS = (
    Statistic("classes", "Faces of each class", stats.ClassCount, _classes, of_set=True),
    Statistic("tail", "Long tail", stats.ClassSize, _tail, of_set=True),
    Statistic("ranks", "Classes by rank", stats.ClassCount, _ranks, of_set=True),
    Statistic("tags", "Pictures of each tag", stats.TagCount, _tags, of_set=True),
    Statistic("together", "Tags together", stats.Together, _together),
    Statistic("crowd", "Faces together", stats.FacesTogether, _crowd, of_set=True),
    Statistic("speakers", "Labels by who said so", stats.Speaker, _speakers, of_set=True),
)
