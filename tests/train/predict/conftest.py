from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from anitui import workspace as workspaces
from anitui.train.run import Run
from anitui.workspace import Workspace
from tests.train.predict.a_model import teach


@pytest.fixture(scope="session")
def taught_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace without pictures, whose run 1 names colours, and whose run 2 tells which hold of a picture."""
    made = workspaces.create(tmp_path_factory.mktemp("taught") / "workspace")
    teach(made.root)
    teach(made.root, "multi", number=2)
    return made.root


@pytest.fixture
def taught(taught_once: Path, tmp_path: Path) -> Workspace:
    """A copy of it of one's own."""
    return Workspace(shutil.copytree(taught_once, tmp_path / "taught"))


@pytest.fixture
def colours(taught: Workspace) -> Run:
    """The run that names colours."""
    return Run(taught.runs / "1")
