"""Faces without a name, with where they lie: what a model is asked about beside those that it was trained with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anitui.store.catalogue import Catalogue

if TYPE_CHECKING:
    import pyarrow


def nameless(catalogue: Catalogue, label_set: str, most: int) -> pyarrow.Table:
    """At most so many, drawn evenly and always the same: face_id, image_id, file, sha256, x, y, w, h, width, height."""
    return catalogue.table(
        """
        SELECT f.face_id, i.image_id, i.path AS file, i.sha256, f.x, f.y, f.w, f.h, i.width, i.height
        FROM faces f JOIN images i USING (image_id)
        ANTI JOIN (FROM labelled_faces WHERE label_set = $set) l ON l.face_id = f.face_id
        WHERE f.state = 'active' AND i.state = 'active' AND i.purged_at IS NULL AND f.kind = 'face' AND NOT f.unsure
        ORDER BY hash(f.face_id), f.face_id LIMIT $most
        """,
        {"set": label_set, "most": most},
    )
