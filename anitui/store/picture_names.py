"""Which pictures are meant: by the files that they were taken in from, or by what label files call them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from anitui.store.catalogue import Catalogue, incoming

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DEEPEST = 12  # so many folders of a path are looked at for matching names


def images_of(catalogue: Catalogue, paths: Sequence[str]) -> list[int | None]:
    """The pictures that these files were taken in as."""
    import pyarrow

    asked = pyarrow.table(
        {"place": pyarrow.array(range(len(paths)), pyarrow.int64()), "url": pyarrow.array(paths, pyarrow.string())}
    )
    with catalogue.writing() as connection, incoming(connection, asked):
        rows = connection.execute(
            "SELECT n.place, arg_max(j.image_id, (j.changed_at, j.item_id)) FROM incoming n "
            "JOIN job_items j ON j.url = n.url AND j.state IN ('done', 'already') AND j.image_id IS NOT NULL GROUP BY 1"
        ).fetchall()
    found: list[int | None] = [None] * len(paths)
    for place, image_id in rows:
        found[place] = image_id
    return found


def _lay_out_places(connection: DuckDBPyConnection) -> None:
    """Where every picture was seen or lies, as the folders of a path; an address also without what follows a `?`."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE places AS SELECT DISTINCT image_id, "
        "(string_split(replace(spot, '\\', '/'), '/'))[-$depth:] AS parts FROM ("
        "SELECT image_id, unnest([url, CASE WHEN url SIMILAR TO 'https?://.*' THEN regexp_replace(url, '[?#].*', '') "
        "END]) AS spot FROM sightings WHERE inherited_from IS NULL UNION ALL "
        "SELECT image_id, path FROM images UNION ALL "
        "SELECT image_id, name FROM label_file_pictures WHERE image_id IS NOT NULL) "
        "SEMI JOIN images i USING (image_id) WHERE spot IS NOT NULL",
        {"depth": DEEPEST},
    )


def images_called(catalogue: Catalogue, names: Sequence[str]) -> tuple[dict[str, tuple[int, int]], set[str]]:
    """Which pictures of the catalogue these paths mean, by the longest ends that they have in common with where
    pictures were seen, and how many folders and names that end has; and which of them mean several."""
    import pyarrow

    found: dict[str, tuple[int, int]] = {}
    several: set[str] = set()
    waiting = sorted(set(names))
    depth = min(max((each.count("/") + 1 for each in waiting), default=0), DEEPEST)
    if not waiting:
        return found, several
    with catalogue.writing() as connection:
        _lay_out_places(connection)
        for deep in range(depth, 0, -1):
            ends = [each for each in waiting if each.count("/") + 1 >= deep]
            if not ends:
                continue
            table = pyarrow.table({"name": ends, "ending": ["/".join(each.split("/")[-deep:]) for each in ends]})
            with incoming(connection, table):
                rows = connection.execute(
                    "SELECT n.name, e.image_id, e.images FROM incoming n JOIN ("
                    "SELECT array_to_string(parts[-$deep:], '/') AS ending, min(image_id) AS image_id, "
                    "count(DISTINCT image_id) AS images FROM places WHERE len(parts) >= $deep GROUP BY ending"
                    ") e USING (ending)",
                    {"deep": deep},
                ).fetchall()
            for name, image_id, images in rows:
                if images == 1:
                    found[name] = (image_id, deep)
                else:
                    several.add(name)
            gone = {row[0] for row in rows}
            waiting = [each for each in waiting if each not in gone]
        connection.execute("DROP TABLE IF EXISTS places")
    return found, several


def told_apart(catalogue: Catalogue, spots: Sequence[str], *, by_stem: bool = False) -> list[int | None]:
    """How many folders and names of the end of each path it takes until no other picture was seen under the same.

    None where all of it does not do, or where nothing was seen there. `by_stem`: whatever their endings are.
    """
    import pyarrow

    found: list[int | None] = [None] * len(spots)
    if not spots:
        return found
    ending = "array_to_string(parts[-$deep:], '/')"
    ending = f"regexp_replace({ending}, '[.][^./]*$', '')" if by_stem else ending
    waiting = pyarrow.table(
        {"place": pyarrow.array(range(len(spots)), pyarrow.int64()), "spot": pyarrow.array(spots, pyarrow.string())}
    )
    with catalogue.writing() as connection, incoming(connection, waiting):
        _lay_out_places(connection)
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE waiting AS "
            "SELECT place, (string_split(spot, '/'))[-$depth:] AS parts FROM incoming",
            {"depth": DEEPEST},
        )
        for deep in range(1, DEEPEST + 1):
            rows = connection.execute(
                f"WITH ends AS (SELECT place, {ending} AS ending FROM waiting WHERE len(parts) >= $deep) "
                f"SELECT place FROM ends JOIN (SELECT {ending} AS ending, count(DISTINCT image_id) AS images "
                "FROM places WHERE len(parts) >= $deep GROUP BY 1) e USING (ending) WHERE images = 1",
                {"deep": deep},
            ).fetchall()
            for (place,) in rows:
                found[place] = deep
            with incoming(connection, pyarrow.table({"place": [row[0] for row in rows]}), "gone"):
                if rows:
                    connection.execute("DELETE FROM waiting USING gone WHERE waiting.place = gone.place")
            if len(rows) == len(spots) or not connection.execute("SELECT 1 FROM waiting LIMIT 1").fetchall():
                break
        connection.execute("DROP TABLE waiting")
        connection.execute("DROP TABLE places")
    return found
