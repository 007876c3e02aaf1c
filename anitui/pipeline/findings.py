"""What `doctor` finds, and what it did about it, in sentences for a person and in cases for `mend`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from anitui.store.upkeep import Case


class Kind(StrEnum):
    """The kinds of findings, in the order in which they are mended."""

    STALE_JOB = "stale_job"
    UNFINISHED = "unfinished"
    PURGED = "purged"
    NO_ROW = "no_row"
    STRAY = "stray"
    TWICE = "twice"
    MISPLACED = "misplaced"
    DAMAGED = "damaged"
    MISSING = "missing"
    RETURNED = "returned"
    UNREADABLE = "unreadable"
    SIGHTING = "sighting"
    ITEM = "item"
    UNMEASURED = "unmeasured"


# What is so, of one and of many; and what mending does about it.
_SENTENCES: dict[Kind, tuple[str, str, str]] = {
    Kind.STALE_JOB: (
        "1 job says that it is running, and nobody runs it",
        "{n} jobs say that they are running, and nobody runs them",
        "they are noted as stopped, and go on when started again",
    ),
    Kind.UNFINISHED: (
        "1 file was left half-written by a process that was killed",
        "{n} files were left half-written by processes that were killed",
        "they were never counted as taken in, and are removed",
    ),
    Kind.PURGED: (
        "1 purged picture still has its file",
        "{n} purged pictures still have their files",
        "the purge is finished: the files are removed",
    ),
    Kind.NO_ROW: (
        "1 file in media is not in the catalogue",
        "{n} files in media are not in the catalogue",
        "whole pictures are taken in under their proper names, anything else is moved to lost",
    ),
    Kind.STRAY: (
        "1 thing in media does not belong there",
        "{n} things in media do not belong there",
        "whole pictures are taken in under their proper names, anything else is moved to lost",
    ),
    Kind.TWICE: (
        "1 picture has a second row for the same content",
        "{n} pictures have a second row for the same content",
        "the second rows are set aside",
    ),
    Kind.MISPLACED: (
        "1 picture lies in the wrong place",
        "{n} pictures lie in the wrong place",
        "they are brought to their places in media",
    ),
    Kind.DAMAGED: (
        "1 picture's file is not what was taken in",
        "{n} pictures' files are not what was taken in",
        "the same bytes are looked for where the picture was seen, and else it is set aside; "
        "the wrong file is moved to lost",
    ),
    Kind.MISSING: (
        "1 picture's file is missing",
        "{n} pictures' files are missing",
        "the same bytes are looked for where the picture was seen, and else it is set aside",
    ),
    Kind.RETURNED: (
        "1 picture was missing, and its file is there again",
        "{n} pictures were missing, and their files are there again",
        "they are taken back",
    ),
    Kind.UNREADABLE: (
        "1 picture's file cannot be read",
        "{n} pictures' files cannot be read",
        "see to their permissions, or to the disk; nothing is changed",
    ),
    Kind.SIGHTING: (
        "1 note of where a picture was seen belongs to no picture",
        "{n} notes of where pictures were seen belong to no picture",
        "they are written to a file in lost, and taken out",
    ),
    Kind.ITEM: (
        "1 item of a job names a picture that is not there",
        "{n} items of jobs name pictures that are not there",
        "they wait again, for the next run of their job",
    ),
    Kind.UNMEASURED: (
        "1 picture lacks facts or hashes",
        "{n} pictures lack facts or hashes",
        "they are measured again",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of what is amiss: how often, in words, with some examples."""

    kind: Kind
    count: int
    sentence: str
    remedy: str
    examples: list[str]


@dataclass
class DoctorReport:
    """What was found. `clean` when nothing is amiss; `dataclasses.asdict` makes JSON of it."""

    pictures: int = 0
    files: int = 0
    deep: bool = False
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        # No field: `mend` needs them all, and a person (or a script) has enough of some examples.
        self.cases: dict[Kind, list[Case]] = {}

    @property
    def clean(self) -> bool:
        return not self.findings

    def add(self, kind: Kind, cases: Sequence[Case], examples: int) -> None:
        """Take findings in; none of a kind is no finding."""
        if not cases:
            return
        one, many, remedy = _SENTENCES[kind]
        sentence = one if len(cases) == 1 else many.format(n=f"{len(cases):,}")
        self.findings.append(Finding(kind, len(cases), sentence, remedy, [each.path for each in cases[:examples]]))
        self.cases[kind] = list(cases)


# What mending came to, of one and of many.
DONE: dict[str, tuple[str, str]] = {
    "stopped": ("1 job is noted as stopped", "{n} jobs are noted as stopped"),
    "removed": ("1 left-over file was removed", "{n} left-over files were removed"),
    "purged": ("1 file of a purged picture was removed", "{n} files of purged pictures were removed"),
    "taken_in": ("1 picture was taken in", "{n} pictures were taken in"),
    "moved_to_lost": ("1 thing was moved to lost", "{n} things were moved to lost"),
    "found_in_media": ("1 picture was found in media", "{n} pictures were found in media"),
    "second_rows": ("1 second row was set aside", "{n} second rows were set aside"),
    "put_in_place": ("1 picture was brought to its place", "{n} pictures were brought to their places"),
    "brought_back": ("1 file was brought back", "{n} files were brought back"),
    "pointed_elsewhere": ("1 reference points elsewhere now", "{n} references point elsewhere now"),
    "set_aside": ("1 picture was set aside: its file is gone", "{n} pictures were set aside: their files are gone"),
    "taken_back": ("1 picture is back", "{n} pictures are back"),
    "taken_out": ("1 note of nothing was taken out", "{n} notes of nothing were taken out"),
    "wait_again": ("1 item waits again", "{n} items wait again"),
    "measured": ("1 picture was measured again", "{n} pictures were measured again"),
}


@dataclass(slots=True)
class MendReport:
    """What was mended (`done` counts the keys of DONE), what was moved to lost and what was left, with the reasons."""

    done: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def sentences(self) -> list[str]:
        told = []
        for name, (one, many) in DONE.items():
            if count := self.done[name]:
                told.append(one if count == 1 else many.format(n=f"{count:,}"))
        return told
