"""What is in the workspace at a glance, and what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from anitui.store.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Status:
    """The few numbers of the top line."""

    active: int
    set_aside: int
    faces: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The numbers of the home screen."""

    status: Status
    sightings: int
    named_faces: int
    in_splits: int
    runs: int
    pairs_open: int
    items_waiting: int
    failures: tuple[tuple[str, int], ...]  # reason, how often; the most frequent first
    failed_items: int
    unlabelled_pictures: int
    decisions: int
    days: tuple[date, ...]
    added: tuple[int, ...]
    decided: tuple[int, ...]


def status(catalogue: Catalogue) -> Status:
    """The numbers of the top line."""
    row = catalogue.rows(
        "SELECT count(*) FILTER (state = 'active'), count(*) FILTER (state <> 'active'), "
        "(SELECT count(*) FROM faces WHERE state = 'active') FROM images"
    )[0]
    return Status(*row)


def overview(catalogue: Catalogue, today: date, days: int = 14) -> Overview:
    """Everything that the home screen shows."""
    span = tuple(today - timedelta(days=back) for back in reversed(range(days)))
    failures = catalogue.rows(
        "SELECT split_part(reason, ':', 1) AS why, count(*) AS often FROM job_items "
        "WHERE state IN ('refused', 'failed') GROUP BY why ORDER BY often DESC, why"
    )
    one = catalogue.rows(
        """
        SELECT (SELECT count(*) FROM sightings WHERE inherited_from IS NULL),
               (SELECT count(*) FROM labelled_faces JOIN faces USING (face_id) WHERE state = 'active'),
               (SELECT count(DISTINCT image_id) FROM splits),
               (SELECT count(*) FROM runs),
               (SELECT count(*) FROM pairs_open),
               (SELECT count(*) FROM job_items WHERE state = 'waiting'),
               (SELECT count(*) FROM images i WHERE state = 'active'
                AND image_id NOT IN (SELECT image_id FROM tagged_images)),
               (SELECT count(*) FROM journal WHERE state IN ('done', 'final'))
        """
    )[0]
    sightings, named, in_splits, runs, open_pairs, waiting, unlabelled, decisions = one
    return Overview(
        status=status(catalogue),
        sightings=sightings,
        named_faces=named,
        in_splits=in_splits,
        runs=runs,
        pairs_open=open_pairs,
        items_waiting=waiting,
        failures=tuple((why or "no reason given", often) for why, often in failures[:5]),
        failed_items=sum(often for _, often in failures),
        unlabelled_pictures=unlabelled,
        decisions=decisions,
        days=span,
        added=_by_day(catalogue, "SELECT added_at::DATE, count(*) FROM images", span),
        decided=_by_day(catalogue, "SELECT decided_at::DATE, count(*) FROM journal", span),
    )


def _by_day(catalogue: Catalogue, counting: str, span: tuple[date, ...]) -> tuple[int, ...]:
    found: dict[date, int] = dict(catalogue.rows(f"{counting} GROUP BY 1"))
    return tuple(int(found.get(day, 0)) for day in span)
