"""Which pictures are meant: by the files that they were taken in from, or by what label files call them."""

from __future__ import annotations

from collections.abc import Sequence

from anitui.store.catalogue import Catalogue, incoming

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


def images_called(catalogue: Catalogue, names: Sequence[str]) -> tuple[dict[str, int], set[str]]:
    """Which pictures of the catalogue these paths mean, by the longest ends that they have in common with where
    pictures were seen; and which of them mean several."""
    import pyarrow

    found: dict[str, int] = {}
    several: set[str] = set()
    waiting = sorted(set(names))
    depth = min(max((each.count("/") + 1 for each in waiting), default=0), DEEPEST)
    with catalogue.writing() as connection:
        if waiting:
            connection.execute(
                "CREATE OR REPLACE TEMP TABLE places AS SELECT DISTINCT image_id, "
                "(string_split(replace(spot, '\\', '/'), '/'))[-$depth:] AS parts FROM ("
                "SELECT image_id, url AS spot FROM sightings WHERE inherited_from IS NULL UNION ALL "
                "SELECT image_id, name FROM label_file_pictures WHERE image_id IS NOT NULL) "
                "SEMI JOIN images i USING (image_id)",
                {"depth": DEEPEST},
            )
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
                    found[name] = image_id
                else:
                    several.add(name)
            gone = {row[0] for row in rows}
            waiting = [each for each in waiting if each not in gone]
        if names:
            connection.execute("DROP TABLE IF EXISTS places")
    return found, several
