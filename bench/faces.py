"""Key → next face in Faces: the real program in a terminal, many faces with names of all kinds, real pictures.

    python bench/faces.py [--faces N] [--catalogue N] [--pictures N] [--from DIR] [--presses N] [--size CxR]

Two faces in three have a name from a job, one in five one from a model, one in fifty one from a person; there are 500
labels. Three programs run side by side as in browse.py: anitui in a plain terminal, anitui inside tmux, and the
baseline, anitui with its prepared lines switched off. At the end the names that were given are counted in the
catalogue.
"""

from __future__ import annotations

from contextlib import closing

from players import on_stage, options, play, tell
from terminal import Terminal
from timing import table

from anitui.store.catalogue import Catalogue, open_catalogue

LABELS = 500
ACTS = (
    (("name", "1"), ("another name", "2"), ("as suggested", " ")),
    (("right", "\x1b[C"), ("page down", "\x1b[6~")),
    (("name", "3"), ("undo", "u")),
    (("most alike", "y"), ("back", "\x1b")),
)

_FACES = """
INSERT INTO faces (face_id, image_id, x, y, w, h, score, detector, settings)
SELECT n, 1 + n % $pictures, hash(n) % 200, hash(n, 1) % 200, 60 + hash(n, 2) % 150, 60 + hash(n, 2) % 150,
       (hash(n, 3) % 1000) / 1000, 'animeface', '{}'
FROM range(1, $faces + 1) AS numbers(n)
"""
_HASHES = """
INSERT INTO face_hashes SELECT n, algorithm, 'fast', hash(n, algorithm)
FROM (VALUES ('dhash'), ('phash'), ('ahash')) AS algorithms(algorithm), range(1, $faces + 1) AS numbers(n)
"""
_NAME = "'label ' || floor($labels * pow((hash(n, 9) % 10000) / 10000, 3))::INTEGER"
_NAMES = f"""
INSERT INTO face_labels (face_id, label, speaker, said_by, confidence)
SELECT n, {_NAME}, 'job', 'job 1', NULL FROM range(1, $faces + 1) AS numbers(n) WHERE n % 3 > 0
UNION ALL
SELECT n, {_NAME.replace("9)", "10)")}, 'model', 'run 1', (hash(n, 11) % 1000) / 1000
FROM range(1, $faces + 1) AS numbers(n) WHERE n % 5 = 0
UNION ALL
SELECT n, {_NAME}, 'person', 'person', NULL FROM range(1, $faces + 1) AS numbers(n) WHERE n % 50 = 0
"""
_LABELS = "INSERT INTO labels (label, number) SELECT 'label ' || n, n FROM range($labels) AS numbers(n)"


def crowd(catalogue: Catalogue, faces: int) -> None:
    """Put so many faces into a catalogue of pictures."""
    known = {"pictures": catalogue.value("SELECT count(*) FROM images"), "faces": faces, "labels": LABELS}
    with catalogue.writing() as connection:
        for statement in (_FACES, _HASHES, _NAMES, _LABELS):
            used = {name: value for name, value in known.items() if f"${name}" in statement}
            connection.execute(statement, used).fetchall()
        # The numbers that were given away here must not be given away again.
        connection.execute("SELECT max(nextval('face_ids')) FROM range(?)", [faces]).fetchall()


def to_faces(terminal: Terminal) -> None:
    """From Home to the first face."""
    terminal.type("g")
    terminal.settle()
    terminal.type("f")
    terminal.until("characters")


def main() -> None:
    parser = options("key → last byte and bytes in Faces, plain and in tmux")
    parser.set_defaults(catalogue=150_000)
    parser.add_argument("--faces", type=int, default=200_000, metavar="N", help="faces in the catalogue (200,000)")
    chosen = parser.parse_args()
    with on_stage(chosen, "anitui.screens.faces", to_faces, lambda it: crowd(it, chosen.faces)) as (players, places):
        play(players, ACTS, chosen.presses, chosen.quiet, chosen.pause)
        print(f"{chosen.faces:,} faces; ", end="")
        tell(players, ACTS, chosen.catalogue, chosen.size.replace("x", "×"))
        rows = []
        for player in players:
            player.terminal.leave("q")
            given = sum(len(player.answers[name]) for name in ("name", "another name"))
            with closing(open_catalogue(places[player.name] / "catalogue.duckdb")) as catalogue:
                said = catalogue.value("SELECT count(*) FROM journal WHERE action = 'faces.name'")
            rows.append((player.name, f"{given:,}", f"{said:,}"))
        print()
        table(("program", "names given", "decisions in the catalogue"), rows)


if __name__ == "__main__":
    main()
