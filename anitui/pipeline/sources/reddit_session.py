"""PRAW as it is used here: its requests have their turn among all others, and one token serves all crawls."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from anitui.pipeline.credentials import Keys
from anitui.pipeline.fetch import USER_AGENT, Client
from anitui.pipeline.fetched import Stopping
from anitui.pipeline.politeness import asked_wait
from anitui.pipeline.sources.kinds import Outside

if TYPE_CHECKING:
    from praw import Reddit

OAUTH, WWW = "https://oauth.reddit.com", "https://www.reddit.com"
_TOKEN = "/api/v1/access_token"
_SHARE = 0.9  # of the time that a token is good for


class _Token:
    """The answer that holds the token, for as long as it is good."""

    def __init__(self) -> None:
        self.asking = threading.Lock()
        self._answer: Any = None
        self._until = 0.0

    def known(self) -> Any:
        return self._answer if time.monotonic() < self._until else None

    def keep(self, answer: Any) -> None:
        try:
            told = answer.json()
            seconds = float(told["expires_in"]) if "access_token" in told else 0.0
        except (ValueError, TypeError, KeyError):
            return
        self._answer, self._until = answer, time.monotonic() + seconds * _SHARE

    def forget(self) -> None:
        self._answer = None


_tokens: WeakKeyDictionary[Client, _Token] = WeakKeyDictionary()


def praw_for(outside: Outside, keys: Keys) -> Reddit:
    """PRAW with these keys, wherever the sites are."""
    from praw import Reddit
    from prawcore import Requestor

    client = outside.client
    token = _tokens.setdefault(client, _Token())

    class Polite(Requestor):
        def __init__(self, **named: Any) -> None:
            super().__init__(**named)
            # No .netrc, which would put another password into the place of the token, and no proxy, as for pictures.
            self._http.trust_env = False

        def request(self, *arguments: Any, **named: Any) -> Any:
            url = str(arguments[1] if len(arguments) > 1 else named.get("url"))
            if not url.endswith(_TOKEN):
                response = self._ask(url, *arguments, **named)
                if response.status_code == 401:
                    token.forget()
                return response
            with token.asking:
                response = token.known()
                if response is None:
                    response = self._ask(url, *arguments, **named)
                    token.keep(response)
                return response

        def _ask(self, url: str, *arguments: Any, **named: Any) -> Any:
            if outside.stopping.is_set():
                raise Stopping
            site, hosts = client.site(url), client.hosts
            with hosts.turn(site):
                response = super().request(*arguments, **named)
            told = {name.lower(): value for name, value in response.headers.items()}
            if response.status_code in (429, 503):
                hosts.heed(site, response.status_code, told)
                if "retry-after" in told:  # PRAW takes only numbers for it
                    response.headers["retry-after"] = f"{asked_wait(response.status_code, told) or 0:.0f}"
            elif wait := asked_wait(response.status_code, told):  # the quota is used up: PRAW waits before it asks on
                outside.say(f"Reddit asks to wait ({wait:.0f} s)")
            hosts.fine(site, len(response.content))
            return response

    # Both addresses are named, so that a praw.ini lying somewhere cannot lead elsewhere.
    named: dict[str, Any] = {
        "client_id": keys.client_id,
        "client_secret": keys.client_secret,
        "user_agent": USER_AGENT,
        "reddit_url": outside.sites.base("reddit.com", WWW),
        "oauth_url": outside.sites.base("reddit.com", OAUTH),
        "check_for_updates": False,
        "check_for_async": False,
        "requestor_class": Polite,
        "username": keys.username,
        "password": keys.password,
    }
    return Reddit(**named)
