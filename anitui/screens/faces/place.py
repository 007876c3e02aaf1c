"""Where one stopped among the faces, as it is kept from one sitting to the next."""

from __future__ import annotations

from typing import Any

from anitui.store.face_gallery import GROUPS, ORDERS, FaceView
from anitui.store.labels import CHARACTERS


def kept(view: FaceView, face_id: int | None) -> dict[str, Any]:
    """A view and the face under the cursor, as plain values."""
    return {
        "query": view.query, "order": view.order, "group": view.group, "set": view.label_set, "face": face_id,
    }  # fmt: skip


def recalled(kept: Any) -> tuple[FaceView, int | None]:
    """The same again; of what is not understood any more, the usual."""
    if not isinstance(kept, dict):
        return FaceView(), None
    view = FaceView(
        query=str(kept.get("query") or ""),
        order=kept["order"] if kept.get("order") in ORDERS else FaceView().order,
        group=kept["group"] if kept.get("group") in GROUPS else None,
        label_set=str(kept.get("set") or CHARACTERS),
    )
    at = kept.get("face")
    return view, at if isinstance(at, int) else None
