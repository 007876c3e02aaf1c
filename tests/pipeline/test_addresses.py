from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anitui.pipeline.addresses import Forbidden, forbidden, parse

LOOPBACK = (
    "http://127.0.0.1/", "http://0x7f000001/", "http://2130706433/", "http://0177.0.0.1/", "http://127.1/",
    "http://[::1]/", "http://localhost/", "http://a.localhost./", "http://１２７.０.０.１/", "http://127.0.0.1./",
    "http://0x7f.1/", "http://017700000001/",
)  # fmt: skip
PRIVATE = (
    "10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "fc00::1",
    "ff02::1", "::", "fd00:ec2::254", "2001:db8::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "::a00:1",
    "168.63.129.16", "169.254.169.254", "fe80::1", "fe80::1%eth0", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
)  # fmt: skip
MALFORMED = (
    "file:///etc/passwd", "ftp://example.org/", "data:image/png;base64,AAAA", "gopher://example.org", "javascript:1",
    "http://user:word@example.org/", "http://user@example.org/", "http:///path", "http://", "//example.org/x",
    "http://example.org:99999/", "http://example.org:22/", "http://exa mple.org/", "http://example.org\\@10.0.0.1/",
    "http://[::1", "http://1.2.3.4.5/", "http://256.1.1.1/", "http://0x1ffffffff/", "http://a..b/",
    "http://x.internal/", "http://printer.local/", "http://router.lan/", "http://example.org/\x00", "",
)  # fmt: skip


@pytest.mark.parametrize("url", LOOPBACK)
def test_every_spelling_of_this_machine_is_one_address(url: str) -> None:
    host = parse(url).host
    assert ipaddress.ip_address(host).is_loopback
    assert forbidden(host, loopback=False) == "an address of this machine"
    assert forbidden(host, loopback=True) is None


@pytest.mark.parametrize("number", PRIVATE)
def test_what_is_not_the_open_internet_is_never_asked(number: str) -> None:
    assert forbidden(number, loopback=False)
    assert forbidden(number, loopback=True), "tests may reach this machine, and nothing else"


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_address_of_a_web_site_is_refused_as_it_is_written(url: str) -> None:
    with pytest.raises(Forbidden):
        parse(url)


@pytest.mark.parametrize("number", ["1.1.1.1", "151.101.1.140", "2606:4700::1111", "2a04:4e42::396"])
def test_open_addresses_are_open(number: str) -> None:
    assert forbidden(number, loopback=False) is None


@given(st.integers(0, 2**32 - 1))
def test_the_standard_library_agrees_about_numbers(value: int) -> None:
    address = ipaddress.IPv4Address(value)
    for spelling in (str(address), hex(value), str(value), "0" + oct(value)[2:]):
        assert parse(f"http://{spelling}/").host == str(address)
    if forbidden(str(address), loopback=False) is None:
        assert address.is_global and not address.is_multicast


@given(st.text(max_size=60))
def test_whatever_is_written_there_is_an_answer(text: str) -> None:
    for url in (text, f"http://{text}", f"https://example.org/{text}"):
        try:
            target = parse(url)
        except Forbidden:
            continue
        assert target.url.isascii() and parse(target.url) == target


def test_an_address_is_asked_in_one_spelling() -> None:
    assert parse("HTTPS://I.Redd.IT:443/a b.png?x=ä#part").url == "https://i.redd.it/a%20b.png?x=%C3%A4"
    assert parse("http://例え.テスト/").host == "xn--r8jz45g.xn--zckzah"
