"""The command line: parses, calls one function of `commands/`, and leaves with its exit code.

Only the standard library is imported here, so that `--help` answers at once; a command imports what it needs.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from anitui import __version__
from anitui.errors import AnituiError, in_one_sentence, is_interruption
from anitui.options import eval as evaluation
from anitui.options import pairs, predict, review, split, training

LABEL_FORMATS = ("lap", "wider", "coco", "yolo", "voc", "dafre", "zaci", "csv")
DATASET_FORMATS = ("imagefolder", "webdataset", "parquet", "csv", "dafre", "coco", "yolo", "lap", "zaci")
DATA_SETS = ("imagefolder",)  # of pictures and folders, without label files
EXIT_CODES = """\
exit codes: 0 done · 1 failed · 2 wrong use · 3 done in part, the failures listed
            4 workspace held by another process · 130 interrupted (what was done is kept)"""


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="anitui",
        description="From nothing to a trained, measured anime-character face classifier, without leaving the\n"
        "keyboard. Without a command: the terminal app.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument(
        "-w", "--workspace", type=Path, metavar="DIR", help="the workspace (default: the nearest anitui.toml upwards)"
    )
    top.add_argument("--version", action="version", version=f"anitui {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    # The options that every command has stand after it, where people write them.
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "-w", "--workspace", type=Path, metavar="DIR", default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    common.add_argument(
        "--json",
        action="store_true",
        help="the last line of standard output is one JSON object that reports what was done",
    )

    def add(name: str, module: str, help: str, description: str = "") -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            help=help,
            description=description or help,
            parents=[common],
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(module=module)
        return command

    demo = add("demo", "demo", "make a sample workspace, offline, through the real path, and show it")
    demo.add_argument(
        "folder", nargs="?", type=Path, default=Path("sample"), metavar="DIR", help="where (default: sample)"
    )
    demo.add_argument("--headless", action="store_true", help="do not open the terminal app; print what was done")
    demo.add_argument(
        "--minutes", type=float, default=0.4, metavar="N", help="how long its model is trained (default: 0.4; 0: none)"
    )
    demo.add_argument("--seed", type=int, default=7, help="another seed draws another world (default: 7)")

    init = add("init", "init", "make a folder a workspace")
    init.add_argument(
        "folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="which folder (default: this one)"
    )

    take = add(
        "import",
        "take_in",
        "take pictures in from folders, files and globs",
        "Take pictures in from folders (with all below them), files and globs. What a file is, its content tells. "
        "The same\ncommand given again goes on where it stopped, and passes over what it knows.",
    )
    take.add_argument("paths", nargs="+", metavar="PATH", help="a folder, a file or a quoted glob")
    labels = take.add_mutually_exclusive_group()
    labels.add_argument("--label", metavar="L", help="the label of all of them")
    labels.add_argument(
        "--labels-from-folders", action="store_true", help="label each with the name of the folder it lies in"
    )
    take.add_argument(
        "--mode",
        choices=("copy", "hardlink", "reference"),
        help="copy into the workspace (default), link, or leave where it is",
    )
    take.add_argument(
        "--hashing",
        choices=("exact", "fast"),
        help="exact: bit for bit as imagehash (default); fast: from a quarter-size decode",
    )
    take.add_argument("--workers", type=int, metavar="N", help="processes (default: one per core)")
    take.add_argument(
        "--format",
        choices=("auto", "folder", "gallery-dl", "reddit-dump", *DATA_SETS, *LABEL_FORMATS),
        default="auto",
        help="what the paths are: files as they lie (folder), folders that gallery-dl wrote to with --write-metadata, "
        "or Reddit dumps, whose posts' pictures are fetched; data sets in class folders (imagefolder, "
        "docs/data-sets.md); auto (default) looks and says what it sees; the others are label files "
        "(docs/label-files.md), whose pictures, boxes and labels are taken in",
    )
    take.add_argument(
        "--pictures", type=Path, metavar="DIR", help="label files: where their pictures lie (default: beside the file)"
    )
    take.add_argument("--label-set", metavar="NAME", help="label files: the set that their labels belong to")
    take.add_argument(
        "--as", dest="speaker", choices=("person", "model", "job"),
        help="label files: who says it (default: a model where boxes have scores, else a person)",
    )  # fmt: skip

    export = add(
        "export",
        "export",
        "write label files, or whole datasets with their pictures",
        "Write boxes and labels as label files (docs/label-files.md): what was taken in from such files goes back as\n"
        "it was written there. With --split or --pictures, and always as imagefolder, webdataset or parquet, a\n"
        "dataset of pictures or crops (docs/exporting.md): it appears whole or not at all, and once more only what\n"
        "has changed is written. As model, the best model of a run (docs/using-models.md).",
    )
    export.add_argument("destination", type=_named, metavar="DEST", help="a folder, or the label file itself")
    formats = (*dict.fromkeys((*DATASET_FORMATS[:3], *LABEL_FORMATS)), "model")
    export.add_argument("--format", choices=formats, required=True, help="csv keeps everything")
    export.add_argument(
        "--filter", metavar="FILTER", help='of pictures, such as "label:miku size>300"; of faces for a dataset'
    )
    export.add_argument("--label-set", metavar="NAME", help="which set of labels (default: characters; lap: lap)")
    export.add_argument(
        "--detector", action="append", metavar="NAME",
        help="whose boxes beside a person's; given several times, the first that has any in a picture",
    )  # fmt: skip
    export.add_argument("--kind", choices=("face", "head"), help="which boxes (default: faces; csv: both)")
    export.add_argument("--force", action="store_true", help="write over files that are there; a dataset: all anew")
    data = export.add_argument_group("datasets")
    data.add_argument("--split", metavar="NAME", help="the members of this split, by its parts (default: all faces)")
    data.add_argument("--pictures", choices=("whole", "crops", "none"), help="none: csv, dafre and parquet, only paths")
    data.add_argument(
        "--size", type=int, metavar="N", help="pixels: a crop's longer side (224), a whole picture's most"
    )
    data.add_argument("--margin", type=float, default=0.1, metavar="SHARE", help="around a box, of its side (0.1)")
    data.add_argument("--image-format", choices=("same", "jpeg", "png", "webp"), help="default: same where it can be")
    data.add_argument("--quality", type=int, default=90, metavar="N", help="of JPEG and WebP (90)")
    data.add_argument(
        "--link", choices=("copy", "hardlink", "symlink"), default="copy", help="where no byte of a picture changes"
    )
    data.add_argument("--fix-sizes", action="store_true", help="as LAP: not above 1920 px or 700 kB, not below 300 px")
    data.add_argument("--as-frozen", action="store_true", help="labels as they were when the split was made")
    predict.add_model_export(export)

    scrape = add(
        "scrape",
        "scrape",
        "collect pictures from Reddit, Imgur, MyAnimeList, World Art, dumps, or a list of addresses",
        "Collect what jobs ask for (docs/collecting.md): yotsubanet's JSON as it is, our own TOML, or a list of\n"
        "addresses (.txt). Cut off at any point, the same command goes on; done, it asks only for what is new.",
    )
    scrape.add_argument("jobs", nargs="*", type=Path, metavar="JOBS", help="a job file (.json, .toml) or a .txt list")
    scrape.add_argument("--only", action="append", metavar="LABEL", help="only the jobs of this label; may be repeated")
    scrape.add_argument("--limit", type=int, metavar="N", help="at most N pictures for each job")
    scrape.add_argument(
        "--from", dest="places", action="append", type=Path, metavar="PLACE",
        help="a Reddit dump (.zst, .gz, NDJSON) or a gallery-dl folder, to read instead of Reddit; may be repeated",
    )  # fmt: skip
    scrape.add_argument("--again", action="store_true", help="look once more through pages that were gone through")
    scrape.add_argument(
        "--detach", action="store_true", help="let it run on by itself; the app, or scrape, takes it in"
    )
    scrape.add_argument("--lists", type=Path, metavar="DIR", help="write LAP's list files of what was collected")

    detect = add(
        "detect",
        "detect",
        "find faces in the pictures that were not looked at yet",
        "Find faces in the pictures that the detector has not looked at yet (docs/faces.md). What is found is kept as\n"
        "boxes; what a person said of a face stays. Cut off at any point, the same command goes on.",
    )
    detect.add_argument(
        "--detector", type=_detector, metavar="NAME",
        help="auto (the best that is here), cascade, animeface, onnx, whole (every picture is one face), or a detector "
        "that you trained, 'run 7' (default: the settings')",
    )  # fmt: skip
    detect.add_argument(
        "--smallest", metavar="SIZE", help="face: a share of the picture's shorter side, 6%% (default), or pixels, 40"
    )
    detect.add_argument("--redo", action="store_true", help="look again at all pictures, in place of the last time")

    named = add(
        "labels",
        "labels",
        "the labels of a set: list, add, rename, merge, delete, change",
        "The labels of a set (docs/faces.md). A renamed or merged label is still found by its old names; every change\n"
        "can be taken back with `anitui undo`.",
    )
    does = ("list", "add", "rename", "merge", "delete", "change")
    named.add_argument("do", nargs="?", choices=does, default="list", help="default: list")
    named.add_argument("names", nargs="*", metavar="NAME", help="labels; rename takes the old and the new name")
    named.add_argument("--set", metavar="NAME", help="of this set (default: characters)")
    named.add_argument("--into", metavar="LABEL", help="merge: what they become")
    named.add_argument("--aliases", metavar="NAMES", help="change: all its other names, with commas between")
    named.add_argument("--colour", metavar="#RRGGBB", help="change: what its boxes are drawn in")
    named.add_argument("--key", metavar="KEY", help="change: the key that names with it")

    clean = add(
        "clean",
        "clean",
        "decide many near-duplicates, or set many pictures or faces aside, by a rule or a recipe",
        "Decide many near-duplicates at once (docs/duplicates.md), or set single pictures or faces aside by what was\n"
        "measured of them (docs/cleaning.md). Without --apply it only says what would happen. Nothing is deleted, and\n"
        "nothing that a person decided is overruled.",
    )
    clean.add_argument(
        "--rule", action="append", metavar="RULE",
        help='such as "dhash<=2 within:title keep:larger", "set-aside sharpness<50", or a saved one',
    )  # fmt: skip
    clean.add_argument("--rule-name", metavar="NAME", help="a saved rule")
    clean.add_argument("--recipe", metavar="NAME", help="lap or yotsubanet: their steps, in their order")
    clean.add_argument("--save", metavar="NAME", help="keep the rule in the workspace's settings")
    clean.add_argument("--list", action="store_true", help="the rules that are saved, and the recipes")
    clean.add_argument("--apply", action="store_true", help="do it")

    pairs.add_to(add("pairs", "pairs", "find near-duplicates", pairs.DESCRIPTION))

    sql = add("sql", "sql", "ask the catalogue; without a statement it is read from standard input")
    sql.add_argument("statement", nargs="?", metavar="STATEMENT", help='such as "FROM images LIMIT 5"')
    sql.add_argument(
        "--format", choices=("table", "csv", "json", "parquet"), help="default: table, or by the ending of -o"
    )
    sql.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the rows to a file")
    sql.add_argument("--force", action="store_true", help="write over a file that is there")
    sql.add_argument("--write", action="store_true", help="allow statements that change the catalogue")

    split.add_to(add("split", "split", "make splits without leaks, and look for leaks in anybody's", split.DESCRIPTION))

    stats = add(
        "stats",
        "stats",
        "what is in the workspace: numbers and charts, also as a page to share",
        "What is in the workspace, and what waits (docs/statistics.md). Names of charts show these whole: classes,\n"
        "tail, tags, together, speakers, sources, sizes, formats, colours, faces, distances, aside …, or all.",
    )
    stats.add_argument("what", nargs="*", metavar="WHAT", help="only these charts (default: the usual ones, in short)")
    stats.add_argument("--set", metavar="NAME", help="the labels of this set (default: characters)")
    stats.add_argument("--html", type=Path, metavar="FILE", help="write one page with everything in it, to share")
    stats.add_argument("--png", type=Path, metavar="DIR", help="write each chart as a picture")
    stats.add_argument("--svg", type=Path, metavar="DIR", help="write each chart as SVG")
    stats.add_argument(
        "--samples", type=int, metavar="N", help="--html: so many faces of each class (default: 4; 0: none)"
    )
    stats.add_argument("--force", action="store_true", help="write over files that are there")

    training.add_train(add("train", "train", "train a model on a split, in a process of its own", training.TRAIN))
    training.add_runs(add("runs", "runs", "the runs: list, watch, stop, resume, note, delete", training.RUNS))
    evaluation.add_eval(add("eval", "eval", "how good a run's model is, with intervals", evaluation.EVAL))
    predict.add_predict(add("predict", "predict", "who is in pictures, as a run's model says", predict.PREDICT))
    predict.add_serve(add("serve", "serve", "a run's model over HTTP, with a page to drop a picture on", predict.SERVE))
    review.add_to(add("review", "review", "which labels look wrong, and which faces to name first", review.DESCRIPTION))

    history = add("history", "decisions", "every decision, newest first")
    history.add_argument("--limit", type=int, default=50, metavar="N", help="how many (default: 50)")
    undo = add("undo", "decisions", "take the latest decisions back")
    undo.add_argument("count", nargs="?", type=int, default=1, metavar="N", help="how many (default: 1)")
    redo = add("redo", "decisions", "make decisions again that were taken back")
    redo.add_argument("count", nargs="?", type=int, default=1, metavar="N", help="how many (default: 1)")

    doctor = add("doctor", "doctor", "find files without rows and rows without files, and more that a crash can leave")
    doctor.add_argument("--mend", action="store_true", help="mend what was found; nothing is deleted")
    doctor.add_argument("--deep", action="store_true", help="also read every file and compare its SHA-256")

    purge = add(
        "purge", "purge", "remove the bytes of what was set aside: the only command that does, and it asks first"
    )
    purge.add_argument("--yes", action="store_true", help="do not ask")
    purge.add_argument("--older-than", type=int, metavar="DAYS", help="only what was set aside so many days ago")
    return top


def _detector(given: str) -> str:
    known = ("auto", "cascade", "animeface", "onnx", "whole")
    if given not in known and not given.removeprefix("run").strip().isdecimal():
        raise argparse.ArgumentTypeError(f'there is no detector {given!r}: there are {", ".join(known)}, and "run 7"')
    return given if given in known else f"run {given.removeprefix('run').strip()}"


def _named(given: str) -> Path:
    """A path that has a name: an empty one would mean the folder that one happens to be in."""
    if not given.strip():
        raise argparse.ArgumentTypeError("an empty name is no place: name a folder or a file")
    return Path(given)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code. Every error that can be explained is one sentence."""
    for stream in (sys.stdout, sys.stderr):
        # Where a terminal or a file takes only some letters, the others are written out instead of ending it all.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = parser().parse_args(arguments)
    _end_gently()
    module = importlib.import_module(f"anitui.commands.{getattr(options, 'module', 'terminal')}")
    try:
        code: int = module.run(options)
        sys.stdout.flush()
        return code
    except AnituiError as error:
        return _complain(str(error), error.exit_code)
    except EOFError:
        return _complain("nobody answered, so nothing more was done", 1)
    except BrokenPipeError:
        # `anitui … | head`: nobody listens any more, and Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE  # as the shell has it of any program that ends so
    except (Exception, KeyboardInterrupt) as error:
        if is_interruption(error):
            told = getattr(module, "interrupted", None)  # a command that does all or nothing says so itself
            kept = (told and told(options)) or "what was done is kept, and the same command goes on from there"
            return _complain(f"interrupted: {kept}", 130)
        sentence = in_one_sentence(error)
        if sentence is None:
            raise
        return _complain(sentence, 1)


def _end_gently() -> None:
    """A hang-up or a polite kill ends a command as ctrl-C does: what is done is kept. `nohup` stays in force.

    The first one is enough: a second would cut off the keeping.
    """

    def stop(signum: int, frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, stop)

    for each in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) is signal.SIG_DFL:
            signal.signal(each, stop)


def _complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"anitui: {sentence}\n")
    return code
