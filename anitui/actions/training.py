"""Runs."""

from __future__ import annotations

from anitui.actions.action import Action

PANES = ("loss", "measured", "confusion", "most wrong", "log", "images per second", "learning rate")

ACTIONS: tuple[Action, ...] = (
    Action("train.new", "n", "new run", "Train: the form says what will be trained, and about how long it takes.", 1),
    Action("train.stop", "space", "stop gently", "Let this run finish its step, keep a checkpoint, and end.", 2),
    Action("train.resume", "r", "go on", "Let this run go on from its last checkpoint.", 3),
    Action("train.open", "enter", "alone", "This pane alone, and back; on a face that is wrong, to it in Faces.", 4),
    Action("train.next_pane", "tab", "other pane", "On to the next pane; arrows and Enter are about it.", 5),
    Action("train.previous_pane", "shift+tab", "pane before", "Back to the pane before."),
    Action("train.mark", "m", "mark", "Mark this run, to see it together with others; or no longer.", 6),
    Action("train.compare", "c", "compare", "The marked runs side by side: settings that differ, and results.", 7),
    Action("train.smoother", "plus,equals_sign", "smoother", "Smooth the curves more.", 8),
    Action("train.rougher", "minus", "rougher", "Smooth the curves less.", 9),
    Action("train.log", "l", "log scale", "This curve on a logarithmic scale, or as it is.", 10),
    Action("train.closer", "z", "zoom in", "A part of the curves, twice as close; left and right move it.", 11),
    Action("train.farther", "o", "zoom out", "Twice as much of the curves."),
    Action("train.whole", "Z", "whole", "The curves from their beginning to their end.", 12),
    Action("train.note", "w", "note", "Write a note to this run.", 13),
    Action("train.delete", "x,delete", "delete", "Delete this run with its models: asks first.", 14),
    Action("train.alone", "f", "this pane alone", "This pane alone, and back, whatever it shows."),
    Action("train.up", "up,k", "up", "The run before; among the faces that are wrong, a row up."),
    Action("train.down", "down,j", "down", "The next run; among the faces that are wrong, a row down."),
    Action("train.left", "left,h", "left", "To the left, in the curves or among the faces that are wrong."),
    Action("train.right", "right", "right", "To the right, in the curves or among the faces that are wrong."),
    Action("train.page_up", "pageup,ctrl+u", "page up", "One page up."),
    Action("train.page_down", "pagedown,ctrl+d", "page down", "One page down."),
    Action("train.first", "home", "first", "To the newest run."),
    Action("train.last", "end", "last", "To the oldest run."),
    *(
        Action(f"train.pane({number})", str(number), f"pane {number}", f"Show or hide the pane: {name}.")
        for number, name in enumerate(PANES, 1)
    ),
    Action("train.drawing", "p", "how drawn", "Change how pictures are drawn: cells, sextants, sixel, kitty."),
)
