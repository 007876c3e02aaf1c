from __future__ import annotations

import pytest
from rich.cells import cell_len
from sitting import SIZES, Sitting, sitting
from textual.command import CommandPalette

from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace

PLACES = {"h": "home", "b": "browse", "s": "sql", "y": "history"}


def set_keys(workspace: Workspace, **keys: str) -> None:
    """Write a key map into the workspace's settings; `browse__sort` stands for browse.sort."""
    lines = [f'"{name.replace("__", ".")}" = "{key}"' for name, key in keys.items()]
    workspace.settings_file.write_text("[keys]\n" + "\n".join(lines) + "\n")


def aside(shelf: Catalogue) -> int:
    return int(shelf.value("SELECT count(*) FROM images WHERE state = 'set_aside'"))


async def test_g_and_a_letter_go_to_every_screen_from_every_screen(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        for letter in "byhyb":
            await at.press("g", letter)
            assert at.app.screen is at.app.get_screen(PLACES[letter])
            assert "12 pictures" in at.top
        await at.press("g", "s")
        assert at.app.screen is at.app.get_screen("sql")


async def test_the_menu_of_g_waits_shows_the_letters_and_takes_no_others(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        for wrong in ("escape", "w", "enter", "G", "ctrl+a"):
            await at.press("g")
            for line in ("h  home", "b  browse", "s  SQL", "y  history"):
                assert line in at.seen()
            await at.press(wrong)
            assert "y  history" not in at.seen()
            assert at.app.screen is at.app.get_screen("home")


async def test_keys_in_one_piece_go_where_the_last_of_them_would(workspace: Workspace, catalogue: Catalogue) -> None:
    """A menu that has been answered may still be there when the next key comes: that key is not its own."""
    async with sitting(workspace, catalogue, (200, 50)) as at:
        await at.tap("g", "j", "n")
        await at.sees("subreddit")
        await at.press("escape")
        assert at.app.screen is at.app.get_screen("jobs")
        await at.tap("g", "y", "escape", "g", "h", "g", "b")
        await at.quiet()
        assert at.app.screen is at.app.get_screen("browse")


async def test_esc_steps_back_to_home_and_stays_there(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b", "enter", "question_mark", "comma", "comma", "question_mark")
        for expected in ("settings", "help", "picture", "browse", "home", "home", "home"):
            await at.press("escape")
            assert at.place.startswith(expected) or at.app.screen is at.app.get_screen("home"), expected
        assert at.app.is_running
        await at.press("g", "b", "enter", "question_mark", "g", "y")
        await at.press("escape")
        assert at.app.screen is at.app.get_screen("home"), "what lay over a screen is closed by going elsewhere"


async def test_a_changed_key_works_the_old_one_does_not_and_bar_and_help_follow(
    cafe: Workspace, shelf: Catalogue
) -> None:
    set_keys(cafe, browse__set_aside="d,ctrl+x", anywhere__undo="b", anywhere__go="t", go__browse="w", home__open="o")
    async with sitting(cafe, shelf) as at:
        await at.press("g", "enter", "space")
        assert at.app.screen is at.app.get_screen("home")
        await at.press("t")
        assert "w  browse" in at.seen()
        await at.press("b")
        assert at.app.screen is at.app.get_screen("home")
        await at.press("t", "w", "escape", "o")
        assert at.app.screen is at.app.get_screen("browse")
        assert "d set aside" in at.keys and "b undo" in at.keys and "x set aside" not in at.keys
        await at.press("x", "delete")
        assert aside(shelf) == 0
        await at.press("d", "ctrl+x")
        assert aside(shelf) == 2
        await at.press("u")
        assert aside(shelf) == 2
        await at.press("b")
        assert aside(shelf) == 1
        await at.press("question_mark")
        helped = [" ".join(line.split()) for line in at.lines()]
        assert any("d ctrl+x set aside" in line for line in helped)
        assert not any("x Del set aside" in line for line in helped)


@pytest.mark.parametrize(("keys", "named"), [("b", "b"), ("", "undo")])
async def test_messages_name_the_key_in_force_or_else_the_action(
    cafe: Workspace, shelf: Catalogue, keys: str, named: str
) -> None:
    set_keys(cafe, anywhere__undo=keys)
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b", "x")
        assert f"set 1 picture aside; {named} brings it back" in at.seen()
        await at.press("enter", "x")
        assert f"set aside; {named} brings it back" in at.seen()
        await at.press("x")
        assert "set aside already; r brings it back" in at.seen()


async def test_ctrl_c_says_how_to_stop_and_to_leave_in_our_own_place(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        for place in "bs":
            await at.press("g", place, "ctrl+c")
            assert "esc steps back or stops what runs; ctrl+q leaves" in at.place
            assert "Do you want to quit" not in at.seen()
            await at.press("escape")


async def test_the_palette_follows_the_key_map_as_well(cafe: Workspace, shelf: Catalogue) -> None:
    set_keys(cafe, anywhere__palette="f9")
    async with sitting(cafe, shelf) as at:
        await at.press("ctrl+p")
        assert not CommandPalette.is_open(at.app)
        await at.press("f9")
        assert CommandPalette.is_open(at.app)


async def test_a_key_that_was_given_anew_does_only_what_was_asked_for(cafe: Workspace, shelf: Catalogue) -> None:
    set_keys(cafe, browse__sort="x", browse__fly="f", picture__next="w", picture__zoom="w", go__history="b")
    async with sitting(cafe, shelf, (120, 36)) as at:
        told = "gives x to browse.sort, which takes it from browse.set_aside (keeps Del)"
        assert "4 things in the settings are wrong" in at.place
        at.app.say("something else")
        await at.quiet()
        assert "4 things in the settings are wrong" in at.place, "it waits until somebody is there"
        await at.press("down")
        assert "something else" in at.place
        await at.press("g", "b")
        assert at.app.screen is at.app.get_screen("history")
        shown = " ".join(line.strip("│ ") for line in at.lines())
        assert told in shown
        at.app.go("browse")
        await at.quiet()
        assert "Del set aside" in at.keys
        await at.press("x")
        assert "In which order?" in at.seen()
        await at.press("escape", "enter", "w")
        assert aside(shelf) == 0
        assert at.place.startswith("picture 12"), "neither of the two has it"
        await at.resize(120, 70)
        await at.press("comma")
        settings = at.seen()
        assert settings.index("what is wrong") < settings.index(told[:60]) < settings.index("[import]")
        assert "not in force: see what is wrong" in settings


async def test_an_action_without_a_key_is_not_in_the_bar_and_its_old_key_does_nothing(
    cafe: Workspace, shelf: Catalogue
) -> None:
    set_keys(cafe, browse__set_aside="")
    async with sitting(cafe, shelf, (120, 36)) as at:
        await at.press("g", "b", "x", "delete")
        assert aside(shelf) == 0
        assert "set aside" not in at.keys


@pytest.mark.parametrize("width", [60, 80, 100, 200])
async def test_a_message_takes_the_lines_it_needs_and_a_longer_one_says_where_all_of_it_is(
    cafe: Workspace, shelf: Catalogue, width: int
) -> None:
    set_keys(cafe, go__history="n")
    words = [f"word{number:03}" for number in range(130)]
    async with sitting(cafe, shelf, (width, 30)) as at:
        await at.press("g", "b")
        cells = at.grid.size
        at.app.say(" ".join(words[:16]), "error")
        await at.quiet()
        assert at.place == "✗ " + " ".join(words[:16])
        assert at.grid.size == cells, "it lies over the screen: no picture is drawn anew"
        at.app.say(" ".join(words))
        await at.quiet()
        assert at.place.startswith("· word000 word001")
        assert at.place.endswith(" … (g n shows all of it)")
        assert at.place.removesuffix(" … (g n shows all of it)").rpartition(" ")[2] in words, "no word is cut"
        assert at.keys.startswith("enter look closer")
        at.app.say("short")
        await at.quiet()
        assert at.place == "· short"
        assert "word" not in at.seen()
        await at.press("g", "n", "tab")
        for _ in words:
            if words[-1] in at.seen():
                break
            await at.press("j")
        assert words[-1] in at.seen()


async def test_a_message_cannot_drive_the_terminal(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        at.app.say("a\x1b[2Jname\nof two lines " + "/x" * 300)
        await at.quiet()
        assert at.place.startswith("· a [2Jname of two lines /x")
        assert at.place.endswith("(g y shows all of it)")


async def test_what_went_wrong_is_told_until_one_goes_on(
    cafe: Workspace, shelf: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b")
        at.app.say("that was wrong", "error")
        await at.press("right")
        assert "that was wrong" in at.place, "not before it can have been read"
        monkeypatch.setattr("anitui.screens.bars.SEEN_SECONDS", 0.0)
        await at.press("W")
        assert "that was wrong" in at.place, "a key that does nothing"
        await at.press("right")
        assert at.place.startswith("browse ›") and "3 of 12" in at.place
        at.app.say("wrong again", "error")
        at.app.decide(lambda: "")
        await at.quiet()
        assert "3 of 12" in at.place


async def test_the_palette_lists_what_works_here_and_runs_it(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b", "ctrl+p")
        await at.type("set aside")
        await at.sees("Nothing is deleted")
        await at.press("down", "enter")
        await at.until(lambda: aside(shelf) == 1)
        await at.press("ctrl+p")
        await at.type("go to history")
        await at.sees("go to history")
        await at.press("down", "enter")
        await at.until(lambda: at.app.screen is at.app.get_screen("history"))
        await at.press("ctrl+p")
        await at.type("set aside")
        await at.sees("No matches")


async def test_q_leaves_at_once_when_nothing_runs(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await at.pilot.press("g", "b", "x", "q")
        await at.until(lambda: not at.app.is_running)
    assert aside(shelf) == 1, "what was decided on the way out is kept"


async def test_every_screen_takes_every_size(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, SIZES[0]) as at:
        for keys in (["g", "h"], ["g", "b"], ["enter"], ["g", "y"], ["question_mark"], ["comma"], ["i"]):
            await at.press(*keys)
            for size in (*SIZES, SIZES[0]):
                await at.resize(*size)
                whole(at, size, keys)
        await at.press("escape", "escape", "escape", "g", "b", "slash")
        for size in (*SIZES, SIZES[0]):
            await at.resize(*size)
            assert "Show only" in at.seen()


def whole(at: Sitting, size: tuple[int, int], way: list[str]) -> None:
    width, height = size
    lines = at.lines()
    assert len(lines) == height
    assert all(cell_len(line) <= width for line in lines)
    assert "12" in lines[0], (size, way)
    if way != ["i"]:
        assert "? all keys" in at.keys and "u undo" in at.keys, (size, way)
        assert at.place


async def test_the_smallest_terminal_still_shows_pictures_and_things_to_do(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf, (40, 12)) as at:
        assert "look through 12 pictures" in at.seen()
        await at.press("g", "b")
        assert "rize" in at.seen()
        await at.press("x")
        assert aside(shelf) == 1
        await at.press("enter")
        assert at.place.startswith("picture 11") or "set 1 picture aside" in at.place


@pytest.mark.parametrize("variable", ["NO_COLOR", "TERM"])
async def test_without_colours_everything_is_told_by_signs(
    cafe: Workspace, shelf: Catalogue, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1" if variable == "NO_COLOR" else "dumb")
    async with sitting(cafe, shelf) as at:
        await at.press("g", "b", "x", "3", "v", "right")
        assert "✗ rize" in at.seen() and "[3]" in at.seen() and at.seen().count("✓") == 2
        if variable == "NO_COLOR":
            strips = at.app.screen._compositor.render_strips()
            filters = at.app.get_line_filters()
            for strip in strips:
                for line_filter in filters:
                    strip = strip.apply_filter(line_filter, at.app.background_colors[1])
                for segment in strip:
                    colour = segment.style and segment.style.color and segment.style.color.triplet
                    assert not colour or len(set(colour)) == 1, f"{segment.text!r} in {colour}"


async def test_a_click_on_the_top_line_shows_what_runs(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await at.pilot.click("#top")
        await at.quiet()
        assert "nothing runs in the background" in at.place


async def test_a_click_on_a_line_of_home_goes_there(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        await at.pilot.click("#todo", offset=(6, 0))
        await at.quiet()
        assert at.app.screen is at.app.get_screen("browse")


async def test_a_theme_that_is_not_there_is_told_and_ours_is_taken(cafe: Workspace, shelf: Catalogue) -> None:
    cafe.settings_file.write_text('[look]\ntheme = "pink"\n')
    async with sitting(cafe, shelf, (160, 30)) as at:
        assert at.app.theme == "anitui-dark"
        assert "names the theme 'pink', which is not there, so it is anitui-dark; there are anitui-dark" in at.place
        await at.press("comma")
        assert "what is wrong" in at.seen()
        await at.press("t")
        assert "what is wrong" not in at.seen(), "there is another theme now"


async def test_keys_that_come_in_one_piece_are_all_taken(cafe: Workspace, shelf: Catalogue) -> None:
    async with sitting(cafe, shelf) as at:
        for key in "gb":
            at.app.simulate_key(key)
        await at.until(lambda: at.app.screen is at.app.get_screen("browse"))
        await at.quiet()
        for key in ("enter", "x", "n", "x", "g", "y"):
            at.app.simulate_key(key)
        await at.until(lambda: at.app.screen is at.app.get_screen("history"))
        await at.quiet()
        assert aside(shelf) == 2
