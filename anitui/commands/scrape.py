"""`anitui scrape`."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from anitui.commands.listing import clipped, say_list
from anitui.commands.opened import Opened, opened
from anitui.commands.telling import drive, report, say
from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.collect import job_files
from anitui.pipeline.collect.owner import Collecting, CollectReport
from anitui.pipeline.collect.specs import JobSpec
from anitui.words import count, duration


def run(options: argparse.Namespace) -> int:
    specs = _wanted(options)
    with opened(options) as at:
        collecting = Collecting(at.workspace, at.catalogue, at.settings)
        if options.lists is not None:
            written = _write_lists(at, options.lists)
            if not specs:
                report(options, {"lists": written})
                return 0
        if not specs and not collecting.left_over():
            raise WrongUse("name a job file, such as `anitui scrape jobs.json` (docs/collecting.md)")
        ids = collecting.add(specs)
        if options.detach:
            return _detach(options, collecting, ids)
        done = collect(collecting, ids, again=options.again)
    tell(done)
    report(options, asdict(done))
    return outcome(done)


def collect(collecting: Collecting, ids: Sequence[int], *, again: bool = False) -> CollectReport:
    """Work on these jobs until they are done, and say how they stand then."""
    done = CollectReport()
    drive(collecting.to_the_end(ids, done, again=again))
    return collecting.standing(ids, done)


def outcome(done: CollectReport) -> int:
    """The exit code; AnituiError where a job was stopped before anything came of it."""
    stopped = [job for job in done.jobs if job["state"] != "done"]
    if stopped and not (done.new or done.already):
        raise AnituiError(stopped[0]["reason"] or "the jobs were stopped; the same command goes on")
    # What was refused in earlier runs stays refused: a job that looked for what is new and found it whole is done.
    return 3 if stopped or done.refused or done.failed or done.gone else 0


def _detach(options: argparse.Namespace, collecting: Collecting, ids: Sequence[int]) -> int:
    collecting.start(ids, tied=False, again=options.again)
    say(f"{count(len(ids), 'job')} at work in the background; `anitui scrape` or the app takes in what arrives")
    report(options, {"jobs": list(ids), "runs_on": True})
    return 0


def _wanted(options: argparse.Namespace) -> list[JobSpec]:
    if options.limit is not None and options.limit < 1:
        raise WrongUse("--limit must be at least 1")
    specs = [spec for file in options.jobs for spec in job_files.read(file)]
    if options.jobs and not specs:
        raise WrongUse(f"there is no job in {', '.join(map(str, options.jobs))}")
    if options.only and specs:
        named = {label.casefold() for label in options.only}
        labels = {spec.label for spec in specs if spec.label}
        specs = [spec for spec in specs if spec.label and spec.label.casefold() in named]
        if not specs:
            there = f"there are {', '.join(sorted(labels))}" if labels else "none of them has a label"
            raise WrongUse(f"no job has the label {', '.join(options.only)}; {there}")
    if options.places:
        for place in options.places:
            if not place.exists():
                raise WrongUse(f"{place} is not there: --from names a dump or a gallery-dl folder")
        specs = _over(specs, [str(place.absolute()) for place in options.places])
    if options.limit is not None:
        specs = [replace(spec, max_pictures=options.limit) for spec in specs]
    return specs


def _over(specs: Sequence[JobSpec], places: list[str]) -> list[JobSpec]:
    """The same jobs over what was kept of Reddit; without any, everything in it."""
    if not specs:
        return [JobSpec("reddit_dump", {"files": places})]
    of_reddit = [spec for spec in specs if spec.type in ("comment_links", "subreddit_posts")]
    if not of_reddit:
        raise WrongUse("--from is for comment_links and subreddit_posts, and no job is one; leave it out")
    if left_out := len(specs) - len(of_reddit):
        say(f"{count(left_out, 'job')} left out: --from says where to read what others ask Reddit for")
    return [replace(spec, values={**spec.values, "from": places}) for spec in of_reddit]


def _write_lists(at: Opened, folder: Path) -> dict[str, int]:
    from anitui.pipeline.collect.lists import write_lists

    written = write_lists(at.catalogue, folder)
    for name, lines in written.items():
        say(f"{folder / name}: {count(lines, 'line')}")
    return written


def tell(done: CollectReport) -> None:
    """What collecting did, for a person."""
    counts = [f"{done.new:,} new", f"{done.already:,} already there"]
    if done.pages:
        counts.append(count(done.pages, "page of pictures", "pages of pictures") + " opened")
    say(f"{', '.join(counts)}, in {duration(done.seconds)}")
    for job in done.jobs:
        reason = f": {job['reason']}" if job["reason"] else ""
        if job["state"] != "done":
            say(f"  {job['state']:>8}  {clipped(job['name'])}{reason}")
    if not done.failures:
        return
    say(f"{len(done.failures):,} not taken:")
    reasons = Counter(failure.reason.partition(":")[0] for failure in done.failures)
    for reason, often in reasons.most_common():
        say(f"{often:>8,}  {clipped(reason)}")
    lines = [f"{clipped(each.url)}: {clipped(each.reason)}" for each in done.failures]
    say_list(lines, 'all of them: anitui sql "FROM not_taken"')
