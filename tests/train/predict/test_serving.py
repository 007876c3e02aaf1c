from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from anitui.pipeline.decode import Limits
from anitui.settings import DetectSettings
from anitui.train.predict.answering import Answering
from anitui.train.predict.asking import Answer, NotTaken, Question, TooSlow
from anitui.train.predict.said import from_plain
from anitui.train.predict.serving import server as serving
from anitui.train.predict.serving.answers import WAITING, Answered
from anitui.train.predict.serving.server import Patience, Server
from anitui.train.run import Run
from tests.train.a_class import COLOURS
from tests.train.predict.a_model import paint

QUESTION = Question(detector="whole", limits=Limits(20_000, 100_000))
ABOUT = {"run": 1, "name": "colours <b>", "task": "single", "classes": 3}


class Here:
    """The model, asked in this process."""

    def __init__(self, run: Run) -> None:
        self._model = Answering(run, "cpu")

    def ask(self, question: Question) -> Answer:
        asked = asdict(question) | {"limits": [question.limits.max_bytes, question.limits.max_pixels]}
        found = self._model.ask(asked, question.data)
        if "refused" in found:
            raise NotTaken(found["refused"])
        return Answer(found["task"], from_plain(found["said"]), {"threshold": found["threshold"]})


class At:
    """A server that runs, and who asks it."""

    def __init__(self, answers: Any, patience: Patience) -> None:
        self.told: list[str] = []
        self._up = threading.Event()
        self._answered = Answered(answers, QUESTION, ABOUT, self.told.append)
        self._patience = patience
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._up.wait(10)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()

        def ready(host: str, port: int) -> None:
            self.host, self.port = host, port
            self._up.set()

        await Server(self._answered, self._patience).serve("127.0.0.1", 0, ready, self._stop)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._answered.close()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            reply = connection.getresponse()
            data = reply.read()
            return reply.status, json.loads(data) if "json" in reply.getheader("Content-Type", "") else data.decode()
        finally:
            connection.close()

    def raw(self, data: bytes) -> bytes:
        """Send bytes as they are; all that comes back until the other side is done."""
        with socket.create_connection((self.host, self.port), timeout=10) as made:
            made.sendall(data)
            found = b""
            while some := made.recv(65_536):
                found += some
            return found


Serve = Callable[..., At]


@pytest.fixture
def serve() -> Iterator[Serve]:
    started: list[At] = []

    def start(answers: Any, **patience: float) -> At:
        started.append(At(answers, Patience(**patience)))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def red(tmp_path: Path) -> bytes:
    return paint(tmp_path / "red.png", COLOURS["ai"]).read_bytes()


def test_a_picture_is_answered_as_a_body_and_as_a_form(serve: Serve, colours: Run, red: bytes) -> None:
    at = serve(Here(colours))
    status, said = at.ask("POST", "/predict", red)
    assert status == 200
    assert (said["run"], said["task"], said["width"], said["height"]) == (1, "single", 60, 48)
    assert said["faces"][0]["name"] == "ai" and said["faces"][0]["confidence"] > 0.99
    head = b'--xx\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--xx\r\n'
    head += b'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    form = head + red + b"\r\n--xx--\r\n"
    status, again = at.ask("POST", "/predict", form, Content_Type="multipart/form-data; boundary=xx")
    assert (status, again) == (200, said)
    status, once = at.ask("POST", "/predict?top=1&threshold=1", iter([red[:50], red[50:]]))  # chunked
    assert status == 200 and once["faces"][0]["name"] is None and len(once["faces"][0]["guesses"]) == 1


def test_the_page_and_the_state_are_there(serve: Serve, colours: Run) -> None:
    at = serve(Here(colours))
    status, page = at.ask("GET", "/")
    assert status == 200 and "Drop a picture here" in page
    assert "http:" not in page and "https:" not in page  # it needs nothing from elsewhere
    assert "colours <b>" not in page and "&#60;&#98;&#62;" in page
    assert at.ask("GET", "/health") == (200, {"status": "ok", **ABOUT, "waiting": 0})


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "says"),
    [
        ("GET", "/nothing", None, {}, 404, "POST /predict"),
        ("POST", "/", b"x", {}, 405, "GET and HEAD"),
        ("GET", "/predict", None, {}, 405, "POST"),
        ("POST", "/predict", b"words", {"Content_Type": "text/plain"}, 415, "send a picture"),
        ("POST", "/predict", b"words", {}, 415, "not a picture"),
        ("POST", "/predict", b"", {}, 422, "empty"),
        ("POST", "/predict", b"x" * 200_000, {}, 413, "at most 20,000 bytes"),
        ("POST", "/predict?top=0", b"x", {}, 400, "from 1 to 1,000"),
        ("POST", "/predict?threshold=2", b"x", {}, 400, "from 0 to 1"),
        ("POST", "/predict?size=2", b"x", {}, 400, "not 'size'"),
        ("POST", "/predict", b"x", {"Content_Type": "multipart/form-data"}, 400, "no boundary"),
        ("POST", "/predict", b"--a\r\n\r\n", {"Content_Type": "multipart/form-data; boundary=a"}, 400, "ends early"),
        ("GET", "/", None, {"Host": "evil.example"}, 421, "only this machine"),
    ],
)
def test_each_fault_has_its_status_and_a_sentence(
    serve: Serve, colours: Run, method: str, path: str, body: Any, headers: dict[str, str], status: int, says: str
) -> None:
    at = serve(Here(colours))
    found, said = at.ask(method, path, body, **headers)
    assert (found, said["status"]) == (status, status)
    assert says in said["error"]


def test_too_many_pixels_and_a_cut_picture_are_told_apart(
    serve: Serve, colours: Run, red: bytes, tmp_path: Path
) -> None:
    at = serve(Here(colours))
    large = paint(tmp_path / "large.png", COLOURS["bo"], (500, 500)).read_bytes()
    assert at.ask("POST", "/predict", large)[0] == 413
    assert at.ask("POST", "/predict", red[:80])[0] == 422
    assert at.ask("POST", "/predict", iter([b"x" * 60_000] * 3))[0] == 413  # it does not say how much comes
    assert at.ask("POST", "/predict", red)[0] == 200


def test_who_drags_it_out_is_let_go(serve: Serve, colours: Run) -> None:
    at = serve(Here(colours), head=0.3, body=0.3)
    assert b" 408 " in at.raw(b"GET / HT")
    assert b" 408 " in at.raw(b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\nabc")
    assert at.raw(b"") == b""
    assert b" 400 " in at.raw(b"\x00\x01\x02\r\n\r\n")
    assert b" 431 " in at.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 20_000)
    assert at.ask("GET", "/health")[0] == 200


def test_no_more_are_connected_than_can_be_served(serve: Serve, colours: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "CONNECTIONS", 1)
    at = serve(Here(colours))
    with socket.create_connection((at.host, at.port)) as first:
        first.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert first.recv(1000).startswith(b"HTTP/1.1 200")
        assert b" 503 " in at.raw(b"")


class Slow:
    """A model that answers when it is told to."""

    def __init__(self) -> None:
        self.go, self.asked = threading.Event(), threading.Semaphore(0)

    def ask(self, question: Question) -> Answer:
        self.asked.release()
        self.go.wait(20)
        raise TooSlow("no answer came in 60 seconds")


def test_more_than_can_wait_are_told_so(serve: Serve, red: bytes) -> None:
    slow = Slow()
    at = serve(slow)
    found: list[int] = []
    waiting = [
        threading.Thread(target=lambda: found.append(at.ask("POST", "/predict", red)[0])) for _ in range(WAITING)
    ]
    for each in waiting:
        each.start()
    for _ in waiting:
        assert slow.asked.acquire(timeout=10)
    assert at.ask("POST", "/predict", red)[0] == 503
    assert at.ask("GET", "/health")[1]["waiting"] == WAITING
    slow.go.set()
    for each in waiting:
        each.join()
    assert found == [504] * WAITING


class Faulty:
    """A model with a fault that names a file of the machine."""

    def ask(self, question: Question) -> Answer:
        raise OSError(2, "No such file or directory", "/home/somebody/secret.pt")


def test_faults_of_ours_name_no_file(serve: Serve, red: bytes) -> None:
    at = serve(Faulty())
    status, said = at.ask("POST", "/predict", red)
    assert status == 500 and "secret" not in json.dumps(said)
    assert any("secret.pt" in each for each in at.told)


def test_settings_of_detectors_travel_as_plain_data() -> None:
    assert DetectSettings(**asdict(DetectSettings(detector="whole"))).detector == "whole"
