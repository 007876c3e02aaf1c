"""The faces that are most wrong, as they stand below their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anitui.pipeline.crops import CropShape, around
from anitui.screens.widgets.picture import GridCell
from anitui.screens.widgets.picture.words import cut
from anitui.train.evaluation.report import Evaluation, Face
from anitui.workspace import Workspace

_SHAPE = CropShape(margin=0.2)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A face of a row, and what stands below it."""

    row: int
    face: Face
    caption: str


def wrong_of(made: Evaluation | None) -> list[Wrong]:
    """All of them, in the order of their rows."""
    if made is not None and made.one_name is not None:
        return [Wrong(at, each.face, f"{each.said} → {each.true}") for at, each in enumerate(made.one_name.wrong)]
    if made is not None and made.same_pairs is not None:
        return [
            Wrong(at, face, f"{'same' if each.same else 'two'} {each.alike:+.2f}")
            for at, each in enumerate(made.same_pairs.wrong)
            for face in (each.one, each.other)
        ]
    return []


def cells_of(wrong: Sequence[Wrong], first: int, workspace: Workspace, width: int) -> list[GridCell]:
    """From a row on, as a grid shows them; captions are cut to so many cells."""
    rows = [each for each in wrong if each.row >= first]
    return [_cell(number, each, workspace, width) for number, each in enumerate(rows)]


def _cell(number: int, wrong: Wrong, workspace: Workspace, width: int) -> GridCell:
    face, crop = wrong.face, None
    if face.box is not None and all(face.size):
        x, y, w, h = face.box
        left, top, right, bottom = around((x, y, w, h), face.size[0], face.size[1], _SHAPE)
        crop = float(left), float(top), float(right - left), float(bottom - top)
    caption = cut(wrong.caption, max(4, width))
    return GridCell(number, workspace.root / face.file, caption, crop=crop, tone="plain", noun="face")
