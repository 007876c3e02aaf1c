from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.keys import Keys, _character_to_key

from anitui import actions
from anitui.app import AnituiApp
from anitui.screens.boxes.screen import BoxesScreen
from anitui.screens.browse import BrowseScreen
from anitui.screens.clean.screen import CleanScreen
from anitui.screens.duplicates.alike import AlikeScreen
from anitui.screens.duplicates.rules import RulesScreen
from anitui.screens.duplicates.screen import DuplicatesScreen
from anitui.screens.evaluate.screen import EvaluateScreen
from anitui.screens.faces.label_list import LabelsScreen
from anitui.screens.faces.screen import FacesScreen
from anitui.screens.frame import FrameScreen
from anitui.screens.help import HelpScreen
from anitui.screens.history import HistoryScreen
from anitui.screens.home import HomeScreen
from anitui.screens.jobs.details import JobScreen
from anitui.screens.jobs.screen import JobsScreen
from anitui.screens.one_picture import PictureScreen
from anitui.screens.settings import SettingsScreen
from anitui.screens.splits.screen import SplitsScreen
from anitui.screens.sql import SqlScreen
from anitui.screens.statistics.screen import StatisticsScreen
from anitui.screens.train.screen import TrainScreen

SCREENS: list[type[FrameScreen]] = [
    HomeScreen, BrowseScreen, DuplicatesScreen, AlikeScreen, RulesScreen, PictureScreen, SqlScreen, HistoryScreen,
    SettingsScreen, HelpScreen, JobsScreen, JobScreen, CleanScreen, BoxesScreen, FacesScreen, LabelsScreen,
    SplitsScreen, TrainScreen, EvaluateScreen, StatisticsScreen,
]  # fmt: skip
DOCS = Path(__file__).parent.parent / "docs"


def test_every_place_of_the_registry_is_a_screen() -> None:
    assert {screen.place for screen in SCREENS} == set(actions.PLACES)
    assert {each.place for each in actions.REGISTRY} <= {*actions.PLACES, actions.ANYWHERE, actions.GO}


@pytest.mark.parametrize("action", actions.REGISTRY, ids=lambda action: action.id)
def test_every_action_has_its_method_where_it_works(action: actions.Action) -> None:
    if action.place == actions.GO:
        assert action.method in AnituiApp.SCREENS or callable(getattr(AnituiApp, action.method))
        return
    owner: type = AnituiApp
    if action.place != actions.ANYWHERE:
        owner = next(screen for screen in SCREENS if screen.place == action.place)
    name, _, argument = action.method.rstrip(")").partition("(")
    method: Callable[..., object] = getattr(owner, f"action_{name}")
    inspect.signature(method).bind(owner, *([int(argument)] if argument else []))


def test_ids_are_given_once() -> None:
    assert len({each.id for each in actions.REGISTRY}) == len(actions.REGISTRY)


@pytest.mark.parametrize("place", [*actions.PLACES, actions.GO])
def test_no_two_actions_of_a_place_share_a_key(place: str) -> None:
    shared = [each for each in actions.REGISTRY if each.place == place] if place == actions.GO else None
    keys = [key for each in shared or actions.for_place(place) for key in actions.keys_of(each, {})]
    assert sorted(keys) == sorted(set(keys))


def test_every_key_is_one_that_a_terminal_can_send() -> None:
    known = {each.value for each in Keys} | {_character_to_key(chr(code)) for code in range(33, 127)}
    for action in actions.REGISTRY:
        for key in actions.keys_of(action, {}):
            assert key in known or key.rpartition("+")[2] in known, key


def test_our_own_keys_have_no_faults_and_every_action_says_what_it_does() -> None:
    assert actions.settle({}) == actions.KeyMap({}, ())
    for each in actions.REGISTRY:
        assert each.name and each.help[0].isupper(), each.id
        assert each.help.endswith(".") or ":" in each.help, each.id


@pytest.mark.parametrize(
    ("key_map", "keys", "fault"),
    [
        (
            {"browse.sort": "x"},
            {"browse.sort": "x", "browse.set_aside": "delete"},
            "gives x to browse.sort, which takes it from browse.set_aside (keeps Del)",
        ),
        (
            {"picture.facts": "u"},
            {"picture.facts": "u", "anywhere.undo": ""},
            "gives u to picture.facts, which takes it from anywhere.undo (has no key now)",
        ),
        (
            {"anywhere.undo": "ctrl+t"},
            {"anywhere.undo": "ctrl+t", "sql.tree": ""},
            "gives ctrl+t to anywhere.undo, which takes it from sql.tree (has no key now)",
        ),
        ({"go.sql": "h"}, {"go.sql": "h", "go.home": ""}, "gives h to go.sql, which takes it from go.home"),
        (
            {"browse.sort": "x,f2", "browse.group": "f3,x"},
            {"browse.sort": "f2", "browse.group": "f3", "browse.set_aside": "delete"},
            "gives x to browse.sort and browse.group: none of them has it, nor has browse.set_aside",
        ),
        (
            {"browse.sort": "f2", "anywhere.undo": "f2"},
            {"browse.sort": "", "anywhere.undo": ""},
            "gives f2 to browse.sort and anywhere.undo: none of them has it",
        ),
        ({"browse.sort": "?"}, {"browse.sort": "question_mark", "anywhere.help": "f1"}, "gives ? to browse.sort"),
        ({"browse.opne": "f"}, {}, "names 'browse.opne', which is not an action; did you mean browse.open?"),
    ],
)
def test_no_key_means_two_things_and_who_asked_for_it_has_it(
    key_map: dict[str, str], keys: dict[str, str], fault: str
) -> None:
    settled = actions.settle(key_map)
    assert settled.keys == keys
    assert [fault in each for each in settled.faults] == [True]
    for place in (*actions.PLACES, actions.GO):
        held = [key for each in actions.for_place(place) for key in actions.keys_of(each, settled.keys)]
        assert sorted(held) == sorted(set(held)), place


@pytest.mark.parametrize(
    "key_map",
    [
        {"browse.sort": "G", "browse.group": "o"},
        {"anywhere.undo": "f12", "go.sql": "f12"},  # g f12 is another f12
        {"browse.sort": "f2", "picture.facts": "f2"},  # never on the same screen
        {"browse.sort": ""},
    ],
)
def test_what_does_not_meet_is_no_clash(key_map: dict[str, str]) -> None:
    assert actions.settle(key_map) == actions.KeyMap(key_map, ())


def test_two_clashes_over_one_key_are_two() -> None:
    settled = actions.settle({"browse.sort": "x", "picture.zoom": "x"})
    assert settled.keys["browse.sort"] == settled.keys["picture.zoom"] == "x"
    assert settled.keys["browse.set_aside"] == settled.keys["picture.set_aside"] == "delete"
    assert len(settled.faults) == 2


@pytest.mark.parametrize(
    ("written", "sent"), [("esc", "escape"), ("+", "plus"), ("ctrl+PgDn", "ctrl+pagedown"), ("Del", "delete")]
)
def test_a_key_may_be_written_as_help_shows_it(written: str, sent: str) -> None:
    sort = actions.by_id("browse.sort")
    assert sort is not None
    assert actions.keys_of(sort, {"browse.sort": written}) == [sent]


def test_the_page_of_keys_is_what_the_registry_says() -> None:
    spec = importlib.util.spec_from_file_location("make_keys", DOCS / "make_keys.py")
    assert spec is not None and spec.loader is not None
    make_keys = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_keys)
    assert (DOCS / "keys.md").read_text("utf-8") == make_keys.page(), "run `python docs/make_keys.py`"
