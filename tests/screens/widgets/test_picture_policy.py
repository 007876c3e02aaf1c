from __future__ import annotations

import pytest

from anitui.screens.widgets.picture.policy import DEFAULT_CELL_PIXELS, Depth, Drawing, Kind, cell_pixels, resolve

KITTY = {"TERM": "xterm-kitty", "KITTY_WINDOW_ID": "1"}


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({"TERM": "xterm-256color"}, Kind.CELLS),
        (KITTY, Kind.KITTY),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, Kind.KITTY),
        ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, Kind.KITTY),
        ({"TERM": "foot"}, Kind.SIXEL),
        ({"TERM": "foot-extra"}, Kind.SIXEL),
        ({"TERM": "mlterm-256color"}, Kind.SIXEL),
        ({**KITTY, "TMUX": "/tmp/tmux-0/default,1,0"}, Kind.CELLS),
        ({**KITTY, "STY": "1.pts-0"}, Kind.CELLS),
        ({**KITTY, "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, Kind.CELLS),
        ({"TERM": "foot", "SSH_TTY": "/dev/pts/0"}, Kind.CELLS),
        ({**KITTY, "NO_COLOR": ""}, Kind.CELLS),
        ({}, Kind.CELLS),
    ],
)
def test_auto_takes_a_protocol_only_where_it_arrives(environ: dict[str, str], kind: Kind) -> None:
    assert resolve("auto", environ).kind is kind


@pytest.mark.parametrize("policy", ["cells", "sextant", "sixel", "kitty"])
def test_any_other_policy_is_taken_at_its_word(policy: str) -> None:
    assert resolve(policy, {**KITTY, "TMUX": "yes"}).kind.value == policy


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(ValueError, match="ascii"):
        resolve("ascii", {})


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, Depth.TRUE),
        ({"TERM": "screen-256color", "COLORTERM": "24bit"}, Depth.TRUE),
        ({"TERM": "xterm-direct"}, Depth.TRUE),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Depth.TRUE),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "WezTerm", "TMUX": "x"}, Depth.INDEXED),
        ({"TERM": "xterm-256color"}, Depth.INDEXED),
        ({"TERM": "linux"}, Depth.BASIC),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, Depth.NONE),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, Depth.NONE),
    ],
)
def test_depth(environ: dict[str, str], depth: Depth) -> None:
    assert resolve("auto", environ).depth is depth


def test_sixels_are_left_to_single_pictures() -> None:
    assert Drawing(Kind.SIXEL, Depth.INDEXED).for_thumbnails() == Drawing(Kind.CELLS, Depth.INDEXED)
    assert Drawing(Kind.KITTY).for_thumbnails() == Drawing(Kind.KITTY)


def test_without_a_terminal_cells_have_a_usual_size() -> None:
    width, height = cell_pixels()
    assert (width, height) == DEFAULT_CELL_PIXELS or (width > 0 and height > 0)
