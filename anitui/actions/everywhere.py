"""Where one goes, what works on every screen, and the screens that are about no picture."""

from __future__ import annotations

from anitui.actions.action import Action

ACTIONS: tuple[Action, ...] = (
    # Where to go: `g`, then the letter.
    Action("go.home", "h", "home", "What is in the workspace, and what to do next."),
    Action("go.jobs", "j", "jobs", "What collects pictures, and how far it is."),
    Action("go.browse", "b", "browse", "Look through the pictures."),
    Action("go.duplicates", "d", "duplicates", "Decide on what is alike, pair by pair."),
    Action("go.clean", "c", "clean", "Set aside what is grey, blurred, tiny or badly shaped."),
    Action("go.faces", "f", "faces", "Say who is who, a key for each name."),
    Action("go.boxes", "x", "boxes", "Draw, move and name the boxes, picture after picture."),
    Action("go.splits", "p", "splits", "Deal faces to train, val and test without leaks; audit folders."),
    Action("go.train", "t", "train", "Train a model, and see how it goes."),
    Action("go.evaluate", "v", "evaluate", "How good models are: measured, class by class; most wrong faces."),
    Action("go.export", "e", "export", "Write faces or a split for other programs."),
    Action("go.sql", "s", "SQL", "Ask the catalogue anything."),
    Action("go.statistics", "i", "statistics", "What is counted, as charts; a page of them to share."),
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
