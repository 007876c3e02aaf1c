from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anitui.errors import WrongUse
from anitui.pipeline.cleaning import recipes
from anitui.pipeline.cleaning.telling import Cleaning, in_words
from anitui.pipeline.cleanup import clean
from anitui.pipeline.engine import InProcess
from anitui.pipeline.pixels import digest
from anitui.progress import run
from anitui.settings import CleaningSettings, Settings
from anitui.store import journal, verdicts
from anitui.store.catalogue import Catalogue
from anitui.store.groups import Statement, Verdict
from anitui.store.rule_words import parse
from anitui.workspace import Workspace
from tests.conftest import TakeIn
from tests.pipeline.near_pictures import drawn, save

Apply = Callable[..., Cleaning]

NEAR = "dhash<=3"


@pytest.fixture
def by_rule(workspace: Workspace, catalogue: Catalogue) -> Apply:
    """`by_rule(text, apply=True, name=…, protect=…)`: what a rule does, or would do."""

    def work(text: str, *, apply: bool = False, name: str | None = None, protect: str = "") -> Cleaning:
        settings = replace(Settings(), cleaning=CleaningSettings(protect))
        work = clean(
            workspace, catalogue, parse(text), name=name, apply=apply, settings=settings, engine=InProcess()
        )  # fmt: skip
        return run(work, lambda _: None)

    return work


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pictures"


def everything(catalogue: Catalogue) -> dict[str, list[tuple[Any, ...]]]:
    """All that decisions change, and what is worked out from it."""
    tables = ("images", "verdicts", "duplicate_groups", "sightings", "image_tags", "pairs_open")
    return {table: sorted(catalogue.rows(f"FROM {table}"), key=repr) for table in tables}


def of(catalogue: Catalogue, name: str) -> int:
    """The picture that was seen first under a file's name."""
    (row,) = catalogue.rows("SELECT image_id FROM image_origins WHERE url LIKE ?", [f"%/{name}"])
    return int(row[0])


def shown(catalogue: Catalogue) -> set[str]:
    rows = catalogue.rows("SELECT url FROM images JOIN image_origins USING (image_id) WHERE state = 'active'")
    return {row[0].rsplit("/", 1)[1] for row in rows}


def keepers(catalogue: Catalogue) -> set[int]:
    return {row[0] for row in catalogue.rows("SELECT DISTINCT keeper_id FROM duplicate_groups")}


def three_sizes(folder: Path, seed: int = 1) -> None:
    save(folder / "middle.png", drawn(seed, (96, 64)))
    save(folder / "large.png", drawn(seed, (144, 96)))
    save(folder / "small.png", drawn(seed, (72, 48)))


def test_a_preview_tells_and_changes_nothing(
    folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply
) -> None:
    three_sizes(folder)
    save(folder / "another.png", drawn(2))
    take_in(folder)
    by_rule(NEAR)  # finds the pairs
    before = everything(catalogue)
    done = by_rule(f"{NEAR} keep:larger")
    assert everything(catalogue) == before and journal.history(catalogue) == []
    assert (done.applied, done.pairs, done.set_aside) == (False, 3, 2)
    assert done.bytes == catalogue.value(
        "SELECT sum(bytes) FROM images WHERE width < 144 AND image_id <> ?", [of(catalogue, "another.png")]
    )
    assert {each.kept and each.kept.split()[1] for each in done.examples} == {"large.png"}
    assert all(each.why.startswith("larger") for each in done.examples)
    told = in_words(done)
    assert told[0] == "3 pairs meet the rule" and told[1].startswith("2 pictures would be set aside")


def test_one_of_three_is_kept_and_one_undo_brings_all_back(
    folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply
) -> None:
    three_sizes(folder)
    save(folder / "b1.png", drawn(5, (96, 64)))
    save(folder / "b2.png", drawn(5, (72, 48)))
    save(folder / "another.png", drawn(2))
    take_in(folder)
    by_rule(NEAR)
    before = everything(catalogue)
    done = by_rule(f"{NEAR} keep:larger", apply=True, name="tidy")
    assert (done.set_aside, done.verdicts) == (3, 3)
    assert shown(catalogue) == {"large.png", "b1.png", "another.png"}
    assert keepers(catalogue) == {of(catalogue, "large.png"), of(catalogue, "b1.png")}
    assert [(each.summary, each.said_by) for each in journal.history(catalogue)] == [
        ("rule tidy: set 3 aside", "rule tidy")
    ]
    assert {row[0] for row in catalogue.rows("SELECT said_by FROM verdicts")} == {"rule tidy"}
    after = everything(catalogue)
    again = by_rule(f"{NEAR} keep:larger", apply=True)
    assert (again.pairs, again.set_aside) == (0, 0) and everything(catalogue) == after
    journal.undo(catalogue)
    assert everything(catalogue) == before


def chain(catalogue: Catalogue, *names: str) -> None:
    """Only neighbours in the chain are near: their hashes are three bits apart, each from the next."""
    with catalogue.writing() as connection:
        for place, name in enumerate(names):
            connection.execute(
                "UPDATE image_hashes SET bits = ? WHERE image_id = ? AND algorithm = 'dhash'",
                [(1 << 3 * place) - 1, of(catalogue, name)],
            )


def test_of_a_chain_one_is_kept_though_its_ends_are_not_near(
    folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply
) -> None:
    for number, name in enumerate("abcd"):
        save(folder / f"{name}.png", drawn(number, (96 + number, 64)))
    take_in(folder)
    chain(catalogue, "d.png", "b.png", "a.png", "c.png")
    done = by_rule(f"{NEAR} keep:larger", apply=True)
    assert (done.pairs, done.set_aside) == (3, 3)
    assert shown(catalogue) == {"d.png"} and keepers(catalogue) == {of(catalogue, "d.png")}
    ids = {name: of(catalogue, f"{name}.png") for name in "abcd"}
    near = {tuple(sorted((ids[one], ids[other]))) for one, other in ("db", "ba", "ac")}
    assert set(catalogue.rows("SELECT a_id, b_id FROM verdicts")) == near, "only along pairs that meet the rule"
    reasons = {row[0] for row in catalogue.rows("SELECT reason FROM images WHERE state = 'set_aside'")}
    assert reasons == {f"duplicate of {ids['d']}"}


def test_a_person_is_never_overruled(folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply) -> None:
    three_sizes(folder)
    take_in(folder)
    large, small = of(catalogue, "large.png"), of(catalogue, "small.png")
    verdicts.judge(catalogue, "image", [Statement.of(large, small, Verdict.DIFFERENT)])
    done = by_rule(f"{NEAR} keep:larger", apply=True)
    assert (done.pairs, done.decided, done.contradicting, done.set_aside) == (3, 1, 1, 1)
    assert done.left_to_a_person == 1
    assert large not in {row[0] for row in catalogue.rows("SELECT image_id FROM images WHERE state = 'set_aside'")}
    said = catalogue.rows("SELECT verdict FROM verdicts WHERE said_by = 'person'")
    assert said == [("different",)]
    groups = dict(catalogue.rows("SELECT id, group_id FROM duplicate_groups"))
    assert groups.get(large, large) != groups.get(small, small)


def test_two_that_a_person_keeps_beside_each_other_stay(
    folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply
) -> None:
    three_sizes(folder)
    take_in(folder)
    middle, small = of(catalogue, "middle.png"), of(catalogue, "small.png")
    verdicts.judge(catalogue, "image", [Statement.of(middle, small, Verdict.SAME)])
    done = by_rule(f"{NEAR} keep:larger", apply=True)
    assert (done.decided, done.kept_both, done.set_aside) == (1, 2, 0)
    assert shown(catalogue) == {"large.png", "middle.png", "small.png"}


def test_what_was_put_off_is_decided(folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply) -> None:
    three_sizes(folder)
    take_in(folder)
    one, two = of(catalogue, "large.png"), of(catalogue, "small.png")
    verdicts.judge(catalogue, "image", [Statement.of(one, two, Verdict.NOT_NOW)])
    assert by_rule(f"{NEAR} keep:larger", apply=True).set_aside == 2
    assert shown(catalogue) == {"large.png"}


def test_protected_pictures_are_never_set_aside(
    folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply
) -> None:
    save(folder / "best" / "small.png", drawn(1, (72, 48)))
    save(folder / "best" / "tiny.png", drawn(1, (48, 32)))
    save(folder / "new" / "large.png", drawn(1, (144, 96)))
    take_in(folder)
    done = by_rule(f"{NEAR} keep:larger protect:folder={folder}/best", apply=True)
    assert (done.pairs, done.protected, done.set_aside) == (3, 2, 1)
    assert shown(catalogue) == {"small.png", "tiny.png"} and done.examples[0].why.startswith("protected")
    journal.undo(catalogue)
    assert by_rule(f"{NEAR} keep:larger", apply=True, protect="elsewhere, best").set_aside == 1
    assert shown(catalogue) == {"small.png", "tiny.png"}


def test_a_place_with_nobody_in_it_is_told(folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply) -> None:
    three_sizes(folder)
    take_in(folder)
    done = by_rule(f"{NEAR} protect:folder={folder},/nowhere prefer:folder=bset", protect="../pictures")
    assert done.protects_nobody == ("folder=/nowhere", "folder=../pictures")
    assert done.prefers_nobody == ("folder=bset",)
    assert any("folder=/nowhere protects nothing" in each for each in in_words(done))
    single = by_rule("set-aside size<1000 protect:folder=/nowhere")
    assert any("folder=/nowhere protects nothing" in each for each in in_words(single))
    assert by_rule(f"{NEAR} protect:folder={folder}/").protects_nobody == ()


def test_files_that_are_only_referred_to_are_protected_by_where_they_lie_and_free_nothing(
    folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply
) -> None:
    save(folder / "best" / "small.png", drawn(1, (72, 48)))
    save(folder / "new" / "large.png", drawn(1, (144, 96)))
    take_in(folder, mode="reference")
    with catalogue.writing() as connection:
        connection.execute("UPDATE sightings SET url = 'https://x/y.png', page_url = NULL WHERE url LIKE '%small%'")
    done = by_rule(f"{NEAR} keep:larger protect:folder={folder}/best")
    assert (done.set_aside, done.bytes) == (1, 0)
    by_rule(f"{NEAR} keep:larger protect:folder={folder}/best", apply=True)
    assert shown(catalogue) == {"y.png"}


def test_pairs_with_other_labels_are_left_to_a_person(
    folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply
) -> None:
    save(folder / "chino" / "one.png", drawn(1, (96, 64)))
    save(folder / "chino" / "two.png", drawn(1, (72, 48)))
    save(folder / "cocoa" / "three.png", drawn(1, (144, 96)))
    take_in(folder, labels_from_folders=True)
    done = by_rule(f"{NEAR} labels:equal keep:larger", apply=True)
    assert (done.labels_differ, done.set_aside) == (2, 1)
    assert shown(catalogue) == {"one.png", "three.png"}


def test_identical_pixels_whatever_the_format(
    folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply
) -> None:
    image = drawn(1)
    save(folder / "a.png", image)
    save(folder / "b.bmp", image)
    exif = Image.Exif()
    exif[0x0112] = 6
    save(folder / "turned.tiff", image.transpose(Image.Transpose.ROTATE_90), exif=exif)
    nearly = image.copy()
    nearly.putpixel((3, 3), tuple(value ^ 1 for value in nearly.getpixel((3, 3))))
    save(folder / "nearly.png", nearly)
    image.putalpha(Image.new("L", image.size, 254))
    save(folder / "alpha.png", image)
    take_in(folder)
    done = by_rule("pixels:identical keep:heavier", apply=True)
    assert (done.pairs, done.set_aside, done.unread) == (3, 2, ())
    assert {"nearly.png", "alpha.png"} < shown(catalogue) and len(shown(catalogue)) == 3
    assert done.examples[0].why == "heavier, the same pixels"
    digests = catalogue.value("SELECT count(*) FROM image_pixels")
    journal.undo(catalogue)
    by_rule("pixels:identical keep:lighter", apply=True)
    assert catalogue.value("SELECT count(*) FROM image_pixels") == digests, "nothing is looked at twice"


def test_a_grey_picture_is_the_same_in_colour_and_a_deep_one_is_not() -> None:
    grey = drawn(1, grey=True)
    assert digest(grey) == digest(grey.convert("RGB")) == digest(grey.convert("RGBA")) == digest(grey.convert("LA"))
    deep = Image.new("I;16", (4, 4), 300)
    assert digest(deep) != digest(Image.new("I;16", (4, 4), 301)) != digest(Image.new("L", (4, 4), 1))
    assert digest(Image.new("L", (2, 8))) != digest(Image.new("L", (8, 2)))


def test_a_picture_that_is_gone_is_told_and_left(
    folder: Path, workspace: Workspace, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply
) -> None:
    save(folder / "a.png", drawn(1))
    save(folder / "b.bmp", drawn(1))
    take_in(folder)
    workspace.file(catalogue.value("SELECT path FROM images WHERE image_id = 2")).unlink()
    done = by_rule("pixels:identical", apply=True)
    assert (done.pairs, done.set_aside, len(done.unread)) == (0, 0, 1) and "no such file" in done.unread[0]


def test_other_verdicts_set_nothing_aside(folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply) -> None:
    three_sizes(folder)
    take_in(folder)
    same = by_rule(f"{NEAR} verdict:same", apply=True)
    assert (same.verdicts, same.set_aside) == (2, 0) and len(shown(catalogue)) == 3
    assert catalogue.value("SELECT count(*) FROM pairs_open") == 0
    assert "nothing is set aside" in in_words(same)[1]
    against = by_rule(f"{NEAR} verdict:different", apply=True)
    assert (against.verdicts, against.contradicting) == (0, 3)
    journal.undo(catalogue)
    parted = by_rule(f"{NEAR} verdict:alternates", apply=True)
    assert (parted.verdicts, parted.set_aside) == (3, 0) and catalogue.value("SELECT count(*) FROM pairs_open") == 0


def test_single_pictures_by_words_of_the_filter(
    folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply
) -> None:
    save(folder / "grey.png", drawn(1, grey=True))
    save(folder / "best" / "sketch.png", drawn(3, grey=True))
    save(folder / "colour.png", drawn(2))
    take_in(folder)
    before = everything(catalogue)
    rule = "set-aside colourfulness<5 protect:folder=best"
    assert by_rule(rule).set_aside == 1 and everything(catalogue) == before
    done = by_rule(rule, apply=True, name="greys")
    assert (done.set_aside, done.protected) == (1, 1)
    assert shown(catalogue) == {"sketch.png", "colour.png"}
    assert catalogue.rows("SELECT reason FROM images WHERE state <> 'active'") == [("rule greys",)]
    assert journal.history(catalogue)[0].summary == "rule greys: set 1 aside"
    journal.undo(catalogue)
    assert everything(catalogue) == before


def test_faces_are_cleaned_up_as_well(folder: Path, catalogue: Catalogue, take_in: TakeIn, by_rule: Apply) -> None:
    save(folder / "one.png", drawn(1))
    save(folder / "two.png", drawn(2))
    take_in(folder)
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO faces (image_id, x, y, w, h, detector) VALUES (1, 0, 0, 20, 20, 'x'), (2, 0, 0, 30, 30, 'x')"
        )
        connection.execute("INSERT INTO face_hashes SELECT face_id, 'dhash', 'exact', 7 FROM faces")
    done = by_rule("dhash<=2 on:faces keep:larger", apply=True)
    assert (done.set_aside, done.bytes) == (1, 0)
    assert catalogue.rows("SELECT face_id, state FROM faces ORDER BY 1") == [(1, "set_aside"), (2, "active")]


def test_recipes_go_in_their_order() -> None:
    lap = recipes.read("lap")
    told = [meant.text for step in lap.steps if (meant := step.rule or step.by_hand)]
    within = [
        "ahash<=2 within:title keep:larger,heavier,older",
        "ahash:3..14 within:title",
        "phash<=4 within:title",
        "dhash<=16 within:title",
        "cosine<=0.2 within:title keep:larger,heavier,older",
        "cosine:0.2..0.32 within:title",
    ]
    assert told == [*within, *(text.replace(" within:title", "") for text in within)]
    assert [step.rule is not None for step in lap.steps] == [True, False, False, False, True, False] * 2
    with pytest.raises(WrongUse, match="did you mean lap"):
        recipes.read("lapp")


def test_a_recipe_is_previewed_and_applied_step_by_step(
    folder: Path, workspace: Workspace, catalogue: Catalogue, take_in: TakeIn
) -> None:
    save(folder / "chino" / "grey.png", drawn(1, grey=True))
    save(folder / "chino" / "large.png", drawn(2, (144, 96)))
    save(folder / "chino" / "small.png", drawn(2, (72, 48)))
    save(folder / "cocoa" / "middle.png", drawn(2, (96, 64)))
    take_in(folder, labels_from_folders=True)

    def follow(name: str, *, apply: bool) -> list[recipes.StepDone]:
        return list(run(recipes.follow(workspace, catalogue, recipes.read(name), apply=apply), lambda _: None))

    previewed = follow("yotsubanet", apply=False)
    assert [each.cleaning and each.cleaning.set_aside for each in previewed] == [1, 1]
    assert journal.history(catalogue) == []
    follow("yotsubanet", apply=True)
    assert shown(catalogue) == {"large.png", "middle.png"}, "within a label only"
    assert [each.summary for each in journal.history(catalogue)] == [
        "recipe yotsubanet, step 2: set 1 aside",
        "recipe yotsubanet, step 1: set 1 aside",
    ]
    lap = follow("lap", apply=False)
    across = next(each for each in lap if each.rule == "dhash<=16")
    assert across.waiting == 1 and lap[3].waiting == 0
    unseen = [each.number for each in lap if each.missing.startswith("embeddings: `anitui review RUN`")]
    assert unseen == [5, 6, 11, 12], "no model has seen these pictures"
