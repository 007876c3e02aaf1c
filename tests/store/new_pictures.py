from __future__ import annotations

from anitui.store.intake import NewImage, NewSighting


def picture(content: str, stored: str = "copy", path: str = "media/x.png", bits: int = 2**64 - 1) -> NewImage:
    return NewImage(
        content, path, stored, "png", "RGB", 24, 18, 1, 100, "exact", 1.5, 0.25, 30.0, 128.0, bits, bits, 0
    )  # fmt: skip


def seen(content: str, url: str, label: str | None = None) -> NewSighting:
    return NewSighting(content, "folder", url, "/pictures", "a", label)
