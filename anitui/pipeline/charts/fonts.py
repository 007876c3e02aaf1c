"""Fonts for pictures of text: Pillow's own, and for letters that it lacks what the system has."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# By the names that Pillow looks up in the system's folders; of these the first that is there.
_MORE = (
    "NotoSansCJK-Regular.ttc", "NotoSansCJKjp-Regular.otf", "NotoSansJP-Regular.ttf", "SourceHanSans-Regular.ttc",
    "DroidSansFallbackFull.ttf", "wqy-microhei.ttc", "ipag.ttf", "Hiragino Sans GB.ttc", "YuGothM.ttc", "msgothic.ttc",
    "Arial Unicode.ttf", "DejaVuSans.ttf", "LiberationSans-Regular.ttf", "arial.ttf",
)  # fmt: skip
_PLAIN = str.maketrans({"–": "-", "—": "-", "…": "...", "×": "x", "·": ".", "ß": "ss", "’": "'", "“": '"', "”": '"'})


def plain(text: str) -> str:
    """A text in the letters of Pillow's own font, as far as it can be."""
    letters = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def font_for(texts: Iterable[str]) -> Callable[[int], Font] | None:
    """The font that has all letters of these texts, by its size; None where the system has none."""
    if all(map(_is_there, set().union(*texts))):
        return own
    path = more_letters()
    return (lambda size: _more(path, size)) if path is not None else None


@cache
def more_letters() -> str | None:
    """The file of a font with more letters, where the system has one."""
    for name in _MORE:
        try:
            return str(ImageFont.truetype(name, 12).path)
        except OSError:
            continue
    return None


@cache
def own(size: int) -> Font:
    """Pillow's own."""
    return ImageFont.load_default(size)


@cache
def _more(path: str, size: int) -> Font:
    return ImageFont.truetype(path, size)


@cache
def _is_there(letter: str) -> bool:
    """Whether Pillow's own font has a letter: all that it lacks look the same."""
    return letter == " " or _look(letter) != _look("\uffff")


def _look(letter: str) -> bytes:
    return bytes(own(16).getmask(letter))
