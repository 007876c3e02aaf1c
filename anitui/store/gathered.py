"""Rows that are gathered first, in temporary tables of a cursor of their own, and then read in several ways."""

from __future__ import annotations

from typing import Any, Self

from anitui.store.catalogue import Catalogue


class Gathered:
    """Close it after use."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._cursor = catalogue.cursor()

    def close(self) -> None:
        self._cursor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, sql: str) -> list[Any]:
        return self._cursor.execute(sql).fetchall()
