"""What an action is. Its id says where it works and what runs."""

from __future__ import annotations

from dataclasses import dataclass

ANYWHERE = "anywhere"
GO = "go"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `rank` orders the key bar, lowest first; 0 leaves it to help and palette."""

    id: str
    keys: str
    name: str
    help: str
    rank: int = 0

    @property
    def place(self) -> str:
        return self.id.partition(".")[0]

    @property
    def method(self) -> str:
        return self.id.partition(".")[2]
