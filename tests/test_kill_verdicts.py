"""kill -9 while verdicts are given: each that was acknowledged stands, and what follows from them agrees with them."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest

from anitui.store import journal
from anitui.store.catalogue import open_catalogue
from anitui.store.groups import Groups
from anitui.store.intake import Batch, record
from anitui.store.verdicts import standing
from anitui.workspace import Workspace
from tests.store.new_pictures import picture, seen

PICTURES = 120

WORKER = """
import random, sys
from pathlib import Path
from anitui.errors import AnituiError
from anitui.store import journal
from anitui.store.catalogue import open_catalogue
from anitui.store.groups import Statement, Verdict
from anitui.store.verdicts import judge

catalogue, pictures, numbers = open_catalogue(Path(sys.argv[1])), int(sys.argv[2]), random.Random(sys.argv[3])
while True:
    one, other = numbers.sample(range(1, pictures + 1), 2)
    said = Statement.of(one, other, numbers.choice(list(Verdict)))
    try:
        judge(catalogue, "image", [said])
    except AnituiError:
        continue
    print("said", said.a_id, said.b_id, said.verdict, flush=True)
    if numbers.random() < 0.2:
        journal.undo(catalogue)
        print("undone", said.a_id, said.b_id, said.verdict, flush=True)
"""


def killed_after(workspace: Workspace, lines: int, seed: int) -> list[list[str]]:
    command = [sys.executable, "-c", WORKER, str(workspace.catalogue), str(PICTURES), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [line for line, _ in zip(process.stdout, range(lines), strict=False)]
        process.kill()
        said += process.stdout
    return [line.split() for line in said if line.endswith("\n")]


def still_said(lines: list[list[str]]) -> list[list[str]]:
    """What was said last of each pair and not taken back; of a pair on which something was taken back, nothing."""
    undone = {tuple(line[1:3]) for line in lines if line[0] == "undone"}
    return [line[1:] for line in lines if tuple(line[1:3]) not in undone]


@pytest.mark.slow
def test_no_acknowledged_verdict_is_lost_and_what_follows_agrees(workspace: Workspace) -> None:
    catalogue = open_catalogue(workspace.catalogue)
    names = [str(n) for n in range(PICTURES)]
    record(catalogue, Batch(1, [picture(x) for x in names], [seen(x, f"/p/{x}", f"l{int(x) % 7}") for x in names], []))
    catalogue.close()
    numbers = random.Random(11)
    acknowledged: list[list[str]] = []
    for attempt in range(5):
        acknowledged += killed_after(workspace, numbers.randint(3, 25), attempt)
        catalogue = open_catalogue(workspace.catalogue)
        try:
            if acknowledged[-1][0] == "said" and journal.history(catalogue, 1)[0].state == "undone":
                acknowledged.append(["undone", *acknowledged[-1][1:]])  # done, and killed before it could say so
            stands = {(a, b): verdict for a, b, verdict in catalogue.rows("SELECT a_id, b_id, verdict FROM verdicts")}
            expected = {(int(a), int(b)): verdict for a, b, verdict in still_said(acknowledged)}
            assert expected.keys() <= stands.keys()
            # The one that was written and could not be acknowledged any more may be another word on an old pair.
            assert sum(stands[pair] != verdict for pair, verdict in expected.items()) <= 1
            log = standing(catalogue, "image", range(1, PICTURES + 1))
            assert catalogue.rows("SELECT id, group_id, keeper_id, kept FROM duplicate_groups ORDER BY 1") == sorted(
                (each.id, each.group_id, each.keeper_id, each.kept) for each in Groups(log).members()
            )
            losers = catalogue.rows("SELECT id FROM duplicate_groups WHERE NOT kept ORDER BY 1")
            aside = {id for (id,) in catalogue.rows("SELECT image_id FROM images WHERE state = 'set_aside'")}
            assert {id for (id,) in losers} <= aside
        finally:
            catalogue.close()
    assert sum(what == "said" for what, *_ in acknowledged) > 40
