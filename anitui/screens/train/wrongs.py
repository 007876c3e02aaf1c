"""The faces that are most wrong, as many as there is room for."""

from __future__ import annotations

from anitui.screens.jobs.arriving import Arriving


class Wrongs(Arriving):
    """Pictures wide enough for two names below each."""

    least = 15
