"""ZACI-20's files of pairs as they are, and what is said of those that are not like that."""

from __future__ import annotations

from pathlib import Path

import pytest

from anitui.errors import WrongUse
from anitui.train.metrics.pair_files import endings, read_pairs

HEADING = "pathA,pathB,label,human_prediction,invalid\n"


def a_file(folder: Path, text: str) -> Path:
    file = folder / "pairs.csv"
    file.write_text(text, "utf-8")
    return file


def test_pairs_are_read_and_the_invalid_ones_left_out(tmp_path: Path) -> None:
    text = f'{HEADING}a/1.jpg,a/2.jpg,1,0,0\na/1.jpg,b/3.jpg,0,,0\n"c, d/4.jpg",b/3.jpg,0,1,1\nx/1.jpg,y/2.jpg,0,0,2\n'
    found = read_pairs(a_file(tmp_path, text))
    assert [(each.one, each.other, each.same, each.human) for each in found.pairs] == [
        ("a/1.jpg", "a/2.jpg", True, False),
        ("a/1.jpg", "b/3.jpg", False, None),
    ]
    assert found.invalid == 2


def test_without_the_last_columns_all_pairs_are_valid(tmp_path: Path) -> None:
    found = read_pairs(a_file(tmp_path, "pathA,pathB,label\na.jpg,b.jpg,1\n"))
    assert len(found.pairs) == 1 and found.pairs[0].human is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not begin with"),
        ("a,b,c\n", "does not begin with"),
        (f"{HEADING}a.jpg,b.jpg,2,0,0\n", "line 2"),
        (f"{HEADING}a.jpg,b.jpg,1,0,0\na.jpg,b.jpg,1\n", "line 3"),
        (f"{HEADING}a.jpg,,1,0,0\n", "line 2"),
        (f"{HEADING}a.jpg,b.jpg,1,yes,0\n", "line 2"),
        (f"{HEADING}a.jpg,b.jpg,1,0,\n", "line 2"),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(WrongUse, match=said):
        read_pairs(a_file(tmp_path, text))


def test_a_file_that_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00\x00")
    with pytest.raises(WrongUse, match="no CSV file"):
        read_pairs(tmp_path / "x.csv")
    with pytest.raises(WrongUse, match="is a folder"):
        read_pairs(tmp_path)
    with pytest.raises(WrongUse, match="is not there"):
        read_pairs(tmp_path / "none.csv")


def test_a_picture_may_be_called_by_its_folder_or_its_number() -> None:
    assert endings("fate/zero/123.jpg") == ("fate/zero/123", "fate__zero/123", "fate__zero__123", "0123/123", "123")
    assert endings("miku/3107521.jpg") == ("miku/3107521", "miku__3107521", "0521/3107521", "3107521")
    assert endings("a.jpg") == ("a",)
