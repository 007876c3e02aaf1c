"""The jobs that collect."""

from __future__ import annotations

from anitui.actions.action import Action

ACTIONS: tuple[Action, ...] = (
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
)
