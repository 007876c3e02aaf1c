from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, tzinfo

import pytest

from anitui.errors import WrongUse
from anitui.store import filters, gallery
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.store.filter_words import take_apart
from anitui.store.filters import FIELDS, complete, parse
from anitui.store.gallery import View, arrange
from anitui.store.intake import Batch, NewSighting, record
from tests.store.new_pictures import picture

Ask = Callable[[str], list[int]]

# The ids are the places in this list.
PICTURES = [
    replace(
        picture("a1"), format="jpeg", width=100, height=50, bytes=900, sharpness=5.0, colour_share=0.1, colourfulness=2
    ),
    replace(picture("b2"), width=300, height=200, bytes=150_000, mode="L", sharpness=50.0, colour_share=0.9),
    replace(picture("c3"), format="gif", width=1000, height=2000, bytes=3_000_000, frames=12, mode="P", brightness=10),
    replace(picture("d4"), format="webp", width=640, height=640, stored="reference", path="/elsewhere/d4.webp"),
    replace(picture("e5"), format="jpeg"),
    replace(picture("f6")),
]
SIGHTINGS = [
    NewSighting("a1", "folder", "/pictures/Hatsune_Miku/a.jpg", "/pictures/Hatsune_Miku", "Re:Zero 100%", "Miku"),
    NewSighting("b2", "folder", "/pictures/it's/b.png", "/pictures/it's", 'the "best" girl', "kidou senshi"),
    NewSighting(
        "c3", "reddit", "https://i.redd.it/c.gif", "/r/anime", "Éclair ÄÖÜ 初音ミク", None,
        "p1", "bob", "Fan art", True,
    ),
    NewSighting("c3", "imgur", "https://imgur.com/c", None, None, "Mikuru"),
    NewSighting(
        "d4", "folder", "/elsewhere/d4.webp", r"C:\pictures", "HatsuneXMiku 100", "Miku", None, None, None, False,
    ),
    NewSighting("e5", "folder", "/pictures/e.jpg", "/pictures", "nothing of note", None),
]  # fmt: skip
ADDED = ["02 23:59:59", "05 00:00:00", "19 08:00:00", "13 08:00:00", "20 00:00:00", "20 11:00:00"]


class Noon(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Noon:
        return cls(2026, 3, 20, 12, tzinfo=tz)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays the same day, also for who runs this at midnight."""
    monkeypatch.setattr(filters, "datetime", Noon)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """Six pictures; the fifth is set aside, the sixth was never seen anywhere and has no facts."""
    catalogue = open_catalogue(tmp_path_factory.mktemp("shelf") / "catalogue.duckdb")
    record(catalogue, Batch(7, PICTURES, SIGHTINGS[:-1], []))
    record(catalogue, Batch(8, [], SIGHTINGS[-1:], []))
    with catalogue.writing() as connection:
        connection.execute("DELETE FROM image_facts WHERE image_id = 6")
        for image_id, added in enumerate(ADDED, 1):
            connection.execute(
                "UPDATE images SET added_at = ?::TIMESTAMP WHERE image_id = ?", [f"2026-03-{added}", image_id]
            )
    gallery.set_aside(catalogue, [5], "blurry: 3.2")
    gallery.mark(catalogue, [1, 2], 3)
    gallery.mark(catalogue, [4], 5)
    yield catalogue
    catalogue.close()


@pytest.fixture
def ask(shelf: Catalogue) -> Ask:
    return lambda query: [int(each) for each in arrange(shelf, View(query, order="oldest")).ids]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [1, 2, 3, 4, 6]),
        ("   ", [1, 2, 3, 4, 6]),
        # the state
        ("state:active", [1, 2, 3, 4, 6]),
        ("state:set_aside", [5]),
        ("state:aside", [5]),
        ("state:all", [1, 2, 3, 4, 5, 6]),
        ("STATE:all", [1, 2, 3, 4, 5, 6]),
        ("-state:active", [5]),
        ("reason:blurry", [5]),
        ("reason:BLUR*3.2", [5]),
        ("-reason:blurry", [1, 2, 3, 4, 6]),
        ("-reason:other", [1, 2, 3, 4, 5, 6]),
        # labels match whole
        ("label:miku", [1, 4]),
        ("LABEL:MIKU", [1, 4]),
        ("label:miku*", [1, 3, 4]),
        ("label:mik", []),
        ('label:"kidou senshi"', [2]),
        ('label:"kidou senshi",mikuru', [2, 3]),
        ("label:none", [6]),
        ("label:any", [1, 2, 3, 4]),
        ("label:*", [1, 2, 3, 4]),
        ("-label:miku", [2, 3, 6]),
        ("label:", []),
        # texts where they are contained
        ("title:zero", [1]),
        ("title:Re:Zero", [1]),
        ("title:'100%'", [1]),
        ("title:100", [1, 4]),
        ("title:%", [1]),
        ("title:Zero*100", [1]),
        ("title:best,note state:all", [2, 5]),
        ("title:none", [6]),
        ("title:éclair", [3]),
        ("title:äöü", [3]),
        ("title:初音", [3]),
        (r"title:\"best\"", [2]),
        ("title:'\"best\"'", [2]),
        ("folder:Hatsune_Miku", [1]),
        ('folder:"it\'s"', [2]),
        (r"folder:it\'s", [2]),
        (r"folder:C:\\pic", [4]),
        (r"folder:'C:\pictures'", [4]),
        ("folder:/pictures", [1, 2]),
        ("url:https://i.redd.it", [3]),
        ("url:hatsune_miku", [1]),
        ("site:reddit,imgur", [3]),
        ("-site:folder", [3, 6]),
        ("site:none", [6]),
        ("author:bob", [3]),
        ("author:none", [1, 2, 4, 6]),
        ('flair:"fan art"', [3]),
        ("post:p1", [3]),
        ("nsfw:yes", [3]),
        ("nsfw:no", [1, 2, 4, 6]),
        ("-nsfw:yes", [1, 2, 4, 6]),
        ("job:7", [1, 2, 3, 4]),
        ("job>7 state:all", [5]),
        ("-job:7", [6]),
        # short lists match whole
        ("format:jpeg", [1]),
        ("format:JPEG,gif", [1, 3]),
        ("format:jp", []),
        ("-format:gif,png", [1, 4]),
        ("mode:l", [2]),
        ("mode:P,L", [2, 3]),
        ("stored:reference", [4]),
        ("sha:C3", [3]),
        # marks
        ("mark:3", [1, 2]),
        ("mark:3..5", [1, 2, 4]),
        ("mark>3", [4]),
        ("mark:none", [3, 6]),
        ("mark:any", [1, 2, 4]),
        ("-mark:any", [3, 6]),
        ("mark:3,5", [1, 2, 4]),
        # numbers, units and ranges
        ("id:3", [3]),
        ("id=3", [3]),
        ("id:2,4", [2, 4]),
        ("id:1,3..4", [1, 3, 4]),
        ("id>=3 id<=4", [3, 4]),
        ("id:-1", []),
        ("width:300", [2]),
        ("width:100..640", [1, 2, 4]),
        ("width:640..", [3, 4]),
        ("width:..100", [1, 6]),
        ("width:..", [1, 2, 3, 4, 6]),
        ("height>=640", [3, 4]),
        ("size<300", [1, 6]),
        ("size:300", [2]),
        ("-size<300", [2, 3, 4]),
        ("bytes>100kB", [2, 3]),
        ("bytes>150k", [3]),
        ("bytes:1mb..3MB", [3]),
        ("bytes<0.9K", [4, 6]),
        ("bytes>1g", []),
        ("width>" + "9" * 400, []),
        ("frames>1", [3]),
        ("sharpness>4.5 sharpness<40", [1, 3, 4]),
        ("-sharpness>4.5", [6]),
        ("colourfulness:1.5..1.5", [2, 3, 4]),
        ("colour>50%", [2]),
        ("colour:10%", [1]),
        ("brightness<11", [3]),
        # days
        ("added:2026-03-02", [1]),
        ("added<2026-03-05", [1]),
        ("added<=2026-03-05", [1, 2]),
        ("added:2026-03-02..2026-03-05", [1, 2]),
        ("added:..2026-03-02", [1]),
        ("added:yesterday", [3]),
        ("added:today", [6]),
        ("added:today state:all", [5, 6]),
        ("added>7d", [3, 6]),
        ("added>=7d", [3, 4, 6]),
        ("added:8d..1d", [3, 4]),
        ("added:1d..", [3, 6]),
        ("-added:today", [1, 2, 3, 4]),
        # words of no field: titles, addresses and labels
        ("miku", [1, 3, 4]),
        ("zero", [1]),
        ("Re:Zero", [1]),
        ("-Re:Zero", [2, 3, 4, 6]),
        ("https://imgur.com", [3]),
        ("-miku", [2, 6]),
        ("100%", [1]),
        ("Hatsune_Miku", [1]),
        ("hatsune*miku", [1, 4]),
        ("kidou", [2]),
        ('"the ""best"', []),
        ("'\"best\" girl'", [2]),
        ("ミク", [3]),
        ("-", []),
        ("--", [1, 2, 3, 4, 6]),
        ("*", [1, 2, 3, 4]),
        ("'; DROP TABLE images --\"'", []),
        ("title:?", []),
        # words are joined by and
        ("miku 100 -format:jpeg", [4]),
        ("label:miku size<300 mark:3", [1]),
    ],
)
def test_a_filter_finds(ask: Ask, query: str, found: list[int]) -> None:
    assert ask(query) == found


def test_what_is_turned_round_is_all_the_rest(ask: Ask) -> None:
    """Also of pictures that lack what the condition asks for."""
    everything = set(ask("state:all"))
    for word in (
        "label:miku", "title:zero", "author:bob", "flair:x", "post:p1", "nsfw:no", "mark:3", "mark>3", "reason:blurry",
        "sharpness<10", "sharpness>10", "colourfulness>1", "colour<50%", "brightness:128", "added:today", "added<2d",
        "width:100..200", "id:1,2", "sha:a", "stored:copy", "job:7", "miku",
    ):  # fmt: skip
        with_it, without = set(ask(f"{word} state:all")), set(ask(f"-{word} state:all"))
        assert with_it | without == everything, word
        assert not with_it & without, word


def test_every_field_takes_a_value_and_runs(ask: Ask) -> None:
    values = {"state": "all", "nsfw": "yes", "added": "today"}
    for field in FIELDS:
        assert set(ask(f"{field}:{values.get(field, '1')}")) <= {1, 2, 3, 4, 5, 6}, field


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("lable:miku", "a filter has no field 'lable'; did you mean label?"),
        ("-widht<3", "did you mean width?"),
        ("zzzz:1", "there are label, state"),
        ('title:"the best', "a quotation mark is missing"),
        ("don't", "a quotation mark is missing"),
        ("miku\\", "a quotation mark is missing"),
        ("state:gone", "state is active, set_aside or all, not 'gone'"),
        ("nsfw:maybe", "nsfw is yes or no, not 'maybe'"),
        ("width:wide", "width takes a number, such as width<300, not 'wide'"),
        ("width:", "width takes a number"),
        ("width<1..2", "width takes a number"),
        ("width:1e3", "width takes a number"),
        ("bytes>3tb", "bytes takes a number"),
        ("mark:x", "mark takes a number"),
        ("job:x", "job takes a number"),
        ("id:1,x", "id takes a number"),
        ("added:soon", "added takes a day, such as added>2026-03-02"),
        ("added:2026-02-30", "added takes a day"),
        ("added:", "added takes a day"),
        ("added>99999999999d", "added takes a day"),
        ("added<2026-01-01..2026-02-02", "added takes a day"),
    ],
)
def test_what_cannot_be_meant_is_said(query: str, says: str) -> None:
    with pytest.raises(WrongUse) as caught:
        parse(query)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        ('label:"a, b"', ("a, b",)),
        ("label:'a, b'", ("a, b",)),
        ("label:a\\,b", ("a,b",)),
        ('label:"a, b",c', ("a, b", "c")),
        ('label:c,"a, b"', ("c", "a, b")),
        ('title:"so, what"', ("%so, what%",)),
        ('"so, what"', ("%so, what%",) * 3),
        ('"no: 1, 2"', ("%no: 1, 2%",) * 3),
        ('"-not a word that is turned round"', ("%-not a word that is turned round%",) * 3),
    ],
)
def test_quotes_keep_commas_together(query: str, parameters: tuple[str, ...]) -> None:
    assert parse(query).parameters == parameters


@pytest.mark.parametrize("query", ["a b", "'a  b' c", '"a \\" \\x" \\y', "", ' "" ', "a''b", "label:'x'\"y z\"\t\nw"])
def test_words_are_what_a_shell_would_take_them_for(query: str) -> None:
    assert [word.text for word in take_apart(query).words] == shlex.split(query)


def test_values_never_become_sql() -> None:
    hostile = "x') OR true --"
    for field in sorted(set(FIELDS) - {"state"}):
        try:
            condition = parse(f'{field}:"{hostile}"')
        except WrongUse:
            continue
        assert "OR true" not in condition.sql
        assert any("OR true" in str(value) for value in condition.parameters)


LABELS = ["Miku", "kidou senshi", 'the "one"', "back\\slash it", "tea, cake"]


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        ("", None),
        ("miku ", None),
        ("lab", "label:"),
        ("-lab", "-label:"),
        ("cocoa wid", "cocoa width<"),
        ("add", "added<"),
        ("zz", None),
        ("label:mi", "label:miku"),
        ("-label:MI", "-label:MIku"),
        ("x label:ki", 'x label:ki"dou senshi"'),
        ('label:"ki', 'label:"kidou senshi"'),
        ('label:"kidou s', 'label:"kidou senshi"'),
        ("label:the", 'label:the" \\"one\\""'),
        ("label:back", 'label:back"\\\\slash it"'),
        ("label:zz", None),
        ("title:mi", None),
        ("state:se", "state:set_aside"),
        ("mark:", "mark:none"),
        ("nsfw:y", "nsfw:yes"),
        ("format:w", "format:webp"),
        ("stored:h", "stored:hardlink"),
        ("label:tea", 'label:tea", cake"'),
        ("label:Miku,ki", 'label:Miku,ki"dou senshi"'),
        ('label:"tea, c', 'label:"tea, cake"'),
        ("label:'tea, c", "label:'tea, cake'"),
        ("label:tea,", "label:tea,Miku"),
        ("label:ki\\", None),
    ],
)
def test_a_filter_is_completed(text: str, goes_on: str | None) -> None:
    assert complete(text, LABELS) == goes_on


@pytest.mark.parametrize("begun", ["ki", "the", "back", "tea"])
def test_a_completed_label_means_that_label(begun: str) -> None:
    completed = complete(f"label:{begun}", LABELS)
    assert completed is not None
    [label] = [each for each in LABELS if each.startswith(begun)]
    assert parse(completed).parameters == (label.replace("\\", "\\\\"),)
