"""Which picture a file was cut from, as far as its name tells.

Sets of faces are mostly cut from pictures, and name the crops after these: `3141592_0.jpg` and `3141592_1.jpg` are of
one picture. How a set does it, its names tell as a whole: a way of reading them is believed where it puts few files
together everywhere, and not where it only cuts off what counts them (`miku_001.jpg`).

Numbers may mean anything, though. So those that are put together are looked at: cuts of one picture are alike in
sharpness, brightness and colour, more than any two files of the same folders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from anitui.errors import WrongUse
from anitui.pipeline.mixing import mixed

if TYPE_CHECKING:
    import pyarrow

Places = NDArray[np.int64]

MOST_TOGETHER = 8.0  # files of one picture, on the average of a set
LEAST_SHARE, LEAST_SURE = 0.5, 0.02  # of a set's files that a way must be able to read
LEAST_TOGETHER = 0.05  # of a set's files that it must put together, where it is not known whether they are alike
SEEN_PAIRS = 20  # so many pairs of files tell whether they are alike
# How far apart cuts of one picture are, by their ranks, against any two files: 0.5 to 0.6 of what real artists drew,
# 0.87 of what one program drew, and 0.96 to 1 where the numbers meant something else.
ALIKE, NOT_UNLIKE = 0.9, 0.95
NEAR = 7  # bits: near-duplicates are found anyway, and prove nothing


@dataclass(frozen=True, slots=True)
class Way:
    """One way of reading names. `proven`: believed only where the files were looked at, and are alike. `sure`: such
    names hardly come otherwise, so few of them in a set are enough."""

    called: str
    expression: str
    sure: bool = False
    proven: bool = False


@dataclass(frozen=True, slots=True)
class Looks:
    """What the files look like: some measurements of each, and its dhash."""

    measured: NDArray[np.float64]  # a row for each file
    bits: NDArray[np.uint64]


_WORDS = r"(?:faces?|heads?|crops?|cropped|cut|box|bbox|obj|object|char|character|person|instance|det|part|region)"
_NUMBER = r"(?:[ _.,x\-]-?\d{1,5})"
# In this order: the first that is believed is taken.
_WAYS = (
    Way(
        "the number of the picture in the name",
        r"^(?:.*[^0-9a-fA-F])?(?P<key>[0-9a-f]{40}|[0-9a-f]{32}|[0-9]{5,})(?:[^0-9a-fA-F].*|[a-z])?$",
        sure=True,
    ),
    Way(
        "the name without what names the cut at its end",
        rf"^(?P<key>.*[^ _.\-])[ _.\-]+{_WORDS}[ _.\-]*\(?\d*\)?$",
        sure=True,
    ),
    *(
        Way(
            f"the name without the {count} numbers at its end",
            rf"^(?P<key>.*[0-9A-Za-z]){_NUMBER}{{{count}}}$",
            proven=True,
        )
        for count in (5, 4, 3, 2)
    ),
    Way(
        "the name without the number at its end",
        r"^(?P<key>.*[^ _.\-(])[ _.\-]*[ _.\-(]\d{1,3}\)?$",
    ),
    Way("the name without its ending", r"^(?P<key>.+)$", proven=True),
)
_TITLES = r"^(?:MAL|WA)\d{5}_"  # a title's posters are pictures of their own
_PART = r"(?i)(^|/)(train|training|val|valid|validation|dev|test|testing|eval)([_-]?set)?(/|$)"
NONE = "none"
MEASURED = ("sharpness", "brightness", "colourfulness", "colour_share")


@dataclass(frozen=True, slots=True)
class Told:
    """For each file a number that those of one picture share (-1: its name tells nothing), and how that was read."""

    sources: pyarrow.Array
    way: str = ""


def read(paths: Sequence[str] | pyarrow.Array, pattern: str = "auto", looks: Looks | None = None) -> Told:
    """Read the sources off the files' names. A pattern of one's own is a regular expression with a group."""
    import pyarrow
    import pyarrow.compute as pc

    files = pyarrow.array(paths, pyarrow.string()) if not isinstance(paths, pyarrow.Array) else paths
    nothing = pyarrow.array([-1] * len(files), pyarrow.int64())
    if pattern == NONE or not len(files):
        return Told(nothing)
    # The last two steps of the path: the folder, which is mostly the class, and the name without its ending.
    plain = pc.replace_substring_regex(files, r"[\\/]+", "/")
    steps = pc.extract_regex(plain, r"^(?:(?s:.*)/)?(?P<name>[^/]*)$")
    folders = pc.replace_substring_regex(plain, r"/?[^/]*$", "")
    classes = pc.replace_substring_regex(folders, _PART, "/")  # a class is the same one in train and in test
    stems = pc.replace_substring_regex(pc.struct_field(steps, "name"), r"\.[A-Za-z0-9]{1,5}$", "")
    if pattern != "auto":
        keys = _keys(stems, _checked(pattern))
        return Told(_numbered(keys), f"the pattern {pattern}")
    stems = pc.if_else(pc.match_substring_regex(stems, _TITLES), None, stems)
    for way in _WAYS:
        keys = _keys(stems, way.expression)
        if len(keys) - keys.null_count < (LEAST_SURE if way.sure else LEAST_SHARE) * len(keys):
            continue
        tries = [(keys, way)]
        if _counts(keys):
            # Either pictures have numbers in a row, which the looks of the files can prove; or the files of each class
            # or folder are counted, and the same number elsewhere is another picture.
            proven = replace(way, proven=True)
            within = [pc.binary_join_element_wise(each, keys, "/") for each in (classes, folders)]
            tries = [(keys, proven), (within[0], proven), (within[1], way)]
        for tried, of in tries:
            found = _numbered(tried)
            if _believable(found.to_numpy(), folders, looks, of):
                return Told(found, way.called)
    return Told(nothing)


def check(pattern: str) -> None:
    """Raise WrongUse for a pattern that cannot be used."""
    if pattern not in ("auto", NONE):
        _checked(pattern)


def _checked(pattern: str) -> str:
    """The pattern with its first group named, as Arrow wants it."""
    import pyarrow
    import pyarrow.compute as pc

    named = pattern if "(?P<key>" in pattern else pattern.replace("(", "(?P<key>", 1)
    try:
        if "(?P<key>" not in named:
            raise WrongUse(f"the pattern {pattern!r} has no group: put what names the picture into ( )")
        pc.extract_regex(pyarrow.array([""]), named)
    except pyarrow.ArrowInvalid as error:
        raise WrongUse(f"{pattern!r} is no regular expression that can be used here: {error}") from None
    return named


def _keys(stems: Any, expression: str) -> Any:
    import pyarrow.compute as pc

    found = pc.struct_field(pc.extract_regex(stems, expression), "key")
    return pc.if_else(pc.equal(found, ""), None, found)


def _counts(keys: Any) -> bool:
    """Whether these are numbers that somebody counted with, and not those of pictures somewhere: few are left out."""
    import pyarrow
    import pyarrow.compute as pc

    present = pc.unique(pc.drop_null(keys))
    counted = pc.filter(present, pc.match_substring_regex(present, r"^[^0-9]*[0-9]{1,15}[^0-9]*$"))
    if len(counted) < 0.9 * len(present):
        return False
    values = pc.unique(pc.cast(pc.replace_substring_regex(counted, "[^0-9]+", ""), pyarrow.int64()))
    span = pc.max(values).as_py() - pc.min(values).as_py() + 1
    return bool(span <= 2 * len(values))


def _numbered(keys: Any) -> Any:
    import pyarrow
    import pyarrow.compute as pc

    encoded = pc.dictionary_encode(keys)
    encoded = encoded.combine_chunks() if isinstance(encoded, pyarrow.ChunkedArray) else encoded
    return pc.fill_null(pc.cast(encoded.indices, pyarrow.int64()), -1)


def _believable(numbers: Places, folders: Any, looks: Looks | None, way: Way) -> bool:
    """Whether it puts any files together, nowhere too many, does not only tell the folders again, and looks right."""
    sizes = np.bincount(numbers[numbers >= 0])
    folder = _numbered(folders).to_numpy()
    several = len(sizes) >= 1.5 * len(np.unique(folder[numbers >= 0]))
    if not (several and sizes.max() > 1 and sizes.mean() <= MOST_TOGETHER):
        return False
    unlike = _unlike(numbers, folder, looks) if looks is not None else None
    if unlike is None:
        together = sizes[sizes > 1].sum() / len(numbers)
        return not way.proven and bool(way.sure or together >= LEAST_TOGETHER)
    return unlike <= (NOT_UNLIKE if way.sure else ALIKE)


def _unlike(numbers: Places, folder: Places, looks: Looks) -> float | None:
    """How far apart files are that were put together, against files of the same folders; None: too few to tell."""
    order = np.lexsort((np.arange(len(numbers)), numbers))
    order = order[numbers[order] >= 0]
    one, other = order[:-1], order[1:]
    pair = (numbers[one] == numbers[other]) & (np.bitwise_count(looks.bits[one] ^ looks.bits[other]) > NEAR)
    pair &= ~np.isnan(looks.measured[one]).any(axis=1) & ~np.isnan(looks.measured[other]).any(axis=1)
    one, other = one[pair], other[pair]
    if len(one) < SEEN_PAIRS:
        return None
    ranks = looks.measured.argsort(axis=0).argsort(axis=0)
    apart = np.abs(ranks[one] - ranks[other]).mean()
    # Others from the same folder: who is drawn there makes pictures alike as well.
    by_folder = np.argsort(folder, kind="stable")
    begin = np.searchsorted(folder[by_folder], folder[other])
    size = np.bincount(folder)[folder[other]]
    anyhow = [
        np.abs(ranks[one] - ranks[by_folder[begin + (mixed(other, seed) % size.astype(np.uint64)).astype(np.int64)]])
        for seed in range(8)
    ]
    usual = float(np.mean(anyhow))
    return float(apart) / usual if usual else None


def of_files(files: pyarrow.Table, pattern: str) -> Told:
    """As `read`, for rows with url, bits and measurements."""
    measured = [files[name].to_numpy(zero_copy_only=False).astype(float) for name in MEASURED]
    looks = Looks(np.stack(measured, axis=1), files["bits"].to_numpy())
    return read(files["url"].combine_chunks(), pattern, looks)
