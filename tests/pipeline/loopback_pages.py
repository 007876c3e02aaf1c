"""A few pages on loopback, by their paths, and what was asked for."""

from __future__ import annotations

from collections.abc import Mapping

from anitui.demo.site.serving import Request, Response, Serving, page, plain


class Pages(Serving):
    """`texts` by path and query; a number instead of a text is a status. What is missing is 404."""

    def __init__(self, texts: Mapping[str, str | int | Response]) -> None:
        super().__init__()
        self.texts = dict(texts)

    def answer(self, request: Request) -> Response:
        found = self.texts.get(request.path + (f"?{request.raw_query}" if request.raw_query else ""), 404)
        if isinstance(found, Response):
            return found
        return plain(found) if isinstance(found, int) else page(found)

    @property
    def asked(self) -> list[str]:
        return [each.path + (f"?{each.query}" if each.query else "") for each in self.requests]
