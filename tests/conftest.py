from __future__ import annotations

import gc
import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from anitui import workspace as workspaces
from anitui.pipeline.engine import Engine, InProcess
from anitui.pipeline.ingest import ImportOrder, ImportReport, import_pictures
from anitui.progress import run
from anitui.settings import ImportSettings
from anitui.store.catalogue import Catalogue, open_catalogue
from anitui.workspace import Workspace

# As it comes, the collector spends a fifth of the suite's time on looking through all that was ever imported.
gc.set_threshold(100_000, 50, 100)

MakePicture = Callable[..., Path]
TakeIn = Callable[..., ImportReport]


@pytest.fixture(autouse=True)
def signals_as_they_were() -> Iterator[None]:
    """Commands that are run in this process change how signals end it."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No test sees the settings of the person who runs it. Returns where a test may write the user's own."""
    for name in [name for name in os.environ if name.startswith("ANITUI_")]:
        monkeypatch.delenv(name)
    file = tmp_path / "user-settings.toml"
    monkeypatch.setenv("ANITUI_SETTINGS", str(file))
    return file


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspaces.create(tmp_path / "workspace")


@pytest.fixture(scope="session")
def empty_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new catalogue, made once: to copy it is quicker than to make another."""
    made = tmp_path_factory.mktemp("empty") / "catalogue.duckdb"
    open_catalogue(made).close()
    return made


@pytest.fixture
def catalogue(workspace: Workspace, empty_catalogue: Path) -> Iterator[Catalogue]:
    shutil.copy(empty_catalogue, workspace.catalogue)
    opened = open_catalogue(workspace.catalogue)
    yield opened
    opened.close()


@pytest.fixture
def make_picture() -> MakePicture:
    """`make_picture(path, seed, format)`: a small real picture; another seed is another content."""

    def make(path: Path, seed: int = 0, format: str = "PNG", **options: Any) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = random.Random(seed).randbytes(24 * 18 * 3)
        Image.frombytes("RGB", (24, 18), pixels).save(path, format, **options)
        return path

    return make


@pytest.fixture
def take_in(workspace: Workspace, catalogue: Catalogue) -> TakeIn:
    """`take_in(path, …, label=…, mode=…)`: a whole import, in this process."""

    def take(
        *paths: Path | str,
        label: str | None = None,
        labels_from_folders: bool = False,
        engine: Engine | None = None,
        **settings: Any,
    ) -> ImportReport:
        order = ImportOrder([str(path) for path in paths], label, labels_from_folders)
        work = import_pictures(workspace, catalogue, order, ImportSettings(**settings), engine or InProcess())
        return run(work, lambda _: None)

    return take


@pytest.fixture
def as_nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Without the powers of root, which no permission stops."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
