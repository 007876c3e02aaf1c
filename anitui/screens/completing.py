"""What completes a filter while it is typed."""

from __future__ import annotations

from textual.suggester import Suggester


class Filters(Suggester):
    """Completes fields, and the labels that there are."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.labels: list[str] = []

    async def get_suggestion(self, value: str) -> str | None:
        from anitui.store.filters import complete

        return complete(value, self.labels)
