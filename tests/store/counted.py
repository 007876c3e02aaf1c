"""A catalogue of which every number is known: what is set aside stands beside what counts, so that it is noticed."""

from __future__ import annotations

from anitui.store.catalogue import Catalogue

HOSTILE = "<script>alert(\"1\")</script> & 'x'"

_ROWS = (
    # Six active pictures, and a seventh that is set aside. Longer sides 100, 64, 96, 1000, 1000, 7.
    "INSERT INTO images (sha256, path, stored, format, mode, width, height, frames, bytes, state, reason) VALUES "
    "('a', 'a.png', 'copy', 'png', 'RGB', 100, 50, 1, 999, 'active', NULL),"
    "('b', 'b.png', 'copy', 'png', 'RGB', 64, 64, 1, 1000, 'active', NULL),"
    "('c', 'c.gif', 'copy', 'gif', 'P', 96, 10, 9, 2000, 'active', NULL),"
    "('d', 'd.png', 'copy', 'png', 'RGB', 1000, 999, 1, 4999, 'active', NULL),"
    "('e', 'e.png', 'copy', 'png', 'RGB', 10, 1000, 1, 5000, 'active', NULL),"
    "('f', 'f.png', 'copy', 'png', 'RGB', 7, 7, 1, 123456, 'active', NULL),"
    "('g', 'g.png', 'copy', 'png', 'RGB', 5000, 5000, 1, 1, 'set_aside', 'blurry')",
    "INSERT INTO image_facts SELECT n, 'exact', c, 0.5, s, b FROM (VALUES "
    "(1, 0, 0.5, 0), (2, 4.9, 1, 15.9), (3, 5, 3.9, 16), (4, 21, 4, 255), (5, NULL, NULL, NULL), "
    "(6, 'nan'::DOUBLE, 'inf'::DOUBLE, 20), (7, 80, 80, 80)) t(n, c, s, b)",
    # Faces 1 to 6 on picture 1, 7 on 2, 8 on 3; 9 is set aside, 10 lies on the picture that is.
    "INSERT INTO faces (image_id, x, y, w, h, detector, kind, state, reason) VALUES "
    "(1, 0, 0, 10, 20, 'animeface', 'face', 'active', NULL), (1, 1, 0, 10, 20, 'animeface', 'face', 'active', NULL),"
    "(1, 2, 0, 10, 20, 'animeface', 'face', 'active', NULL), (1, 3, 0, 10, 24, 'animeface', 'face', 'active', NULL),"
    "(1, 4, 0, 31.9, 3, 'animeface', 'face', 'active', NULL), (1, 5, 0, 10, 20, 'person', 'head', 'active', NULL),"
    "(2, 0, 0, 10, 20, 'animeface', 'face', 'active', NULL), (3, 0, 0, 32, 20, 'animeface', 'face', 'active', NULL),"
    "(3, 0, 0, 10, 20, 'animeface', 'face', 'set_aside', 'no face'),"
    "(7, 0, 0, 10, 20, 'animeface', 'face', 'active', NULL)",
    "INSERT INTO labels (label, label_set) VALUES ('rei', 'characters'), ('asuka', 'characters'), "
    "('nobody', 'characters'), ('sad', 'moods'), ('indoors', 'genres')",
    # A person overrules a model, and a model a job; of the moods there is another answer for the same face.
    "INSERT INTO face_labels (face_id, label, speaker, said_by, label_set) VALUES "
    "(1, 'rei', 'person', 'me', 'characters'), (1, 'asuka', 'model', 'run 1', 'characters'),"
    "(2, 'rei', 'model', 'run 1', 'characters'), (2, 'asuka', 'job', 'job 1', 'characters'),"
    "(3, 'rei', 'job', 'job 1', 'characters'), (4, 'asuka', 'person', 'me', 'characters'),"
    "(7, 'asuka', 'person', 'me', 'characters'), (8, $hostile, 'job', 'job 1', 'characters'),"
    "(9, 'rei', 'person', 'me', 'characters'), (10, 'rei', 'person', 'me', 'characters'),"
    "(1, 'sad', 'person', 'me', 'moods')",
    "INSERT INTO image_tags (image_id, label, holds, speaker, said_by) VALUES "
    "(1, 'indoors', true, 'person', 'me'), (2, 'indoors', true, 'model', 'run 1'), "
    "(3, 'indoors', false, 'person', 'me'), (1, $hostile, true, 'person', 'me'), "
    "(7, 'indoors', true, 'person', 'me'), (7, 'rei', true, 'person', 'me')",
    # Picture 1 was seen on two days and on two sites, picture 7 counts nowhere.
    "INSERT INTO sightings (image_id, site, url, label_hint, seen_at, posted_at) VALUES "
    "(1, 'folder', '/a', 'rei', '2026-01-02 10:00', NULL), "
    "(1, 'reddit', 'r/a', 'Rei', '2026-01-03 10:00', '2025-12-31'),"
    "(2, 'reddit', 'r/b', 'rei', '2026-01-03 11:00', '2025-12-01'), "
    "(3, 'reddit', 'r/c', 'asuka', '2026-01-05', '2026-02-01'),"
    "(4, 'folder', '/d', NULL, '2026-01-02', NULL), (5, 'folder', '/e', NULL, '2026-01-02', NULL),"
    "(6, 'folder', '/f', NULL, '2026-01-02', NULL), (7, 'folder', '/g', 'rei', '2026-01-01', '2020-01-01')",
    "INSERT INTO pairs VALUES ('image', 1, 2, 'dhash', 0), ('image', 1, 3, 'dhash', 3), ('image', 2, 3, 'dhash', 3),"
    "('image', 1, 7, 'dhash', 3), ('face', 1, 2, 'phash', 2), ('face', 1, 9, 'phash', 2), ('face', 1, 10, 'phash', 2)",
    "INSERT INTO verdicts (kind, a_id, b_id, verdict, said_by) VALUES ('image', 1, 3, 'different', 'me')",
    "INSERT INTO job_items (job_id, url, state, reason) VALUES (1, 'x', 'refused', 'too big: 3'), "
    "(1, 'y', 'failed', 'too big: 4'), (1, 'z', 'failed', NULL), (1, 'w', 'waiting', NULL)",
)  # fmt: skip


def fill(catalogue: Catalogue) -> Catalogue:
    with catalogue.writing() as connection:
        for statement in _ROWS:
            connection.execute(statement, {"hostile": HOSTILE} if "$hostile" in statement else {})
    return catalogue


def many(catalogue: Catalogue, classes: int) -> Catalogue:
    """As many classes, of 1, 2, 3, … faces, all on one picture."""
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO images (sha256, path, stored, format, mode, width, height, bytes) "
            "VALUES ('m', 'm.png', 'copy', 'png', 'RGB', 100, 100, 10)"
        )
        connection.execute(
            "INSERT INTO faces (face_id, image_id, x, y, w, h, detector) "
            "SELECT row_number() OVER (), 1, 0, 0, 9, 9, 'x' FROM range(1, ? + 1) c(n), range(n)",
            [classes],
        )
        connection.execute(
            "INSERT INTO face_labels (face_id, label, speaker, said_by) SELECT row_number() OVER (), 'class ' || n, "
            "'person', 'me' FROM range(1, ? + 1) c(n), range(n)",
            [classes],
        )
    return catalogue
