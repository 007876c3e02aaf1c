from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anitui.train import series
from anitui.train.series import MetricsReader


def line(step: int, **values: float) -> str:
    named = {name.replace("_", "/", 1): value for name, value in values.items()}
    return json.dumps({"step": step, "epoch": step / 10, "time": 1e9 + step, **named}) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "metrics.jsonl"


def add(file: Path, text: str | bytes) -> None:
    with file.open("ab") as opened:
        opened.write(text if isinstance(text, bytes) else text.encode())


def values(reader: MetricsReader, name: str = "train/loss") -> list[tuple[int, float]]:
    found = reader.series[name]
    return list(zip(found.step.tolist(), found.value.tolist(), strict=True))


def test_what_is_logged_is_read_as_it_comes(file: Path) -> None:
    reader = MetricsReader(file)
    assert not reader.poll()  # there is no file yet
    add(file, line(1, train_loss=2.5, train_lr=0.1) + line(2, train_loss=2.0))
    assert reader.poll()
    add(file, line(3, val_loss=1.5))
    assert reader.poll()
    assert not reader.poll()
    assert values(reader) == [(1, 2.5), (2, 2.0)]
    assert values(reader, "train/lr") == [(1, 0.1)]
    assert values(reader, "val/loss") == [(3, 1.5)]
    assert reader.series["train/loss"].epoch.tolist() == [0.1, 0.2]
    assert reader.series["val/loss"].time.tolist() == [1e9 + 3]


def test_only_whole_lines_are_read(file: Path) -> None:
    reader = MetricsReader(file)
    whole = line(1, train_loss=2.5)
    add(file, whole[:20])
    assert not reader.poll()
    add(file, whole[20:])
    reader.poll()
    assert values(reader) == [(1, 2.5)]


@pytest.mark.parametrize(
    "garbage",
    [
        b"no json\n", b"\xff\xfe\x00\n", b"\n", b"[1, 2]\n", b"7\n", b'{"train/loss": 3}\n', b"[" * 5000 + b"\n",
        b'{"step": 1.5, "train/loss": 3}\n', b'{"step": true, "train/loss": 3}\n',
        b'{"step": 2, "train/loss": "low"}\n',
        b'{"step": 1' + b"0" * 30 + b', "train/loss": 3}\n', b'{"step": 2, "train/loss": null}\n', b"[1\n2]\n",
    ],
)  # fmt: skip
def test_garbage_is_passed_over(file: Path, garbage: bytes) -> None:
    add(file, line(1, train_loss=2.5).encode() + garbage + line(3, train_loss=1.5).encode())
    reader = MetricsReader(file)
    reader.read_all()
    assert values(reader) == [(1, 2.5), (3, 1.5)]


def test_what_is_written_behind_a_torn_line_is_read(file: Path) -> None:
    add(file, line(1, train_loss=2.5) + line(2, train_loss=2.0)[:30] + line(2, train_loss=1.75))
    reader = MetricsReader(file)
    reader.read_all()
    assert values(reader) == [(1, 2.5), (2, 1.75)]


def test_numbers_that_are_none_and_numbers_too_large(file: Path) -> None:
    add(file, line(1, train_loss=math.nan) + line(2, train_loss=math.inf) + '{"step": 3, "train/loss": 1' + "0" * 400)
    add(file, "}\n")
    reader = MetricsReader(file)
    reader.read_all()
    found = reader.series["train/loss"]
    assert math.isnan(found.value[0]) and found.value[1] == math.inf and math.isnan(found.value[2])
    assert math.isnan(found.epoch[2])
    assert math.isnan(found.last)
    add(file, line(4, train_loss=0.5) + line(5, train_loss=math.nan))
    reader.poll()
    assert found.last == 0.5


def test_a_run_that_goes_on_from_its_checkpoint_replaces_what_it_logged_behind_it(file: Path) -> None:
    add(file, "".join(line(step, train_loss=step) for step in range(1, 9)))
    add(file, line(4, val_top1=0.4) + line(8, val_top1=0.8))
    reader = MetricsReader(file)
    reader.read_all()
    before = reader.series["train/loss"].columns()
    add(file, line(5, train_loss=50) + line(6, train_loss=60))
    reader.poll()
    assert values(reader) == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 50), (6, 60)]
    assert values(reader, "val/top1") == [(4, 0.4)]  # that of step 8 is of a time that is no more
    assert before[3].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]  # who draws it still has it whole


def test_a_line_for_measuring_may_come_after_later_ones_of_training(file: Path) -> None:
    add(file, line(1, train_loss=1) + line(2, train_loss=2) + line(3, train_loss=3) + line(2, val_loss=2))
    reader = MetricsReader(file)
    reader.read_all()
    assert values(reader) == [(1, 1), (2, 2), (3, 3)]
    assert values(reader, "val/loss") == [(2, 2)]


def test_a_shorter_file_and_another_file_are_read_anew(file: Path) -> None:
    add(file, line(1, train_loss=1) + line(2, train_loss=2))
    reader = MetricsReader(file)
    reader.read_all()
    version = reader.version
    file.write_text(line(1, train_loss=7))
    reader.poll()
    assert values(reader) == [(1, 7)]
    assert reader.version > version
    other = file.with_name("other")
    other.write_text(line(1, train_loss=8) + line(2, train_loss=9) + line(3, train_loss=9))
    other.replace(file)
    reader.poll()
    assert values(reader) == [(1, 8), (2, 9), (3, 9)]
    file.unlink()
    assert not reader.poll()
    assert len(values(reader)) == 3


def test_a_poll_reads_no_more_than_a_chunk(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "CHUNK", 1000)
    written = "".join(line(step, train_loss=step) for step in range(100))
    add(file, "x" * 2500 + "\n" + written)  # and a line that never ends stops nobody
    reader = MetricsReader(file)
    polls, most = 0, 0
    before = 0
    while reader.poll():
        polls += 1
        now = len(reader.series["train/loss"]) if reader.series else 0
        most, before = max(most, now - before), now
    assert polls > len(written) // 1000
    assert 0 < most <= 1000 // len(line(1, train_loss=1))
    assert values(reader) == [(step, step) for step in range(100)]


def test_the_version_tells_whether_there_is_anything_new(file: Path) -> None:
    reader = MetricsReader(file)
    add(file, line(1, train_loss=1))
    reader.poll()
    version = reader.version
    reader.poll()
    assert reader.version == version
    add(file, line(2, train_loss=1))
    reader.poll()
    assert reader.version != version


def test_two_hundred_thousand_lines_are_read_soon_and_then_only_what_is_new(file: Path) -> None:
    body: dict[str, Any] = {"epoch": 1.5, "time": 1.7e9, "train/loss": 0.123456789, "train/lr": 0.01}
    tail = json.dumps(body)[1:]
    file.write_text("".join(f'{{"step": {step}, {tail}\n' for step in range(200_000)))
    reader = MetricsReader(file)
    begun = time.process_time()
    reader.read_all()
    assert time.process_time() - begun < 2
    found = reader.series["train/loss"]
    assert np.array_equal(found.step, np.arange(200_000))
    assert (found.value == 0.123456789).all()
    add(file, line(200_000, train_loss=1))
    begun = time.process_time()
    reader.poll()
    assert time.process_time() - begun < 0.05
    assert len(found) == 200_001
