from __future__ import annotations

from pathlib import Path

import pytest

from anitui.train.run import Run
from tests.train.a_class import train_here
from tests.train.detection import a_gallery
from tests.train.detection.a_gallery import Gallery


@pytest.fixture(scope="session")
def a_gallery_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_gallery.build(tmp_path_factory.mktemp("gallery"))


@pytest.fixture
def gallery(a_gallery_made: Path, tmp_path: Path) -> Gallery:
    return a_gallery.copied(a_gallery_made, tmp_path)


@pytest.fixture(scope="session")
def a_trained_run(a_gallery_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A detector that knows the faces of the demo, in a workspace that tests only read."""
    run = a_gallery.copied(a_gallery_made, tmp_path_factory.mktemp("trained")).run(epochs=14, precision="fp32")
    assert train_here(run) == "done"
    return run
