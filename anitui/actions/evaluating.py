"""What was measured of models."""

from __future__ import annotations

from anitui.actions.action import Action

ACTIONS: tuple[Action, ...] = (
    Action("evaluate.open", "enter,right,l", "into it", "Into the rows; on a row, the faces that it is about.", 1),
    Action("evaluate.back", "left,h", "to the list", "Out of the rows, back to the list of runs and charts."),
    Action("evaluate.down", "down,j", "next", "The next chart or run; within a chart, the next row.", 3),
    Action("evaluate.up", "up,k", "before", "The chart or run before; within a chart, the row before."),
    Action("evaluate.next_run", "tab", "next run", "The next run.", 5),
    Action("evaluate.previous_run", "shift+tab", "run before", "The run before."),
    Action("evaluate.measure", "m", "measure", "Measure the run on what it has not learnt from.", 2),
    Action("evaluate.pairs", "f", "by a file of pairs", "Measure it by the pairs of a file, as ZACI-20 has them.", 6),
    Action("evaluate.page", "w", "write a page", "Write all of it as one HTML page, to share.", 4),
    Action("evaluate.page_up", "pageup,ctrl+u", "page up", "One page up."),
    Action("evaluate.page_down", "pagedown,ctrl+d", "page down", "One page down."),
    Action("evaluate.first", "home", "first", "To the first row."),
    Action("evaluate.last", "end", "last", "To the last row."),
)
