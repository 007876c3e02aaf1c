"""`anitui runs`: list, watch, stop, resume, show, note and delete runs. It reads their folders, never the catalogue."""

from __future__ import annotations

import argparse
import sys

from anitui import workspace
from anitui.commands.listing import clipped
from anitui.commands.telling import drive, report, say
from anitui.errors import AnituiError, WrongUse
from anitui.train.following import follow, in_words, note, summary
from anitui.train.run import Run, Standing, find, listed
from anitui.words import duration

_SHOWN = 15  # lines of the log


def run(options: argparse.Namespace) -> int:
    at = workspace.find(getattr(options, "workspace", None))
    if options.do == "list":
        return _list(options, listed(at))
    one = find(at, options.run)
    return _DOES[options.do](options, one)


def watch(options: argparse.Namespace, run: Run) -> int:
    """Show a run until it ends."""
    try:
        standing = drive(follow(run))
    except KeyboardInterrupt:
        say(f"run {run.number} trains on; `anitui runs stop {run.number}` stops it")
        raise
    say(_line(run, standing))
    report(options, summary(run, standing))
    if standing.state in ("failed", "killed"):
        for line in run.last_lines():
            sys.stderr.write(f"  {clipped(line, 200)}\n")
        again = f"`anitui runs resume {run.number}` goes on from its last checkpoint"
        raise AnituiError(f"run {run.number} {standing.state}: {standing.reason}; {again}")
    return 0


def interrupted(options: argparse.Namespace) -> str:
    """ctrl-C ends only the watching."""
    del options
    return "the run trains on"


def _list(options: argparse.Namespace, runs: list[Run]) -> int:
    found = [(each, each.standing()) for each in runs]
    if not found:
        say("no runs yet: `anitui train SPLIT` starts one")
    for each, standing in found:
        say(_line(each, standing))
    report(options, {"runs": [summary(each, standing) for each, standing in found]})
    return 0


def _line(run: Run, standing: Standing) -> str:
    best = standing.best
    result = f"{best[0].partition('/')[2]} {in_words(best[0], best[1])}" if best else ""
    said = [clipped(str(run.settings["name"]), 40), standing.state, result]
    if standing.under_way:
        said.append(note(standing))
    elif standing.live.get("seconds"):
        said.append(f"{standing.live['epoch']:.1f} epochs in {duration(float(standing.live['seconds']))}")
    if standing.reason:
        said.append(clipped(standing.reason, 120))
    if run.note:
        said.append(clipped(run.note, 60))
    return f"{run.number:>4}  " + "  ".join(filter(None, said))


def _attach(options: argparse.Namespace, run: Run) -> int:
    return watch(options, run)


def _stop(options: argparse.Namespace, run: Run) -> int:
    run.stop()
    standing = drive(follow(run))
    say(_line(run, standing))
    report(options, summary(run, standing))
    return 0


def _resume(options: argparse.Namespace, run: Run) -> int:
    state = run.standing().state
    if state == "done":
        raise WrongUse(f"run {run.number} is done: `anitui train` starts a new one")
    run.start()
    if options.detach:
        say(f"run {run.number} goes on; `anitui runs attach {run.number}` shows it")
        report(options, {"run": run.number, "runs_on": True})
        return 0
    return watch(options, run)


def _show(options: argparse.Namespace, run: Run) -> int:
    standing = run.standing()
    say(_line(run, standing))
    for name in ("task", "split", "recipe", "model", "device", "made_at"):
        say(f"  {name:<10} {run.settings[name]}")
    say(f"  {'classes':<10} {len(run.classes):,}")
    for each in run.settings.get("notes", ()):
        say(f"  {each}")
    for name, value in sorted((standing.live.get("last") or {}).items()):
        if value is not None:
            say(f"  {name:<24} {value:.5g}")
    who = run.who()
    if who:
        say(f"  process {who.get('pid')} on {who.get('host')} since {who.get('since')}")
    say(f"  {run.folder}")
    for line in run.last_lines(_SHOWN):
        say(f"    {clipped(line, 200)}")
    report(options, {**summary(run, standing), "settings": run.settings["settings"], "process": who})
    return 0


def _note(options: argparse.Namespace, run: Run) -> int:
    if options.text is None:
        say(run.note or f"nothing is noted of run {run.number}: `anitui runs note {run.number} TEXT`")
    else:
        run.write_note(options.text)
    report(options, {"run": run.number, "note": run.note})
    return 0


def _delete(options: argparse.Namespace, run: Run) -> int:
    if not options.yes:
        if not sys.stdin.isatty():
            raise WrongUse(f"run {run.number} would be gone for good, its models too: say so with --yes")
        answer = input(f"delete run {run.number} with its models? Nothing brings it back. (y/n) ")
        if answer.strip().lower() not in ("y", "yes"):
            say("nothing was deleted")
            return 0
    run.delete()
    say(f"deleted run {run.number}")
    report(options, {"deleted": run.number})
    return 0


_DOES = {
    "attach": _attach,
    "stop": _stop,
    "resume": _resume,
    "show": _show,
    "note": _note,
    "delete": _delete,
}
