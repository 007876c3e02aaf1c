from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

import imagehash
import numpy as np
import pytest
from PIL import Image, ImageOps

from anitui.demo.drawing import cast, draw_face, draw_scene
from anitui.demo.formats import FORMATS
from anitui.demo.world import WorldReport, make_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> WorldReport:
    return make_world(tmp_path_factory.mktemp("world"))


def _fingerprints(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def _dhash(path: Path) -> imagehash.ImageHash:
    with Image.open(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        if upright.mode == "I;16":
            upright = upright.point(lambda value: value / 256).convert("L")
        return imagehash.dhash(upright.convert("RGB"))


def test_same_seed_writes_same_bytes(tmp_path: Path) -> None:
    # Two titles of eight hold every kind of file once.
    one = make_world(tmp_path / "one", seed=3, titles=2)
    make_world(tmp_path / "two", seed=3, titles=2)
    assert {picture.kind for picture in one.pictures} == {kind.name for kind in FORMATS if kind.available()}
    assert _fingerprints(tmp_path / "one") == _fingerprints(tmp_path / "two")


def test_another_seed_draws_other_pictures(tmp_path: Path) -> None:
    for seed in (1, 2):
        make_world(tmp_path / str(seed), seed=seed, titles=1, pictures_per_title=2)
    one, two = (set(_fingerprints(tmp_path / name / "Rooftop Rain Club").values()) for name in ("1", "2"))
    assert one.isdisjoint(two)


def test_report_tells_every_file(world: WorldReport) -> None:
    told = [picture.path for picture in world.pictures]
    told += [copy.copy for copy in world.near_duplicates + world.exact_copies]
    told += [refusal.path for refusal in world.refused]
    assert len(told) == len(set(told)) == world.files
    assert set(told) == {path for path in world.folder.rglob("*") if path.is_file()}
    assert 65 <= len(told) - len(world.refused) <= 80


def test_every_kind_opens_with_its_mode(world: WorldReport) -> None:
    modes = {kind.name: kind.mode for kind in FORMATS if kind.available()}
    assert {picture.kind for picture in world.pictures} == set(modes)
    for picture in world.pictures:
        with Image.open(picture.path) as opened:
            opened.load()
            assert opened.mode == modes[picture.kind], picture
            assert getattr(opened, "n_frames", 1) == (4 if picture.kind == "gif animated" else 1)
            turned = picture.kind == "jpeg turned by exif"
            assert opened.getexif().get(0x0112) == (6 if turned else None)


def test_transparent_and_16_bit_pictures_use_what_they_claim(world: WorldReport) -> None:
    by_kind = {picture.kind: picture.path for picture in world.pictures}
    for kind in ("png transparent", "webp transparent"):
        assert Image.open(by_kind[kind]).getextrema()[3] == (0, 255)
    deep = np.asarray(Image.open(by_kind["png 16-bit"]))
    assert deep.dtype == np.uint16 and deep.max() > 40_000


def test_faces_lie_inside_their_upright_pictures(world: WorldReport) -> None:
    for picture in world.pictures:
        with Image.open(picture.path) as opened:
            width, height = ImageOps.exif_transpose(opened).size
        scale = 2 if picture.kind == "gif animated" else 1
        assert 1 <= len(picture.faces) <= 3
        for face in picture.faces:
            assert face.x >= 0 and face.y >= 0, picture
            assert face.x + face.w <= width * scale and face.y + face.h <= height * scale, picture


def test_near_duplicates_are_near_and_other_pictures_are_not(world: WorldReport) -> None:
    assert {copy.how for copy in world.near_duplicates} >= {"re-encoded", "resized", "cropped", "brightened"}
    for copy in world.near_duplicates:
        assert _dhash(copy.original) - _dhash(copy.copy) <= 4, copy
        assert copy.original.read_bytes() != copy.copy.read_bytes()
    hashes = {picture.path: _dhash(picture.path) for picture in world.pictures}
    for one, two in itertools.combinations(hashes, 2):
        assert hashes[one] - hashes[two] > 10, (one, two)


def test_exact_copies_are_exact(world: WorldReport) -> None:
    assert len(world.exact_copies) >= 3
    for copy in world.exact_copies:
        assert copy.original.read_bytes() == copy.copy.read_bytes()
        assert copy.original.name != copy.copy.name


def test_odd_files_are_hostile(world: WorldReport) -> None:
    why = {refusal.path.name: refusal.why for refusal in world.refused}
    assert {"truncated", "empty", "not a picture", "too large"} <= set(why.values())
    odd = world.folder / "odd"
    with Image.open(odd / "cut off.jpg") as picture, pytest.raises(OSError, match="truncated"):
        picture.load()
    assert (odd / "empty.png").stat().st_size == 0
    for name in ("saved page.jpg", "read me.txt", "empty.png"):
        with pytest.raises(OSError, match="cannot identify"):
            Image.open(odd / name)
    with pytest.raises(Image.DecompressionBombError, match="3600000000 pixels"):
        Image.open(odd / "enormous.png")
    for refusal in world.refused:
        if refusal.why == "name":
            assert not refusal.path.name.isprintable()
            Image.open(refusal.path).load()  # nothing but its name is wrong


def test_progress_is_told_picture_by_picture(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    make_world(tmp_path, titles=1, pictures_per_title=3, told=lambda done, total: heard.append((done, total)))
    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_characters_of_one_cast_differ() -> None:
    for seed in range(8):
        people = cast(seed, 4)
        assert len({who.name for who in people}) == len({who.hair_style for who in people}) == 4
        small = [
            np.asarray(draw_face(who, np.random.default_rng(0), 64, "smile", 0.0, "stripes"), np.float64)
            for who in people
        ]
        for one, two in itertools.combinations(small, 2):
            assert np.abs(one - two).mean() > 12


def test_scene_draws_each_face_where_it_says() -> None:
    people = cast(5, 3)
    scene = draw_scene(people, np.random.default_rng(5), (640, 900), "Rooftop Rain Club")
    assert scene.picture.size == (640, 900) and scene.picture.mode == "RGB"
    assert [face.name for face in scene.faces] == [who.name for who in people]
    for who, face in zip(people, scene.faces, strict=True):
        inside = np.asarray(scene.picture.crop((face.x, face.y, face.x + face.w, face.y + face.h)), np.int64)
        skin = (np.abs(inside - np.array(who.skin)).max(axis=2) < 12).mean()
        assert skin > 0.12, (who, skin)
