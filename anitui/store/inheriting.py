"""What the keeper has from those set aside for it: their sightings and tags, or the names of their faces.

Copies with `inherited_from`, so that plain SQL finds them under the keeper and no question is open about whose they
were. Only what is somebody's own is passed on, and only from those who are not kept; what the keeper has itself
already, it does not get again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anitui.store.journal import Decision
from anitui.store.journalled import TABLES

if TYPE_CHECKING:
    import pyarrow

# For whom, of those that are looked at: (kind, id of the giver, id of the keeper).
_GIVERS = (
    "SELECT id AS giver, keeper_id AS keeper FROM duplicate_groups SEMI JOIN near USING (id) "
    "WHERE kind = ? AND NOT kept"
)


@dataclass(frozen=True, slots=True)
class _Heirloom:
    table: str
    owner: str
    sequence: str | None  # of its key, where rows have a number
    same: tuple[str, ...]  # a row of the keeper that is equal in these makes an inherited one superfluous


_KINDS = {
    "image": (
        _Heirloom("sightings", "image_id", "sighting_ids", ("site", "url", "page_url", "post_id", "label_hint")),
        _Heirloom("image_tags", "image_id", None, ("label", "said_by")),
    ),
    "face": (_Heirloom("face_labels", "face_id", None, ("said_by", "label_set")),),
}


def inherit(decision: Decision, kind: str, ids: Collection[int]) -> None:
    """Make what keepers inherit be right again for everyone among these, and for whoever keeps them."""
    connection = decision.connection
    connection.execute("CREATE OR REPLACE TEMP TABLE near AS SELECT DISTINCT unnest(?::BIGINT[]) AS id", [list(ids)])
    for each in _KINDS[kind]:
        _pass_on(decision, kind, each)
    connection.execute("DROP TABLE near")


def _pass_on(decision: Decision, kind: str, what: _Heirloom) -> None:
    connection = decision.connection
    shape = TABLES[what.table]
    key = [] if what.sequence else [name for name in shape.key if name != what.owner]
    passed = [name for name in (*key, *shape.owned) if name not in (what.owner, "inherited_from")]
    row = [what.owner, *passed, "inherited_from"]
    # The keepers are among those near, so what they have is all that need be looked at: one pass over the table.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE here AS SELECT {', '.join(dict.fromkeys([*shape.key, *row]))} "
        f"FROM {what.table} t SEMI JOIN near n ON n.id = t.{what.owner}"
    )
    if not connection.execute("SELECT 1 FROM here LIMIT 1").fetchall():
        connection.execute("DROP TABLE here")
        return
    same = " AND ".join(f"o.{name} IS NOT DISTINCT FROM w.{name}" for name in (what.owner, *what.same))
    once = ", ".join(f"w.{name}" for name in (what.owner, *what.same))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE wanted AS "
        f"WITH givers AS ({_GIVERS}), w AS (SELECT g.keeper AS {what.owner}, "
        f"{', '.join(f't.{name}' for name in passed)}, g.giver AS inherited_from "
        f"FROM here t JOIN givers g ON g.giver = t.{what.owner} WHERE t.inherited_from IS NULL) "
        f"SELECT * FROM w ANTI JOIN (FROM here WHERE inherited_from IS NULL) o ON {same} "
        f"QUALIFY row_number() OVER (PARTITION BY {once} ORDER BY w.inherited_from) = 1",
        [kind],
    )
    equal = " AND ".join(f"t.{name} IS NOT DISTINCT FROM w.{name}" for name in row)
    superfluous: pyarrow.Table = connection.sql(
        f"SELECT {', '.join(f't.{name}' for name in shape.key)} FROM here t ANTI JOIN wanted w ON {equal} "
        "WHERE t.inherited_from IS NOT NULL"
    ).to_arrow_table()
    missing: pyarrow.Table = connection.sql(
        f"SELECT {', '.join(row)} FROM wanted w ANTI JOIN here t ON {equal}"
    ).to_arrow_table()
    connection.execute("DROP TABLE wanted")
    connection.execute("DROP TABLE here")
    if len(superfluous):
        decision.remove(what.table, superfluous)
    if len(missing):
        if what.sequence:
            import pyarrow

            first = decision.fresh_ids(what.sequence, len(missing))
            (name,) = shape.key
            missing = missing.append_column(name, pyarrow.array(range(first, first + len(missing)), pyarrow.int64()))
        decision.add(what.table, missing)
