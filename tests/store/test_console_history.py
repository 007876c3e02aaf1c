from __future__ import annotations

import json
from pathlib import Path

from anitui.store.console_history import KEPT, History


def test_statements_are_there_again_the_newest_last_and_none_twice_in_a_row(tmp_path: Path) -> None:
    history = History(tmp_path / "history.jsonl")
    for statement in ("SELECT 1", "SELECT 1 ", "SELECT\n'é\u2028'", "SELECT 1", "  "):
        history.add(statement)
    assert history.statements == ["SELECT 1", "SELECT\n'é\u2028'", "SELECT 1"]
    assert History(tmp_path / "history.jsonl").statements == history.statements


def test_a_line_cut_off_by_a_kill_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    history = History(file)
    history.add("SELECT 1")
    history.add("SELECT 2")
    file.write_bytes(file.read_bytes()[:-10])
    again = History(file)
    assert again.statements == ["SELECT 1"]
    again.add("SELECT 3")
    assert History(file).statements == ["SELECT 1", "SELECT 3"]


def test_the_last_are_kept_and_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    lines = [json.dumps({"sql": f"SELECT {number}"}) for number in range(2 * KEPT)]
    file.write_text("".join(f"{line}\n" for line in lines) + '["not a statement"]\n')
    history = History(file)
    assert history.statements == [f"SELECT {number}" for number in range(KEPT, 2 * KEPT)]
    history.add("SELECT 'new'")
    assert len(file.read_text().splitlines()) == KEPT
    assert History(file).statements[-2:] == [f"SELECT {2 * KEPT - 1}", "SELECT 'new'"]
