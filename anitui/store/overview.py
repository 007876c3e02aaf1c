"""What is in the workspace at a glance, and what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from anitui.store import review, runs
from anitui.store.catalogue import Catalogue
from anitui.store.collecting import KIND
from anitui.store.runs import RunRow

_COLLECTED = f"job_id IN (SELECT job_id FROM jobs WHERE kind = '{KIND}')"
NO_REASON = "no reason given"
# A statement for the SQL screen: what an import did not take.
FILES_NOT_TAKEN = f"FROM not_taken WHERE NOT {_COLLECTED}"


@dataclass(frozen=True, slots=True)
class Status:
    """The few numbers of the top line."""

    active: int
    set_aside: int
    faces: int


@dataclass(frozen=True, slots=True)
class Some:
    """Jobs that collect and have something in common: how many, and one of them to go to."""

    often: int = 0
    at: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Collecting:
    """What of the jobs that collect a person may want to see to."""

    running: Some = Some()
    stopped: Some = Some()  # for a reason, the most frequent of them
    paused: Some = Some()  # or cut off: they were begun, and are not done
    waiting: Some = Some()  # nobody has begun them
    failed: Some = Some()  # downloads that are worth another try
    items_waiting: int = 0
    not_taken: int = 0  # failed, or refused

    @property
    def jobs(self) -> int:
        """How many jobs wait for a person, or run."""
        return self.running.often + self.stopped.often + self.paused.often + self.waiting.often


@dataclass(frozen=True, slots=True)
class Overview:
    """The numbers of the home screen."""

    status: Status
    sightings: int
    named_faces: int
    faces_to_name: int
    looked_for_faces: bool
    faces_to_agree: int  # whose name only a model or a job has said
    in_splits: int
    runs: int
    pairs_open: int
    items_waiting: int  # of imports and of jobs that collect
    failures: tuple[tuple[str, int], ...]  # reason, how often; the most frequent first
    failed_items: int
    unlabelled_pictures: int
    decisions: int
    days: tuple[date, ...]
    added: tuple[int, ...]
    decided: tuple[int, ...]
    collecting: Collecting = Collecting()
    file_failures: tuple[tuple[str, int], ...] = ()  # the failures of imports alone
    failed_files: int = 0
    labels_to_review: int = 0  # that look wrong, and wait for a person
    review_set: str | None = None  # the set that most of them are of
    latest_run: RunRow | None = None


def status(catalogue: Catalogue) -> Status:
    """The numbers of the top line."""
    row = catalogue.rows(
        "SELECT count(*) FILTER (state = 'active'), count(*) FILTER (state <> 'active'), "
        "(SELECT count(*) FROM faces WHERE state = 'active' "
        "AND image_id NOT IN (SELECT image_id FROM images WHERE state <> 'active')) FROM images"
    )[0]
    return Status(*row)


def overview(catalogue: Catalogue, today: date, days: int = 14) -> Overview:
    """Everything that the home screen shows."""
    span = tuple(today - timedelta(days=back) for back in reversed(range(days)))
    counting = "SELECT split_part(reason, ':', 1) AS why, count(*) AS often FROM not_taken"
    failures = catalogue.rows(f"{counting} GROUP BY why ORDER BY often DESC, why")
    of_files = catalogue.rows(f"{counting} WHERE NOT {_COLLECTED} GROUP BY why ORDER BY often DESC, why")
    to_review, review_set = review.looks_wrong(catalogue)
    one = catalogue.rows(
        """
        SELECT (SELECT count(*) FROM sightings WHERE inherited_from IS NULL),
               (SELECT count(DISTINCT face_id) FROM labelled_faces JOIN faces f USING (face_id)
                JOIN images i USING (image_id) WHERE f.state = 'active' AND i.state = 'active'),
               (SELECT count(*) FROM faces_to_name),
               (SELECT count(*) FROM labelled_faces l JOIN faces f USING (face_id) JOIN images i USING (image_id)
                WHERE f.state = 'active' AND i.state = 'active' AND NOT f.unsure AND speaker <> 'person'),
               EXISTS (FROM detections) OR EXISTS (FROM faces),
               (SELECT count(DISTINCT image_id) FROM splits),
               (SELECT count(*) FROM runs),
               (SELECT count(*) FROM pairs_open),
               (SELECT count(*) FROM job_items WHERE state = 'waiting'),
               (SELECT count(*) FROM images i WHERE state = 'active'
                AND image_id NOT IN (SELECT image_id FROM tagged_images)),
               (SELECT count(*) FROM journal WHERE state IN ('done', 'final'))
        """
    )[0]
    sightings, named, to_name, to_agree, looked, in_splits, trained, open_pairs, waiting, unlabelled, decisions = one
    return Overview(
        status=status(catalogue),
        sightings=sightings,
        named_faces=named,
        faces_to_name=to_name,
        faces_to_agree=to_agree,
        looked_for_faces=bool(looked),
        in_splits=in_splits,
        runs=trained,
        latest_run=next(iter(runs.listed(catalogue)), None),
        pairs_open=open_pairs,
        items_waiting=waiting,
        failures=tuple((why or NO_REASON, often) for why, often in failures[:5]),
        failed_items=sum(often for _, often in failures),
        unlabelled_pictures=unlabelled,
        decisions=decisions,
        days=span,
        added=_by_day(catalogue, "SELECT added_at::DATE, count(*) FROM images", span),
        decided=_by_day(catalogue, "SELECT decided_at::DATE, count(*) FROM journal", span),
        collecting=_collecting(catalogue),
        file_failures=tuple((why or NO_REASON, often) for why, often in of_files[:5]),
        failed_files=sum(often for _, often in of_files),
        labels_to_review=to_review,
        review_set=review_set,
    )


def _collecting(catalogue: Catalogue) -> Collecting:
    jobs = catalogue.rows(
        f"""
        SELECT CASE WHEN state = 'running' THEN 'running' WHEN reason IS NOT NULL THEN 'stopped'
                    WHEN job_id IN (SELECT job_id FROM job_items) THEN 'paused' ELSE 'waiting' END AS stands,
               coalesce(split_part(reason, ':', 1), '') AS why, count(*) AS often, max(job_id)
        FROM jobs WHERE kind = '{KIND}' AND state <> 'done' GROUP BY stands, why ORDER BY often DESC, why
        """
    )
    if not jobs and not catalogue.value(f"SELECT count(*) FROM jobs WHERE kind = '{KIND}'"):
        return Collecting()
    failed = catalogue.rows(
        f"""
        SELECT concat_ws(': ', nullif(regexp_extract(url, '^https?://([^/?#]+)', 1), ''), split_part(reason, ':', 1)),
               count(*) AS often, arg_max(job_id, item_id)
        FROM job_items WHERE state = 'failed' AND {_COLLECTED} GROUP BY 1 ORDER BY often DESC, 1
        """
    )
    waiting, not_taken = catalogue.rows(
        f"SELECT count(*) FILTER (state = 'waiting'), count(*) FILTER (state IN ('refused', 'failed')) "
        f"FROM job_items WHERE {_COLLECTED}"
    )[0]

    def some(stands: str) -> Some:
        of = [row for row in jobs if row[0] == stands]
        return Some(sum(row[2] for row in of), of[0][3], of[0][1]) if of else Some()

    worst = Some(sum(row[1] for row in failed), failed[0][2], failed[0][0] or NO_REASON) if failed else Some()
    return Collecting(
        some("running"), some("stopped"), some("paused"), some("waiting"), worst, int(waiting), int(not_taken)
    )


def _by_day(catalogue: Catalogue, counting: str, span: tuple[date, ...]) -> tuple[int, ...]:
    found: dict[date, int] = dict(catalogue.rows(f"{counting} GROUP BY 1"))
    return tuple(int(found.get(day, 0)) for day in span)
