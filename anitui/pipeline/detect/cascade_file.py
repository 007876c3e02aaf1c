"""nagadomi's cascade: fetched once, into the user's own folder, and taken only if it is what we know it to be."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from anitui.errors import AnituiError
from anitui.files import write_atomically
from anitui.pipeline.detect.detector import CannotDetect
from anitui.pipeline.fetch import Client, FetchLimits
from anitui.pipeline.fetched import NotFetched
from anitui.pipeline.politeness import Hosts
from anitui.pipeline.sites import Sites

NAME = "lbpcascade_animeface.xml"
ADDRESS = f"https://raw.githubusercontent.com/nagadomi/lbpcascade_animeface/master/{NAME}"
SHA256 = "9376d30ac38db6bda2a68b88b3b76bbd7e6aa33af47f7f5c76bc88ca75f1ce30"
_LIMITS = FetchLimits(attempts=2, connect_seconds=5.0, read_seconds=10.0, total_seconds=30.0)


def place(environ: Mapping[str, str] = os.environ) -> Path:
    """Where it lies, once it was fetched. ANITUI_DETECTORS names another folder."""
    import platformdirs

    folder = environ.get("ANITUI_DETECTORS")
    return (Path(folder) if folder else Path(platformdirs.user_data_dir("anitui")) / "detectors") / NAME


def there() -> bool:
    """Whether it lies there, whole."""
    try:
        return hashlib.sha256(place().read_bytes()).hexdigest() == SHA256
    except OSError:
        return False


def fetch(environ: Mapping[str, str] = os.environ) -> Path:
    """The file, fetched if need be. Raises CannotDetect in words that help, also offline.

    ANITUI_CASCADE_URL moves it, for trials and for who keeps copies.
    """
    file = place(environ)
    if there():
        return file
    address = environ.get("ANITUI_CASCADE_URL", ADDRESS)
    client = Client(_LIMITS, Hosts(), sites=Sites.from_environment(environ))
    try:
        content = client.page(address).body
    except NotFetched as error:
        raise CannotDetect(
            f"nagadomi's cascade could not be fetched ({error.reason}): put {NAME} into {file.parent} yourself, name a "
            "cascade with [detect] cascade in the settings, or take --detector animeface, which needs no network"
        ) from None
    finally:
        client.stop()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise CannotDetect(f"what {address} gives out is another file than nagadomi's cascade: it is not taken")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, content)
    except OSError as error:
        raise AnituiError(f"{file} cannot be written: {(error.strerror or str(error)).lower()}") from error
    return file
