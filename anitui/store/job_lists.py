"""What is seen of the jobs that collect: how far each is, what it found, what it could not take and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anitui.store.catalogue import Catalogue
from anitui.store.collecting import KIND

NO_REASON = "no reason given"
STATES = ("waiting", "done", "already", "opened", "refused", "failed")  # of items, as people see them

# A page is done when the pictures in it were found: it is no picture.
_STANDS = "CASE WHEN state = 'done' AND image_id IS NULL THEN 'opened' ELSE state END"

# Of job_items `i`: those of one job, or of all that are listed.
_OF = f"(i.job_id = $job OR $job IS NULL AND i.job_id IN (SELECT job_id FROM jobs WHERE kind = '{KIND}'))"


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job, and how many of its items are in which state."""

    job_id: int
    kind: str
    name: str
    order: Mapping[str, Any]
    state: str
    reason: str | None  # why it stopped
    waiting: int
    done: int
    already: int
    opened: int  # pages; their pictures are items of their own
    refused: int
    failed: int
    made_at: datetime
    changed_at: datetime

    @property
    def settled(self) -> int:
        """The items that are dealt with, one way or another."""
        return self.done + self.already + self.opened + self.refused + self.failed

    @property
    def items(self) -> int:
        return self.waiting + self.settled


@dataclass(frozen=True, slots=True)
class Reason:
    """Why items were not taken, and how many of them for that."""

    state: str  # refused · failed
    reason: str
    often: int


@dataclass(frozen=True, slots=True)
class JobItem:
    """One item of a job."""

    item_id: int
    url: str
    state: str  # one of STATES
    attempts: int
    reason: str | None
    image_id: int | None
    label_hint: str | None
    chain: Sequence[str]  # every address on the way to the bytes
    changed_at: datetime


def collecting_jobs(catalogue: Catalogue) -> list[JobRow]:
    """All jobs that collect, the newest first."""
    counts = ", ".join(f"coalesce(sum(often) FILTER (stands = '{each}'), 0)::BIGINT" for each in STATES)
    rows = catalogue.rows(
        f"""
        SELECT j.job_id, kind, name, "order", j.state, j.reason, {counts}, made_at, changed_at
        FROM jobs j LEFT JOIN (
            SELECT job_id, {_STANDS} AS stands, count(*) AS often FROM job_items GROUP BY ALL
        ) i ON i.job_id = j.job_id
        WHERE kind = '{KIND}' GROUP BY ALL ORDER BY j.job_id DESC
        """
    )
    return [JobRow(row[0], row[1], row[2], json.loads(row[3]), *row[4:]) for row in rows]


def reasons(catalogue: Catalogue, job_id: int | None, limit: int) -> list[Reason]:
    """Why items of a job, or of all, were not taken, the most frequent first; what a colon is behind is one reason."""
    rows = catalogue.rows(
        f"""
        SELECT state, coalesce(split_part(i.reason, ':', 1), '{NO_REASON}') AS why, count(*) AS often
        FROM job_items i WHERE state IN ('refused', 'failed') AND {_OF}
        GROUP BY state, why ORDER BY often DESC, why, state LIMIT $limit
        """,
        {"job": job_id, "limit": limit},
    )
    return [Reason(*row) for row in rows]


def latest_pictures(catalogue: Catalogue, job_id: int | None, limit: int) -> list[int]:
    """The pictures that came in last, of a job or of all; the newest first. Those that were here before count."""
    rows = catalogue.rows(
        f"""
        SELECT image_id FROM job_items i WHERE state IN ('done', 'already') AND image_id IS NOT NULL AND {_OF}
        ORDER BY i.changed_at DESC, item_id DESC LIMIT $limit
        """,
        {"job": job_id, "limit": limit},
    )
    return list(dict.fromkeys(int(row[0]) for row in rows))


def count_pictures(catalogue: Catalogue, job_id: int) -> int:
    """How many pictures are there that a job saw: what the filter `job:` shows."""
    return int(
        catalogue.value(
            "SELECT count(*) FROM images WHERE state = 'active' "
            "AND image_id IN (SELECT image_id FROM sightings WHERE job_id = ?)",
            [job_id],
        )
    )


def items(catalogue: Catalogue, job_id: int, state: str | None = None, *, limit: int, offset: int = 0) -> list[JobItem]:
    """A page of a job's items in the order in which they were found; of all, or of those in one state."""
    rows = catalogue.rows(
        f"""
        SELECT item_id, url, {_STANDS} AS stands, attempts, reason, image_id, label_hint, coalesce(chain, []),
               changed_at
        FROM job_items WHERE job_id = $job AND ($state IS NULL OR stands = $state)
        ORDER BY item_id LIMIT $limit OFFSET $offset
        """,
        {"job": job_id, "state": state, "limit": limit, "offset": offset},
    )
    return [JobItem(*row) for row in rows]
