"""The SQL screen: what there is to the left, the statement above, its rows below."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.timer import Timer
from textual.widgets import Tree

from anitui.errors import AnituiError
from anitui.screens.frame import FrameScreen
from anitui.screens.questions import Ask, Confirm
from anitui.screens.sql.editor import Editor, Suggestions
from anitui.screens.sql.exporting import Exporting
from anitui.screens.sql.keys import keys
from anitui.screens.sql.recall import Recall
from anitui.screens.sql.tree import Entry, SchemaTree
from anitui.screens.widgets.rows import Rows
from anitui.store.console import Outcome, Query, SqlError
from anitui.store.console_history import FILE, History
from anitui.store.console_schema import Relation, picture_of, schema
from anitui.store.recipes import first_rows, is_first_rows, recipes
from anitui.store.spool import SPILL, Spool, remove_left_over
from anitui.words import count

NARROW = 100
DRAW_EVERY = 0.1  # seconds, while rows come
AMONG = 2000  # rows on each side of the cursor whose pictures `next` goes through

WRITING = "WRITING IS ON"
WRITING_DETAIL = (
    "Statements then change the catalogue for good, all of one run or none. The journal does not know of them, "
    "so undo cannot take them back; setting pictures aside is better done in Browse. Writing is off again with "
    "the same key, and whenever anitui starts."
)


class SqlScreen(FrameScreen):
    """Asks the catalogue. Reads only, until the person switches writing on."""

    place = "sql"
    CSS_PATH = "sql.tcss"
    BINDINGS: ClassVar[list[BindingType]] = keys()

    def __init__(self) -> None:
        super().__init__()
        self._schema_tree = SchemaTree(id="schema", classes="panel")
        self._editor = Editor(id="editor", classes="panel")
        self._rows = Rows(id="rows", classes="panel")
        self.writing = False
        self.query_now: Query | None = None
        self._exporting = Exporting(self)
        self._recall: Recall | None = None
        self._began = 0.0
        self._said = ""
        self._offered: tuple[str, bool] | None = None
        self._timer: Timer | None = None
        self._asked: tuple[str, bool] | None = None

    def body(self) -> ComposeResult:
        with Container(id="sql"):
            yield self._schema_tree
            with Vertical(id="work"):
                yield self._editor
                yield self._rows
        yield Suggestions()

    def on_mount(self) -> None:
        self._timer = self.set_interval(DRAW_EVERY, self._draw_progress, pause=True)
        self._schema_tree.border_title = "catalogue"
        self._rows.border_title = "rows"
        self._schema_tree.show_recipes(recipes())
        workspace = self.host.workspace

        def read() -> tuple[History, list[Relation]]:
            remove_left_over(workspace.root / SPILL)
            return History(workspace.root / FILE), schema(self.host.catalogue)

        def then(found: tuple[History, list[Relation]]) -> None:
            history, relations = found
            self._recall = Recall(history)
            self._schema_tree.show_recent(history.statements)
            self._show_schema(relations)

        self.off_thread(read, then, group="sql-schema")
        self._show_writing()
        self.tell()
        self._editor.focus()
        if self._asked is not None:
            self.call_after_refresh(self.ask, *self._asked)

    def on_unmount(self) -> None:
        if self.query_now is not None:
            self.query_now.stop()
        self._exporting.stop()
        if isinstance(self._rows.source, Spool):
            self._rows.source.close()

    def on_resize(self) -> None:
        self.set_class(self.size.width < NARROW, "-narrow")
        self._editor.close()

    def reload(self) -> None:
        self.off_thread(lambda: schema(self.host.catalogue), self._show_schema, group="sql-schema", quiet=True)

    def ask(self, text: str, run: bool = True) -> None:
        """Put a statement into the editor and, unless told otherwise, run it."""
        if not self._rows.is_mounted:
            self._asked = (text, run)
            return
        self._editor.put(text)
        if run:
            self._rows.focus()
            self.action_run()

    def _out(self) -> tuple[str, Callable[[], object]] | None:
        """The step that `esc` takes here, in words and in deed."""
        if self._editor.options:
            return "close the list", self._editor.close
        if self.query_now is not None:
            return "stop", self.query_now.stop
        if self._exporting.runs:
            return "stop the export", self._exporting.stop
        if self._tree_is_seen() and self.has_class("-narrow"):
            return "close the tables", self.action_tree
        if self.focused is self._editor:  # not away at once: what is typed after it would be taken for keys
            return "leave the editor", self._rows.focus
        return None

    def step_back(self) -> bool:
        out = self._out()
        if out is not None:
            out[1]()
        return out is not None

    def way_out(self) -> str:
        out = self._out()
        return out[0] if out is not None else "back"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "complete":
            return self.focused is self._editor
        if action in ("open", "go_to_row"):
            return self._rows.count > 0 and (action == "go_to_row" or self.focused is self._rows)
        return True

    def on_editor_offering(self) -> None:
        self.refresh_keys()

    # Running.

    def action_run(self) -> None:
        text = self._editor.selected_text.strip() or self._editor.text
        if self.query_now is not None:
            self.say("a statement is running: esc stops it", "warning")
            return
        if not text.strip():
            self.say("there is no statement yet: write one, or choose an example to the left", "warning")
            return
        self._editor.close()
        self._editor.mark(None)
        query = self.query_now = Query(self.host.catalogue, text, write=self.writing)
        self._began = time.monotonic()
        # What is looked at stays until the new rows come.
        assert self._timer is not None
        self._timer.resume()
        recall = self._recall

        def run() -> Outcome | AnituiError:
            if recall is not None:
                recall.history.add(text)
            try:
                return query.run()
            except AnituiError as error:
                return error

        self.off_thread(run, lambda outcome: self._ended(query, outcome), group="sql", failed=self._not_running)
        self.tell()

    def _not_running(self) -> None:
        self.query_now = None
        assert self._timer is not None
        self._timer.pause()
        self.tell()

    def _ended(self, query: Query, outcome: Outcome | AnituiError) -> None:
        self._show_rows(query)
        self._said = ""
        if isinstance(outcome, Outcome):
            self._tell_outcome(query, outcome)
        else:
            self.say(str(outcome), "error")
            if isinstance(outcome, SqlError) and outcome.position is not None and query.text == self._editor.text:
                self._editor.mark(outcome.position)
        self._not_running()
        if self._recall is not None:
            self._recall.reset()
            self._schema_tree.show_recent(self._recall.history.statements)

    def _tell_outcome(self, query: Query, outcome: Outcome) -> None:
        rows = count(outcome.rows, "row")
        took = f"{outcome.seconds:,.2f} s"
        self._said = f"{rows} · {took}"
        if outcome.stopped:
            self._said = f"{outcome.stopped.partition(',')[0]} after {rows} · {took}"
            self.say(
                f"{outcome.stopped} after {rows}" if "after" not in outcome.stopped else outcome.stopped, "warning"
            )
        elif query.write:
            changed = "nothing that DuckDB counts" if outcome.changed is None else count(outcome.changed, "row")
            self._said = f"changed {changed} · {took}" if query.spool is None else f"{self._said} · changed {changed}"
            self.say(f"changed {changed}; the journal does not know of it, so undo cannot take it back")
            if query.spool is None:
                self._rows.show(None)
        if query.write:
            self.host.changed()

    def _draw_progress(self) -> None:
        if self.query_now is not None:
            self._show_rows(self.query_now)
            self.tell()

    def _show_rows(self, query: Query) -> None:
        if query.spool is None:
            return
        if self._rows.source is query.spool:
            if self._rows.count != self._rows.shown:
                self._rows.grow()
            return
        old = self._rows.source
        self._rows.show(query.spool)
        if isinstance(old, Spool):
            old.close()

    def tell(self) -> None:
        """Say in the place line what is going on."""
        where = f"SQL › {WRITING}" if self.writing else "SQL › reading"
        far = self._exporting.line or self._said
        if self.query_now is not None:
            rows = len(self.query_now.spool) if self.query_now.spool is not None else 0
            far = f"running · {count(rows, 'row')} · {time.monotonic() - self._began:,.0f} s · esc stops"
        elif self._rows.count:
            self._rows.border_subtitle = f"{self._rows.cursor + 1:,} of {self._rows.count:,}"
        self.where(where, far)
        now = (self.way_out(), self._rows.count > 0)
        if now != self._offered:  # not ten times a second while rows come
            self._offered = now
            self.refresh_keys()

    # Writing.

    def action_write(self) -> None:
        if self.writing:
            self._set_writing(False)
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._set_writing(True)

        self.host.push_screen(
            Confirm("Allow statements to change the catalogue?", "allow writing", WRITING_DETAIL), answered
        )

    def _set_writing(self, on: bool) -> None:
        self.writing = on
        self._show_writing()
        self.say("writing is on" if on else "writing is off: statements only read", "warning" if on else "information")
        self.tell()

    def _show_writing(self) -> None:
        self._editor.border_title = WRITING if self.writing else "statement"
        self._editor.border_subtitle = "ctrl+w switches it off" if self.writing else ""
        self._editor.set_class(self.writing, "-writing")

    # Rows.

    def action_open(self) -> None:
        spool = self._rows.source
        if not self._rows.has_focus or not isinstance(spool, Spool) or not self._rows.count:
            return
        cursor = self._rows.cursor

        def read() -> tuple[int | None, list[int]]:
            found = picture_of(self.host.catalogue, spool.row(cursor))
            if not any(column.name == "image_id" for column in spool.columns):
                return found, []
            ids = spool.values("image_id", max(0, cursor - AMONG), 2 * AMONG)
            return found, list(dict.fromkeys(int(each) for each in ids if each is not None and each.isdecimal()))

        def then(found: tuple[int | None, list[int]]) -> None:
            image_id, among = found
            if image_id is None:
                self.say("this row leads to no picture: select an image_id or a face_id along with the rest", "warning")
            else:
                self.host.open_picture(image_id, among or None)

        self.off_thread(read, then, group="sql-open")

    def action_go_to_row(self) -> None:
        if not self._rows.count:
            return

        def answered(text: str | None) -> None:
            number = (text or "").replace(",", "").replace(" ", "")
            if number.isdecimal():
                self._rows.move(int(number) - 1)
                self._rows.focus()
            elif text:
                self.say(f"{text!r} is not the number of a row", "warning")

        self.host.push_screen(Ask(f"Go to which of the {count(self._rows.count, 'row')}?"), answered)

    def on_rows_moved(self) -> None:
        self._rows.border_subtitle = f"{self._rows.cursor + 1:,} of {self._rows.count:,}" if self._rows.count else ""

    def on_rows_chosen(self) -> None:
        self.action_open()

    def action_export(self) -> None:
        spool = self._rows.source
        if self._exporting.runs:
            self.say("an export is running: esc stops it", "warning")
        elif isinstance(spool, Spool):
            self._exporting.ask(spool, still_coming=self.query_now is not None)
        else:
            self.say("there are no rows to write yet", "warning")

    # The editor, the tree, and the way between.

    def action_complete(self) -> None:
        if self._editor.has_focus:
            self._editor.offer(asked=True)

    def on_option_list_option_selected(self, event: Suggestions.OptionSelected) -> None:
        self._editor.chosen = event.option_index
        self._editor.take()

    def action_older(self) -> None:
        self._through_history(1)

    def action_newer(self) -> None:
        self._through_history(-1)

    def _through_history(self, by: int) -> None:
        text = self._recall.go(by, self._editor.text) if self._recall is not None else None
        if text is not None:
            self._editor.put(text)

    def action_tree(self) -> None:
        name = "-tree-shown" if self.has_class("-narrow") else "-tree-hidden"
        self.toggle_class(name)
        (self._schema_tree if self._schema_tree.display and self._tree_is_seen() else self._editor).focus()

    def _tree_is_seen(self) -> bool:
        if self.has_class("-narrow"):
            return self.has_class("-tree-shown")
        return not self.has_class("-tree-hidden")

    def action_next_pane(self) -> None:
        if self._editor.options:
            self._editor.take()
        else:
            self._to_pane(1)

    def action_previous_pane(self) -> None:
        self._to_pane(-1)

    def _to_pane(self, by: int) -> None:
        narrow = self.has_class("-narrow")
        panes = [self._schema_tree, self._editor, self._rows][0 if narrow or self._tree_is_seen() else 1 :]
        at = panes.index(self.focused if self.focused in panes else self._editor)
        following = panes[(at + by) % len(panes)]
        if narrow:
            self.set_class(following is self._schema_tree, "-tree-shown")
        following.focus()

    def on_tree_node_selected(self, event: Tree.NodeSelected[Entry]) -> None:
        entry = event.node.data
        if entry is None:
            event.node.toggle()
            return
        text = self._editor.text.strip()
        if entry.kind in ("recipe", "statement"):
            self._editor.put(entry.text)
        elif entry.kind == "relation" and (not text or is_first_rows(text)):
            self._editor.put(first_rows(entry.text))
        else:
            self._editor.insert(entry.text)
        self.remove_class("-tree-shown")
        self._editor.focus()

    def _show_schema(self, relations: list[Relation]) -> None:
        self._editor.schema = relations
        self._schema_tree.show_schema(relations)
