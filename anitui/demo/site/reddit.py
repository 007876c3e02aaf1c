"""A Reddit on loopback that real PRAW talks to, with its pictures at the same address.

    posts = [Post("p1", "pics", "Chinatsu smiling", picture=some_bytes, flair="Fanart")]
    with Reddit(posts) as reddit:
        praw.Reddit(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, user_agent="anything at all",
                    reddit_url=reddit.url, oauth_url=reddit.url,
                    check_for_updates=False, check_for_async=False)
        reddit.requests     # what was asked for
        reddit.media        # name on i.redd.it → bytes; a test may add and take away

Everything may be changed while it runs: posts by `put`, the rest by its attributes.
"""

from __future__ import annotations

import base64
import mimetypes
import os
import re
import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from anitui.demo.site import shapes
from anitui.demo.site.posts import Post, signature
from anitui.demo.site.search import SORTS, matching, newer_than
from anitui.demo.site.serving import Request, Response, Serving, as_json, plain
from anitui.demo.site.shapes import Shape
from anitui.demo.site.threads import Portions, Thread

CLIENT_ID = "a-client-id-of-the-sample"
CLIENT_SECRET = "a-client-secret-of-the-sample"
USERNAME = "a_collector"
PASSWORD = "a-password-of-the-sample"

# What a person has set for the real one.
_ACCOUNT = ("ANITUI_REDDIT_USERNAME", "ANITUI_REDDIT_PASSWORD", "praw_username", "praw_password")
_PAGE = 100  # no page of a listing is longer
_LISTED = 1000  # and no listing
_TOKEN_SECONDS = 86400


@dataclass(slots=True)
class Rate:
    """What the headers of every answer say of how much may still be asked for. PRAW waits when it gets scarce."""

    remaining: float = 99_000.0
    used: int = 1
    reset: int = 300  # seconds


def environment(reddit: Reddit) -> dict[str, str]:
    """The variables that lead a process of ours to this Reddit, keys included, past a person's proxy and account."""
    direct = ",".join(filter(None, (os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), "127.0.0.1")))
    return {
        "ANITUI_REDDIT_URL": reddit.url,
        "ANITUI_ALLOW_LOOPBACK": "1",
        "ANITUI_REDDIT_CLIENT_ID": CLIENT_ID,
        "ANITUI_REDDIT_CLIENT_SECRET": CLIENT_SECRET,
        **dict.fromkeys(_ACCOUNT, ""),
        "no_proxy": direct,
        "NO_PROXY": direct,
    }


class Reddit(Serving):
    """A Reddit. Names of subreddits mean the same in any case of letters, as there."""

    def __init__(
        self,
        posts: Iterable[Post] = (),
        *,
        subreddits: Iterable[str] = (),
        private: Iterable[str] = (),
        banned: Iterable[str] = (),
        portions: Portions | None = None,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        expired_previews: bool = False,
        only_previews: Iterable[str] = (),
        nsfw_in_search: bool = True,
        latency: float = 0.0,
    ) -> None:
        """`subreddits`: those that exist without a post. `only_previews`: names of pictures that are to be had by
        their preview alone. `expired_previews`: no preview is to be had. Without `nsfw_in_search`, a search that
        does not say `include_over_18=on` finds no such post."""
        super().__init__(latency=latency)
        self.posts: dict[str, Post] = {}
        self.media: dict[str, bytes] = {}
        self.subreddits = {each.lower() for each in subreddits}
        self.private = {each.lower() for each in private}
        self.banned = {each.lower() for each in banned}
        self.portions = portions or Portions()
        self.keys = (client_id, client_secret)
        self.expired_previews = expired_previews
        self.only_previews = set(only_previews)
        self.nsfw_in_search = nsfw_in_search
        self.rate = Rate()
        self._threads: dict[str, Thread] = {}
        self._tokens: set[str] = set()
        self._changing = threading.Lock()
        self.put(*posts)

    def put(self, *posts: Post) -> None:
        """Add posts, in place of those with the same ids."""
        with self._changing:
            known = dict(self.posts)
            for post in posts:
                known[post.id] = post
                self._threads[post.id] = Thread(post)
                self.subreddits.add(post.subreddit.lower())
                if post.removed_by_category is not None:
                    continue
                if post.picture is not None:
                    self.media[post.picture_name] = post.picture
                for item in post.gallery or ():
                    if item.picture is not None:
                        self.media[item.name] = item.picture
            self.posts = known

    def forget_tokens(self) -> None:
        """Whoever was let in has to show the keys again."""
        self._tokens.clear()

    def answer(self, request: Request) -> Response:
        path = request.path.removesuffix(".json").strip("/")
        if path in self.media or "." in path:
            return self._picture(path, request)
        if path == "api/v1/access_token":
            return self._let_in(request)
        if request.headers.get("authorization", "").partition(" ")[2] not in self._tokens:
            return self._api(
                {"message": "Unauthorized", "error": 401},
                request,
                401,
                {"www-authenticate": 'Bearer realm="reddit", error="invalid_token"'},
            )
        for pattern, ask in _ROUTES:
            if found := pattern.fullmatch(path):
                return ask(self, request, **found.groupdict())
        return self._api({"message": "Not Found", "error": 404}, request, 404)

    def _picture(self, name: str, request: Request) -> Response:
        """With a query it is a preview, whose signature must be right; without, it is i.redd.it's."""
        content = self.media.get(name)
        if request.raw_query:
            if self.expired_previews or request.query.get("s") != signature(name):
                return plain(403)
        elif name in self.only_previews:
            return plain(404)
        if content is None:
            return plain(404)
        # A page in a picture's place says what it is; all else is what its name says, as there.
        kind = "text/html" if content.startswith(b"<") else mimetypes.guess_type(name)[0] or "image/avif"
        return Response(200, {"content-type": kind, "cache-control": "max-age=31536000"}, content)

    def _let_in(self, request: Request) -> Response:
        given = request.headers.get("authorization", "").partition(" ")[2]
        if given != base64.b64encode(":".join(self.keys).encode()).decode():
            return self._api({"message": "Unauthorized", "error": 401}, request, 401)
        form = request.form
        if form.get("grant_type") == "password" and (form.get("username"), form.get("password")) != (
            USERNAME,
            PASSWORD,
        ):
            return self._api({"error": "invalid_grant"}, request)
        token = secrets.token_hex(16)
        self._tokens.add(token)
        return self._api(
            {"access_token": token, "token_type": "bearer", "expires_in": _TOKEN_SECONDS, "scope": "*"}, request
        )

    def _api(
        self, value: object, request: Request, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        raw = "raw_json=1" in request.raw_query or request.form.get("raw_json") == "1"
        response = as_json(value if raw else shapes.escaped(value), status)
        rate = self.rate
        response.headers |= {
            "x-ratelimit-remaining": str(rate.remaining),
            "x-ratelimit-used": str(rate.used),
            "x-ratelimit-reset": str(rate.reset),
            **(headers or {}),
        }
        return response

    def _closed(self, subreddits: str, request: Request) -> Response | None:
        """The answer that a subreddit has for everyone, if it has one."""
        for name in subreddits.lower().split("+"):
            if name in self.private:
                return self._api({"reason": "private", "message": "Forbidden", "error": 403}, request, 403)
            if name in self.banned:
                return self._api({"reason": "banned", "message": "Not Found", "error": 404}, request, 404)
            if name not in self.subreddits and name not in ("all", "popular"):
                where = {"location": f"{self.url}/subreddits/search.json?q={name}&raw_json=1"}
                return self._api({}, request, 302, where)
        return None

    def _inside(self, subreddits: str) -> list[Post]:
        names = subreddits.lower().split("+")
        everywhere = "all" in names or "popular" in names
        return [each for each in self.posts.values() if everywhere or each.subreddit.lower() in names]

    def _search(self, request: Request, subreddit: str | None = None) -> Response:
        if subreddit is not None and (closed := self._closed(subreddit, request)):
            return closed
        query = request.query
        here = subreddit is not None and query.get("restrict_sr", "").lower() in ("1", "true", "on")
        posts = self._inside(subreddit or "all") if here else list(self.posts.values())
        if not self.nsfw_in_search and query.get("include_over_18") != "on":
            posts = [each for each in posts if not each.over_18]
        found = [each for each in posts if matching(each, query.get("q", ""))]
        return self._listed(found, query.get("sort", "relevance"), request)

    def _sorted(self, request: Request, subreddit: str, sort: str | None = None) -> Response:
        if closed := self._closed(subreddit, request):
            return closed
        return self._listed(self._inside(subreddit), sort or "hot", request)

    def _listed(self, posts: list[Post], sort: str, request: Request) -> Response:
        query = request.query
        if sort in ("top", "controversial", "relevance", "comments"):
            posts = newer_than(posts, query.get("t", "all"))
        order = SORTS.get(sort)
        if sort == "comments":
            posts = sorted(posts, key=lambda post: -len(self._threads[post.id]))
        elif order is not None:
            posts = sorted(posts, key=order)
        names = [f"t3_{each.id}" for each in posts[:_LISTED]]
        after = query.get("after")
        start = (names.index(after) + 1 if after in names else len(names)) if after else 0
        asked = query.get("limit", "")
        end = start + max(1, min(_PAGE, int(asked) if asked.isdigit() else 25))
        children = [self._told(each) for each in posts[start : min(end, _LISTED)]]
        return self._api(shapes.listing(children, names[end - 1] if children and end < len(names) else None), request)

    def _told(self, post: Post) -> Shape:
        return shapes.submission(post, self.posts, len(self._threads[post.id]))

    def _comments(
        self, request: Request, post: str, comment: str | None = None, subreddit: str | None = None
    ) -> Response:
        thread = self._threads.get(post)
        if thread is None or (comment is not None and comment not in thread):
            return self._api({"message": "Not Found", "error": 404}, request, 404)
        if closed := self._closed(thread.post.subreddit, request):
            return closed
        below = thread.whole(self.portions) if comment is None else thread.only(comment, self.portions)
        return self._api([shapes.listing([self._told(thread.post)]), below], request)

    def _more(self, request: Request) -> Response:
        asked = request.form if request.method == "POST" else request.query
        thread = self._threads.get(asked.get("link_id", "").removeprefix("t3_"))
        ids = [each.strip() for each in asked.get("children", "").split(",")]
        things = [] if thread is None else thread.asked_for(ids, self.portions)
        return self._api({"json": {"errors": [], "data": {"things": things}}}, request)

    def _info(self, request: Request, names: str | None = None, subreddit: str | None = None) -> Response:
        things = []
        for name in (names or request.query.get("id", "")).split(","):
            kind, _, each = name.partition("_")
            if kind == "t3" and each in self.posts:
                things.append(self._told(self.posts[each]))
            elif kind == "t1":
                things += [thread.alone(each) for thread in self._threads.values() if each in thread]
        return self._api(shapes.listing(things), request)

    def _about(self, request: Request, subreddit: str) -> Response:
        if closed := self._closed(subreddit, request):
            return closed
        name = next((each.subreddit for each in self._inside(subreddit)), subreddit)
        data = {
            "id": name.lower(),
            "name": f"t5_{name.lower()}",
            "display_name": name,
            "subscribers": 12,
            "over18": False,
        }
        return self._api({"kind": "t5", "data": data}, request)


_ROUTES: list[tuple[re.Pattern[str], Callable[..., Response]]] = [
    (re.compile(r"r/(?P<subreddit>[\w+]+)/search"), Reddit._search),
    (re.compile(r"search"), Reddit._search),
    (re.compile(r"r/(?P<subreddit>[\w+]+)(?:/(?P<sort>top|new|hot|rising|controversial))?"), Reddit._sorted),
    (re.compile(r"r/(?P<subreddit>[\w+]+)/about"), Reddit._about),
    (
        re.compile(r"(?:r/(?P<subreddit>\w+)/)?comments/(?P<post>\w+)(?:/[^/]*(?:/(?P<comment>\w+))?)?"),
        Reddit._comments,
    ),
    (re.compile(r"api/morechildren"), Reddit._more),
    (re.compile(r"(?:r/(?P<subreddit>\w+)/)?api/info"), Reddit._info),
    (re.compile(r"by_id/(?P<names>[\w,]+)"), Reddit._info),
]
