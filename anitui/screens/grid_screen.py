"""What every screen does whose body is a grid of pictures."""

from __future__ import annotations

from anitui.screens.frame import FrameScreen
from anitui.screens.widgets.picture import PictureGrid


class GridScreen(FrameScreen):
    """Moves through its one grid; what Enter and the other keys do is each screen's own."""

    @property
    def _grid(self) -> PictureGrid:
        return self.query_one(PictureGrid)

    def action_left(self) -> None:
        self._grid.move(-1, 0)

    def action_right(self) -> None:
        self._grid.move(1, 0)

    def action_up(self) -> None:
        self._grid.move(0, -1)

    def action_down(self) -> None:
        self._grid.move(0, 1)

    def action_bigger(self) -> None:
        self._grid.bigger()

    def action_smaller(self) -> None:
        self._grid.smaller()

    def action_drawing(self) -> None:
        policy = self.host.next_drawing()
        self._grid.set_policy(policy)
        self.say(f"pictures are drawn: {policy}")
