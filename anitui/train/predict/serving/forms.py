"""The picture in what a browser or curl sends: the body itself, or the first file of a form."""

from __future__ import annotations

import re

_BOUNDARY = re.compile(r'boundary=(?:"([^"\r\n]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
_HEAD = 8192  # bytes of a part's own headers
_FORM = "multipart/form-data"
# curl says the last of these of any body that it is not told the kind of.
_BODIES = ("image/", "application/octet-stream", "application/x-www-form-urlencoded")


class BadForm(Exception):
    """It cannot be read; the text says why."""


def takes(kind: str) -> bool:
    """Whether a picture may come in a body of this Content-Type."""
    kind = kind.strip().lower()
    return not kind or kind.startswith((_FORM, *_BODIES))


def picture(body: bytes, kind: str) -> bytes:
    """The bytes of the picture; raises BadForm."""
    if not kind.strip().lower().startswith(_FORM):
        return body
    found = _BOUNDARY.search(kind)
    if found is None:
        raise BadForm("the form has no boundary: send it as multipart/form-data, as browsers do")
    mark = b"--" + (found[1] or found[2]).encode("latin-1", "replace")
    start = body.find(mark)
    if start < 0:
        raise BadForm("the form holds none of its parts")
    while True:
        start += len(mark)
        if body[start : start + 2] == b"--":
            raise BadForm("the form holds no file: send the picture as one")
        head_end = body.find(b"\r\n\r\n", start, start + _HEAD)
        # The line break in front of a mark belongs to the mark.
        end = body.find(b"\r\n" + mark, start)
        if head_end < 0 or end < 0:
            raise BadForm("the form ends early")
        if b"filename" in body[start:head_end].lower():
            return body[head_end + 4 : max(end, head_end + 4)]
        start = end + 2
