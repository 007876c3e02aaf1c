"""A dataset on its way out: who is in it, what is made of their pictures, and the folder that appears at the end."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from pathlib import Path

from anitui.errors import WrongUse
from anitui.pipeline.decode import Limits
from anitui.pipeline.engine import Engine, Processes, WorkersCannotStart
from anitui.pipeline.export import building, manifest
from anitui.pipeline.export.chunks import Shards, chunks, units
from anitui.pipeline.export.filling import Filling
from anitui.pipeline.export.model import Class, DatasetFormat, Export
from anitui.pipeline.export.names import folder_names
from anitui.pipeline.export.order import CROP_SIZE, DatasetOrder, DatasetReport
from anitui.pipeline.export.registry import FORMATS
from anitui.pipeline.export.shaping import Wishes
from anitui.progress import Event, Work
from anitui.settings import ImportSettings
from anitui.store import dataset_rows, label_export, label_files
from anitui.store.catalogue import Catalogue
from anitui.store.dataset_rows import Asked, DatasetRows, Sizes
from anitui.workspace import Workspace

MOST_SIDE = 16_384
SHARD_BYTES, SHARD_PICTURES = 256_000_000, 20_000


def export_dataset(
    workspace: Workspace,
    catalogue: Catalogue,
    order: DatasetOrder,
    importing: ImportSettings | None = None,
    engine: Engine | None = None,
) -> Work[DatasetReport]:
    """Write a dataset. Closed on the way, what it made is taken over by the next export to the same place."""
    began = time.monotonic()
    importing = importing or ImportSettings()
    form = FORMATS[order.format]
    destination = _destination(workspace, order)
    kind, label_set = _whose(catalogue, order, form)
    pictures = order.pictures or ("whole" if form.per_picture or kind == "image" else "crops")
    wishes = _wishes(order, form, kind, pictures)
    asked = Asked(
        order.split, order.query, label_set, order.detectors, order.kind, as_frozen=order.as_frozen
    )  # fmt: skip
    yield Event("looking who is in it")
    with DatasetRows(catalogue, asked) as rows:
        sizes = rows.sizes()
        _check(order, sizes, label_set)
        classes = _classes(catalogue, form, sizes, label_set)
        report = _report(order, form, label_set, pictures, sizes, classes)
        report.destination = str(destination)
        folder = building.begin(destination, anew=order.force)
        pairs = dataset_rows.pairs(catalogue, order.split) if order.split and form.name == "zaci" else []
        export = Export(folder.folder, destination, classes, list(sizes.parts), pictures != "none", pairs)
        keep = False
        try:
            limits = Limits(importing.max_megabytes << 20, importing.max_megapixels * 1_000_000)
            shards = _shards(rows, sizes, wishes) if form.shards else {}
            found = units(
                workspace, rows.members("content" if form.shards else "picture"), form, export, wishes, shards
            )
            with ExitStack() as stack:
                engine = engine or Processes(importing.workers)
                if isinstance(engine, Processes):
                    stack.enter_context(engine)
                written = manifest.ManifestWriter(folder.folder / manifest.NAME)
                stack.callback(written.close)
                filling = Filling(folder, form, export, form.write(export), written, report, engine, limits)
                stack.callback(filling.close)
                work = filling.shards(found, shards) if form.shards else filling.pictures(chunks(found))
                with closing(work):
                    for done in work:
                        yield Event("exporting", done, report.members, "", _counts(report))
                filling.finish()
            yield Event("making it durable")
            folder.finish(written.names)
        except (GeneratorExit, KeyboardInterrupt, WorkersCannotStart):
            keep = True
            raise
        finally:
            folder.abandon(keep=keep)
    report.notes = export.notes
    report.carried, report.removed, report.resumed = folder.carried, folder.removed, folder.resumed
    report.seconds = time.monotonic() - began
    return report


def _destination(workspace: Workspace, order: DatasetOrder) -> Path:
    if not order.destination.name and order.destination != Path():
        raise WrongUse(f"{order.destination} cannot be an export: name a folder")
    return workspace.destination(order.destination)


def _whose(catalogue: Catalogue, order: DatasetOrder, form: DatasetFormat) -> tuple[str, str]:
    """What the members are, and the set that their labels belong to."""
    if order.split is None:
        if order.as_frozen:
            raise WrongUse("--as-frozen is for the labels of a split: name one with --split")
        label_export.check(catalogue, order.label_set, order.detectors)
        usual = "lap" if form.own_numbers else "characters"
        return "face", label_files.check_set(order.label_set or label_export.fullest_set(catalogue, usual))
    kind, label_set = dataset_rows.split_kind(catalogue, order.split)
    if order.label_set not in (None, label_set):
        raise WrongUse(f"the split {order.split} is of the labels of {label_set}: leave --label-set out")
    if order.query or order.detectors:
        raise WrongUse("a split has its members already: leave --filter and --detector out, or --split")
    return kind, label_set


def _wishes(order: DatasetOrder, form: DatasetFormat, kind: str, pictures: str) -> Wishes | None:
    if pictures == "none":
        if not form.without_pictures:
            able = ", ".join(name for name, each in FORMATS.items() if each.without_pictures)
            raise WrongUse(f"--pictures none is for {able}: {form.called} is nothing without its pictures")
        return None
    if pictures == "crops" and kind == "image":
        raise WrongUse(f"the split {order.split} is of whole pictures, which have no crops: leave --pictures out")
    if form.per_picture and kind == "image":
        raise WrongUse(f"the split {order.split} is of whole pictures, and {form.called} wants boxes: split faces")
    if order.size is not None and not 1 <= order.size <= MOST_SIDE:
        raise WrongUse(f"--size is between 1 and {MOST_SIDE:,} pixels, not {order.size}")
    if not 1 <= order.quality <= 100:
        raise WrongUse(f"--quality is between 1 and 100, not {order.quality}")
    if not 0 <= order.margin <= 5:
        raise WrongUse(f"--margin is a share of the box between 0 and 5, not {order.margin}")
    crops = pictures == "crops"
    if order.link != "copy" and form.shards:
        raise WrongUse(f"--link is for pictures in files of their own, and {form.called} holds them in few")
    size = (order.size or CROP_SIZE) if crops else order.size
    return Wishes(
        crops,
        size,
        order.margin,
        order.image_format or "same",
        order.quality,
        order.link,
        order.fix_sizes,
        as_they_are=order.link != "copy" and order.size is None,
    )


def _check(order: DatasetOrder, sizes: Sizes, label_set: str) -> None:
    if sizes.parts:
        return
    if order.split is None:
        raise WrongUse(
            f"no face that fits has a label of {label_set}: name faces first (`anitui import --labels-from-folders` "
            "and `anitui detect`, or the screen Faces), or ask for others with --filter, --label-set or --detector"
        )
    if order.as_frozen:
        raise WrongUse(f"the split {order.split} does not know its labels as they were: leave --as-frozen out")
    raise WrongUse(
        f"nobody in the split {order.split} is here and has a label: `anitui split` makes a new one of what there is"
    )


def _classes(catalogue: Catalogue, form: DatasetFormat, sizes: Sizes, label_set: str) -> dict[str, Class]:
    """Counted in the order of their folders, as those count who read the folders; else as their set counts them."""
    folders = folder_names(sizes.labels)
    numbers = {name: each for each, name in enumerate(sorted(folders, key=lambda each: folders[each]))}
    if form.own_numbers:
        own = label_export.numbers(catalogue, label_set)
        following = max(own.values(), default=-1) + 1
        fresh = [name for name in numbers if name not in own]
        numbers = {**own, **{name: following + place for place, name in enumerate(fresh)}}
        numbers = {name: each for name, each in numbers.items() if name in folders}
    return {name: Class(name, folders[name], number + form.first_number) for name, number in numbers.items()}


def _report(
    order: DatasetOrder, form: DatasetFormat, label_set: str, pictures: str, sizes: Sizes, classes: dict[str, Class]
) -> DatasetReport:
    report = DatasetReport(form.name, "", order.split, label_set, pictures)
    report.parts = dict.fromkeys(sizes.parts, 0)
    report.members = sum(number for number, _ in sizes.parts.values())
    report.classes = len(classes)
    report.set_aside, report.unnamed, report.renamed = sizes.set_aside, sizes.unnamed, sizes.renamed
    report.others = sizes.others if form.per_picture else 0
    report.folders = {name: each.folder for name, each in classes.items() if each.folder != name}
    for part in sizes.parts:
        if missing := [label for label, own in sizes.counts.items() if part not in own]:
            report.missing_classes[part] = missing
    return report


def _shards(rows: DatasetRows, sizes: Sizes, wishes: Wishes | None) -> dict[str, Shards]:
    """Pictures are dealt to files by the first bits of their digests: files of a handy size, all well mixed, and one
    picture more changes one of them."""
    found: dict[str, Shards] = {}
    for part, (number, size) in sizes.parts.items():
        if wishes is None:
            size = number * 200
        elif wishes.size is not None:
            size = min(size * (number if wishes.crops else 1), number * wishes.size**2 // 5)
        bits = min(16, max(size // SHARD_BYTES, number // SHARD_PICTURES).bit_length())
        found[part] = Shards(bits, rows.prefixes(part, bits))
    return found


def _counts(report: DatasetReport) -> dict[str, int]:
    return {"written": report.written, "kept": report.kept, "failed": len(report.failures)}
