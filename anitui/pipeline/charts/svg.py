"""Charts as SVG: plain text, no library, nothing that is fetched. Dark where the reader's system is."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from anitui.pipeline.charts.colours import DARK, LIGHT
from anitui.pipeline.charts.model import Chart
from anitui.pipeline.charts.shapes import LETTER, Box, Drawing, Path, Words, lay_out

_INLINE = 560  # narrower: a phone shows it whole, and its letters can still be read
FONT = "system-ui, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK JP', 'Hiragino Sans', sans-serif"


def file_of(chart: Chart) -> str:
    """A file of its own."""
    drawing = lay_out(chart)
    head = f"<style>{styles(LIGHT)}@media (prefers-color-scheme:dark){{{styles(DARK)}}}</style>"
    page = f'<rect class="page" width="100%" height="100%" fill="{LIGHT["page"]}"/>'
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + drawn(drawing, head + page, sized=True) + "\n"


def styles(colours: Mapping[str, str]) -> str:
    """How the roles look, as CSS."""
    filled = "".join(f".{role}{{{_property(role)}:{colour}}}" for role, colour in colours.items())
    return filled + "".join(
        f".line.{role}{{fill:none;stroke:{colour}}}" for role, colour in colours.items() if role not in ("grid", "page")
    )


def inline(chart: Chart) -> str:
    """For a page that has a heading of its own and styles for the roles."""
    return drawn(lay_out(chart, headed=False, width=_INLINE))


def drawn(drawing: Drawing, head: str = "", *, sized: bool = False) -> str:
    wide, high = _number(drawing.width), _number(drawing.height)
    size = f' width="{wide}" height="{high}"' if sized else ""
    told = quoteattr(f"{drawing.title}: {drawing.about}")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}"{size} role="img" aria-label={told} '
        f'font-family="{FONT}" font-size="{LETTER}">',
        head,
        *map(_shape, drawing.shapes),
        "</svg>",
    ]
    return "".join(parts)


def _shape(shape: Box | Words | Path) -> str:
    # The colour stands in the shape as well: not everything that shows SVG reads styles.
    paint = f'class="{shape.role}" {_property(shape.role)}="{LIGHT[shape.role]}"'
    if isinstance(shape, Words):
        anchor = f' text-anchor="{shape.at}"' if shape.at != "start" else ""
        size = f' font-size="{_number(shape.size)}"' if shape.size != LETTER else ""
        return f'<text x="{_number(shape.x)}" y="{_number(shape.y)}" {paint}{anchor}{size}>{escape(shape.text)}</text>'
    if isinstance(shape, Box):
        faint = f' opacity="{shape.strength:.2f}"' if shape.strength < 1 else ""
        place = f'x="{_number(shape.x)}" y="{_number(shape.y)}" width="{_number(shape.width)}"'
        says = f"<title>{escape(shape.says)}</title>" if shape.says else ""
        return f'<rect {place} height="{_number(shape.height)}" {paint}{faint}>{says}</rect>'
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in shape.points)
    if shape.role == "grid":
        return f'<polyline points="{points}" {paint} stroke-width="{_number(shape.width)}"/>'
    # The same roles fill boxes: of a line only the stroke is painted.
    stroke = f'stroke="{LIGHT[shape.role]}" stroke-width="{_number(shape.width)}" stroke-linejoin="round"'
    return f'<polyline points="{points}" class="line {shape.role}" fill="none" {stroke}/>'


def _property(role: str) -> str:
    return "stroke" if role == "grid" else "fill"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
