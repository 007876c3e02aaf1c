"""What jobs that collect have found, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from anitui.pipeline.collect.board import url_number
from anitui.store import collecting, jobs
from anitui.store.catalogue import Catalogue
from anitui.store.collecting import FoundLead, Settled
from anitui.store.intake import MISSING
from tests.store.hashed import hang

URL = "https://i.redd.it/a.png"
ALBUM = "https://imgur.com/a/Album01"
LEAD = FoundLead(
    0, URL, "cocoa", "reddit", "https://www.reddit.com/r/x/comments/1/", "t3_1", "A title", "somebody", "Fanart", True,
    1_600_000_000.25, ("https://preview.redd.it/a.png",), None, ("rabbit", "cup"),
)  # fmt: skip
LOG = "collect-1"


@pytest.fixture
def job(catalogue: Catalogue) -> int:
    hang(catalogue, [1, 2, 3])  # their contents are "content 1" …
    return begin(catalogue, "one")


def begin(catalogue: Catalogue, name: str, state: str = "running") -> int:
    job, new = collecting.add_job(catalogue, name, {"type": "urls", "name": name})
    assert new
    collecting.set_state(catalogue, [job], state)
    return job


def found(catalogue: Catalogue, *leads: FoundLead) -> None:
    collecting.enlist(catalogue, leads, [])


def settle(catalogue: Catalogue, *settled: Settled, read_to: int = 0) -> None:
    with catalogue.writing() as connection:
        collecting.settle(connection, settled, LOG, read_to)


def done(url: str = URL, content: int = 1, **more: Any) -> Settled:
    return Settled(url, "done", None, f"content {content}", **more)


def states(catalogue: Catalogue) -> list[tuple[int, str, str, str | None, int | None, int]]:
    return catalogue.rows("SELECT job_id, url, state, reason, image_id, attempts FROM job_items ORDER BY item_id")


def everything(catalogue: Catalogue) -> Mapping[str, list[tuple[Any, ...]]]:
    tables = ("jobs", "job_items", "job_leads", "job_marks", "sightings", "image_tags", "logs_read")
    return {table: catalogue.rows(f"FROM {table} ORDER BY ALL") for table in tables}


# Jobs.


def test_the_same_order_is_the_same_job(catalogue: Catalogue, job: int) -> None:
    assert collecting.add_job(catalogue, "otherwise", {"name": "one", "type": "urls"}) == (job, False)
    assert collecting.add_job(catalogue, "one", {"type": "urls", "name": "one", "x": "ü"})[1]
    jobs.begin(catalogue, "import", "one", {"type": "urls", "name": "two"})
    assert collecting.add_job(catalogue, "two", {"type": "urls", "name": "two"})[1], "one of another kind is another"
    assert collecting.orders(catalogue, [job, 99]) == {job: {"type": "urls", "name": "one"}}
    assert list(collecting.orders(catalogue, [4, job, 3])) == [job, 4], "an import is none of them"


def test_how_jobs_stand(catalogue: Catalogue, job: int) -> None:
    other = begin(catalogue, "two", "done")
    assert collecting.running(catalogue) == [job]
    collecting.set_state(catalogue, [job], "stopped", "no keys")
    assert jobs.standing(catalogue, [job, other]) == [(job, "one", "stopped", "no keys"), (other, "two", "done", None)]
    with catalogue.writing() as connection:
        collecting.state_in(connection, [(job, "running", None), (other, "stopped", "x"), (job, "done", None)])
    assert [row[2:] for row in jobs.standing(catalogue, [job, other])] == [("done", None), ("stopped", "x")]


def test_a_job_that_is_taken_off_the_list_leaves_its_pictures(catalogue: Catalogue, job: int) -> None:
    other = begin(catalogue, "two")
    found(catalogue, replace(LEAD, job_id=job), replace(LEAD, job_id=other))
    collecting.enlist(catalogue, [], [(job, "t3_1", "5"), (other, "t3_1", "5")])
    settle(catalogue, done())
    collecting.remove_job(catalogue, job)
    assert collecting.orders(catalogue, [job]) == {}
    assert {row[0] for row in states(catalogue)} == {other}
    assert catalogue.rows("SELECT DISTINCT job_id FROM job_leads UNION ALL SELECT job_id FROM job_marks") == [
        (other,),
        (other,),
    ]
    assert catalogue.value("SELECT count(*) FROM sightings") == 1, "one place, whichever job came by"
    # What its process tells afterwards is of no account.
    collecting.enlist(catalogue, [replace(LEAD, job_id=job, url="later")], [(job, "t3_2", "1")])
    assert {row[0] for row in states(catalogue)} == {other} and collecting.marks(catalogue, [job]) == {job: {}}


# What is found.


def test_told_twice_changes_nothing(catalogue: Catalogue, job: int) -> None:
    leads = [
        replace(LEAD, job_id=job),
        replace(LEAD, job_id=job, post_id=None, page_url=None, label_hint=None),
        replace(LEAD, job_id=job, url="https://www.reddit.com/x", gone="the post was removed"),
    ]
    pages = [(job, "t3_1", "5")]
    collecting.enlist(catalogue, [*leads, *leads], pages)
    before = everything(catalogue)
    assert [row[1:4] for row in states(catalogue)] == [
        (URL, "waiting", None),
        ("https://www.reddit.com/x", "refused", "the post was removed"),
    ]
    assert len(before["job_leads"]) == 3
    collecting.enlist(catalogue, leads, pages)
    assert everything(catalogue) == before
    settle(catalogue, done())
    before = everything(catalogue)
    assert len(before["sightings"]) == 2
    collecting.enlist(catalogue, leads, pages)
    assert everything(catalogue) == before


def test_pages_are_marked_with_their_last_stamp(catalogue: Catalogue, job: int) -> None:
    collecting.enlist(catalogue, [], [(job, "t3_1", "5"), (job, "t3_2", "1")])
    collecting.enlist(catalogue, [], [(job, "t3_1", "7")])
    assert collecting.marks(catalogue, [job, 99]) == {job: {"t3_1": "7", "t3_2": "1"}, 99: {}}


def test_where_it_was_seen_is_told_whole(catalogue: Catalogue, job: int) -> None:
    found(catalogue, replace(LEAD, job_id=job))
    assert catalogue.value("SELECT count(*) FROM sightings") == 0, "nothing is seen before its bytes are here"
    settle(catalogue, done(chain=(URL, "https://elsewhere.org/a.png"), attempts=3))
    assert catalogue.rows(
        "SELECT image_id, site, url, page_url, post_id, title, author, flair, nsfw, label_hint, job_id, posted_at, "
        "chain FROM sightings"
    ) == [
        (
            1, "reddit", URL, LEAD.page_url, "t3_1", "A title", "somebody", "Fanart", True, "cocoa", job,
            datetime(2020, 9, 13, 12, 26, 40, 250_000), [URL, "https://elsewhere.org/a.png"],
        )
    ]  # fmt: skip
    assert catalogue.rows("SELECT image_id, label, speaker, said_by FROM image_tags ORDER BY label") == [
        (1, "cup", "job", f"job {job}"),
        (1, "rabbit", "job", f"job {job}"),
    ]
    assert ("rabbit", f"job {job}") in catalogue.rows("SELECT label, said_by FROM tagged_images")
    assert states(catalogue) == [(job, URL, "done", None, 1, 3)]


def test_tags_are_said_once(catalogue: Catalogue, job: int) -> None:
    other = begin(catalogue, "two")
    found(catalogue, replace(LEAD, job_id=job), replace(LEAD, job_id=other, post_id="t3_2", tags=("rabbit", "hat")))
    settle(catalogue, done())
    assert catalogue.rows("SELECT label FROM image_tags ORDER BY ALL") == [("cup",), ("hat",), ("rabbit",)]


def test_one_picture_in_several_posts_is_seen_in_each(catalogue: Catalogue, job: int) -> None:
    found(catalogue, replace(LEAD, job_id=job), replace(LEAD, job_id=job, post_id="t3_2"))
    assert len(states(catalogue)) == 1
    settle(catalogue, done())
    found(catalogue, replace(LEAD, job_id=job, post_id="t3_3"))
    assert catalogue.rows("SELECT post_id FROM sightings ORDER BY ALL") == [("t3_1",), ("t3_2",), ("t3_3",)]
    assert len(states(catalogue)) == 1, "it need not be asked for again"


# Two jobs with the same address.


def test_the_first_job_has_it_and_the_others_have_it_already(catalogue: Catalogue, job: int) -> None:
    other, third = begin(catalogue, "two"), begin(catalogue, "three")
    found(catalogue, replace(LEAD, job_id=job), replace(LEAD, job_id=other, label_hint="chino"))
    settle(catalogue, done())
    assert [(row[0], row[2], row[4]) for row in states(catalogue)] == [(job, "done", 1), (other, "already", 1)]
    found(catalogue, replace(LEAD, job_id=third, label_hint=None))
    assert [(row[0], row[2], row[4], row[5]) for row in states(catalogue)][2:] == [(third, "already", 1, 0)]
    assert catalogue.rows("SELECT label_hint, job_id FROM sightings ORDER BY job_id") == [
        ("cocoa", job), ("chino", other), (None, third),
    ]  # fmt: skip
    assert collecting.taken(catalogue, [job, other, third, 99]) == {job: 1, other: 1, third: 1}


def test_what_was_there_before_is_had_already(catalogue: Catalogue, job: int) -> None:
    found(catalogue, replace(LEAD, job_id=job))
    settle(catalogue, Settled(URL, "already", None, "content 2"))
    assert [row[2:5] for row in states(catalogue)] == [("already", None, 2)]
    assert catalogue.value("SELECT image_id FROM sightings") == 2


def test_what_was_refused_for_one_is_refused_for_all(catalogue: Catalogue, job: int) -> None:
    found(catalogue, replace(LEAD, job_id=job))
    settle(catalogue, Settled(URL, "refused", "a web page, not a picture"))
    other = begin(catalogue, "two")
    found(catalogue, replace(LEAD, job_id=other))
    assert [row[:4] for row in states(catalogue)] == [
        (job, URL, "refused", "a web page, not a picture"),
        (other, URL, "refused", "a web page, not a picture"),
    ]
    assert url_number(URL) in collecting.known_urls(catalogue)


def test_what_failed_is_tried_for_each(catalogue: Catalogue, job: int) -> None:
    found(catalogue, replace(LEAD, job_id=job))
    settle(catalogue, Settled(URL, "failed", "it took too long", attempts=4))
    other = begin(catalogue, "two")
    found(catalogue, replace(LEAD, job_id=other))
    assert [row[2] for row in states(catalogue)] == ["failed", "waiting"]
    settle(catalogue, done(attempts=2))
    assert [(row[2], row[3], row[5]) for row in states(catalogue)] == [("done", None, 6), ("already", None, 2)]


def test_files_of_an_import_are_no_addresses(catalogue: Catalogue, job: int) -> None:
    folder = jobs.begin(catalogue, "import", "x", {})
    jobs.enlist_files(catalogue, folder, [jobs.FoundItem(URL, 1, 1, None)], mode="copy")
    found(catalogue, replace(LEAD, job_id=job))
    settle(catalogue, done())
    assert {row[0]: row[2] for row in states(catalogue)} == {folder: "waiting", job: "done"}
    found(catalogue, replace(LEAD, job_id=folder, url="x"))
    assert len(states(catalogue)) == 2


# Over a limit, and other second chances.


def test_what_was_over_a_limit_is_looked_at_again(catalogue: Catalogue, job: int) -> None:
    found(catalogue, replace(LEAD, job_id=job))
    settle(catalogue, Settled(URL, "refused", "too many pixels: 10000×10000"))
    assert collecting.known_urls(catalogue).tolist() == []
    assert [row["url"] for row in collecting.waiting_leads(catalogue, [job], ("waiting",))] == [URL]
    other = begin(catalogue, "two")
    found(catalogue, replace(LEAD, job_id=other))
    assert [row[2] for row in states(catalogue)] == ["refused", "waiting"]
    settle(catalogue, done())
    assert [row[2:4] for row in states(catalogue)] == [("done", None), ("already", None)]


def test_what_failed_waits_again_when_it_is_asked_to(catalogue: Catalogue, job: int) -> None:
    other = begin(catalogue, "two")
    found(
        catalogue, replace(LEAD, job_id=job), replace(LEAD, job_id=job, url="b"), replace(LEAD, job_id=other, url="c")
    )
    settle(catalogue, Settled(URL, "failed", "x"), Settled("b", "refused", "y"), Settled("c", "failed", "z"))
    collecting.wait_again(catalogue, [job])
    assert [row[1:3] for row in states(catalogue)] == [(URL, "waiting"), ("b", "refused"), ("c", "failed")]
    assert [row["url"] for row in collecting.waiting_leads(catalogue, [job, other], ("waiting",))] == [URL]
    assert [row["url"] for row in collecting.waiting_leads(catalogue, [job, other], ("waiting", "failed"))] == [
        URL,
        "c",
    ]


def test_what_waits_is_told_with_all_that_is_known_of_it(catalogue: Catalogue, job: int) -> None:
    found(catalogue, replace(LEAD, job_id=job), replace(LEAD, job_id=job, url="f", file="/x/f.png", posted_at=None))
    first, second = collecting.waiting_leads(catalogue, [job], ("waiting",))
    assert first == {
        "job_id": job, "url": URL, "label_hint": "cocoa", "site": "reddit", "page_url": LEAD.page_url,
        "post_id": "t3_1", "title": "A title", "author": "somebody", "flair": "Fanart", "nsfw": True,
        "posted_at": 1_600_000_000.25, "instead": ["https://preview.redd.it/a.png"], "file": None,
        "tags": ["rabbit", "cup"], "via": [],
    }  # fmt: skip
    assert (second["file"], second["posted_at"]) == ("/x/f.png", None)


# The log.


def test_what_was_settled_and_how_far_the_log_was_read_are_one(catalogue: Catalogue, job: int) -> None:
    found(catalogue, replace(LEAD, job_id=job))
    assert collecting.read_to(catalogue, LOG) == 0
    with pytest.raises(RuntimeError), catalogue.writing() as connection:
        collecting.settle(connection, [done()], LOG, 120)
        raise RuntimeError("the power is gone")
    assert (collecting.read_to(catalogue, LOG), states(catalogue)[0][2]) == (0, "waiting")
    assert catalogue.value("SELECT count(*) FROM sightings") == 0
    settle(catalogue, done(), read_to=120)
    assert (collecting.read_to(catalogue, LOG), states(catalogue)[0][2]) == (120, "done")
    settle(catalogue, read_to=150)
    assert collecting.read_to(catalogue, LOG) == 150
    assert collecting.read_to(catalogue, "collect-2") == 0
    collecting.forget_log(catalogue, LOG)
    assert collecting.read_to(catalogue, LOG) == 0


def test_what_is_done_is_not_settled_a_second_time(catalogue: Catalogue, job: int) -> None:
    found(catalogue, replace(LEAD, job_id=job))
    settle(catalogue, done())
    before = everything(catalogue)
    settle(catalogue, Settled(URL, "failed", "told late"), Settled("nobody's", "refused", "x"))
    assert everything(catalogue) == before


def test_of_one_address_the_last_word_counts(catalogue: Catalogue, job: int) -> None:
    found(catalogue, replace(LEAD, job_id=job))
    settle(catalogue, Settled(URL, "failed", "it was cut"), done())
    assert [row[2:4] for row in states(catalogue)] == [("done", None)]


# Pages of pictures.


def test_a_page_is_opened_for_the_jobs_that_were_told_its_pictures(catalogue: Catalogue, job: int) -> None:
    waiting = begin(catalogue, "two", "stopped")
    found(catalogue, replace(LEAD, job_id=job, url=ALBUM), replace(LEAD, job_id=waiting, url=ALBUM))
    settle(catalogue, Settled(ALBUM, "done", "a page of 3 pictures", jobs=(job,)))
    assert [(row[0], row[2], row[3]) for row in states(catalogue)] == [
        (job, "done", "a page of 3 pictures"),
        (waiting, "waiting", None),
    ], "nobody has told the second job yet what is in the page"
    assert collecting.known_urls(catalogue).tolist() == [url_number(f"{job} {ALBUM}")]
    assert collecting.taken(catalogue, [job]) == {}, "a page is no picture"
    third = begin(catalogue, "three")
    found(catalogue, replace(LEAD, job_id=third, url=ALBUM))
    assert states(catalogue)[-1][2] == "waiting"


# What need not be asked for again.


@pytest.mark.parametrize(
    "url",
    ["https://i.redd.it/a.png", "https://пример.рф/ü.png?x=1&y=%20", "心愛 \U0001f407", "/files/a b.png", "'\"\\\n"],
)
def test_addresses_are_known_by_the_number_that_the_process_has_for_them(
    catalogue: Catalogue, job: int, url: str
) -> None:
    found(catalogue, replace(LEAD, job_id=job, url=url))
    settle(catalogue, done(url))
    known = collecting.known_urls(catalogue)
    assert known.dtype == np.uint64
    assert known.tolist() == [url_number(url)]


def test_known_addresses_are_sorted_and_none_that_should_be_asked_for(catalogue: Catalogue, job: int) -> None:
    assert collecting.known_urls(catalogue).dtype == np.uint64 and len(collecting.known_urls(catalogue)) == 0
    urls = [f"https://i.redd.it/{n}.png" for n in range(40)]
    found(catalogue, *(replace(LEAD, job_id=job, url=url) for url in urls))
    settle(catalogue, *(done(url) for url in urls[:20]))
    settle(catalogue, *(Settled(url, "refused", "not a picture") for url in urls[20:30]))
    settle(catalogue, *(Settled(url, "failed", "x") for url in urls[30:35]))
    known = collecting.known_urls(catalogue).tolist()
    assert known == sorted(known) == sorted(url_number(url) for url in urls[:30])


def test_a_picture_whose_file_went_missing_is_asked_for_again(catalogue: Catalogue, job: int) -> None:
    found(catalogue, replace(LEAD, job_id=job))
    settle(catalogue, done())
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET state = 'set_aside', reason = ? WHERE image_id = 1", [MISSING])
    assert collecting.known_urls(catalogue).tolist() == []
    with catalogue.writing() as connection:
        connection.execute("UPDATE images SET reason = 'a duplicate' WHERE image_id = 1")
    assert len(collecting.known_urls(catalogue)) == 1, "what a person set aside is not fetched once more"


# For lists.


def test_what_a_site_said(catalogue: Catalogue, job: int) -> None:
    found(
        catalogue,
        replace(LEAD, job_id=job, site="mal", url="1", page_url="p1", post_id="mal:1", title="One", tags=("a", "b")),
        replace(LEAD, job_id=job, site="mal", url="1", page_url="p2", post_id="mal:1", title="One", tags=("b",)),
        replace(LEAD, job_id=job, site="mal", url="2", page_url="p1", post_id="mal:1", title=None, tags=()),
        replace(LEAD, job_id=job, site="other", url="3"),
    )
    settle(catalogue, done("2", 2), done("1", 1), done("3", 3))
    titles, tags = collecting.told_of(catalogue, "mal")
    assert titles == {"1": "One", "2": None}
    assert {url: sorted(each) for url, each in tags.items()} == {"1": ["a", "b"], "2": []}
    assert sorted(collecting.seen_at(catalogue, "mal")) == [("p1", "1", "mal:1"), ("p1", "2", "mal:1")]
