"""YOLO: a text file for each picture, a line for each box: `class cx cy w h [confidence]`, in shares of its size.

Class names stand in `classes.txt`, or as `names` in `data.yaml`. `labels/…/a.txt` belongs to `images/…/a.jpg`, or they
lie side by side. An empty file is a picture without boxes.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from anitui.errors import WrongUse
from anitui.pipeline.label_files.model import (
    LabelFormat,
    OutBox,
    OutFile,
    Outgoing,
    OutPicture,
    Problems,
    Sheet,
    Written,
    plain,
)
from anitui.pipeline.label_files.pictures import ENDINGS
from anitui.pipeline.label_files.reading import Text, integer_of, lay_out, number_of, read_text

CLASSES, DATA = "classes.txt", "data.yaml"
_NOT_LABELS = {CLASSES, "obj.names", "notes.txt", "readme.txt", "train.txt", "val.txt", "test.txt"}
_LABELS, _IMAGES = "labels", "images"


def read(path: Path, problems: Problems) -> list[Sheet]:
    """A set's folder (or its data.yaml), its folder of labels, or a single file."""
    if path.suffix.lower() in (".yaml", ".yml"):
        path = path.parent
    if path.is_file():
        root, files = path.parent, [path]
    else:
        root, files = path, sorted(each for each in path.rglob("*.txt") if each.name.lower() not in _NOT_LABELS)
    if root.name == _LABELS and root.parent != root:
        root = root.parent  # beside it lies `images`
    if not files:
        raise WrongUse(f"{path} has no label files (.txt): name the folder that they lie in")
    sheet = Sheet(path, problems, name=root.name or "yolo", unit="share")
    sheet.in_own_file = True
    sheet.roots = [root]
    _classes(sheet, root, path if path.is_dir() else path.parent)
    for file in files:
        _read_file(sheet, root, file)
    return [sheet]


def _read_file(sheet: Sheet, root: Path, file: Path) -> None:
    below = file.relative_to(root).as_posix()
    text = read_text(file)
    stem = below[: -len(file.suffix)]
    in_images = re.sub(rf"(^|.*/){_LABELS}/", rf"\1{_IMAGES}/", stem, count=1)
    bare = re.sub(rf"(^|.*/){_LABELS}/", "", stem, count=1)  # where the folder of pictures was named
    beside = [*dict.fromkeys((in_images, stem, f"{_IMAGES}/{stem}", bare))]
    others = [f"{each}{ending}" for each in beside for ending in ENDINGS]
    place = sheet.add_picture(below, others=others, written=None if not text.layout() else text.text)
    if layout := text.layout():
        sheet.heading.setdefault("layouts", {})[below] = layout
    for line, content in text.lines():
        values = content.split()
        if not values:
            continue
        where = f"{below} line {line}"
        number = integer_of(values[0])
        if len(values) not in (5, 6) or number is None:
            sheet.problems.add("a line that is not like `class cx cy w h`", where)
            continue
        cx, cy, w, h = map(number_of, values[1:5])
        if not (w <= 2 and h <= 2 and abs(cx) <= 2 and abs(cy) <= 2):
            sheet.problems.add("a box whose numbers are no shares of the picture", where)
            continue
        score = number_of(values[5]) if len(values) == 6 else None
        sheet.add_box(place, line, cx - w / 2, cy - h / 2, w, h, score=score, number=number, written=content)


def _classes(sheet: Sheet, *folders: Path) -> None:
    """The names of the classes, from beside the label files or else above them. YAML is what YOLO itself reads."""
    for tier in (dict.fromkeys(folders), dict.fromkeys(each.parent for each in folders)):
        known: tuple[Path, Text, dict[int, str]] | None = None
        for file in (folder / name for name in (DATA, "dataset.yaml", CLASSES, "obj.names") for folder in tier):
            if not file.is_file():
                continue
            text = read_text(file)
            found = _names_in_yaml(text.text) if file.suffix == ".yaml" else _lines(text.text)
            if found and known is None:
                known = (file, text, found)
            elif known is not None and found and found != known[2]:
                sheet.problems.notice(f"names of classes that {known[0].name} has otherwise: it counts", file.name)
        if known is not None:
            file, text, sheet.classes = known
            sheet.heading["classes_name"] = file.name
            sheet.heading["classes_text"] = text.text
            sheet.heading["classes_layout"] = text.layout()
            return


def _lines(text: str) -> dict[int, str]:
    """A name in each line; where an index has none, `class 3` holds its place."""
    names = {number: each.strip() for number, each in enumerate(text.split("\n")) if each.strip()}
    return {number: name for number, name in names.items() if name != f"class {number}"}


def _names_in_yaml(text: str) -> dict[int, str]:
    """The `names` of a data.yaml: a list, a list of lines, or numbers with names. Nothing else of YAML is needed."""
    matched = re.search(r"^names[ \t]*:[ \t]*(.*)$", text, re.MULTILINE)
    if matched is None:
        return {}
    rest = text[matched.end() :]
    inline = matched[1].strip()
    if inline.startswith(("[", "{")):
        close = "]" if inline[0] == "[" else "}"
        body = (inline + rest)[: (inline + rest).find(close) + 1]
        parts = re.findall(r"""(?:(\d+)\s*:\s*)?("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,\[\]{}\n]+)""", body)
        names = [(number, _scalar(name)) for number, name in parts if name.strip()]
        return {int(number) if number else place: name for place, (number, name) in enumerate(names)}
    found: dict[int, str] = {}
    for line in rest.split("\n"):
        if not line.strip() or line.strip().startswith("#"):
            continue
        item = re.match(r"\s*(?:-\s*|(\d{1,9})\s*:\s*)(.*)$", line)
        if item is None or (item[1] and not line[0].isspace()):
            break
        found[int(item[1]) if item[1] else len(found)] = _scalar(item[2])
    return found


def _scalar(text: str) -> str:
    text = text.strip()
    if text.startswith('"'):
        try:
            return str(ast.literal_eval(text))
        except (ValueError, SyntaxError):
            return text.strip('"')
    if text.startswith("'"):
        return text.strip("'").replace("''", "'")
    return re.sub(r"\s+#.*$", "", text)


def write(out: Outgoing) -> Written:
    for file in out.files:
        layouts = file.like.heading.get("layouts", {})
        for picture in file.pictures:
            name = picture.name if picture.file_id is not None else _label_name(picture.name)
            yield name, lay_out(_rows(picture), layouts.get(name, {}))
        yield _write_classes(file)


def _label_name(name: str) -> str:
    stem = re.sub(r"\.[A-Za-z]{3,4}$", "", name)
    return f"{_LABELS}/{re.sub(rf'(^|.*/){_IMAGES}/', '', stem, count=1)}.txt"


def _rows(picture: OutPicture) -> list[str]:
    if picture.untouched and picture.written is not None:
        return picture.written.removesuffix("\n").split("\n") if picture.written else []
    return [_row(each, picture) for each in picture.boxes]


def _row(box: OutBox, picture: OutPicture) -> str:
    if box.same and box.written is not None:
        return box.written
    width, height = picture.width, picture.height
    shares = ((box.x + box.w / 2) / width, (box.y + box.h / 2) / height, box.w / width, box.h / height)
    numbers = [str(box.number), *(f"{each:.6f}" for each in shares)]
    return " ".join(numbers if box.score is None else [*numbers, plain(box.score)])


def _write_classes(file: OutFile) -> tuple[str, bytes]:
    heading = file.like.heading
    name, before = heading.get("classes_name", CLASSES), heading.get("classes_text", "")
    of = _names_in_yaml if name.endswith("yaml") else _lines
    names = {number: label for label, number in file.classes.items()}
    if before and of(before) == names:
        return name, lay_out(before.removesuffix("\n").split("\n"), heading.get("classes_layout", {}))
    lines = [names.get(number, f"class {number}") for number in range(max(names, default=-1) + 1)]
    return CLASSES, lay_out(lines, {})


FORMAT = LabelFormat(
    "yolo", "YOLO's files", "characters", CLASSES, read, write,
    file_of=_label_name, by_stem=True, needs_class=True, both_kinds=True,
)  # fmt: skip
