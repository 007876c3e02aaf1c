"""`anitui split`: make, show, check and delete splits, and audit folders."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from anitui import workspace
from anitui.commands.listing import LONGEST, clipped, say_list
from anitui.commands.opened import Opened, opened
from anitui.commands.telling import drive, report, say
from anitui.errors import WrongUse
from anitui.pipeline.splitting import checking
from anitui.pipeline.splitting.audit import AuditOrder, AuditReport, audit
from anitui.pipeline.splitting.making import make_split
from anitui.pipeline.splitting.order import SplitOrder
from anitui.pipeline.splitting.report import SplitReport
from anitui.pipeline.splitting.words import audit_in_words, leaks_in_words, split_in_words
from anitui.settings import Settings
from anitui.store import splits
from anitui.store.split_candidates import BOXES
from anitui.store.splits import Frozen
from anitui.words import count, duration

_TABLE = 40  # labels that are listed


def run(options: argparse.Namespace) -> int:
    if options.audit:
        if options.name is not None:
            raise WrongUse(f"--audit looks at folders and makes no split: leave {options.name} out")
        return _audit(options)
    if options.output is not None:
        raise WrongUse("-o is for --audit; `anitui export` writes splits")
    if options.name is None:
        if options.show or options.check or options.delete:
            raise WrongUse("name the split: `anitui split NAME`; without a name, `anitui split` lists them")
        return _list(options)
    with opened(options) as at:
        if options.delete:
            splits.drop(at.catalogue, options.name)
            say(f"deleted the split {options.name}; `anitui undo` brings it back")
            report(options, {"deleted": options.name})
            return 0
        if options.show or options.check:
            return _show(options, at)
        if options.like is not None or options.hard is not None:
            return _harden(options, at)
        done = drive(make_split(at.workspace, at.catalogue, order_of(options), at.settings.importing))
        tell(done)
        _tell_classes(splits.classes(at.catalogue, done.splits[0]))
    report(options, {**asdict(done), "leaking": done.leaking})
    return 3 if done.empty else 0


def _harden(options: argparse.Namespace, at: Opened) -> int:
    if options.like is None or options.hard is None:
        raise WrongUse(
            "--like SPLIT and --hard RUN go together: which split, and by which run its hard pairs are chosen"
        )
    from anitui.train.hard_pairs import with_hard_pairs
    from anitui.train.run import find

    counts = drive(with_hard_pairs(at.catalogue, options.name, options.like, find(at.workspace, options.hard)))
    told = ", ".join(f"{part} {number:,}" for part, number in counts.items())
    say(f"made {options.name}: {options.like} with hard pairs beside the others, {told}; undo takes it away")
    report(options, {"splits": [options.name], "like": options.like, "hard": counts})
    return 0


def order_of(options: argparse.Namespace) -> SplitOrder:
    """What was asked for."""
    if options.of == "boxes" and options.set is not None:
        raise WrongUse("a split of boxes goes by no labels: leave --set out")
    return SplitOrder(
        options.name,
        "face" if options.of == "faces" else "image",
        BOXES if options.of == "boxes" else options.set or "characters",
        options.filter or "",
        options.rule,
        options.train,
        options.val,
        options.test,
        options.folds,
        options.seed,
        options.min_per_class,
        options.max_per_class,
        options.near,
        not options.no_sources,
        options.names,
        options.largest_source,
        tuple(options.together or ()),
    )


def _list(options: argparse.Namespace) -> int:
    with opened(options) as at:
        found = splits.listed(at.catalogue)
    if not found:
        say("no splits yet: `anitui split NAME` makes one of the faces that have a name")
    for each in found:
        sizes = " · ".join(f"{part} {number:,}" for part, number in each.sizes.items() if number)
        say(f"{each.split:<20} {each.made_at:%Y-%m-%d %H:%M}  {each.kind}s of {each.label_set}  {sizes}")
    report(options, {"splits": [_told(each) for each in found]})
    return 0


def _told(each: Frozen) -> dict[str, object]:
    return {
        "split": each.split, "kind": each.kind, "label_set": each.label_set, "made_at": each.made_at,
        "made_from": each.made_from, "sizes": each.sizes,
    }  # fmt: skip


def _show(options: argparse.Namespace, at: Opened) -> int:
    found = splits.find(at.catalogue, options.name)
    asked = {**_told(found), "report": found.report}
    say(f"{found.split}: {found.kind}s of {found.label_set}, made on {found.made_at:%Y-%m-%d %H:%M}")
    if "splits" in found.report:
        tell(SplitReport(**found.report), made=False, leaks=not options.check)
    else:
        sizes = " · ".join(f"{part} {number:,}" for part, number in found.sizes.items() if number)
        say(f"{sizes}; {found.made_from.get('as_published', 'it says nothing of what it was made from')}")
    renamed, aside = splits.changed_since(at.catalogue, found.split)
    if renamed:
        say(f"{count(renamed, 'face')} have another name by now")
    if aside:
        say(f"{count(aside, found.kind)} were set aside by now")
    asked |= {"renamed": renamed, "set_aside": aside}
    if options.check:
        order = checking.order_of(found)
        leaks = drive(checking.leaks(at.catalogue, splits.members(at.catalogue, found.split), order))
        for line in leaks_in_words(leaks, "looking once more"):
            say(line)
        asked |= {"leaks": leaks, "leaking": sum(leaks.values())}
    else:
        _tell_classes(splits.classes(at.catalogue, found.split))
    report(options, asked)
    return 3 if asked.get("leaking") else 0


def tell(done: SplitReport, *, made: bool = True, leaks: bool = True) -> None:
    """What came of a split, for a person."""
    if made:
        say(f"made {', '.join(done.splits)} in {duration(done.seconds)}; frozen, and undo takes it away")
    looked = leaks_in_words(done.leaks, "a second look") if leaks else ()
    for line in (*split_in_words(done), *looked):
        say(clipped(line, 2 * LONGEST))


def _tell_classes(found: list[splits.ClassSizes]) -> None:
    if not found:
        return
    wide = min(40, max(len(each.label) for each in found[:_TABLE]))
    say(f"  {'':<{wide}} {'all':>8} {'train':>8} {'val':>8} {'test':>8} {'groups':>8}")
    for each in found[:_TABLE]:
        numbers = " ".join(f"{n:>8,}" for n in (each.members, each.train, each.val, each.test, each.groups))
        say(f"  {clipped(each.label, wide):<{wide}} {numbers}")
    if len(found) > _TABLE:
        say(f'  and {count(len(found) - _TABLE, "label")} more; `anitui sql "FROM split_classes"` has all')


def _audit(options: argparse.Namespace) -> int:
    given = getattr(options, "workspace", None)
    settings = workspace.find(given).settings() if given else Settings()
    folders = [each.expanduser().absolute() for each in options.audit]
    order = AuditOrder(
        folders, options.near, "none" if options.no_sources else options.names, options.largest_source, options.output
    )
    done = drive(audit(order, settings.importing))
    tell_audit(done)
    report(options, asdict(done))
    return 3 if done.refused or done.leaking else 0


def tell_audit(done: AuditReport) -> None:
    """What was found in folders, for a person."""
    for line in audit_in_words(done):
        say(line)
    lines = [
        f"{each['part']} {clipped(each['path'], 80)}: {each['reason']}"
        + (f", {count(each['bits'], 'bit')}" if each["bits"] is not None else "")
        + f", {each['other_part']} {clipped(each['other'], 80)}"
        for each in done.leaks
    ]
    say_list(lines, "all of them: -o FILE")
    if done.refused:
        say_list([f"{clipped(each['path'])}: {each['reason']}" for each in done.refused])
    if done.output:
        say(f"all leaks: {done.output}")
    say(f"in {duration(done.seconds)}")
