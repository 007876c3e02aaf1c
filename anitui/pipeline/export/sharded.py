"""Datasets in few large files: WebDataset's tars, and Parquet that Hugging Face's datasets know the pictures in."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from anitui.pipeline.export.model import Class, DatasetFormat, Export, Unit

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.parquet

ROW_GROUP = 100  # rows: whoever reads one picture reads as many


class TarWriter:
    """WebDataset: for each picture its bytes, its class and all that is known of it, under one key."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._tar: tarfile.TarFile | None = None

    def begin(self, name: str) -> None:
        self._tar = tarfile.open(self._export.folder / name, "w", format=tarfile.GNU_FORMAT)  # noqa: SIM115

    def add(self, unit: Unit, data: bytes | None) -> None:
        first, number = unit.first, self._export.classes[unit.label].number
        width, height = unit.size
        told = {
            "label": unit.label, "class": number, "labels": list(first.labels), "face_id": first.face_id,
            "image_id": first.image_id, "box": unit.box(first), "width": width, "height": height,
            "source_sha256": first.sha256, "source": first.url,
        }  # fmt: skip
        ending = unit.name.rpartition(".")[2]
        self._put(f"{unit.stem}.{ending}", data or b"")
        self._put(f"{unit.stem}.cls", str(number).encode())
        self._put(f"{unit.stem}.json", json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))

    def _put(self, name: str, data: bytes) -> None:
        assert self._tar is not None
        told = tarfile.TarInfo(name)  # nobody's, and of no time: the same pictures give the same bytes
        told.size, told.mode = len(data), 0o644
        self._tar.addfile(told, io.BytesIO(data))

    def end(self) -> None:
        assert self._tar is not None
        self._tar.close()
        self._tar = None

    def finish(self) -> Iterable[str]:
        names = "".join(f"{' '.join(each.label.split())}\n" for each in self._export.in_order())
        (self._export.folder / "classes.txt").write_text(names, "utf-8", "replace")
        yield "classes.txt"

    def close(self) -> None:
        if self._tar is not None and self._tar.fileobj is not None:
            self._tar.fileobj.close()


class ParquetWriter:
    """Rows with a picture's bytes, or with its path; the label is the number of a class that the schema names."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._file: pyarrow.parquet.ParquetWriter | None = None
        self._rows: list[dict[str, Any]] = []
        self._schema: pyarrow.Schema | None = None

    def begin(self, name: str) -> None:
        import pyarrow.parquet

        self._schema = self._schema or _schema(self._export)
        # Pictures are small already; what little could be saved would cost more than all the rest.
        compression = "none" if self._export.with_pictures else "zstd"
        self._file = pyarrow.parquet.ParquetWriter(self._export.folder / name, self._schema, compression=compression)

    def add(self, unit: Unit, data: bytes | None) -> None:
        first = unit.first
        x, y, w, h = unit.box(first) or (None,) * 4
        width, height = unit.size
        picture: dict[str, Any] = {"path": unit.source}
        if self._export.with_pictures:
            picture = {"image": {"bytes": data, "path": unit.name}}
        self._rows.append(
            picture
            | {
                "label": self._export.classes[unit.label].number,
                "labels": list(first.labels),
                "face_id": first.face_id,
                "image_id": first.image_id,
                "group_id": first.group_id,
                "x": x,
                "y": y,
                "w": w,
                "h": h,
                "width": width,
                "height": height,
                "score": first.score,
                "source_sha256": first.sha256,
                "source": first.url,
            }
        )
        if len(self._rows) >= (ROW_GROUP if self._export.with_pictures else 20_000):
            self._flush()

    def _flush(self) -> None:
        import pyarrow

        assert self._file is not None
        self._file.write_table(pyarrow.Table.from_pylist(self._rows, self._schema))
        self._rows = []

    def end(self) -> None:
        assert self._file is not None
        self._flush()
        self._file.close()
        self._file = None

    def finish(self) -> Iterable[str]:
        return ()

    def close(self) -> None:
        if self._file is not None:
            with suppress(OSError):  # on a full disk
                self._file.close()


def _schema(export: Export) -> pyarrow.Schema:
    """With what Hugging Face's datasets keep in it, so that they see pictures and named classes."""
    import pyarrow

    types: dict[str, tuple[Any, Any]] = {
        "label": (
            pyarrow.int64(), {"names": [each.label for each in export.in_order()], "_type": "ClassLabel"},
        ),
        "labels": (pyarrow.list_(pyarrow.string()), {"feature": _value("string"), "_type": "List"}),
        **{name: (pyarrow.int64(), _value("int64")) for name in ("face_id", "image_id", "group_id")},
        **{name: (pyarrow.float64(), _value("float64")) for name in "xywh"},
        **{name: (pyarrow.int32(), _value("int32")) for name in ("width", "height")},
        "score": (pyarrow.float64(), _value("float64")),
        **{name: (pyarrow.string(), _value("string")) for name in ("source_sha256", "source")},
    }  # fmt: skip
    picture: dict[str, tuple[Any, Any]] = {"path": (pyarrow.string(), _value("string"))}
    if export.with_pictures:
        both = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
        picture = {"image": (both, {"_type": "Image"})}
    types = picture | types
    told = {"info": {"features": {name: feature for name, (_, feature) in types.items()}}}
    fields = [(name, kind) for name, (kind, _) in types.items()]
    return pyarrow.schema(fields, metadata={"huggingface": json.dumps(told)})


def _value(kind: str) -> dict[str, str]:
    return {"dtype": kind, "_type": "Value"}


def _parquet_name(part: str, number: int, count: int) -> str:
    """As Hugging Face's hub has them, and with its words."""
    return f"data/{ {'': 'train', 'val': 'validation'}.get(part, part) }-{number:05}-of-{count:05}.parquet"


def _own_name(part: str, own: Class, name: str) -> str:
    del part, own
    return name


WEBDATASET = DatasetFormat(
    "webdataset", "WebDataset's shards", TarWriter, _own_name,
    shards=lambda part, number, count: f"{part or 'train'}-{number:06}.tar",
)  # fmt: skip
PARQUET = DatasetFormat(
    "parquet", "Parquet", ParquetWriter, _own_name, without_pictures=True,
    shards=_parquet_name,
)  # fmt: skip
