from __future__ import annotations

import hashlib
from pathlib import Path

from anitui.pipeline.ingest import ImportReport
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.new, report.already, report.unchanged, report.refused, report.failed


def stored_files(workspace: Workspace) -> list[Path]:
    return sorted(path for path in workspace.media.rglob("*") if path.is_file())


def whole(workspace: Workspace, catalogue: Catalogue) -> bool:
    """Every picture's bytes are where its row says, and are what its digest says; and nothing else lies there."""
    rows = catalogue.rows("SELECT path, sha256, stored FROM images WHERE purged_at IS NULL")
    for path, sha256, _ in rows:
        assert hashlib.sha256(workspace.file(path).read_bytes()).hexdigest() == sha256
    assert stored_files(workspace) == sorted(workspace.file(row[0]) for row in rows if row[2] != "reference")
    for table, each in (("image_facts", 1), ("image_hashes", 3)):
        assert catalogue.value(f"SELECT count(*) FROM {table}") == each * catalogue.value("SELECT count(*) FROM images")
    assert catalogue.value("SELECT count(*) FROM sightings ANTI JOIN images USING (image_id)") == 0
    return True
