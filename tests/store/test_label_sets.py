"""Label sets: names, keys and numbers; merged, renamed and deleted, and all of it taken back."""

from __future__ import annotations

import pytest

from anitui.errors import WrongUse
from anitui.store import faces, journal, labels, naming
from anitui.store.catalogue import Catalogue
from anitui.store.faces import LookedAt, NewFace
from anitui.store.labels import KEYS, Label


@pytest.fixture
def faced(catalogue: Catalogue) -> Catalogue:
    """Six pictures with a face each; the first two were seen as rise, the third as cocoa."""
    with catalogue.writing() as connection:
        for n in range(1, 7):
            connection.execute(
                "INSERT INTO images(sha256, path, stored, format, mode, width, height, bytes) "
                f"VALUES ('{n}', 'media/{n}.png', 'copy', 'png', 'RGB', 100, 100, 1)"
            )
        for image, label in ((1, "rise"), (2, "rise"), (3, "cocoa")):
            connection.execute(
                "INSERT INTO sightings(image_id, site, url, label_hint) VALUES (?, 'folder', 'x', ?)", [image, label]
            )
    found = [NewFace(n, 5, 5, 20, 20, 0.9, n, n, n) for n in range(1, 7)]
    faces.record(catalogue, "animeface", "{}", [LookedAt(n, 1) for n in range(1, 7)], found)
    return catalogue


def current(catalogue: Catalogue, label_set: str = "characters") -> dict[int, str]:
    rows = catalogue.rows("SELECT face_id, label FROM labelled_faces WHERE label_set = ? ORDER BY face_id", [label_set])
    return dict(rows)


def everything(catalogue: Catalogue) -> list[list[tuple[object, ...]]]:
    return [catalogue.rows(f"FROM {each} ORDER BY ALL") for each in ("labels", "face_labels", "image_tags", "faces")]


def test_heard_labels_keep_their_places_when_the_first_of_them_is_used(faced: Catalogue) -> None:
    def places() -> list[tuple[str, str | None, str]]:
        return [(each.name, each.key, each.colour) for each in labels.known(faced)]

    before = places()
    assert [(name, key) for name, key, _ in before] == [("rise", "1"), ("cocoa", "2")]
    assert not any(each.listed for each in labels.known(faced))
    naming.name(faced, [4, 5, 6], "cocoa")
    assert places() == before
    naming.name(faced, [4, 5], "Chino")
    assert places()[:2] == before
    assert [(each.name, each.number, each.key) for each in labels.known(faced)] == [
        ("rise", 0, "1"), ("cocoa", 1, "2"), ("Chino", 2, "3"),
    ]  # fmt: skip
    assert naming.name(faced, [6], "chino") == "Chino", "in any case it is the same one"
    journal.undo(faced)
    journal.undo(faced)
    journal.undo(faced)
    assert places() == before
    assert naming.accept(faced, [3]) == 1
    assert places() == before


def test_a_renamed_label_is_found_by_what_jobs_call_it(faced: Catalogue) -> None:
    before = everything(faced)
    labels.rename(faced, "rise", "Rize Tedeza")
    assert current(faced) == {1: "Rize Tedeza", 2: "Rize Tedeza", 3: "cocoa"}
    assert faced.rows("SELECT label FROM tagged_images WHERE image_id = 1") == [("Rize Tedeza",)]
    faces.record(faced, "animeface", "{}", [LookedAt(1, 1)], [NewFace(1, 50, 50, 20, 20, 0.9, 1, 1, 1)])
    assert faced.rows("SELECT label, speaker FROM labelled_faces JOIN faces USING (face_id) WHERE x = 50") == [
        ("Rize Tedeza", "job")
    ]
    with pytest.raises(WrongUse, match="merge"):
        labels.rename(faced, "cocoa", "RISE")
    journal.undo(faced)
    assert everything(faced)[0] == before[0]
    assert faced.rows("SELECT DISTINCT label FROM tagged_images WHERE image_id = 1") == [("rise",)]


def test_merging_and_deleting_are_taken_back_to_the_last_row(faced: Catalogue) -> None:
    naming.name(faced, [4], "rize")
    naming.name(faced, [5], "cocoa")
    labels.change(faced, "rize", aliases=["リゼ"], colour="#112233", key="]")
    before = everything(faced)
    labels.merge(faced, ["rize", "cocoa"], "rise")
    assert current(faced) == {1: "rise", 2: "rise", 3: "rise", 4: "rise", 5: "rise"}
    merged = labels.find(faced, "リゼ")
    assert merged is not None
    assert merged.name == "rise"
    assert set(merged.aliases) == {"rize", "リゼ", "cocoa"}
    assert [each.name for each in labels.listed(faced, "characters")] == ["rise"]
    journal.undo(faced)
    assert everything(faced) == before
    assert labels.delete(faced, "rize") == 1
    assert 4 not in current(faced)
    journal.undo(faced)
    assert everything(faced) == before
    journal.redo(faced)
    assert labels.find(faced, "rize") is None


def test_of_two_statements_about_one_face_a_merge_keeps_the_one_that_was_said_of_it(faced: Catalogue) -> None:
    naming.name(faced, [4], "chino")
    with faced.writing() as connection:
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by, confidence) "
            "VALUES (4, 'maya', 'model', 'm', 0.4)"
        )
    labels.merge(faced, ["maya"], "chino")
    assert faced.rows("SELECT label, said_by FROM face_labels WHERE face_id = 4 ORDER BY ALL") == [
        ("chino", "m"), ("chino", "person"),
    ]  # fmt: skip


def test_keys_change_hands_and_free_ones_are_dealt_out(faced: Catalogue) -> None:
    labels.add(faced, [Label(f"class {n:02}", "lap") for n in range(20)])
    known = labels.known(faced, "lap")
    assert [each.key for each in known] == [*KEYS, *[None] * 5]
    assert [each.number for each in known] == list(range(20))
    assert len({each.colour for each in known[:16]}) == 16
    labels.change(faced, "class 19", key="1")
    labels.change(faced, "class 18", key="1")
    keys = {each.name: each.key for each in labels.known(faced, "lap")}
    assert keys["class 18"] == "1"
    assert keys["class 19"] is None
    assert keys["class 00"] is None, "all others keep theirs"
    assert keys["class 01"] == "2"


def test_a_key_stays_where_it_is_when_others_come_and_go(faced: Catalogue) -> None:
    labels.add(faced, [Label(name, "lap") for name in "abcdefghijklmnopq"])

    def keys() -> dict[str, str | None]:
        return {each.name: each.key for each in labels.known(faced, "lap")}

    before = keys()
    assert (before["o"], before["p"], before["q"]) == ("]", None, None)
    labels.merge(faced, ["c"], "a")
    assert keys() == {**{name: key for name, key in before.items() if name != "c"}, "p": "3"}
    journal.undo(faced)
    labels.change(faced, "i", key="1")
    assert keys() == {**before, "i": "1", "a": "9"}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "needs a name"),
        (" \u200d ", "needs a name"),
        ("two\nlines\x07", "two lines\ufffd has U.0007 in it \\(a control character"),
        ("evil\u202egnp", "U.202E in it \\(right-to-left override"),
        ("x" * 300, "at most 200 characters, not 300"),
    ],
)
def test_what_is_no_name(faced: Catalogue, name: str, why: str) -> None:
    before = everything(faced)
    with pytest.raises(WrongUse, match=why) as caught:
        naming.name(faced, [1], name)
    assert str(caught.value).isprintable()
    assert everything(faced) == before
    assert journal.history(faced) == []


@pytest.mark.parametrize("name", ["می\u200cخواهم", "👩\u200d👧", "桜 木之本"])
def test_names_of_any_script_are_names(faced: Catalogue, name: str) -> None:
    naming.name(faced, [1], f" {name} \u200c")
    assert faced.rows("SELECT label FROM labelled_faces WHERE face_id = 1 AND speaker = 'person'") == [(name,)]


@pytest.mark.parametrize(
    "values", [{"colour": "red"}, {"key": "ab"}, {"key": "q"}, {"aliases": ["cocoa"]}], ids=str
)  # fmt: skip
def test_what_a_label_cannot_have(faced: Catalogue, values: dict[str, object]) -> None:
    labels.add(faced, [Label("rise"), Label("cocoa")])
    with pytest.raises(WrongUse):
        labels.change(faced, "rise", **values)  # type: ignore[arg-type]


def test_sets_stand_beside_each_other(faced: Catalogue) -> None:
    naming.name(faced, [1], "chino")
    naming.name(faced, [1], "good face", "quality")
    assert current(faced)[1] == "chino"
    assert current(faced, "quality") == {1: "good face"}
    assert labels.sets(faced) == ["characters", "quality"]
    naming.name(faced, [1], "cocoa")
    assert current(faced)[1] == "cocoa"
    assert current(faced, "quality") == {1: "good face"}
    with pytest.raises(WrongUse, match="belongs to"):
        labels.merge(faced, ["good face"], "chino")


def test_names_and_what_else_is_said_of_faces(faced: Catalogue) -> None:
    assert naming.unsure(faced, [1, 2])
    assert faced.value("SELECT count(*) FROM faces WHERE unsure") == 2
    assert naming.not_faces(faced, [2, 3]) == 2
    naming.name(faced, [1, 2], "chino")
    rows = faced.rows("SELECT face_id, state, reason, unsure FROM faces WHERE face_id <= 3 ORDER BY 1")
    assert rows == [(1, "active", None, False), (2, "active", None, False), (3, "set_aside", "not a face", False)]
    assert [each.summary for each in journal.history(faced)] == [
        "named 2 faces chino", "2 faces: not a face", "unsure about 2 faces",
    ]  # fmt: skip
    journal.undo(faced)
    assert faced.rows("SELECT state, unsure FROM faces WHERE face_id = 2") == [("set_aside", True)]
    assert current(faced)[1] == "rise"
    assert naming.unsure(faced, [1, 4])
    assert not naming.unsure(faced, [1, 4]), "of those that all are so, it is taken back"
    assert naming.bring_back(faced, [2, 3, 4]) == 2


def test_agreeing_makes_a_jobs_word_a_persons(faced: Catalogue) -> None:
    assert naming.accept(faced, [1, 3, 4]) == 2
    rows = faced.rows("SELECT face_id, label, speaker FROM labelled_faces ORDER BY 1")
    assert rows == [(1, "rise", "person"), (2, "rise", "job"), (3, "cocoa", "person")]
    assert naming.accept(faced, [1, 3, 4]) == 0, "agreed already"
    assert naming.unname(faced, [1, 2]) == 1
    assert current(faced)[1] == "rise"


def test_a_models_word_is_taken_against_a_persons_only_when_that_is_asked_for(faced: Catalogue) -> None:
    naming.name(faced, [1, 2], "chino")
    with faced.writing() as connection:
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by, confidence) VALUES "
            "(1, 'cocoa', 'model', 'm', 0.9), (2, 'chino', 'model', 'm', 0.9), (3, 'chino', 'model', 'm', 0.2)"
        )
    assert naming.accept(faced, [1, 2, 3]) == 1
    assert current(faced) == {1: "chino", 2: "chino", 3: "chino"}
    assert naming.accept(faced, [1, 2, 3], against_persons=True) == 1
    assert current(faced)[1] == "cocoa"


def test_several_faces_under_one_name_are_suggested_it(faced: Catalogue) -> None:
    faces.record(
        faced, "animeface", "{}", [LookedAt(1, 2)],
        [NewFace(1, 5, 5, 20, 20, 0.9, 1, 1, 1), NewFace(1, 60, 60, 20, 20, 0.9, 1, 1, 1)],
    )  # fmt: skip
    both = [row[0] for row in faced.rows("SELECT face_id FROM faces WHERE image_id = 1 ORDER BY x")]
    assert not set(both) & set(current(faced)), "nobody knows whose the name is"
    assert naming.accept(faced, both[:1]) == 1
    assert current(faced)[both[0]] == "rise"


def test_an_accent_is_one_however_it_is_composed(catalogue: Catalogue) -> None:
    """As it is in the names of folders on one system and on another."""
    assert labels.add(catalogue, [Label("U\u0308ni\u0308"), Label("\u00dcn\u00ef")]) == 1
    for name in ("u\u0308ni\u0308", "\u00dcn\u00ef"):
        found = labels.find(catalogue, name)
        assert found is not None and found.name == "\u00dcn\u00ef"
