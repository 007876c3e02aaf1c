"""Files of pairs that somebody judged, as ZACI-20 has them: `pathA,pathB,label,human_prediction,invalid`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from anitui.errors import WrongUse
from anitui.words import count

COLUMNS = ("pathA", "pathB", "label", "human_prediction", "invalid")
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class FilePair:
    """Two pictures by their names as the file has them, whether they are one character, and what a person said."""

    one: str
    other: str
    same: bool
    human: bool | None


@dataclass(frozen=True, slots=True)
class PairFile:
    """What such a file holds."""

    pairs: tuple[FilePair, ...]
    invalid: int  # pairs that it says are not to be counted


def read_pairs(file: Path) -> PairFile:
    """Raises WrongUse, with the line, for what is not like that."""
    pairs: list[FilePair] = []
    invalid = 0
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = csv.reader(opened)
            heading = tuple(next(rows, ()))
            if heading[:3] != COLUMNS[:3] or not set(heading[3:]) <= set(COLUMNS[3:]):
                raise WrongUse(f"{file} does not begin with {','.join(COLUMNS)}: it has no pairs of ZACI-20")
            for row in rows:
                if not row:
                    continue
                pair = _pair(file, rows.line_num, dict(zip(heading, row, strict=False)), whole=len(row) == len(heading))
                if pair is None:
                    invalid += 1
                else:
                    pairs.append(pair)
    except (UnicodeDecodeError, csv.Error) as error:
        raise WrongUse(f"{file} is no CSV file that can be read ({error}): give one of ZACI-20's pairs") from error
    except IsADirectoryError as error:
        raise WrongUse(f"{file} is a folder: name the CSV file in it") from error
    except FileNotFoundError as error:
        raise WrongUse(f"{file} is not there: name a CSV file of pairs") from error
    return PairFile(tuple(pairs), invalid)


def _pair(file: Path, line: int, row: dict[str, str], *, whole: bool) -> FilePair | None:
    one, other, same = row.get("pathA", ""), row.get("pathB", ""), row.get("label", "")
    human, valid = row.get("human_prediction", ""), row.get("invalid", "0")
    good = whole and one and other and max(len(one), len(other)) <= _LONGEST
    if not good or same not in ("0", "1") or human not in ("0", "1", "") or not valid.lstrip("-").isdigit():
        raise WrongUse(f"{file}, line {line}: a pair is like {','.join(COLUMNS)}, its label 0 or 1")
    if int(valid) != 0:
        return None
    return FilePair(one, other, same == "1", None if human == "" else human == "1")


def endings(name: str) -> tuple[str, ...]:
    """How a picture may be called by such a name, the surest first; `/` of a character's name is `__`.

    All without what follows the last dot: crops are often kept in another format.
    """
    path = PurePosixPath(name.replace("\\", "/"))
    character, stem = str(path.parent), path.stem
    if character in ("", "."):
        return (stem,)
    folder = character.replace("/", "__")
    number = f"{int(stem) % 1000:04d}/{stem}" if stem.isdecimal() and stem.isascii() else ""
    return tuple(
        dict.fromkeys(filter(None, (f"{character}/{stem}", f"{folder}/{stem}", f"{folder}__{stem}", number, stem)))
    )


def told(found: int, missing: int) -> str:
    """What could be judged of a file, in words."""
    return count(found, "pair") + (f"; {missing:,} more with pictures that the run does not have" if missing else "")
