from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from textual.app import App, ComposeResult

from anitui.screens.themes import OURS
from anitui.screens.widgets.curves import Curve, Curves, view


class Shown(App[None]):
    def compose(self) -> ComposeResult:
        yield Curves(id="curves", none="no points yet: wait")

    def on_mount(self) -> None:
        for theme in OURS:
            self.register_theme(theme)
        self.theme = OURS[0].name

    @property
    def curves(self) -> Curves:
        return self.query_one(Curves)

    def seen(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.screen._compositor.render_strips()]

    def colours(self) -> set[str]:
        strips = [self.curves.render_line(row) for row in range(self.curves.size.height)]
        styles = [
            segment.style for strip in strips for segment in strip if any("⠀" < each <= "⣿" for each in segment.text)
        ]
        return {style.color.get_truecolor().hex for style in styles if style is not None and style.color is not None}


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A number for each time that the curves were drawn."""
    made: list[int] = []
    draw = view.Drawer.draw

    def counted(*given, **named):  # type: ignore[no-untyped-def]
        made.append(1)
        return draw(*given, **named)

    monkeypatch.setattr(view.Drawer, "draw", counted)
    yield made


def falling(count: int = 100, name: str = "train", colour: str = "$accent") -> Curve:
    x = np.arange(float(count))
    return Curve(name, x, np.exp(-x / count * 5) + 0.1, colour)


async def test_curves_are_shown_and_drawn_once_for_each_change(drawings: list[int]) -> None:
    app = Shown()
    async with app.run_test(size=(60, 14)) as pilot:
        await pilot.pause()
        assert "no points yet: wait" in "\n".join(app.seen())
        app.curves.show([falling()], x_name="epoch")
        await pilot.pause()
        assert app.seen()[0] == "── train 0.1071"
        assert "epoch" in app.seen()[-1]
        before = len(drawings)
        app.refresh()
        app.curves.refresh()
        await pilot.pause()
        assert len(drawings) == before
        app.curves.smoothing = 0.5
        await pilot.pause()
        assert len(drawings) == before + 1
        app.curves.smoothing = 0.5
        await pilot.pause()
        assert len(drawings) == before + 1


async def test_it_is_looked_at_closer_and_from_farther_away() -> None:
    app = Shown()
    async with app.run_test(size=(60, 14)) as pilot:
        curves = app.curves
        curves.show([falling(101)], x_name="epoch")
        assert curves.told() == "" and not curves.zoomed
        curves.zoom(1)
        assert curves.window == (0.5, 1.0)  # the end is where it goes on
        await pilot.pause()
        assert app.seen()[-1].split()[:2] == ["epoch", "50"]
        curves.pan(-1)
        assert curves.window == (0.375, 0.875)
        curves.zoom(1)
        assert curves.window == (0.5, 0.75)
        curves.pan(-9)
        assert curves.window == (0.0, 0.25)
        curves.zoom(-1)
        assert curves.window == (0.0, 0.5)
        curves.logarithmic = True
        curves.smoother(2)
        assert curves.told() == "smoothed 0.8 · log · 0.5 of the whole"
        curves.zoom(-5)
        assert not curves.zoomed
        curves.zoom(40)
        assert 0 < curves.window[1] - curves.window[0] < 0.001
        await pilot.pause()
        curves.whole()
        assert curves.window == (0.0, 1.0)
        curves.smoother(-9)
        assert curves.smoothing == 0


async def test_colours_are_those_of_the_theme_whichever_it_is() -> None:
    app = Shown()
    async with app.run_test(size=(60, 14)) as pilot:
        app.curves.show([falling(), falling(50, "val", "$success")])
        await pilot.pause()
        assert app.colours() == {OURS[0].accent, OURS[0].success}
        app.theme = OURS[1].name
        await pilot.pause()
        assert app.colours() == {OURS[1].accent, OURS[1].success}
        app.curves.show([falling(colour="#123456")])
        assert app.colours() == {"#123456"}
        app.curves.show([falling(colour="nonsense")])
        assert len(app.colours()) == 1


async def test_it_fits_a_terminal_that_changes() -> None:
    app = Shown()
    async with app.run_test(size=(60, 14)) as pilot:
        app.curves.show([falling(1000)])
        for size in ((20, 5), (200, 50), (5, 2), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert len(app.seen()) == size[1]
        assert max(len(each) for each in app.seen()) == 80
