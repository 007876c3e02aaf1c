"""Looking through pictures, and setting aside by facts."""

from __future__ import annotations

from anitui.actions.action import Action

ACTIONS: tuple[Action, ...] = (
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
    Action("browse.tag", "t", "tag", "Say what holds for all of it, such as a genre; the same again takes it off.", 10),
    Action("browse.select", "v", "select", "Start or end a selection; the cursor widens it.", 9),
    Action("browse.select_all", "ctrl+a", "select all", "Select all pictures that are shown."),
    Action("browse.mark(1)", "1", "mark", "Mark with a digit; the same digit again takes the mark off.", 10),
    *(
        Action(f"browse.mark({digit})", str(digit), f"mark {digit}", f"Mark with {digit}.")
        for digit in (2, 3, 4, 5, 6, 7, 8, 9, 0)
    ),
    Action("browse.bigger", "plus,equals_sign", "bigger", "Larger pictures, fewer of them.", 20),
    Action("browse.smaller", "minus", "smaller", "Smaller pictures, more of them.", 21),
    Action("browse.boxes", "B", "boxes", "Draw, move and name the boxes of these pictures, from this one on.", 22),
    Action("browse.left", "left,h", "left", "One picture to the left."),
    Action("browse.right", "right,l", "right", "One picture to the right."),
    Action("browse.up", "up,k", "up", "One row up."),
    Action("browse.down", "down,j", "down", "One row down."),
    Action("browse.page_up", "pageup,ctrl+u", "page up", "One page up."),
    Action("browse.page_down", "pagedown,ctrl+d", "page down", "One page down."),
    Action("browse.first", "home", "first", "To the first picture."),
    Action("browse.last", "end", "last", "To the last picture."),
    Action("browse.drawing", "p", "how drawn", "Change how pictures are drawn: cells, sextants, sixel, kitty.", 30),
    # Clean.
    Action("clean.left", "left,h", "lower", "The threshold one bar lower.", 2),
    Action("clean.right", "right,l", "higher", "The threshold one bar higher.", 3),
    Action("clean.set_aside", "space,x,delete", "set aside", "Set that side aside; first it says how many.", 1),
    Action("clean.side", "s", "other side", "Set aside what lies on the other side of the threshold.", 4),
    Action("clean.kind", "tab,shift+tab", "faces or pictures", "Facts of faces in place of pictures, and back.", 5),
    Action("clean.filter", "slash", "filter", "Only among some: label:miku size<300", 6),
    Action("clean.down", "down,j", "next fact", "The next fact of the list.", 7),
    Action("clean.up", "up,k", "fact before", "The fact before."),
    Action("clean.fine_right", "shift+right,L", "finely higher", "Until the nearest one above changes sides.", 8),
    Action("clean.fine_left", "shift+left,H", "finely lower", "Until the nearest one below changes sides.", 9),
    Action("clean.type", "t", "type it", "Type the threshold as a number.", 10),
    Action("clean.rule", "w", "as a command", "Write it down as `anitui clean` takes it.", 11),
    Action("clean.open", "enter", "look closer", "Look at this picture alone, with all that is known of it.", 12),
    Action("clean.next", "n,right_square_bracket", "next picture", "The next picture on this side.", 13),
    Action("clean.previous", "N,left_square_bracket", "picture before", "The picture before on this side."),
    Action("clean.other_side", "o", "cursor over", "The cursor to the pictures on the other side.", 14),
    Action("clean.bigger", "plus,equals_sign", "bigger", "Larger pictures, fewer of them.", 20),
    Action("clean.smaller", "minus", "smaller", "Smaller pictures, more of them.", 21),
    Action("clean.first", "home", "lowest", "The threshold to its lowest place."),
    Action("clean.last", "end", "highest", "The threshold to its highest place."),
    Action("clean.drawing", "p", "how drawn", "Change how pictures are drawn: cells, sextants, sixel, kitty.", 30),
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
    Action("picture.boxes", "B", "boxes", "Draw, move and name the boxes of this picture.", 9),
    Action(
        "picture.ask", "a", "who is it", "What the newest model says of the picture, and of each after it; or not.", 10
    ),
    Action("picture.ask_which", "A", "which model", "Choose the run whose model says who is in the pictures.", 11),
    Action("picture.facts_down", "pagedown,ctrl+d", "facts down", "Further down in what is known of the picture."),
    Action("picture.facts_up", "pageup,ctrl+u", "facts up", "Further up in what is known of the picture."),
    Action("picture.left", "left,h", "left", "See what lies to the left."),
    Action("picture.right", "right,l", "right", "See what lies to the right."),
    Action("picture.up", "up,k", "up", "See what lies above."),
    Action("picture.down", "down,j", "down", "See what lies below."),
    Action("picture.drawing", "p", "how drawn", "Change how pictures are drawn: cells, sextants, sixel, kitty.", 30),
)
