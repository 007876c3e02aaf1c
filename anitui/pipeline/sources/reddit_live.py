"""Reddit itself, through PRAW: patient where it asks for patience, and never further than what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from anitui.errors import AnituiError, WrongUse
from anitui.pipeline.credentials import Keys, reddit_keys
from anitui.pipeline.fetched import NotFetched, Stopping
from anitui.pipeline.politeness import asked_wait
from anitui.pipeline.sources.kinds import Gone, Lead, Mark, Outside, Step
from anitui.pipeline.sources.reddit_links import links
from anitui.pipeline.sources.reddit_orders import RedditOrder
from anitui.pipeline.sources.reddit_posts import is_nsfw, original_of, removal, seen_in, steps_of
from anitui.pipeline.sources.reddit_session import WWW, praw_for
from anitui.words import count

if TYPE_CHECKING:
    from praw.models import Submission
    from prawcore.exceptions import ResponseException

Got = TypeVar("Got")
_TRIES = 4
_MOST_IN_A_ROW = 3  # that Reddit does not give, and one need not ask for more
_LONGEST_WAIT = 120.0


class _Trouble(AnituiError):
    """Reddit did not give one thing. It may give others, and this one later."""


class LiveReddit:
    """One crawl's way to Reddit."""

    def __init__(self, outside: Outside, keys: Keys | None = None, *, first_wait: float = 2.0) -> None:
        self._outside = outside
        self._first_wait = first_wait
        self._reddit = praw_for(outside, keys or reddit_keys())

    def posts(self, order: RedditOrder) -> Iterator[Step]:
        """The pictures of a subreddit's posts."""

        def one(number: int, submission: Submission) -> Iterator[Step]:
            self._outside.say(f"post {number:,}")
            return self.steps_of(vars(submission), nsfw=order.nsfw)

        return self._through(order, "post", one)

    def comments(self, order: RedditOrder) -> Iterator[Step]:
        """The links in all comments of a subreddit's threads."""

        def one(number: int, submission: Submission) -> Iterator[Step]:
            post = vars(submission)
            page, stamp = f"t3_{post['id']}", str(post.get("num_comments"))
            if self._outside.marks.get(page) == stamp:
                return
            self._outside.say(f"thread {number:,}: {str(post.get('title'))[:60]}")
            removed = removal(post)
            if removed:
                yield Gone(seen_in(post).page_url or page, removed, seen_in(post), words="")
            yield from self._thread(submission, post)
            yield Mark(page, stamp)

        return self._through(order, "thread", one)

    def _through(
        self, order: RedditOrder, noun: str, steps_of: Callable[[int, Submission], Iterator[Step]]
    ) -> Iterator[Step]:
        """All that there is. One that Reddit does not give is left for the next run; several in a row end this one."""
        unread, in_a_row = 0, 0
        for number, submission in enumerate(self._submissions(order, order.limit), 1):
            try:
                yield from steps_of(number, submission)
                in_a_row = 0
            except _Trouble as trouble:
                unread, in_a_row = unread + 1, in_a_row + 1
                if in_a_row == _MOST_IN_A_ROW:
                    raise
                why = str(trouble)
        if unread:
            raise AnituiError(f"{count(unread, noun)} left for the next run, all others were gone through; {why}")

    def post(self, name: str) -> Iterator[Step]:
        """The pictures of one post, by its id without the `t3_`."""
        submission = self._patiently(lambda: self._fetched(name), f"the post {name}")
        yield from self.steps_of(vars(submission)) if submission is not None else ()

    def steps_of(self, post: Mapping[str, Any], *, nsfw: bool = True) -> Iterator[Step]:
        """The pictures of a post; for a crosspost, those of the original, which is asked for where it is not told.

        Without `nsfw`, nothing of a crosspost whose original turns out to be marked as over 18.
        """
        original = original_of(post)
        if isinstance(original, str):
            name = original.removeprefix("t3_")
            found = self._patiently(lambda: self._fetched(name), f"the post {name}")
            if found is None:
                seen = seen_in(post)
                yield Gone(seen.page_url or name, "the post that it is a crosspost of is gone", seen)
                return
            original = vars(found)
            if not nsfw and is_nsfw(original):
                return
        yield from steps_of(post, original)

    def _thread(self, submission: Submission, post: Mapping[str, Any]) -> Iterator[Step]:
        from prawcore import exceptions

        thread = seen_in(post)
        try:
            forest = self._patiently(lambda: submission.comments, "a thread")
            # What was replaced before a failure stays replaced, so it goes on and does not begin anew.
            self._patiently(lambda: forest.replace_more(limit=None), "the comments of a thread")
        except (exceptions.NotFound, exceptions.Forbidden, exceptions.UnavailableForLegalReasons):
            yield Gone(thread.page_url or WWW, "Reddit does not show this thread any more", thread, words="")
            return
        for comment in forest.list():
            told = vars(comment)
            body = told.get("body")
            if not isinstance(body, str):
                continue
            author = told.get("author")
            permalink = told.get("permalink")
            moment = told.get("created_utc")
            seen = type(thread)(
                "reddit", f"{WWW}{permalink}" if permalink else thread.page_url, thread.post_id, thread.title,
                str(author) if author else None, thread.flair, thread.nsfw, float(moment) if moment else None,
            )  # fmt: skip
            for words, url in links(body, told.get("media_metadata")):
                yield Lead(url, seen, words=words)

    def _submissions(self, order: RedditOrder, limit: int) -> Iterator[Submission]:
        from prawcore import exceptions

        subreddit = self._reddit.subreddit(order.subreddit)
        if order.query:
            listing = subreddit.search(order.query, sort=order.sort, time_filter=order.time, limit=None)
        elif order.sort in ("new", "hot"):
            listing = getattr(subreddit, order.sort)(limit=None)
        else:
            listing = subreddit.top(time_filter=order.time, limit=None)
        steps: Iterator[Submission] = iter(listing)
        given = 0
        while given < limit:
            try:
                found = self._patiently(lambda: next(steps, None), f"r/{order.subreddit}")
            except (exceptions.Redirect, exceptions.NotFound, exceptions.BadRequest):
                raise WrongUse(f"there is no r/{order.subreddit}: mend the subreddit's name in the job") from None
            except (exceptions.Forbidden, exceptions.UnavailableForLegalReasons):
                raise AnituiError(
                    f"r/{order.subreddit} is private or quarantined: these keys may not read it"
                ) from None
            if found is None:
                return
            if order.fits(vars(found)):
                given += 1
                yield found

    def _fetched(self, name: str) -> Submission | None:
        from prawcore import exceptions

        try:
            submission = self._reddit.submission(name)
            submission._fetch()  # what is asked of it afterwards must not ask Reddit one by one
        except (exceptions.NotFound, exceptions.Forbidden):
            return None
        return submission

    def _patiently(self, ask: Callable[[], Got], what: str) -> Got:
        """Ask, and ask again where Reddit has trouble or wants to be left alone for a while."""
        from praw.exceptions import PRAWException
        from prawcore import exceptions

        for attempt in range(1, _TRIES + 1):
            growing = self._first_wait * 2 ** (attempt - 1)
            try:
                return ask()
            except exceptions.RequestException as error:
                if isinstance(error.original_exception, Stopping):
                    raise Stopping from None
                wait, why = growing, "Reddit does not answer"
            except exceptions.OAuthException:
                raise AnituiError(_WRONG_KEYS) from None
            except exceptions.ResponseException as error:
                wait, why = _wait_for(error, growing, what)
            except PRAWException as error:
                raise _Trouble(f"Reddit gave for {what} what PRAW does not understand ({error})") from error
            except NotFetched as error:
                raise _Trouble(f"Reddit was asked for {what}: {error.reason}; start the job again later") from None
            except (LookupError, ValueError, TypeError, AttributeError) as error:
                # PRAW's own way of saying that an answer is not what it should be, also of a 401 without its header.
                if error.args == (401,) or error.args == ("www-authenticate",):
                    raise AnituiError(_WRONG_KEYS) from None
                told = f"{type(error).__name__}: {error}"
                raise _Trouble(f"Reddit gave for {what} what PRAW does not understand ({told})") from error
            if attempt < _TRIES:
                wait = min(wait, _LONGEST_WAIT)
                self._outside.say(f"{why} ({wait:.0f} s)")
                if self._outside.stopping.wait(wait):
                    raise Stopping
        raise _Trouble(f"{why}, {_TRIES} times, for {what}: what was found is kept, start the job again later")


def _wait_for(error: ResponseException, growing: float, what: str) -> tuple[float, str]:
    """How long to wait after this answer, and why; raises what waiting does not help against."""
    from prawcore import exceptions

    status = error.response.status_code
    headers = {name.lower(): value for name, value in error.response.headers.items()}
    if status == 429:
        asked = asked_wait(status, headers) if "retry-after" in headers else None
        return growing if asked is None else asked, "Reddit asks to wait"
    if status >= 500:
        return growing, f"Reddit does not answer ({status})"
    if isinstance(error, exceptions.BadJSON):
        return growing, "Reddit answers what is no answer"
    if status == 401 or (type(error) is exceptions.ResponseException and status in (400, 403)):  # to the keys
        raise AnituiError(_WRONG_KEYS) from None
    told = (
        exceptions.NotFound, exceptions.Forbidden, exceptions.Redirect, exceptions.BadRequest,
        exceptions.UnavailableForLegalReasons,
    )  # fmt: skip
    if isinstance(error, told):
        raise error
    raise _Trouble(f"Reddit refuses {what} ({status}): start the job again later") from None


_WRONG_KEYS = (
    "Reddit does not take these keys: look at client_id and client_secret, in praw.ini, in the environment "
    "(ANITUI_REDDIT_CLIENT_ID, ANITUI_REDDIT_CLIENT_SECRET) or in the keyring"
)


def pictures(steps: Iterable[Step]) -> tuple[list[Lead], str]:
    """The leads among steps, and the reason of the last that is told only."""
    leads: list[Lead] = []
    reason = "there is no picture in it"
    for step in steps:
        if isinstance(step, Lead):
            leads.append(step)
        elif isinstance(step, Gone):
            reason = step.reason
    return leads, reason
