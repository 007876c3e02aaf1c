"""Work that needs torch, done by a process of its own: who asks for it neither loads torch nor waits without a word.

A module for it has `work(arguments) -> Work[...]` and ends with `beside.serve(work)`. Its report must be plain data.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from anitui.errors import AnituiError, in_one_sentence
from anitui.progress import Event, Work


def done_by(module: str, arguments: Mapping[str, Any]) -> Work[Any]:
    """Have `python -m module` do it: yields what it is at, returns its report. Closed on the way, it ends as well."""
    with tempfile.TemporaryFile() as said:  # what it says where nobody reads; a pipe could fill up
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
        )
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps(arguments).encode() + b"\n")
            process.stdin.flush()  # and left open: when it closes, its owner has gone
            for line in process.stdout:
                found = json.loads(line)
                if "event" in found:
                    yield Event(**found["event"])
                elif "error" in found:
                    raise AnituiError(found["error"])
                else:
                    return found["report"]
            said.seek(0)
            words = said.read().decode("utf-8", "replace").strip().splitlines()
            raise AnituiError(f"the process for it ended early: {words[-1] if words else 'it was killed'}")
        finally:
            process.stdin.close()
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def serve(work: Callable[[Mapping[str, Any]], Work[Any]]) -> int:
    """What such a module does when it is run."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as where runs train
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is not for the owner
    arguments = json.loads(sys.stdin.buffer.readline())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)

    def say(**what: Any) -> None:
        out.write(json.dumps(what) + "\n")
        out.flush()

    running = work(arguments)
    try:
        while True:
            try:
                event = next(running)
            except StopIteration as stop:
                say(report=stop.value)
                return 0
            say(event=asdict(event))
    except (BrokenPipeError, KeyboardInterrupt):
        running.close()
        return 1
    except Exception as error:
        if not isinstance(error, AnituiError):
            sys.stderr.write(traceback.format_exc())
        say(error=in_one_sentence(error) or f"{type(error).__name__}: {error}")
        return 1


def _end(*_: object) -> None:
    raise KeyboardInterrupt
