"""Text files with one thing a line, as people and other programs write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from anitui.errors import WrongUse


def read_text(file: Path) -> str:
    """All of a UTF-8 file, without its byte order mark. WrongUse names what is wrong with it."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise WrongUse(f"{file} is not there") from None
    except IsADirectoryError:
        raise WrongUse(f"{file} is a folder, not a file") from None
    except OSError as error:
        raise WrongUse(f"{file} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise WrongUse(f"{file}, line {line}, is not UTF-8: save the file as UTF-8") from None


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that hold something, without the space around them, each with its number in the file."""
    # Not splitlines(): it breaks at characters that stand within a title, such as U+2028.
    for number, line in enumerate(read_text(file).replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line := line.strip():
            yield number, line
