"""What came of a split or an audit, in sentences: the command line and the screen say the same."""

from __future__ import annotations

from collections.abc import Iterator

from anitui.pipeline.splitting.audit import REASONS, AuditReport
from anitui.pipeline.splitting.report import SplitReport
from anitui.words import count


def split_in_words(done: SplitReport) -> Iterator[str]:
    """Who is where, who was left out, what was kept together, how even it is; what belongs to a line is indented."""
    for part in done.empty:
        yield f"nobody is in {part}: there are too few groups, or what stays together is too much (see below)"
    yield (
        f"{count(done.members, done.kind)} of {count(done.classes, 'label')}, in {count(done.groups, 'group')} that "
        "stay together"
    )
    for part, sizes in done.parts.items():
        share = sizes["members"] / max(1, done.members)
        asked = f" (asked {done.shares[part]:.0%})" if part in done.shares and not done.pairs else ""
        classes = count(sizes["classes"], "label")
        yield f"  {part:<6}{sizes['members']:>10,}  {share:>6.1%}{asked}  {classes}, {count(sizes['groups'], 'group')}"
    for what, number in done.pairs.items():
        yield f"  {number:,} {what} {'pair' if number == 1 else 'pairs'}"
    if done.left_out:
        yield "left out: " + ", ".join(f"{number:,} {why}" for why, number in done.left_out.items())
    if done.classes_left_out:
        yield f"  with them {count(done.classes_left_out, 'label')}"
    if done.joined:
        yield "kept together: " + ", ".join(f"{number:,} by {why}" for why, number in done.joined.items())
    if done.names:
        yield f"  what files were cut from was read off {done.names}; --names none or a pattern reads them otherwise"
    if done.unhashed:
        yield f"  {count(done.unhashed, done.kind)} without a hash: no near-duplicates were looked for of these"
    if done.piles:
        yield "too large to be one source, so not kept together:"
        yield from (f"  {count(each['pictures'], 'picture')}: {each['place']}" for each in done.piles)
        if done.more_piles:
            yield f"  and {done.more_piles:,} more"
    if not done.pairs:
        yield from _strata_in_words(done)


def _strata_in_words(done: SplitReport) -> Iterator[str]:
    yield f"{done.mean_off:.1%} lie in another part than the shares ask for"
    for part, number in done.missing.items():
        yield f"  {count(number, 'label')} {'has' if number == 1 else 'have'} nobody in {part}: too few groups for that"
    if done.off:
        yield f"  {count(done.off, 'label')} {'is' if done.off == 1 else 'are'} off by more than 5 %:"
        for each in done.farthest:
            yield (
                f"    {each['label']}: {each['got']:,} of {each['of']:,} in {each['part']}, {each['wanted']:g} wanted; "
                f"{each['why']}"
            )
        if done.off > len(done.farthest):
            yield f"    and {done.off - len(done.farthest):,} more"
    for each in done.largest_groups:
        if each["members"] > 0.02 * done.members:
            of = f"mostly {each['label']}" if each["labels"] > 1 else f"all {each['label']}"
            yield f"  the largest group has {each['members']:,}, in {each['part']}: {of}"
            break


def leaks_in_words(leaks: dict[str, int], how: str) -> Iterator[str]:
    """What was looked for, and what was found."""
    yield f"leaks found by {how}: {sum(leaks.values()):,} (looked for {', '.join(leaks)})"
    yield from (f"  {number:,} across parts: {why}" for why, number in leaks.items() if number)


def audit_in_words(done: AuditReport) -> Iterator[str]:
    """How much of each part is in an earlier one."""
    for part, found in done.parts.items():
        line = f"{part:<8}{count(found['pictures'], 'picture')}"
        if "leaking" in found:
            line += f", {found['leaking']:,} of them ({found['share']:.1%}) in an earlier part as well"
        yield line
        yield from (f"{found[reason]:>12,}  {reason}" for reason in REASONS if found.get(reason))
    if done.names:
        yield f"what files were cut from was read off {done.names}; --names none or a pattern reads them otherwise"
    elif done.asked_names == "auto":
        yield "their names tell nothing reliable of what files were cut from; --names PATTERN says how to read them"
    if done.piles:
        yield f"{count(done.piles, 'name')} shared by too many files to be one picture's: passed over"
    if done.same_part:
        yield f"{done.same_part:,} have a near-duplicate in their own part, which is no leak"
    if done.refused:
        yield f"{count(len(done.refused), 'file')} could not be looked at"
