"""The tables that decisions change: what names a row, and which columns are decisions' own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Journalled:
    """A table that decisions change: what names a row, and which of its columns decisions own."""

    key: Mapping[str, str]
    owned: Mapping[str, str]
    # Rows that undo and redo leave as they are.
    except_where: str = "false"
    # What must be put right after an undo or redo changed such rows, because the machine wrote beside them meanwhile.
    # `{entry}` is the entry that was undone or redone.
    afterwards: tuple[str, ...] = ()


# What the keeper of a group inherited of those that it does not keep the place of any more.
_INHERITED = tuple(
    f"DELETE FROM {table} t WHERE inherited_from IS NOT NULL AND NOT EXISTS (FROM duplicate_groups g "
    f"WHERE g.kind = '{kind}' AND g.id = t.inherited_from AND g.keeper_id = t.{owner} AND NOT g.kept)"
    for table, kind, owner in (
        ("sightings", "image", "image_id"), ("image_tags", "image", "image_id"), ("face_labels", "face", "face_id"),
    )
)  # fmt: skip

# The hashes of a crop belong to one box: of boxes that come, go or lie otherwise they are made anew.
_OF_OTHER_BOXES = (
    "DELETE FROM face_hashes WHERE face_id IN (SELECT json_extract_string(row_key, '$.face_id')::BIGINT "
    "FROM journal_changes WHERE entry_id = {entry} AND table_name = 'faces' AND (before IS NULL OR after IS NULL OR "
    + " OR ".join(
        f"json_extract_string(before, '$.{name}') IS DISTINCT FROM json_extract_string(after, '$.{name}')"
        for name in ("x", "y", "w", "h")
    )
    + "))"
)

# A new table of decisions is one line here.
TABLES: Mapping[str, Journalled] = {
    "images": Journalled({"image_id": "BIGINT"}, {"state": "VARCHAR", "reason": "VARCHAR"}, "purged_at IS NOT NULL"),
    "image_marks": Journalled({"image_id": "BIGINT"}, {"mark": "TINYINT"}),
    "image_tags": Journalled(
        {"image_id": "BIGINT", "label": "VARCHAR", "said_by": "VARCHAR"},
        {
            "holds": "BOOLEAN", "speaker": "VARCHAR", "confidence": "DOUBLE", "said_at": "TIMESTAMP",
            "inherited_from": "BIGINT",
        },
    ),
    "faces": Journalled(
        {"face_id": "BIGINT"},
        {
            "image_id": "BIGINT", "x": "DOUBLE", "y": "DOUBLE", "w": "DOUBLE", "h": "DOUBLE", "score": "DOUBLE",
            "detector": "VARCHAR", "settings": "VARCHAR", "kind": "VARCHAR", "state": "VARCHAR", "reason": "VARCHAR",
            "found_at": "TIMESTAMP", "unsure": "BOOLEAN",
        },
        afterwards=(_OF_OTHER_BOXES,),
    ),
    "face_labels": Journalled(
        {"face_id": "BIGINT", "said_by": "VARCHAR", "label_set": "VARCHAR"},
        {
            "label": "VARCHAR", "speaker": "VARCHAR", "confidence": "DOUBLE", "said_at": "TIMESTAMP",
            "inherited_from": "BIGINT",
        },
    ),
    "labels": Journalled(
        {"label": "VARCHAR"},
        {
            "label_set": "VARCHAR", "aliases": "VARCHAR[]", "colour": "VARCHAR", "key": "VARCHAR", "number": "INTEGER",
        },
    ),
    "judged_pairs": Journalled(
        {"file_id": "BIGINT", "place": "BIGINT"},
        {
            "a_name": "VARCHAR", "b_name": "VARCHAR", "a_id": "BIGINT", "b_id": "BIGINT", "same": "BOOLEAN",
            "answered": "BOOLEAN", "invalid": "INTEGER",
        },
    ),
    "reviewed_images": Journalled({"image_id": "BIGINT"}, {"reviewed_at": "TIMESTAMP"}),
    # A split comes and goes as a whole; its members stay where they are, and are seen while it is there.
    "frozen_splits": Journalled(
        {"split_id": "BIGINT"},
        {
            "split": "VARCHAR", "kind": "VARCHAR", "label_set": "VARCHAR", "made_from": "VARCHAR", "report": "VARCHAR",
            "made_at": "TIMESTAMP",
        },
    ),
    "verdicts": Journalled(
        {"verdict_id": "BIGINT"},
        {
            "kind": "VARCHAR", "a_id": "BIGINT", "b_id": "BIGINT", "verdict": "VARCHAR", "said_by": "VARCHAR",
            "decided_at": "TIMESTAMP",
        },
    ),
    "duplicate_groups": Journalled(
        {"kind": "VARCHAR", "id": "BIGINT"},
        {"group_id": "BIGINT", "keeper_id": "BIGINT", "kept": "BOOLEAN"},
        afterwards=_INHERITED,
    ),
    # Only what is inherited comes and goes with decisions.
    "sightings": Journalled(
        {"sighting_id": "BIGINT"},
        {
            "image_id": "BIGINT", "site": "VARCHAR", "url": "VARCHAR", "page_url": "VARCHAR", "post_id": "VARCHAR",
            "title": "VARCHAR", "author": "VARCHAR", "flair": "VARCHAR", "nsfw": "BOOLEAN", "label_hint": "VARCHAR",
            "job_id": "BIGINT", "seen_at": "TIMESTAMP", "inherited_from": "BIGINT",
            "chain": "VARCHAR[]", "posted_at": "TIMESTAMP",
        },
    ),
}  # fmt: skip
