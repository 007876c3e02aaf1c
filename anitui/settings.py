"""Typed settings with defaults: the user's file, then the workspace's, then the environment; the last word wins.

A setting that is misspelt or of the wrong type is named together with the file it stands in: a typo must never
silently leave a default in force.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, get_type_hints

from anitui.errors import AnituiError, WrongUse

ENVIRONMENT_PREFIX = "ANITUI_"

Choices: TypeAlias = Mapping[str, tuple[str, ...]]
Limits: TypeAlias = Mapping[str, tuple[int, int]]

_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?(MB|GB|TB|MiB|GiB|TiB)", re.IGNORECASE)
_MEGABYTES = {"M": 1, "G": 1000, "T": 1_000_000}
_LEAST_MEMORY = 100  # megabytes


@dataclass(frozen=True)
class ImportSettings:
    """How pictures come in."""

    mode: str = "copy"
    hashing: str = "exact"
    workers: int = 0  # 0: one per core
    max_megapixels: int = 89
    max_megabytes: int = 512
    seconds_per_picture: int = 60

    CHOICES: ClassVar[Choices] = {"mode": ("copy", "hardlink", "reference"), "hashing": ("exact", "fast")}
    LIMITS: ClassVar[Limits] = {
        "workers": (0, 1024),
        "max_megapixels": (1, 100_000),
        "max_megabytes": (1, 1_000_000),
        "seconds_per_picture": (1, 86_400),
    }


@dataclass(frozen=True)
class CatalogueSettings:
    """What the database may use of the machine."""

    memory: str = "2GB"
    threads: int = 0  # 0: all cores

    CHOICES: ClassVar[Choices] = {}
    LIMITS: ClassVar[Limits] = {"threads": (0, 1024)}


@dataclass(frozen=True)
class CleaningSettings:
    """What holds for every rule that cleans up."""

    protect: str = ""  # folders, with commas between, out of which no rule sets anything aside

    CHOICES: ClassVar[Choices] = {}
    LIMITS: ClassVar[Limits] = {}

    @property
    def protected(self) -> tuple[str, ...]:
        """These folders."""
        return tuple(each.strip() for each in self.protect.split(",") if each.strip())


@dataclass(frozen=True)
class CollectSettings:
    """How pictures are fetched from elsewhere, and how politely."""

    connections: int = 24
    per_host: int = 10
    attempts: int = 4
    max_megabytes: int = 64
    max_redirects: int = 5
    seconds_per_picture: int = 120
    give_up_minutes: int = 10  # on a host that does not answer

    CHOICES: ClassVar[Choices] = {}
    LIMITS: ClassVar[Limits] = {
        "connections": (1, 256),
        "per_host": (1, 64),
        "attempts": (1, 20),
        "max_megabytes": (1, 100_000),
        "max_redirects": (0, 20),
        "seconds_per_picture": (1, 86_400),
        "give_up_minutes": (1, 10_000),
    }


@dataclass(frozen=True)
class DetectSettings:
    """How faces are found."""

    detector: str = "auto"
    smallest: str = "6%"  # face: a share of the picture's shorter side, or pixels
    onnx: str = ""  # a model file of YOLO's layout, or a detector of one's own: run 7
    least_percent: int = 0  # of sureness, for a model; 0: what its file says, or 40
    cascade: str = ""  # a cascade file; nagadomi's where none is named
    cascade_scale_percent: int = 105  # how much the window grows each time
    cascade_neighbours: int = 5
    animeface_step: int = 4  # pixels that the window moves by; 2 finds more and takes four times as long

    CHOICES: ClassVar[Choices] = {"detector": ("auto", "cascade", "animeface", "onnx", "whole")}
    LIMITS: ClassVar[Limits] = {
        "least_percent": (0, 99),
        "cascade_scale_percent": (101, 200),
        "cascade_neighbours": (0, 100),
        "animeface_step": (1, 20),
    }


@dataclass(frozen=True)
class LookSettings:
    """How the terminal app looks."""

    theme: str = "anitui-dark"
    pictures: str = "auto"
    thumbnail: int = 22  # width of a picture in the grid, in cells

    CHOICES: ClassVar[Choices] = {"pictures": ("auto", "cells", "sextant", "sixel", "kitty")}
    LIMITS: ClassVar[Limits] = {"thumbnail": (8, 200)}


@dataclass(frozen=True)
class Settings:
    """All settings, one section per concern.

    `keys` maps an action's id to the keys that the user wants for it, `rules` a name to a rule that cleans up.
    """

    importing: ImportSettings = field(default_factory=ImportSettings)
    catalogue: CatalogueSettings = field(default_factory=CatalogueSettings)
    cleaning: CleaningSettings = field(default_factory=CleaningSettings)
    collect: CollectSettings = field(default_factory=CollectSettings)
    detect: DetectSettings = field(default_factory=DetectSettings)
    look: LookSettings = field(default_factory=LookSettings)
    rules: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)


# "import" is a word of Python's own, so the field has another name than the section in the file.
SECTIONS = {
    "import": "importing",
    "catalogue": "catalogue",
    "cleaning": "cleaning",
    "collect": "collect",
    "detect": "detect",
    "look": "look",
}
# Sections whose names the user chooses.
_FREE = ("rules", "keys")


def user_file() -> Path:
    """Where the user's own settings live, unless ANITUI_SETTINGS names another file."""
    named = os.environ.get(ENVIRONMENT_PREFIX + "SETTINGS")
    if named:
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_config_dir("anitui")) / "settings.toml"


def load(workspace_file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read every layer that exists and return the settings in force."""
    settings = Settings()
    for file in (user_file(), workspace_file):
        if file is not None and file.is_file():
            settings = _with_table(settings, _read(file), str(file))
    return _with_environment(settings, environ)


def workspace_name(file: Path) -> str:
    """What a workspace's own file calls it; empty where it does not say."""
    return _name(_read(file).get("workspace"), str(file)) if file.is_file() else ""


def _name(own: Any, source: str) -> str:
    name = own.get("name", "") if isinstance(own, dict) else ""
    if not isinstance(name, str):
        raise WrongUse(f"{source} [workspace]: name must be {_in_words(str)}, not {name!r}")
    return name.strip()


def save(file: Path, section: str, key: str, value: str | int) -> None:
    """Write one setting into `file`, leaving the user's comments and order alone."""
    import tomlkit

    from anitui.files import write_atomically

    file = file.resolve()  # many keep their settings elsewhere and link to them; the link must stay one
    if file.is_file():
        _read(file)
    try:
        document = tomlkit.parse(file.read_bytes()) if file.is_file() else tomlkit.document()
        if section not in document:
            document[section] = tomlkit.table()
        document[section][key] = value
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, tomlkit.dumps(document).encode())
    except OSError as error:
        raise AnituiError(f"the settings file {file} cannot be written: {error.strerror}") from error


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise WrongUse(f"{file} cannot be read as TOML ({error}); mend or remove it") from error


def _with_table(settings: Settings, table: Mapping[str, Any], source: str) -> Settings:
    for name, content in table.items():
        if name == "workspace":  # what it is called, not settings
            _name(content, source)
            continue
        if not isinstance(content, dict) or name not in (*SECTIONS, *_FREE):
            known = ", ".join(f"[{each}]" for each in (*SECTIONS, *_FREE))
            raise WrongUse(f"{source}: there is no section [{name}]; the sections are {known}")
        if name == "keys":
            settings = replace(settings, keys={**settings.keys, **_keys(content, source)})
            continue
        if name == "rules":
            settings = replace(settings, rules={**settings.rules, **_rules(content, source)})
            continue
        section = getattr(settings, SECTIONS[name])
        settings = replace(settings, **{SECTIONS[name]: _with_values(section, content, f"{source} [{name}]")})
    return settings


def _keys(content: Mapping[str, Any], source: str) -> dict[str, str]:
    for action, key in content.items():
        if isinstance(key, dict):
            raise WrongUse(
                f'{source} [keys]: put quotes around the whole action, as in "{action}.{next(iter(key), "")}"'
            )
        if not isinstance(key, str):
            raise WrongUse(f"{source} [keys]: the key for {action} must be a text in quotes, not {key!r}")
    return dict(content)


def _rules(content: Mapping[str, Any], source: str) -> dict[str, str]:
    """What a rule says is looked at when it is used: a bad one must not keep the others from being used."""
    for name, rule in content.items():
        if not isinstance(rule, str):
            raise WrongUse(f"{source} [rules]: the rule {name} must be a text in quotes, not {rule!r}")
    return dict(content)


def _with_environment(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """`ANITUI_IMPORT_MODE=reference` and the like."""
    for name, attribute in SECTIONS.items():
        section = getattr(settings, attribute)
        prefix = f"{ENVIRONMENT_PREFIX}{name}_".upper()
        defaults = {each.name: each.default for each in fields(section)}
        given: dict[str, Any] = {}
        for variable in filter(lambda each: each.startswith(prefix), environ):
            key, text = variable.removeprefix(prefix).lower(), environ[variable]
            given[key] = int(text) if isinstance(defaults.get(key), int) and text.isdecimal() else text
        if given:
            settings = replace(settings, **{attribute: _with_values(section, given, "the environment")})
    return settings


def _with_values(section: Any, values: Mapping[str, Any], source: str) -> Any:
    types = get_type_hints(type(section))
    known = {each.name for each in fields(section)}
    for key, value in values.items():
        if key not in known:
            raise WrongUse(f"{source}: there is no setting {key!r}; the settings here are {', '.join(sorted(known))}")
        if not isinstance(value, types[key]) or isinstance(value, bool):
            raise WrongUse(f"{source}: {key} must be {_in_words(types[key])}, not {value!r}")
        choices = section.CHOICES.get(key)
        if choices and value not in choices:
            raise WrongUse(f"{source}: {key} must be one of {', '.join(choices)}, not {value!r}")
        if key in section.LIMITS:
            least, most = section.LIMITS[key]
            if not least <= value <= most:
                raise WrongUse(f"{source}: {key} must be from {least:,} to {most:,}, not {value:,}")
        if key == "memory" and not _enough_memory(value):
            raise WrongUse(f'{source}: {key} must be a size of at least {_LEAST_MEMORY} MB, as "2GB", not {value!r}')
    return replace(section, **values)


def _enough_memory(text: str) -> bool:
    size = _SIZE.fullmatch(text)
    return size is not None and float(size[1]) * _MEGABYTES[size[2][0].upper()] >= _LEAST_MEMORY


def _in_words(kind: type) -> str:
    return {int: "a whole number", str: "a text in quotes"}[kind]
