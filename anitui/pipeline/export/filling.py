"""An export gets its pictures: taken over, linked, copied, or made by workers; and each is told to its format in order.

A picture that cannot be read is left out and told. What cannot be written ends all of it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import cast

from anitui.errors import AnituiError
from anitui.pipeline.decode import Limits
from anitui.pipeline.engine import Engine
from anitui.pipeline.export.building import Building
from anitui.pipeline.export.chunks import Shards, chunks
from anitui.pipeline.export.manifest import SHARD, ManifestWriter, rows_of
from anitui.pipeline.export.model import DatasetFormat, Export, ShardWriter, Unit, Writer
from anitui.pipeline.export.order import DatasetReport, Failure
from anitui.pipeline.export.pictures import CHANGED, Made, Making, Wanted, crashed, lies_turned, make, why_unread

LAYOUT = 1  # of files that hold many pictures: another one, and those of earlier exports are written anew
DATA_CHUNK = 256  # pictures whose bytes are held until their turn comes
_NO_LINKS = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS)


@dataclass(slots=True)
class Filling:
    """The pictures of one export."""

    building: Building
    form: DatasetFormat
    export: Export
    writer: Writer
    manifest: ManifestWriter
    report: DatasetReport
    engine: Engine
    limits: Limits
    _done: int = 0
    _made: dict[int, Made] = field(default_factory=dict)

    def pictures(self, found: Iterable[list[Unit]]) -> Generator[int, None, None]:
        """Pictures in files of their own. Yields how many members are through."""
        for chunk in found:
            yield from self._fill(chunk)
            for unit in chunk:
                made = self._made.pop(unit.place)
                if made.reason:
                    self._failed(unit, made.reason)
                    continue
                self.writer.add(unit, None)
                self.manifest.add(unit, self.export.classes, made.size)
                self.report.parts[unit.part] += 1
            yield self._done

    def shards(self, found: Iterable[Unit], dealt: Mapping[str, Shards]) -> Generator[int, None, None]:
        """Pictures in files that hold many."""
        assert self.form.shards is not None
        numbers = dict.fromkeys(dealt, -1)
        for (part, _), group in groupby(found, lambda each: (each.part, each.shard)):
            numbers[part] += 1
            yield from self._shard(list(group), self.form.shards(part, numbers[part], dealt[part].count))

    def finish(self) -> None:
        """Write what stands beside the pictures."""
        if not any(self.report.parts.values()):
            why = self.report.failures[0].reason if self.report.failures else "there are none"
            raise AnituiError(
                f"none of the pictures could be exported ({why}): `anitui doctor` finds out what became of their files"
            )
        for name in self.writer.finish():
            if name not in self.manifest.names:
                self.manifest.add_file(name, (self.building.folder / name).stat().st_size)
        self.manifest.finish()

    def close(self) -> None:
        """Also where it did not come to its end."""
        self._made.clear()
        self.writer.close()

    def _failed(self, unit: Unit, reason: str) -> None:
        self.report.failures.append(Failure(unit.first.image_id, unit.first.url or unit.source, reason))

    def _shard(self, group: list[Unit], name: str) -> Generator[int, None, None]:
        digest = self._digest(group, name)
        before = self.building.known((SHARD, digest), name)
        size = before.size if before and self.building.take_over(before, name) else -1
        there = group
        if size >= 0:
            self.report.kept += len(group)
            self._done += sum(len(unit.members) for unit in group)
        else:
            writer = cast(ShardWriter, self.writer)
            there = []
            self.building.place(name)
            writer.begin(name)
            for chunk in chunks(group, DATA_CHUNK):
                yield from self._fill(chunk, in_shard=True)
                for unit in chunk:
                    made = self._made.pop(unit.place)
                    data, reason = (made.data, made.reason) if made.data or made.reason else self._bytes_of(unit)
                    if reason:
                        self._failed(unit, reason)
                        continue
                    writer.add(unit, data)
                    there.append(unit)
            writer.end()
            size = (self.building.folder / name).stat().st_size
        whole = len(there) == len(group)
        if whole:
            self.building.note(name, size, (SHARD, digest))
        for unit in there:
            self.manifest.add(unit, self.export.classes, size, digest if whole else "", name)
            self.report.parts[unit.part] += 1
        self.manifest.names.add(name)
        yield self._done

    def _bytes_of(self, unit: Unit) -> tuple[bytes | None, str]:
        """An unchanged picture is read when its turn comes."""
        if unit.shape is None:
            return None, ""
        try:
            data = Path(unit.source).read_bytes()
        except OSError as error:
            return None, why_unread(error)
        return (data, "") if hashlib.sha256(data).hexdigest() == unit.first.sha256 else (None, CHANGED)

    def _digest(self, group: Sequence[Unit], name: str) -> str:
        """Of everything that a file of many pictures is made from."""
        digest = hashlib.sha256(f"{LAYOUT} {self.form.name} {Path(name).suffix}".encode())
        digest.update(json.dumps([each.label for each in self.export.in_order()]).encode())
        for unit in group:
            more = [(each.labels, each.group_id, each.score) for each in unit.members]
            digest.update(json.dumps([unit.name, more, *rows_of(unit, self.export.classes, "")]).encode())
        return digest.hexdigest()[:32]

    def _fill(self, chunk: Sequence[Unit], *, in_shard: bool = False) -> Generator[int, None, None]:
        """Have every picture of a chunk in `_made`."""
        waiting: dict[int, list[Unit]] = {}
        for unit in chunk:
            made = self._at_once(unit, in_shard=in_shard)
            if made is None:
                waiting.setdefault(unit.first.image_id, []).append(unit)
            else:
                self._made[unit.place] = made
                self._done += len(unit.members)
        if not waiting:
            return
        yield self._done
        of_place = {unit.place: unit for group in waiting.values() for unit in group}
        with closing(self.engine.map(make, self._tasks(waiting.values(), in_shard), crashed)) as results:
            for result in results:
                for each in result:
                    unit = of_place[each.place]
                    self._made[each.place] = each
                    self._done += len(unit.members)
                    if not each.reason:
                        self.report.written += 1
                        if not in_shard:
                            self._note(unit, each.size)
                yield self._done

    def _tasks(self, groups: Iterable[list[Unit]], in_shard: bool) -> Iterator[Making]:
        for group in groups:
            wanted = []
            for unit in group:
                assert unit.shape is not None
                file = None if in_shard else str(self.building.place(unit.name))
                wanted.append(Wanted(unit.place, unit.shape, file))
            yield Making(group[0].source, group[0].first.sha256, tuple(wanted), self.limits)

    def _note(self, unit: Unit, size: int) -> None:
        assert unit.shape is not None
        self.building.note(unit.name, size, (unit.first.sha256, unit.shape.told))

    def _at_once(self, unit: Unit, *, in_shard: bool) -> Made | None:
        """What needs no worker; None for what does."""
        if unit.shape is None:
            self.report.written += 1
            return Made(unit.place)
        if not in_shard and (kept := self._kept(unit)):
            return kept
        if not unit.shape.unchanged:
            return None
        try:
            status = os.stat(unit.source)  # noqa: PTH116 - a hundred thousand of them
            turned = lies_turned(unit.source, unit.shape.format)
        except OSError as error:
            return Made(unit.place, reason=why_unread(error))
        if status.st_size != unit.first.bytes:
            return Made(unit.place, reason=CHANGED)
        if turned:
            # As it is shown, for not all who load it turn it as its EXIF data says, and the boxes are of what is shown.
            unit.shape = replace(unit.shape, unchanged=False, link="copy")
            return None if in_shard else self._kept(unit)
        if in_shard:
            self.report.written += 1
            return Made(unit.place, status.st_size)
        size = self._laid(unit)
        if size is None:
            return Made(unit.place, reason=CHANGED)
        self.report.written += 1
        self._note(unit, size)
        return Made(unit.place, size)

    def _kept(self, unit: Unit) -> Made | None:
        shape = unit.shape
        assert shape is not None
        before = self.building.known((unit.first.sha256, shape.told), unit.name)
        target = str(Path(unit.source).absolute()) if shape.link == "symlink" else None
        if before is None or not self.building.take_over(before, unit.name, target):
            return None
        self.report.kept += 1
        self._note(unit, before.size)
        return Made(unit.place, before.size)

    def _laid(self, unit: Unit) -> int | None:
        """The very bytes of a picture, copied or linked; how large the file is. None: they are others by now, which is
        seen where they are read, and not where another name of the same file is made."""
        assert unit.shape is not None
        target = self.building.place(unit.name)
        if unit.shape.link == "symlink":
            target.symlink_to(Path(unit.source).absolute())
            self.report.linked += 1
            return target.lstat().st_size
        if unit.shape.link == "hardlink":
            try:
                os.link(unit.source, target)
                self.report.linked += 1
                return unit.first.bytes
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                self.report.copied_instead += 1
        data = Path(unit.source).read_bytes()
        if hashlib.sha256(data).hexdigest() != unit.first.sha256:
            return None
        target.write_bytes(data)
        return len(data)
