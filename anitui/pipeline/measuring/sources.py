"""Where pictures came from, over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from anitui.pipeline.charts.model import Bar, Bars, Lines, Series
from anitui.pipeline.measuring.pictures import NO_PICTURES
from anitui.pipeline.measuring.rows import Rows, Statistic, browse, value
from anitui.store import statistics as stats
from anitui.words import count

_DAYS = 92  # a span of more days is told by the month
_MOST = 8  # series that are told apart


def _sources(rows: Rows) -> Lines:
    found = rows.of(stats.SourceDay)
    days = [each.day for each in found]
    monthly = bool(days) and (max(days) - min(days)).days > _DAYS
    counted: dict[str, dict[date, int]] = {}
    for each in found:
        place = each.day.replace(day=1) if monthly else each.day
        of = counted.setdefault(each.site, {})
        of[place] = of.get(place, 0) + each.new_pictures
    new = sum(each.new_pictures for each in found)
    places = _span(days, monthly=monthly)
    chart = Lines(
        about=f"active pictures that were seen for the first time, by site and {'month' if monthly else 'day'} (UTC)",
        unit="new pictures",
        facts=(f"{count(new, 'picture')}, seen {sum(each.sightings for each in found):,} times",),
        nothing=NO_PICTURES,
    )
    return _drawn(chart, counted, places, monthly=monthly)


def _posted(rows: Rows) -> Lines:
    found = rows.of(stats.PostedMonth)
    counted: dict[str, dict[date, int]] = {}
    for each in found:
        counted.setdefault(each.site, {})[each.month] = each.sightings
    chart = Lines(
        about="sightings of active pictures by the month in which they were posted, where a site tells",
        unit="sightings",
        nothing="no source has told when its pictures were posted; Reddit does: `anitui scrape JOBS`",
    )
    return _drawn(chart, counted, _span([each.month for each in found], monthly=True), monthly=True)


def _span(days: Sequence[date], *, monthly: bool) -> list[date]:
    """Every day (or month) from the first to the last, also those without anything."""
    if not days:
        return []
    first, last = min(days), max(days)
    if not monthly:
        return [first + timedelta(days=each) for each in range((last - first).days + 1)]
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def _drawn(chart: Lines, counted: Mapping[str, Mapping[date, int]], places: Sequence[date], *, monthly: bool) -> Lines:
    """The chart with the sites that have the most, and the others as one."""
    sites = sorted(counted, key=lambda site: (-sum(counted[site].values()), site))
    alone = sites if len(sites) <= _MOST else sites[: _MOST - 1]
    series = [Series(site, tuple(counted[site].get(place, 0) for place in places)) for site in alone]
    if others := sites[len(alone) :]:
        sums = tuple(sum(counted[site].get(place, 0) for site in others) for place in places)
        series.append(Series(f"{len(others)} other sites", sums))
    named = [f"{place:%Y-%m}" if monthly else f"{place:%Y-%m-%d}" for place in places]
    return replace(chart, places=named, series=series, leads=[browse(f"site:{value(site)}") for site in alone])


def _sites(rows: Rows) -> Bars:
    return Bars(
        about="active pictures by where they were seen; one that was seen in several places counts for each",
        unit="pictures",
        nothing=NO_PICTURES,
        bars=[
            Bar(
                each.site,
                each.pictures,
                note=count(each.sightings, "sighting"),
                lead=browse(f"site:{value(each.site)}"),
            )
            for each in rows.of(stats.Site)
        ],
        of="site",
    )


STATISTICS = (
    Statistic("sources", "Sources over time", stats.SourceDay, _sources),
    Statistic("sites", "Sites", stats.Site, _sites),
    Statistic("posted", "When it was posted", stats.PostedMonth, _posted),
)
