"""Pictures in an order, by the page: the view behind Browse.

The order is worked out once, as an array of ids (8 bytes a picture); a page is then a handful of rows by their ids,
however long the catalogue. So paging costs the same at the end of a million as at their beginning, and pictures do
not jump while one decides about them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from anitui.errors import Stopped
from anitui.store import filters, journal
from anitui.store.catalogue import Catalogue, incoming
from anitui.store.columns import TITLE_ID
from anitui.words import count

if TYPE_CHECKING:
    import numpy
    import pyarrow
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

# What the view image_origins says, from the one column that is asked for: three times as quick.
_ORIGIN = "(SELECT arg_min_null({}, sighting_rank(site, sighting_id)) FROM sightings o WHERE o.image_id = i.image_id)"

ORDERS: Mapping[str, str] = {
    "newest": "i.image_id DESC",
    "oldest": "i.image_id",
    "largest": "i.width::BIGINT * i.height DESC",
    "smallest": "i.width::BIGINT * i.height",
    "heaviest": "i.bytes DESC",
    "lightest": "i.bytes",
    "sharpest": "f.sharpness DESC NULLS LAST",
    "least sharp": "f.sharpness NULLS LAST",
    "most colourful": "f.colourfulness DESC NULLS LAST",
    "least colourful": "f.colourfulness NULLS LAST",
    "brightest": "f.brightness DESC NULLS LAST",
    "darkest": "f.brightness NULLS LAST",
    "title": f"{_ORIGIN.format('title')} NULLS LAST",
}

GROUPS: Mapping[str, str] = {
    "label": "(SELECT min(label) FROM tagged_images t WHERE t.image_id = i.image_id)",
    "folder": _ORIGIN.format("page_url"),
    "title": _ORIGIN.format("title"),
    "title id": f"(SELECT min({TITLE_ID}) FROM sightings o WHERE o.image_id = i.image_id)",
    "site": _ORIGIN.format("site"),
    "author": _ORIGIN.format("author"),
    "flair": _ORIGIN.format("flair"),
    "post": _ORIGIN.format("post_id"),
    "job": _ORIGIN.format("'job ' || job_id"),
    "format": "i.format",
    "mode": "i.mode",
    "state": "i.state",
    "reason": "i.reason",
    "mark": "(SELECT 'mark ' || mark FROM image_marks m WHERE m.image_id = i.image_id)",
    "day added": "strftime(i.added_at, '%Y-%m-%d')",
    "size": "i.width || ' × ' || i.height",
}

NO_GROUP = "none"


@dataclass(frozen=True, slots=True)
class View:
    """Which pictures, in which order, under which headings."""

    query: str = ""
    order: str = "newest"
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A view, worked out."""

    view: View
    ids: NDArray[numpy.int64]
    groups: Sequence[Group]
    in_catalogue: int

    def __len__(self) -> int:
        return len(self.ids)

    def group_at(self, index: int) -> Group | None:
        """The group that the picture at an index lies in."""
        at = bisect_right(self.groups, index, key=lambda each: each.start) - 1
        return self.groups[at] if at >= 0 else None

    def index_of(self, image_id: int) -> int | None:
        """Where a picture stands, if it does."""
        found = (self.ids == image_id).nonzero()[0]
        return int(found[0]) if len(found) else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as the grid needs it."""

    image_id: int
    path: str
    state: str
    format: str
    width: int
    height: int
    bytes: int
    mark: int | None
    title: str | None
    file: str | None
    """The name of the file, where it was seen first."""
    label: str | None
    """The current one; of several the one that a person said, else a model, else a job."""


def arrange(catalogue: Catalogue, view: View, cursor: DuckDBPyConnection | None = None) -> Arrangement:
    """Work a view out. Raises WrongUse when the filter cannot be understood.

    With a `cursor` of the catalogue it can be interrupted from another thread, and raises Stopped then.
    """
    import duckdb
    import numpy

    condition = filters.parse(view.query)
    reader = cursor or catalogue.reader()
    source = "FROM images i LEFT JOIN image_facts f ON f.image_id = i.image_id"
    order = ORDERS[view.order]
    parameters = list(condition.parameters)
    # Counted first: what comes while the view is worked out is then seen to be new.
    total = int(catalogue.value("SELECT count(*) FROM images"))
    groups: list[Group] = []
    try:
        if view.group is None:
            # Without Arrow, whose import would be half of the time to the first page.
            sql = f"SELECT i.image_id {source} WHERE {condition.sql} ORDER BY {order}, i.image_id DESC"
            found = reader.execute(sql, parameters).fetchnumpy()
        else:
            sql = (
                f"SELECT i.image_id, {GROUPS[view.group]} AS key {source} WHERE {condition.sql} "
                f"ORDER BY key NULLS LAST, {order}, i.image_id DESC"
            )
            found = reader.sql(sql, params=parameters).to_arrow_table()
            groups = groups_of(found["key"], view.group)
    except duckdb.InterruptException:
        raise Stopped("stopped") from None
    ids = numpy.ascontiguousarray(found["image_id"], dtype=numpy.int64)
    return Arrangement(view, ids, groups, total)


def groups_of(keys: pyarrow.ChunkedArray, by: str) -> list[Group]:
    """The stretches of equal keys, in their order."""
    import pyarrow
    from pyarrow import compute

    runs = compute.run_end_encode(keys.combine_chunks(), run_end_type=pyarrow.int64())
    groups: list[Group] = []
    start = 0
    for name, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
        groups.append(Group(name if name is not None else f"no {by}", start, end - start))
        start = end
    return groups


def window(catalogue: Catalogue, arrangement: Arrangement, first: int, last: int) -> list[Shown]:
    """The pictures from index `first` up to `last`, as they are now."""
    ids = [int(each) for each in arrangement.ids[first:last]]
    return shown(catalogue, ids)


def shown(catalogue: Catalogue, ids: Sequence[int]) -> list[Shown]:
    """These pictures, in this order; those that are not there any more are left out."""
    if not ids:
        return []
    # Named one by one: so the view of all labels reads those of the page only.
    page = ", ".join(str(int(each)) for each in ids)
    rows = catalogue.rows(
        f"""
        WITH page AS (SELECT unnest(?::BIGINT[]) AS image_id)
        SELECT i.image_id, i.path, i.state, i.format, i.width, i.height, i.bytes, m.mark, s.title,
               regexp_extract(s.url, '[^/]*$') AS file, t.label
        FROM images i SEMI JOIN page USING (image_id)
        LEFT JOIN (SELECT image_id, mark FROM image_marks SEMI JOIN page USING (image_id)) m
               ON m.image_id = i.image_id
        LEFT JOIN (SELECT image_id, arg_min(title, sighting_rank(site, sighting_id)) AS title,
                          arg_min(url, sighting_rank(site, sighting_id)) AS url
                   FROM sightings SEMI JOIN page USING (image_id) GROUP BY image_id) s ON s.image_id = i.image_id
        LEFT JOIN (SELECT image_id, arg_min(label, (-speaker_rank(speaker), label)) AS label
                   FROM tagged_images WHERE image_id IN ({page}) GROUP BY image_id) t ON t.image_id = i.image_id
        """,
        [list(ids)],
    )
    by_id = {row[0]: Shown(*row) for row in rows}
    return [by_id[each] for each in ids if each in by_id]


def labels(catalogue: Catalogue) -> list[str]:
    """Every label that a picture has, the most frequent first."""
    return [
        row[0] for row in catalogue.rows("SELECT label FROM tagged_images GROUP BY label ORDER BY count(*) DESC, label")
    ]


def weight(catalogue: Catalogue) -> int:
    """How many bytes all pictures have together."""
    return int(catalogue.value("SELECT coalesce(sum(bytes), 0) FROM images WHERE purged_at IS NULL"))


# Decisions about pictures. Each is one entry of the journal.


def set_aside(catalogue: Catalogue, ids: Sequence[int], reason: str, action: str = "browse.set_aside") -> int:
    """Set pictures aside; nothing is deleted. Returns how many were not so before."""
    return _put(catalogue, action, ids, "set {} aside", {"state": "set_aside", "reason": reason}, "state = 'active'")


def bring_back(catalogue: Catalogue, ids: Sequence[int], action: str = "browse.bring_back") -> int:
    """Bring pictures back. What was purged has no bytes any more and stays away."""
    where = "state = 'set_aside' AND purged_at IS NULL"
    return _put(catalogue, action, ids, "brought {} back", {"state": "active", "reason": None}, where)


def mark(catalogue: Catalogue, ids: Sequence[int], digit: int, action: str = "browse.mark") -> int:
    """Mark pictures with a digit; when all of them bear it already, take the marks off. Returns how many changed."""
    import pyarrow

    ids = list(dict.fromkeys(ids))
    keys = _keys(ids)
    with catalogue.writing() as connection:
        with incoming(connection, keys, "chosen"):
            bearing = connection.execute(
                "SELECT count(*) FROM image_marks SEMI JOIN chosen USING (image_id) WHERE mark = ?", [digit]
            ).fetchall()[0][0]
        off = bearing == len(ids)
        pictures = count(len(ids), "picture")
        summary = f"took mark {digit} off {pictures}" if off else f"marked {pictures} with {digit}"
        with journal.decision(catalogue, action, summary) as decision:
            if off:
                return decision.remove("image_marks", keys)
            digits = pyarrow.array([digit] * len(ids), pyarrow.int8())
            return decision.put("image_marks", keys.append_column("mark", digits))


def _put(
    catalogue: Catalogue, action: str, ids: Sequence[int], summary: str, values: Mapping[str, Any], where: str
) -> int:
    return journal.put_on(catalogue, "images", ids, values, where, action=action, summary=summary, noun="picture")


def _keys(ids: Sequence[int]) -> pyarrow.Table:
    import pyarrow

    return pyarrow.table({"image_id": pyarrow.array(ids, pyarrow.int64())})
