"""Text of label files, whoever wrote it: any of the usual encodings, ends of lines and sizes, and never a surprise."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.words import size

LARGEST = 2 << 30
LONGEST_LINE = 4 << 20  # a picture with ten thousand boxes needs a tenth of it
DEEPEST = 64  # brackets within brackets
_MARK = b"\xef\xbb\xbf"
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text, and how it was laid out: to write it the same way again."""

    text: str
    mark: bool  # begins with a byte order mark
    newline: str
    ends: bool  # the last line ends like the others

    def lines(self) -> Iterator[tuple[int, str]]:
        """Its lines with their numbers, from 1."""
        return enumerate(self.text.removesuffix("\n").split("\n"), 1) if self.text else iter(())

    def layout(self) -> dict[str, Any]:
        """What is not as usual."""
        found: dict[str, Any] = {}
        if self.mark:
            found["mark"] = True
        if self.newline != "\n":
            found["newline"] = self.newline
        if not self.ends:
            found["ends"] = False
        return found


def read_text(path: Path) -> Text:
    """A text file. UTF-8, or UTF-16 with its mark; what is neither is read as Latin-1: every byte is a letter there."""
    data = read_bytes(path)
    mark = data.startswith(_MARK)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        data = data[len(_MARK) :] if mark else data
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    newline = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n") if newline == "\r\n" else text
    return Text(text, mark, newline, text.endswith("\n") or not text)


def read_bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise WrongUse(f"{path} is not a file: nothing was imported")
        length = path.stat().st_size
        if length > LARGEST:
            raise WrongUse(f"{path} has {size(length)}, and a label file at most {size(LARGEST)}: divide it")
        return path.read_bytes()
    except OSError as error:
        raise WrongUse(f"{path} cannot be read ({str(error.strerror).lower()}): nothing was imported") from error


def lay_out(lines: list[str], heading: Mapping[str, Any]) -> bytes:
    """Lines as the file had them that they were read from."""
    newline: str = heading.get("newline", "\n")
    text = newline.join(lines)
    if lines and heading.get("ends", True):
        text += newline
    mark: bytes = _MARK if heading.get("mark") else b""
    return mark + text.encode("utf-8", "surrogatepass")


def number_of(text: str) -> float:
    """A number, NaN for what is none: boxes of it are left out where they are looked at."""
    if len(text) > 64:
        return math.nan
    try:
        return float(text)
    except ValueError:
        return math.nan


def integer_of(text: str) -> int | None:
    """A whole number written as one."""
    return int(text) if _INTEGER.fullmatch(text) else None


def real(value: Any) -> float:
    """A number of JSON, NaN for whatever else stands there."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    return float(value) if abs(value) < 1e300 else math.nan


def read_json(path: Path) -> tuple[Any, str]:
    """What a JSON file holds, and its text; raises WrongUse where it is none, or made to do harm."""
    text = read_text(path).text
    if too_deep(text):
        raise WrongUse(f"{path} has brackets more than {DEEPEST} deep, as no label file has: it was left out")
    try:
        return json.loads(text, parse_int=_int), text
    except (ValueError, RecursionError) as error:
        raise WrongUse(f"{path} is no whole JSON file ({error}): it was left out") from None


def _int(text: str) -> int | float:
    return int(text) if len(text) < sys.int_info.str_digits_check_threshold else math.inf


def too_deep(text: str) -> bool:
    """Whether brackets lie so deep in each other that reading them would end badly."""
    depth = 0
    for bracket in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        found = bracket[0]
        if found in "[{":
            depth += 1
            if depth > DEEPEST:
                return True
        elif found in "]}":
            depth -= 1
    return False


def layout_of(data: Any, text: str) -> dict[str, Any] | None:
    """How JSON has to be written to look as it did, where there is such a way."""
    layout: dict[str, Any] = {"end": "\n" if text.endswith("\n") else ""}
    if indent := re.match(r"[\[{]\n([ \t]*)", text):
        layout["indent"] = indent[1] if "\t" in indent[1] else len(indent[1])
    elif not re.search(r'": ', text):
        layout["separators"] = [",", ":"]
    if not text.isascii():
        layout["ensure_ascii"] = False
    return layout if dump(data, layout) == text else None


def dump(data: Any, layout: Any) -> str:
    """JSON in a layout."""
    options = {name: value for name, value in dict(layout).items() if name != "end"}
    if "separators" in options:
        options["separators"] = tuple(options["separators"])
    return json.dumps(data, **options) + str(dict(layout).get("end", ""))
