"""A small catalogue to ask: two labels, one picture, one face."""

from __future__ import annotations

from pathlib import Path

from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.store.console import Query


def furnished(folder: Path) -> Catalogue:
    folder.mkdir()
    (folder / "table.csv").write_text("label,n\nRei,1\n")
    catalogue = open_catalogue(folder / "catalogue.duckdb")
    with catalogue.writing() as connection:
        connection.execute("INSERT INTO labels(label, key) VALUES ('Rei', 'r'), ('Asuka', NULL)")
        connection.execute(
            "INSERT INTO images(sha256, path, stored, format, mode, width, height, bytes) "
            "VALUES ('a', 'media/a.png', 'copy', 'png', 'RGB', 1, 1, 1)"
        )
        connection.execute("INSERT INTO faces(image_id, x, y, w, h, detector) VALUES (1, 0, 0, 1, 1, 'none')")
    return catalogue


def rows(shelf: Catalogue, text: str, *, write: bool = False) -> list[tuple[str | None, ...]]:
    query = Query(shelf, text, write=write)
    query.run()
    assert query.spool is not None
    return query.spool.window(0, 1000)
