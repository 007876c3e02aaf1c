"""Who may know whom: read off the source, and off a fresh process."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import anitui

ROOT = Path(anitui.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
BELOW_SCREENS = ("store", "pipeline", "train")
HEAVY = {"torch", "torchvision", "cv2", "scipy", "duckdb", "pyarrow", "textual", "numpy", "PIL", "numba"}

SQL = re.compile(
    r"\bSELECT\b.+\bFROM\b|\bINSERT INTO\b|\bUPDATE\b.+\bSET\b|\bDELETE FROM\b|\bMERGE INTO\b"
    r"|\b(CREATE|DROP|ALTER) (OR REPLACE |TEMP )*(TABLE|VIEW|SEQUENCE|MACRO|INDEX)\b"
    r"|\bORDER BY\b|\bGROUP BY\b|\bPRAGMA \w",
    re.DOTALL,
)


def name_of(module: Path) -> str:
    return module.relative_to(ROOT).as_posix()


def imported(module: Path) -> Iterator[str]:
    """Every module that is imported anywhere in the file, also inside functions."""
    package = ["anitui", *module.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            yield from (base, *(f"{base}.{each.name}" for each in node.names))


def texts(module: Path) -> Iterator[str]:
    """Every text in the file that is no docstring; of an f-string, what stands between the braces as one."""
    tree = ast.parse(module.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield " … ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


@pytest.mark.parametrize("module", [m for m in MODULES if m.relative_to(ROOT).parts[0] in BELOW_SCREENS], ids=name_of)
def test_what_lies_below_the_screens_knows_none_of_them(module: Path) -> None:
    known = {
        name for name in imported(module) if re.match(r"textual\b|anitui\.(screens|app|actions|cli|commands)\b", name)
    }
    assert known == set()


def test_the_store_knows_nothing_of_the_pipeline() -> None:
    for module in ROOT.joinpath("store").rglob("*.py"):
        assert not [name for name in imported(module) if re.match(r"anitui\.(pipeline|train)\b", name)], name_of(module)


@pytest.mark.parametrize("module", [m for m in MODULES if m.relative_to(ROOT).parts[0] != "store"], ids=name_of)
def test_sql_is_spoken_in_the_store_alone(module: Path) -> None:
    spoken = [text for text in texts(module) if SQL.search(text)]
    assert spoken == []


def test_the_store_is_where_sql_is_found() -> None:
    """Else the test above would have gone blind."""
    speaking = [module.name for module in ROOT.joinpath("store").glob("*.py") if any(map(SQL.search, texts(module)))]
    assert {"intake.py", "jobs.py", "journal.py", "catalogue.py", "migrations.py"} & set(speaking) >= {
        "intake.py", "jobs.py", "journal.py", "migrations.py",
    }  # fmt: skip


def test_a_file_is_a_room() -> None:
    long = {
        name_of(module): lines for module in MODULES if (lines := len(module.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}


@pytest.mark.parametrize("arguments", [["--help"], ["import", "--help"], ["--version"], ["no-such-command"]])
def test_the_command_line_answers_without_anything_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "import anitui.__main__\n"
        f"try: anitui.__main__.main({arguments!r})\n"
        "except SystemExit: pass\n"
        f"print(*sorted({HEAVY!r} & set(sys.modules)), sep=' ', file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == ""


def test_no_two_stylesheets_style_the_same_id() -> None:
    styled: dict[str, list[str]] = {}
    for sheet in sorted(ROOT.rglob("*.tcss")):
        for id in set(re.findall(r"^#([a-z-]+)(?=[^{]*\{)", sheet.read_text(), re.MULTILINE)):
            styled.setdefault(id, []).append(sheet.name)
    # All of them hold at once, on every screen, as soon as each was opened.
    assert {id: sheets for id, sheets in styled.items() if len(sheets) > 1} == {}
