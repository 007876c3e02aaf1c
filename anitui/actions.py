"""The one registry of what a person can do: from it come key bindings, key bar, help, palette and the user's key map.

An action's id says where it works and what runs: `browse.set_aside` is `action_set_aside` of the browse screen,
`anywhere.undo` works on every screen. To add one, write a line here and the method there; a test checks that
each has its method. Nothing here knows Textual.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
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
    "jobs": "Jobs",
    "job": "One job",
    "browse": "Browse",
    "duplicates": "Duplicates",
    "alike": "All alike",
    "rules": "Rules",
    "clean": "Clean",
    "faces": "Faces",
    "labels": "Labels",
    "boxes": "Boxes",
    "picture": "One picture",
    "sql": "SQL",
    "history": "History",
    "settings": "Settings",
    "help": "Help",
}

# What Textual calls the keys of labels, in the order of `store.labels.KEYS`, and what a person does.
LABEL_KEYS = (
    *((digit, digit) for digit in "1234567890"),
    ("minus", "-"), ("equals_sign", "="), ("plus", "+"), ("underscore", "_"), ("right_square_bracket", "]"),
)  # fmt: skip

REGISTRY: tuple[Action, ...] = (
    # Where to go: `g`, then the letter.
    Action("go.home", "h", "home", "What is in the workspace, and what to do next."),
    Action("go.jobs", "j", "jobs", "What collects pictures, and how far it is."),
    Action("go.browse", "b", "browse", "Look through the pictures."),
    Action("go.duplicates", "d", "duplicates", "Decide on what is alike, pair by pair."),
    Action("go.clean", "c", "clean", "Set aside what is grey, blurred, tiny or of a wrong shape, by a threshold."),
    Action("go.faces", "f", "faces", "Say who is who, a key for each name."),
    Action("go.boxes", "x", "boxes", "Draw, move and name the boxes, picture after picture."),
    Action("go.sql", "s", "SQL", "Ask the catalogue anything."),
    Action("go.history", "y", "history", "Every decision, and what was said."),
    # On every screen.
    Action("anywhere.go", "g", "go to", "Go to another screen: g, then its letter.", 90),
    Action("anywhere.undo", "u", "undo", "Take the latest decision back, whatever screen it was made on.", 80),
    Action("anywhere.redo", "U", "redo", "Make the decision again that was taken back last.", 81),
    Action("anywhere.import_pictures", "i", "import", "Take in pictures from a folder, a file or a glob."),
    Action("anywhere.palette", "ctrl+p", "everything by name", "Find anything that can be done by its name.", 95),
    Action("anywhere.help", "question_mark,f1", "all keys", "Every key that works here.", 92),
    Action("anywhere.settings", "comma", "settings", "What is set, where it is set, and what may be set."),
    Action("anywhere.work", "ctrl+b", "what runs", "What runs in the background, and how to stop it."),
    Action("anywhere.step_back", "escape", "back", "Step back, or stop what runs here."),
    Action("anywhere.leave", "q", "leave", "Leave anitui. Everything decided is on disk already.", 97),
    # Home.
    Action("home.open", "enter,space", "go there", "Go where the chosen line leads.", 1),
    Action("home.down", "down,j", "down", "The next line."),
    Action("home.up", "up,k", "up", "The line before."),
    # Jobs.
    Action("jobs.start", "space", "start or pause", "Start this job, or pause it; done ones look for what is new.", 1),
    Action("jobs.open", "enter", "details", "What this job asks for, and every item with what became of it.", 2),
    Action("jobs.new", "n", "new", "A new job, in a form that checks what you type.", 3),
    Action("jobs.all", "a", "start all", "Start all that are not done, or pause all when one runs.", 4),
    Action("jobs.retry", "r", "retry the failed", "Try again what failed of this job.", 5),
    Action(
        "jobs.read",
        "o",
        "open a file",
        "Put the jobs of a file on the list: yotsubanet's .json, .toml, or a list of addresses.",
        6,
    ),
    Action("jobs.pictures", "b", "its pictures", "Look through the pictures of this job.", 7),
    Action("jobs.edit", "e", "edit", "Change this job. Once it has found something, the changed one is a new job.", 8),
    Action("jobs.copy", "c", "copy", "A new job that begins as this one.", 9),
    Action("jobs.remove", "delete", "take off", "Take this job off the list. Its pictures stay.", 10),
    Action("jobs.write", "w", "write a file", "Write the jobs of the list to a file, .toml or .json.", 11),
    Action(
        "jobs.duplicates", "D", "its duplicates", "Decide on the near-duplicates among the pictures of this job.", 12
    ),
    Action("jobs.faces", "F", "its faces", "The faces on the pictures of this job.", 13),
    Action(
        "jobs.whole_list", "t", "of all", "Below, the last pictures and the failures of all jobs, or of this one.", 14
    ),
    Action("jobs.picture", "z", "large", "Look closer at the picture under the cursor, below.", 15),
    Action("jobs.left", "left,h", "left", "One picture to the left, below."),
    Action("jobs.right", "right,l", "right", "One picture to the right, below."),
    Action("jobs.up", "up,k", "up", "The job before."),
    Action("jobs.down", "down,j", "down", "The next job."),
    Action("jobs.page_up", "pageup,ctrl+u", "page up", "One page up."),
    Action("jobs.page_down", "pagedown,ctrl+d", "page down", "One page down."),
    Action("jobs.first", "home", "first", "To the first job."),
    Action("jobs.last", "end", "last", "To the last job."),
    Action("jobs.drawing", "p", "how drawn", "Change how pictures are drawn: cells, sextants, sixel, kitty.", 30),
    # One job.
    Action("job.start", "space", "start or pause", "Start this job, or pause it; a done one looks for what is new.", 1),
    Action(
        "job.open", "enter", "look closer", "Look at the picture of this item alone, with all that is known of it.", 2
    ),
    Action(
        "job.filter", "slash", "filter", "Show only what waits, is done, was here already, was refused or failed.", 3
    ),
    Action("job.retry", "r", "retry the failed", "Try again what failed of this job.", 4),
    Action("job.pictures", "b", "its pictures", "Look through the pictures of this job.", 5),
    Action("job.duplicates", "D", "its duplicates", "Decide on the near-duplicates among the pictures of this job.", 6),
    Action("job.faces", "F", "its faces", "The faces on the pictures of this job.", 7),
    Action("job.fields", "f", "what it asks", "All that the job asks for, in place of its items, or its items.", 8),
    Action("job.up", "up,k", "up", "The item before."),
    Action("job.down", "down,j", "down", "The next item."),
    Action("job.page_up", "pageup,ctrl+u", "page up", "One page up."),
    Action("job.page_down", "pagedown,ctrl+d", "page down", "One page down."),
    Action("job.first", "home", "first", "To the first item."),
    Action("job.last", "end", "last", "To the last item."),
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
    # Faces. The keys of labels are those of LAP's labeler.
    Action("faces.accept", "space", "as suggested", "The name that a model or a job suggests, and on to the next.", 1),
    Action("faces.name(0)", "1", "name", "Name with the label of this key, and on to the next.", 2),
    *(
        Action(f"faces.name({slot})", key, f"name {sign}", f"Name with the label of the key {sign}.")
        for slot, (key, sign) in enumerate(LABEL_KEYS)
        if slot
    ),
    Action("faces.type", "t", "name by typing", "Find a label among hundreds by typing, or make a new one.", 3),
    Action("faces.not_a_face", "n", "not a face", "Set the box aside: it holds no face. Nothing is deleted.", 4),
    Action("faces.unsure", "m", "unsure", "Nobody can say who this is; the same again takes it back.", 5),
    Action("faces.alike", "y", "most alike", "The faces most like this one, the likest first.", 6),
    Action("faces.open", "enter,o", "whole picture", "The picture with its boxes, and all that is known of it.", 7),
    Action("faces.select", "v", "select", "Start or end a selection; the cursor widens it.", 8),
    Action("faces.select_named", "a", "all of this name", "Select all here that are called what this one is.", 9),
    Action("faces.select_all", "ctrl+a", "select all", "Select all faces that are shown."),
    Action("faces.filter", "slash", "filter", "Show only some: label:none by:job score<0.5 hint:cocoa", 10),
    Action("faces.sort", "O", "order", "Put the faces in another order: most suspicious, most alike, least sure.", 11),
    Action("faces.group", "G", "group", "Put faces that share something under one heading.", 12),
    Action("faces.labels", "L", "labels", "The list of labels: rename, merge, colour, key.", 13),
    Action("faces.set", "S", "label set", "Name with the labels of another set.", 14),
    Action("faces.back", "backspace", "back one", "Back to the face before."),
    Action("faces.unname", "delete", "take the name off", "Take back what a person called it."),
    Action("faces.bring_back", "r", "bring back", "Bring back what was set aside."),
    Action("faces.again", "R", "work out again", "Work the view out again: what no longer fits leaves it."),
    Action("faces.detect", "D", "find faces", "Find the faces in all pictures that were not looked at.", 15),
    Action("faces.bigger", "greater_than_sign", "bigger", "Larger faces, fewer of them.", 20),
    Action("faces.smaller", "less_than_sign", "smaller", "Smaller faces, more of them.", 21),
    Action("faces.left", "left,h", "left", "One face to the left."),
    Action("faces.right", "right,l", "right", "One face to the right."),
    Action("faces.up", "up,k", "up", "One row up."),
    Action("faces.down", "down,j", "down", "One row down."),
    Action("faces.page_up", "pageup,ctrl+u", "page up", "One page up."),
    Action("faces.page_down", "pagedown,ctrl+d", "page down", "One page down."),
    Action("faces.next_group", "ctrl+down", "next group", "On to the next group, or the next page."),
    Action("faces.previous_group", "ctrl+up", "group before", "Back to the group, or the page, before."),
    Action("faces.first", "home", "first", "To the first face."),
    Action("faces.last", "end", "last", "To the last face."),
    Action("faces.drawing", "p", "how drawn", "Change how pictures are drawn: cells, sextants, sixel, kitty.", 30),
    # Labels.
    Action("labels.rename", "enter,e", "rename", "Call it otherwise; its old name stays one of its names.", 1),
    Action("labels.new", "n", "new", "Put a label on the list.", 2),
    Action("labels.merge", "m", "merge", "Make it one with another label.", 3),
    Action("labels.aliases", "a", "other names", "The other names that it goes by.", 4),
    Action("labels.key", "k", "key", "The key that names with it.", 5),
    Action("labels.colour", "c", "colour", "The colour that its boxes are drawn in.", 6),
    Action("labels.delete", "delete", "delete", "Take it off the list, with all that was said by it.", 7),
    Action("labels.faces", "F", "its faces", "The faces that it names.", 8),
    Action("labels.find", "slash", "find", "Go to a label by typing.", 9),
    Action("labels.up", "up", "up", "The label before."),
    Action("labels.down", "down,j", "down", "The next label."),
    # Boxes. The keys are those of LAP's labeler.
    Action("boxes.next_open", "space", "next", "Gone through: on to the next that nobody has seen.", 1),
    Action("boxes.enter", "enter", "keep it", "The new box stays; else the picture with all that is known of it.", 1),
    Action("boxes.next_box", "tab", "box", "Take the next box into the hand.", 2),
    Action("boxes.insert", "i", "insert", "A new box: the arrows grow it, enter keeps it, esc gives it up.", 3),
    Action("boxes.name(0)", "1", "name", "Name the box with the label of this key.", 4),
    *(
        Action(f"boxes.name({slot})", key, f"name {sign}", f"Name the box with the label of the key {sign}.")
        for slot, (key, sign) in enumerate(LABEL_KEYS)
        if slot
    ),
    Action("boxes.type", "t", "type", "Name the box by typing; a name that is new becomes a label.", 5),
    Action("boxes.remove", "x,delete", "remove", "Take the box away: your own is gone, a detector's is no face.", 6),
    Action("boxes.corner", "c", "corner", "Take the next corner into the hand, and after the last the whole box.", 7),
    Action("boxes.copy", "k", "copy", "Take over what a detector found and is not there; for heads, copies.", 8),
    Action("boxes.zoom", "z", "zoom", "Closer, to the box in the hand.", 9),
    Action("boxes.back", "backspace", "back one", "Back to the picture where one was before.", 10),
    Action("boxes.mark", "m", "for deletion", "Mark the picture for deletion, or not; it is set aside.", 11),
    Action("boxes.hide", "v", "hide", "Hide the boxes, or show them.", 12),
    Action("boxes.kinds", "K", "faces or heads", "Show and draw faces, heads, or show both and draw faces.", 13),
    Action("boxes.filter", "slash", "filter", "Go through some pictures only: label:miku size<300 cocoa", 14),
    Action("boxes.read_only", "R", "read-only", "Change nothing by a slip of the hand; the same again allows it.", 15),
    Action("boxes.label_set", "l", "label set", "Name with the labels of another set.", 16),
    Action("boxes.whole", "Z", "whole", "The whole picture."),
    Action("boxes.previous_box", "shift+tab", "box before", "Take the box before into the hand."),
    Action("boxes.next_picture", "pagedown", "next picture", "The next picture, without a word about this one."),
    Action("boxes.previous_picture", "pageup", "picture before", "The picture before."),
    *(
        Action(f"boxes.{way}", f"{way},{letter}", way, f"Move the box or its corner {way}, by a step that is seen.")
        for way, letter in (("left", "a"), ("right", "d"), ("up", "w"), ("down", "s"))
    ),
    *(
        Action(f"boxes.fine_{way}", f"shift+{way},{letter}", f"{way} a little", f"The same {way} by a pixel or two.")
        for way, letter in (("left", "A"), ("right", "D"), ("up", "W"), ("down", "S"))
    ),
    *(
        Action(f"boxes.pan_{way}", f"ctrl+{way}", f"look {way}", f"Zoomed in, what lies {where}.")
        for way, where in (("left", "to the left"), ("right", "to the right"), ("up", "above"), ("down", "below"))
    ),
    Action("boxes.drawing", "p", "how drawn", "Change how pictures are drawn: cells, sextants, sixel, kitty.", 30),
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
    Action("history.next_pane", "tab,shift+tab", "other pane", "On to what was said, and back to the decisions.", 1),
    # Help.
    Action("help.down", "down,j", "down", "Further down."),
    Action("help.up", "up,k", "up", "Further up."),
    Action("settings.down", "down,j", "down", "Further down."),
    Action("settings.up", "up,k", "up", "Further up."),
    Action("settings.theme", "t", "theme", "The next theme.", 1),
)


def for_place(place: str) -> list[Action]:
    """What works on a screen: its own actions, then those of every screen. The menu of `g` takes its own only.

    Where a screen has taken the only key of an action of every screen for itself, that is found by its name alone.
    """
    own = [each for each in REGISTRY if each.place == place]
    taken = {key for each in own for key in keys_of(each, {})}
    everywhere = [each for each in REGISTRY if each.place == ANYWHERE and place != GO]
    return own + [each for each in everywhere if place == ANYWHERE or not taken.issuperset(keys_of(each, {}))]


def by_id(action_id: str) -> Action | None:
    """The action of that id."""
    return next((each for each in REGISTRY if each.id == action_id), None)


def keys_of(action: Action, key_map: Mapping[str, str]) -> list[str]:
    """The keys in force: the user's, or ours."""
    keys = key_map.get(action.id, action.keys).split(",")
    return list(dict.fromkeys(_as_sent(key.strip()) for key in keys if key.strip()))


@dataclass(frozen=True, slots=True)
class KeyMap:
    """What a user's key map comes to: the keys of each action that has others than ours, and what is wrong with it."""

    keys: Mapping[str, str]
    faults: tuple[str, ...]


def settle(wishes: Mapping[str, str]) -> KeyMap:
    """Let no key mean two things: what the user asked for goes before our own, and of two wishes none is granted."""
    faults: list[str] = []
    for action_id in wishes:
        if by_id(action_id) is None:
            close = difflib.get_close_matches(action_id, [each.id for each in REGISTRY], 1)
            hint = f"did you mean {close[0]}?" if close else "docs/keys.md lists them all"
            faults.append(f"[keys] names {action_id!r}, which is not an action; {hint}")
    keys = {each.id: keys_of(each, wishes) for each in REGISTRY}
    # First where two wishes meet: what neither of them got, the one that is left cannot take from ours.
    for wishing, losing, key in _clashes(keys, wishes, of_wishes=True):
        others = "".join(f", nor has {each}" for each in losing if each not in wishing)
        faults.append(f"[keys] gives {readable(key)} to {' and '.join(wishing)}: none of them has it{others}")
    for wishing, losing, key in _clashes(keys, wishes, of_wishes=False):
        lost = ", ".join(f"{each} ({_left(keys[each])})" for each in losing)
        faults.append(f"[keys] gives {readable(key)} to {wishing[0]}, which takes it from {lost}")
    changed = {each.id: ",".join(keys[each.id]) for each in REGISTRY if keys[each.id] != keys_of(each, {})}
    return KeyMap(changed, tuple(faults))


def _clashes(
    keys: dict[str, list[str]], wishes: Mapping[str, str], *, of_wishes: bool
) -> list[tuple[tuple[str, ...], list[str], str]]:
    """Take the keys away that mean several things on one screen; who asked for each, who lost it, and the key."""
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for place in (*PLACES, GO):
        holders: dict[str, list[str]] = {}
        for action in for_place(place):
            for key in keys[action.id]:
                holders.setdefault(key, []).append(action.id)
        for key, ids in holders.items():
            wishing = tuple(each for each in ids if each in wishes)
            if len(ids) > 1 and (len(wishing) > 1) == of_wishes:
                losing = found.setdefault((wishing, key), [])
                losing += [each for each in ids if each not in losing and (of_wishes or each not in wishing)]
    for (_, key), losing in found.items():
        for each in losing:
            if key in keys[each]:
                keys[each].remove(key)
    return [(wishing, losing, key) for (wishing, key), losing in found.items()]


def _left(keys: list[str]) -> str:
    return "keeps " + ", ".join(map(readable, keys)) if keys else "has no key now"


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


def _as_sent(key: str) -> str:
    """A key as the terminal's name for it, where a person wrote the sign or the short name that help shows."""
    modifier, plus, base = key.rpartition("+") if key != "+" else ("", "", "+")
    return f"{modifier}{plus}{_SENT.get(base, base)}"


_SENT = {shown: name for name, shown in _NAMES.items()}
