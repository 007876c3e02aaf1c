"""Who is who: what a person says of faces. Each decision is one entry of the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from anitui.store import journal, labels
from anitui.store.catalogue import Catalogue, incoming
from anitui.store.journal import Decision
from anitui.store.labels import CHARACTERS, Label
from anitui.words import count

if TYPE_CHECKING:
    import pyarrow

PERSON = "person"
NOT_A_FACE = "not a face"
_FEW = 500  # so many are named one by one in a query: the view of all names then reads theirs only


def name(
    catalogue: Catalogue,
    face_ids: Sequence[int],
    label: str,
    label_set: str = CHARACTERS,
    *,
    action: str = "faces.name",
    said_by: str = PERSON,
) -> str:
    """Say who these faces are; returns the label as it is kept. A new name is put on the list of the set.

    Whoever is named is a face, and no longer unsure.
    """
    with journal.decision(catalogue, action, "", said_by) as decision:
        kept = _kept(decision, label, label_set)
        _say(decision, face_ids, [kept.name] * len(face_ids), [kept.label_set] * len(face_ids), said_by)
        decision.summary = f"named {count(len(face_ids), 'face')} {kept.name}"
    return kept.name


def accept(
    catalogue: Catalogue, face_ids: Sequence[int], label_set: str = CHARACTERS, *, against_persons: bool = False
) -> int:
    """Say what is suggested of these faces: what a model says, else a job, else the only name that their picture was
    seen under. Of how many that was something new; what persons said stays, unless told otherwise."""
    with journal.decision(catalogue, "faces.accept", "") as decision:
        rows = _suggested(decision, face_ids, label_set, against_persons=against_persons)
        if rows:
            if any(labels.find_in(decision.connection, each) is None for each in {label for _, label in rows}):
                labels.enlist_heard(decision, label_set)
            _say(decision, [row[0] for row in rows], [row[1] for row in rows], [label_set] * len(rows), PERSON)
        decision.summary = f"agreed with the names of {count(len(rows), 'face')}"
    return len(rows)


def say_each(catalogue: Catalogue, said: Mapping[int, str], label_set: str, action: str, summary: str) -> int:
    """Say of each of these faces who it is, as one decision; `{}` in the summary becomes how many they are."""
    with journal.decision(catalogue, action, summary.format(count(len(said), "face"))) as decision:
        if said:
            if any(labels.find_in(decision.connection, each) is None for each in set(said.values())):
                labels.enlist_heard(decision, label_set)
            _say(decision, list(said), list(said.values()), [label_set] * len(said), PERSON)
    return len(said)


def unname(catalogue: Catalogue, face_ids: Sequence[int], label_set: str = CHARACTERS) -> int:
    """Take back what persons called these faces; what models and jobs said stays. How many had such a name."""
    with journal.decision(catalogue, "faces.unname", "") as decision:
        with incoming(decision.connection, _keys(face_ids), "chosen"):
            said: pyarrow.Table = decision.connection.sql(
                "SELECT face_id, said_by, label_set FROM face_labels SEMI JOIN chosen USING (face_id) "
                "WHERE speaker = 'person' AND label_set = ?",
                params=[label_set],
            ).to_arrow_table()
        if len(said):
            decision.remove("face_labels", said)
        decision.summary = f"took the names of {count(len(said), 'face')} off"
    return len(said)


def not_faces(catalogue: Catalogue, face_ids: Sequence[int], *, action: str = "faces.not_a_face") -> int:
    """Set boxes aside that hold no face; how many were not so before."""
    return _put(
        catalogue, action, face_ids, "{}: not a face", {"state": "set_aside", "reason": NOT_A_FACE}, "state = 'active'"
    )


def bring_back(catalogue: Catalogue, face_ids: Sequence[int], *, action: str = "faces.bring_back") -> int:
    """Bring faces back that were set aside."""
    return _put(
        catalogue, action, face_ids, "brought {} back", {"state": "active", "reason": None}, "state = 'set_aside'"
    )


def unsure(catalogue: Catalogue, face_ids: Sequence[int], *, action: str = "faces.unsure") -> bool:
    """Say that one cannot say who these are; of those that all are so already, take it back. What it came to."""
    with catalogue.writing() as connection:
        with incoming(connection, _keys(face_ids), "chosen"):
            (all_so,) = connection.execute(
                "SELECT bool_and(unsure) FROM faces SEMI JOIN chosen USING (face_id)"
            ).fetchall()[0]
        becomes = not all_so
        summary = "unsure about {}" if becomes else "no longer unsure about {}"
        _put(catalogue, action, face_ids, summary, {"unsure": becomes}, "unsure IS DISTINCT FROM " + str(becomes))
    return becomes


def _kept(decision: Decision, label: str, label_set: str) -> Label:
    label = labels.tidy(label)
    found = labels.find_in(decision.connection, label)
    if found is None:
        labels.enlist_heard(decision, label_set)
        labels.enlist(decision, [Label(label, label_set)])
        found = labels.find_in(decision.connection, label)
    assert found is not None
    return found


def _suggested(
    decision: Decision, face_ids: Sequence[int], label_set: str, *, against_persons: bool
) -> list[tuple[int, str]]:
    among = "SELECT face_id FROM chosen"
    if len(face_ids) <= _FEW:
        among = ", ".join(str(int(each)) for each in face_ids)
    with incoming(decision.connection, _keys(face_ids), "chosen"):
        return decision.connection.execute(
            f"""
            WITH f AS MATERIALIZED (SELECT face_id, image_id FROM faces WHERE face_id IN ({among}))
            SELECT f.face_id, coalesce(m.label, n.label, h.label) AS suggested
            FROM f
            LEFT JOIN (FROM labelled_faces WHERE label_set = $set AND face_id IN ({among})) n USING (face_id)
            LEFT JOIN (
                SELECT face_id, arg_max(label, said_at) AS label FROM face_labels
                WHERE speaker = 'model' AND label_set = $set AND face_id IN ({among}) GROUP BY face_id
            ) m USING (face_id)
            LEFT JOIN (
                SELECT image_id, any_value(label) AS label FROM hints SEMI JOIN f USING (image_id)
                WHERE label_set = $set GROUP BY image_id HAVING count(DISTINCT label) = 1
            ) h USING (image_id)
            WHERE suggested IS NOT NULL
              AND (n.speaker IS DISTINCT FROM 'person' OR ($against AND suggested <> n.label))
            ORDER BY f.face_id
            """,
            {"set": label_set, "against": against_persons},
        ).fetchall()


def _say(
    decision: Decision, face_ids: Sequence[int], said: Sequence[str], label_sets: Sequence[str], said_by: str
) -> None:
    import pyarrow

    ids = pyarrow.array(face_ids, pyarrow.int64())
    now = decision.connection.execute("SELECT now() AT TIME ZONE 'UTC'").fetchall()[0][0]
    size = len(face_ids)
    decision.put(
        "face_labels",
        pyarrow.table(
            {
                "face_id": ids,
                "said_by": [said_by] * size,
                "label_set": list(label_sets),
                "label": list(said),
                "speaker": ["person"] * size,
                "said_at": pyarrow.array([now] * size, pyarrow.timestamp("us")),
                "inherited_from": pyarrow.nulls(size, pyarrow.int64()),
            }
        ),
    )
    with incoming(decision.connection, _keys(face_ids), "chosen"):
        _clear(decision)


def _clear(decision: Decision) -> None:
    """A face with a name is one, and somebody was sure."""
    (unsure, gone) = decision.connection.execute(
        "SELECT bool_or(unsure), bool_or(reason = ?) FROM faces SEMI JOIN chosen USING (face_id)", [NOT_A_FACE]
    ).fetchall()[0]
    where = "face_id IN (SELECT face_id FROM chosen) AND "
    if unsure:
        decision.put_where("faces", {"unsure": False}, where + "unsure", [])
    if gone:
        decision.put_where(
            "faces", {"state": "active", "reason": None}, where + "state = 'set_aside' AND reason = ?", [NOT_A_FACE]
        )


def _put(
    catalogue: Catalogue, action: str, ids: Sequence[int], summary: str, values: Mapping[str, Any], where: str
) -> int:
    return journal.put_on(catalogue, "faces", ids, values, where, action=action, summary=summary, noun="face")


def _keys(ids: Sequence[int]) -> pyarrow.Table:
    import pyarrow

    return pyarrow.table({"face_id": pyarrow.array(list(dict.fromkeys(ids)), pyarrow.int64())})
