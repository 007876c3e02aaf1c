from __future__ import annotations

import io
import itertools

import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps

from anitui.pipeline.decode import Picture, open_picture
from anitui.pipeline.hashing import Facts, facts, hash_shrink
from tests.pipeline import odd_pictures as odd

# Tall and wide, tiny and just around the sizes where the work is done another way.
SIZES = (
    (1, 1),
    (1, 9),
    (9, 8),
    (3, 200),
    (200, 3),
    (8, 63),
    (31, 64),
    (33, 65),
    (96, 72),
    (131, 257),
    (300, 90),
    (211, 330),
)
LAB = "tiff LAB"  # the one mode that imagehash cannot take

pytestmark = pytest.mark.filterwarnings("ignore:::PIL")


def by_imagehash(data: bytes) -> tuple[int, int, int]:
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    hashes = (imagehash.dhash(image), imagehash.phash(image), imagehash.average_hash(image))
    return tuple(int("".join("01"[bit] for bit in h.hash.flatten().astype(int)), 2) for h in hashes)  # type: ignore[return-value]


def by_us(data: bytes) -> tuple[int, int, int]:
    found = facts(open_picture(data))
    return found.dhash, found.phash, found.ahash


def of(image: Image.Image, format: str = "PNG", **options: object) -> Facts:
    return facts(open_picture(odd.bytes_of(image, format, **options)))


def apart(one: Facts, other: Facts) -> list[int]:
    return [(getattr(one, name) ^ getattr(other, name)).bit_count() for name in ("dhash", "phash", "ahash")]


@pytest.mark.parametrize("kind", [kind for kind in odd.KINDS if kind != LAB])
def test_hashes_are_those_of_imagehash_in_every_mode_and_size(kind: str) -> None:
    for seed, size in enumerate(SIZES):
        if kind.startswith("avif") and min(size) < 2:
            continue
        data = odd.ordinary(kind, size, seed)
        assert by_us(data) == by_imagehash(data), size


@pytest.mark.parametrize("kind", ["png 1", "png L", "png P", "png RGB", "jpeg RGB", "jpeg CMYK", "tiff F", "tiff I;16"])
def test_flat_pictures_hash_alike_though_only_rounding_noise_decides(kind: str) -> None:
    for colour in ((0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 30, 90), (1, 2, 3)):
        data = odd.flat(kind, colour)
        assert by_us(data) == by_imagehash(data), colour


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(10))
def test_orientation_is_applied_before_hashing(format: str, orientation: int) -> None:
    data = odd.turned(format, orientation, (130, 70), seed=orientation)
    assert by_us(data) == by_imagehash(data)


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 500),
    height=st.integers(1, 500),
    seed=st.integers(0, 1000),
    mode=st.sampled_from(["L", "RGB", "P", "RGBA", "LA", "1", "I;16"]),
)
def test_hashes_are_those_of_imagehash_at_any_size(width: int, height: int, seed: int, mode: str) -> None:
    data = odd.bytes_of(odd.in_mode(mode, odd.scene((width, height), seed)), "PNG", compress_level=1)
    assert by_us(data) == by_imagehash(data)


def test_the_first_bit_is_the_highest() -> None:
    dark_then_light = np.zeros((8, 9), np.uint8)
    dark_then_light[0, 1:] = 255  # only the very first comparison finds the right one lighter
    assert of(Image.fromarray(dark_then_light)).dhash == 1 << 63
    bright_corner = np.zeros((8, 8), np.uint8)
    bright_corner[7, 7] = 255
    assert of(Image.fromarray(bright_corner)).ahash == 1


def test_a_mode_that_imagehash_cannot_take_is_hashed_by_its_lightness() -> None:
    data = odd.ordinary(LAB)
    lightness = open_picture(data).image.getchannel(0)
    assert by_us(data) == by_imagehash(odd.bytes_of(lightness, "PNG"))


def test_fast_mode_changes_a_few_bits_at_most() -> None:
    for seed in range(6):
        data = odd.bytes_of(odd.scene((1000, 1400), seed), "JPEG", quality=90)
        fast = open_picture(data, shrink_to=hash_shrink)
        assert fast.image.size == (250, 350)
        assert (fast.width, fast.height) == (1000, 1400)
        assert max(apart(facts(open_picture(data)), facts(fast))) <= 4


@pytest.mark.parametrize("size", [(1000, 1400), (512, 512), (1280, 720)])
def test_fast_mode_leaves_the_other_facts_about_where_they_were(size: tuple[int, int]) -> None:
    data = odd.bytes_of(odd.scene(size, 3), "JPEG", quality=90)
    exact, fast = facts(open_picture(data)), facts(open_picture(data, shrink_to=hash_shrink))
    assert fast.colourfulness == pytest.approx(exact.colourfulness, rel=0.1)
    assert fast.colour_share == pytest.approx(exact.colour_share, abs=0.05)
    assert fast.brightness == pytest.approx(exact.brightness, abs=2)
    assert fast.sharpness == pytest.approx(exact.sharpness, rel=0.15)


def test_fast_mode_never_goes_below_what_the_hashes_look_at() -> None:
    assert hash_shrink(1000, 1400) == (250, 350)
    assert hash_shrink(800, 600) == (400, 300)
    assert hash_shrink(4000, 200) == (2000, 100)
    assert hash_shrink(300, 300) is None
    assert hash_shrink(1, 1) is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16", "F", "RGB", "P"])
def test_greys_have_no_colour_in_any_mode(mode: str) -> None:
    grey = odd.in_mode(mode, odd.scene().convert("L").convert("RGB"))
    found = of(grey, "TIFF" if mode == "F" else "PNG")
    assert found.colourfulness == pytest.approx(0, abs=0.01)
    assert found.colour_share == 0


def test_sepia_is_a_little_coloured_and_a_vivid_picture_much() -> None:
    sepia = of(ImageOps.colorize(odd.scene().convert("L"), (30, 20, 10), (240, 220, 190)))
    vivid = Image.new("RGB", (60, 60), (255, 0, 0))
    vivid.paste((0, 255, 0), (0, 0, 30, 30))
    vivid.paste((0, 0, 255), (30, 30, 60, 60))
    assert 3 < sepia.colourfulness < 30
    assert sepia.colour_share < 0.5
    assert of(vivid).colourfulness > 100
    assert of(vivid).colour_share == 1


def test_colour_does_not_wrap_around() -> None:
    # In 8 bits, 0 - 200 is 56 and (0 + 0) / 2 - 255 is 1: pure blue would count as nearly grey.
    blue = of(Image.new("RGB", (40, 40), (0, 0, 255)))
    assert blue.colourfulness == pytest.approx(0.3 * 255)
    assert of(Image.new("RGB", (40, 40), (255, 0, 0))).colourfulness == pytest.approx(0.3 * np.hypot(255, 127.5))


def test_colour_share_is_the_part_that_is_coloured() -> None:
    image = Image.new("RGB", (80, 40), (120, 120, 120))
    image.paste((250, 20, 20), (0, 0, 20, 40))
    assert of(image).colour_share == pytest.approx(0.25)
    assert of(Image.new("RGB", (9, 9), (100, 100, 150))).colour_share == 0, "50 apart is still grey"
    assert of(Image.new("RGB", (9, 9), (100, 100, 151))).colour_share == 1


def test_palettes_are_measured_by_their_colours() -> None:
    greys, reds = (Image.new("P", (50, 50)) for _ in range(2))
    indices = np.arange(2500, dtype=np.uint8).reshape(50, 50) % 4
    for image, palette in ((greys, [0, 0, 0, 90, 90, 90, 180, 180, 180, 255, 255, 255]), (reds, [255, 0, 0] * 4)):
        image.frombytes(indices.tobytes())
        image.putpalette(palette)
    assert of(greys).colour_share == 0
    assert of(reds).colour_share == 1
    assert of(reds).sharpness == pytest.approx(0, abs=1e-6), "one colour, whatever its numbers"


def test_sharpness_falls_with_blur_and_hardly_changes_with_size() -> None:
    image = odd.scene((800, 1100), seed=5).filter(ImageFilter.GaussianBlur(1))
    blurred = [of(image.filter(ImageFilter.GaussianBlur(radius))).sharpness for radius in (0, 3, 6, 12)]
    assert all(more > 1.5 * less for more, less in itertools.pairwise(blurred))
    twice = image.resize((1600, 2200), Image.Resampling.BICUBIC)
    assert of(twice).sharpness == pytest.approx(blurred[0], rel=0.1)
    assert of(Image.new("RGB", (2, 2))).sharpness == 0


def test_deep_greys_are_as_bright_as_they_look() -> None:
    ordinary = of(odd.in_mode("L", odd.scene()))
    for mode in ("I;16", "I", "F"):
        deep = of(odd.in_mode(mode, odd.scene()), "TIFF")
        assert deep.brightness == pytest.approx(ordinary.brightness, abs=1), mode
        assert deep.sharpness == pytest.approx(ordinary.sharpness, rel=0.1), mode


def test_brightness_is_the_mean_grey() -> None:
    assert of(Image.new("L", (700, 3), 37)).brightness == 37
    assert of(Image.new("RGB", (5, 5), (255, 255, 255))).brightness == 255


def test_facts_of_a_picture_that_lies_on_its_side_are_those_of_the_upright_one() -> None:
    data = odd.turned("PNG", 6, (140, 90))
    picture = open_picture(data)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    same = facts(Picture(upright, "png", *upright.size, "RGB", 1, 1))
    found = facts(picture)
    assert (found.dhash, found.phash, found.ahash) == (same.dhash, same.phash, same.ahash)
    assert found.sharpness == pytest.approx(same.sharpness)
