"""What each address answers. A fault is one sentence of JSON with its status, and none names a path of the machine."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from anitui.errors import in_one_sentence
from anitui.pipeline.decode import Reason
from anitui.train.predict.asking import Answers, Ended, NotTaken, Question, TooSlow
from anitui.train.predict.serving import forms

WAITING = 8  # pictures that wait for the model, with the one that it looks at
MOST_TOP = 1000
_METHODS = {"/": ("GET", "HEAD"), "/health": ("GET", "HEAD"), "/predict": ("POST",)}
_LARGE = (Reason.BOMB, Reason.TOO_LARGE)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back."""

    status: int
    body: bytes
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Fault(Exception):
    """Something that is answered with an error."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.reply = as_json({"error": sentence, "status": status}, status, headers)


def as_json(what: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """JSON, as a reply."""
    return Reply(status, json.dumps(what, ensure_ascii=False).encode() + b"\n", headers=headers or {})


class Answered:
    """Answers requests by a model."""

    def __init__(
        self, answers: Answers, question: Question, about: Mapping[str, Any], told: Callable[[str], None]
    ) -> None:
        """`question` is how each picture is asked about, `about` what /health says; `told` hears of our own faults."""
        self._answers = answers
        self._question = question
        self._about = about
        self._told = told
        self._threads = ThreadPoolExecutor(WAITING, "answers")
        self._waiting = 0
        self._page = _page(str(about.get("name", "")), int(about.get("classes", 0)))

    @property
    def max_bytes(self) -> int:
        """Of a body: the picture with the form around it."""
        return self._question.limits.max_bytes + 64 * 1024

    def check(self, method: str, target: str, kind: str, length: int | None) -> None:
        """Raise a Fault for a request that need not be read any further."""
        try:
            path = urlsplit(target).path
        except ValueError:
            raise Fault(400, "the address cannot be read") from None
        allowed = _METHODS.get(path)
        if allowed is None:
            raise Fault(404, "there is nothing here: the page is at /, and pictures go to POST /predict")
        if method not in allowed:
            raise Fault(405, f"{path} takes {' and '.join(allowed)}", {"Allow": ", ".join(allowed)})
        if method != "POST":
            return
        if not forms.takes(kind):
            raise Fault(415, "send a picture: as the body, or as a file in a form (multipart/form-data)")
        if length is not None and length > self.max_bytes:
            raise self.too_large()
        self._check_busy()
        _wishes(target, self._question)

    def too_large(self) -> Fault:
        """The fault of a body with too many bytes."""
        return Fault(413, f"the picture is too large: at most {self._question.limits.max_bytes:,} bytes are taken")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def reply(self, method: str, target: str, kind: str, body: bytes) -> Reply:
        """What is answered to a request that was checked. Raises Fault."""
        path = urlsplit(target).path
        if path == "/":
            return self._page
        if path == "/health":
            return as_json({"status": "ok", **self._about, "waiting": self._waiting})
        try:
            data = forms.picture(body, kind)
        except forms.BadForm as bad:
            raise Fault(400, str(bad)) from None
        self._check_busy()
        self._waiting += 1
        try:
            question = replace(_wishes(target, self._question), data=data)
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._ask, question)
        finally:
            self._waiting -= 1

    def _check_busy(self) -> None:
        if self._waiting >= WAITING:
            raise Fault(503, "too many pictures wait already: try again in a moment", {"Retry-After": "1"})

    def _ask(self, question: Question) -> Reply:
        try:
            answer = self._answers.ask(question)
        except NotTaken as refused:
            raise Fault(_status_of(str(refused)), f"the picture cannot be taken: {refused}") from None
        except TooSlow as slow:
            raise Fault(504, str(slow)) from None
        except Ended as ended:
            self._told(str(ended))
            raise Fault(422, "the model ended over this picture, and was started anew: try another one") from None
        except Exception as error:
            self._told(in_one_sentence(error) or f"{type(error).__name__}: {error}")
            raise Fault(500, "the model could not answer; the server's output says why") from None
        return as_json(
            {"run": self._about.get("run"), "task": answer.task, **answer.judged, **answer.said.plain(answer.task)}
        )


def _status_of(reason: str) -> int:
    if reason.startswith(_LARGE):
        return 413
    if reason.startswith(Reason.NOT_A_PICTURE) or "is not taken: convert" in reason:
        return 415
    return 422


def _wishes(target: str, question: Question) -> Question:
    """What the address itself asks for: ?threshold=0.4&top=3."""
    try:
        given = parse_qsl(urlsplit(target).query, keep_blank_values=True, max_num_fields=8)
    except ValueError:
        raise Fault(400, "the address asks for too much: it takes threshold and top") from None
    for name, text in given:
        if name == "threshold":
            if not re.fullmatch(r"0|1|1\.0*|0?\.\d{1,9}", text):
                raise Fault(400, "threshold is a number from 0 to 1")
            question = replace(question, threshold=float(text))
        elif name == "top":
            if not re.fullmatch(r"[1-9]\d{0,3}", text, re.ASCII) or int(text) > MOST_TOP:
                raise Fault(400, f"top is a number from 1 to {MOST_TOP:,}")
            question = replace(question, top=int(text))
        else:
            raise Fault(400, f"the address takes threshold and top, not {name[:40]!r}")
    return question


def _page(name: str, classes: int) -> Reply:
    """The page, which may do nothing but what stands in it."""
    text = files(__package__).joinpath("page.html").read_text("utf-8")
    about = f"{name}, {classes:,} names" if classes else name
    text = text.replace("{{about}}", "".join(f"&#{ord(each)};" for each in about))
    allowed = {
        kind: " ".join(f"'sha256-{_digest(each)}'" for each in re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL))
        for kind in ("script", "style")
    }
    policy = (
        f"default-src 'none'; script-src {allowed['script']}; style-src {allowed['style']}; img-src blob: data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Reply(200, text.encode(), "text/html; charset=utf-8", {"Content-Security-Policy": policy})


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
