"""Which addresses may be asked at all: http(s), and nothing but the open Internet.

Two gates. `parse` looks at the address as it is written; `forbidden` at each number that its name stands for, right
before it is connected to.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NOT_OPEN = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3", "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
        "fc00::/7", "fe80::/9", "ff00::/8",
        "168.63.129.16/32",  # what machines at Azure are told by, though it looks like any other
    )
)  # fmt: skip
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "lan", "home", "intranet", "corp", "home.arpa")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?")
_LONGEST = 4000
_KEPT = "/%:@!$&'()*+,;=~-._"


class Forbidden(Exception):
    """An address that is not asked; the text says why, in words that are the same for the same cause."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart, as it will be asked."""

    scheme: str
    host: str  # a name, or a number without brackets
    port: int
    path: str  # with its query

    @property
    def site(self) -> str:
        """The host with its port, where that is not the usual one: what is asked politely, as one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """In the one spelling that counts for all it may have had."""
        return f"{self.scheme}://{self.site}{self.path}"


def parse(url: str) -> Target:
    """The parts of an address, or Forbidden."""
    url = url.strip()
    if len(url) > _LONGEST:
        raise Forbidden("the address is too long")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in url) or "\\" in url:
        raise Forbidden("the address is malformed")
    try:
        parts = urlsplit(url)
        port = parts.port
        name = parts.hostname
    except ValueError:
        raise Forbidden("the address is malformed") from None
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https"):
        raise Forbidden("not an http(s) address")
    if "@" in parts.netloc:
        raise Forbidden("the address holds a user name")
    if not name:
        raise Forbidden("the address names no host")
    port = port if port is not None else {"http": 80, "https": 443}[scheme]
    if port not in (80, 443) and port < 1024:
        raise Forbidden("the port is not one of a web site")
    # What is there is kept, and only what may not stand in a request is written otherwise.
    path = quote(parts.path or "/", safe=_KEPT)
    query = "?" + quote(parts.query, safe=_KEPT + "?[]|") if parts.query else ""
    return Target(scheme, _host(name), port, path + query)


def _host(name: str) -> str:
    """A host in its one spelling: numbers in decimals, names in ASCII and lower case."""
    name = unicodedata.normalize("NFKC", name).lower().rstrip(".")
    if "%" in name:
        raise Forbidden("the address is malformed")
    if ":" in name:
        try:
            return str(ipaddress.IPv6Address(name))
        except ValueError:
            raise Forbidden("the address is malformed") from None
    number = _as_number(name)
    if number is not None:
        return str(number)
    try:
        name = name.encode("idna").decode("ascii")
    except UnicodeError:
        raise Forbidden("the address is malformed") from None
    if not name or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise Forbidden("the address is malformed")
    if any(name == each or name.endswith("." + each) for each in _LOCAL_NAMES):
        if name == "localhost" or name.endswith(".localhost"):
            return "127.0.0.1"  # whatever a resolver would say; where it is allowed, it is meant
        raise Forbidden("a private address")
    return name


def _as_number(name: str) -> ipaddress.IPv4Address | None:
    """The number that the system's own functions would read in a name such as 0x7f000001, 127.1 or 0177.0.0.1."""
    parts = name.split(".")
    if not _NUMBER.fullmatch(parts[-1]):
        return None  # no name on the Internet ends in a number
    values: list[int] = []
    for part in parts:
        if not _NUMBER.fullmatch(part):
            raise Forbidden("the address is malformed")
        try:
            base = 16 if part.startswith("0x") else 8 if len(part) > 1 and part.startswith("0") else 10
            values.append(int(part.removeprefix("0x") or "0", base))
        except ValueError:
            raise Forbidden("the address is malformed") from None
    *firsts, last = values
    if len(values) > 4 or any(each > 255 for each in firsts) or last >= 256 ** (5 - len(values)):
        raise Forbidden("the address is malformed")
    return ipaddress.IPv4Address(sum(each << 8 * (3 - place) for place, each in enumerate(firsts)) + last)


def forbidden(number: str, *, loopback: bool) -> str | None:
    """Why a number must not be connected to, or None. `loopback`: this machine itself may, for tests."""
    try:
        address: Address = ipaddress.ip_address(number.partition("%")[0])
    except ValueError:
        return "the address is malformed"
    inner = _inner(address)
    if inner is not None:
        return forbidden(str(inner), loopback=False)
    if address.is_loopback:
        return None if loopback else "an address of this machine"
    if address.is_link_local:
        return "a link-local address"
    closed = any(address in net for net in _NOT_OPEN if net.version == address.version)
    if closed or not address.is_global or address.is_multicast:
        return "a private address"
    return None


def _inner(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a gateway would make of an IPv6 one."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
