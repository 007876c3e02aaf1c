"""One job as it is ordered: by a file, or as one types it into the form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from anitui.errors import WrongUse
from anitui.pipeline.collect import specs
from anitui.pipeline.collect.specs import JobSpec

TYPED = {
    "subreddit": " anime ", "query": "Episode Discussion", "limit": "1,000", "sort": "new", "nsfw": "No",
    "after": "2014-01-01", "label": "rize", "aliases": "rise, リゼ,", "max_pictures": "5", "name": "",
}  # fmt: skip


def test_what_is_typed_is_a_job(tmp_path: Path) -> None:
    assert specs.faults("comment_links", TYPED) == {}
    spec = specs.from_texts("comment_links", TYPED)
    assert spec == JobSpec(
        "comment_links",
        {"subreddit": "anime", "query": "Episode Discussion", "sort": "new", "limit": 1000, "after": "2014-01-01",
         "nsfw": False},
        "rize", ("rise", "リゼ"), 5,
    )  # fmt: skip
    assert specs.from_texts("comment_links", specs.to_texts(spec)) == spec
    assert JobSpec.from_order(spec.order()) == spec, "and so the catalogue keeps it"


@pytest.mark.parametrize(
    "urls",
    [
        ["https://example.org/a,b.png"],
        ["https://example.org/a,b.png", "https://example.org/c.png?x=1,2"],
        ["http://example.org/a", "https://example.org/b"],
    ],
)
def test_addresses_and_paths_keep_their_commas(tmp_path: Path, urls: list[str]) -> None:
    for text in (", ".join(urls), ",".join(urls), "\n".join(urls)):
        assert specs.from_texts("urls", {"urls": text}).values == {"urls": urls}
    spec = specs.from_texts("urls", {"urls": ", ".join(urls)})
    assert specs.from_texts("urls", specs.to_texts(spec)) == spec
    places = [str(tmp_path / "a,b.zst"), str(tmp_path / "c.zst")]
    for place in places:
        Path(place).touch()
    for text in (", ".join(places), ",".join(places)):
        assert specs.from_texts("reddit_dump", {"files": text}).values == {"files": places}


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("limit", "--5", "must be a whole number from 1 to 1,000, not '--5'"),
        ("limit", "0", "must be a whole number from 1 to 1,000, not 0"),
        ("limit", "9" * 5000, "must be a whole number from 1 to 1,000"),
        ("limit", "1.5", "must be a whole number"),
        ("nsfw", "maybe", "must be yes or no, not 'maybe'"),
        ("after", "2014-13-01", "must be a date such as 2021-03-02, not '2014-13-01'"),
        ("sort", "best", "must be one of relevance, top, new, comments, hot, not 'best'"),
        ("subreddit", "", "is needed"),
        ("from", "/none.zst", "names '/none.zst', which is not there"),
        ("from", "~nobody-of-this-name/x", "which is not there"),
        ("from", "x" * 5000, "which is not there"),
        ("from", "x\0y", "which is not there"),
        ("max_pictures", "many", "must be a whole number"),
        ("", "", ""),
    ],
)
def test_what_is_wrong_is_told_while_one_types(field: str, text: str, told: str) -> None:
    found = specs.faults("comment_links", {**TYPED, field: text})
    assert list(found) == ([field] if field else [])
    assert told in found.get(field, "")


def test_what_is_wrong_with_fields_together() -> None:
    found = specs.faults("comment_links", {**TYPED, "before": "2013-01-01"})
    assert found == {"": "after must be earlier than before"}
    assert specs.faults("urls", {}) == {"": "one of file and urls must say which addresses"}


def test_jobs_that_differ_in_their_labels_share_a_crawl() -> None:
    def job(label: str | None, **more: Any) -> JobSpec:
        return JobSpec("comment_links", {"subreddit": "anime", **more}, label, max_pictures=3 if label else None)

    assert job("rize").crawl_key() == job("chino").crawl_key() == job(None).crawl_key()
    assert job("rize").crawl_key() != job("rize", limit=5).crawl_key()
    assert job("rize").order() != job("chino").order()
    assert job("rize").told() == "links in comments · r/anime · relevance → rize"


def test_a_job_without_a_type_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"x\.toml, job 1: type must say what kind of job it is, one of comment_links"):
        specs.checked({"subreddit": "anime"}, "x.toml, job 1", tmp_path)
