"""Names of folders and files that every system takes, and that tell one thing from another wherever case is ignored."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

LONGEST = 100  # bytes: with an ending and a folder before it a path stays far below what systems take

_FORBIDDEN = re.compile(r'[/\\:*?"<>|]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(\..*)?", re.IGNORECASE)
# Hugging Face's datasets take any folder or file with such a word in its name for a part of the set.
_PARTS = re.compile(
    r"((?:(?<=[-._ 0-9])|^)(?:train(?:ing)?|valid(?:ation)?|val|dev|test(?:ing)?|eval(?:uation)?))(?=[-._ 0-9]|$)"
)
_OUTSIDE_OF_WORDS = re.compile(r"[^\w-]+")
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def folder_name(text: str, longest: int = LONGEST) -> str:
    """What a label is called as a folder: the label itself, where every system takes that."""
    name = unicodedata.normalize("NFC", text)
    name = "".join("_" if unicodedata.category(each) in _INVISIBLE else each for each in name)
    name = _FORBIDDEN.sub("_", name).strip(" ").rstrip(". ").lstrip(".")
    # Leading dots hide a folder, and what is hidden, or begins with two of these, is passed over by those who load it.
    name = re.sub("^__+", "_", name.strip(" ")) or "_"
    name = _PARTS.sub(r"\1~", name)
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    if len(name.encode()) > longest:
        name = with_mark(name, text, longest)
    return name


def with_mark(name: str, of: str, longest: int = LONGEST) -> str:
    """A name that ends in something that no other text has."""
    mark = f"~{hashlib.sha256(of.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    return _cut(name, longest - len(mark)).rstrip(". ") + mark


def folder_names(labels: Iterable[str]) -> dict[str, str]:
    """A folder for each label; of those that would be the same one, the label that is called so has it."""
    wanted = {label: folder_name(label) for label in labels}
    taken: set[str] = set()
    found: dict[str, str] = {}
    for label in sorted(wanted, key=lambda each: (wanted[each] != each, each)):
        name = wanted[label]
        if _alike(name) in taken:
            name = with_mark(name, label)
        taken.add(_alike(name))
        found[label] = name
    return found


def stem(source: str | None, own: str, longest: int = 60) -> str:
    """What a picture is called, without an ending: readable, and by `own` nobody else's.

    No dot is in it: what comes after the first one counts as the ending where shards are read.
    """
    last = re.split(r"[/\\]", (source or "").partition("?")[0].partition("#")[0])[-1].rpartition(".")
    text = _OUTSIDE_OF_WORDS.sub("_", unicodedata.normalize("NFC", last[0] or last[2]))
    text = _PARTS.sub("", text).strip("_-")
    text = _cut(text, longest)
    return f"{text}_{own}" if text else own


def _alike(name: str) -> str:
    """The same for names that some systems do not tell apart."""
    return unicodedata.normalize("NFKC", name).casefold()


def _cut(text: str, longest: int) -> str:
    return text.encode()[: max(0, longest)].decode("utf-8", "ignore")
