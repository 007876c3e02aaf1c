"""Faces, labels and boxes. The keys of labels are those of LAP's labeler."""

from __future__ import annotations

from anitui.actions.action import Action

# What Textual calls the keys of labels, in the order of `store.labels.KEYS`, and what a person does.
LABEL_KEYS = (
    *((digit, digit) for digit in "1234567890"),
    ("minus", "-"), ("equals_sign", "="), ("plus", "+"), ("underscore", "_"), ("right_square_bracket", "]"),
)  # fmt: skip

ACTIONS: tuple[Action, ...] = (
    # Faces. The keys of labels are those of LAP's labeler.
    Action("faces.accept", "space", "agree", "The name that a model or a job suggests, and on to the next.", 1),
    Action("faces.name(0)", "1", "name", "Name with the label of this key, and on to the next.", 2),
    *(
        Action(f"faces.name({slot})", key, f"name {sign}", f"Name with the label of the key {sign}.")
        for slot, (key, sign) in enumerate(LABEL_KEYS)
        if slot
    ),
    Action("faces.confirm", "c", "it is so", "They are who they are called: a review asks about it no more.", 3),
    Action("faces.type", "t", "type", "Find a label among hundreds by typing, or make a new one.", 3),
    Action("faces.not_a_face", "n", "no face", "Set the box aside: it holds no face. Nothing is deleted.", 4),
    Action("faces.unsure", "m", "unsure", "Nobody can say who this is; the same again takes it back.", 5),
    Action("faces.alike", "y", "most alike", "The faces most like this one, the likest first.", 6),
    Action("faces.open", "enter,o", "whole picture", "The picture with its boxes, and all that is known of it.", 7),
    Action("faces.select", "v", "select", "Start or end a selection; the cursor widens it.", 8),
    Action("faces.select_named", "a", "all of this name", "Select all here that are called what this one is.", 9),
    Action("faces.select_all", "ctrl+a", "select all", "Select all faces that are shown."),
    Action("faces.select_group", "A", "all of this heading", "Select all under this heading, such as a cluster."),
    Action("faces.filter", "slash", "filter", "Show only some: label:none by:job score<0.5 hint:cocoa", 10),
    Action("faces.sort", "O", "order", "Put the faces in another order: review, most suspicious, most alike.", 11),
    Action("faces.group", "G", "group", "Put faces that share something under one heading.", 12),
    Action("faces.boxes", "B", "boxes", "Draw, move and name the boxes of this picture.", 12),
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
    Action("boxes.zoom", "z,greater_than_sign", "zoom", "Closer, to the box in the hand.", 9),
    Action("boxes.back", "backspace", "back one", "Back to the picture where one was before.", 10),
    Action("boxes.mark", "m", "for deletion", "Mark the picture for deletion, or not; it is set aside.", 11),
    Action("boxes.hide", "v", "hide", "Hide the boxes, or show them.", 12),
    Action("boxes.kinds", "K", "faces or heads", "Show and draw faces, heads, or show both and draw faces.", 13),
    Action("boxes.filter", "slash", "filter", "Go through some pictures only: label:miku size<300 cocoa", 14),
    Action("boxes.read_only", "R", "read-only", "Change nothing by a slip of the hand; the same again allows it.", 15),
    Action("boxes.label_set", "l", "label set", "Name with the labels of another set.", 16),
    Action("boxes.unzoom", "less_than_sign", "zoom out", "Further away."),
    Action("boxes.whole", "Z", "whole", "The whole picture."),
    Action("boxes.previous_box", "shift+tab", "box before", "Take the box before into the hand."),
    Action("boxes.next_picture", "pagedown", "next picture", "The next picture, without a word about this one."),
    Action("boxes.previous_picture", "pageup", "picture before", "The picture before."),
    Action("boxes.first_picture", "home", "first", "To the first picture, without a word about this one."),
    Action("boxes.last_picture", "end", "last", "To the last picture."),
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
)
