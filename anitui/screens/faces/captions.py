"""What is said under a face: its name and how sure that is, in words and signs before any colour."""

from __future__ import annotations

from rich.cells import cell_len

from anitui.screens.widgets.picture.grid_cell import Tone
from anitui.store.face_gallery import ShownFace
from anitui.store.naming import NOT_A_FACE
from anitui.store.review import Asked


def caption(face: ShownFace, room: int) -> tuple[str, Tone]:
    """A person's word stands alone, a model's behind how sure it is, a job's behind a question mark.

    The sign comes first: a long name is cut at its end. Where a review asks: what the face is called, what it
    should be, and how sure the run is; in less room, only that it should be another one.
    """
    if face.asked is not None:
        return _asked(face.asked, room), "plain"
    if face.state != "active" and face.reason == NOT_A_FACE:
        return NOT_A_FACE, "dim"
    if face.label is not None and face.speaker == "person":
        against = face.suggested is not None and face.suggested != face.label
        return (
            f"{face.label} ≠ {_sure(face.suggested_confidence)} {face.suggested}" if against else face.label
        ), "strong"
    if face.unsure:
        return f"unsure ? {face.proposal}" if face.proposal else "unsure", "plain"
    if face.label is not None and face.speaker == "model":
        return f"{_sure(face.confidence)} {face.label}", "plain"
    if face.suggested is not None:
        return f"{_sure(face.suggested_confidence)} {face.suggested}", "plain"
    if face.label is not None:
        return f"? {face.label}", "dim"
    return (f"? {' or '.join(face.hints)}" if face.hints else "no name"), "dim"


def _asked(asked: Asked, room: int) -> str:
    sure, name = _sure(asked.sureness), asked.suggested or "?"
    whole = f"{asked.said or '?'} → {name} {sure}"
    return whole if cell_len(whole) <= room else f"→ {sure} {name}"


def _sure(confidence: float | None) -> str:
    """A share; where the model said nothing that is one, that it was a model."""
    return f"{confidence:.0%}" if confidence is not None and 0 <= confidence <= 1 else "model:"
