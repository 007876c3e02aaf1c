"""The search for near hashes in SQL: exact, by looking up bands (see `bands`).

Each function gives statements over relations that the caller has made. They are used for what is new, for up to
about a hundred thousand different hashes, and as what the compiled search is held against.
"""

from __future__ import annotations

from anitui.store.bands import Band, usual

# Of two, one must be of side 1 and the other of side 2; who is of both (3) goes with everybody.
SIDES_MEET = "((a.side & 1) * (b.side & 2) + (a.side & 2) * (b.side & 1) > 0)"
DISTANCE = "bit_count(xor(a.h, b.h))"


def near_hashes(low: int, high: int) -> list[str]:
    """Statements that together give each pair of different hashes `low`..`high` bits apart once: one, other, distance.

    They read the relation `hash (h UBIGINT)`, each hash once.
    """
    if high < 1:
        return []
    bands = usual(high)
    return [_within_band(bands, index, max(low, 1), high) for index in range(len(bands))]


def _within_band(bands: tuple[Band, ...], index: int, low: int, high: int) -> str:
    band = bands[index]
    where = f"{DISTANCE} BETWEEN {low} AND {high}{_not_before(bands, index)}"
    equal = (
        f"SELECT a.h AS one, b.h AS other, {DISTANCE}::INTEGER AS distance "
        f"FROM hash a JOIN hash b ON {_key('a.h', band)} = {_key('b.h', band)} AND a.h < b.h WHERE {where}"
    )
    if not band.radius:
        return equal
    # Of two hashes whose bands differ, only the one without the highest flipped bit looks for the other.
    return (
        f"{equal} UNION ALL "
        f"SELECT least(a.h, b.h), greatest(a.h, b.h), {DISTANCE}::INTEGER "
        f"FROM (SELECT h, xor({_key('h', band)}, flip) AS key FROM hash, ({_flips(band)}) WHERE h & top = 0) a "
        f"JOIN hash b ON a.key = {_key('b.h', band)} WHERE {where}"
    )


def equal(*, crossed: bool) -> str:
    """A statement that gives the pairs of equal hashes: a_id, b_id, 0.

    It reads `here (id, h, side, giant, first)`: a giant bucket (equal hashes of one side) is stood for by its first,
    with whom each other of it is a pair. `crossed`: the sides are two sets that are held against each other, so a
    giant bucket has no pairs within itself, and each of it is a pair with the first of the other side.
    """
    reached = "" if crossed else "AND (a.side = b.side OR NOT b.giant OR b.first)"
    return f"""
        SELECT a.id AS a_id, b.id AS b_id, 0::INTEGER AS distance FROM here a JOIN here b USING (h)
        WHERE a.id < b.id AND NOT a.giant AND NOT b.giant AND {SIDES_MEET}
        UNION ALL
        SELECT least(a.id, b.id), greatest(a.id, b.id), 0 FROM here a JOIN here b USING (h)
        WHERE a.first AND a.id <> b.id AND (a.giant OR b.giant) AND NOT (b.first AND b.id < a.id)
          AND {SIDES_MEET} {reached}
    """


def owners(near: str) -> str:
    """A statement that gives the pairs of those who have the hashes that `near` finds: a_id, b_id, distance."""
    return f"""
        SELECT least(a.id, b.id) AS a_id, greatest(a.id, b.id) AS b_id, n.distance
        FROM ({near}) n
        JOIN (FROM here WHERE first OR NOT giant) a ON a.h = n.one
        JOIN (FROM here WHERE first OR NOT giant) b ON b.h = n.other
        WHERE {SIDES_MEET}
    """


def near_new(low: int, high: int) -> str:
    """A statement that gives, for each hash of `new_hash (h)`, who of `everyone (id, h, …)` is near: h, b.*, distance.

    Equal hashes are found as well when `low` is 0.
    """
    bands = usual(high)
    found = []
    for index, band in enumerate(bands):
        looks = f"SELECT h, {_key('h', band)} AS key FROM new_hash"
        if band.radius:
            looks += f" UNION ALL SELECT h, xor({_key('h', band)}, flip) FROM new_hash, ({_flips(band)})"
        found.append(
            f"SELECT a.h AS near_to, b.*, {DISTANCE}::INTEGER AS distance FROM everyone b JOIN ({looks}) a "
            f"ON a.key = {_key('b.h', band)} WHERE {DISTANCE} BETWEEN {low} AND {high}{_not_before(bands, index)}"
        )
    return " UNION ALL ".join(found)


def looks(high: int) -> int:
    """How often `near_new` looks something up for each new hash."""
    return sum(1 + len(band.flips()) for band in usual(high))


def _key(hash_: str, band: Band) -> str:
    return f"({hash_} & {band.mask}::UBIGINT)"


def _flips(band: Band) -> str:
    flips = band.flips()
    tops = [1 << (flip.bit_length() - 1) for flip in flips]
    return f"SELECT unnest({flips}::UBIGINT[]) AS flip, unnest({tops}::UBIGINT[]) AS top"


def _not_before(bands: tuple[Band, ...], index: int) -> str:
    """What an earlier band has found is not found again."""
    return "".join(f" AND bit_count(xor(a.h, b.h) & {band.mask}::UBIGINT) > {band.radius}" for band in bands[:index])
