from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from anitui.screens.widgets.curves import axis, dots
from anitui.screens.widgets.curves.drawing import Curve, Drawer, Line, Look
from anitui.screens.widgets.curves.smoothing import Smoother, fitting, smoothed


def one_after_the_other(x: list[float], y: list[float], left: float, right: float, width: int) -> list[list[float]]:
    """The same as `spans`, as one would write it at first: every piece of the line, cut at every column."""
    edges = np.linspace(left, right, width + 1).tolist()
    met: list[list[float]] = [[] for _ in range(width)]
    for column in range(width):
        begin, end = edges[column], edges[column + 1]
        last = column == width - 1
        met[column] += [b for a, b in zip(x, y, strict=True) if begin <= a < end or (last and a == end)]
        for (a, b), (c, d) in zip(zip(x, y, strict=True), zip(x[1:], y[1:], strict=True), strict=False):
            for edge in (begin, end):
                if a <= edge <= c and c > a:
                    met[column].append(b + (d - b) * (edge - a) / (c - a))
    return met


coordinates = st.floats(-50, 50).map(lambda each: round(each, 3))


@given(
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=30, unique_by=lambda point: point[0]),
    st.integers(1, 40),
)
@settings(max_examples=150, deadline=None)
def test_a_column_reaches_as_far_as_the_line_does_within_it(points: list[tuple[float, float]], width: int) -> None:
    points.sort()
    x, y = [each for each, _ in points], [each for _, each in points]
    left, right = -30.0, 31.5
    low, high = dots.spans(np.array(x), np.array(y), left, right, width)
    for column, met in enumerate(one_after_the_other(x, y, left, right, width)):
        if met:
            assert low[column] == pytest.approx(min(met), abs=1e-6)
            assert high[column] == pytest.approx(max(met), abs=1e-6)
        else:
            assert math.isnan(low[column]) and math.isnan(high[column])


def test_a_line_of_few_points_is_unbroken() -> None:
    x, y = np.array([0.0, 10.0, 20.0, 30.0]), np.array([0.0, 100.0, -50.0, 20.0])
    low, high = dots.spans(x, y, 0, 30, 60)
    grid = dots.raster(low, high, -50, 100, 80)
    for before, after in zip(grid.T, grid.T[1:], strict=False):
        first, second = np.flatnonzero(before), np.flatnonzero(after)
        assert first[0] <= second[-1] + 1 and second[0] <= first[-1] + 1


def test_dots_become_the_patterns_of_braille() -> None:
    grid = np.zeros((4, 4), bool)
    grid[0, 0] = grid[3, 0] = grid[1, 1] = grid[0, 2] = True
    assert dots.letters(dots.packed(grid)[0]) == "⡑⠁"
    assert dots.letters(dots.packed(dots.thickened(grid))[0]) == "⣽⠋"


def test_what_reaches_beyond_the_edges_is_cut_off_there() -> None:
    low, high = np.array([-5.0, 20.0, np.nan, 4.0]), np.array([5.0, 30.0, np.nan, 6.0])
    grid = dots.raster(low, high, 0, 10, 11)
    assert np.flatnonzero(grid[:, 0]).tolist() == [5, 6, 7, 8, 9, 10]
    assert not grid[:, 1].any() and not grid[:, 2].any()
    assert np.flatnonzero(grid[:, 3]).tolist() == [4, 5, 6]


# Smoothing.


def loop(y: list[float], share: float) -> list[float]:
    average, weight, made = 0.0, 0, []
    for each in y:
        if math.isfinite(each):
            average = share * average + (1 - share) * each
            weight += 1
            made.append(average / (1 - share**weight))
        else:
            made.append(math.nan)
    return made


@pytest.mark.parametrize("share", [0.5, 0.8, 0.97, 0.999])
@pytest.mark.parametrize("count", [1, 63, 64, 65, 1000, 5000])
def test_smoothing_is_what_a_loop_makes(share: float, count: int) -> None:
    numbers = np.random.default_rng(count)
    y = numbers.normal(3, 2, count)
    y[numbers.random(count) < 0.1] = np.nan
    if count > 2:
        y[2] = np.inf
    assert np.allclose(smoothed(y, share), loop(y.tolist(), share), rtol=1e-9, equal_nan=True)


def test_a_curve_that_grows_is_smoothed_on_and_one_that_was_cut_anew() -> None:
    numbers = np.random.default_rng(1)
    x, y = np.arange(3000.0), numbers.normal(0, 1, 3000)
    smoother = Smoother()
    shown = smoother.of(x[:10], y[:10], 0.9)
    before = shown.copy()
    for end in (10, 11, 500, 2999, 3000):
        assert np.allclose(smoother.of(x[:end], y[:end], 0.9), loop(y[:end].tolist(), 0.9))
    assert np.array_equal(shown, before)
    other = np.concatenate((y[:1000], y[:500]))
    assert np.allclose(smoother.of(x[:1500], other, 0.9), loop(other.tolist(), 0.9))
    other = np.concatenate((y[:900], -y[900:1500]))  # as long as before, and another one behind the cut
    assert np.allclose(smoother.of(x[:1500], other, 0.9), loop(other.tolist(), 0.9))
    assert np.allclose(smoother.of(x[:1500], other, 0.5), loop(other.tolist(), 0.5))


def test_few_points_are_smoothed_little() -> None:
    assert fitting(0.97, 5) == 0
    assert fitting(0.97, 20) == 0.5
    assert fitting(0.97, 10_000) == 0.97
    assert fitting(0, 10_000) == 0


# Marks.


@given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e7), st.integers(2, 12))
@settings(max_examples=200, deadline=None)
def test_marks_are_few_within_the_range_and_short(bottom: float, span: float, most: int) -> None:
    assume(span > abs(bottom) * 1e-6)  # closer than that, numbers themselves are not told apart
    found = axis.ticks(bottom, bottom + span, most)
    assert 2 <= len(found) <= max(3, most)
    assert all(bottom - span * 1e-6 <= each <= bottom + span * (1 + 1e-6) for each in found)
    assert all(len(each) <= axis.LONGEST + 1 for each in axis.labels(found))


@pytest.mark.parametrize(
    ("bottom", "top", "most", "texts"),
    [
        (0.03, 1.02, 5, ["0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0.2, 0.31, 4, ["0.20", "0.25", "0.30"]),
        (0, 200_000, 5, ["0", "50k", "100k", "150k", "200k"]),
        (0, 1e-5, 3, ["0", "5e-6", "1e-5"]),
        (1200, 1900, 4, ["1,200", "1,400", "1,600", "1,800"]),
        (-1, 1, 3, ["-1", "0", "1"]),
        (0.05, 3.2, 2, ["1", "2", "3"]),
    ],
)
def test_marks_are_round_numbers(bottom: float, top: float, most: int, texts: list[str]) -> None:
    assert axis.labels(axis.ticks(bottom, top, most)) == texts


def test_marks_of_a_log_scale() -> None:
    assert axis.logarithmic(axis.powers(-3.2, 1.1, 10)) == ["0.001", "0.01", "0.1", "1", "10"]
    assert axis.logarithmic(axis.powers(-9, 0, 4)) == ["1e-9", "1e-6", "0.001", "1"]
    assert axis.logarithmic(axis.powers(math.log10(0.3), math.log10(0.8), 4)) == ["0.3", "0.5", "0.7"]


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.31234, "0.3123"), (1840.4, "1,840"), (48_201, "48.2k"), (2.1e-5, "2.1e-5"), (0, "0"), (math.nan, "nan")],
)
def test_numbers_by_themselves(value: float, told: str) -> None:
    assert axis.short(value) == told


# The whole drawing.


def curve(y: list[float] | np.ndarray, name: str = "train", *, thick: bool = False) -> Curve:  # type: ignore[type-arg]
    return Curve(name, np.arange(float(len(y))), np.asarray(y, np.float64), "$accent", thick)


def texts(lines: list[Line]) -> list[str]:
    return ["".join(run.text for run in line) for line in lines]


def drawn(*curves: Curve, look: Look | None = None, width: int = 60, height: int = 16, **more: str) -> list[str]:
    return texts(Drawer().draw(curves, look or Look(), width, height, **more))


def test_names_with_the_last_values_stand_above_and_numbers_beside_and_below() -> None:
    lines = drawn(curve(np.linspace(2, 0.25, 41)), curve([1.0, 0.5], "val", thick=True), x_name="epoch")
    assert len(lines) == 16
    assert lines[0] == "── train 0.25   ━━ val 0.5"
    assert [each.split("┤")[0].strip() for each in lines if "┤" in each] == ["2.0", "1.5", "1.0", "0.5"]
    assert lines[-2].strip().startswith("└┬──")
    assert lines[-1].split() == ["epoch", "0", "10", "20", "30", "40"]


def cells(lines: list[str]) -> list[str]:
    return ["".join(letter for letter in each if "⠀" <= letter <= "⣿") for each in lines]


def test_a_single_point_is_seen() -> None:
    assert "".join(cells(drawn(curve([0.5])))) != ""


def test_a_constant_curve_is_a_line_across() -> None:
    across = [each for each in cells(drawn(curve([0.5] * 20))) if each]
    assert len(across) == 1 and len(across[0]) == 54
    assert set(across[0]) <= set("⠉⠒⠤⣀")


def test_what_is_no_number_is_left_out_of_the_bounds() -> None:
    good = drawn(curve([1.0, 2.0, 3.0, 2.5, 2.0]))
    bad = drawn(
        Curve("train", np.array([0, 1, 1.5, 2, 3, 3, 4.0]), np.array([1, 2, math.inf, 3, 2.5, math.nan, 2]), "$a")
    )
    assert bad == good


def test_there_may_be_nothing_to_draw() -> None:
    assert "no points yet" in " ".join(drawn())
    assert "no points yet" in " ".join(drawn(curve([])))
    assert "no points yet" in " ".join(drawn(curve([math.nan, math.inf])))
    said = drawn(curve([]), none="no points yet: the first epoch is being trained", width=30)
    assert " ".join(" ".join(said).split()) == "no points yet: the first epoch is being trained"
    assert "above zero" in " ".join(drawn(curve([-1.0, 0.0]), look=Look(log=True)))


def test_a_log_scale_leaves_out_what_has_no_logarithm() -> None:
    lines = drawn(curve([100.0, 0.0, 10.0, -5.0, 1.0]), look=Look(log=True))
    assert [each.split("┤")[0].strip() for each in lines if "┤" in each] == ["100", "10", "1"]
    # A straight line falls on a log scale where it falls to the same part in the same time.
    straight = drawn(curve([100.0, 10.0, 1.0]))
    assert cells(drawn(curve([100.0, 10.0, 1.0]), look=Look(log=True))) != cells(straight)
    assert cells(drawn(curve([2.0, 1.0, 0.0]))) == cells(drawn(curve([100.0, 10.0, 1.0]), look=Look(log=True)))


def test_a_part_is_seen_closer() -> None:
    y = np.concatenate((np.linspace(100, 1, 50), np.linspace(1, 0.5, 51)))
    lines = drawn(curve(y), look=Look(window=(0.5, 1.0)))
    assert lines[-1].split() == ["50", "60", "70", "80", "90", "100"]
    tops = [each.split("┤")[0].strip() for each in lines if "┤" in each]
    assert float(tops[0]) <= 3


def test_behind_what_is_smoothed_stands_what_it_was() -> None:
    numbers = np.random.default_rng(2)
    lines = Drawer().draw([curve(numbers.normal(5, 1, 4000))], Look(smoothing=0.97), 60, 16)
    roles = {run.pen.role for line in lines for run in line}
    assert {"curve", "faint"} <= roles
    faint = sum(len(run.text) for line in lines for run in line if run.pen.role == "faint")
    bright = sum(len(run.text) for line in lines for run in line if run.pen.role == "curve")
    assert faint > bright


def test_names_that_do_not_fit_are_counted() -> None:
    many = [curve([1.0, 2.0], f"run {number}") for number in range(9)]
    lines = drawn(*many, width=40, height=8)
    assert lines[0].startswith("── run 0 2") and lines[0].split()[-1].startswith("+")
    shown = lines[0].count("run")
    assert shown + int(lines[0].split()[-1]) == 9
    assert max(map(len, drawn(*many, width=24, height=8))) <= 24
    assert "…" in drawn(curve([1.0], "a run with a very long name indeed"), width=24, height=8)[0]


@pytest.mark.parametrize("width", [20, 21, 33, 40, 80, 200])
@pytest.mark.parametrize("height", [5, 6, 9, 12, 50])
@pytest.mark.parametrize("look", [Look(), Look(log=True, smoothing=0.9), Look(window=(0.3, 0.31))])
def test_it_fits_whatever_the_room(width: int, height: int, look: Look) -> None:
    curves = [curve(1e5 * np.random.default_rng(3).random(500), "loss"), curve([-1e-7, 3e5], "other", thick=True)]
    lines = drawn(*curves, look=look, width=width, height=height)
    assert len(lines) == height
    assert max(map(len, lines)) <= width


def test_no_room_is_no_fault() -> None:
    for width in range(12):
        for height in range(5):
            assert len(drawn(curve([1.0, 2.0]), width=width, height=height)) == height


def test_of_two_hundred_thousand_points_none_is_lost() -> None:
    y = np.zeros(200_000)
    y[123_456], y[77_777] = 1.0, -1.0
    lines = drawn(Curve("a", np.arange(200_000), y, "$a"), width=107, height=30)
    rows = [each[7:] for each in lines if "│" in each or "┤" in each]
    assert [at for at, letter in enumerate(rows[0]) if "⠀" <= letter <= "⣿"] == [123_456 * 100 // 200_000]
    assert [at for at, letter in enumerate(rows[-1]) if "⠀" <= letter <= "⣿"] == [77_777 * 100 // 200_000]
    assert all("⠀" < letter <= "⣿" for letter in rows[len(rows) // 2])
