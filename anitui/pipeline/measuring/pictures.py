"""What is about pictures and faces as they are: sizes, formats, what was measured, distances, what was set aside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from anitui.pipeline.charts.model import Bar, Bars, Histogram, Lead
from anitui.pipeline.measuring.rows import Rows, Statistic, between, browse, faces, value
from anitui.store import distances
from anitui.store import statistics as stats
from anitui.words import count, size

NO_PICTURES = (
    "no pictures yet: `anitui import FOLDER` takes some in (in the app: i), `anitui scrape JOBS` collects them"
)
_NO_FACES = "no faces yet: `anitui detect` finds them"
_CROWD = 20
_NO_PAIRS = "no pairs yet: `anitui pairs` finds near-duplicates"


def _sizes(rows: Rows) -> Histogram:
    found = [each for each in rows.of(stats.SizeBin) if (each.kind, each.side) == ("image", "longer")]
    return _pixels(
        found, "size", browse,
        about="the longer side of active pictures, in pixels",
        unit="pictures", nothing=NO_PICTURES,
    )  # fmt: skip


def _shorter(rows: Rows) -> Histogram:
    found = [each for each in rows.of(stats.SizeBin) if (each.kind, each.side) == ("image", "shorter")]
    return _pixels(
        found, "shorter", browse,
        about="the shorter side of active pictures, in pixels",
        unit="pictures", nothing=NO_PICTURES,
    )  # fmt: skip


def _faces(rows: Rows) -> Histogram:
    found = [each for each in rows.of(stats.SizeBin) if each.kind == "face"]
    return _pixels(
        found, "face", faces,
        about="the longer side of active faces' boxes, in pixels of the picture",
        unit="faces", nothing=_NO_FACES,
    )  # fmt: skip


def _pixels(
    found: Sequence[stats.SizeBin], field: str, leads: Callable[[str], Lead], *,
    about: str, unit: str, nothing: str,
) -> Histogram:  # fmt: skip
    return Histogram(
        about=about,
        unit=unit,
        nothing=nothing,
        bars=[
            Bar(_step(each.at_least, each.below), each.number, lead=leads(between(field, each.at_least, each.below)))
            for each in found
        ],
        of="step",
    )


def _step(at_least: float, below: float) -> str:
    return f"{at_least:,g} – {below:,g}"


def _per_picture(rows: Rows) -> Histogram:
    found = rows.of(stats.FacesPerPicture)
    together = sum(each.faces * each.pictures for each in found)
    return Histogram(
        about="how many active pictures have how many active faces",
        unit="pictures",
        facts=(f"{together:,} faces in {sum(each.pictures for each in found if each.faces):,} pictures",),
        nothing=_NO_FACES,
        bars=_crowds(found) if together else [],
        of="step",
    )


def _crowds(found: Sequence[stats.FacesPerPicture]) -> list[Bar]:
    """A bar for each number up to that of a crowd; what has more is one of them."""
    bars = [Bar(count(each.faces, "face"), each.pictures) for each in found[:_CROWD]]
    if found[_CROWD:]:
        bars.append(Bar(f"{_CROWD} and more", sum(each.pictures for each in found[_CROWD:])))
    return bars


def _detectors(rows: Rows) -> Bars:
    return Bars(
        about="active faces and heads by the detector (or person, or file) that their box is from",
        unit="faces",
        nothing=_NO_FACES,
        bars=[
            Bar(
                each.detector if each.kind == "face" else f"{each.detector} ({each.kind}s)",
                each.faces,
                note=f"in {count(each.pictures, 'picture')}",
                lead=faces(f"detector:{value(each.detector)} kind:{each.kind}"),
            )
            for each in rows.of(stats.DetectorCount)
        ],
        of="detector",
    )


def _formats(rows: Rows) -> Bars:
    found = rows.of(stats.FormatCount)
    moving = sum(each.animated for each in found)
    return Bars(
        about="active pictures by the format of their files, and what those take up",
        unit="pictures",
        facts=(f"{count(moving, 'picture is', 'pictures are')} animated",) if moving else (),
        nothing=NO_PICTURES,
        bars=[
            Bar(each.format, each.pictures, note=size(each.bytes), lead=browse(f"format:{value(each.format)}"))
            for each in found
        ],
        of="format",
    )


def _bytes(rows: Rows) -> Histogram:
    found = rows.of(stats.BytesBin)
    return Histogram(
        about="active pictures by the bytes of their files",
        unit="pictures",
        facts=(f"{size(sum(each.bytes for each in found))} together",),
        nothing=NO_PICTURES,
        bars=[
            Bar(f"{size(each.at_least)} – {size(each.below)}", each.pictures, note=size(each.bytes),
                lead=browse(between("bytes", each.at_least, each.below)))
            for each in found
        ],
        of="step",
    )  # fmt: skip


def _fact(rows: Rows, what: type[stats.FactBin], about: str) -> Histogram:
    field = what.__name__.lower()
    return Histogram(
        about=f"active pictures by their {about}",
        unit="pictures",
        nothing=NO_PICTURES,
        bars=[
            Bar(_step(each.at_least, each.below), each.pictures, lead=browse(between(field, each.at_least, each.below)))
            for each in rows.of(what)
        ],
        of="step",
    )


def _colours(rows: Rows) -> Histogram:
    about = "colourfulness (Hasler and Süsstrunk): grey is 0, vivid is beyond 60"
    return _fact(rows, stats.Colourfulness, about)


def _sharpness(rows: Rows) -> Histogram:
    about = "sharpness (variance of the Laplacian): blurred and flat pictures are low"
    return _fact(rows, stats.Sharpness, about)


def _brightness(rows: Rows) -> Histogram:
    return _fact(rows, stats.Brightness, "mean grey: black is 0, white is 255")


def _distances(rows: Rows) -> Histogram:
    found = _in_steps(rows.of(stats.DistanceCount))
    several = len({(each.kind, each.algorithm) for each in found}) > 1
    return Histogram(
        about="pairs that were found, of two active pictures or faces, by how many of 64 bits of their hashes differ, "
        "or by how far apart they are to a model",
        unit="pairs",
        nothing=_NO_PAIRS,
        bars=[
            Bar(
                (f"{'pictures' if each.kind == 'image' else 'faces'}, {each.algorithm}: " if several else "")
                + _how_far(each, several),
                each.pairs,
                note=f"{each.judged:,} judged" if each.judged else "",
            )
            for each in found
        ],
        of="distance",
    )


def _in_steps(found: Sequence[stats.DistanceCount]) -> list[stats.DistanceCount]:
    """Cosine distances are taken together, up to each step: as thousandths they would be hundreds of bars."""
    together: dict[tuple[str, str, int], stats.DistanceCount] = {}
    for each in found:
        by = distances.step(each.algorithm)
        at = (each.kind, each.algorithm, -(-each.distance // by) * by)
        sofar = together.get(at) or replace(each, distance=at[2], pairs=0, found=0, judged=0)
        together[at] = replace(
            sofar, pairs=sofar.pairs + each.pairs, found=sofar.found + each.found, judged=sofar.judged + each.judged
        )
    return list(together.values())


def _how_far(each: stats.DistanceCount, several: bool) -> str:
    if several or each.algorithm == distances.COSINE:
        return distances.shown(each.algorithm, each.distance)
    return count(each.distance, "bit")


def _aside(rows: Rows) -> Bars:
    return Bars(
        about="pictures and faces that are not active: no other statistic counts them",
        unit="pictures and faces",
        nothing="nothing was set aside",
        bars=[
            Bar(
                f"{'pictures' if each.kind == 'image' else 'faces'}: {each.reason}",
                each.number,
                lead=(browse if each.kind == "image" else faces)(f"state:set_aside reason:{value(each.reason)}"),
            )
            for each in rows.of(stats.AsideCount)
        ],
        of="reason",
    )


STATISTICS = (
    Statistic("sizes", "Sizes of pictures", stats.SizeBin, _sizes),
    Statistic("shorter", "Shorter sides of pictures", stats.SizeBin, _shorter),
    Statistic("faces", "Sizes of faces", stats.SizeBin, _faces),
    Statistic("per-picture", "Faces in a picture", stats.FacesPerPicture, _per_picture),
    Statistic("detectors", "Faces by who found them", stats.DetectorCount, _detectors),
    Statistic("formats", "Formats", stats.FormatCount, _formats),
    Statistic("bytes", "Sizes of files", stats.BytesBin, _bytes),
    Statistic("colours", "Colourfulness", stats.Colourfulness, _colours),
    Statistic("sharpness", "Sharpness", stats.Sharpness, _sharpness),
    Statistic("brightness", "Brightness", stats.Brightness, _brightness),
    Statistic("distances", "Distances of near-duplicates", stats.DistanceCount, _distances),
    Statistic("aside", "Set aside, and why", stats.AsideCount, _aside),
)
