"""Cleaning by rules: what one would do is worked out and told first, and done as one decision that undo takes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from anitui.pipeline.cleaning.choosing import Chosen, choose
from anitui.pipeline.cleaning.telling import EXAMPLES, Cleaning, examples, single_example
from anitui.pipeline.engine import Engine, Processes
from anitui.pipeline.examine import limits_of
from anitui.pipeline.pixels import compare_pixels
from anitui.progress import Event, Work
from anitui.settings import Settings
from anitui.store import rule_places, rule_singles, rules, verdicts
from anitui.store.catalogue import Catalogue
from anitui.store.pairs import PairOrder
from anitui.store.rule_words import Rule
from anitui.workspace import Workspace

LONGEST_NAME = 80


def clean(
    workspace: Workspace,
    catalogue: Catalogue,
    rule: Rule,
    *,
    name: str | None = None,
    apply: bool = False,
    settings: Settings | None = None,
    engine: Engine | None = None,
) -> Work[Cleaning]:
    """Find who meets the rule, and say what it does; with `apply` it is done. Otherwise nothing is decided."""
    settings = settings or Settings()
    told = rule.text
    rule = rule.protecting(settings.cleaning.protected)
    if rule.single:
        yield Event(f"looking for {'faces' if rule.kind == 'face' else 'pictures'} that meet the rule")
        return _with_idle_places(catalogue, rule, _single(catalogue, rule, told, name, apply))
    unread: Sequence[str] = ()
    if rule.identical:
        engine = engine or Processes(settings.importing.workers)
        unread = yield from compare_pixels(workspace, catalogue, engine, limits_of(settings.importing))
    else:
        yield from look_for_pairs(catalogue, rule)
    yield Event("looking for pairs that meet the rule")
    met = rules.meeting(catalogue, rule)
    chosen = choose(met, rule.verdict, labels_equal=rule.labels_equal)
    done = _told(catalogue, rule, met, chosen)
    done = _with_idle_places(catalogue, rule, replace(done, rule=told, name=name, unread=tuple(unread)))
    if apply and chosen.choices:
        yield Event("deciding", 0, len(chosen.choices))
        done = _decide(catalogue, rule, done, chosen)
    return replace(done, applied=apply)


def look_for_pairs(catalogue: Catalogue, rule: Rule) -> Work[None]:
    """Search for the pairs of the rule's narrowest distance, where they were not searched for yet."""
    nearest = rule.narrowest
    if nearest is None or rules.compared(catalogue, rule.kind, nearest.algorithm, nearest.hi):
        return
    from anitui.pipeline.pair_scan import find_pairs

    within = next(iter(rule.within), None)
    # All against all from 0 on is remembered, and not done again; within a column it is quicker.
    lo = nearest.lo if within else 0
    yield from find_pairs(catalogue, PairOrder(rule.kind, nearest.algorithm, lo, nearest.hi, within))


def said_by(rule: str, name: str | None) -> str:
    """Who a rule's verdicts are said by."""
    if name is None:
        return f"rule {rule if len(rule) <= LONGEST_NAME else rule[: LONGEST_NAME - 1] + '…'}"
    return name if name.startswith("recipe ") else f"rule {name}"


def _decide(catalogue: Catalogue, rule: Rule, done: Cleaning, chosen: Chosen) -> Cleaning:
    who = said_by(done.rule, done.name)
    what = "set {n} aside" if rule.verdict is None else f"called {{n}} {_PAIRS[rule.verdict.value]}"
    outcome = verdicts.judge_by_rule(
        catalogue,
        rule.kind,
        [each.statement for each in chosen.choices],
        action="clean.rule",
        summary=f"{who}: {what}",
        said_by=who,
    )
    return replace(
        done,
        verdicts=outcome.said,
        set_aside=len(outcome.set_aside),
        decided=done.decided + outcome.known,
        contradicting=done.contradicting + len(outcome.contradicting),
    )


_PAIRS = {"same": "pairs the same", "alternates": "pairs alternates", "different": "pairs different"}


def _told(catalogue: Catalogue, rule: Rule, met: rules.Meeting, chosen: Chosen) -> Cleaning:
    losers = [each.loser for each in chosen.choices if each.loser is not None]
    return Cleaning(
        rule=rule.text,
        name=None,
        single=False,
        applied=False,
        pairs=len(met.pairs),
        verdicts=len(chosen.choices),
        set_aside=len(losers),
        bytes=sum(met.known[id].bytes for id in losers),
        decided=chosen.decided,
        contradicting=chosen.contradicting,
        protected=chosen.protected,
        labels_differ=chosen.labels_differ,
        kept_both=chosen.kept_both,
        examples=examples(catalogue, rule, met, chosen),
    )


def _with_idle_places(catalogue: Catalogue, rule: Rule, done: Cleaning) -> Cleaning:
    """Tell which places of the rule and of the settings hold nobody: misspelt, they protect nothing."""
    protects, prefers = (
        tuple(str(each) for each in rule_places.nobody_at(catalogue, rule.kind, places))
        for places in (rule.protect, rule.prefer)
    )
    return replace(done, protects_nobody=protects, prefers_nobody=prefers)


def _single(catalogue: Catalogue, rule: Rule, told: str, name: str | None, apply: bool) -> Cleaning:
    found = rule_singles.singles(catalogue, rule, EXAMPLES)
    who = said_by(told, name)
    number = len(found.ids)
    if apply and found.ids:
        number = rule_singles.set_singles_aside(
            catalogue, rule.kind, found.ids, reason=who, summary=f"{who}: set {{n}} aside", said_by=who
        )
    return Cleaning(
        rule=told,
        name=name,
        single=True,
        kind=rule.kind,
        applied=apply,
        pairs=0,
        verdicts=0,
        set_aside=number,
        bytes=found.bytes,
        protected=found.protected,
        brought_back=found.brought_back,
        spoken_of=found.spoken_of,
        examples=tuple(single_example(rule.kind, each) for each in found.first),
    )
