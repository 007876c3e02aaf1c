"""LAP's list files of what was collected."""

from __future__ import annotations

from pathlib import Path

from anitui.errors import AnituiError
from anitui.files import write_atomically
from anitui.pipeline.sources import lap_lists
from anitui.store import collecting
from anitui.store.catalogue import Catalogue


def write_lists(catalogue: Catalogue, folder: Path) -> dict[str, int]:
    """Write the four files into `folder`; how many lines each has."""
    links, pics = lap_lists.mal_lists(collecting.seen_at(catalogue, "myanimelist"))
    titles, genres = collecting.told_of(catalogue, "worldart")
    main, posters = lap_lists.world_art_lists(collecting.seen_at(catalogue, "worldart"), titles, genres)
    files = {
        "mal_links.txt": links,
        "mal_pics.txt": pics,
        "wa_anime_main.csv": main,
        "wa_anime_posters.txt": posters,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            write_atomically(folder / name, text.encode())
    except OSError as error:
        raise AnituiError(f"{folder} cannot be written to: {(error.strerror or str(error)).lower()}") from error
    return {name: text.count("\n") for name, text in files.items()}
