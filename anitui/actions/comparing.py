"""Near-duplicates: pair by pair, all alike, by rules. Space, r, s and Backspace are as in LAP's comparer."""

from __future__ import annotations

from anitui.actions.action import Action

ACTIONS: tuple[Action, ...] = (
    # Duplicates. Space, r, s and Backspace are as in LAP's comparer.
    Action(
        "duplicates.keep_left",
        "space,1",
        "keep left",
        "The suggested answer: duplicates, and the left one is the one to keep. On to the next. LAP: approve.",
        1,
    ),
    Action(
        "duplicates.keep_right",
        "s,2",
        "keep right",
        "Duplicates, and the right one is the one to keep. On to the next. LAP: swap, and approve.",
        2,
    ),
    Action("duplicates.different", "r,5", "different", "Not duplicates, and not related. LAP: reject.", 3),
    Action("duplicates.alternates", "a,4", "alternates", "Variants of one thing: related, and not duplicates.", 4),
    Action("duplicates.keep_both", "b,3", "both", "The same, and both are kept.", 5),
    Action("duplicates.flick", "f", "flick", "Both in one place, at the same zoom: each press shows the other one.", 6),
    Action("duplicates.back", "backspace", "back one", "Back to the pair before, to say otherwise. LAP: back.", 7),
    Action("duplicates.not_now", "n,7", "not now", "Ask again when all else is decided.", 8),
    Action("duplicates.set_aside", "x,6,delete", "neither", "Set both aside. Nothing is deleted.", 9),
    Action("duplicates.difference", "d", "difference", "Show how the two differ, or both again.", 10),
    Action("duplicates.alike", "m", "all alike", "All that hang together with this pair, to decide at once.", 11),
    Action(
        "duplicates.threshold", "t", "threshold", "Which pairs: hash, distances, within what; with their numbers.", 12
    ),
    Action("duplicates.filter", "slash", "filter", "Only pairs of which one is: label:miku size<300 cocoa", 13),
    Action("duplicates.find", "c", "find pairs", "Compare the pictures, and find the pairs that are alike.", 14),
    Action(
        "duplicates.rules",
        "R",
        "rules",
        "Decide on many at once by a rule or a recipe; first it says what it does.",
        15,
    ),
    Action("duplicates.zoom", "z,plus,equals_sign", "zoom", "Closer, both at once.", 16),
    Action("duplicates.open", "enter", "look closer", "One of the two alone, with all that is known of it.", 17),
    Action("duplicates.unzoom", "minus", "zoom out", "Further away."),
    Action("duplicates.whole", "Z", "whole", "The whole pictures."),
    Action("duplicates.down", "down,j", "next", "The next pair, without a verdict; zoomed in, what lies below."),
    Action("duplicates.up", "up,k", "before", "The pair before that waits; zoomed in, what lies above."),
    Action("duplicates.left", "left,h", "left", "Zoomed in, what lies to the left."),
    Action("duplicates.right", "right,l", "right", "Zoomed in, what lies to the right."),
    Action("duplicates.drawing", "p", "how drawn", "Change how pictures are drawn: cells, sextants, sixel, kitty.", 30),
    # All that are alike.
    Action("alike.apply", "space", "apply", "Say it of all: the marked ones are kept, the others set aside.", 1),
    Action(
        "alike.keep(1)",
        "1",
        "keep or not",
        "Keep the one with this digit, or not; the first that is marked stands for all.",
        2,
    ),
    *(
        Action(f"alike.keep({digit})", str(digit), f"keep {digit} or not", f"Keep the one with {digit}, or not.")
        for digit in (2, 3, 4, 5, 6, 7, 8, 9, 0)
    ),
    Action("alike.keep_this", "v", "keep this", "Keep the one under the cursor, or not.", 3),
    Action("alike.leave_out", "r", "leave out", "Not one of them: nothing is said of it, or again something.", 4),
    Action("alike.open", "enter", "look closer", "Look at this one alone, with all that is known of it.", 5),
    Action("alike.bigger", "plus,equals_sign", "bigger", "Larger pictures.", 20),
    Action("alike.smaller", "minus", "smaller", "Smaller pictures.", 21),
    Action("alike.left", "left,h", "left", "One to the left."),
    Action("alike.right", "right,l", "right", "One to the right."),
    Action("alike.up", "up,k", "up", "One row up."),
    Action("alike.down", "down,j", "down", "One row down."),
    Action("alike.drawing", "p", "how drawn", "Change how pictures are drawn: cells, sextants, sixel, kitty.", 30),
    # Rules.
    Action("rules.open", "enter", "what it does", "Work out what the rule or recipe would do; nothing is decided.", 1),
    Action("rules.apply", "a", "apply", "Do what is shown, as one decision that undo takes back.", 2),
    Action("rules.type", "n", "type a rule", "Go to the line where a rule is typed; enter shows what it does.", 3),
    Action("rules.save", "s", "save", "Keep the rule that is shown, or typed, under a name, in the settings.", 4),
    Action("rules.change", "e", "change", "Take the text of the chosen rule into the line, to change it.", 5),
    Action("rules.down", "down,j", "down", "The next line."),
    Action("rules.up", "up,k", "up", "The line before; above the first one is the line where a rule is typed."),
    Action(
        "rules.other_pane", "tab,shift+tab", "other pane", "To the line where a rule is typed, and back to the list."
    ),
    Action("rules.further", "pagedown,ctrl+d", "further", "Further down in what it does."),
    Action("rules.nearer", "pageup,ctrl+u", "further up", "Further up in what it does."),
)
