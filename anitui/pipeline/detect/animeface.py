"""nagadomi's detector of 2009, which the package `animeface` brings with its weights: works at once, offline.

The package's own way in reads Pillow's inner structures, and under Pillow 12 finds nothing without saying so. So its
library is called with pictures of our own making, as the package's C code does.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from anitui.pipeline.detect.detector import CannotDetect, Found, Pixels, windowed

WINDOW = 42.592  # pixels: the smallest face that it sees
MOST_FACES = 4096
LEAST_SIDE = 45  # below its window there is nothing that it could find, and its pyramids have no first step
_GREY = np.array([0.30, 0.59, 0.11], np.float32)  # as the network was trained with
_EDGES = 4.0


class _Matrix(ctypes.Structure):
    _fields_ = (
        ("list", ctypes.c_int), ("list_step", ctypes.c_uint), ("n", ctypes.c_int), ("m", ctypes.c_int),
        ("rows", ctypes.c_int), ("cols", ctypes.c_int), ("step", ctypes.c_int), ("alias", ctypes.c_int),
        ("v", ctypes.POINTER(ctypes.c_float)),
    )  # fmt: skip


class _Rectangle(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_int) for name in ("x", "y", "width", "height"))


class _Face(ctypes.Structure):
    _fields_ = (
        ("likelihood", ctypes.c_float),
        *((name, _Rectangle) for name in ("face", "left_eye", "right_eye", "nose", "mouth", "chin")),
    )


class AnimeFace:
    """Looks with a window of 42.6 pixels that grows by a tenth each time and moves by a tenth of itself."""

    name = "animeface"
    grey = False

    def __init__(self, *, step: float = 4.0, scale: float = 1.095) -> None:
        self._step = step
        self._scale = scale
        self._library = _library()

    @property
    def settings(self) -> Mapping[str, object]:
        return {"step": self._step, "scale": self._scale}

    def scale(self, width: int, height: int, least: float) -> float:
        return windowed(WINDOW, width, height, least)

    def detect(self, pixels: Pixels) -> Sequence[Found]:
        height, width = pixels.shape[:2]
        if min(height, width) < LEAST_SIDE:
            return ()
        library = self._library
        with ExitStack() as kept:
            grey, smooth, edges = (kept.enter_context(_matrix(library, height, width)) for _ in range(3))
            sums, edge_sums = (kept.enter_context(_matrix(library, height + 1, width + 1)) for _ in range(2))
            values = np.ctypeslib.as_array(grey.contents.v, (height * width, grey.contents.step))
            values[:, 0] = (pixels @ _GREY).ravel()
            library.nv_gaussian5x5(smooth, 0, grey, 0)
            library.nv_laplacian1(edges, smooth, _EDGES)
            library.nv_integral(sums, grey, 0)
            library.nv_integral(edge_sums, edges, 0)
            faces = (_Face * MOST_FACES)()
            whole = _Rectangle(0, 0, width, height)
            stages = (ctypes.c_void_p * 3)(
                _weights(library, "nv_face_mlp_face_01"), _weights(library, "nv_face_mlp_face_02"), None
            )
            count = library.nv_face_detect(
                faces, MOST_FACES, sums, edge_sums, ctypes.byref(whole), _weights(library, "nv_face_mlp_dir"),
                _weights(library, "nv_face_mlp_face_00"), stages, 2, _weights(library, "nv_face_mlp_parts"),
                self._step, self._scale, WINDOW,
            )  # fmt: skip
        return tuple(
            Found(each.face.x, each.face.y, each.face.width, each.face.height, round(float(each.likelihood), 4))
            for each in faces[:count]
        )


@contextmanager
def _matrix(library: ctypes.CDLL, rows: int, columns: int) -> Iterator[Any]:
    matrix = library.nv_matrix3d_alloc(1, rows, columns)
    if not matrix:
        raise MemoryError
    try:
        library.nv_matrix_zero(matrix)
        yield matrix
    finally:
        library.nv_matrix_free(ctypes.byref(matrix))


def _weights(library: ctypes.CDLL, name: str) -> int:
    return ctypes.addressof(ctypes.c_char.in_dll(library, name))


@cache
def _library() -> ctypes.CDLL:
    """The library within the wheel, or CannotDetect."""
    file = _file()
    if file is None:
        raise CannotDetect(
            "the detector animeface is not installed (pip install animeface); it has wheels for Linux on x86-64 and "
            "macOS on arm64, up to Python 3.13: elsewhere take --detector cascade or onnx"
        )
    try:
        library = ctypes.CDLL(str(file))
        matrix = ctypes.POINTER(_Matrix)
        number, real = ctypes.c_int, ctypes.c_float
        library.nv_matrix3d_alloc.restype = matrix
        library.nv_matrix3d_alloc.argtypes = [number] * 3
        library.nv_matrix_zero.argtypes = [matrix]
        library.nv_matrix_free.argtypes = [ctypes.POINTER(matrix)]
        library.nv_gaussian5x5.argtypes = [matrix, number, matrix, number]
        library.nv_laplacian1.argtypes = [matrix, matrix, real]
        library.nv_integral.argtypes = [matrix, matrix, number]
        library.nv_face_detect.argtypes = [
            ctypes.POINTER(_Face), number, matrix, matrix, ctypes.POINTER(_Rectangle), ctypes.c_void_p, ctypes.c_void_p,
            ctypes.c_void_p, number, ctypes.c_void_p, real, real, real,
        ]  # fmt: skip
    except (OSError, AttributeError) as error:
        raise CannotDetect(
            f"the detector animeface cannot be loaded ({error}): install it again, or take --detector cascade or onnx"
        ) from error
    return library


def there() -> bool:
    """Whether it is installed."""
    return _file() is not None


def _file() -> Path | None:
    spec = find_spec("animeface")
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(next(iter(spec.submodule_search_locations)))
    places = (package.parent / "animeface.libs", package / ".dylibs", package)
    ending = "dylib" if sys.platform == "darwin" else "so"
    return next((file for place in places for file in sorted(place.glob(f"libnvxs*{ending}*"))), None)
