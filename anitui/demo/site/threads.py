"""The comments below one post, and how much of them Reddit gives at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anitui.demo.site.posts import Comment, Post
from anitui.demo.site.shapes import Shape, comment, listing, more


@dataclass(frozen=True, slots=True)
class Portions:
    """How much of a thread comes unasked. Small numbers make a small thread behave like one of thousands."""

    siblings: int = 100  # comments side by side; the rest hides behind a `more`
    depth: int = 10  # comments below each other; what lies deeper is "continue this thread"
    asked: int = 100  # comments that one request for more gives


class Thread:
    """A post's comments, findable by their ids."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self._comments: dict[str, Comment] = {}
        self._parents: dict[str, str] = {}  # the comment's id → its parent's full name
        self._below: dict[str, int] = {}  # how many there are in it, itself included
        for said in post.comments:
            self._learn(said, f"t3_{post.id}")

    def _learn(self, said: Comment, parent: str) -> int:
        self._comments[said.id] = said
        self._parents[said.id] = parent
        self._below[said.id] = 1 + sum(self._learn(each, f"t1_{said.id}") for each in said.replies)
        return self._below[said.id]

    def __len__(self) -> int:
        return len(self._comments)

    def __contains__(self, comment_id: str) -> bool:
        return comment_id in self._comments

    def whole(self, portions: Portions) -> Shape:
        """What one sees on opening the post."""
        return listing(self._side_by_side(self.post.comments, f"t3_{self.post.id}", 0, 0, portions))

    def only(self, comment_id: str, portions: Portions) -> Shape:
        """What one sees on opening the post at one of its comments: that comment, and what is below it."""
        return listing([self._nested(self._comments[comment_id], 0, 0, portions)])

    def alone(self, comment_id: str) -> Shape:
        """A comment as it is when asked for by its full name."""
        return comment(self._comments[comment_id], self.post, self._parents[comment_id], 0, None)

    def asked_for(self, ids: Sequence[str], portions: Portions) -> list[Shape]:
        """The comments behind a `more`, side by side and parents first, with what is still behind it at the end."""
        things: list[Shape] = []
        ids = [each for each in ids if each in self._comments]
        for i, each in enumerate(ids):
            if len(things) >= portions.asked:
                parent = self._parents[each]
                count = sum(self._below[rest] for rest in ids[i:])
                things.append(more(list(ids[i:]), count, parent, self._depth(each)))
                break
            things.extend(self._flat(each, portions))
        return things

    def _flat(self, comment_id: str, portions: Portions) -> Iterator[Shape]:
        depth = self._depth(comment_id)
        nested = [self._nested(self._comments[comment_id], depth, depth, portions)]
        while nested:
            thing = nested.pop(0)
            if thing["kind"] == "t1" and thing["data"]["replies"]:
                nested[:0] = thing["data"]["replies"]["data"]["children"]
                thing["data"]["replies"] = ""
            yield thing

    def _depth(self, comment_id: str) -> int:
        depth = 0
        while (parent := self._parents[comment_id]).startswith("t1_"):
            comment_id = parent.removeprefix("t1_")
            depth += 1
        return depth

    def _nested(self, said: Comment, depth: int, top: int, portions: Portions) -> Shape:
        name = f"t1_{said.id}"
        if not said.replies:
            replies = None
        elif depth - top + 1 >= portions.depth:
            replies = listing([more([], 0, name, depth + 1)])
        else:
            replies = listing(self._side_by_side(said.replies, name, depth + 1, top, portions))
        return comment(said, self.post, self._parents[said.id], depth, replies)

    def _side_by_side(
        self, comments: Sequence[Comment], parent: str, depth: int, top: int, portions: Portions
    ) -> list[Shape]:
        things = [self._nested(each, depth, top, portions) for each in comments[: portions.siblings]]
        if rest := [each.id for each in comments[portions.siblings :]]:
            things.append(more(rest, sum(self._below[each] for each in rest), parent, depth))
        return things
