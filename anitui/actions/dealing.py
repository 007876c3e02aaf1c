"""Splits."""

from __future__ import annotations

from anitui.actions.action import Action

ACTIONS: tuple[Action, ...] = (
    Action("splits.new", "n", "new", "Make a split: the form says what may be asked for.", 1),
    Action("splits.open", "enter,right,l", "into it", "Into the labels; on a label, its faces or pictures.", 2),
    Action("splits.back", "left,h", "to the list", "Out of the labels, back to the list of splits."),
    Action("splits.down", "down,j", "next", "The next split; within one, the next label.", 3),
    Action("splits.up", "up,k", "before", "The split before; within one, the label before."),
    Action("splits.export", "e", "export", "Write this split for other programs.", 4),
    Action("splits.check", "c", "check", "Look for leaks in this split once more.", 5),
    Action("splits.audit", "a", "audit a folder", "Look for leaks in a folder that holds train and test.", 6),
    Action("splits.delete", "x,delete", "delete", "Take this split away; undo brings it back.", 7),
    Action("splits.sql", "o", "as SQL", "Its members, on the SQL screen.", 8),
    Action("splits.page_up", "pageup,ctrl+u", "page up", "One page up."),
    Action("splits.page_down", "pagedown,ctrl+d", "page down", "One page down."),
    Action("splits.first", "home", "first", "To the first label."),
    Action("splits.last", "end", "last", "To the last label."),
)
