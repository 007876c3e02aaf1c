"""Catalogues to ask: a small one (two labels, one picture, one face), and one in which everything has happened once."""

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


# Four pictures: 1 and 2 are near-duplicates in two parts of a split, 3 was set aside for 1, 4 is small, grey and alone.
_LIVED_IN = """
INSERT INTO labels (label, number) VALUES ('chino', 0), ('cocoa', 1), ('rize', 2);
INSERT INTO jobs (kind, name, "order", state) VALUES ('scrape', 'rabbits', '{}', 'done');
INSERT INTO images (sha256, path, stored, format, mode, width, height, bytes, state, reason) VALUES
    ('a', 'media/a.png', 'copy', 'png', 'RGB', 900, 600, 5000, 'active', NULL),
    ('b', 'media/b.jpg', 'copy', 'jpeg', 'RGB', 900, 600, 3000, 'active', NULL),
    ('c', 'media/c.jpg', 'copy', 'jpeg', 'RGB', 900, 600, 2000, 'set_aside', 'duplicate of picture 1'),
    ('d', 'media/d.png', 'copy', 'png', 'L', 90, 60, 1000, 'active', NULL);
INSERT INTO sightings (image_id, site, url, post_id, title, author, label_hint, posted_at) VALUES
    (1, 'reddit', 'https://i.example/a', 'p1', 'Chino', 'ann', 'chino', TIMESTAMP '2026-01-01'),
    (1, 'reddit', 'https://i.example/a2', 'p2', 'Chino again', 'bob', NULL, TIMESTAMP '2026-02-01'),
    (2, 'folder', '/pictures/MAL00001_0004_000001.jpg', 'mal:1', 'MAL00001_0004_000001', NULL, 'cocoa', NULL),
    (3, 'folder', '/pictures/c.jpg', NULL, 'c', NULL, 'rize', NULL),
    (4, 'folder', '/pictures/d.png', NULL, 'd', NULL, NULL, NULL);
INSERT INTO image_facts VALUES
    (1, 'exact', 50, 0.5, 300, 120), (2, 'exact', 50, 0.5, 300, 120), (4, 'exact', 1, 0, 5, 200);
INSERT INTO image_hashes
SELECT i, algorithm, 'exact', bits FROM (VALUES (1, 7), (2, 7), (4, 1024)) AS h(i, bits),
    (VALUES ('dhash'), ('phash'), ('ahash')) AS a(algorithm);
INSERT INTO image_tags (image_id, label, speaker, said_by) VALUES
    (1, 'hat', 'person', 'me'), (2, 'hat', 'model', 'run 1'), (3, 'tea', 'job', 'job 1');
INSERT INTO faces (image_id, x, y, w, h, score, detector, state, reason) VALUES
    (1, 10, 10, 200, 200, 0.9, 'animeface', 'active', NULL), (1, 300, 10, 40, 40, 0.8, 'animeface', 'active', NULL),
    (2, 10, 10, 200, 200, 0.9, 'animeface', 'active', NULL), (2, 300, 10, 50, 50, 0.5, 'animeface', 'active', NULL),
    (2, 500, 10, 50, 50, 0.1, 'animeface', 'set_aside', 'by hand');
INSERT INTO face_labels (face_id, label, speaker, said_by, confidence) VALUES
    (1, 'chino', 'person', 'me', NULL), (1, 'cocoa', 'model', 'run 1', 0.7),
    (2, 'rize', 'person', 'me', NULL), (2, 'rize', 'model', 'run 1', 0.9), (3, 'cocoa', 'person', 'me', NULL);
INSERT INTO detections VALUES
    (1, 'animeface', '{}', 2, NULL, now()::TIMESTAMP), (2, 'animeface', '{}', 3, NULL, now()::TIMESTAMP),
    (4, 'animeface', '{}', 0, NULL, now()::TIMESTAMP);
INSERT INTO pairs VALUES
    ('image', 1, 2, 'dhash', 0), ('image', 1, 3, 'dhash', 1), ('face', 1, 3, 'phash', 2), ('face', 2, 4, 'phash', 6);
INSERT INTO verdicts (kind, a_id, b_id, verdict, said_by) VALUES ('image', 1, 3, 'keep_a', 'person');
INSERT INTO duplicate_groups VALUES ('image', 1, 1, 1, true), ('image', 3, 1, 1, false);
INSERT INTO job_items (job_id, url, state, reason, image_id) VALUES
    (1, 'https://i.example/a', 'done', NULL, 1), (1, 'https://i.example/x', 'refused', 'gone: 404', NULL);
INSERT INTO journal (action, summary, said_by) VALUES ('duplicates.keep', 'kept picture 1', 'person');
INSERT INTO journal_changes VALUES (1, 1, 'images', '{"image_id":1}', NULL, NULL);
INSERT INTO frozen_splits (split, kind, label_set, made_from, report)
VALUES ('published', 'face', 'characters', '{"as_published": {}}', '{}');
INSERT INTO split_members VALUES
    (1, 'train', 1, 1, 1, ['chino']), (1, 'test', 2, 1, 1, ['rize']), (1, 'test', 3, 2, 2, ['chino']);
INSERT INTO runs (run_id, name, task, recipe, split, state, classes, settings)
VALUES (1, 'first', 'single', 'classic', 'published', 'done', 3, '{}');
INSERT INTO run_metrics VALUES (1, 1, 1, 'val_top1', 0.5, NULL), (1, 2, 2, 'val_top1', 0.6, NULL);
INSERT INTO reviews (run_id, label_set, looked_at, look_wrong, made_at)
VALUES (1, 'characters', 3, 1, now()::TIMESTAMP + INTERVAL 2 DAY);
INSERT INTO review_queue VALUES
    (1, 1, 'label', 1, NULL, 'chino', 'cocoa', 0.7, 0.9, '70 % cocoa, 4 % what it is called'),
    (1, 2, 'unlabelled', 4, NULL, NULL, 'rize', 0.4, 0.5, '40 % rize at most; few are like it');
INSERT INTO embedding_models (kind, model, run_id, dimensions) VALUES ('face', 'small of published', 1, 2);
INSERT INTO embeddings VALUES
    ('face', 1, 'small of published', [1, 0]), ('face', 3, 'small of published', [0.8, 0.6]);
INSERT INTO face_clusters VALUES ('characters', 1, 4);
INSERT INTO judged_pairs VALUES (1, 0, 'chino/1.jpg', 'cocoa/2.jpg', 1, 2, false, true, 0);
"""


def lived_in(folder: Path) -> Catalogue:
    """A catalogue in which everything has happened once: every query worth having finds something."""
    folder.mkdir()
    catalogue = open_catalogue(folder / "catalogue.duckdb")
    with catalogue.writing() as connection:
        connection.execute(_LIVED_IN)
    return catalogue


def rows(shelf: Catalogue, text: str, *, write: bool = False) -> list[tuple[str | None, ...]]:
    query = Query(shelf, text, write=write)
    query.run()
    assert query.spool is not None
    return query.spool.window(0, 1000)
