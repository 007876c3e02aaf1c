"""A plain list of addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from anitui.errors import WrongUse
from anitui.pipeline.sources.kinds import Gone, Lead, Step
from anitui.pipeline.sources.url_list import KINDS
from tests.pipeline.outside import outside

(kind,) = KINDS


def steps(**values: object) -> list[Step]:
    return list(kind.crawl(values).steps(outside("http://127.0.0.1:9", "imgur.com")))


def test_lines_are_addresses_each_once_and_in_their_order(tmp_path: Path) -> None:
    file = tmp_path / "urls.txt"
    file.write_bytes(
        "\ufeff# my pictures\r\nhttps://www.example.org/b.jpg\r\n\r\n  HTTP://example.com/a.png?x=1#y  \r\n"
        "https://www.example.org/b.jpg\r\n\thttps://пример.рф/ü.png\n".encode()
    )
    found = steps(file=str(file), urls=("https://imgur.com/a/AbCdEfG", " https://www.example.org/b.jpg "))
    assert [(each.url, each.seen.site, each.seen.page_url) for each in found if isinstance(each, Lead)] == [
        ("https://www.example.org/b.jpg", "example.org", None),
        ("HTTP://example.com/a.png?x=1#y", "example.com", None),
        ("https://пример.рф/ü.png", "пример.рф", None),
        ("https://imgur.com/a/AbCdEfG", "imgur.com", None),
    ]
    assert len(found) == 4


@pytest.mark.parametrize(
    "line",
    ["file:///etc/passwd", "ftp://example.org/a.jpg", "a.jpg", "https://", "https://[::1/a", "https://x.org/a b"],
)
def test_what_is_no_address_is_told_and_stops_nothing(tmp_path: Path, line: str) -> None:
    file = tmp_path / "urls.txt"
    file.write_text(f"{line}\nhttps://example.org/b.jpg\n", encoding="utf-8")
    gone, lead = steps(file=str(file), urls=())
    assert isinstance(gone, Gone)
    assert (gone.url, gone.reason) == (line, "not an http(s) address")
    assert isinstance(lead, Lead)


def test_a_list_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="is not there"):
        steps(file=str(tmp_path / "none.txt"))
    (tmp_path / "pictures.txt").write_bytes(b"\x89PNG\r\n")
    with pytest.raises(WrongUse, match=r"pictures\.txt, line 1, is not UTF-8"):
        steps(file=str(tmp_path / "pictures.txt"))


def test_a_job_needs_addresses() -> None:
    assert kind.check({"file": None, "urls": None}) is not None
    assert kind.check({"file": None, "urls": ()}) is not None
    assert kind.check({"file": "urls.txt", "urls": None}) is None
    assert kind.told({"file": "/x/urls.txt", "urls": ("https://a.org/1",)}) == "addresses · urls.txt + https://a.org/1"
