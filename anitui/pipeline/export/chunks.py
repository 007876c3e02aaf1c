"""The members of an export as pictures to make, a few hundred at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from anitui.pipeline.export.model import DatasetFormat, Export, Unit
from anitui.pipeline.export.names import stem
from anitui.pipeline.export.shaping import Wishes, shape_of
from anitui.store.dataset_rows import Member
from anitui.workspace import Workspace

CHUNK = 1024


@dataclass(frozen=True, slots=True)
class Shards:
    """How the pictures of a part are dealt to files: by so many bits, to so many files."""

    bits: int
    count: int


def units(
    workspace: Workspace,
    members: Iterable[Member],
    form: DatasetFormat,
    export: Export,
    wishes: Wishes | None,
    shards: Mapping[str, Shards],
) -> Iterator[Unit]:
    """What is to be made: a picture for each face, or one with all of its faces."""
    together = form.per_picture and wishes is not None and not wishes.crops
    groups = groupby(members, lambda each: (each.part, each.image_id)) if together else (((), [m]) for m in members)
    for place, (_, group) in enumerate(groups):
        own = list(group)
        first = own[0]
        shape = None if wishes is None else shape_of(first, wishes)
        called = stem(first.url, f"i{first.image_id}" if together or first.face_id is None else f"f{first.face_id}")
        source = str(workspace.file(first.path))
        name = form.named(first.part, export.classes[first.labels[0]], called + (shape.ending if shape else ""))
        shard = int(first.sha256[:4], 16) >> (16 - shards[first.part].bits) if shards else 0
        yield Unit(place, first.part, own, shape, name, source, shard)


def chunks(found: Iterable[Unit], most: int = CHUNK) -> Iterator[list[Unit]]:
    """A few hundred at a time; all that is made of one picture comes together."""
    chunk: list[Unit] = []
    for unit in found:
        if len(chunk) >= most and unit.first.image_id != chunk[-1].first.image_id:
            yield chunk
            chunk = []
        chunk.append(unit)
    if chunk:
        yield chunk
