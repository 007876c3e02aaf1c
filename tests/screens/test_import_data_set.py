"""A published data set that is imported in the app."""

from __future__ import annotations

from pathlib import Path

import pytest
from sitting import sitting

from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace
from tests.fakes.pictures import picture


async def test_a_tree_of_class_folders_brings_its_labels_and_its_parts(
    workspace: Workspace, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed, name in enumerate(("train/miku/a.png", "train/rin/b.png", "test/miku/c.png", "test/miku/d.png")):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(picture(min(seed, 2)))  # the last two are one
    workspace.settings_file.write_text("[import]\nworkers = 1\n")
    monkeypatch.chdir(tmp_path)
    async with sitting(workspace, catalogue) as at:
        await at.press("i")
        await at.type("set")
        await at.tap("enter")
        await at.until(lambda: "import done" in at.said)
        assert "3 new pictures of 4" in at.said and "its parts are the split set" in at.said
        await at.quiet()
        assert catalogue.rows("SELECT part, count(*) FROM splits GROUP BY ALL ORDER BY 1") == [
            ("test", 1),
            ("train", 2),
        ]
