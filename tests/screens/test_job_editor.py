from __future__ import annotations

from textual.app import App
from textual.widgets import Input, Static

from anitui.pipeline.collect.specs import JobSpec
from anitui.screens.jobs.editor import JobEditor


class Desk(App[None]):
    def __init__(self, spec: JobSpec | None = None) -> None:
        super().__init__()
        self.given = spec
        self.got: list[JobSpec | None] = []

    def on_mount(self) -> None:
        self.push_screen(JobEditor(self.given), self.got.append)


def told(app: App[None], name: str) -> str:
    return next(str(each.render()) for each in app.screen.query(Static) if each.name == name)


async def test_a_job_is_typed_and_checked_on_the_way() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"anime", "tab", *"Episode")
        for field in app.screen.query(Input):
            if field.name == "limit":
                field.focus()
        await pilot.press(*"many")
        assert "must be a whole number from 1 to 1,000" in told(app, "limit")
        await pilot.press("ctrl+s")
        assert app.got == [], "a job with a fault is not kept"
        await pilot.press("backspace", "backspace", "backspace", "backspace", "5")
        assert "must" not in told(app, "limit")
        await pilot.press("ctrl+s")
    assert app.got == [JobSpec("comment_links", {"subreddit": "anime", "query": "Episode", "limit": 5})]


async def test_a_job_like_another() -> None:
    spec = JobSpec("subreddit_posts", {"subreddit": "GochiUsa", "nsfw": True, "after": "2020-01-02"}, "rize", ("rise",))
    app = Desk(spec)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+s")
    assert app.got == [spec]


async def test_what_was_typed_is_not_lost_without_a_question() -> None:
    app = Desk()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*"anime", "escape", "n")
        assert isinstance(app.screen, JobEditor)
        await pilot.press("escape", "y")
    assert app.got == [None]
