"""Where one stopped, so that a screen opens at the same place again. The journal knows nothing of it."""

from __future__ import annotations

import json
from typing import Any

from anitui.store.catalogue import Catalogue


def remember(catalogue: Catalogue, name: str, value: Any) -> None:
    """Keep a value under a name; None forgets it."""
    with catalogue.writing() as connection:
        connection.execute("DELETE FROM remembered WHERE name = ?", [name])
        if value is not None:
            connection.execute("INSERT INTO remembered VALUES (?, ?)", [name, json.dumps(value)])


def remembered(catalogue: Catalogue, name: str) -> Any:
    """What was kept under a name; None when nothing was, or when it cannot be read any more."""
    rows = catalogue.rows("SELECT value FROM remembered WHERE name = ?", [name])
    try:
        return json.loads(rows[0][0]) if rows else None
    except ValueError:
        return None
