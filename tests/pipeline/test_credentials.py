"""Where keys are looked for, which come first, and that nothing shows them."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pytest

from anitui.errors import AnituiError
from anitui.pipeline.credentials import Keys, imgur_client_id, reddit_keys

KEYRING = """
HELD = {}
class NoKeyringError(RuntimeError): pass
def get_password(service, name):
    if HELD.get("locked"):
        raise NoKeyringError("No recommended backend was available.")
    return HELD.get((service, name))
"""  # what anitui asks of the package of this name


def ini(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "praw.ini").write_text(text, "utf-8")
    return folder


def section(name: str, key: str, *more: str) -> str:
    return "\n".join([f"[{name}]", f"client_id = id of {key}", f"client_secret = secret%of {key}", *more, ""])


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where nobody has any keys: no praw.ini here, no keyring."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setitem(sys.modules, "keyring", None)  # as if it were not installed
    return here


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home")}


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[object, str]:
    """What a keyring holds that stands where the real one would."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "keyring.py").write_text(KEYRING)
    monkeypatch.delitem(sys.modules, "keyring")
    monkeypatch.syspath_prepend(tmp_path / "site")
    held: dict[object, str] = importlib.import_module("keyring").HELD
    return held


def found(environ: Mapping[str, str]) -> str:
    """The word in the client id, where the secret goes with it."""
    keys = reddit_keys(environ)
    name = keys.client_id.removeprefix("id of ")
    assert keys.client_secret == f"secret%of {name}"
    return name


def test_the_environment_comes_first(environ: dict[str, str], tmp_path: Path, elsewhere: Path) -> None:
    ini(elsewhere, section("anitui", "praw"))
    environ |= {"ANITUI_REDDIT_CLIENT_ID": " id\n", "ANITUI_REDDIT_CLIENT_SECRET": "secret"}
    assert asdict(reddit_keys(environ)) == {
        "client_id": "id",
        "client_secret": "secret",
        "username": None,
        "password": None,
    }
    environ |= {"ANITUI_REDDIT_USERNAME": "me", "ANITUI_REDDIT_PASSWORD": "mine"}
    assert (reddit_keys(environ).username, reddit_keys(environ).password) == ("me", "mine")


def test_praws_own_variables_do_as_well(environ: dict[str, str]) -> None:
    assert found({**environ, "praw_client_id": "id of praw", "praw_client_secret": "secret%of praw"}) == "praw"


def test_half_a_key_is_none(environ: dict[str, str], elsewhere: Path) -> None:
    environ["ANITUI_REDDIT_CLIENT_ID"] = "id of nobody"
    with pytest.raises(AnituiError):
        reddit_keys(environ)
    environ["ANITUI_REDDIT_CLIENT_SECRET"] = " "
    ini(elsewhere, "[anitui]\nclient_id = x\n\n[other]\nclient_id = x\nclient_secret = y\n")
    with pytest.raises(AnituiError):
        reddit_keys(environ)
    ini(elsewhere, "[anitui]\nclient_id = x\n\n" + section("default", "whole"))
    assert found(environ) == "whole"


def test_praw_ini_lies_where_praw_looks_for_it(environ: dict[str, str], tmp_path: Path, elsewhere: Path) -> None:
    ini(tmp_path / "home" / ".config", section("anitui", "home", "username = me", "password = mine"))
    assert found(environ) == "home"
    assert reddit_keys(environ).password == "mine"
    environ["XDG_CONFIG_HOME"] = str(ini(tmp_path / "xdg", section("anitui", "xdg")))
    assert found(environ) == "xdg"
    ini(elsewhere, section("anitui", "here"))
    assert found(environ) == "here", "the nearest has the last word"


def test_our_section_comes_before_that_for_all(environ: dict[str, str], elsewhere: Path) -> None:
    ini(elsewhere, section("DEFAULT", "all"))
    assert found(environ) == "all"
    ini(elsewhere, section("default", "small"))
    assert found(environ) == "small"
    ini(elsewhere, "\ufeff" + section("anitui", "ours") + section("DEFAULT", "all"))
    assert found(environ) == "ours"


@pytest.mark.parametrize("text", ["client_id = 1\n", "[anitui\n", "[a]\n[a]\n", "[a]\nnonsense\n"])
def test_a_praw_ini_that_cannot_be_read_is_told_without_what_is_in_it(
    environ: dict[str, str], elsewhere: Path, text: str
) -> None:
    ini(elsewhere, text + "client_secret = hidden\n")
    with pytest.raises(AnituiError, match=r"praw\.ini cannot be read as a praw\.ini: mend or remove it") as error:
        reddit_keys(environ)
    assert "hidden" not in "".join(traceback.format_exception(error.value))
    (elsewhere / "praw.ini").write_bytes(b"[anitui]\nclient_secret = \xff\n")
    with pytest.raises(AnituiError, match="cannot be read"):
        reddit_keys(environ)


def test_the_keyring_comes_last(environ: dict[str, str], keyring: dict[object, str], elsewhere: Path) -> None:
    keyring |= {
        ("anitui", "reddit_client_id"): "id of keyring",
        ("anitui", "reddit_client_secret"): "secret%of keyring",
    }
    assert found(environ) == "keyring"
    keyring["anitui", "reddit_username"] = "me"
    assert reddit_keys(environ).username == "me"
    ini(elsewhere, section("anitui", "file"))
    assert found(environ) == "file"


def test_a_locked_keyring_holds_nothing(environ: dict[str, str], keyring: dict[object, str]) -> None:
    keyring["locked"] = "yes"
    with pytest.raises(AnituiError, match="Reddit wants keys"):
        reddit_keys(environ)
    assert imgur_client_id(environ) is None


def test_without_keys_one_sentence_says_how_to_set_them_up(environ: dict[str, str]) -> None:
    with pytest.raises(AnituiError) as error:
        reddit_keys(environ)
    told = str(error.value)
    assert "\n" not in told
    for word in ("praw.ini", "~/.config", "[anitui]", "ANITUI_REDDIT_CLIENT_ID", "ANITUI_REDDIT_CLIENT_SECRET",
                 "keyring", "--from", "docs/collecting.md"):  # fmt: skip
        assert word in told
    assert (Path(__file__).parents[2] / "docs" / "collecting.md").is_file()


def test_imgurs_id(environ: dict[str, str], keyring: dict[object, str]) -> None:
    assert imgur_client_id(environ) is None
    keyring["anitui", "imgur_client_id"] = "from the keyring"
    assert imgur_client_id(environ) == "from the keyring"
    assert imgur_client_id({**environ, "ANITUI_IMGUR_CLIENT_ID": "mine\n"}) == "mine"


def test_nothing_shows_keys() -> None:
    keys = Keys("an id", "a secret", "a name", "a password")
    assert repr(keys) == str(keys) == f"{keys}" == "Keys()"
