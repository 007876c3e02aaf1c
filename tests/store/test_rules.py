from __future__ import annotations

import re

import pytest

from anitui.errors import WrongUse
from anitui.store import intake, rule_singles, rules
from anitui.store.catalogue import Catalogue
from anitui.store.groups import Verdict
from anitui.store.rule_words import USUALLY, Distance, Place, parse


def test_a_rule_is_read_word_by_word() -> None:
    rule = parse(
        "dhash<=2 phash:3..6 ahash=0 within:title,label same:size labels:equal keep:larger,seen-more "
        "prefer:site=reddit,imgur prefer:label=miku protect:folder=/art/best*,/scans size<300 -format:gif"
    )
    assert rule.distances == (Distance("dhash", 0, 2), Distance("phash", 3, 6), Distance("ahash", 0, 0))
    assert rule.narrowest == Distance("ahash", 0, 0)
    assert rule.within == ("title", "label") and rule.same == ("size",) and rule.labels_equal
    assert rule.keep == ("larger", "seen-more") and rule.verdict is None and rule.kind == "image"
    assert rule.prefer == (Place("site", ("reddit", "imgur")), Place("label", ("miku",)))
    assert rule.protect == (Place("folder", ("/art/best*", "/scans")),)
    assert rule.query == "size<300 -format:gif"


@pytest.mark.parametrize(
    ("text", "lo", "hi"), [("<=4", 0, 4), ("<4", 0, 3), (":4", 4, 4), ("=0", 0, 0), (":3..6", 3, 6), (":..6", 0, 6)]
)
def test_distances(text: str, lo: int, hi: int) -> None:
    assert parse(f"phash{text}").distances == (Distance("phash", lo, hi),)


def test_without_a_preference_the_usual_one_holds() -> None:
    assert parse("pixels:identical").keep == USUALLY
    assert parse("dhash<=2 prefer:site=reddit").keep == USUALLY
    assert parse("dhash<=2 verdict:same").keep == () and parse("dhash<=2 verdict:same").verdict is Verdict.SAME


def test_quotes_keep_spaces_and_commas() -> None:
    rule = parse('dhash<=2 protect:folder="/my art/a, b",/scans title:"a, b"')
    assert rule.protect == (Place("folder", ("/my art/a, b", "/scans")),)
    assert parse(f"dhash<=2 {rule.query}").query == rule.query


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the rule is empty"),
        ("dhash<=2 kep:larger", "did you mean keep?"),
        ("dash<=2", "did you mean dhash?"),
        ("dhash<=2 keep:larg", "did you mean larger?"),
        ("dhash<=2 within:titel", "did you mean title?"),
        ("dhash<=2 verdict:no", "it takes keep, same, alternates or different"),
        ("dhash<=80", "64 bits"),
        ("dhash>=3", "dhash takes a number of bits"),
        ("dhash<=x", "dhash takes a number of bits"),
        ("dhash:6..3", "the smaller number comes first"),
        ("dhash<=2 dhash<=3", "given twice"),
        ("dhash<=2 keep:larger keep:older", "given twice"),
        ("dhash<=2 cocoa", "bare word 'cocoa'"),
        ("dhash<=2 -keep:larger", "turns round only words of the filter"),
        ("dhash<=2 pixels=identical", "pixels:identical"),
        ("dhash<=2 prefer:reddit", "prefer:site=reddit"),
        ("dhash<=2 protect:folder=", "says nothing"),
        ("dhash<=2 protect:fodler=/x", "did you mean folder?"),
        ("dhash<=2 size<big", "size takes a number"),
        ("dhash<=2 state:all", "leave state:"),
        ("dhash<=2 -reason:x", "leave state:"),
        ('dhash<=2 title:"x', "quotation mark"),
        ("keep:larger", "say how near"),
        ("pixels:identical on:faces", "whole pictures"),
        ("dhash<=2 verdict:same keep:larger", "sets nothing aside"),
        ("set-aside", "which pictures"),
        ("set-aside colour<1 keep:larger", "single pictures"),
        ("set-aside on:faces", "which faces"),
        ("set-aside on:faces score<1 labels:equal", "only words of the filter"),
        ("set-aside score<1", "score is said of single faces: such a rule begins with set-aside on:faces"),
        ("dhash<=2 on:faces score<1", "is said of single faces"),
        ("set-aside on:faces scor<1", "did you mean score?"),
        ("set-aside on:faces in:view", "no word 'in'"),
        ("colour<1 set-aside", "at the beginning"),
        ("set_aside colour<1", "at the beginning"),
        ("set-aside:colour<1", "begins with set-aside"),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(WrongUse, match=re.escape(told)) as raised:
        parse(text)
    assert "\n" not in str(raised.value)


def add(
    catalogue: Catalogue,
    name: str,
    dhash: int = 0,
    *,
    phash: int = 0,
    mode: str = "exact",
    url: str = "",
    site: str = "folder",
    title: str | None = None,
    label: str | None = None,
    stored: str = "copy",
    path: str = "",
    size: tuple[int, int] = (40, 30),
    bytes: int = 100,
    colourfulness: float = 50.0,
    sharpness: float = 10.0,
) -> int:
    """A row with hashes as wanted; returns its number."""
    image = intake.NewImage(
        name, path or f"media/{name}", stored, "png", "RGB", *size, 1, bytes, mode, colourfulness, 0.5, sharpness, 99.0,
        dhash, phash, 0,
    )  # fmt: skip
    url = url or f"/pictures/{name}.png"
    seen = intake.NewSighting(name, site, url, url.rsplit("/", 1)[0], title, label)
    intake.record(catalogue, intake.Batch(1, [image], [seen], [], []))
    return int(catalogue.value("SELECT image_id FROM images WHERE sha256 = ?", [name]))


def pair_up(catalogue: Catalogue, algorithm: str = "dhash") -> None:
    """All pairs, as a search without a limit finds them."""
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO pairs SELECT 'image', a.image_id, b.image_id, a.algorithm, hamming(a.bits, b.bits) "
            "FROM image_hashes a JOIN image_hashes b ON a.image_id < b.image_id AND a.algorithm = b.algorithm "
            "AND a.mode = b.mode WHERE a.algorithm = ?",
            [algorithm],
        )


def met(catalogue: Catalogue, text: str) -> list[tuple[int, int, int]]:
    return [(each.a_id, each.b_id, each.distance) for each in rules.meeting(catalogue, parse(text)).pairs]


def ranks(catalogue: Catalogue, words: str) -> list[int]:
    """Everyone in a pair, the best first."""
    known = rules.meeting(catalogue, parse(f"dhash<=64 {words}")).known
    return sorted(known, key=lambda id: known[id].rank)


def test_all_distances_hold_and_are_computed_from_the_hashes(catalogue: Catalogue) -> None:
    one = add(catalogue, "one", 0b000, phash=0)
    two = add(catalogue, "two", 0b001, phash=0b111111111)
    three = add(catalogue, "three", 0b011, phash=0b1)
    pair_up(catalogue)
    assert met(catalogue, "dhash<=2") == [(one, two, 1), (two, three, 1), (one, three, 2)]
    assert met(catalogue, "dhash<=2 phash<=6") == [(one, three, 2)]
    assert met(catalogue, "dhash:2..5") == [(one, three, 2)]


def test_hashes_of_two_modes_are_never_compared(catalogue: Catalogue) -> None:
    add(catalogue, "one", 0)
    two = add(catalogue, "two", 0, mode="fast")
    three = add(catalogue, "three", 1, mode="fast")
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO pairs VALUES ('image', 1, 2, 'dhash', 0), ('image', 2, 3, 'dhash', 1)")
    assert met(catalogue, "dhash<=2") == [(two, three, 1)]


def test_within_a_column_same_and_words_of_the_filter(catalogue: Catalogue) -> None:
    one = add(catalogue, "one", title="cocoa", label="a")
    two = add(catalogue, "two", title="cocoa", label="b", size=(80, 60))
    three = add(catalogue, "three", title="chino", label="b", size=(81, 30))
    add(catalogue, "four", title=" ", size=(10, 90))
    add(catalogue, "five", title=" ", size=(90, 10))
    pair_up(catalogue)
    assert met(catalogue, "dhash<=2 within:title") == [(one, two, 0)]
    assert met(catalogue, "dhash<=2 within:label") == [(two, three, 0)]
    assert met(catalogue, "dhash<=2 same:shape") == [(one, two, 0)]
    assert met(catalogue, "dhash<=2 same:size") == []
    assert met(catalogue, "dhash<=2 label:b") == [(two, three, 0)], "both of a pair must meet it"
    assert met(catalogue, "dhash<=2 label:b size>70 -size>80") == []


def test_what_is_set_aside_takes_no_part(catalogue: Catalogue) -> None:
    one, two, three = (add(catalogue, name) for name in ("one", "two", "three"))
    pair_up(catalogue)
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET state = 'set_aside' WHERE image_id = ?", [two])
    assert met(catalogue, "dhash<=2") == [(one, three, 0)]


def test_preferences_in_their_order(catalogue: Catalogue) -> None:
    plain = add(catalogue, "plain", sharpness=5)
    large = add(catalogue, "large", size=(90, 90), sharpness=1)
    heavy = add(catalogue, "heavy", bytes=900, sharpness=9)
    reddit = add(catalogue, "reddit", site="reddit", url="https://reddit.com/x.png", sharpness=7)
    pair_up(catalogue)
    assert ranks(catalogue, "keep:larger,heavier,older") == [large, heavy, plain, reddit]
    assert ranks(catalogue, "keep:heavier,newer") == [heavy, reddit, large, plain]
    assert ranks(catalogue, "keep:sharper") == [heavy, reddit, plain, large]
    assert ranks(catalogue, "keep:smaller,lighter") == [plain, reddit, heavy, large]
    assert ranks(catalogue, "keep:larger prefer:site=reddit") == [reddit, large, plain, heavy]
    assert ranks(catalogue, "keep:larger prefer:folder=/nowhere prefer:site=reddit protect:site=fol*")[-1] == reddit


@pytest.mark.parametrize(
    ("pattern", "inside"),
    [
        ("/art/best*", {"best", "below", "best2", "reference"}),
        ("/art/best", {"best", "below", "reference"}),
        ("/art/best/", {"best", "below", "reference"}),
        ("best", {"best", "below", "reference"}),
        ("[scans]", {"brackets"}),
        ("/art/*/deep", {"below"}),
        ("/art/b_st", set()),
    ],
)
def test_folders_hold_all_that_lies_below_them(catalogue: Catalogue, pattern: str, inside: set[str]) -> None:
    names = {
        add(catalogue, "best", url="/art/best/1.png"): "best",
        add(catalogue, "below", url="/art/best/deep/2.png"): "below",
        add(catalogue, "best2", url="/art/best2/3.png"): "best2",
        add(catalogue, "brackets", url="/art/[scans]/4.png"): "brackets",
        add(catalogue, "other", url="/other/best.png"): "other",
        add(catalogue, "reference", url="/gone/5.png", stored="reference", path="/art/best/5.png"): "reference",
        add(catalogue, "copy", url="/gone/6.png", path="art/best/6.png"): "copy",
    }
    pair_up(catalogue)
    known = rules.meeting(catalogue, parse(f"dhash<=2 protect:folder={pattern}")).known
    assert {names[id] for id, each in known.items() if each.protected} == inside


def test_a_home_folder_may_be_written_with_a_tilde(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    add(catalogue, "mine", url="/home/me/art/1.png")
    add(catalogue, "hers", url="/home/she/art/1.png")
    pair_up(catalogue)
    known = rules.meeting(catalogue, parse("dhash<=2 protect:folder=~/art")).known
    assert [each.protected for _, each in sorted(known.items())] == [True, False]


def test_single_pictures_but_neither_protected_nor_brought_back(catalogue: Catalogue) -> None:
    from anitui.store import gallery

    grey, back, kept = (add(catalogue, name, colourfulness=1.0) for name in ("grey", "back", "kept"))
    add(catalogue, "colour")
    with catalogue.writing() as connection:
        connection.execute("UPDATE sightings SET page_url = '/best' WHERE image_id = ?", [kept])
    gallery.set_aside(catalogue, [back], "by hand")
    gallery.bring_back(catalogue, [back])
    found = rule_singles.singles(catalogue, parse("set-aside colourfulness<12 protect:folder=/best"))
    assert (found.ids, found.protected, found.brought_back, found.bytes) == ((grey,), 1, 1, 100)
    assert [each.url for each in found.first] == ["/pictures/grey.png"]


def test_whether_all_were_compared_with_all(catalogue: Catalogue) -> None:
    one, two = add(catalogue, "one", 5), add(catalogue, "two", 6)
    assert not rules.compared(catalogue, "image", "dhash", 4)
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO pairs_compared SELECT 'image', 'dhash', 'exact', unnest(?::BIGINT[]), unnest([5, 6]), 4",
            [[one, two]],
        )
    assert rules.compared(catalogue, "image", "dhash", 4)
    assert not rules.compared(catalogue, "image", "dhash", 5)
    assert not rules.compared(catalogue, "image", "phash", 4)
    add(catalogue, "three", 7)
    assert not rules.compared(catalogue, "image", "dhash", 4)
