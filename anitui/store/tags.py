"""Tags of pictures: genres, and whatever else holds for a whole picture. A picture has many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from anitui.store import journal, labels
from anitui.store.catalogue import Catalogue, incoming
from anitui.store.labels import COLOURS, Known, Label
from anitui.words import count

if TYPE_CHECKING:
    import pyarrow

SET = "tags"  # the set that a new tag is put into


def known(catalogue: Catalogue) -> list[Known]:
    """Every tag that a picture has or that is on the list, the most frequent first; `faces` counts pictures here."""
    rows = catalogue.rows(
        """
        SELECT coalesce(n.label, l.label) AS label, any_value(l.aliases), coalesce(sum(n.often), 0) AS often,
               bool_or(l.label IS NOT NULL)
        FROM (SELECT label, count(*) AS often FROM tagged_images GROUP BY label) n
        FULL JOIN (FROM labels WHERE label_set = ? OR label IN (SELECT label FROM tagged_images)) l USING (label)
        GROUP BY 1 ORDER BY often DESC, 1
        """,
        [SET],
    )
    return [
        Known(name, tuple(aliases or ()), COLOURS[at % len(COLOURS)], None, None, int(often), bool(listed))
        for at, (name, aliases, often, listed) in enumerate(rows)
    ]


def tag(catalogue: Catalogue, image_ids: Sequence[int], name: str, *, action: str = "browse.tag") -> tuple[str, bool]:
    """Say that a tag holds for these pictures; of those that all have it, say that it does not.

    Returns the tag as it is kept, and whether it holds now.
    """
    ids = list(dict.fromkeys(image_ids))
    name = labels.tidy(name)
    with journal.decision(catalogue, action, "") as decision:
        connection = decision.connection
        found = labels.find_in(connection, name)
        heard = connection.execute(
            "SELECT label FROM tagged_images WHERE lower(label) = lower(?) ORDER BY label <> ? LIMIT 1", [name, name]
        ).fetchall()
        kept = found.name if found is not None else heard[0][0] if heard else name
        if found is None and not heard:
            labels.enlist(decision, [Label(kept, SET)])
        with incoming(connection, _keys(ids), "chosen"):
            having = connection.execute(
                "SELECT count(DISTINCT image_id) FROM tagged_images SEMI JOIN chosen USING (image_id) WHERE label = ?",
                [kept],
            ).fetchall()[0][0]
        holds = having < len(ids)
        _say(decision, ids, kept, holds=holds)
        pictures = count(len(ids), "picture")
        decision.summary = f"tagged {pictures} {kept}" if holds else f"took the tag {kept} off {pictures}"
    return kept, holds


def _say(decision: journal.Decision, ids: Sequence[int], label: str, *, holds: bool) -> None:
    import pyarrow

    now = decision.connection.execute("SELECT now() AT TIME ZONE 'UTC'").fetchall()[0][0]
    size = len(ids)
    decision.put(
        "image_tags",
        pyarrow.table(
            {
                "image_id": pyarrow.array(ids, pyarrow.int64()),
                "label": [label] * size,
                "said_by": ["person"] * size,
                "speaker": ["person"] * size,
                "holds": [holds] * size,
                "said_at": pyarrow.array([now] * size, pyarrow.timestamp("us")),
            }
        ),
    )


def _keys(ids: Sequence[int]) -> pyarrow.Table:
    import pyarrow

    return pyarrow.table({"image_id": pyarrow.array(ids, pyarrow.int64())})
