"""Job files: yotsubanet's JSON as it is, TOML of our own, and plain lists; read, written, and told what is wrong."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.collect import job_files
from anitui.pipeline.collect.specs import JobSpec

YOTSUBANET = Path(__file__).parents[3] / "shared" / "data" / "labels" / "yotsubanet"

# The shapes of yotsubanet's own files.
LINKS = {
    "TYPE": "comment_links", "SUBREDDIT": "anime", "SEARCH_QUERY": "Gochuumon Episode Discussion",
    "THREAD_FLAIR": None, "LABEL": "cocoa",
}  # fmt: skip
POSTS = {
    "TYPE": "subreddit_posts", "SUBREDDIT": "GochiUsa", "SEARCH_QUERY": None, "THREAD_FLAIR": "Fan Art",
    "LABEL": "chino",
}  # fmt: skip


def written(tmp_path: Path, jobs: Any, name: str = "jobs.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps({"labels": ["cocoa", "chino"], "jobs": jobs}, indent=4), "utf-8")
    return path


def toml(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "jobs.toml"
    path.write_text(text, "utf-8")
    return path


def complaint(path: Path) -> str:
    with pytest.raises(WrongUse) as error:
        job_files.read(path)
    return str(error.value)


# yotsubanet's JSON.


@pytest.mark.skipif(not YOTSUBANET.is_dir(), reason="the job files lie beside the checkout")
@pytest.mark.parametrize("name", ["gochiusa", "gotoubun_no_hanayome", "love_live_nijigasaki", "oregairu"])
def test_yotsubanets_own_files_are_read_as_they_are(tmp_path: Path, name: str) -> None:
    path = YOTSUBANET / f"{name}.json"
    raw = json.loads(path.read_text("utf-8"))
    specs = job_files.read(path)
    wanted = {tuple(job.items()) for job in raw["jobs"]}  # love_live_nijigasaki.json has one of them twice
    assert len(specs) == len(wanted)
    for spec in specs:
        told = {
            "TYPE": spec.type, "SUBREDDIT": spec.values["subreddit"], "SEARCH_QUERY": spec.values.get("query"),
            "THREAD_FLAIR": spec.values.get("flair"), "LABEL": spec.label,
        }  # fmt: skip
        assert tuple(told.items()) in wanted
    job_files.write(tmp_path / "again.json", specs)
    again = json.loads((tmp_path / "again.json").read_text("utf-8"))
    assert {tuple(job.items()) for job in again["jobs"]} == wanted
    assert set(again["labels"]) <= set(raw["labels"])
    job_files.write(tmp_path / "again.toml", specs)
    assert job_files.read(tmp_path / "again.toml") == specs


def test_null_is_nothing(tmp_path: Path) -> None:
    nothing = {**LINKS, "SEARCH_QUERY": None, "LABEL": None}
    assert job_files.read(written(tmp_path, [LINKS, POSTS, nothing])) == [
        JobSpec("comment_links", {"subreddit": "anime", "query": "Gochuumon Episode Discussion"}, "cocoa"),
        JobSpec("subreddit_posts", {"subreddit": "GochiUsa", "flair": "Fan Art"}, "chino"),
        JobSpec("comment_links", {"subreddit": "anime"}),
    ]


def test_lists_in_a_job_go_side_by_side(tmp_path: Path) -> None:
    many = {
        "TYPE": "comment_links", "SUBREDDIT": ["anime"], "SEARCH_QUERY": ["one", "two", "two"],
        "THREAD_FLAIR": [None, "Episode", "Episode"], "LABEL": ["cocoa", "chino", "chino"],
    }  # fmt: skip
    assert job_files.read(written(tmp_path, [many])) == [
        JobSpec("comment_links", {"subreddit": "anime", "query": "one"}, "cocoa"),
        JobSpec("comment_links", {"subreddit": "anime", "query": "two", "flair": "Episode"}, "chino"),
    ], "and equal jobs are one"
    single = {name: [value] for name, value in LINKS.items()}
    assert job_files.read(written(tmp_path, [single])) == job_files.read(written(tmp_path, [LINKS]))


def test_lists_of_different_length_are_an_error_that_names_them(tmp_path: Path) -> None:
    told = complaint(
        written(tmp_path, [LINKS, {**LINKS, "SUBREDDIT": ["a"], "SEARCH_QUERY": ["x", "y"], "LABEL": ["1", "2", "3"]}])
    )
    assert told.endswith("job 2: lists in one job must be equally long, but SEARCH_QUERY has 2, LABEL has 3")


def test_a_list_without_anything_is_an_error_and_no_job_that_vanishes(tmp_path: Path) -> None:
    assert "job 1: LABEL is an empty list" in complaint(written(tmp_path, [{**LINKS, "LABEL": []}]))


@pytest.mark.parametrize("sign", ["# the first", "// the first", '// "the" first', "/* the first */"])
@pytest.mark.parametrize(
    ("line", "text"),
    [
        (1, '@\n{"jobs": []}'),
        (2, '{"jobs": [\n@\n{}]}'),
        (2, '{\n@\n"jobs": []}'),
        (2, '{"labels": [],\n  @\n"jobs": []}'),
        (1, '{"labels": [], @\n"jobs": []}'),
        (3, '{"labels": [\n"x",\n"http://y.org/#z" @\n], "jobs": []}'),
        (2, '{"jobs": []\n} @'),
    ],
)
def test_a_comment_in_json_is_told_with_its_line(tmp_path: Path, sign: str, line: int, text: str) -> None:
    path = tmp_path / "jobs.json"
    path.write_text(text.replace("@", sign))
    assert f"jobs.json, line {line}: JSON has no comments" in complaint(path)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"jobs": [\n{},\n]}', 3),
        ('{"a": "x\n# no comment"}', 1),
        ('{"a": "http://x.org // #1"', 1),
        ("", 1),
        ("{'jobs': []}", 1),
    ],
)
def test_other_faults_of_json_are_told_with_their_line(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "jobs.json"
    path.write_text(text)
    told = complaint(path)
    assert f"jobs.json, line {line}: this is not JSON" in told and "comments" not in told


def test_a_byte_order_mark_is_of_no_account(tmp_path: Path) -> None:
    path = written(tmp_path, [LINKS])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(job_files.read(path)) == 1
    text = toml(tmp_path, '[[job]]\ntype = "subreddit_posts"\nsubreddit = "pics"\n')
    text.write_bytes(b"\xef\xbb\xbf" + text.read_bytes())
    assert len(job_files.read(text)) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"TYPE": "comment_link"}, "job 2: there is no kind of job 'comment_link'; did you mean comment_links?"),
        ({"TYPE": None}, "job 2: type must say what kind of job it is, one of comment_links"),
        ({"TYPE": 7}, "job 2: type must say"),
        ({"SUBREDDIT": 7}, "job 2 (comment_links): subreddit must be a text, not 7"),
        ({"SUBREDDIT": None}, "job 2 (comment_links): subreddit is missing"),
        ({"SUBREDDIT": "not a name!"}, "subreddit must be a name such as anime, not 'not a name!'"),
        ({"SEARCH_QUERY": True}, "query must be a text, not True"),
        ({"THREAD_FLAIR": {"a": 1}}, "flair must be a text, not {'a': 1}"),
        ({"LABEL": 3}, "label must be a text, not 3"),
        ({"LABEL": ["a", 3]}, "label must be a text, not 3"),
        ({"LABEL": [["a", "b"]]}, "label must be a text, not ['a', 'b']"),
        ({"LIMIT": 3}, "job 2: there is no field 'LIMIT'; its fields are TYPE, SUBREDDIT, SEARCH_QUERY"),
    ],
)
def test_what_is_wrong_is_told_with_the_field_and_the_job(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    assert told in complaint(written(tmp_path, [POSTS, {**LINKS, **change}]))


def test_files_that_are_no_job_files_are_told(tmp_path: Path) -> None:
    assert "is not there: name a job file" in complaint(tmp_path / "none.json")
    assert "is a folder: name a job file in it" in complaint(tmp_path)
    for content, told in (
        (b"[]", 'has no "jobs"'),
        (b'{"jobs": {}}', 'has no "jobs"'),
        (b'{"jobs": ["x"]}', "job 1 must be an object"),
        (b"[" * 100_000, "is nested without end"),
        ('{"jobs": []}'.encode("utf-16"), "is no text in UTF-8"),
    ):
        (tmp_path / "jobs.json").write_bytes(content)
        assert told in complaint(tmp_path / "jobs.json")
    (tmp_path / "jobs.json").write_bytes(b" " * (job_files.MOST_BYTES + 1))
    assert "is larger than a job file can be (10 MB)" in complaint(tmp_path / "jobs.json")
    (tmp_path / "jobs.json").write_bytes(b'{"jobs": []}')
    assert job_files.read(tmp_path / "jobs.json") == []


# TOML of our own.

OURS = """
[labels]
rize = ["rise", "リゼ"]
chino = []

[[job]]
name = "the rabbits' house"
type = "comment_links"
subreddit = "anime"
query = "Gochuumon Episode Discussion"
flair = "Episode"
label = "rize"
limit = 25
sort = "new"
time = "year"
nsfw = false
after = 2014-01-01
before = "2015-06-30"
max_pictures = 500

[[job]]
type = "comment_links"
subreddit = "anime"
label = "rize"
aliases = ["only this"]

[[job]]
type = "subreddit_posts"
subreddit = "GochiUsa"
label = "chino"
from = ["dumps/RS.zst"]

[[job]]
type = "urls"
urls = ["https://example.org/a.png"]
"""


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps" / "RS.zst").touch()
    return toml(tmp_path, OURS)


def test_toml_holds_everything(ours: Path) -> None:
    rize, only, chino, urls = job_files.read(ours)
    assert (rize.name, rize.label, rize.aliases, rize.max_pictures) == (
        "the rabbits' house", "rize", ("rise", "リゼ"), 500,
    )  # fmt: skip
    assert rize.values == {
        "subreddit": "anime", "query": "Gochuumon Episode Discussion", "flair": "Episode", "limit": 25, "sort": "new",
        "time": "year", "nsfw": False, "after": "2014-01-01", "before": "2015-06-30",
    }  # fmt: skip
    assert only.aliases == ("only this",), "what the job says itself comes before [labels]"
    assert chino.aliases == ()
    assert chino.values["from"] == [str(ours.parent / "dumps" / "RS.zst")], "a path goes out from the file's folder"
    assert urls.values == {"urls": ["https://example.org/a.png"]}


def test_toml_is_read_back_as_it_was_written(ours: Path, tmp_path: Path) -> None:
    specs = job_files.read(ours)
    (tmp_path / "deep").mkdir()
    for again in (tmp_path / "again.toml", tmp_path / "deep" / "again.toml"):
        job_files.write(again, specs)
        assert job_files.read(again) == specs
    text = tomllib.loads((tmp_path / "again.toml").read_text("utf-8"))
    assert text["job"][2]["from"] == ["dumps/RS.zst"], "so that the folder can be moved"
    assert str(text["job"][0]["after"]) == "2014-01-01" != text["job"][0]["after"], "a date, not a text"


def test_any_text_survives_both_files(tmp_path: Path) -> None:
    odd = 'a "quoted" \\ \t 心愛 # [x]\x7f\U0001f407'
    specs = [JobSpec("comment_links", {"subreddit": "anime", "query": odd, "flair": "''' \"\"\""}, odd)]
    for name in ("jobs.toml", "jobs.json"):
        job_files.write(tmp_path / name, specs)
        assert job_files.read(tmp_path / name) == specs


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[job]\n", "is not TOML: "),
        ("", "has no [[job]] tables: docs/collecting.md shows one"),
        ("job = 3", "has no [[job]] tables"),
        ("[job]\ntype = 'urls'", "has no [[job]] tables"),
        ("[[jobs]]\ntype = 'urls'", "holds 'jobs'; a job file has [[job]] tables and [labels]"),
        ("[labels]\nrize = 'rise'\n[[job]]\n", '[labels] gives each label its other names, as in rize = ["rise"]'),
        ("[labels]\nrize = [1.5]\n[[job]]\nlabel = 'rize'\n@", "job 1 (subreddit_posts): aliases must be a list"),
        ("[[job]]\n@limit = 0", "limit must be a whole number from 1 to 1,000, not 0"),
        ("[[job]]\n@limit = true", "limit must be a whole number from 1 to 1,000, not True"),
        ("[[job]]\n@limit = '5'", "limit must be a whole number"),
        ("[[job]]\n@after = 2014", "after must be a date such as 2021-03-02, not 2014"),
        ("[[job]]\n@after = '1.2.2014'", "after must be a date"),
        ("[[job]]\n@after = 2014-01-01\nbefore = 2014-01-01", "after must be earlier than before"),
        ("[[job]]\n@nsfw = 'yes'", "nsfw must be yes or no, not 'yes'"),
        ("[[job]]\n@sort = 'best'", "sort must be one of relevance, top, new, comments, hot, not 'best'"),
        ("[[job]]\n@from = ['none.zst']", "from names 'none.zst', which is not there"),
        ("[[job]]\n@max_pictures = -1", "max_pictures must be a whole number from 1"),
        ("[[job]]\n@flare = 'x'", "there is no field 'flare'; did you mean flair?"),
        ("[[job]]\n@wholly = 'x'", "there is no field 'wholly'; its fields are subreddit, query"),
    ],
)
def test_what_is_wrong_in_toml_is_told(tmp_path: Path, text: str, told: str) -> None:
    assert told in complaint(toml(tmp_path, text.replace("@", "type = 'subreddit_posts'\nsubreddit = 'pics'\n")))


def test_a_list_of_addresses_is_a_job(tmp_path: Path) -> None:
    path = tmp_path / "links.TXT"
    path.write_text("https://example.org/a.png\n")
    assert job_files.read(path) == [JobSpec("urls", {"file": str(path)})]


# What cannot be written.


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        (JobSpec("comment_links", {"subreddit": "anime"}, "rize", ("rise",)), "job 2 has aliases"),
        (
            JobSpec(
                "comment_links", {"subreddit": "anime", "after": "2014-01-01", "limit": 7}, max_pictures=3, name="x"
            ),
            "job 2 has after, limit, max_pictures, name",
        ),
        (JobSpec("urls", {"urls": ["https://example.org/a.png"]}), "job 2 has urls"),
        (JobSpec("myanimelist", {}), "job 2 is of the type myanimelist"),
    ],
)
def test_json_says_what_it_cannot_hold(tmp_path: Path, spec: JobSpec, what: str) -> None:
    with pytest.raises(WrongUse) as error:
        job_files.write(tmp_path / "jobs.json", [JobSpec("comment_links", {"subreddit": "anime"}), spec])
    assert str(error.value) == f"{what}, which yotsubanet's JSON cannot hold: write it as .toml"
    assert not (tmp_path / "jobs.json").exists()
    job_files.write(tmp_path / "jobs.toml", [spec])
    assert "[[job]]" in (tmp_path / "jobs.toml").read_text()


def test_json_holds_what_says_no_more_than_is_so_anyway(tmp_path: Path) -> None:
    plain = {"subreddit": "anime", "sort": "relevance", "limit": 100, "nsfw": True, "time": "all"}
    job_files.write(tmp_path / "jobs.json", [JobSpec("comment_links", plain, "cocoa"), JobSpec("comment_links", plain)])
    raw = json.loads((tmp_path / "jobs.json").read_text())
    assert raw["labels"] == ["cocoa"]
    assert raw["jobs"][0] == {**LINKS, "SEARCH_QUERY": None}


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"must end in \.json .* or \.toml"):
        job_files.write(tmp_path / "jobs.yaml", [])
    with pytest.raises(AnituiError, match="cannot be written: No such file or directory"):
        job_files.write(tmp_path / "none" / "jobs.toml", [])
