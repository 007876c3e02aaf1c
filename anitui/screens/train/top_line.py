"""What is being trained, for the line above every screen and for the catalogue; and a word when a run has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anitui.screens.host import Host
    from anitui.train.watching import Line, Watch

LOOK_EVERY = 1.0  # seconds


class TrainingLine:
    """Looks now and then, wherever one is. Where nothing was ever trained there is nothing to look at."""

    def __init__(self, app: Host, tell: Callable[[tuple[str, ...]], None]) -> None:
        self._app, self._tell = app, tell
        self._watch: Watch | None = None
        self._looking = False
        self._under_way: dict[int, str] = {}
        self._taken_in: tuple[tuple[int, str], ...] = ()

    def begin(self) -> None:
        self._app.set_interval(LOOK_EVERY, self.look)
        self.look()

    def look(self) -> None:
        if not self._looking and self._app.workspace.runs.exists():
            self._looking = True
            self._app.run_worker(self._read(), group="training")

    async def _read(self) -> None:
        asked = self._app.place == "sql"
        try:
            lines, changed = await asyncio.to_thread(self._look, asked)
            self._heard(lines)
            if changed:
                self._app.changed()
        except OSError:  # the next look is a second away
            return
        finally:
            self._looking = False

    def _look(self, asked: bool) -> tuple[Sequence[Line], bool]:
        """How runs stand; and the catalogue knows of it, when one stands otherwise or somebody asks it."""
        from anitui.train.recording import take_in
        from anitui.train.watching import Watch

        if self._watch is None:
            self._watch = Watch(self._app.workspace)
        lines = self._watch.lines()
        standing = tuple((line.number, line.standing.state) for line in lines)
        if standing == self._taken_in and not asked:
            return lines, False
        changed = take_in(self._app.workspace, self._app.catalogue)
        self._taken_in = standing
        return lines, changed

    def _heard(self, lines: Sequence[Line]) -> None:
        under_way = [line for line in lines if line.standing.under_way]
        now = {line.number: line.name for line in under_way}
        for line in lines:
            if line.number in self._under_way and line.number not in now:
                self._app.say(*ended(line))
        self._under_way = now
        self._tell(tuple(map(in_short, under_way)) if len(under_way) < 3 else (f"● {len(under_way):,} runs",))


def in_short(line: Line) -> str:
    """`● run 7 epoch 14 loss 0.31`."""
    live = line.standing.live
    loss = (live.get("last") or {}).get("train/loss")
    epoch = live.get("epoch")
    said = [f"● run {line.number}"]
    if line.standing.state in ("training", "measuring", "stopping") and epoch is not None:
        said.append(f"epoch {epoch:.0f}" + (f" loss {loss:.2f}" if isinstance(loss, (int, float)) else ""))
    else:
        said.append(line.standing.state)
    return " ".join(said)


def ended(line: Line) -> tuple[str, str]:
    """What is said of a run that has just come to its end, and of which kind that is."""
    from anitui.screens.train.telling import best_of
    from anitui.train.following import in_words

    standing = line.standing
    best = best_of(standing)
    result = f": {best[0].partition('/')[2]} {in_words(best[0], best[1])}" if best else ""
    if standing.state in ("failed", "killed"):
        return f"run {line.number} {standing.state}: {standing.reason}", "error"
    return f"run {line.number} {'is done' if standing.state == 'done' else 'was stopped'}{result}", "information"
