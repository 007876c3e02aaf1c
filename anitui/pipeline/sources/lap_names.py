"""How the posters of MyAnimeList and World Art are called: their addresses, and their files in LAP's data set."""

from __future__ import annotations

import re
from typing import TypeAlias

# Two numbers name a picture of MyAnimeList, none of them the title's.
Numbers: TypeAlias = tuple[int, int]

_MAL_PICTURE = re.compile(r"/images/anime/(\d{1,9})/(\d{1,9})[a-z]?\.(?:jpe?g|png|webp)(?=$|[?#])", re.IGNORECASE)
_MAL_PAGE = re.compile(r"^https?://(?:[\w-]+\.)?myanimelist\.net/anime/(\d{1,9})(?:/([^/?#]*))?(?=$|[/?#])", re.I)
_MAL_FILE = re.compile(r"MAL(\d{5,9})_(\d{4,9})_(\d{6,9})\.jpg")
_WA_PICTURE = re.compile(r"/animation/img/\d+/(\d{1,9})/(\d{1,9})\.jpg(?=$|[?#])", re.IGNORECASE)
_WA_FILE = re.compile(r"(?:MAL\d{5,9}_)?WA(\d{5,9})_(\d{3,9})\.jpg")
_MAL_AND_WA_FILE = re.compile(r"MAL(\d{5,9})_WA")


def mal_page(title: int, slug: str | None = None) -> str:
    """A title's page on MyAnimeList."""
    return f"https://myanimelist.net/anime/{title}" + (f"/{slug}" if slug else "")


def mal_title(url: str) -> tuple[int, str | None] | None:
    """The title that a page of MyAnimeList is about, and its slug."""
    found = _MAL_PAGE.match(url)
    return (int(found[1]), found[2] or None) if found else None


def mal_picture(numbers: Numbers, large: bool = True) -> str:
    """A poster's address; the large one is there for nearly all, the other for all."""
    return f"https://cdn.myanimelist.net/images/anime/{numbers[0]}/{numbers[1]}{'l' if large else ''}.jpg"


def mal_numbers(url: str) -> Numbers | None:
    """The numbers in a poster's address, of whatever size."""
    found = _MAL_PICTURE.search(url)
    return (int(found[1]), int(found[2])) if found else None


def mal_file(title: int, numbers: Numbers) -> str:
    return f"MAL{title:05d}_{numbers[0]:04d}_{numbers[1]:06d}.jpg"


def mal_from_file(name: str) -> tuple[int, Numbers] | None:
    """The inverse of `mal_file`."""
    found = _MAL_FILE.fullmatch(name)
    return (int(found[1]), (int(found[2]), int(found[3]))) if found else None


def world_art_page(title: int) -> str:
    """A title's page on World Art."""
    return f"http://www.world-art.ru/animation/animation.php?id={title}"


def world_art_pictures(title: int, number: int) -> tuple[str, ...]:
    """Where a poster may lie: title 203 in the folder 1000, 1203 in 2000, and full thousands in the next, says LAP."""
    above = (title // 1000 + 1) * 1000
    folders = (above,) if title % 1000 else (above, title)
    return tuple(f"http://www.world-art.ru/animation/img/{folder}/{title}/{number}.jpg" for folder in folders)


def world_art_numbers(url: str) -> tuple[int, int] | None:
    """The title and the number in a poster's address."""
    found = _WA_PICTURE.search(url)
    return (int(found[1]), int(found[2])) if found else None


def world_art_file(title: int, number: int) -> str:
    return f"WA{title:05d}_{number:03d}.jpg"


def world_art_from_file(name: str) -> tuple[int, int] | None:
    """The inverse of `world_art_file`; a name with the id on MyAnimeList before it is understood as well."""
    found = _WA_FILE.fullmatch(name)
    return (int(found[1]), int(found[2])) if found else None


def title_id_of_file(name: str) -> str | None:
    """Which title a file is a poster of, as posts of collected ones name it: that on MyAnimeList where it is told."""
    if found := _MAL_FILE.fullmatch(name):
        return f"mal:{int(found[1])}"
    if found := _WA_FILE.fullmatch(name):
        both = _MAL_AND_WA_FILE.match(name)
        return f"mal:{int(both[1])}" if both else f"wa:{int(found[1])}"
    return None
