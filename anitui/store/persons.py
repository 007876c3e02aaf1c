"""What a person has said anything of, so that no rule sets it aside."""

from __future__ import annotations

from collections.abc import Mapping


def _brought_back(table: str, key: str) -> str:
    return f"""
    SELECT json_extract_string(c.row_key, '$.{key}')::BIGINT
    FROM journal_changes c JOIN journal j USING (entry_id)
    WHERE c.table_name = '{table}' AND j.said_by = 'person' AND j.state = 'done'
      AND json_extract_string(c.before, '$.state') = 'set_aside' AND json_extract_string(c.after, '$.state') = 'active'
    """


# Whom a person brought back: by hand, or because a verdict of theirs keeps them.
BROUGHT_BACK: Mapping[str, str] = {
    "image": _brought_back("images", "image_id"),
    "face": _brought_back("faces", "face_id"),
}


def _kept(kind: str) -> str:
    """Of whom a person said that they are the one to keep, or one of those."""
    said = f"FROM verdicts WHERE kind = '{kind}' AND said_by = 'person'"
    return f"""
    SELECT a_id {said} AND verdict IN ('keep_a', 'same') UNION ALL SELECT b_id {said} AND verdict IN ('keep_b', 'same')
    """


_NAMED_FACES = "SELECT face_id FROM face_labels WHERE speaker = 'person'"
# A person saw it and could not say who it is, drew it, or went through all boxes of its picture.
_SEEN_FACES = """
    SELECT face_id FROM faces WHERE detector = 'person' OR unsure
    OR image_id IN (SELECT image_id FROM reviewed_images)
    """

# Whom a person named, kept or drew; pictures also by what is on them.
SPOKEN_OF: Mapping[str, str] = {
    "face": f"{_NAMED_FACES} UNION ALL {_SEEN_FACES} UNION ALL {_kept('face')}",
    "image": f"""
    SELECT image_id FROM image_tags WHERE speaker = 'person' AND holds
    UNION ALL SELECT image_id FROM faces WHERE state = 'active' AND face_id IN ({_NAMED_FACES})
    UNION ALL SELECT image_id FROM faces WHERE state = 'active' AND detector = 'person'
    UNION ALL SELECT image_id FROM reviewed_images
    UNION ALL {_kept("image")}
    """,
}
