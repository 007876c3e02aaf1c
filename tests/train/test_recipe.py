from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from anitui.errors import WrongUse
from anitui.train import recipe
from anitui.train.recipe import Recipe


def test_the_recipes_that_come_with_it_can_be_read() -> None:
    assert {"classic", "strong"} <= set(recipe.names())
    for name in recipe.names():
        assert recipe.load(name).about


def test_classic_is_yotsubanets() -> None:
    classic = recipe.load("classic")
    assert (classic.model, classic.optimizer, classic.lr, classic.eps, classic.batch) == (
        "resnet18", "adamw", 1e-3, 0.1, 16,
    )  # fmt: skip
    assert (classic.size, classic.epochs, classic.patience, classic.max_per_class) == (224, 100, 30, 250)
    assert classic.flip and not (classic.rotate or classic.mixup or classic.colour or classic.ema)


def test_every_setting_can_be_said_otherwise() -> None:
    given = recipe.said_otherwise(["lr=0.1", "flip = no", "batch=64", "model=vit_b_16", "start-size=64"])
    assert given == {"lr": 0.1, "flip": False, "batch": 64, "model": "vit_b_16", "start_size": 64}
    changed = recipe.load("strong").changed(given, "--with")
    assert (changed.lr, changed.flip, changed.batch, changed.model) == (0.1, False, 64, "vit_b_16")
    assert changed.mixup == recipe.load("strong").mixup


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("lr", "NAME=VALUE"),
        ("rotat=1", "did you mean rotate"),
        ("zzzzz=1", "there are model"),
        ("lr=fast", "lr is a number"),
        ("batch=1.5", "batch is a whole number"),
        ("flip=perhaps", "flip is true or false"),
        ("batch=0", "from 1 to"),
        ("optimizer=adam", "one of sgd, adamw"),
        ("=x", "there are model"),
    ],
)
def test_what_cannot_be_meant_is_told(given: str, told: str) -> None:
    with pytest.raises(WrongUse, match=told):
        Recipe().changed(recipe.said_otherwise([given]), "--with")


def test_it_must_end_some_time() -> None:
    with pytest.raises(WrongUse, match="never end"):
        Recipe().changed({"epochs": 0}, "--epochs")


def test_a_recipe_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('about = "mine"\n[learning]\nlr = 1\nbatch = 4\n')
    mine = recipe.load(str(file))
    assert (mine.lr, mine.batch, mine.about) == (1.0, 4, "mine")
    file.write_text("lr = = 1")
    with pytest.raises(WrongUse, match="no TOML"):
        recipe.load(str(file))
    file.write_text("[learning]\nlearning_rate = 1")
    with pytest.raises(WrongUse, match="no setting learning_rate"):
        recipe.load(str(file))
    with pytest.raises(WrongUse, match="there is no recipe best: there are"):
        recipe.load("best")
    with pytest.raises(WrongUse, match="cannot be read"):
        recipe.load(str(tmp_path / "none.toml"))


def test_the_documented_settings_are_those_that_there_are() -> None:
    docs = Path(__file__).parents[2] / "docs"
    spec = importlib.util.spec_from_file_location("make_recipes", docs / "make_recipes.py")
    assert spec is not None and spec.loader is not None
    make_recipes = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_recipes)
    text = (docs / "training.md").read_text("utf-8")
    assert text == make_recipes.page(text), "run `python docs/make_recipes.py`"
    assert all(f"| `{each}` |" in text for each in recipe.SETTINGS)
