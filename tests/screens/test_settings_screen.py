from __future__ import annotations

from sitting import sitting

from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace


async def test_what_is_set_is_shown_with_its_choices_and_its_files(cafe: Workspace, shelf: Catalogue) -> None:
    cafe.settings_file.write_text('[import]\nmode = "reference"\n[keys]\n"browse.sort" = "f2"\n')
    async with sitting(cafe, shelf, (200, 50)) as at:
        await at.press("comma", "comma")
        rows = [" ".join(line.strip("│ ").split()) for line in at.lines()]
        assert "mode reference default copy; one of copy, hardlink, reference" in rows
        assert "hashing exact one of exact, fast" in rows
        assert "browse.sort f2 Put the pictures in another order." in rows
        assert any(str(cafe.settings_file) in row for row in rows)
        await at.press("escape")
        assert at.app.screen is at.app.get_screen("home")


async def test_everything_can_be_read_in_a_narrow_terminal(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (80, 24)) as at:
        await at.press("comma")
        assert "hardlink" in at.seen()
        await at.press("end")
        await at.sees("ANITUI_IMPORT_MODE=reference")
        assert str(cafe.settings_file) in "".join(line.strip("│ ▁▂▃▄▅▆▇█") for line in at.lines())


async def test_t_changes_the_theme_and_keeps_it(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        dark = at.app.screen.styles.background
        await at.press("comma", "t")
        assert "theme anitui-light" in at.place
        assert at.app.theme == "anitui-light"
        assert at.app.screen.styles.background != dark
    async with sitting(cafe, shelf) as at:
        assert at.app.theme == "anitui-light"
        last = max(name for name in at.app.available_themes if not name.startswith("anitui"))
    cafe.settings_file.write_text(f'[look]\ntheme = "{last}"\n')
    async with sitting(cafe, shelf) as at:
        await at.press("comma", "t")
        assert at.app.theme == "anitui-dark", "round and round"
