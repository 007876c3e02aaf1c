"""`anitui clean`, as a person uses it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from anitui import workspace as workspaces
from anitui.cli import main
from anitui.pipeline.engine import InProcess
from anitui.pipeline.ingest import ImportOrder, import_pictures
from anitui.progress import run as run_work
from anitui.store.catalogue import open_catalogue
from tests.pipeline.near_pictures import drawn, save

Anitui = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one picture in three sizes, and another one."""
    folder = tmp_path_factory.mktemp("clean")
    for name, seed, size in (
        ("large", 1, (144, 96)), ("middle", 1, (96, 64)), ("small", 1, (72, 48)), ("b", 2, (96, 64)),
    ):  # fmt: skip
        save(folder / "pictures" / f"{name}.png", drawn(seed, size))
    workspace = workspaces.create(folder / "ours")
    catalogue = open_catalogue(workspace.catalogue)
    order = ImportOrder([str(folder / "pictures")])
    run_work(import_pictures(workspace, catalogue, order, engine=InProcess()), lambda _: None)
    catalogue.close()
    return workspace.root


@pytest.fixture
def ours(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "ours"))


@pytest.fixture
def anitui(ours: Path, capsys: pytest.CaptureFixture[str]) -> Anitui:
    """`anitui("clean", …)`: exit code, standard output, standard error."""

    def run(command: str, *options: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([command, "-w", str(ours), *options])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def figures(out: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def aside(ours: Path) -> int:
    catalogue = open_catalogue(ours / "catalogue.duckdb")
    number = int(catalogue.value("SELECT count(*) FROM images WHERE state = 'set_aside'"))
    catalogue.close()
    return number


def test_a_preview_then_apply_then_undo(ours: Path, anitui: Anitui) -> None:
    code, out, _ = anitui("clean", "--rule", "dhash<=3 keep:larger")
    assert code == 0 and "2 pictures would be set aside" in out and "--apply does it" in out
    assert out.count("large.png (144×96 png") == 2 and "large.png" in out.split("←")[0]
    assert aside(ours) == 0
    code, out, _ = anitui("clean", "--rule", "dhash<=3 keep:larger", "--apply", "--json")
    done = figures(out)
    assert (code, done["applied"], done["pairs"], done["set_aside"]) == (0, True, 3, 2)
    assert "`anitui undo` takes all of it back" in out and aside(ours) == 2
    assert "rule dhash<=3 keep:larger: set 2 aside" in anitui("history")[1]
    anitui("undo")
    assert aside(ours) == 0


def test_rules_are_saved_listed_and_used_by_name(ours: Path, anitui: Anitui) -> None:
    settings = ours / "anitui.toml"
    settings.write_text(settings.read_text() + "\n# mine\n[cleaning]\nprotect = 'small*'\n")
    code, out, _ = anitui("clean", "--save", "tidy", "--rule", "dhash<=3  keep:larger")
    assert code == 0 and "saved as tidy" in out and aside(ours) == 0
    assert "# mine" in settings.read_text() and 'tidy = "dhash<=3 keep:larger"' in settings.read_text()
    code, out, _ = anitui("clean", "--list", "--json")
    assert code == 0 and figures(out)["rules"] == {"tidy": "dhash<=3 keep:larger"}
    assert figures(out)["protect"] == ["small*"] and set(figures(out)["recipes"]) == {"lap", "yotsubanet"}
    for option in ("--rule", "--rule-name"):
        code, out, _ = anitui("clean", option, "tidy", "--json")
        assert (code, figures(out)["name"], figures(out)["set_aside"]) == (0, "tidy", 2)
    anitui("clean", "--rule", "tidy", "--apply")
    assert "by rule tidy" in anitui("history")[1]


def test_a_recipe_tells_each_step(ours: Path, anitui: Anitui) -> None:
    code, out, _ = anitui("clean", "--recipe", "lap", "--json")
    steps = figures(out)["steps"]
    assert code == 0 and aside(ours) == 0 and len(steps) == 12
    assert steps[6]["set_aside"] == 2 and steps[0]["set_aside"] == 0 and steps[4]["missing"]
    assert steps[9]["waiting"] == 3 and "g d" in out
    code, out, _ = anitui("clean", "--recipe", "lap", "--apply", "--json")
    assert code == 0 and aside(ours) == 2 and figures(out)["steps"][9]["waiting"] == 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "say what to clean by"),
        (["--rule", "dhash<=2", "--recipe", "lap"], "--rule and --recipe are two things to clean by"),
        (["--rule", "dhash<=2", "--rule", "dhash<=4"], "one rule at a time"),
        (["--save", "set-aside", "--rule", "dhash<=2"], "set-aside begins a rule"),
        (["--save", "lap", "--rule", "dhash<=2"], "lap is the name of a recipe"),
        (["--rule", "set-aside sharpness<50 sharpness>60"], "nothing meets sharpness<50 and sharpness>60"),
        (["--rule", "set-aside size<50 size>=50"], "nothing meets size<50 and size>=50"),
        (["--rule", "set-aside width<100%"], "width is counted in px: width<100% cannot be meant"),
        (["--rule", "set-aside aspect<10%"], "aspect is no share of anything"),
        (["--list", "--apply"], "leave --apply out"),
        (["--rule", "dhash<=2 kep:older"], "did you mean keep?"),
        (["--rule", "tidi"], "did you mean tidy?"),
        (["--rule-name", "other"], "--list"),
        (["--recipe", "lab"], "did you mean lap?"),
        (["--save", "tidy"], "say what to clean by"),
        (["--save", "a name", "--rule", "dhash<=2"], "cannot be a rule's name"),
        (["--save", "tidy", "--recipe", "lap"], "takes the rule to save"),
        (["--rule", "bad"], "the saved rule bad is wrong"),
    ],
)
def test_wrong_use_is_one_sentence(ours: Path, anitui: Anitui, options: list[str], told: str) -> None:
    settings = ours / "anitui.toml"
    settings.write_text(settings.read_text() + "\n[rules]\ntidy = 'dhash<=2'\nbad = 'dhash<=x'\n")
    before = settings.read_text()
    code, _, err = anitui("clean", *options)
    assert code == 2 and told in err and err.count("\n") == 1
    assert settings.read_text() == before


def test_a_rule_in_the_settings_must_be_a_text(ours: Path, anitui: Anitui) -> None:
    settings = ours / "anitui.toml"
    settings.write_text(settings.read_text() + "\n[rules]\ntidy = 4\n")
    code, _, err = anitui("clean", "--list")
    assert code == 2 and "the rule tidy must be a text in quotes, not 4" in err


def test_a_picture_that_cannot_be_read_makes_it_done_in_part(ours: Path, anitui: Anitui, made: Path) -> None:
    extra = save(made.parent / "extra" / "copy.bmp", drawn(2))
    anitui("import", str(extra), "--workers", "1")
    next((ours / "media").rglob("*.bmp")).unlink()
    code, out, _ = anitui("clean", "--rule", "pixels:identical", "--json")
    assert code == 3 and "1 picture could not be read" in out and len(figures(out)["unread"]) == 1


def test_bounds_that_something_can_meet_are_taken(anitui: Anitui) -> None:
    for words in ("size<=50 size>=50", "-size<50 size<60", "size>20 size>30 size<40", "colour<50% colour>10%"):
        assert anitui("clean", "--rule", f"set-aside {words}")[0] == 0


def test_the_help_speaks_of_single_pictures_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["clean", "--help"])
    out = capsys.readouterr().out
    assert "docs/cleaning.md" in out and "sharpness<50" in out and "faces" in out
