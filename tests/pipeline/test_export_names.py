from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anitui.pipeline.export.names import LONGEST, folder_name, folder_names, stem
from tests.pipeline.a_dataset import HOSTILE, LONG


def safe(name: str) -> bool:
    return (
        0 < len(name.encode()) <= LONGEST
        and not re.search(r'[/\\:*?"<>|\x00-\x1f\x7f]', name)
        and not name.startswith((".", " ", "__"))
        and not name.endswith((".", " "))
        and not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name)
        and unicodedata.is_normalized("NFC", name)
    )


@pytest.mark.parametrize("label", HOSTILE)
def test_hostile_labels(label: str) -> None:
    assert safe(folder_name(label))


@pytest.mark.parametrize("label", ["Rize Tedeza", "保登 心愛", "rei (evangelion)", "Dr. Strange", "R2-D2", "#1", "a'b"])
def test_ordinary_labels_stay_as_they_are(label: str) -> None:
    assert folder_name(label) == label


def test_what_a_label_becomes() -> None:
    assert folder_name("Fate/stay night") == "Fate_stay night"
    assert folder_name("..") == "_" and folder_name("dots...") == "dots"
    assert folder_name("CON") == "_CON" and folder_name("aux.h") == "_aux.h"
    assert folder_name(LONG) != folder_name(LONG + "x")
    # Words that Hugging Face's datasets take for parts of a set.
    assert (
        folder_name("dev team") == "dev~ team" and folder_name("test") == "test~" and folder_name("tester") == "tester"
    )


def test_each_label_has_a_folder_of_its_own_wherever_case_is_ignored() -> None:
    names = folder_names(HOSTILE)
    assert len({name.casefold() for name in names.values()}) == len(HOSTILE)
    assert folder_names(["a:b", "a_b", "a/b"])["a_b"] == "a_b"
    # What else is exported changes nothing about who has a name of his own.
    assert folder_names(["miku", "rei"])["miku"] == folder_names(["miku", "a", "z"])["miku"]


@given(st.lists(st.text(max_size=150), unique=True, max_size=20))
@settings(max_examples=150, deadline=None)
def test_any_labels(labels: list[str]) -> None:
    names = folder_names(labels)
    assert all(safe(name) for name in names.values())
    assert len({unicodedata.normalize("NFKC", name).casefold() for name in names.values()}) == len(labels)


def test_names_of_pictures() -> None:
    assert stem("https://i.redd.it/ab%20c.tar.gz?width=3", "f12") == "ab_20c_tar_f12"
    assert stem("/home/x/test_1.png", "i3") == "1_i3" and stem(None, "i3") == "i3" and stem("/", "i3") == "i3"
    assert stem("C:\\pictures\\CON.png", "f7") == "CON_f7"
    assert len(stem("と" * 300 + ".png", "f1").encode()) < 100
