"""Which picture a file was cut from, as far as its name tells.

Sets of faces are mostly cut from pictures, and name the crops after these: `3141592_0.jpg` and `3141592_1.jpg` are of
one picture. How a set does it, its names tell as a whole: a way of reading them is believed where it puts few files
together everywhere, and not where it only cuts off what counts them (`miku_001.jpg`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anitui.errors import WrongUse

if TYPE_CHECKING:
    import pyarrow

MOST_TOGETHER = 8.0  # files of one picture, on the average of a set
LEAST_SHARE = 0.5  # of a set's files that a way must be able to read

_WORDS = r"(?:faces?|heads?|crops?|cropped|cut|box|bbox|obj|object|char|character|person|instance|det|part|region)"
_NUMBER = r"(?:[ _.,x\-]-?\d{1,5})"
# In this order: the first that is believed is taken.
_WAYS = {
    "the number of the picture in the name": (
        r"^(?:.*[^0-9a-fA-F])?(?P<key>[0-9a-f]{40}|[0-9a-f]{32}|[0-9]{5,})(?:[^0-9a-fA-F].*)?$"
    ),
    "the name without what names the cut at its end": rf"^(?P<key>.*[^ _.\-])[ _.\-]+{_WORDS}[ _.\-]*\(?\d*\)?$",
    **{
        f"the name without the {count} numbers at its end": rf"^(?P<key>.*[0-9A-Za-z]){_NUMBER}{{{count}}}$"
        for count in (5, 4, 3, 2)
    },
    "the name without the number at its end": r"^(?P<key>.*[^ _.\-(])[ _.\-]*[ _.\-(]\d{1,3}\)?$",
    "the name without its ending": r"^(?P<key>.+)$",
}
_TITLES = r"^(?:MAL|WA)\d{5}_"  # a title's posters are pictures of their own
NONE = "none"


@dataclass(frozen=True, slots=True)
class Told:
    """For each file a number that those of one picture share (-1: its name tells nothing), and how that was read."""

    sources: pyarrow.Array
    way: str = ""


def read(paths: Sequence[str] | pyarrow.Array, pattern: str = "auto") -> Told:
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
    stems = pc.replace_substring_regex(pc.struct_field(steps, "name"), r"\.[A-Za-z0-9]{1,5}$", "")
    if pattern != "auto":
        keys = _keys(stems, _checked(pattern))
        return Told(_numbered(keys), f"the pattern {pattern}")
    stems = pc.if_else(pc.match_substring_regex(stems, _TITLES), None, stems)
    for way, expression in _WAYS.items():
        keys = _keys(stems, expression)
        if len(keys) - keys.null_count < LEAST_SHARE * len(keys):
            continue
        if _counts(keys):
            # The files of each folder are counted, so the same number elsewhere is another picture.
            keys = pc.binary_join_element_wise(folders, keys, "/")
        found = _numbered(keys)
        if _believable(found, folders):
            return Told(found, way)
    return Told(nothing)


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


def _believable(sources: Any, folders: Any) -> bool:
    """Whether it puts any files together, nowhere too many, and does not only tell the folders again."""
    import numpy
    import pyarrow.compute as pc

    numbers = sources.to_numpy()
    sizes = numpy.bincount(numbers[numbers >= 0])
    several = len(sizes) > 1.5 * pc.count_distinct(folders).as_py()
    return bool(several and sizes.max() > 1 and sizes.mean() <= MOST_TOGETHER)
