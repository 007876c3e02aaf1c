"""How a model is trained, as data: recipes are TOML files, and every setting of theirs can be said otherwise."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, get_type_hints

from anitui.errors import WrongUse

_FOLDER = Path(__file__).with_name("recipes")
USUAL = "strong"
USUAL_OF = {"detect": "detect"}  # tasks that the usual one is not for


@dataclass(frozen=True)
class Recipe:
    """Every setting of training. What is zero or `auto` is worked out from what is trained, and on what."""

    about: str = ""
    # the model
    model: str = "resnet18"  # its name
    weights: str = "none"  # what it begins with: none, or imagenet (torchvision's, where they can be fetched)
    frozen: bool = False  # only the last layer is trained
    size: int = 128  # pixels of a side, at the end and when measured
    start_size: int = 0  # pixels at the beginning; 0: the same
    grow_at: float = 0.8  # the share of training after which pictures have their full size
    margin: float = 0.1  # around a face's box, as a share of its side
    embedding: int = 128  # numbers that a face is told by, where faces are compared
    # how long
    epochs: float = 40.0  # 0: only the time counts
    minutes: float = 0.0  # 0: only the epochs count
    cpu_minutes: float = 0.0  # the same in time of this process alone, for comparisons on busy machines
    patience: int = 0  # ends after so many epochs without a better result; 0: never early
    measure_every: float = 1.0  # epochs; rarer where measuring would take too long
    # how it learns
    optimizer: str = "sgd"  # which
    schedule: str = "constant"  # of the learning rate
    lr: float = 0.05  # the learning rate, at its highest
    momentum: float = 0.9  # of SGD, after Nesterov
    weight_decay: float = 0.0  # of weights; norms and biases never decay
    eps: float = 1e-8  # of AdamW
    warmup: float = 0.15  # share of training in which the rate rises, where it does
    batch: int = 32  # samples of a step
    clip: float = 0.0  # largest norm of the gradients; 0: whatever it is
    loss: str = "auto"  # what is made smaller; auto: what fits the task
    label_smoothing: float = 0.0  # the share of each label that all others get
    mixup: float = 0.0  # how much pictures are mixed with each other: the parameter of Beta
    ema: float = 0.0  # how slowly the averaged weights follow; 0: there are none
    balance: str = "none"  # whether rare classes are shown as often as others
    max_per_class: int = 0  # at most so many of each, drawn by the seed; 0: all
    # how pictures are varied
    flip: bool = False  # mirrored, half of them
    rotate: float = 0.0  # degrees to either side
    zoom: float = 0.0  # in and out, as a share
    shift: float = 0.0  # to any side, as a share
    colour: float = 0.0  # brightness, contrast and tint, as a share
    cutout: float = 0.0  # the longest side of what is covered, as a share
    # how fast
    precision: str = "auto"  # of numbers; auto: bf16 where the processor has it
    channels_last: bool = True  # in memory as convolutions like it
    compile: str = "auto"  # torch.compile; auto: on a GPU, in runs of some length
    threads: int = 0  # of the CPU; 0: one for each core that nobody else works on
    processes: int = 0  # that train together; 0: one for each GPU
    seed: int = 7  # of all chance: the same seed, the same run

    CHOICES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "weights": ("none", "imagenet"),
        "optimizer": ("sgd", "adamw"),
        "schedule": ("constant", "cosine", "onecycle"),
        "loss": ("auto", "cross_entropy", "soft_margin", "asymmetric", "arcface", "contrastive"),
        "balance": ("none", "root", "equal"),
        "precision": ("auto", "fp32", "bf16"),
        "compile": ("auto", "off", "default", "reduce-overhead", "max-autotune"),
    }
    LIMITS: ClassVar[Mapping[str, tuple[float, float]]] = {
        "size": (16, 2048),
        "start_size": (0, 2048),
        "grow_at": (0, 1),
        "margin": (0, 5),
        "embedding": (2, 4096),
        "epochs": (0, 100_000),
        "minutes": (0, 1e6),
        "cpu_minutes": (0, 1e6),
        "patience": (0, 100_000),
        "measure_every": (0.01, 1000),
        "lr": (1e-8, 1000),
        "momentum": (0, 0.9999),
        "weight_decay": (0, 10),
        "eps": (1e-16, 10),
        "warmup": (0, 1),
        "batch": (1, 65_536),
        "clip": (0, 1e6),
        "label_smoothing": (0, 0.99),
        "mixup": (0, 10),
        "ema": (0, 0.999999),
        "max_per_class": (0, 10**9),
        "rotate": (0, 180),
        "zoom": (0, 0.9),
        "shift": (0, 1),
        "colour": (0, 1),
        "cutout": (0, 1),
        "threads": (0, 1024),
        "processes": (0, 1024),
        "seed": (0, 2**31 - 1),
    }

    def plain(self) -> dict[str, Any]:
        """All of it as plain data."""
        return asdict(self)

    def changed(self, given: Mapping[str, Any], source: str) -> Recipe:
        """With some settings said otherwise; WrongUse for what is none, or cannot be."""
        values = {key: _checked(key, value, source) for key, value in given.items()}
        made = replace(self, **values)
        if not (made.epochs or made.minutes or made.cpu_minutes):
            raise WrongUse(f"{source}: epochs and minutes are both 0, so it would never end: give one of them")
        return made


_TYPES = get_type_hints(Recipe)
SETTINGS = tuple(each.name for each in fields(Recipe) if each.name != "about")


def names() -> list[str]:
    """The recipes that come with anitui."""
    return sorted(each.stem for each in _FOLDER.glob("*.toml"))


def _there() -> str:
    return ", ".join(names())


def load(name: str) -> Recipe:
    """A recipe by its name, or a TOML file of the user's own."""
    file = _FOLDER / f"{name}.toml"
    if not file.is_file():
        file = Path(name).expanduser()
        if file.suffix != ".toml":
            raise WrongUse(f"there is no recipe {name}: there are {_there()}, or name a .toml file of your own")
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise WrongUse(f"the recipe {name} cannot be read ({error.strerror}): name one of {_there()}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(f"the recipe {name} is no TOML ({error}): mend it, or name one of {_there()}") from error
    flat: dict[str, Any] = {}
    for key, value in found.items():
        flat |= value if isinstance(value, dict) else {key: value}
    return Recipe().changed(flat, f"recipe {name}")


def said_otherwise(given: Sequence[str]) -> dict[str, Any]:
    """`key=value` as people write them on a command line."""
    values: dict[str, Any] = {}
    for each in given:
        key, equals, text = each.partition("=")
        key = key.strip().replace("-", "_")
        if not equals:
            raise WrongUse(f"--with {each}: write it as NAME=VALUE, such as --with lr=0.01")
        kind = _TYPES.get(key) if key in SETTINGS else None
        try:
            values[key] = _read(text.strip(), kind)
        except ValueError:
            raise WrongUse(f"--with {each}: {key} is {_in_words(kind)}") from None
    return values


def _read(text: str, kind: Any) -> Any:
    if kind is bool:
        if text.lower() in ("yes", "true", "on", "1"):
            return True
        if text.lower() in ("no", "false", "off", "0"):
            return False
        raise ValueError(text)
    return kind(text) if kind in (int, float) else text


def _checked(key: str, value: Any, source: str) -> Any:
    kind = _TYPES.get(key) if key in SETTINGS or key == "about" else None
    if kind is None:
        near = get_close_matches(key, SETTINGS, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(SETTINGS)}"
        raise WrongUse(f"{source}: there is no setting {key}: {hint}")
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise WrongUse(f"{source}: {key} is {_in_words(kind)}, not {value!r}")
    if key in Recipe.CHOICES and value not in Recipe.CHOICES[key]:
        raise WrongUse(f"{source}: {key} is one of {', '.join(Recipe.CHOICES[key])}, not {value}")
    if key in Recipe.LIMITS:
        least, most = Recipe.LIMITS[key]
        if not least <= value <= most:
            raise WrongUse(f"{source}: {key} is from {least:g} to {most:g}, not {value:g}")
    return value


def _in_words(kind: Any) -> str:
    return {int: "a whole number", float: "a number", bool: "true or false"}.get(kind, "a text")
