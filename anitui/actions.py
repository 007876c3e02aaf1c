"""The one registry of what a person can do: from it come key bindings, key bar, help, palette and the user's key map.

An action's id says where it works and what runs: `browse.set_aside` is `action_set_aside` of the browse screen,
`anywhere.undo` works on every screen. To add one, write a line here and the method there; a test checks that
each has its method. Nothing here knows Textual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

ANYWHERE = "anywhere"
GO = "go"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. `rank` orders the key bar, lowest first; 0 leaves it to help and palette."""

    id: str
    keys: str
    name: str
    help: str
    rank: int = 0

    @property
    def place(self) -> str:
        return self.id.partition(".")[0]

    @property
    def method(self) -> str:
        return self.id.partition(".")[2]


PLACES: Mapping[str, str] = {
    "home": "Home",
    "browse": "Browse",
    "picture": "One picture",
    "sql": "SQL",
    "history": "History",
    "settings": "Settings",
    "help": "Help",
}

REGISTRY: tuple[Action, ...] = (
    # Where to go: `g`, then the letter.
    Action("go.home", "h", "home", "What is in the workspace, and what to do next."),
    Action("go.browse", "b", "browse", "Look through the pictures."),
    Action("go.sql", "s", "SQL", "Ask the catalogue anything."),
    Action("go.history", "y", "history", "Every decision, and what was said."),
    # On every screen.
    Action("anywhere.go", "g", "go to", "Go to another screen: g, then its letter.", 90),
    Action("anywhere.undo", "u", "undo", "Take the latest decision back, whatever screen it was made on.", 80),
    Action("anywhere.redo", "U", "redo", "Make the decision again that was taken back last.", 81),
    Action("anywhere.import_pictures", "i", "import", "Take in pictures from a folder, a file or a glob."),
    Action("anywhere.palette", "ctrl+p", "everything by name", "Find anything that can be done by its name.", 95),
    Action("anywhere.help", "question_mark", "all keys", "Every key that works here.", 92),
    Action("anywhere.settings", "comma", "settings", "What is set, where it is set, and what may be set."),
    Action("anywhere.work", "ctrl+b", "what runs", "What runs in the background, and how to stop it."),
    Action("anywhere.step_back", "escape", "back", "Step back, or stop what runs here."),
    Action("anywhere.leave", "q", "leave", "Leave anitui. Everything decided is on disk already.", 97),
    # Home.
    Action("home.open", "enter,space", "go there", "Go where the chosen line leads.", 1),
    Action("home.down", "down,j", "down", "The next line."),
    Action("home.up", "up,k", "up", "The line before."),
    # Browse.
    Action("browse.open", "enter", "look closer", "Look at this picture alone, with all that is known of it.", 1),
    Action(
        "browse.set_aside", "x,delete", "set aside", "Set the picture, or the selection, aside. Nothing is deleted.", 2
    ),
    Action("browse.bring_back", "r", "bring back", "Bring what was set aside back.", 3),
    Action("browse.filter", "slash", "filter", "Show only some: label:miku size<300 state:active", 4),
    Action("browse.sort", "o", "order", "Put the pictures in another order.", 5),
    Action("browse.group", "G", "group", "Put pictures that share something under one heading.", 6),
    Action("browse.next_group", "space", "next group", "On to the next group, or the next page.", 7),
    Action("browse.previous_group", "backspace", "group before", "Back to the group, or the page, before.", 8),
    Action("browse.select", "v", "select", "Start or end a selection; the cursor widens it.", 9),
    Action("browse.select_all", "ctrl+a", "select all", "Select all pictures that are shown."),
    Action("browse.mark(1)", "1", "mark", "Mark with a digit; the same digit again takes the mark off.", 10),
    *(
        Action(f"browse.mark({digit})", str(digit), f"mark {digit}", f"Mark with {digit}.")
        for digit in (2, 3, 4, 5, 6, 7, 8, 9, 0)
    ),
    Action("browse.bigger", "plus,equals_sign", "bigger", "Larger pictures, fewer of them.", 20),
    Action("browse.smaller", "minus", "smaller", "Smaller pictures, more of them.", 21),
    Action("browse.left", "left,h", "left", "One picture to the left."),
    Action("browse.right", "right,l", "right", "One picture to the right."),
    Action("browse.up", "up,k", "up", "One row up."),
    Action("browse.down", "down,j", "down", "One row down."),
    Action("browse.page_up", "pageup,ctrl+u", "page up", "One page up."),
    Action("browse.page_down", "pagedown,ctrl+d", "page down", "One page down."),
    Action("browse.first", "home", "first", "To the first picture."),
    Action("browse.last", "end", "last", "To the last picture."),
    Action("browse.drawing", "p", "how drawn", "Change how pictures are drawn: cells, sextants, sixel, kitty.", 30),
    # One picture.
    Action("picture.next", "n,space,right_square_bracket", "next", "The next picture.", 1),
    Action("picture.previous", "N,backspace,left_square_bracket", "before", "The picture before.", 2),
    Action("picture.set_aside", "x,delete", "set aside", "Set this picture aside. Nothing is deleted.", 3),
    Action("picture.bring_back", "r", "bring back", "Bring this picture back.", 4),
    Action("picture.zoom", "z,plus,equals_sign", "zoom", "Closer.", 5),
    Action("picture.unzoom", "minus", "zoom out", "Further away.", 6),
    Action("picture.whole", "Z", "whole", "The whole picture.", 7),
    *(
        Action(f"picture.mark({digit})", str(digit), f"mark {digit}", f"Mark with {digit}.")
        for digit in (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)
    ),
    Action("picture.facts", "f", "facts", "Show or hide what is known of the picture.", 8),
    Action("picture.facts_down", "pagedown,ctrl+d", "facts down", "Further down in what is known of the picture."),
    Action("picture.facts_up", "pageup,ctrl+u", "facts up", "Further up in what is known of the picture."),
    Action("picture.left", "left,h", "left", "See what lies to the left."),
    Action("picture.right", "right,l", "right", "See what lies to the right."),
    Action("picture.up", "up,k", "up", "See what lies above."),
    Action("picture.down", "down,j", "down", "See what lies below."),
    Action("picture.drawing", "p", "how drawn", "Change how pictures are drawn: cells, sextants, sixel, kitty.", 30),
    # SQL.
    Action("sql.run", "ctrl+r,f5,ctrl+enter", "run", "Run the statement.", 1),
    Action("sql.write", "ctrl+w", "allow writing", "Switch writing on or off. It is off when anitui starts.", 5),
    Action("sql.export", "ctrl+e", "export", "Write the result to a CSV, JSON or Parquet file.", 4),
    Action("sql.open", "enter", "look closer", "Look at the picture of this row: by its image_id, or its face_id.", 2),
    Action("sql.next_pane", "tab", "other pane", "On to the tree, the editor, the rows.", 3),
    Action("sql.previous_pane", "shift+tab", "pane before", "Back to the pane before."),
    Action("sql.older", "ctrl+up", "older", "The statement that was run before this one.", 6),
    Action("sql.newer", "ctrl+down", "newer", "The statement that was run after this one.", 7),
    Action("sql.tree", "ctrl+t", "tables", "Show or hide the tables, the examples and the recent statements.", 8),
    Action("sql.complete", "ctrl+space,ctrl+@", "complete", "Offer what could stand at the cursor.", 9),
    Action("sql.go_to_row", "colon", "row", "Go to the row of a number.", 10),
    # History.
    Action("history.down", "down,j", "down", "The decision before, in time."),
    Action("history.up", "up,k", "up", "The decision after, in time."),
    # Help.
    Action("help.down", "down,j", "down", "Further down."),
    Action("help.up", "up,k", "up", "Further up."),
    Action("settings.down", "down,j", "down", "Further down."),
    Action("settings.up", "up,k", "up", "Further up."),
    Action("settings.theme", "t", "theme", "The next theme.", 1),
)


def for_place(place: str) -> list[Action]:
    """What works on a screen: its own actions, then those of every screen."""
    return [each for each in REGISTRY if each.place == place] + [each for each in REGISTRY if each.place == ANYWHERE]


def by_id(action_id: str) -> Action | None:
    """The action of that id."""
    return next((each for each in REGISTRY if each.id == action_id), None)


def keys_of(action: Action, key_map: Mapping[str, str]) -> list[str]:
    """The keys in force: the user's, or ours."""
    return [key.strip() for key in key_map.get(action.id, action.keys).split(",") if key.strip()]


def faults(key_map: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a user's key map, a sentence each."""
    for action_id in key_map:
        if by_id(action_id) is None:
            yield f"[keys] names {action_id!r}, which is not an action; help (?) lists them all"
    for place in (*PLACES, GO):
        taken: dict[str, Action] = {}
        for action in for_place(place):
            for key in keys_of(action, key_map):
                other = taken.setdefault(key, action)
                if other is not action and (action.id in key_map or other.id in key_map):
                    yield f"[keys] gives {readable(key)} on {PLACES.get(place, 'g')} to both {other.id} and {action.id}"


_NAMES = {
    "question_mark": "?", "slash": "/", "comma": ",", "plus": "+", "minus": "-", "equals_sign": "=",
    "underscore": "_", "left_square_bracket": "[", "right_square_bracket": "]", "escape": "esc",
    "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp", "pagedown": "PgDn", "delete": "Del",
    "full_stop": ".", "colon": ":", "semicolon": ";", "less_than_sign": "<", "greater_than_sign": ">",
}  # fmt: skip


def readable(key: str) -> str:
    """A key as a person would write it."""
    modifier, plus, base = key.rpartition("+")
    return f"{modifier}{plus}{_NAMES.get(base, base)}"
