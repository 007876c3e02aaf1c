"""What there is to ask about, and what may be asked: tables with their columns, examples, recent statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from anitui.store.console_schema import Relation
from anitui.store.recipes import Recipe

RECENT = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line of the tree stands for: `text` is put into the editor, whole or at the cursor."""

    kind: str  # relation, macro, column, recipe, statement
    text: str


class SchemaTree(Tree[Entry]):
    """Enter takes what is under the cursor; space, right and left open and close."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "open_node", show=False),
        Binding("left,h", "close_node", show=False),
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]

    def __init__(self, *, id: str, classes: str) -> None:
        super().__init__("catalogue", id=id, classes=classes)
        self.show_root = False
        self.auto_expand = False
        self.guide_depth = 2
        self._groups: dict[str, TreeNode[Entry]] = {}

    def on_mount(self) -> None:
        for name in ("tables", "views", "macros", "examples", "recent"):
            self._groups[name] = self.root.add(Text(name, style="bold"), expand=name in ("tables", "examples"))

    def show_schema(self, schema: Sequence[Relation]) -> None:
        """Show these relations; what was open stays open."""
        opened = {
            str(node.label).split()[0] for group in self._groups.values() for node in group.children if node.is_expanded
        }
        for kind, group in (("table", "tables"), ("view", "views"), ("macro", "macros")):
            node = self._groups[group]
            node.remove_children()
            for relation in schema:
                if relation.kind == kind:
                    self._add(node, relation, expand=relation.name in opened)

    def show_recipes(self, recipes: Sequence[Recipe]) -> None:
        """Show the example queries in their groups, of which the first is open."""
        node = self._groups["examples"]
        node.remove_children()
        groups: dict[str, TreeNode[Entry]] = {}
        for recipe in recipes:
            if recipe.group not in groups:
                groups[recipe.group] = node.add(Text(recipe.group, no_wrap=True), expand=not groups)
            groups[recipe.group].add_leaf(Text(recipe.name, no_wrap=True), Entry("recipe", recipe.text))

    def show_recent(self, statements: Sequence[str]) -> None:
        """Show the statements that were run, the newest first."""
        node = self._groups["recent"]
        node.remove_children()
        for statement in reversed(statements[-RECENT:]):
            node.add_leaf(Text(" ".join(statement.split())[:60], no_wrap=True), Entry("statement", statement))

    def action_open_node(self) -> None:
        if self.cursor_node is not None and self.cursor_node.allow_expand:
            self.cursor_node.expand()

    def action_close_node(self) -> None:
        node = self.cursor_node
        if node is None:
            return
        if node.is_expanded and node.allow_expand:
            node.collapse()
        elif node.parent is not None and node.parent is not self.root:
            self.move_cursor(node.parent)

    @staticmethod
    def _add(node: TreeNode[Entry], relation: Relation, *, expand: bool) -> None:
        label = Text(relation.name, no_wrap=True)
        if relation.kind == "macro":
            label.append(f"({', '.join(name for name, _ in relation.columns)})", style="dim")
            node.add_leaf(label, Entry("macro", f"{relation.name}("))
            return
        if relation.rows is not None:
            label.append(f"  {relation.rows:,}", style="dim")
        inner = node.add(label, Entry("relation", relation.name), expand=expand)
        for name, kind in relation.columns:
            inner.add_leaf(Text(name, no_wrap=True).append(f"  {kind.lower()}", style="dim"), Entry("column", name))
