"""One HTML page of charts, tables and samples that needs nothing else: to be sent, kept and read anywhere.

Whatever stands in it may come from strangers: every text goes through `_safe`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from anitui.pipeline.charts import svg
from anitui.pipeline.charts.colours import DARK, LIGHT
from anitui.pipeline.charts.model import Bar, Bars, Chart, Curves, Lines, Matrix, Shares, clean

_MOST_ROWS = 1000  # of a table; what is beyond is in the view

_CSS = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:60rem;padding:1rem;font:1rem/1.5 FONT;background:var(--page);color:var(--ink)}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}
h2{font-size:1.25rem;margin:0 0 .25rem}
h3{font-size:1rem;margin:0 0 .25rem;overflow-wrap:anywhere}
h3 small,.about,figcaption,footer{color:var(--dim);font-weight:400}
section{border-top:1px solid var(--grid);padding:1.25rem 0}
p{margin:.25rem 0}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:1rem 0}
a{color:var(--s0)}
code{font-size:.9em;overflow-wrap:anywhere}
.wide{overflow-x:auto}
.wide svg{display:block;width:100%;min-width:20rem;max-width:46rem;height:auto}
table{border-collapse:collapse;margin:.5rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.15rem .75rem .15rem 0;text-align:left;border-bottom:1px solid var(--grid);overflow-wrap:anywhere}
td.n,th.n{text-align:right;white-space:nowrap}
summary{cursor:pointer;color:var(--dim);margin-top:.5rem}
.samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19.5rem),1fr));gap:1rem}
.samples div{display:flex;flex-wrap:wrap;gap:4px}
.samples img{width:72px;height:72px;object-fit:cover;border-radius:4px;background:var(--grid)}
.cloud{width:100%;height:auto;border-radius:6px}
"""


@dataclass(frozen=True, slots=True)
class Samples:
    """What a class looks like: JPEGs."""

    label: str
    told: str
    pictures: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says."""

    title: str
    made: str
    totals: Mapping[str, int | str]
    charts: Sequence[Chart]
    samples: Sequence[Samples] = ()
    samples_told: str = ""
    cloud: bytes | None = None
    cloud_told: str = ""
    notes: Sequence[str] = ()  # what one should know of the numbers
    samples_title: str = "Samples"
    footer: str = 'Each view can be asked: anitui sql "FROM stats_classes"'


def made(page: Page) -> str:
    """The whole page."""
    return "".join(_parts(page))


def _parts(page: Page) -> Iterator[str]:
    title = _safe(page.title)
    yield f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    # Nothing may be fetched or run, whatever a label holds.
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield f"<style>{_style()}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n"
    yield f'<p class="about">{_safe(page.made)}</p>\n{_totals(page.totals)}{_notes(page.notes)}{_contents(page)}'
    yield "</header>\n<main>\n"
    for chart in page.charts:
        if not chart.empty:
            yield _section(chart)
    if page.cloud is not None:
        yield f'<section id="cloud"><h2>Word cloud</h2><p class="about">{_safe(page.cloud_told)}</p>'
        yield f'<img class="cloud" alt="{_safe(page.cloud_told)}" src="{_data(page.cloud, "png")}"></section>\n'
    if page.samples:
        yield from _gallery(page)
    yield _nothing_yet([each for each in page.charts if each.empty])
    yield f"</main>\n<footer><p>Made by anitui. {_safe(page.footer)}</p></footer>\n</body>\n</html>\n"


def _style() -> str:
    def variables(colours: Mapping[str, str]) -> str:
        return f":root{{{';'.join(f'--{role}:{colour}' for role, colour in colours.items())}}}{svg.styles(colours)}"

    dark = f"@media (prefers-color-scheme:dark){{{variables(DARK)}}}"
    return variables(LIGHT) + dark + _CSS.replace("FONT", svg.FONT).replace("\n", "")


def _safe(text: str) -> str:
    return escape(clean(text), quote=True)


def _data(content: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _notes(notes: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{_safe(each)}</li>" for each in notes) + "</ul>\n" if notes else ""


def _totals(totals: Mapping[str, int | str]) -> str:
    said = {what: number if isinstance(number, str) else f"{number:,}" for what, number in totals.items()}
    rows = "".join(f'<tr><th>{_safe(what)}</th><td class="n">{_safe(text)}</td></tr>' for what, text in said.items())
    return f"<table>{rows}</table>\n" if rows else ""


def _contents(page: Page) -> str:
    links = [(each.name, each.title) for each in page.charts if not each.empty]
    links += [("cloud", "Word cloud")] * (page.cloud is not None) + [("samples", page.samples_title)] * bool(
        page.samples
    )
    return "<nav>" + "".join(f'<a href="#{_safe(name)}">{_safe(title)}</a>' for name, title in links) + "</nav>\n"


def _section(chart: Chart) -> str:
    head = f'<h2>{_safe(chart.title)}</h2><p class="about">{_safe(chart.about)}{_view(chart)}</p>'
    told = "".join(f"<p>{_safe(fact)}</p>" for fact in chart.facts)
    drawn = f'<div class="wide">{svg.inline(chart)}</div>'
    return f'<section id="{_safe(chart.name)}">{head}{told}{drawn}{_table(chart)}</section>\n'


def _view(chart: Chart) -> str:
    return f" · <code>{_safe(chart.view)}</code>" if chart.view else ""


def _nothing_yet(charts: Sequence[Chart]) -> str:
    rows = "".join(f"<tr><th>{_safe(each.title)}</th><td>{_safe(each.nothing)}</td></tr>" for each in charts)
    return f'<section id="nothing"><h2>Nothing yet</h2><table>{rows}</table></section>\n' if rows else ""


def _table(chart: Chart) -> str:
    headings, rows = _rows(chart)
    if not rows:
        return ""
    head = "".join(f'<th class="{"n" if at else ""}">{_safe(each)}</th>' for at, each in enumerate(headings))
    body = "".join(
        "<tr>" + "".join(f'<td class="{"n" if at else ""}">{_safe(each)}</td>' for at, each in enumerate(row)) + "</tr>"
        for row in rows[:_MOST_ROWS]
    )
    more = f"<p>{len(rows) - _MOST_ROWS:,} more rows are in the view.</p>" if len(rows) > _MOST_ROWS else ""
    return (
        f'<details><summary>as a table</summary><div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{more}</details>"
    )


def _rows(chart: Chart) -> tuple[list[str], list[list[str]]]:
    if isinstance(chart, Lines):
        rows = [[place, *(f"{each.values[at]:,}" for each in chart.series)] for at, place in enumerate(chart.places)]
        return ["", *(each.name for each in chart.series)], rows
    if isinstance(chart, Shares):
        return ["", chart.unit, "95 % within", ""], [
            [each.name, f"{100 * each.value:.2f} %", each.between, each.note] for each in chart.shares
        ]
    if isinstance(chart, Curves):
        rows = [
            [each.name, f"{x:.4g}", f"{y:.4g}"] for each in chart.curves for x, y in zip(each.x, each.y, strict=True)
        ]
        return ["", chart.across, chart.up], rows
    bars: Sequence[Bar] = chart.bars if isinstance(chart, Bars) else chart.pairs if isinstance(chart, Matrix) else ()
    parts = chart.parts if isinstance(chart, Bars) else ()
    notes = any(each.note for each in bars)
    rows = [
        [each.name, f"{each.value:,}", *(f"{part:,}" for part in each.parts), *([each.note] if notes else [])]
        for each in bars
    ]
    return ["", chart.unit, *parts, *([""] if notes else [])], rows


def _gallery(page: Page) -> Iterator[str]:
    yield f'<section id="samples"><h2>{_safe(page.samples_title)}</h2><p class="about">{_safe(page.samples_told)}</p>\n'
    yield '<div class="samples">'
    for each in page.samples:
        yield f"<article><h3>{_safe(each.label)} <small>{_safe(each.told)}</small></h3><div>"
        for picture in each.pictures:
            yield f'<img alt="" loading="lazy" src="{_data(picture, "jpeg")}">'
        yield "</div></article>\n"
    yield "</div></section>\n"
