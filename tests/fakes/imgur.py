"""An Imgur on loopback: i.imgur.com, imgur.com and api.imgur.com at one address, with faults.

imgur = Imgur({"AbC1234": picture(1)}, albums={"Album01": ["AbC1234", "AbD1234"]}, removed=["AbD1234"])
with imgur:                          # imgur.media["AbE1234"] = …  while it runs
    imgur.url + "/AbC1234.jpg"       # the picture, whatever suffix is asked for, as there
    imgur.url + "/AbC1234"           # its page; "/a/Album01" and "/gallery/Album01" are an album's
    imgur.url + "/3/album/Album01/images"   # with `Authorization: Client-ID …`
    imgur.url + "/AbD1234.jpg"       # was removed: a redirect to a grey placeholder
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from PIL import Image

from anitui.demo.site.serving import Request, Response, Serving, as_json, page, plain
from tests.fakes.faults import Faulty

CLIENT_ID = "a-client-id-for-imgur"
PLACEHOLDER_SIZE = (161, 81)

_MIME = {b"\xff\xd8": "jpeg", b"\x89P": "png", b"GI": "gif", b"RI": "webp"}
_SUFFIXES = {"jpeg": "jpg"}


def placeholder() -> bytes:
    """What stands in place of a removed picture: 161 × 81 pixels, grey with a few lines, a PNG."""
    shown = Image.new("L", PLACEHOLDER_SIZE, 34)
    for line in range(30, 54, 6):
        shown.paste(200, (20, line, 140, line + 2))
    written = io.BytesIO()
    shown.save(written, "PNG")
    return written.getvalue()


class _Imgur(Serving):
    def __init__(
        self,
        media: Mapping[str, bytes] | None = None,
        *,
        albums: Mapping[str, Sequence[str]] | None = None,
        removed: Iterable[str] = (),
        client_id: str = CLIENT_ID,
        titles: Mapping[str, str] | None = None,
        latency: float = 0.0,
    ) -> None:
        """`media`: an id → its bytes. `albums`: an id → the ids of its pictures in order. `titles`: of either."""
        super().__init__(latency=latency)
        self.media = dict(media or {})
        self.albums = {key: list(ids) for key, ids in (albums or {}).items()}
        self.removed = set(removed)
        self.client_id = client_id
        self.titles = dict(titles or {})
        self._placeholder = placeholder()

    def answer(self, request: Request) -> Response:
        path = request.path.strip("/")
        if path == "removed.png":
            return Response(200, {"content-type": "image/png"}, self._placeholder)
        if path.startswith("3/"):
            return self._api(path.removeprefix("3/"), request)
        if found := re.fullmatch(r"(?:a|gallery|t/\w+)/(?:[\w-]+-)?(\w+)", path):
            album = found[1]
            if album in self.albums:
                return self._page(album, self.albums[album], is_album=True)
            return self._page(album, [album], is_album=False) if album in self.media else _not_found()
        name, _, suffix = path.partition(".")
        if suffix:
            return self._picture(name)
        return self._page(name, [name], is_album=False) if name in self.media else _not_found()

    def _picture(self, name: str) -> Response:
        # A letter after the seven of the id asks for a smaller one: here it is the same.
        name = name if name in self.media or name in self.removed else name[:-1]
        if name in self.removed:
            return Response(302, {"location": f"{self.url}/removed.png"})
        content = self.media.get(name)
        if content is None:
            return Response(302, {"location": f"{self.url}/removed.png"})
        return Response(200, {"content-type": f"image/{_kind(content)}"}, content)

    def _page(self, key: str, ids: Sequence[str], *, is_album: bool) -> Response:
        """A page as imgur.com sends it: an application, with its data as a string of JSON within JavaScript."""
        known = [each for each in ids if each in self.media]
        data = {
            "id": key,
            "account_id": 0,
            "title": self.titles.get(key, ""),
            "is_album": is_album,
            "is_mature": False,
            "image_count": len(known),
            "cover_id": known[0] if known else "",
            "url": f"https://imgur.com/{'a/' if is_album else ''}{key}",
            "created_at": "2020-09-13T12:26:40Z",
            "media": [self._medium(each) for each in known],
        }
        # They write a quotation mark of JavaScript as \', which JSON does not know.
        text = json.dumps(json.dumps(data)).replace("'", "\\'").replace("</", "<\\/")
        title = html.escape(self.titles.get(key, "") or "Imgur: The magic of the Internet")
        return page(
            f"<!DOCTYPE html><html><head><title>{title}</title></head><body><div id='root'></div>"
            f"<script>window.postDataJSON={text}</script><script src='/desktop-assets/main.js'></script></body></html>"
        )

    def _medium(self, each: str) -> dict[str, object]:
        kind = _kind(self.media[each])
        suffix = _SUFFIXES.get(kind, kind)
        return {
            "id": each,
            "account_id": 0,
            "mime_type": f"image/{kind}",
            "type": "image",
            "name": "",
            "basename": "",
            "url": f"https://i.imgur.com/{each}.{suffix}",
            "ext": suffix,
            "width": 96,
            "height": 72,
            "size": len(self.media[each]),
            "metadata": {"title": self.titles.get(each, ""), "description": "", "is_animated": False},
            "created_at": "2020-09-13T12:26:40Z",
        }

    def _api(self, path: str, request: Request) -> Response:
        if request.headers.get("authorization") != f"Client-ID {self.client_id}":
            return _api_error(403 if "authorization" in request.headers else 401, "Invalid client_id", request)
        kind, _, rest = path.partition("/")
        key, _, part = rest.partition("/")
        if kind == "image" and key in self.media and key not in self.removed:
            return _api_answer(self._told(key))
        if kind == "album" and key in self.albums:
            images = [self._told(each) for each in self.albums[key] if each in self.media and each not in self.removed]
            if part == "images":
                return _api_answer(images)
            return _api_answer({"id": key, "title": self.titles.get(key), "images": images, "nsfw": False})
        return _api_error(404, "Unable to find what was asked for", request)

    def _told(self, each: str) -> dict[str, object]:
        kind = _kind(self.media[each])
        return {
            "id": each,
            "title": self.titles.get(each),
            "description": None,
            "datetime": 1_600_000_000,
            "type": f"image/{kind}",
            "animated": False,
            "width": 96,
            "height": 72,
            "size": len(self.media[each]),
            "nsfw": False,
            "link": f"https://i.imgur.com/{each}.{_SUFFIXES.get(kind, kind)}",
        }


class Imgur(Faulty, _Imgur):
    """An Imgur with `faults`."""


def _kind(content: bytes) -> str:
    return _MIME.get(content[:2], "png")


def _not_found() -> Response:
    return plain(404)


def _api_answer(data: object) -> Response:
    return as_json({"data": data, "success": True, "status": 200})


def _api_error(status: int, words: str, request: Request) -> Response:
    data = {"error": words, "request": request.path, "method": request.method}
    return as_json({"data": data, "success": False, "status": status}, status)
