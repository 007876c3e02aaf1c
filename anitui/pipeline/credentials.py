"""Keys for the sites: from the environment, `praw.ini`, or the system's keyring. Never from a workspace, never kept."""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from anitui.errors import AnituiError

_NAMES = ("client_id", "client_secret", "username", "password")
_SERVICE = "anitui"
_HOW = (
    "Reddit wants keys: put client_id and client_secret into praw.ini (in ~/.config or here, under [anitui]), or set "
    "ANITUI_REDDIT_CLIENT_ID and ANITUI_REDDIT_CLIENT_SECRET, or keep them in the keyring; without keys, collect from "
    "a dump or a gallery-dl folder with --from (docs/collecting.md)"
)


@dataclass(frozen=True, slots=True)
class Keys:
    """What PRAW is given. Nothing of it is shown by printing it."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def reddit_keys(environ: Mapping[str, str] = os.environ) -> Keys:
    """The user's keys, or AnituiError that says how to set them up."""
    found = {name: _said(environ, f"ANITUI_REDDIT_{name.upper()}") or _said(environ, f"praw_{name}") for name in _NAMES}
    if not (found["client_id"] and found["client_secret"]):
        found = _from_praw_ini(environ) or {name: _from_keyring(f"reddit_{name}") for name in _NAMES}
    if not (found["client_id"] and found["client_secret"]):
        raise AnituiError(_HOW)
    return Keys(found["client_id"], found["client_secret"], found["username"], found["password"])


def imgur_client_id(environ: Mapping[str, str] = os.environ) -> str | None:
    """The user's own client id for Imgur, if there is one; without it, Imgur's pages are read."""
    return _said(environ, "ANITUI_IMGUR_CLIENT_ID") or _from_keyring("imgur_client_id")


def _said(environ: Mapping[str, str], name: str) -> str | None:
    """Without the line's end that comes along when it is pasted."""
    return environ.get(name, "").strip() or None


def _from_praw_ini(environ: Mapping[str, str]) -> dict[str, str | None] | None:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(_places(environ), "utf-8-sig")
    except (configparser.Error, UnicodeDecodeError) as error:
        file = getattr(error, "source", "praw.ini")
        raise AnituiError(f"{file} cannot be read as a praw.ini: mend or remove it") from None
    for name in ("anitui", parser.default_section, "default"):
        if name in parser and parser[name].get("client_id") and parser[name].get("client_secret"):
            return {each: parser[name].get(each) for each in _NAMES}
    return None


def _places(environ: Mapping[str, str]) -> list[Path]:
    """Where PRAW looks; a later file has the last word."""
    home = environ.get("HOME")
    config = environ.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else None) or environ.get("APPDATA")
    return [*([Path(config) / "praw.ini"] if config else []), Path("praw.ini")]


def _from_keyring(name: str) -> str | None:
    try:
        import keyring
    except ImportError:
        return None
    try:
        kept: str | None = keyring.get_password(_SERVICE, name)
    except Exception:  # locked, or none on this machine: then it holds nothing for us
        return None
    return kept
