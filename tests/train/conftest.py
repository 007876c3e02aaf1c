from __future__ import annotations

from pathlib import Path

import pytest

from tests.train import a_class
from tests.train.a_class import School


@pytest.fixture(scope="session")
def a_school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_class.build(tmp_path_factory.mktemp("school"))


@pytest.fixture
def school(a_school: Path, tmp_path: Path) -> School:
    return a_class.copied(a_school, tmp_path)
