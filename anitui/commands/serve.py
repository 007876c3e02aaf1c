"""`anitui serve`: a trained model over HTTP."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any

from anitui import workspace
from anitui.commands.telling import report, say
from anitui.errors import AnituiError
from anitui.pipeline.decode import Limits
from anitui.pipeline.detecting import smallest_of
from anitui.train.installed import check_installed
from anitui.train.predict.asking import Asking, Question
from anitui.train.run import find


def run(options: argparse.Namespace) -> int:
    check_installed()
    if find_spec("h11") is None:
        raise AnituiError("serving needs h11: pip install 'anitui[serve]'")
    if options.smallest is not None:
        smallest_of(options.smallest)
    at = workspace.find(getattr(options, "workspace", None))
    found, settings = find(at, options.run), at.settings()
    question = Question(
        threshold=options.threshold,
        detector=options.detector or settings.detect.detector,
        smallest=options.smallest or settings.detect.smallest,
        detect=settings.detect,
        limits=Limits(options.max_megabytes << 20, options.max_megapixels * 1_000_000),
    )
    say(f"loading run {found.number}, {found.settings['name']}")
    asking = Asking(found, options.device)
    try:
        task = asking.ready()
        about = {
            "run": found.number,
            "name": str(found.settings["name"]),
            "task": task,
            "classes": 0 if task == "detect" else len(found.classes),
        }
        where = asyncio.run(_serve(asking, question, about, options))
    finally:
        asking.close()
    say("stopped")
    report(options, {**about, "address": where})
    return 0


async def _serve(asking: Asking, question: Question, about: dict[str, Any], options: argparse.Namespace) -> str:
    from anitui.train.predict.serving.answers import Answered
    from anitui.train.predict.serving.server import Server

    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(each, stop.set)
    address = ""

    def ready(host: str, port: int) -> None:
        nonlocal address
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        say(f"{address} shows a page to drop a picture on; POST {address}/predict answers with JSON")
        say(_who_may_ask(host))
        say("ctrl-C stops it")
        sys.stdout.flush()

    answered = Answered(asking, question, about, _tell)
    try:
        await Server(answered).serve(options.host, options.port, ready, stop)
    finally:
        answered.close()
        asking.close()  # who waits for an answer now waits no longer
    return address


def _who_may_ask(host: str) -> str:
    try:
        alone = ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        alone = False
    if alone:
        return "only this machine can reach it; --host 0.0.0.0 would let others, without a password"
    return "anyone who reaches this port may ask: there are no passwords"


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
