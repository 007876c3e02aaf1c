"""Looking closer at a pair: in one place, as a difference, zoomed, one of the two alone."""

from __future__ import annotations

from anitui.screens.duplicates.going import PairsScreen
from anitui.screens.duplicates.sides import Showing


class LookingScreen(PairsScreen):
    """Shows its pairs in more ways than beside each other."""

    def action_flick(self) -> None:
        self.sides.flick()
        self.refresh_keys()

    def action_difference(self) -> None:
        self.sides.differ()
        self.refresh_keys()

    def action_zoom(self) -> None:
        self.sides.zoom_in()

    def action_unzoom(self) -> None:
        self.sides.zoom_out()

    def action_whole(self) -> None:
        self.sides.whole()

    def action_left(self) -> None:
        self._pan(-1, 0)

    def action_right(self) -> None:
        self._pan(1, 0)

    def action_up(self) -> None:
        self._pan(0, -1) if self.sides.zoomed else self.action_previous()

    def action_down(self) -> None:
        self._pan(0, 1) if self.sides.zoomed else self.action_next()

    def _pan(self, dx: int, dy: int) -> None:
        if self.sides.zoomed:
            self.sides.pan(dx, dy)
        else:
            self.say("z goes closer; then the arrows move both pictures")

    def action_drawing(self) -> None:
        policy = self.host.next_drawing()
        self.sides.set_policy(policy)
        self.say(f"pictures are drawn: {policy}")

    def action_open(self) -> None:
        pair = self.deck.current if self.deck is not None else None
        if pair is not None:
            both = [pair.left.image_id, pair.right.image_id]
            at = 1 if self.sides.showing is Showing.RIGHT else 0
            self.host.open_picture(both[at], list(dict.fromkeys(both)))
