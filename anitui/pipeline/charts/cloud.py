"""A cloud of names, each as large as it is frequent. Only where the package `wordcloud` is (the extra `report`)."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Mapping

from anitui.pipeline.charts.colours import LIGHT
from anitui.pipeline.charts.fonts import font_for, more_letters
from anitui.pipeline.charts.model import clean

MISSING = "a word cloud needs the package wordcloud: `pip install 'anitui[report]'`"
_MOST = 200  # names; the smallest could not be read


def is_there() -> bool:
    """Whether it can be drawn here; nothing is loaded to find out."""
    try:
        return importlib.util.find_spec("wordcloud") is not None
    except ValueError:  # it was switched off
        return False


def file_of(often: Mapping[str, int]) -> bytes | None:
    """A PNG; None where there are no names, or no way to draw them."""
    if not often or not is_there():
        return None
    from wordcloud import WordCloud

    most = dict(sorted(often.items(), key=lambda each: (-each[1], each[0]))[:_MOST])
    weights = {clean(name): float(number) for name, number in most.items() if number > 0}
    if not weights:
        return None
    path = more_letters() if font_for(weights) is None or _wide(weights) else None
    colours = [LIGHT[f"s{at}"] for at in range(7)]
    cloud = WordCloud(
        width=1200, height=600, background_color=LIGHT["page"], font_path=path, max_words=_MOST, random_state=7,
        prefer_horizontal=0.95, color_func=lambda word, **_: colours[sum(map(ord, word)) % len(colours)],
    )  # fmt: skip
    out = io.BytesIO()
    cloud.generate_from_frequencies(weights).to_image().save(out, "PNG", optimize=True)
    return out.getvalue()


def _wide(names: Mapping[str, float]) -> bool:
    return any(ord(letter) > 0x2FF for name in names for letter in name)
