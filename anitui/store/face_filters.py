"""What may be said of faces in a filter: of the face itself, of its name, and all that may be said of its picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from anitui.errors import WrongUse
from anitui.store import embeddings
from anitui.store.filters import FIELDS, PICTURES, Builder, Condition, Grammar, Values, in_split, named, number, text_of
from anitui.store.review import KINDS

# Of the pictures' own words those that say something else of a face.
_OF_PICTURES = {name: each for name, each in FIELDS.items() if name not in ("label", "state", "id", "reason", "split")}


def grammar(label_set: str) -> Grammar:
    """Conditions on `faces b` with its picture `images i` (and `image_facts f`), names being those of one set."""
    fields: Mapping[str, Builder] = {
        "label": _label(label_set),
        "by": _by(label_set),
        "model": _model(label_set),
        "confidence": _of_current(label_set, number("confidence")),
        "hint": _hint,
        "state": _state,
        "unsure": _unsure,
        "score": number("b.score"),
        "face": number("greatest(b.w, b.h)"),
        "detector": text_of("b.detector"),
        "kind": text_of("b.kind"),
        "reason": text_of("b.reason", whole=False),
        "id": number("b.face_id"),
        "picture": number("b.image_id"),
        "in": _within,
        "split": in_split("b.face_id", "face_id"),
        "review": _review(label_set),
        "cluster": _cluster(label_set),
        "like": _like,
        "tag": FIELDS["label"],
        **_OF_PICTURES,
    }
    return Grammar(fields, _anywhere(label_set), "b.state = 'active' AND i.state = 'active'")


def _current(label_set: str) -> tuple[str, tuple[str]]:
    return "SELECT face_id FROM labelled_faces WHERE label_set = ?", (label_set,)


def _label(label_set: str) -> Builder:
    having, of = _current(label_set)

    def build(field: str, op: str, values: Values) -> Condition:
        return named(having, of, "b.face_id", values)

    return build


def _by(label_set: str) -> Builder:
    having, of = _current(label_set)

    def build(field: str, op: str, values: Values) -> Condition:
        speakers = ("person", "model", "job")
        if unknown := [each for each in values if each not in (*speakers, "nobody")]:
            raise WrongUse(f"by is {', '.join(speakers)} or nobody, not {unknown[0]!r}")
        parts = [f"b.face_id NOT IN ({having})"] * ("nobody" in values)
        if listed := ", ".join(f"'{each}'" for each in values if each != "nobody"):
            parts.append(f"b.face_id IN ({having} AND speaker IN ({listed}))")
        return Condition(f"({' OR '.join(parts)})", of * len(parts))

    return build


def _model(label_set: str) -> Builder:
    """What a model says, whoever is believed."""
    having = "SELECT face_id FROM face_labels WHERE speaker = 'model' AND label_set = ?"

    def build(field: str, op: str, values: Values) -> Condition:
        return named(having, (label_set,), "b.face_id", values)

    return build


def _of_current(label_set: str, column: Builder) -> Builder:
    having, of = _current(label_set)

    def build(field: str, op: str, values: Values) -> Condition:
        inner = column(field, op, values)
        return Condition(f"b.face_id IN ({having} AND {inner.sql})", (*of, *inner.parameters))

    return build


def _review(label_set: str) -> Builder:
    """Whom the latest review asks about: by the kind of question, `any` of them, `none`; `done` is answered."""

    def build(field: str, op: str, values: Values) -> Condition:
        value = ",".join(values)
        if unknown := [each for each in values if each not in ("any", "none", "done", *KINDS)]:
            raise WrongUse(f"review is {', '.join(KINDS)}, any, none or done, not {unknown[0]!r}")
        asked = "SELECT face_id FROM review WHERE label_set = ?"
        if value == "none":
            return Condition(f"b.face_id NOT IN ({asked} AND state = 'waits')", (label_set,))
        if value == "done":
            return Condition(f"b.face_id IN ({asked} AND state = 'done')", (label_set,))
        if value == "any":
            return Condition(f"b.face_id IN ({asked} AND state = 'waits')", (label_set,))
        if kinds := {"none", "done", "any"} & set(values):
            raise WrongUse(f"review:{min(kinds)} stands alone")
        listed = ", ".join(f"'{each}'" for each in values)
        return Condition(f"b.face_id IN ({asked} AND state = 'waits' AND kind IN ({listed}))", (label_set,))

    return build


def asks_for_review(query: str) -> bool:
    """Whether a filter speaks of the review, so that its order is meant."""
    return re.search(r"(^|\s)review[:=](?!none)", query) is not None


def _cluster(label_set: str) -> Builder:
    """Which faces without a name look alike, by the number of their cluster."""
    inside = "SELECT face_id FROM face_clusters WHERE label_set = ?"

    def build(field: str, op: str, values: Values) -> Condition:
        if values in (["none"], ["any"]):
            return Condition(f"b.face_id {'NOT IN' if values == ['none'] else 'IN'} ({inside})", (label_set,))
        inner = number("cluster")(field, op, values)
        return Condition(f"b.face_id IN ({inside} AND {inner.sql})", (label_set, *inner.parameters))

    return build


def _like(field: str, op: str, values: Values) -> Condition:
    """Who is like some faces, as a model sees them."""
    if not values or not all(each.isdecimal() for each in values):
        raise WrongUse(f"like takes the number of a face, such as like:12, not {','.join(values)!r}")
    near = f"{embeddings.APART.format('x.vector', 'y.vector')} <= {embeddings.LIKE_ENOUGH}"
    return Condition(
        f"b.face_id IN (SELECT x.face_id FROM face_embeddings x JOIN face_embeddings y ON {near} "
        f"WHERE y.face_id IN ({', '.join(values)}))"
    )


def _hint(field: str, op: str, values: Values) -> Condition:
    return named("SELECT image_id FROM hints WHERE true", (), "b.image_id", values)


def _state(field: str, op: str, values: Values) -> Condition:
    states = {
        "active": "b.state = 'active' AND i.state = 'active'",
        "set_aside": "b.state = 'set_aside'",
        "aside": "b.state = 'set_aside'",
        "all": "true",
    }
    value = ",".join(values)
    if value not in states:
        raise WrongUse(f"state is active, set_aside or all, not {value!r}")
    return Condition(states[value])


def _unsure(field: str, op: str, values: Values) -> Condition:
    value = ",".join(values)
    if value not in ("yes", "no"):
        raise WrongUse(f"unsure is yes or no, not {value!r}")
    return Condition("b.unsure" if value == "yes" else "NOT b.unsure")


def _within(field: str, op: str, values: Values) -> Condition:
    """Those that a view or table of the catalogue names: a query that was saved with CREATE VIEW."""
    names = [each for each in values if re.fullmatch(r"\w{1,100}", each)]
    if len(names) != len(values) or not names:
        raise WrongUse(f"in takes the name of a view or table with a face_id, not {','.join(values)!r}")
    return Condition("(" + " OR ".join(f'b.face_id IN (SELECT t.face_id FROM "{each}" t)' for each in names) + ")")


def _anywhere(label_set: str) -> Callable[[str], Condition]:
    label = _label(label_set)

    def build(text: str) -> Condition:
        called, seen = label("label", ":", [f"*{text}*"]), PICTURES.anywhere(text)
        return Condition(f"({called.sql} OR {seen.sql})", (*called.parameters, *seen.parameters))

    return build
