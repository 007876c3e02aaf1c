"""The whole path: pictures in a workspace → worker processes → boxes with hashes, labels and reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from anitui import progress
from anitui.demo.drawing import Scene, cast, draw_scene
from anitui.demo.site.serving import Request, Response, Serving, plain
from anitui.errors import Stopped, WrongUse
from anitui.pipeline.detect import cascade_file
from anitui.pipeline.detect.detector import CannotDetect
from anitui.pipeline.detecting import DetectOrder, DetectReport, find_faces, smallest_of
from anitui.pipeline.engine import Engine, InProcess, Processes
from anitui.settings import DetectSettings, Settings
from anitui.store.catalogue import Catalogue
from anitui.workspace import Workspace
from tests.conftest import TakeIn


@pytest.fixture
def scenes(tmp_path: Path, take_in: TakeIn) -> Sequence[Scene]:
    """Five pictures in the workspace: four with a face, the first with two, one of them large; labels by folder."""
    rng = np.random.default_rng(8)
    people = cast(3, 6)
    sizes = ((900, 600), (400, 400), (400, 400), (1600, 1600))
    drawn = [draw_scene(people[:2] if n == 0 else people[n : n + 1], rng, size) for n, size in enumerate(sizes)]
    for n, scene in enumerate(drawn):
        folder = tmp_path / "pictures" / f"label {n}"
        folder.mkdir(parents=True)
        scene.picture.convert("RGB").save(folder / f"{n}.{'jpg' if n % 2 else 'png'}")
    take_in(tmp_path / "pictures", labels_from_folders=True)
    return drawn


def detect(
    workspace: Workspace,
    catalogue: Catalogue,
    *,
    engine: Engine | None = None,
    settings: Settings | None = None,
    detector: str = "animeface",
    smallest: str = "6%",
    redo: bool = False,
) -> DetectReport:
    order = DetectOrder(detector, smallest, redo)
    return progress.run(
        find_faces(workspace, catalogue, order, settings or Settings(), engine or InProcess()), lambda _: None
    )


def test_faces_are_found_where_they_were_drawn(
    workspace: Workspace, catalogue: Catalogue, scenes: Sequence[Scene]
) -> None:
    report = detect(workspace, catalogue, engine=Processes(2))
    assert (report.detector, report.pictures, report.failed, report.faces) == ("animeface", 4, 0, report.new)
    found = catalogue.rows(
        "SELECT s.title, f.x, f.y, f.w, f.h FROM faces f JOIN sightings s USING (image_id) ORDER BY s.title, f.x"
    )
    for n, scene in enumerate(scenes):
        here = [row[1:] for row in found if row[0].startswith(str(n))]
        for face in scene.faces:
            middles = [(x + w / 2, y + h / 2, w) for x, y, w, h in here]
            assert any(
                face.x < x < face.x + face.w and face.y < y < face.y + face.h and 0.5 < w / face.w < 2
                for x, y, w in middles
            ), (n, face, here)
    labels = catalogue.rows("SELECT label FROM labelled_faces ORDER BY label")
    assert set(labels) <= {("label 1",), ("label 2",), ("label 3",)} and labels, "of two faces nobody knows whose it is"
    assert catalogue.value("SELECT count(*) FROM face_hashes") == 3 * report.faces
    assert catalogue.value("SELECT count(DISTINCT settings) FROM faces") == 1


def test_only_what_is_new_is_looked_at_unless_one_says_so(
    workspace: Workspace, catalogue: Catalogue, scenes: Sequence[Scene]
) -> None:
    first = detect(workspace, catalogue)
    again = detect(workspace, catalogue)
    assert (again.pictures, again.otherwise) == (0, 0)
    other = detect(workspace, catalogue, smallest="60%")
    assert (other.pictures, other.otherwise) == (0, 4)
    redone = detect(workspace, catalogue, redo=True)
    assert (redone.pictures, redone.new) == (4, first.faces)
    assert catalogue.value("SELECT count(*) FROM faces") == first.faces
    whole = detect(workspace, catalogue, detector="whole")
    assert (whole.faces, whole.alone) == (4, 4)
    assert catalogue.rows(
        "SELECT f.x, f.y, f.w = i.width, f.h = i.height FROM faces f JOIN images i USING (image_id) "
        "WHERE detector = 'whole' GROUP BY ALL"
    ) == [(0.0, 0.0, True, True)]


def test_faces_below_the_smallest_size_are_not_kept(
    workspace: Workspace, catalogue: Catalogue, scenes: Sequence[Scene]
) -> None:
    detect(workspace, catalogue)
    widths = [row[0] for row in catalogue.rows("SELECT greatest(w, h) FROM faces ORDER BY 1")]
    middle = widths[len(widths) // 2]
    detect(workspace, catalogue, smallest=f"{middle:.0f}", redo=True)
    kept = catalogue.rows("SELECT greatest(w, h) FROM faces")
    assert 0 < len(kept) < len(widths)
    assert min(row[0] for row in kept) >= middle * 0.9


def test_cut_off_it_keeps_what_it_has_and_goes_on(
    workspace: Workspace, catalogue: Catalogue, scenes: Sequence[Scene]
) -> None:
    def told(event: progress.Event) -> None:
        if event.done == 2:
            raise Stopped("stopped")

    with pytest.raises(Stopped):
        progress.run(find_faces(workspace, catalogue, DetectOrder("whole"), Settings(), InProcess()), told)
    assert catalogue.value("SELECT count(*) FROM detections") == 2
    assert detect(workspace, catalogue, detector="whole").pictures == 2
    assert catalogue.value("SELECT count(*) FROM faces") == 4


def test_what_cannot_be_read_is_told_and_tried_again(
    workspace: Workspace, catalogue: Catalogue, scenes: Sequence[Scene]
) -> None:
    path = workspace.file(catalogue.value("SELECT path FROM images ORDER BY image_id LIMIT 1"))
    aside = path.rename(path.with_name("aside"))
    report = detect(workspace, catalogue)
    assert (report.pictures, report.failed) == (4, 1)
    assert report.failures == [{"image_id": 1, "reason": "no such file or directory"}]
    aside.rename(path)
    again = detect(workspace, catalogue)
    assert (again.pictures, again.failed) == (1, 0)


@pytest.mark.parametrize(("text", "value"), [("6%", 0.06), ("0.5 %", 0.005), ("40", 40), ("40px", 40), (" 24 px ", 24)])
def test_the_smallest_face_is_a_share_or_pixels(text: str, value: float) -> None:
    assert smallest_of(text) == value


@pytest.mark.parametrize("text", ["", "0", "0%", "100%", "-3", "0.5", "small", "6%%", "1e3"])
def test_and_nothing_else(text: str) -> None:
    with pytest.raises(WrongUse, match="6%, or pixels such as 40"):
        smallest_of(text)


class Shelf(Serving):
    """A file, and nothing else."""

    content = b""

    def answer(self, request: Request) -> Response:
        return Response(body=self.content) if request.path == "/cascade.xml" else plain(404)


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Where nagadomi's cascade would be fetched from."""
    monkeypatch.setenv("ANITUI_DETECTORS", str(tmp_path / "detectors"))
    monkeypatch.setenv("ANITUI_ALLOW_LOOPBACK", "1")
    return Shelf()


def test_the_cascade_is_fetched_once_and_known_by_its_digest(
    far: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with far:
        monkeypatch.setenv("ANITUI_CASCADE_URL", f"{far.url}/cascade.xml")
        far.content = b"<another/>"
        with pytest.raises(CannotDetect, match="another file"):
            cascade_file.fetch()
        assert not cascade_file.place().exists()
        far.content = b"<opencv_storage/>"
        monkeypatch.setattr(cascade_file, "SHA256", hashlib.sha256(far.content).hexdigest())
        assert cascade_file.fetch().read_bytes() == far.content
        assert cascade_file.fetch() == tmp_path / "detectors" / "lbpcascade_animeface.xml"
        assert len(far.requests) == 2, "one for the wrong file, one for the right one"
        cascade_file.place().write_bytes(b"cut")
        assert cascade_file.fetch().read_bytes() == far.content, "a damaged one is fetched again"


def test_offline_the_cascade_says_what_to_do_and_auto_does_without(
    far: Shelf, workspace: Workspace, catalogue: Catalogue, scenes: Sequence[Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    with far:
        monkeypatch.setenv("ANITUI_CASCADE_URL", f"{far.url}/gone.xml")
        with pytest.raises(CannotDetect, match=r"could not be fetched .* into .*detectors yourself.* animeface"):
            detect(workspace, catalogue, detector="cascade")
        report = detect(workspace, catalogue, detector="auto")
    assert report.detector == "animeface"
    assert "could not be fetched" in report.why


def test_a_cascade_that_the_settings_name_is_taken(
    workspace: Workspace, catalogue: Catalogue, scenes: Sequence[Scene]
) -> None:
    import cv2

    file = Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"
    report = detect(workspace, catalogue, detector="auto", settings=Settings(detect=DetectSettings(cascade=str(file))))
    assert (report.detector, report.pictures, report.failed) == ("cascade", 4, 0)
    assert file.name in report.why
