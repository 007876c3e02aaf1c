from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from picture_reading import picture_file, read_line, settled
from PIL import Image
from rich.console import Console
from textual.app import App, ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Label

from anitui.pipeline import decode
from anitui.screens.widgets.picture import Box, PictureLoader, PictureView, Placeholder, Prepared

TERMINAL = Console(force_terminal=True, color_system="truecolor")
COLOURS = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


class ViewApp(App[None]):
    def __init__(self, loader: PictureLoader, path: Path | None = None, environ: dict[str, str] | None = None) -> None:
        super().__init__()
        self.view = PictureView(path, loader=loader, environ=COLOURS if environ is None else environ)
        self.shown: list[Path] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_picture_view_shown(self, event: PictureView.Shown) -> None:
        self.shown.append(event.path)

    def written(self) -> list[str]:
        """Each line of the screen as it goes to the terminal."""
        strips = self.screen._compositor.render_update(full=True, screen_stack=self._background_screens).strips
        return ["".join(strip.render(TERMINAL) for strip in line) for line in strips]

    def text(self) -> str:
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())


@pytest.fixture
def loader() -> Iterator[PictureLoader]:
    loader = PictureLoader(workers=1)
    yield loader
    loader.close()


def near(colour: tuple[int, int, int] | None, other: tuple[int, int, int]) -> bool:
    return colour is not None and all(abs(a - b) <= 8 for a, b in zip(colour, other, strict=True))


def coloured_cells(app: ViewApp, colour: tuple[int, int, int]) -> list[tuple[int, int]]:
    """Where (column, line) the screen shows this colour."""
    return [
        (x, y)
        for y, line in enumerate(app.written())
        for x, cell in enumerate(read_line(line))
        if near(cell.ground if cell.glyph == " " else cell.ink, colour)
    ]


async def test_a_picture_is_shown_centred_in_its_proportions(loader: PictureLoader, tmp_path: Path) -> None:
    path = picture_file(tmp_path / "red.png", (400, 200), (200, 0, 0))
    app = ViewApp(loader, path)
    async with app.run_test(size=(40, 20)) as pilot:
        await settled(pilot, loader)
        cells = coloured_cells(app, (200, 0, 0))
        assert {x for x, _ in cells} == set(range(40))
        assert {y for _, y in cells} == set(range(5, 15))
        assert app.shown == [path]
        await pilot.resize_terminal(80, 10)
        await settled(pilot, loader)
        cells = coloured_cells(app, (200, 0, 0))
        assert {x for x, _ in cells} == set(range(20, 60))
        assert {y for _, y in cells} == set(range(10))


@pytest.mark.parametrize("size", [(40, 20), (300, 100), (1, 1), (2, 1), (3, 50)])
async def test_any_size_of_terminal_will_do(loader: PictureLoader, tmp_path: Path, size: tuple[int, int]) -> None:
    app = ViewApp(loader, picture_file(tmp_path / "red.png"))
    async with app.run_test(size=size) as pilot:
        await settled(pilot, loader)
        assert isinstance(app.view.result, Prepared)
        app.view.show(tmp_path / "gone.png")
        await settled(pilot, loader)
        assert len(app.written()) == size[1]


async def test_a_view_without_room_or_picture_does_no_harm(loader: PictureLoader, tmp_path: Path) -> None:
    app = ViewApp(loader)
    async with app.run_test(size=(40, 20)) as pilot:
        app.view.pan(1, 1)
        app.view.zoom_in()
        app.view.styles.width = 0
        app.view.show(picture_file(tmp_path / "red.png"))
        await settled(pilot, loader)
        app.view.styles.width = "1fr"
        await settled(pilot, loader)
        assert isinstance(app.view.result, Prepared)
        app.view.show(None)
        await pilot.pause()
        assert app.view.result is None
        assert coloured_cells(app, (200, 40, 40)) == []


async def test_what_is_wrong_is_said_in_place_of_the_picture(loader: PictureLoader, tmp_path: Path) -> None:
    app = ViewApp(loader, tmp_path / "media" / "ab" / "gone.png")
    cut = picture_file(tmp_path / "cut.jpg", (300, 300))
    cut.write_bytes(cut.read_bytes()[:900])
    async with app.run_test(size=(60, 20)) as pilot:
        await settled(pilot, loader)
        assert "file is missing: media/ab/gone.png" in app.text()
        app.view.show(cut)
        await settled(pilot, loader)
        assert "broken: truncated" in app.text()
        assert isinstance(app.view.result, Placeholder)
        app.view.show(picture_file(tmp_path / "red.png"))
        await settled(pilot, loader)
        assert "broken" not in app.text()


async def test_zoom_and_pan_stay_within_the_picture(loader: PictureLoader, tmp_path: Path) -> None:
    picture = Image.new("RGB", (400, 400), (0, 0, 200))
    picture.paste((200, 0, 0), (0, 0, 200, 400))
    picture.save(tmp_path / "halves.png")
    app = ViewApp(loader, tmp_path / "halves.png")
    async with app.run_test(size=(40, 20)) as pilot:
        await settled(pilot, loader)
        assert 19 <= len({x for x, _ in coloured_cells(app, (200, 0, 0))}) <= 20
        app.view.zoom_in()
        app.view.zoom_in()
        for _ in range(9):
            app.view.pan(-0.5, 0)
        await settled(pilot, loader)
        assert coloured_cells(app, (0, 0, 200)) == []
        assert app.view.framing.x == pytest.approx(0.5 / app.view.framing.zoom)
        app.view.pan(1.0, 0)
        await settled(pilot, loader)
        assert coloured_cells(app, (0, 0, 200)) != []
        app.view.whole()
        await settled(pilot, loader)
        assert 19 <= len({x for x, _ in coloured_cells(app, (200, 0, 0))}) <= 20
        app.view.zoom_in()
        app.view.zoom_out()
        assert app.view.framing.zoom == 1


async def test_boxes_are_drawn_and_taken_away(loader: PictureLoader, tmp_path: Path) -> None:
    app = ViewApp(loader, picture_file(tmp_path / "red.png", (400, 400)))
    async with app.run_test(size=(40, 20)) as pilot:
        app.view.show_boxes([Box(0.25, 0.25, 0.5, 0.5, (0, 255, 0))])
        await settled(pilot, loader)
        columns = {x for x, _ in coloured_cells(app, (0, 255, 0))}
        assert (min(columns), max(columns)) == (10, 29)
        app.view.show_boxes([])
        await settled(pilot, loader)
        assert coloured_cells(app, (0, 255, 0)) == []


async def test_loading_is_said_only_when_it_takes_a_while(tmp_path: Path) -> None:
    gate = threading.Event()

    def slow_disk(path: Path, box: tuple[int, int]) -> Image.Image:
        gate.wait(20)
        return decode.for_display(path, box)

    loader = PictureLoader(workers=1, decode=slow_disk)
    app = ViewApp(loader, picture_file(tmp_path / "red.png"))
    async with app.run_test(size=(40, 20)) as pilot:
        while "loading…" not in app.text():
            await pilot.pause(0.02)
        gate.set()
        await settled(pilot, loader)
        assert "loading" not in app.text()
        gate.clear()
        app.view.show(picture_file(tmp_path / "blue.png", colour=(0, 0, 200)))
        app.view.refresh()
        assert coloured_cells(app, (200, 40, 40)) != []  # the one before stays for a moment
        gate.set()
        await settled(pilot, loader)
        assert coloured_cells(app, (0, 0, 200)) != []
    loader.close()


async def test_the_next_picture_is_ready_before_it_is_asked_for(loader: PictureLoader, tmp_path: Path) -> None:
    following = picture_file(tmp_path / "blue.png", colour=(0, 0, 200))
    app = ViewApp(loader)
    async with app.run_test(size=(40, 20)) as pilot:
        app.view.show(picture_file(tmp_path / "red.png"), prepare_next=[following])
        await settled(pilot, loader)
        app.view.show(following)
        assert isinstance(app.view.result, Prepared)  # at once: nothing had to be waited for
        assert coloured_cells(app, (0, 0, 200)) != []


class Covering(ModalScreen[None]):
    DEFAULT_CSS = (
        "Covering { align: center middle; background: black 50%; } Label { width: 10; height: 3; background: white; }"
    )

    def compose(self) -> ComposeResult:
        yield Label("over it")


async def test_a_picture_may_be_covered_dimmed_and_exported(loader: PictureLoader, tmp_path: Path) -> None:
    app = ViewApp(loader, picture_file(tmp_path / "red.png", (400, 400), (200, 0, 0)))
    async with app.run_test(size=(40, 20)) as pilot:
        await settled(pilot, loader)
        whole = app.written()
        assert "#c50000" in app.export_screenshot() or "#ce0000" in app.export_screenshot()
        app.push_screen(Covering())
        await pilot.pause()
        assert "over it" in app.text()
        assert coloured_cells(app, (100, 0, 0)) != []
        assert coloured_cells(app, (200, 0, 0)) == []
        app.pop_screen()
        await pilot.pause()
        assert app.written() == whole


@pytest.mark.parametrize(
    ("environ", "sign"),
    [
        (COLOURS, "\x1b[48;2;"),
        ({"TERM": "xterm-256color"}, "\x1b[48;5;"),
        ({"TERM": "linux"}, "\x1b[4"),
        ({**COLOURS, "NO_COLOR": "1"}, None),
    ],
)
async def test_the_codes_keep_to_the_colours_of_the_terminal(
    loader: PictureLoader, tmp_path: Path, environ: dict[str, str], sign: str | None
) -> None:
    app = ViewApp(loader, picture_file(tmp_path / "red.png", (400, 400)), environ)
    async with app.run_test(size=(40, 20)) as pilot:
        await settled(pilot, loader)
        assert isinstance(app.view.result, Prepared)
        line = app.view.result.lines[3].render(TERMINAL)
        assert ("\x1b" not in line) if sign is None else (sign in line)
        others = {"\x1b[48;2;", "\x1b[48;5;"} - {sign}
        assert not any(other in line for other in others)


async def test_kitty_gets_a_picture_before_its_cells_and_forgets_it_after(
    loader: PictureLoader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = ViewApp(loader, environ={**COLOURS, "KITTY_WINDOW_ID": "1"})
    said: list[str] = []
    async with app.run_test(size=(40, 20)) as pilot:
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", said.append)
        app.view.show(picture_file(tmp_path / "red.png"))
        await settled(pilot, loader)
        result = app.view.result
        assert isinstance(result, Prepared)
        assert result.kitty is not None
        assert said == [result.kitty.transmission]
        assert "\U0010eeee" in app.text()
        app.view.show_boxes([Box(0, 0, 0.5, 0.5)])
        await settled(pilot, loader)
        app.view.show_boxes([])
        await settled(pilot, loader)
        assert said.count(result.kitty.transmission) == 1  # the terminal still had it
        await app.view.remove()
        assert result.kitty.removal in said[-1]


async def test_sixels_are_part_of_their_lines(loader: PictureLoader, tmp_path: Path) -> None:
    app = ViewApp(loader, picture_file(tmp_path / "red.png", (400, 400)), {"TERM": "foot", "COLORTERM": "truecolor"})
    async with app.run_test(size=(40, 20)) as pilot:
        await settled(pilot, loader)
        lines = app.written()
        assert all(line.count("\x1bP") == 1 for line in lines)
        app.push_screen(Covering())
        await pilot.pause()
        assert not any("\x1bP" in line for line in app.written())  # nothing of it shines through


async def test_drawing_in_another_way(loader: PictureLoader, tmp_path: Path) -> None:
    Image.linear_gradient("L").rotate(30).save(tmp_path / "ramp.png")
    app = ViewApp(loader, tmp_path / "ramp.png")
    async with app.run_test(size=(40, 20)) as pilot:
        await settled(pilot, loader)
        assert "▀" in app.text()
        app.view.set_policy("sextant")
        await settled(pilot, loader)
        assert "▀" not in app.text()
        assert any("\U0001fb00" <= letter <= "\U0001fb3b" for letter in app.text())
