"""COCO's JSON: pictures, annotations with `bbox` x, y, w, h, and categories; or a bare list of results with scores.

What else stands there (licences, segmentations, …) is kept, and goes out again with the boxes that it belongs to.
"""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

from anitui.errors import WrongUse
from anitui.pipeline.label_files.model import FARTHEST, LabelFormat, OutBox, OutFile, Outgoing, Problems, Sheet, Written
from anitui.pipeline.label_files.naming import tidy
from anitui.pipeline.label_files.reading import dump, integer_of, layout_of, read_json, real

_OWN = ("images", "annotations", "categories")


def read(path: Path, problems: Problems) -> list[Sheet]:
    data, text = read_json(path)
    if isinstance(data, list):
        raise WrongUse(f"{path} is a list of results, which names no pictures: put it as `annotations` into its set")
    if not isinstance(data, dict) or not isinstance(data.get("images"), list):
        raise WrongUse(f"{path} has no list `images`: it is no label file of COCO")
    sheet = Sheet(path, problems)
    sheet.counted = "annotation"
    sheet.roots += [path.parent / "images", path.parent.parent, path.parent.parent / "images"]
    sheet.heading = {
        "order": list(data),
        "rest": {name: value for name, value in data.items() if name not in _OWN},
        "layout": layout_of(data, text),
    }
    _classes(sheet, data.get("categories"))
    places = _pictures(sheet, data["images"])
    annotations = data.get("annotations")
    crowds: list[Any] = []
    order: list[int] = []  # which boxes stand where: annotations need not come picture by picture
    for number, each in enumerate(annotations if isinstance(annotations, list) else (), 1):
        if isinstance(each, dict) and each.get("iscrowd") == 1:
            problems.add("a crowd (iscrowd), which is no single face", f"{sheet.name} annotation {number}")
            crowds.append(each)
            continue
        box = _box(sheet, places, number, each)
        if box is not None:
            order.append(box)
    if any(sheet.picture[one] > sheet.picture[other] for one, other in pairwise(order)):
        sheet.heading["scattered"] = True
    if crowds:
        sheet.heading["crowds"] = crowds
    return [sheet]


def _classes(sheet: Sheet, categories: Any) -> None:
    sheet.heading["categories"] = []
    for each in categories if isinstance(categories, list) else ():
        number = _index(each.get("id")) if isinstance(each, dict) else None
        if number is None or not isinstance(each.get("name"), str):
            sheet.wrong("a category without an id and a name")
        elif number in sheet.classes:
            sheet.problems.add(
                "two categories with the same id: the first counts", f"{sheet.name}: {number}, {each['name'][:60]!r}"
            )
        else:
            sheet.classes[number] = each["name"]
            sheet.heading["categories"].append(each)


def _pictures(sheet: Sheet, images: list[Any]) -> dict[Any, int]:
    places: dict[Any, int] = {}
    for number, each in enumerate(images, 1):
        if not isinstance(each, dict) or not isinstance(each.get("file_name"), str) or not _is_id(each.get("id")):
            sheet.problems.add("a picture without an id and a file_name", f"{sheet.name} picture {number}")
        elif each["id"] in places:
            sheet.problems.add("two pictures with the same id", f"{sheet.name} picture {number}")
        else:
            place = places[each["id"]] = sheet.add_picture(each["file_name"], written=_text(each))
            if (size := _size(each)) is not None:
                sheet.sizes[place] = size
    return places


def _box(sheet: Sheet, places: dict[Any, int], number: int, each: Any) -> int | None:
    where = f"{sheet.name} annotation {number}"
    if not isinstance(each, dict):
        sheet.problems.add("an annotation that is none", where)
        return None
    place = places.get(each["image_id"]) if _is_id(each.get("image_id")) else None
    if place is None:
        sheet.problems.add("an annotation of no picture", where)
        return None
    box = each.get("bbox")
    if not isinstance(box, list) or len(box) != 4:
        sheet.problems.add("an annotation without a bbox of four numbers", where)
        return None
    category = _index(each.get("category_id"))
    if category is None and each.get("category_id") is not None:
        sheet.problems.add("an annotation whose category_id is no whole number", where)
        return None
    score = each.get("score")
    return sheet.add_box(
        place, number, real(box[0]), real(box[1]), real(box[2]), real(box[3]),
        score=None if score is None else real(score),
        number=category,
        written=_text(each),
    )  # fmt: skip


def _index(value: Any) -> int | None:
    """The id of a category, which some programs write as 1.0 or as "1"."""
    if isinstance(value, str):
        return integer_of(value.strip())
    if isinstance(value, float) and value.is_integer() and abs(value) < FARTHEST:
        return int(value)
    return int(value) if _whole(value) else None


def _size(each: dict[str, Any]) -> tuple[int, int] | None:
    width, height = real(each.get("width")), real(each.get("height"))
    return (int(width), int(height)) if 1 <= width < FARTHEST and 1 <= height < FARTHEST else None


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_id(value: Any) -> bool:
    return _whole(value) or isinstance(value, str)


def _text(each: dict[str, Any]) -> str:
    return json.dumps(each, ensure_ascii=True)


def write(out: Outgoing) -> Written:
    for file in out.files:
        yield file.like.name, _file(file)


def _file(file: OutFile) -> str:
    heading = file.like.heading
    images: list[dict[str, Any]] = []
    boxes: list[tuple[int, OutBox]] = []
    taken: set[Any] = set()
    kept = [json.loads(each.written) if each.written else None for each in file.pictures]
    numbers = [each["id"] for each in kept if each and _whole(each["id"])]
    following = max(numbers, default=0) + 1
    for picture, known in zip(file.pictures, kept, strict=True):
        if known is None or known["id"] in taken:
            known = {
                "id": following, "file_name": picture.name, "width": picture.width, "height": picture.height,
            }  # fmt: skip
            following += 1
        taken.add(known["id"])
        if _size(known) not in (None, (picture.width, picture.height)) and not picture.untouched:
            known |= {"width": picture.width, "height": picture.height}
            for box in picture.boxes:  # they stood there in the other size
                box.same = False
        images.append(known)
        boxes += [(known["id"], each) for each in picture.boxes]
    data: dict[str, Any] = dict(heading.get("rest", {}))
    data["images"] = images
    data["annotations"] = _annotations(boxes, heading, taken)
    data["categories"] = _categories(file)
    order = [*heading.get("order", []), *("images", "annotations", "categories")]
    left_out = [name for name in ("annotations", "categories") if name not in heading.get("order", [name])]
    ordered = {name: data[name] for name in dict.fromkeys(order) if name not in left_out or data[name]}
    return dump(ordered, heading.get("layout") or {"end": "\n"})


def _annotations(boxes: list[tuple[int, OutBox]], heading: Any, images: set[Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    kept = [json.loads(box.written) if box.written else None for _, box in boxes]
    following = max((each["id"] for each in kept if each and _whole(each.get("id"))), default=0) + 1
    taken: set[Any] = set()
    for (image_id, box), known in zip(boxes, kept, strict=True):
        if known is not None and _is_id(known.get("id")):
            if known["id"] in taken:  # of several files that were put together
                known["id"] = following
                following += 1
            taken.add(known["id"])
        if known is not None and box.same:
            found.append({**known, "image_id": image_id})
            continue
        made: dict[str, Any] = {"id": following} if known is None else dict(known)
        following += known is None
        made["image_id"] = image_id
        made.pop("category_id", None)
        if box.number is not None:
            made["category_id"] = box.number
        made["bbox"] = [_short(each) for each in (box.x, box.y, box.w, box.h)]
        if known is None or "area" in known:
            made["area"] = _short(box.w * box.h)
        if known is None:
            made["iscrowd"] = 0
            made["segmentation"] = []  # without it pycocotools draws nothing
        made.pop("score", None)
        if box.score is not None:
            made["score"] = box.score
        found.append(made)
    crowds = [each for each in heading.get("crowds", ()) if _is_id(each.get("image_id")) and each["image_id"] in images]
    found += crowds
    if heading.get("scattered") or crowds:
        # As they stood, as far as their ids tell: new ones have the highest.
        found.sort(key=lambda each: each["id"] if _whole(each.get("id")) else math.inf)
    return found


def _categories(file: OutFile) -> list[dict[str, Any]]:
    kept = {
        number: each for each in file.like.heading.get("categories", ()) if (number := _index(each["id"])) is not None
    }
    named = {number: name for name, number in file.classes.items()}
    found = [{**each, "name": named.get(number, each["name"])} for number, each in kept.items()]
    for each, before in zip(found, kept.values(), strict=True):
        if tidy(before["name"]) == each["name"]:
            each["name"] = before["name"]
    return found + [{"id": number, "name": name} for number, name in sorted(named.items()) if number not in kept]


def _short(number: float) -> float:
    number = round(number, 6)
    return int(number) if number == int(number) else number


FORMAT = LabelFormat(
    "coco", "COCO's JSON", "characters", "annotations.json", read, write, needs_class=True, both_kinds=True
)
