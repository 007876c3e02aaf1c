from __future__ import annotations

import pytest

from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace
from tests.pipeline.label_files_in import Bring, Give, bringing, giving


@pytest.fixture
def bring(workspace: Workspace, catalogue: Catalogue) -> Bring:
    return bringing(workspace, catalogue)


@pytest.fixture
def give(catalogue: Catalogue) -> Give:
    return giving(catalogue)
