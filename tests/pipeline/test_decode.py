from __future__ import annotations

import io
import os
import pickle
import random
import re
import struct
import sys
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from anitui.pipeline.decode import (
    FORMATS,
    Limits,
    Picture,
    Reason,
    Refused,
    extension,
    for_display,
    open_picture,
    upright,
)
from tests.pipeline import odd_pictures as odd

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")

CUT_ANYWHERE = (
    *("jpeg RGB", "jpeg progressive", "png RGB", "gif animated", "webp RGB", "avif RGB", "bmp RGB"),
    *("tiff RGB", "tiff tiff_lzw", "tiff of pages", "tiff big"),
)


def refusal(data: bytes, limits: Limits | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        open_picture(data, limits or Limits())
    return caught.value


def format_of(kind: str) -> str:
    name = kind.split()[0]
    return "jpeg" if name == "mpo" else name


@pytest.mark.parametrize("kind", odd.KINDS)
def test_every_format_and_mode_opens(kind: str) -> None:
    picture = open_picture(odd.ordinary(kind))
    assert picture.format == format_of(kind)
    assert (picture.width, picture.height) == picture.image.size == (96, 72)
    assert picture.mode == picture.image.mode
    assert picture.orientation == 1
    assert picture.frames == odd.FRAMES.get(kind, 1)


@pytest.mark.parametrize("kind", odd.FRAMES)
def test_of_animated_pictures_the_first_frame_is_decoded(kind: str) -> None:
    first = odd.scene()
    decoded = open_picture(odd.ordinary(kind)).image.convert("RGB")
    difference = np.abs(np.asarray(decoded).astype(int) - np.asarray(first).astype(int))
    assert difference.mean() < 12, "the later frames are turned, and far from the first"


def test_extensions() -> None:
    assert {extension(name) for name in FORMATS.values()} == {
        ".jpg", ".png", ".webp", ".gif", ".bmp", ".tiff", ".avif"
    }  # fmt: skip


@pytest.mark.parametrize("name", odd.hostile())
def test_hostile_bytes_are_refused(name: str) -> None:
    refusal(odd.hostile()[name])


def test_refusals_say_why() -> None:
    reasons = {name: refusal(data).reason for name, data in odd.hostile().items()}
    assert reasons["empty"] is Reason.EMPTY
    assert {reasons[name] for name in odd.strangers()} == {Reason.NOT_A_PICTURE}
    assert {reasons[name] for name in odd.foreign()} == {Reason.UNSUPPORTED}
    assert {reasons[name] for name in odd.bombs()} == {Reason.BOMB}
    assert {reasons[name] for name in odd.cut()} == {Reason.TRUNCATED}
    assert reasons["png whose pixels are nonsense"] is Reason.BROKEN
    assert reasons["jpeg header, then noise"] in (Reason.BROKEN, Reason.TRUNCATED)


@pytest.mark.parametrize("tail", [b"\0", b"\r\n", bytes(12), b"\xff" * 9, b"PK\x03\x04" + bytes(80), b"trailer " * 30])
@pytest.mark.parametrize("kind", odd.KINDS)
def test_what_lies_behind_a_picture_is_not_its_own(kind: str, tail: bytes) -> None:
    whole, followed = open_picture(odd.ordinary(kind)), open_picture(odd.ordinary(kind) + tail)
    assert followed.image.tobytes() == whole.image.tobytes()
    assert (followed.frames, followed.mode) == (whole.frames, whole.mode)


@pytest.mark.parametrize("kind", CUT_ANYWHERE)
def test_cut_anywhere_is_told_as_truncated(kind: str) -> None:
    data = odd.ordinary(kind)
    for tenth in range(2, 10):
        assert refusal(data[: len(data) * tenth // 10]).reason is Reason.TRUNCATED, tenth
    if kind != "tiff of pages":  # which ends in padding
        assert refusal(data[:-3]).reason is Reason.TRUNCATED


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *(("tga", "TGA"), ("tga, packed", "TGA"), ("tga of a palette", "TGA"), ("cur", "CUR"), ("ico", "ICO")),
        *(("ppm", "PPM"), ("ppm with a remark", "PPM"), ("pgm", "PGM"), ("pcx", "PCX"), ("svg", "SVG")),
        ("heic", "HEIC"),
    ],
)
def test_a_kind_that_is_not_taken_is_named(name: str, told: str) -> None:
    assert str(refusal(odd.foreign()[name])) == f"{told} is not taken: convert it to PNG or JPEG"


def test_refusals_are_in_words_of_ours() -> None:
    ours = {
        Reason.TRUNCATED: {"the file ends before the picture does"},
        Reason.BROKEN: {"its header cannot be read", "its pixels cannot be decoded"},
    }
    for name, data in odd.hostile().items():
        refused = refusal(data)
        assert refused.detail in ours.get(refused.reason, {refused.detail}), name


def test_bombs_are_told_with_their_size_and_the_limit_of_the_settings() -> None:
    limits = Limits(max_pixels=2_000_000)
    assert str(refusal(odd.png_header(9_460, 9_460), limits)) == (
        "too many pixels: 9,460 × 9,460 pixels, at most 2,000,000 are taken"
    )
    for data in (odd.png_header(60_000, 60_000), odd.gif_header(60_000, 60_000), odd.webp_header(16_000, 16_000)):
        told = str(refusal(data, limits))
        assert re.fullmatch(r"too many pixels: [0-9,× ]+ pixels, at most 2,000,000 are taken", told)
    assert "512 bytes, at most 511 are" in str(refusal(b"GIF89a".ljust(512), Limits(max_bytes=511)))


def test_a_limit_above_that_of_pillow_holds() -> None:
    huge = odd.png_header(16_000, 16_000)[:-4]  # and cut, so that nothing is decoded
    assert refusal(huge, Limits(max_pixels=300_000_000)).reason is Reason.TRUNCATED
    assert refusal(huge, Limits(max_pixels=200_000_000)).reason is Reason.BOMB


def test_type_is_told_by_content_and_the_message_by_nothing_of_ours() -> None:
    assert refusal(b"GIF89a but not really").detail
    for data in odd.hostile().values():
        refused = refusal(data)
        assert "0x" not in str(refused)
        assert "\n" not in str(refused)
        assert len(refused.detail) <= 120


@pytest.mark.parametrize("name", odd.bombs())
def test_bombs_are_refused_before_any_memory_is_taken(name: str) -> None:
    data = odd.bombs()[name]
    assert len(data) < 2000
    before = peak_memory()
    tracemalloc.start()
    refusal(data)
    allocated = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert allocated < 5_000_000
    assert peak_memory() - before < 50_000_000


def peak_memory() -> int:
    """Bytes that this process has had resident at most; decoders take theirs outside of Python's sight."""
    resource = pytest.importorskip("resource")
    unit = 1 if sys.platform == "darwin" else 1024
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * unit


def test_limits_are_the_callers() -> None:
    data = odd.ordinary("png RGB")
    assert refusal(data, Limits(max_pixels=96 * 72 - 1)).reason is Reason.BOMB
    assert refusal(data, Limits(max_bytes=len(data) - 1)).reason is Reason.TOO_LARGE
    assert open_picture(data, Limits(max_bytes=len(data), max_pixels=96 * 72)).width == 96


def test_a_gif_whose_frame_outgrows_its_screen_counts_with_its_frame() -> None:
    data = bytearray(odd.bytes_of(Image.new("L", (300, 200)), "GIF"))
    data[6:10] = struct.pack("<HH", 1, 1)
    assert (open_picture(bytes(data)).width, open_picture(bytes(data)).height) == (300, 200)
    assert refusal(bytes(data), Limits(max_pixels=300 * 200 - 1)).reason is Reason.BOMB


def test_no_warnings_reach_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the harshest that a caller may have set
        for data in odd.hostile().values():
            refusal(data)
    assert capfd.readouterr() == ("", "")


def test_a_refusal_survives_the_way_between_processes() -> None:
    back = pickle.loads(pickle.dumps(Refused(Reason.TRUNCATED, "cut at 10")))
    assert (back.reason, back.detail, str(back)) == (Reason.TRUNCATED, "cut at 10", "truncated: cut at 10")


@pytest.mark.parametrize("kind", odd.KINDS)
def test_damaged_files_give_a_picture_or_a_refusal_and_nothing_else(
    kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = odd.ordinary(kind, (40, 30))
    chance = random.Random(kind)
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 2, 8, 40))):
            at = chance.randrange(min(len(data), chance.choice((40, 200, 100_000))))
            data[at] = chance.choice((0, 255, chance.randrange(256), data[at] ^ 1 << chance.randrange(8)))
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        if chance.random() < 0.1:
            at = chance.randrange(len(data) + 1)
            data[at:at] = chance.randbytes(9)
        try:
            picture = open_picture(bytes(data), Limits(max_pixels=4_000_000))
        except Refused as refused:
            assert refused.reason in Reason
        else:
            assert isinstance(picture, Picture)
            picture.image.getpixel((0, 0))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_upright_is_what_exif_asks_for(format: str, orientation: int) -> None:
    data = odd.turned(format, orientation)
    wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    picture = open_picture(data)
    got = upright(picture.image, picture.orientation)
    assert got.tobytes() == wanted.tobytes()
    assert (picture.width, picture.height) == wanted.size
    assert 1 <= picture.orientation <= 8


def test_broken_exif_loses_no_picture() -> None:
    picture = open_picture(odd.with_broken_exif())
    assert (picture.orientation, picture.width) == (1, 96)


def test_shrinking_never_goes_below_what_was_asked() -> None:
    data = odd.turned("JPEG", 6, (800, 600))
    for wanted in ((150, 200), (100, 100), (600, 800), (1, 1), (5000, 5000)):
        picture = open_picture(data, shrink_to=wanted)
        shown = upright(picture.image, picture.orientation).size
        assert (picture.width, picture.height) == (600, 800)
        assert shown == (600, 800) or (shown[0] >= wanted[0] and shown[1] >= wanted[1]), wanted
    assert open_picture(data, shrink_to=(150, 200)).image.size == (200, 150)


def test_shrinking_may_be_decided_by_the_size() -> None:
    asked = []

    def half(width: int, height: int) -> tuple[int, int]:
        asked.append((width, height))
        return width // 2, height // 2

    assert open_picture(odd.turned("JPEG", 8, (800, 600)), shrink_to=half).image.size == (400, 300)
    assert asked == [(600, 800)], "as displayed"
    assert open_picture(odd.turned("JPEG", 1, (800, 600)), shrink_to=lambda *_: None).image.size == (800, 600)


def saved(folder: Path, data: bytes) -> Path:
    path = folder / "picture.of.no.known.kind"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", odd.KINDS)
def test_every_kind_can_be_shown(kind: str, tmp_path: Path) -> None:
    path = saved(tmp_path, odd.ordinary(kind))
    shown = for_display(path, (48, 48))
    assert (shown.mode, shown.size) == ("RGB", (48, 36))
    assert np.asarray(shown).std() > 5, "something is to be seen"
    assert for_display(path, (1000, 1000)).size == (96, 72), "never enlarged"


@pytest.mark.parametrize("kind", ["png I;16", "tiff I;16", "tiff I;16B", "tiff I", "tiff F"])
def test_deep_greys_look_like_their_8_bit_twins(kind: str, tmp_path: Path) -> None:
    shown = np.asarray(for_display(saved(tmp_path, odd.ordinary(kind)), (96, 72))).astype(int)
    twin = np.asarray(odd.scene().convert("L").convert("RGB")).astype(int)
    assert np.abs(shown - twin).max() <= 2


@pytest.mark.parametrize("kind", ["jpeg CMYK", "tiff CMYK", "tiff LAB", "tiff YCbCr"])
def test_other_colour_spaces_are_not_shown_as_negatives(kind: str, tmp_path: Path) -> None:
    shown = for_display(saved(tmp_path, odd.ordinary(kind)), (96, 72)).convert("L")
    twin = np.asarray(odd.scene().convert("L")).ravel()
    assert np.corrcoef(np.asarray(shown).ravel(), twin)[0, 1] > 0.9


def test_floats_that_are_no_numbers_are_shown_somehow(tmp_path: Path) -> None:
    values = np.array([[np.nan, np.inf], [-np.inf, 0.5]], np.float32)
    for array in (values, np.full_like(values, -7), values[1:] * 1e30):
        data = odd.bytes_of(Image.fromarray(array.astype(np.float32)), "TIFF")
        assert for_display(saved(tmp_path, data), (9, 9)).mode == "RGB"


def test_what_is_transparent_shows_a_neutral_grey(tmp_path: Path) -> None:
    image = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    image.paste((0, 255, 0, 255), (10, 0, 20, 20))
    shown = for_display(saved(tmp_path, odd.bytes_of(image, "PNG")), (20, 20))
    assert shown.getpixel((3, 3)) == (128, 128, 128)
    assert shown.getpixel((17, 3)) == (0, 255, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_shown_upright_in_their_box(orientation: int, tmp_path: Path) -> None:
    data = odd.turned("JPEG", orientation, (800, 400))
    wanted = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    shown = for_display(saved(tmp_path, data), (100, 100))
    assert shown.size == ((100, 50) if orientation < 5 else (50, 100))
    twin = np.asarray(wanted.resize(shown.size, Image.Resampling.LANCZOS)).astype(int)
    assert np.abs(np.asarray(shown).astype(int) - twin).mean() < 4


def test_very_thin_pictures_keep_a_pixel(tmp_path: Path) -> None:
    data = odd.bytes_of(Image.new("RGB", (3000, 1)), "PNG")
    assert for_display(saved(tmp_path, data), (50, 50)).size == (50, 1)


@pytest.mark.parametrize("kind", odd.KINDS)
def test_greys_for_who_wants_no_colours(kind: str, tmp_path: Path) -> None:
    path = saved(tmp_path, odd.ordinary(kind))
    grey, colours = for_display(path, (48, 48), grey=True), for_display(path, (48, 48))
    assert grey.mode == "L" and grey.size == colours.size
    apart = np.abs(np.asarray(grey).astype(int) - np.asarray(colours.convert("L")).astype(int))
    assert apart.mean() < 4


def test_what_cannot_be_shown_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        for_display(tmp_path / "nowhere", (10, 10))
    with pytest.raises(Refused, match="empty"):
        for_display(saved(tmp_path, b""), (10, 10))
    with pytest.raises(Refused, match="too many bytes"):
        for_display(saved(tmp_path, bytes(100)), (10, 10), Limits(max_bytes=99))
    with pytest.raises(Refused, match="not a regular file"):
        for_display(tmp_path, (10, 10))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Refused, match="not a regular file"):
        for_display(tmp_path / "pipe", (10, 10))
