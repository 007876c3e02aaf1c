"""A face model of the user's own, as ONNX: what YOLOv5, v8 and v11 export, through onnxruntime."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anitui.pipeline.detect.detector import CannotDetect, Found, Pixels

USUAL_SIDE = 640  # of a model that takes any size
USUAL_SCORE = 0.4  # from which on a box is believed, where the model's file says nothing of it
METADATA = "anitui"  # what a model of one's own says of itself: its run, and from which score on it is best believed
_PADDING = 114  # the grey that these models were trained with around pictures of another shape
_LAYOUTS = "it must be boxes × (4 + objectness + classes), as of YOLOv5, or (4 + classes) × boxes, as of v8 and v11"


class Onnx:
    """A model file. Every class that it knows is taken for a face; a score is the best class's."""

    name = "onnx"
    grey = False

    def __init__(self, file: Path, *, least_score: float = 0.0, overlap: float = 0.5) -> None:
        """`least_score` 0: what the file says of itself, or USUAL_SCORE."""
        self._file = file
        self._overlap = overlap
        self._session = _session(file)
        self._about = _about(self._session)
        own = self._about.get("threshold")
        self._least = least_score or (float(own) if isinstance(own, int | float) else USUAL_SCORE)
        given = self._session.get_inputs()[0]
        shape = list(given.shape)
        if len(shape) != 4 or (isinstance(shape[1], int) and shape[1] != 3):
            raise CannotDetect(f"{file} takes {shape}, not pictures: a model of YOLO's layout takes 1 × 3 × H × W")
        self._input = given.name
        self._type = np.float16 if "float16" in given.type else np.float32
        self._height, self._width = (side if isinstance(side, int) else USUAL_SIDE for side in shape[2:])

    @property
    def settings(self) -> Mapping[str, object]:
        run = {"run": self._about["run"]} if "run" in self._about else {}
        return {"file": self._file.name, "least_score": self._least, "overlap": self._overlap, **run}

    def scale(self, width: int, height: int, least: float) -> float:
        return min(1.0, self._width / width, self._height / height)

    def detect(self, pixels: Pixels) -> Sequence[Found]:
        height, width = pixels.shape[:2]
        scale = min(self._width / width, self._height / height)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        left, top = (self._width - size[0]) // 2, (self._height - size[1]) // 2
        canvas = np.full((self._height, self._width, 3), _PADDING, np.uint8)
        small = Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR)
        canvas[top : top + size[1], left : left + size[0]] = np.asarray(small)
        given = (canvas.transpose(2, 0, 1)[None] / 255).astype(self._type)
        boxes, scores = self._read(self._session.run(None, {self._input: given})[0])
        boxes = (boxes - [left, top, left, top]) / scale
        boxes = np.clip(boxes, 0, [width, height, width, height])
        kept = _one_each(boxes, scores, self._overlap)
        return tuple(
            Found(float(x1), float(y1), float(x2 - x1), float(y2 - y1), round(float(score), 4))
            for (x1, y1, x2, y2), score in zip(boxes[kept], scores[kept], strict=True)
            if x2 - x1 >= 1 and y2 - y1 >= 1
        )

    def _read(self, answer: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Corners and scores of all boxes that are sure enough."""
        rows = np.asarray(answer, np.float64)
        if rows.ndim == 3 and rows.shape[0] == 1:
            rows = rows[0]
        if rows.ndim != 2 or min(rows.shape) < 5:
            raise CannotDetect(f"{self._file} answers with {np.shape(answer)}: {_LAYOUTS}")
        if rows.shape[0] < rows.shape[1]:  # v8, v11: a column is a box
            rows = rows.T
            scores = rows[:, 4:].max(axis=1)
        else:
            scores = rows[:, 4] * (rows[:, 5:].max(axis=1) if rows.shape[1] > 5 else 1.0)
        # What is no number at all is not surer than anything.
        sure = np.isfinite(rows).all(axis=1) & (scores >= self._least)
        rows, scores = rows[sure], scores[sure]
        centres, halves = rows[:, :2], rows[:, 2:4] / 2
        return np.concatenate([centres - halves, centres + halves], axis=1), scores


def there() -> bool:
    """Whether onnxruntime is installed."""
    try:
        import onnxruntime
    except ImportError:
        return False
    return onnxruntime is not None


def _session(file: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise CannotDetect("ONNX models need onnxruntime: pip install 'anitui[onnx]'") from error
    if not file.is_file():
        raise CannotDetect(f"{file} is not there: name a model file with [detect] onnx in the settings")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # there is a process for each core
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a class of its own for each cause, all of them mean this
        line = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        raise CannotDetect(f"{file} cannot be read as an ONNX model ({line}): name another one") from error


def _about(session: Any) -> dict[str, Any]:
    """What a model of one's own says of itself; nothing of all others."""
    try:
        found = json.loads(session.get_modelmeta().custom_metadata_map[METADATA])
    except (KeyError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _one_each(boxes: NDArray[np.float64], scores: NDArray[np.float64], overlap: float) -> list[int]:
    """Of boxes that lie over each other, the surest."""
    order = list(np.argsort(-scores, kind="stable"))
    areas = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)
    kept: list[int] = []
    while order:
        best = order.pop(0)
        kept.append(int(best))
        rest = np.array(order, int)
        if not len(rest):
            break
        corners = np.maximum(boxes[best, :2], boxes[rest, :2]), np.minimum(boxes[best, 2:], boxes[rest, 2:])
        common = np.prod(np.maximum(corners[1] - corners[0], 0), axis=1)
        union = areas[best] + areas[rest] - common
        order = [int(each) for each in rest[common <= overlap * np.maximum(union, 1e-9)]]
    return kept
