"""The one client: what it refuses without sending a packet, and how it bears what sites do."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpcore
import pytest

from anitui.demo.site.serving import Request, Response, plain
from anitui.pipeline import network
from anitui.pipeline.fetch import Client, FetchLimits
from anitui.pipeline.fetched import DiskFull, NotFetched, Stopping
from anitui.pipeline.politeness import Hosts
from anitui.pipeline.sites import Sites
from tests.fakes import faults
from tests.fakes.imgur import Imgur, placeholder
from tests.fakes.pictures import picture

QUICK = FetchLimits(attempts=3, connect_seconds=2.0, read_seconds=2.0, total_seconds=5.0)


class Recorder:
    """A resolver and a connector that write down and never connect."""

    def __init__(self, answers: Sequence[Sequence[str]]) -> None:
        self._answers = iter(answers)
        self.asked: list[str] = []
        self.connected: list[str] = []

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return next(self._answers)

    def connect(self, number: str, port: int, seconds: float) -> httpcore.NetworkStream:
        self.connected.append(number)
        raise httpcore.ConnectError("recorded")

    def client(self) -> Client:
        limits = FetchLimits(attempts=1)
        return Client(limits, Hosts(), resolve=self.resolve, connect=self.connect, first_wait=0.0)


def not_fetched(client: Client, url: str, into: Path) -> NotFetched:
    with pytest.raises(NotFetched) as raised:
        client.picture(url, into / "x")
    assert list(into.iterdir()) == [], "nothing is left half-written"
    return raised.value


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "http://127.0.0.1/a.png", "http://[::1]/a.png", "http://169.254.169.254/latest/meta-data",
        "http://0x7f000001/a.png", "http://2130706433/", "http://localhost/a.png", "http://user@10.0.0.1/",
    ],
)  # fmt: skip
def test_forbidden_addresses_are_never_connected_to(url: str, tmp_path: Path) -> None:
    recorder = Recorder([["127.0.0.1"]] if "127" in url or "localhost" in url else [["169.254.169.254"]])
    recorder.resolve = lambda host, port: [host]  # type: ignore[method-assign]
    error = not_fetched(recorder.client(), url, tmp_path)
    assert error.final
    assert recorder.connected == []


@pytest.mark.parametrize("numbers", [["10.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::ffff:127.0.0.1"], ["fe80::1%lo"]])
def test_a_name_that_stands_for_a_private_address_is_never_connected_to(numbers: list[str], tmp_path: Path) -> None:
    recorder = Recorder([numbers])
    assert not_fetched(recorder.client(), "http://pictures.example/a.png", tmp_path).final
    assert recorder.connected == []


def test_a_name_is_looked_up_once_and_that_number_is_connected_to(tmp_path: Path) -> None:
    recorder = Recorder([["1.1.1.1"], ["10.0.0.1"]])
    not_fetched(recorder.client(), "http://pictures.example/a.png", tmp_path)
    assert recorder.asked == ["pictures.example"]
    assert recorder.connected == ["1.1.1.1"]


@contextmanager
def imgur(**media: bytes) -> Iterator[Imgur]:
    with Imgur(media) as site:
        yield site


def client_of(site: Imgur, **changed: object) -> Client:
    limits = FetchLimits(**{**{name: getattr(QUICK, name) for name in FetchLimits.__dataclass_fields__}, **changed})  # type: ignore[arg-type]
    return Client(limits, Hosts(), sites=Sites({"imgur.com": site.url}, loopback=True), first_wait=0.001)


URL = "https://i.imgur.com/AbC1234.png"
ASKED = "/AbC1234.png"


def test_a_picture_arrives_bit_for_bit(tmp_path: Path) -> None:
    with imgur(AbC1234=picture(1)) as site:
        got = client_of(site).picture(URL, tmp_path / "x")
        assert (tmp_path / "x").read_bytes() == picture(1)
        assert (got.chain, got.kind, got.bytes, got.attempts) == ((URL,), "png", len(picture(1)), 1)
        assert site.requests[0].agent.startswith("anitui/")


@pytest.mark.parametrize(
    ("fault", "reason", "final"),
    [
        (faults.wrong_type(), "a web page, not a picture", True),
        (faults.endless(), "too many bytes", True),
        (faults.gzip_bomb(), "too many bytes", True),
        (faults.redirect("http://10.0.0.1/a.png"), "a private address", True),
        (faults.redirect("http://169.254.169.254/latest"), "a link-local address", True),
        (faults.redirect("file:///etc/passwd"), "not an http(s) address", True),
        (faults.redirect(URL), "its redirects lead in a circle", True),
        (faults.redirect("/removed.png"), "a placeholder: the picture was removed", True),
        (faults.cut(), "the connection was cut in the middle", False),
        (faults.reset(), "the connection was cut in the middle", False),
        (faults.unavailable(), "the site has trouble (503)", False),
        (faults.expired(), "the site does not give it out (403)", False),
        (faults.status(404), "the site says that it is gone (404)", True),
        (faults.status(418), "the site refuses it (418)", True),
    ],
)  # fmt: skip
def test_what_sites_do(fault: faults.Fault, reason: str, final: bool, tmp_path: Path) -> None:
    with imgur(AbC1234=picture(1)) as site:
        site.faults.on(ASKED, fault)
        error = not_fetched(client_of(site, max_bytes=1 << 20), URL, tmp_path)
        assert (error.reason, error.final) == (reason, final)
        asked = sum(request.path == ASKED for request in site.requests)
        passing = reason.startswith(("the connection", "the site has"))
        assert asked == (3 if passing else 1), "what would be the same is not asked again"


def test_a_redirect_from_name_to_name_is_checked_each_time(tmp_path: Path) -> None:
    with imgur(AbC1234=picture(1)) as site:
        site.faults.on("/AbC1234.png", faults.redirect("/one"))
        for step in ("one", "two", "three"):
            site.faults.on(f"/{step}", faults.redirect(f"/{step}x"))
            site.faults.on(
                f"/{step}x", faults.redirect({"one": "/two", "two": "/three", "three": "/AbD1234.png"}[step])
            )
        assert not_fetched(client_of(site), URL, tmp_path).reason == "too many redirects"
        site.media["AbD1234"] = picture(2)
        got = client_of(site, max_redirects=8).picture(URL, tmp_path / "x")
        assert len(got.chain) == 8
        assert got.chain[0] == URL


def test_what_passes_is_asked_again_when_the_site_says(tmp_path: Path) -> None:
    with imgur(AbC1234=picture(1)) as site:
        site.faults.on(ASKED, faults.too_many(retry_after=0), first=1)
        site.faults.on(ASKED, faults.cut(), first=1)
        assert client_of(site).picture(URL, tmp_path / "x").attempts == 3
        assert (tmp_path / "x").read_bytes() == picture(1)


def test_a_key_is_not_given_to_another_site(tmp_path: Path) -> None:
    seen: list[str | None] = []

    def note(request: Request, _: Callable[[], Response]) -> Response:
        seen.append(request.headers.get("authorization"))
        return plain(200, "[]")

    with imgur() as site, imgur() as other:
        site.faults.on(
            "/3/album/x/images", faults.redirect("http://127.0.0.1:" + other.url.rpartition(":")[2] + "/steal")
        )
        other.faults.on("/steal", note)
        client_of(site).page("https://api.imgur.com/3/album/x/images", headers={"Authorization": "Client-ID secret"})
    assert seen == [None]


def test_a_bomb_is_refused_by_what_it_announces(tmp_path: Path) -> None:
    bomb = picture(1)[:16] + (60_000).to_bytes(4, "big") * 2 + picture(1)[24:]
    with imgur(AbC1234=bomb) as site:
        assert not_fetched(client_of(site), URL, tmp_path).reason == "too many pixels"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\0\0\0\x18ftypmp42" + b"\0" * 900, "a video, not a picture"),
        (b"", "empty"),
        (b"hello", "not a picture"),
        (b"  <!DOCTYPE html><p>" + b"x" * 600, "a web page, not a picture"),
        (placeholder(), "a placeholder: the picture was removed"),
    ],
)
def test_the_content_says_what_it_is(content: bytes, reason: str, tmp_path: Path) -> None:
    with imgur(AbC1234=content) as site:
        error = not_fetched(client_of(site), URL, tmp_path)
        assert error.final and error.reason == reason


def test_a_slow_drip_ends_in_time(tmp_path: Path) -> None:
    with imgur(AbC1234=picture(1)) as site:
        site.faults.on(ASKED, faults.drip())
        assert not_fetched(client_of(site, total_seconds=0.3, attempts=1), URL, tmp_path).reason == "it took too long"


def test_a_full_disk_is_not_the_address_s_fault(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    with imgur(AbC1234=picture(1)) as site, pytest.MonkeyPatch.context() as patched:
        real = Path.open
        patched.setattr(Path, "open", lambda self, *rest, **named: real(full if ".part" in self.name else self, "wb"))
        with pytest.raises(DiskFull):
            client_of(site).picture(URL, tmp_path / "x")


def test_stopping_ends_what_waits(tmp_path: Path) -> None:
    with imgur(AbC1234=picture(1)) as site:
        site.faults.on(ASKED, faults.too_many(retry_after=200))
        client = client_of(site)
        ended: list[BaseException] = []

        def fetch() -> None:
            try:
                client.picture(URL, tmp_path / "x")
            except BaseException as error:
                ended.append(error)

        thread = threading.Thread(target=fetch)
        thread.start()
        until = time.monotonic() + 10
        while not client.hosts.state() or not client.hosts.state()[0].waits:
            assert time.monotonic() < until
            time.sleep(0.01)
        client.stop()
        thread.join(10)
        assert [type(each) for each in ended] == [Stopping]


def test_pages_come_unpacked_and_no_larger_than_they_may_be(tmp_path: Path) -> None:
    with imgur() as site:
        text = "täxt " * 1000
        packed = Response(
            200, {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip"}, gzip.compress(text.encode())
        )
        site.faults.on("/a/Album01", lambda request, _: packed)
        assert client_of(site).page("https://imgur.com/a/Album01").text == text
        with pytest.raises(NotFetched, match="too many bytes"):
            client_of(site, max_page_bytes=1000).page("https://imgur.com/a/Album01")


def test_a_name_nobody_knows_is_told(tmp_path: Path) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise network.Unknown(again=False)

    client = Client(FetchLimits(attempts=2), Hosts(), resolve=resolve, first_wait=0.0)
    error = not_fetched(client, "https://nowhere.example/a.png", tmp_path)
    assert (error.reason, error.final) == ("its name is not known", False)


def test_what_comes_too_slowly_is_left_for_another_run_and_not_tried_again_in_this_one(tmp_path: Path) -> None:
    with Imgur({"AbC1234": picture(1, size=(400, 300))}) as site:
        site.faults.on(ASKED, faults.drip(0.02, 16))
        error = not_fetched(client_of(site, read_seconds=0.2), URL, tmp_path)
        assert (error.reason, error.final) == ("it comes too slowly", False)
        assert len(site.requests) == 1


def test_headers_that_never_end_end_in_time(tmp_path: Path) -> None:
    """A byte now and then keeps every reading within its own time."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Endless: ")
                while not over.wait(0.02):
                    connection.sendall(b"x")

        dripping = threading.Thread(target=drip)
        dripping.start()
        limits = replace(QUICK, total_seconds=0.3)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a.png"
        error = not_fetched(Client(limits, Hosts(), sites=Sites({}, loopback=True)), url, tmp_path)
        assert error.reason == "it took too long"
        over.set()
        dripping.join()


def test_what_arrives_when_it_ends_may_arrive_and_nothing_else_begins(tmp_path: Path) -> None:
    with Imgur({"AbC1234": picture(1), "AbD1234": picture(2)}) as site:
        arriving = threading.Event()

        def slowly(request: Request, right: Callable[[], Response]) -> Response:
            arriving.set()
            return faults.drip(0.01, 64)(request, right)

        site.faults.on(ASKED, slowly)
        client = client_of(site)
        came: list[int] = []
        fetching = threading.Thread(target=lambda: came.append(client.picture(URL, tmp_path / "x").bytes))
        fetching.start()
        assert arriving.wait(10)
        client.wind_down()
        with pytest.raises(Stopping):
            client.picture("https://i.imgur.com/AbD1234.png", tmp_path / "y")
        fetching.join()
        assert came == [len(picture(1))]
        assert [each.path for each in site.requests] == [ASKED]


def test_the_wait_that_a_site_asks_for_is_not_the_pictures_own_time(tmp_path: Path) -> None:
    with Imgur({"AbC1234": picture(1)}) as site:
        site.faults.on(ASKED, faults.too_many(retry_after=1), first=1)
        client = client_of(site, total_seconds=0.5)
        assert client.picture(URL, tmp_path / "x").attempts == 2
        assert client.hosts.state()[0].why == ""


def test_a_site_that_asks_to_wait_is_borne_longer_than_one_that_fails(tmp_path: Path) -> None:
    with Imgur({"AbC1234": picture(1)}) as site:
        site.faults.on(ASKED, faults.too_many(retry_after=0), first=6)
        assert client_of(site, attempts=2).picture(URL, tmp_path / "x").attempts == 7
        site.faults.on(ASKED, faults.unavailable(), first=6)
        (tmp_path / "x").unlink()
        error = not_fetched(client_of(site, attempts=2), URL, tmp_path)
        assert (error.reason, error.attempts) == ("the site has trouble (503)", 2)


def test_addresses_that_break_off_do_not_stop_the_site(tmp_path: Path) -> None:
    names = [f"AbC123{n}" for n in range(8)]
    with Imgur({name: picture(n) for n, name in enumerate(names)}) as site:
        for name in names[:-1]:
            site.faults.on(f"/{name}.png", faults.cut())
        client = client_of(site, attempts=2)
        for name in names[:-1]:
            error = not_fetched(client, f"https://i.imgur.com/{name}.png", tmp_path)
            assert error.reason == "the connection was cut in the middle"
        assert client.hosts.state()[0].waits == 0
        client.picture(f"https://i.imgur.com/{names[-1]}.png", tmp_path / "x")
