"""What completes a filter while it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.suggester import Suggester

if TYPE_CHECKING:
    from anitui.store.filters import Grammar


class Filters(Suggester):
    """Completes fields, and the labels that there are."""

    def __init__(self, grammar: Grammar | None = None) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._grammar = grammar
        self.labels: list[str] = []

    async def get_suggestion(self, value: str) -> str | None:
        from anitui.store.filters import complete

        return complete(value, self.labels, self._grammar)
