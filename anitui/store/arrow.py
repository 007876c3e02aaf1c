"""Rows on their way into DuckDB travel as Arrow tables: `executemany` would do 250 of them a second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow


def as_table(rows: Sequence[Any], types: Mapping[str, str]) -> pyarrow.Table:
    """Dataclasses as an Arrow table with these columns (names and Arrow types); also right when there are none."""
    import pyarrow

    return pyarrow.table(
        {
            name: pyarrow.array(list(map(attrgetter(name), rows)), pyarrow.type_for_alias(kind))
            for name, kind in types.items()
        }
    )
