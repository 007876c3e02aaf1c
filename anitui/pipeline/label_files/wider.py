"""WIDER FACE: a path, a count, then that many lines `x y w h blur expression illumination invalid occlusion pose`.

A count of 0 is followed by one line of zeros in the original files. The format knows no classes and no scores; the
lines of results (`x y w h score`) are read, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from anitui.pipeline.label_files.model import (
    LabelFormat,
    OutBox,
    Outgoing,
    OutPicture,
    Problems,
    Sheet,
    Written,
    plain,
    tidy_number,
)
from anitui.pipeline.label_files.reading import LONGEST_LINE, integer_of, lay_out, number_of, read_text

UNSAID = "0 0 0 0 0 0"
_NONE = f"0 0 0 0 {UNSAID} "
_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif")


def read(path: Path, problems: Problems) -> list[Sheet]:
    sheet = Sheet(path, problems)
    # The set's own folders: wider_face_split/…_bbx_gt.txt beside WIDER_train/images.
    for part in ("train", "val", "test"):
        if part in path.stem:
            sheet.roots.append(path.parent.parent / f"WIDER_{part}" / "images")
    text = read_text(path)
    sheet.heading = text.layout()
    lines = text.lines()
    pending: tuple[int, str] | None = None
    while True:
        line, name = pending or next(lines, (0, ""))
        pending = None
        if not line:
            return [sheet]
        if not name.strip():
            continue
        if len(name) > LONGEST_LINE or not _is_name(name):
            sheet.wrong("a line that is no picture's name where one was due", line)
            continue
        at, counted = next(lines, (0, ""))
        count = integer_of(counted.strip())
        if count is None or count < 0:
            sheet.wrong("a picture without a count of its boxes", line)
            pending = (at, counted) if _is_name(counted) else None
            continue
        pending = _boxes(sheet, line, name, count, lines)


def _boxes(sheet: Sheet, line: int, name: str, count: int, lines: Iterator[tuple[int, str]]) -> tuple[int, str] | None:
    """The lines of one picture; returns the first that is none of them, where one was read too many."""
    place = sheet.add_picture(name.strip(), line, written=name if name != name.strip() else None)
    if count == 0:
        at, zeros = next(lines, (0, ""))
        if at and _is_name(zeros):
            sheet.picture_written[place] = f"{name}\n0"  # somebody left the line of zeros away
            return at, zeros
        if at and zeros != _NONE:
            sheet.picture_written[place] = f"{name}\n0\n{zeros}"
        return None
    for _ in range(count):
        at, content = next(lines, (0, ""))
        if not at:
            sheet.notice("fewer boxes than were counted")
            return None
        if _is_name(content):
            sheet.notice("fewer boxes than were counted", at)
            return at, content
        values = content.split()
        if len(values) < 4 or len(content) > LONGEST_LINE:
            sheet.wrong("a box that has not four numbers", at)
            continue
        x, y, w, h = map(number_of, values[:4])
        sheet.add_box(place, at, x, y, w, h, score=number_of(values[4]) if len(values) == 5 else None, written=content)
    return None


def _is_name(line: str) -> bool:
    return line.strip().lower().endswith(_ENDINGS)


def write(out: Outgoing) -> Written:
    for file in out.files:
        lines: list[str] = []
        for picture in file.pictures:
            lines += _lines(picture)
        yield file.like.name, lay_out(lines, file.like.heading)


def _lines(picture: OutPicture) -> list[str]:
    if picture.untouched and picture.written is not None and not picture.boxes:
        return picture.written.split("\n")
    name = picture.written if picture.untouched and picture.written is not None else picture.name
    return [name, str(len(picture.boxes)), *([_box(each) for each in picture.boxes] or [_NONE])]


def _box(box: OutBox) -> str:
    if box.same and box.written is not None:
        return box.written
    numbers = " ".join(tidy_number(each) for each in (box.x, box.y, box.w, box.h))
    before = (box.written or "").split()
    if len(before) == 5 and box.score is not None:
        return f"{numbers} {plain(box.score)}"
    rest = " ".join(before[4:]) if len(before) > 5 else UNSAID
    return f"{numbers} {rest} "


FORMAT = LabelFormat(
    "wider", "WIDER FACE's file", "characters", "faces_bbx_gt.txt", read, write,
    labels=False, scores=False, whole_pixels=True,
)  # fmt: skip
