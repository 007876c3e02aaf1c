"""Pascal VOC: an XML file for each picture. Read without entities and document types: those can only do harm."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape

from anitui.errors import WrongUse
from anitui.pipeline.label_files.model import (
    FARTHEST,
    LabelFormat,
    OutBox,
    Outgoing,
    OutPicture,
    Problems,
    Sheet,
    Written,
    tidy_number,
)
from anitui.pipeline.label_files.pictures import ENDINGS
from anitui.pipeline.label_files.reading import number_of, read_bytes
from anitui.store.labels import JOINERS

DEEPEST = 32
LARGEST = 64 << 20


class _Unsafe(Exception):
    """XML that does more than describe."""


def read(path: Path, problems: Problems) -> list[Sheet]:
    """A folder of XML files, or one of them."""
    files = [path] if path.is_file() else sorted(path.rglob("*.xml"))
    if not files:
        raise WrongUse(f"{path} has no XML files: name the folder that they lie in, often Annotations")
    root = path if path.is_dir() else path.parent
    sheet = Sheet(path, problems, name=root.name or "voc")
    sheet.counted, sheet.in_own_file = "object", True
    sheet.roots = [root, root.parent / "JPEGImages", root.parent / "images", root.parent]
    for file in files:
        below = file.relative_to(root).as_posix()
        try:
            _read_file(sheet, below, read_bytes(file))
        except (_Unsafe, expat.ExpatError, ValueError, LookupError) as error:
            problems.add(f"a file that is no whole XML ({re.sub(r'[0-9]+', '…', str(error))})", below)
    return [sheet]


def _read_file(sheet: Sheet, below: str, data: bytes) -> None:
    top = _parsed(data)
    if top.tag != "annotation":
        raise ValueError("its first element is not `annotation`")
    called = (top.findtext("filename") or "").strip()
    stem = below[: -len(".xml")]
    folder = stem.rpartition("/")[0]
    others = [f"{folder}/{called}"] if folder and called else []
    others += [called] if called else []
    others += [f"{stem}{ending}" for ending in ENDINGS]
    # The file is the picture's name here, for it has to be written under its own again.
    place = sheet.add_picture(below, others=others, written=data.decode("utf-8", "surrogateescape"))
    if not _utf8(data):
        sheet.picture_written[place] = None
    if (size := _size(top)) is not None:
        sheet.sizes[place] = size
    for number, each in enumerate(top.iter("object"), 1):
        box = each.find("bndbox")
        name = (each.findtext("name") or "").strip()
        corners = [number_of((box.findtext(side) or "").strip()) for side in _SIDES] if box is not None else []
        if len(corners) != 4:
            sheet.problems.add("an object without a bndbox", f"{below} object {number}")
            continue
        x1, y1, x2, y2 = corners
        score = each.findtext("confidence") or each.findtext("score")
        sheet.add_box(
            place, number, x1, y1, x2 - x1, y2 - y1,
            label=name or None, score=number_of(score.strip()) if score else None,
            written=ElementTree.tostring(each, "unicode").strip(),
        )  # fmt: skip


def _size(top: ElementTree.Element) -> tuple[int, int] | None:
    """What the file says of its picture; some programs write 0 where they do not know."""
    width, height = (number_of((top.findtext(f"size/{side}") or "").strip()) for side in ("width", "height"))
    return (int(width), int(height)) if 1 <= width < FARTHEST and 1 <= height < FARTHEST else None


_SIDES = ("xmin", "ymin", "xmax", "ymax")


def _utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parsed(data: bytes) -> ElementTree.Element:
    if len(data) > LARGEST:
        raise _Unsafe("larger than any annotation")
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise _Unsafe("elements too deep in each other")
        builder.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag)

    def refused(*_: object) -> int:
        raise _Unsafe("a document type or an entity in it")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    parser.ExternalEntityRefHandler = refused
    parser.Parse(data, True)
    return builder.close()


def write(out: Outgoing) -> Written:
    for file in out.files:
        for picture in file.pictures:
            name = (
                picture.name if picture.file_id is not None else re.sub(r"\.[A-Za-z]{3,4}$", "", picture.name) + ".xml"
            )
            yield name, _document(picture)


def _file_of(name: str) -> str:
    return re.sub(r"\.[A-Za-z]{3,4}$", "", name) + ".xml"


def _document(picture: OutPicture) -> bytes:
    if picture.untouched and picture.written is not None:
        return picture.written.encode("utf-8", "surrogateescape")
    called = picture.name
    if picture.written is not None:
        top = _parsed(picture.written.encode())
        called = top.findtext("filename") or called
        if _size(top) not in (None, (picture.width, picture.height)):
            for box in picture.boxes:  # they stood there in the other size
                box.same = False
    lines = [
        "<annotation>",
        f"\t<filename>{escape(called)}</filename>",
        f"\t<size><width>{picture.width}</width><height>{picture.height}</height><depth>3</depth></size>",
        *(_object(each) for each in picture.boxes),
        "</annotation>",
        "",
    ]
    return "\n".join(lines).encode("utf-8", "replace")


def _object(box: OutBox) -> str:
    if box.same and box.written is not None:
        return f"\t{box.written}"
    each = ElementTree.fromstring(box.written) if box.written else ElementTree.Element("object")
    _set(each, "name", box.label or box.kind)
    outline = each.find("bndbox")
    if outline is None:
        outline = ElementTree.SubElement(each, "bndbox")
    for side, value in zip(_SIDES, (box.x, box.y, box.x + box.w, box.y + box.h), strict=True):
        _set(outline, side, tidy_number(value))
    for tag in ("confidence", "score"):
        if (old := each.find(tag)) is not None:
            each.remove(old)
    if box.score is not None:
        _set(each, "confidence", tidy_number(box.score))
    return f"\t{ElementTree.tostring(each, 'unicode').strip()}"


def _set(of: ElementTree.Element, tag: str, text: str) -> None:
    found = of.find(tag)
    if found is None:
        found = ElementTree.SubElement(of, tag)
    found.text = "".join(each for each in text if each.isprintable() or each in JOINERS)


FORMAT = LabelFormat(
    "voc",
    "Pascal VOC's files",
    "characters",
    "Annotations.xml",
    read,
    write,
    whole_pixels=True,
    file_of=_file_of,
    needs_class=True,
    both_kinds=True,
)
