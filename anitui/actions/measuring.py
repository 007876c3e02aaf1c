"""Statistics."""

from __future__ import annotations

from anitui.actions.action import Action

ACTIONS: tuple[Action, ...] = (
    Action(
        "statistics.open", "enter,right,l", "into it", "Into the rows; on a row, the pictures or faces it counts.", 1
    ),
    Action("statistics.back", "left,h", "to the list", "Out of the rows, back to the list of charts."),
    Action("statistics.down", "down,j", "next", "The next chart; within one, the next row.", 2),
    Action("statistics.up", "up,k", "before", "The chart before; within one, the row before."),
    Action("statistics.set", "s", "label set", "Of which set of labels.", 3),
    Action("statistics.page", "w", "write a page", "Write all charts as one HTML page, to share.", 4),
    Action("statistics.sql", "o", "as SQL", "The view behind this chart, on the SQL screen.", 5),
    Action("statistics.log", "L", "by logarithm", "Bars by the logarithm of what they count, or as they count it.", 6),
    Action("statistics.page_up", "pageup,ctrl+u", "page up", "One page up."),
    Action("statistics.page_down", "pagedown,ctrl+d", "page down", "One page down."),
    Action("statistics.first", "home", "first", "To the first row."),
    Action("statistics.last", "end", "last", "To the last row."),
)
