"""ZACI-20's files with their pictures: a JSON for each part, and the pairs by which a split verifies."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import Any

from anitui.pipeline.export.model import Class, DatasetFormat, Export, Unit
from anitui.pipeline.label_files.zaci import PAIRS
from anitui.words import count


class ZaciWriter:
    """`{character: [{id, bbox}]}`: an id is a picture's place below `images`, without its ending."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._found: dict[str, dict[str, list[Any]]] = {part: {} for part in export.parts}
        self._places: dict[int, str] = {}

    def add(self, unit: Unit, data: bytes | None) -> None:
        x, y, w, h = unit.box(unit.first) or (0, 0, *unit.size)
        corners = [round(x), round(y), round(x + w), round(y + h)]
        id = unit.name.removeprefix("images/").rpartition(".")[0]
        self._found[unit.part].setdefault(unit.label, []).append({"id": id, "bbox": corners})
        if unit.first.face_id is not None:
            self._places[unit.first.face_id] = unit.name

    def finish(self) -> Iterable[str]:
        for part, found in self._found.items():
            name = f"{part or 'faces'}.json"
            ordered = dict(sorted(found.items()))
            (self._export.folder / name).write_text(json.dumps(ordered, ensure_ascii=False), "utf-8", "replace")
            yield name
        paired = False
        for part in self._export.parts:
            # Of faces that are not exported, set aside or unreadable, there is nothing to compare.
            rows = [
                (self._places[a], self._places[b], int(same), "", 0)
                for of, a, b, same in self._export.pairs
                if of == part and a in self._places and b in self._places
            ]
            if rows:
                paired = True
                name = f"{part}_pairs.csv"
                with (self._export.folder / name).open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file, lineterminator="\n").writerows([PAIRS, *rows])
                yield name
        self._tell(paired)

    def _tell(self, paired: bool) -> None:
        """What is not as ZACI-20 has it: who compares with its results would measure something else."""
        if not any(self._export.parts):  # no split, so nothing is said of training and test
            return
        shared = len(self._found.get("train", {}).keys() & self._found.get("test", {}).keys())
        wrong = [f"{count(shared, 'character')} in both train and test"] if shared else []
        if not paired:
            wrong.append("no pairs to verify with")
        if wrong:
            self._export.notes.append(
                f"not by ZACI-20's rule: {', '.join(wrong)}; `anitui split --rule zaci` makes such a split"
            )

    def close(self) -> None:
        """Nothing is open."""


def _in_images(part: str, own: Class, name: str) -> str:
    del own
    return "/".join(filter(None, ("images", part, name)))


ZACI = DatasetFormat("zaci", "ZACI-20's files", ZaciWriter, _in_images)
