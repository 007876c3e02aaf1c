"""The lists that LAP's scraper keeps of MyAnimeList and World Art, read and written in its own layout.

    mal_links.txt         the address of one title's page a line
    mal_pics.txt          `id: n1/n2 n1/n2 …`, the numbers of its posters
    wa_anime_main.csv     what World Art says of a title, and its id on MyAnimeList
    wa_anime_posters.txt  `id: n n …`

Reading passes over byte order marks, empty lines and any line ends, and puts together what one title has in several
lines, since LAP appends. Anything else that is wrong is WrongUse, with the file and the line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from anitui.errors import WrongUse
from anitui.pipeline.sources import lap_names
from anitui.pipeline.sources.lap_names import Numbers
from anitui.pipeline.sources.list_files import lines, read_text

_COLUMNS = ("wa_id", "mal_id", "title", "work_type", "genre", "release", "score", "top_place")

# Where a picture was seen: the page, the picture's address, the post.
Row: TypeAlias = tuple[str | None, str, str | None]


@dataclass(frozen=True, slots=True)
class WorldArtTitle:
    """A line of wa_anime_main.csv."""

    wa_id: int
    mal_id: int | None = None
    title: str = ""
    work_type: str = ""
    genre: str = ""  # one or more, with commas
    release: str = ""
    score: float | None = None
    top_place: int | None = None

    @property
    def genres(self) -> tuple[str, ...]:
        return tuple(genre for each in self.genre.split(",") if (genre := each.strip()))


def read_mal_links(file: Path) -> dict[int, str]:
    """The address of the page of each title."""
    links: dict[int, str] = {}
    for number, line in lines(file):
        known = lap_names.mal_title(line)
        if known is None:
            raise _wrong(file, number, f"{_short(line)} is not the address of a title on MyAnimeList")
        links.setdefault(known[0], line)
    return links


def write_mal_links(links: Iterable[str]) -> str:
    return "".join(f"{link}\n" for link in links)


def read_mal_pics(file: Path) -> dict[int, tuple[Numbers, ...]]:
    """The posters of each title."""
    pics: dict[int, dict[Numbers, None]] = {}
    for number, line in lines(file):
        title, words = _entry(file, number, line)
        found = pics.setdefault(title, {})
        for word in words:
            pair = re.fullmatch(r"(\d{1,9})/(\d{1,9})", word, re.ASCII)
            if pair is None:
                raise _wrong(file, number, f"{_short(word)} is not two numbers such as 7/3791")
            found[int(pair[1]), int(pair[2])] = None
    return {title: tuple(found) for title, found in pics.items()}


def write_mal_pics(pics: Mapping[int, Iterable[Numbers]]) -> str:
    return "".join(f"{title}: {' '.join(f'{n1}/{n2}' for n1, n2 in each)}\n" for title, each in pics.items())


def read_world_art_posters(file: Path) -> dict[int, tuple[int, ...]]:
    """The numbers of the posters of each title."""
    posters: dict[int, dict[int, None]] = {}
    for number, line in lines(file):
        title, words = _entry(file, number, line)
        found = posters.setdefault(title, {})
        for word in words:
            if not _is_number(word):
                raise _wrong(file, number, f"{_short(word)} is not a number")
            found[int(word)] = None
    return {title: tuple(found) for title, found in posters.items()}


def write_world_art_posters(posters: Mapping[int, Iterable[int]]) -> str:
    return "".join(f"{title}: {' '.join(map(str, each))}\n" for title, each in posters.items())


def read_world_art_main(file: Path) -> dict[int, WorldArtTitle]:
    """What World Art says of each title. The columns may stand in any order, and all but wa_id may be missing."""
    # Line ends as in the other lists, where titles hold none.
    text = read_text(file).replace("\r\n", "\n").replace("\r", "\n")
    rows = csv.reader(io.StringIO(text), strict=True)
    titles: dict[int, WorldArtTitle] = {}
    names: list[str] = []
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if not names:
                names = [cell.strip() for cell in row]
                if "wa_id" not in names:
                    raise _wrong(file, rows.line_num, f"no header stands there: the columns are {', '.join(_COLUMNS)}")
                continue
            if len(row) != len(names):
                raise _wrong(file, rows.line_num, f"{len(row)} values for {len(names)} columns")
            about = _title(file, rows.line_num, dict(zip(names, row, strict=True)))
            titles.setdefault(about.wa_id, about)
    except csv.Error as error:
        raise _wrong(file, rows.line_num, f"that is not CSV ({error})") from None
    return titles


def write_world_art_main(titles: Iterable[WorldArtTitle]) -> str:
    text = io.StringIO()
    # Numbers stand bare and all else in quotes, what is missing too.
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for title in titles:
        values = [getattr(title, name) for name in _COLUMNS]
        writer.writerow(["" if value is None else value for value in values])
    return text.getvalue()


def mal_lists(rows: Iterable[Row]) -> tuple[str, str]:
    """The contents of mal_links.txt and mal_pics.txt from where pictures were seen, by the ids of the titles.

    Rows that are no posters of MyAnimeList are passed over.
    """
    links: dict[int, str] = {}
    pics: dict[int, dict[Numbers, None]] = {}
    for page, url, post in rows:
        numbers = lap_names.mal_numbers(url)
        of_page = lap_names.mal_title(page) if page else None
        title = _mal_id(post) or (of_page[0] if of_page else None)
        if numbers is None or title is None:
            continue
        pics.setdefault(title, {})[numbers] = None
        slug = of_page[1] if of_page and of_page[0] == title else None
        if slug or title not in links:
            links[title] = lap_names.mal_page(title, slug)
    return write_mal_links(links[title] for title in sorted(links)), write_mal_pics(dict(sorted(pics.items())))


def world_art_lists(
    rows: Iterable[Row],
    titles: Mapping[str, str | None] | None = None,
    genres: Mapping[str, Sequence[str]] | None = None,
) -> tuple[str, str]:
    """The contents of wa_anime_main.csv and wa_anime_posters.txt, as `mal_lists` makes the others.

    `titles` and `genres` are by the address of a picture. What kind of work it is, its release and its score are not
    known from pictures and stay empty.
    """
    about: dict[int, WorldArtTitle] = {}
    posters: dict[int, set[int]] = {}
    for _, url, post in rows:
        numbers = lap_names.world_art_numbers(url)
        if numbers is None:
            continue
        title, number = numbers
        posters.setdefault(title, set()).add(number)
        known = about.get(title, WorldArtTitle(title))
        about[title] = WorldArtTitle(
            title,
            known.mal_id or _mal_id(post),
            known.title or (titles or {}).get(url) or "",
            genre=known.genre or ", ".join((genres or {}).get(url, ())),
        )
    order = sorted(about)
    listed = {title: sorted(posters[title]) for title in order}
    return write_world_art_main(about[title] for title in order), write_world_art_posters(listed)


def _entry(file: Path, number: int, line: str) -> tuple[int, list[str]]:
    title, colon, rest = line.partition(":")
    if not colon or not _is_number(title.strip()):
        raise _wrong(file, number, f"{_short(line)} does not begin with a title's number and a colon")
    return int(title), rest.split()


def _title(file: Path, number: int, row: Mapping[str, str]) -> WorldArtTitle:
    def whole(name: str) -> int | None:
        text = row.get(name, "").strip()
        if not text:
            return None
        if not _is_number(text.removesuffix(".0")):  # a column with gaps, saved by a spreadsheet or pandas
            raise _wrong(file, number, f"{_short(text)} as {name} is not a number")
        return int(text.removesuffix(".0"))

    wa_id = whole("wa_id")
    if wa_id is None:
        raise _wrong(file, number, "wa_id is missing")
    try:
        score = float(row["score"]) if row.get("score", "").strip() else None
    except ValueError:
        raise _wrong(file, number, f"{_short(row['score'])} as score is not a number") from None
    return WorldArtTitle(
        wa_id,
        whole("mal_id"),
        row.get("title", ""),
        row.get("work_type", ""),
        row.get("genre", ""),
        row.get("release", ""),
        score,
        whole("top_place"),
    )


def _mal_id(post: str | None) -> int | None:
    kind, _, number = (post or "").partition(":")
    return int(number) if kind == "mal" and _is_number(number) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _wrong(file: Path, number: int, what: str) -> WrongUse:
    return WrongUse(f"{file}, line {number}: {what}")


def _short(text: str) -> str:
    text = "".join(char if char.isprintable() else "?" for char in text)
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"
