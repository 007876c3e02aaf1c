"""Verdicts on near-duplicates: the log, and everything that follows from it, in one transaction.

What is said of two pictures (or faces) is a row of `verdicts`. From it follow the groups with their keepers, who is
set aside, and what the keeper inherits; all of that is worked out again for the groups that a verdict touches, so
taking back any verdict, however old, is dropping its row and working out again. Every step goes through the journal.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from anitui.errors import WrongUse
from anitui.store import journal
from anitui.store.catalogue import Catalogue
from anitui.store.groups import JOINING, Contradiction, Groups, Member, Said, Statement, Verdict, in_words
from anitui.store.inheriting import inherit
from anitui.store.journal import Decision

if TYPE_CHECKING:
    import pyarrow
    from duckdb import DuckDBPyConnection

DUPLICATE_OF = "duplicate of "
BESIDE = "set aside together with "

ITEMS = {"image": ("images", "image_id"), "face": ("faces", "face_id")}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision came to."""

    said: int  # verdicts that stand now
    set_aside: tuple[int, ...]
    brought_back: tuple[int, ...]
    known: int = 0  # statements that followed from earlier ones, and were left out
    contradicting: tuple[Statement, ...] = ()  # likewise, because they contradict earlier ones


def judge(
    catalogue: Catalogue,
    kind: str,
    statements: Sequence[Statement],
    *,
    action: str = "duplicates.judge",
    summary: str | None = None,
    said_by: str = "person",
    dropping: Collection[int] = (),
) -> Outcome:
    """Say something of pairs, as one decision. An earlier verdict on the very same pair is replaced.

    `dropping` names verdicts (by verdict_id) that are taken back with it. Raises Contradiction, and nothing is
    changed, where something cannot be true together with what else was said.
    """
    if not statements:
        raise WrongUse("no pair was given to judge")
    summary = summary or "; ".join(in_words(each) for each in statements[:3]) + (" …" if len(statements) > 3 else "")
    with journal.decision(catalogue, action, summary, said_by) as decision:
        connection = decision.connection
        _there(connection, kind, statements)
        before = _touched(connection, kind, [*_ends(connection, dropping), *_ids(statements)])
        pairs = {(each.a_id, each.b_id) for each in statements}
        dropped = [each for each in before if each.verdict_id in dropping or (each.a_id, each.b_id) in pairs]
        _drop(decision, dropped)
        groups = Groups(each for each in before if each not in dropped)
        for each in statements:
            groups.check(each)
            # Its number comes later; among themselves the statements count in their order.
            groups.take(Said(each.a_id, each.b_id, each.verdict, 2**62))
        said = _write(decision, kind, statements, said_by, dropped)
        log = [*(each for each in before if each not in dropped), *said]
        return _settle(decision, kind, said, dropped, log)


def judge_by_rule(
    catalogue: Catalogue, kind: str, statements: Iterable[Statement], *, action: str, summary: str, said_by: str
) -> Outcome:
    """Say something of many pairs, as one decision, without ever overruling: what follows from earlier verdicts is
    left out, and so is what contradicts them. `{n}` in the summary becomes the number of verdicts."""
    statements = list(statements)
    if not statements:
        return Outcome(0, (), ())
    with catalogue.writing() as writer:
        standing = _touched(writer, kind, _ids(statements))
        judged = {(each.a_id, each.b_id) for each in standing if each.verdict is not Verdict.NOT_NOW}
        groups = Groups(standing)
        taken: list[Statement] = []
        known, against = 0, []
        for each in statements:
            told = groups.together(each.a_id, each.b_id) if each.verdict in JOINING else False
            if told or (each.a_id, each.b_id) in judged:
                known += 1
                continue
            try:
                groups.check(each)
            except Contradiction:
                against.append(each)
                continue
            groups.take(Said(each.a_id, each.b_id, each.verdict, 2**62 + len(taken)))
            judged.add((each.a_id, each.b_id))
            taken.append(each)
        if not taken:
            return Outcome(0, (), (), known, tuple(against))
        with journal.decision(catalogue, action, summary.replace("{n}", f"{len(taken):,}"), said_by) as decision:
            put_off = [each for each in standing if each.verdict is Verdict.NOT_NOW]
            pairs = {(each.a_id, each.b_id) for each in taken}
            dropped = [each for each in put_off if (each.a_id, each.b_id) in pairs]
            _drop(decision, dropped)
            said = _write(decision, kind, taken, said_by, dropped)
            log = [*(each for each in standing if each not in dropped), *said]
            outcome = _settle(decision, kind, said, dropped, log)
        return Outcome(outcome.said, outcome.set_aside, outcome.brought_back, known, tuple(against))


def judge_group(
    catalogue: Catalogue,
    kind: str,
    ids: Sequence[int],
    keepers: Sequence[int],
    *,
    action: str = "duplicates.judge",
    dropping: Collection[int] = (),
) -> Outcome:
    """Say of three and more that they are one thing, and which of them are kept: the first keeper stands for all.

    Without a keeper all are set aside.
    """
    others = [id for id in ids if id not in keepers]
    if keepers:
        first = keepers[0]
        statements = [Statement.of(first, id, Verdict.KEEP_A) for id in others]
        statements += [Statement.of(first, id, Verdict.SAME) for id in keepers[1:]]
        kept = ", ".join(str(id) for id in keepers)
        summary = f"kept {kept} of a group of {len(ids)}"
    else:
        statements = [Statement.of(one, other, Verdict.ASIDE) for one, other in pairwise(ids)]
        summary = f"set a group of {len(ids)} aside"
    return judge(catalogue, kind, statements, action=action, summary=summary, dropping=dropping)


def retract(catalogue: Catalogue, verdict_ids: Collection[int], *, action: str = "duplicates.retract") -> Outcome:
    """Take verdicts back, however old, and work out again what follows from the others."""
    rows = catalogue.rows(
        "SELECT kind, a_id, b_id, verdict, verdict_id FROM verdicts WHERE verdict_id IN (SELECT unnest(?::BIGINT[]))",
        [list(verdict_ids)],
    )
    if not rows:
        raise WrongUse(f"there is no verdict {', '.join(str(each) for each in verdict_ids)} in this workspace")
    words = "; ".join(in_words(_said(row[1:])) for row in rows[:3])
    with journal.decision(catalogue, action, f"took back: {words}{' …' if len(rows) > 3 else ''}") as decision:
        outcomes = []
        for kind in sorted({row[0] for row in rows}):
            dropped = [_said(row[1:]) for row in rows if row[0] == kind]
            _drop(decision, dropped)
            log = _touched(decision.connection, kind, _ids(dropped))
            outcomes.append(_settle(decision, kind, [], dropped, log))
    aside = tuple(id for each in outcomes for id in each.set_aside)
    brought = tuple(id for each in outcomes for id in each.brought_back)
    return Outcome(0, aside, brought)


def standing(catalogue: Catalogue, kind: str, ids: Collection[int]) -> list[Said]:
    """What was said within and between the groups of these, in the order in which it was said."""
    return _touched(catalogue.reader(), kind, ids)


def members(catalogue: Catalogue, kind: str, id: int) -> list[Member]:
    """The group of one, the keeper first; nothing for one that is alone."""
    rows = catalogue.rows(
        "SELECT id, group_id, keeper_id, kept FROM duplicate_groups WHERE kind = $1 AND group_id = "
        "(SELECT group_id FROM duplicate_groups WHERE kind = $1 AND id = $2) "
        "ORDER BY id <> keeper_id, NOT kept, id",
        [kind, id],
    )
    return [Member(*row) for row in rows]


def _ids(statements: Iterable[Statement]) -> set[int]:
    return {id for each in statements for id in (each.a_id, each.b_id)}


def _ends(connection: DuckDBPyConnection, verdict_ids: Collection[int]) -> list[int]:
    """Whom these verdicts are about."""
    if not verdict_ids:
        return []
    rows = connection.execute(
        "SELECT unnest([a_id, b_id]) FROM verdicts WHERE verdict_id IN (SELECT unnest(?::BIGINT[]))",
        [list(verdict_ids)],
    ).fetchall()
    return [id for (id,) in rows]


def _there(connection: DuckDBPyConnection, kind: str, statements: Sequence[Statement]) -> None:
    table, key = ITEMS[kind]
    ids = sorted(_ids(statements))
    missing = connection.execute(
        f"SELECT id FROM (SELECT unnest(?::BIGINT[]) AS id) ANTI JOIN {table} t ON t.{key} = id ORDER BY id", [ids]
    ).fetchall()
    if missing:
        thing = "picture" if kind == "image" else "face"
        raise WrongUse(f"there is no {thing} {missing[0][0]} in this workspace")


def _touched(connection: DuckDBPyConnection, kind: str, ids: Collection[int]) -> list[Said]:
    """All that was said of these and of everyone in their groups."""
    near = [*ids, *_members_near(connection, kind, ids)]
    # Whoever writes verdicts with SQL may use words of their own: they end the asking, and nothing follows from them.
    rows = connection.execute(
        "SELECT a_id, b_id, verdict, verdict_id FROM verdicts "
        "WHERE kind = $kind AND verdict IN (SELECT unnest($words)) AND "
        "(a_id IN (SELECT unnest($near::BIGINT[])) OR b_id IN (SELECT unnest($near::BIGINT[]))) ORDER BY verdict_id",
        {"kind": kind, "words": [str(each) for each in Verdict], "near": near},
    ).fetchall()
    return [_said(row) for row in rows]


def _said(row: Sequence[object]) -> Said:
    a_id, b_id, verdict, verdict_id = row
    return Said(int(str(a_id)), int(str(b_id)), Verdict(str(verdict)), int(str(verdict_id)))


def _drop(decision: Decision, said: Sequence[Said]) -> None:
    import pyarrow

    if said:
        ids = pyarrow.array([each.verdict_id for each in said], pyarrow.int64())
        decision.remove("verdicts", pyarrow.table({"verdict_id": ids}))


def _write(
    decision: Decision, kind: str, statements: Sequence[Statement], said_by: str, replaced: Sequence[Said]
) -> list[Said]:
    """Add the verdicts to the log. One that replaces another takes its place in the order, not the last one: who
    corrects an early answer says nothing about whom later ones named."""
    import pyarrow

    places = {(each.a_id, each.b_id): each.verdict_id for each in replaced if each.verdict is not Verdict.NOT_NOW}
    first = decision.fresh_ids("verdict_ids", len(statements))
    said = [
        Said(each.a_id, each.b_id, each.verdict, places.get((each.a_id, each.b_id), first + number))
        for number, each in enumerate(statements)
    ]
    rows = pyarrow.table(
        {
            "verdict_id": pyarrow.array([each.verdict_id for each in said], pyarrow.int64()),
            "kind": pyarrow.array([kind] * len(said)),
            "a_id": pyarrow.array([each.a_id for each in said], pyarrow.int64()),
            "b_id": pyarrow.array([each.b_id for each in said], pyarrow.int64()),
            "verdict": pyarrow.array([str(each.verdict) for each in said]),
            "said_by": pyarrow.array([said_by] * len(said)),
        }
    )
    decision.add("verdicts", rows)
    return said


def _settle(
    decision: Decision, kind: str, said: Sequence[Said], dropped: Sequence[Said], log: Sequence[Said]
) -> Outcome:
    """Work out again what follows, for everyone whom these verdicts touch; `log` holds all that was said of them."""
    connection = decision.connection
    seeds = _ids([*said, *dropped])
    before = _members_near(connection, kind, seeds)
    near = seeds | before.keys()
    groups = Groups(each for each in log if each.verdict in JOINING)
    after = {each.id: each for each in groups.members() if each.id in near}
    _put_groups(decision, kind, before, after)
    aside, back = _put_states(decision, kind, said, dropped, before, after)
    if before or after:
        inherit(decision, kind, near)
    return Outcome(len(said), aside, back)


def _members_near(connection: DuckDBPyConnection, kind: str, ids: Collection[int]) -> dict[int, Member]:
    rows = connection.execute(
        "WITH given AS (SELECT DISTINCT unnest(?::BIGINT[]) AS id), "
        "near AS (SELECT DISTINCT group_id FROM duplicate_groups JOIN given USING (id) WHERE kind = ?) "
        "SELECT id, group_id, keeper_id, kept FROM duplicate_groups SEMI JOIN near USING (group_id) WHERE kind = ?",
        [list(ids), kind, kind],
    ).fetchall()
    return {row[0]: Member(*row) for row in rows}


def _put_groups(decision: Decision, kind: str, before: dict[int, Member], after: dict[int, Member]) -> None:
    import pyarrow

    def keys(ids: Sequence[int]) -> pyarrow.Table:
        return pyarrow.table({"kind": pyarrow.array([kind] * len(ids)), "id": pyarrow.array(ids, pyarrow.int64())})

    if gone := [id for id in before if id not in after]:
        decision.remove("duplicate_groups", keys(gone))
    changed = [each for id, each in after.items() if before.get(id) != each]
    for put, members in (
        (decision.put, [each for each in changed if each.id in before]),
        (decision.add, [each for each in changed if each.id not in before]),
    ):
        if members:
            rows = keys([each.id for each in members])
            rows = rows.append_column("group_id", pyarrow.array([each.group_id for each in members], pyarrow.int64()))
            rows = rows.append_column("keeper_id", pyarrow.array([each.keeper_id for each in members], pyarrow.int64()))
            rows = rows.append_column("kept", pyarrow.array([each.kept for each in members]))
            put("duplicate_groups", rows)


def _put_states(
    decision: Decision,
    kind: str,
    said: Sequence[Said],
    dropped: Sequence[Said],
    before: dict[int, Member],
    after: dict[int, Member],
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Set aside who lost, and bring back who is kept. Who was set aside for another reason stays so, unless named."""
    import pyarrow

    table, key = ITEMS[kind]
    named = {id for each in said for id in each.named_kept if (member := after.get(id)) is None or member.kept}
    beside = {}
    for each in said:
        if each.verdict is Verdict.ASIDE:
            beside[each.a_id], beside[each.b_id] = each.b_id, each.a_id
    freed = {id for each in dropped if each.verdict is Verdict.ASIDE for id in (each.a_id, each.b_id)}
    ids = sorted({*before, *after, *named, *beside, *freed})
    purged = "purged_at IS NOT NULL" if kind == "image" else "false"
    now = decision.connection.execute(
        f"SELECT {key}, state, reason, {purged} FROM {table} "
        f"SEMI JOIN (SELECT unnest(?::BIGINT[]) AS id) n ON n.id = {key}",
        [ids],
    ).fetchall()
    put: dict[int, tuple[str, str | None]] = {}
    aside: list[int] = []
    back: list[int] = []
    for id, state, reason, is_purged in now:
        old, new = before.get(id), after.get(id)
        loses = new is not None and not new.kept
        lost = old is not None and not old.kept
        as_duplicate = state == "set_aside" and (reason or "").startswith(DUPLICATE_OF)
        if id in beside:
            if state == "active" or (as_duplicate and not loses):
                put[id] = ("set_aside", f"{BESIDE}{beside[id]}")
        elif loses and new is not None:
            if (state == "active" and not lost) or (as_duplicate and reason != f"{DUPLICATE_OF}{new.keeper_id}"):
                put[id] = ("set_aside", f"{DUPLICATE_OF}{new.keeper_id}")
        elif state == "set_aside" and not is_purged:
            as_beside = id in freed and (reason or "").startswith(BESIDE)
            if id in named or as_duplicate or as_beside:
                put[id] = ("active", None)
        if id in put and put[id][0] != state:
            (aside if put[id][0] == "set_aside" else back).append(id)
    if put:
        rows = {
            key: pyarrow.array(list(put), pyarrow.int64()),
            "state": pyarrow.array([state for state, _ in put.values()]),
            "reason": pyarrow.array([reason for _, reason in put.values()], pyarrow.string()),
        }
        decision.put(table, pyarrow.table(rows))
    return tuple(aside), tuple(back)
