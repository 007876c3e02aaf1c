"""The words that a filter is made of: spaces part them, and commas part what is in them, unless quotes keep both."""

from __future__ import annotations

from dataclasses import dataclass

_SPACES = " \t\r\n"


class Quoted(str):
    """A value that was written in quotes: it means itself, and none of the words that mean something else."""

    __slots__ = ()


def says(value: str, word: str) -> bool:
    """Whether a value is one of the words that mean something else, such as none."""
    return value == word and not isinstance(value, Quoted)


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its quotes; `kept` says of each letter whether a quote made it a mere letter."""

    text: str
    kept: tuple[bool, ...]

    def values(self, start: int) -> list[str]:
        """What commas part, from the letter `start` on."""
        found, kept_of = [""], [False]
        for letter, kept in zip(self.text[start:], self.kept[start:], strict=True):
            if letter == "," and not kept:
                found.append("")
                kept_of.append(False)
            else:
                found[-1] += letter
                kept_of[-1] = kept_of[-1] or kept
        return [Quoted(value) if kept else value for value, kept in zip(found, kept_of, strict=True)]


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed, taken apart. `open` is the quote (or the backslash) that still waits for its end."""

    words: list[Word]
    open: str
    ended: bool  # whether a space ended the last word, or there is none


def take_apart(text: str) -> Words:
    """Take a filter apart as a shell would: "…" and '…' keep together, a backslash keeps the next letter."""
    words: list[Word] = []
    letters: list[tuple[str, bool]] = []  # of the word that one is in
    within, quote, escaped = False, "", False
    for letter in text:
        if not quote and not escaped and letter in _SPACES:
            if within:
                words.append(_word(letters))
            within, letters = False, []
            continue
        within = True
        if escaped:
            if quote and letter not in ('"', "\\"):
                letters.append(("\\", True))
            letters.append((letter, True))
            escaped = False
        elif letter == "\\" and quote != "'":
            escaped = True
        elif quote and letter == quote:
            quote = ""
        elif not quote and letter in ('"', "'"):
            quote = letter
        else:
            letters.append((letter, bool(quote)))
    if within:
        words.append(_word(letters))
    return Words(words, "\\" if escaped else quote, not within)


def quoted(rest: str, inside: str) -> str | None:
    """How the rest of a value is written on, `inside` an open quote or none; None where it cannot be."""
    if inside == "'":
        return None if "'" in rest else f"{rest}'"
    if inside == "\\":
        return None
    if inside or any(letter in rest for letter in f"{_SPACES},'\"\\"):
        escaped = rest.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return escaped if inside else f'"{escaped}'
    return rest


def _word(letters: list[tuple[str, bool]]) -> Word:
    return Word("".join(letter for letter, _ in letters), tuple(kept for _, kept in letters))
