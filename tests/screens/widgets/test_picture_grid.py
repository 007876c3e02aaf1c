from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from picture_reading import picture_file, settled
from rich.cells import cell_len
from textual.app import App, ComposeResult

from anitui.screens.widgets.picture import GridCell, PictureGrid, PictureLoader
from anitui.screens.widgets.picture.layout import GAP

COLOURS = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


class GridApp(App[None]):
    """A screen as screens are meant to be: it answers the grid's wishes from a catalogue."""

    def __init__(self, loader: PictureLoader, cells: list[GridCell] | None = None, total: int | None = None) -> None:
        super().__init__()
        self.grid = PictureGrid(loader=loader, environ=COLOURS)
        self.cells = cells or []
        self.total = len(self.cells) if total is None else total
        self.wanted: list[tuple[int, int]] = []
        self.chosen: list[int] = []
        self.opened: list[int] = []
        self.cursors: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.grid

    def on_picture_grid_window_wanted(self, event: PictureGrid.WindowWanted) -> None:
        self.wanted.append((event.first, event.last))
        self.answer(event.first, event.last)

    def answer(self, first: int, last: int) -> None:
        last = min(last, self.total)
        self.grid.set_window(first, [self.cell(index) for index in range(first, last)], self.total)

    def cell(self, index: int) -> GridCell:
        return replace(self.cells[index % len(self.cells)], key=index)

    def on_picture_grid_chosen(self, event: PictureGrid.Chosen) -> None:
        self.chosen.append(event.key)

    def on_picture_grid_opened(self, event: PictureGrid.Opened) -> None:
        self.opened.append(event.key)

    def on_picture_grid_cursor_moved(self, event: PictureGrid.CursorMoved) -> None:
        self.cursors.append(event.index)

    def lines(self) -> list[str]:
        return [strip.text for strip in self.screen._compositor.render_strips()]

    def text(self) -> str:
        return "\n".join(self.lines())

    def update_bytes(self) -> int:
        """How much the terminal gets for what is out of date at this moment."""
        compositor = self.screen._compositor
        compositor.update_widgets({self.grid})
        update = compositor.render_partial_update()
        return 0 if update is None else len(update.render_segments(self.console).encode())


@pytest.fixture
def loader() -> Iterator[PictureLoader]:
    loader = PictureLoader(workers=2)
    yield loader
    loader.close()


@pytest.fixture
def cells(tmp_path: Path) -> list[GridCell]:
    """Thirty pictures of five files."""
    files = [picture_file(tmp_path / f"{n}.png", (60, 60), (40 * n, 200 - 40 * n, 90)) for n in range(5)]
    return [GridCell(n, files[n % 5], f"picture {n}") for n in range(30)]


async def test_a_page_shows_pictures_captions_and_the_cursor(loader: PictureLoader, cells: list[GridCell]) -> None:
    app = GridApp(loader, cells)
    async with app.run_test(size=(88, 30)) as pilot:
        await settled(pilot, loader)
        lines = app.lines()
        assert all(cell_len(line) == 88 for line in lines)
        assert lines[0].startswith("┏━━")
        assert lines[0].count("┏") == 1
        assert lines[11].startswith("┗picture 0 ")
        assert "picture 3" in lines[11]
        strips = app.screen._compositor.render_strips()
        # The picture's own colours, in its place.
        colours = {segment.style.bgcolor.triplet for segment in strips[5] if segment.style and segment.style.bgcolor}
        assert len([colour for colour in colours if colour]) >= 4


async def test_the_cursor_moves_and_tells(loader: PictureLoader, cells: list[GridCell]) -> None:
    app = GridApp(loader, cells)
    async with app.run_test(size=(88, 30)) as pilot:
        await settled(pilot, loader)
        app.grid.move(1, 0)
        await pilot.pause()
        app.grid.move(0, 1)
        await pilot.pause()
        assert app.grid.cursor == 5
        assert app.grid.current == cells[5]
        assert app.cursors == [0, 1, 5]
        assert "┗picture 5" in app.text()
        assert app.text().count("┏") == 1
        app.grid.end()
        await settled(pilot, loader)
        assert app.grid.cursor == 29
        assert "┗picture 29" in app.text()
        app.grid.home()
        app.grid.page(1)
        await settled(pilot, loader)
        assert app.grid.cursor == 8
        app.grid.open()
        await pilot.pause()
        assert app.opened == [8]


async def test_moving_within_a_page_draws_two_frames_only(loader: PictureLoader, cells: list[GridCell]) -> None:
    app = GridApp(loader, cells)
    async with app.run_test(size=(200, 50)) as pilot:
        await settled(pilot, loader)
        app.grid.refresh()
        page = app.update_bytes()
        for _ in range(6):
            app.grid.move(1, 0)
            assert 0 < app.update_bytes() < 3000
        app.grid.set_window(0, [replace(cell, mark=3 if cell.key == 6 else None) for cell in cells], len(cells))
        assert 0 < app.update_bytes() < 3000 < page
        app.grid.set_window(0, [replace(cell, mark=3 if cell.key == 6 else None) for cell in cells], len(cells))
        assert app.update_bytes() == 0
        assert "[3] picture 6" in app.text()


async def test_a_million_pictures_are_read_in_windows(loader: PictureLoader, cells: list[GridCell]) -> None:
    app = GridApp(loader, cells, total=1_000_000)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, loader)
        for jump in (
            lambda: app.grid.page(1),
            lambda: app.grid.go_to(500_000),
            app.grid.end,
            lambda: app.grid.page(-1),
        ):
            jump()
            await settled(pilot, loader)
            assert app.grid.current is not None
            assert app.grid.current.key == app.grid.cursor
            assert app.grid.cursor in app.grid.seen
        assert max(last - first for first, last in app.wanted) < 500
        assert app.wanted[-1][0] <= app.grid.seen.start - len(app.grid.seen)
        assert len(app.wanted) <= 4


async def test_a_slow_catalogue_leaves_the_keys_free(loader: PictureLoader, cells: list[GridCell]) -> None:
    app = GridApp(loader, cells, total=100_000)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, loader)
        app.answer = lambda first, last: None  # type: ignore[method-assign]  # a query that hangs
        app.grid.go_to(70_000)
        app.grid.move(1, 0)
        app.grid.page(1)
        await pilot.pause()
        assert app.grid.cursor > 70_000
        assert app.grid.current is None
        assert "…" in app.text()
        del app.answer
        app.grid.reload()
        await settled(pilot, loader)
        assert app.grid.current is not None


async def test_captions_tell_everything_without_colour(loader: PictureLoader, cells: list[GridCell]) -> None:
    cells[1] = replace(cells[1], state="set_aside", mark=4, selected=True, caption="心愛の絵" * 9)
    cells[2] = replace(cells[2], path=Path("/nowhere/media/ab/gone.png"), caption="evil\x1b[2J\nname")
    app = GridApp(loader, cells)
    async with app.run_test(size=(88, 30)) as pilot:
        await settled(pilot, loader)
        assert "└✓ [4] ✗ 心愛の絵" in app.text()
        assert re.search("心… ?┘", app.text())
        assert "┌──" in app.text()
        assert "file is missing" in app.text()
        assert "evil [2J name" in app.text()
        app.grid.bigger()
        app.grid.bigger()
        await settled(pilot, loader)
        assert "set aside · 心愛" in app.text()
        assert all(cell_len(line) == 88 for line in app.lines())


async def test_groups_have_headings_and_rows_of_their_own(loader: PictureLoader, cells: list[GridCell]) -> None:
    grouped = [
        replace(cell, group=f"MAL {n // 6:05}", group_size=6 if n < 24 else 1, group_place=n % 6)
        for n, cell in enumerate(cells)
    ]
    app = GridApp(loader, grouped)
    async with app.run_test(size=(88, 60)) as pilot:
        await settled(pilot, loader)
        lines = app.lines()
        assert lines[0].strip() == "MAL 00000 · 6 pictures"
        assert lines[25].strip() == "MAL 00001 · 6 pictures"
        assert "picture 6" in lines[37]
        assert "picture 5" not in lines[37]
        app.grid.move(0, 1)
        app.grid.move(0, 1)
        assert app.grid.cursor == 6
        app.grid.end()
        await settled(pilot, loader)
        assert "MAL 00004 · 1 picture\n" in "\n".join(line.rstrip() for line in app.lines()) + "\n"


async def test_a_range_is_selected_and_let_go(loader: PictureLoader, cells: list[GridCell]) -> None:
    app = GridApp(loader, cells)
    async with app.run_test(size=(88, 30)) as pilot:
        await settled(pilot, loader)
        app.grid.start_range()
        app.grid.move(0, 1)
        await pilot.pause()
        assert app.grid.selected_range == range(5)
        assert [app.text().count(f"✓ picture {n} ") for n in range(6)] == [1, 1, 1, 1, 1, 0]
        app.grid.move(0, -1)
        await pilot.pause()
        assert app.text().count("✓") == 1
        app.grid.end_range()
        await pilot.pause()
        assert app.grid.selected_range is None
        assert "✓" not in app.text()


async def test_the_mouse_chooses_opens_and_scrolls(loader: PictureLoader, cells: list[GridCell]) -> None:
    app = GridApp(loader, cells, total=300)
    async with app.run_test(size=(88, 30)) as pilot:
        await settled(pilot, loader)
        await pilot.click(PictureGrid, offset=(50, 15))
        assert app.chosen == [6]
        assert app.grid.cursor == 6
        await pilot.click(PictureGrid, offset=(50, 15), times=2)
        assert app.opened == [6]
        seen = app.grid.seen
        app.grid.scroll_rows(1)
        await pilot.pause()
        assert app.grid.seen.start == seen.start + 4
        assert app.grid.cursor == 6
        app.grid.scroll_rows(3)
        await pilot.pause()
        assert app.grid.cursor in app.grid.seen


async def test_larger_and_smaller_pictures_keep_the_cursor(loader: PictureLoader, cells: list[GridCell]) -> None:
    app = GridApp(loader, cells)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot, loader)
        app.grid.go_to(17)
        before = len(app.grid.seen)
        app.grid.smaller()
        await settled(pilot, loader)
        assert len(app.grid.seen) > before or app.grid.seen.stop == 30
        for _ in range(12):
            app.grid.bigger()
        await settled(pilot, loader)
        assert app.grid.seen.start == 17
        assert app.grid.model.measure.thumb_columns == 120 - GAP
        assert "┗picture 17" in app.text()


@pytest.mark.parametrize("size", [(40, 20), (80, 24), (300, 100), (1, 1), (12, 3), (5, 60)])
async def test_any_size_of_terminal_will_do(
    loader: PictureLoader, cells: list[GridCell], size: tuple[int, int]
) -> None:
    app = GridApp(loader, [replace(cell, group=f"group {cell.key // 7}", group_size=7) for cell in cells])
    async with app.run_test(size=size) as pilot:
        await settled(pilot, loader)
        app.grid.move(1, 1)
        app.grid.page(1)
        app.grid.end()
        await settled(pilot, loader)
        assert app.grid.cursor == 29
        assert all(cell_len(line) == size[0] for line in app.lines())
        app.grid.styles.height = 0
        await settled(pilot, loader)
        app.grid.move(-1, 0)
        app.grid.styles.height = "1fr"
        await settled(pilot, loader)
        assert app.grid.cursor in app.grid.seen


async def test_an_empty_catalogue_says_so_and_may_fill_later(loader: PictureLoader, cells: list[GridCell]) -> None:
    app = GridApp(loader, cells, total=0)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        assert "no pictures" in app.text()
        app.grid.open()
        app.total = 30
        app.grid.reload()
        await settled(pilot, loader)
        assert "no pictures" not in app.text()
        assert "┗picture 0" in app.text()


async def test_pictures_that_come_late_are_drawn(loader: PictureLoader, cells: list[GridCell], tmp_path: Path) -> None:
    app = GridApp(loader, cells)
    async with app.run_test(size=(88, 30)) as pilot:
        await settled(pilot, loader)
        fresh = picture_file(tmp_path / "fresh.png", (60, 60), (255, 0, 255))
        app.grid.set_window(0, [replace(cells[0], path=fresh), *cells[1:]], 30)
        await settled(pilot, loader)
        colours = {
            tuple(segment.style.bgcolor.triplet)
            for segment in app.screen._compositor.render_strips()[5]
            if segment.style and segment.style.bgcolor and segment.style.bgcolor.triplet
        }
        assert (255, 0, 255) in colours


async def test_the_next_page_is_prepared_when_its_window_comes(loader: PictureLoader, cells: list[GridCell]) -> None:
    app = GridApp(loader, cells, total=30)
    app.total = 8
    async with app.run_test(size=(88, 24)) as pilot:
        await settled(pilot, loader)
        fresh = [replace(cell, path=picture_file(cell.path.parent / f"fresh{cell.key}.png")) for cell in cells]
        app.cells, app.total = cells[:8] + fresh[8:], 30
        app.grid.reload()
        await settled(pilot, loader)
        app.grid.page(1)
        assert set(app.grid._results) == set(app.grid.seen)  # at once: nothing had to be waited for


async def test_another_theme_colours_the_captions_anew(loader: PictureLoader, cells: list[GridCell]) -> None:
    app = GridApp(loader, cells)
    async with app.run_test(size=(88, 24)) as pilot:
        await settled(pilot, loader)
        before = list(app.screen._compositor.render_strips()[11])
        app.theme = "textual-light"
        await settled(pilot, loader)
        after = list(app.screen._compositor.render_strips()[11])
        assert [segment.text for segment in before] == [segment.text for segment in after]
        assert [segment.style for segment in before] != [segment.style for segment in after]
