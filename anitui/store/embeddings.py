"""What models see in faces and pictures: a vector of length 1 each, and who is near whom by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from anitui.errors import WrongUse
from anitui.store.catalogue import NOW, Catalogue, incoming

if TYPE_CHECKING:
    import numpy
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    Vectors: TypeAlias = NDArray[numpy.float32]

_AT_ONCE = 100_000  # rows on their way in

# Distances are kept as whole numbers, in thousandths and rounded up: up to 0.2 is up to 200, and nothing beyond.
LESS_THAN = 1e-3  # what is lost in the last digits, in thousandths
THOUSANDTHS = f"ceil(1000 * greatest(0, {{}}) - {LESS_THAN})::INTEGER"
# The cosine distance of vectors of length 1.
APART = "1 - list_dot_product({}, {})"
LIKE_ENOUGH = 0.32  # up to here LAP's author looked by hand


@dataclass(frozen=True, slots=True)
class Model:
    """A model whose vectors are used."""

    model: str
    run_id: int | None
    dimensions: int


def take_in(
    catalogue: Catalogue,
    kind: str,
    model: str,
    ids: NDArray[numpy.int64],
    vectors: Vectors,
    run_id: int | None = None,
    more: Sequence[tuple[NDArray[numpy.int64], Vectors]] = (),
) -> int:
    """Keep what a model sees in faces (or pictures), in place of all that one of the same name saw; how many.

    From now on these vectors are used. Those of who is not there any more are left out. `more` comes with them.
    """
    dimensions = int(vectors.shape[1])
    kept = 0
    with catalogue.writing() as connection:
        connection.execute("DELETE FROM embeddings WHERE kind = ? AND model = ?", [kind, model])
        for each_ids, each_vectors in ((ids, vectors), *more):
            for start in range(0, len(each_ids), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                kept += _insert(connection, kind, model, each_ids[part], each_vectors[part])
        connection.execute(
            "INSERT INTO embedding_models (kind, model, run_id, dimensions) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
            f"SET run_id = excluded.run_id, dimensions = excluded.dimensions, taken_at = {NOW}",
            [kind, model, run_id, dimensions],
        )
    return kept


def _insert(connection: DuckDBPyConnection, kind: str, model: str, ids: NDArray[numpy.int64], vectors: Vectors) -> int:
    import numpy
    import pyarrow

    flat = numpy.ascontiguousarray(vectors, dtype=numpy.float32).reshape(-1)
    rows = pyarrow.table(
        {
            "id": pyarrow.array(numpy.asarray(ids), pyarrow.int64()),
            "vector": pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(flat), int(vectors.shape[1])),
        }
    )
    with incoming(connection, rows):
        added = connection.execute(
            f"INSERT INTO embeddings (kind, id, model, vector) SELECT $kind, id, $model, vector FROM incoming "
            f"SEMI JOIN {kind}s t ON t.{kind}_id = incoming.id",
            {"kind": kind, "model": model},
        ).fetchall()
    return int(added[0][0])


def in_use(catalogue: Catalogue, kind: str) -> Model | None:
    """The model whose vectors of faces (or pictures) are used; None where there are none."""
    rows = catalogue.rows(f"SELECT model, run_id, len(vector) FROM {kind}_embeddings LIMIT 1")
    return Model(*rows[0]) if rows else None


def check_any(catalogue: Catalogue, kind: str) -> None:
    """Raise WrongUse, with the remedy, where no model has seen any."""
    if in_use(catalogue, kind) is not None:
        return
    if kind == "image":
        raise WrongUse(
            "no model has seen whole pictures yet: `anitui detect --detector whole` makes a face of each, and "
            "`anitui review RUN` takes in what a run sees in them"
        )
    raise WrongUse("no model has seen the faces yet: `anitui review RUN` takes in what a run sees in them")


def seen(catalogue: Catalogue, face_id: int) -> Model | None:
    """The model that has seen this face, if the one that is used has."""
    rows = catalogue.rows("SELECT model, run_id, len(vector) FROM face_embeddings WHERE face_id = ?", [face_id])
    return Model(*rows[0]) if rows else None


def fingerprints(kind: str) -> str:
    """SQL that gives (id, mode, bits) as hashes do: the model, and a number that changes with what it sees."""
    return f"(SELECT {kind}_id AS id, model AS mode, hash(vector) AS bits FROM {kind}_embeddings)"


def seen_by(kind: str) -> str:
    """SQL that gives (id, vector) by the model that is used."""
    return f"SELECT {kind}_id AS id, vector FROM {kind}_embeddings"


def apart(pairs: str, kind: str) -> str:
    """SQL that gives (a_id, b_id, distance), in thousandths, of those of these pairs that a model has seen."""
    distance = THOUSANDTHS.format(APART.format("x.vector", "y.vector"))
    return (
        f"SELECT c.a_id, c.b_id, {distance} AS distance FROM {pairs} c "
        f"JOIN ({seen_by(kind)}) x ON x.id = c.a_id JOIN ({seen_by(kind)}) y ON y.id = c.b_id"
    )


def distances(catalogue: Catalogue, kind: str, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """How far some pairs are apart, in thousandths; those that no model has seen both of are left out."""
    if not pairs:
        return {}
    among = ", ".join(str(int(each)) for each in {id for pair in pairs for id in pair})
    rows = catalogue.rows(
        f"WITH given AS (SELECT unnest($a::BIGINT[]) AS a_id, unnest($b::BIGINT[]) AS b_id), "
        f"seen AS MATERIALIZED (SELECT {kind}_id AS id, vector FROM {kind}_embeddings WHERE {kind}_id IN ({among})) "
        f"SELECT c.a_id, c.b_id, {THOUSANDTHS.format(APART.format('x.vector', 'y.vector'))} "
        "FROM given c JOIN seen x ON x.id = c.a_id JOIN seen y ON y.id = c.b_id",
        {"a": [a for a, _ in pairs], "b": [b for _, b in pairs]},
    )
    return {(a, b): distance for a, b, distance in rows}


def vectors_of(connection: DuckDBPyConnection, sql: str, parameters: dict[str, object]) -> Vectors:
    """The vectors that a query gives in its one column, in its order."""
    import numpy

    found = connection.sql(sql, params=parameters or None).to_arrow_table()["vector"]
    if not len(found):
        return numpy.zeros((0, 1), numpy.float32)
    chunks = [each.flatten().to_numpy(zero_copy_only=False) for each in found.chunks]
    flat = numpy.concatenate(chunks) if len(chunks) > 1 else chunks[0]
    made: Vectors = flat.reshape(len(found), -1)
    return made
