"""A model in a process of its own."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from anitui.errors import AnituiError
from anitui.train.predict.asking import Asking, NotTaken, Question, TooSlow
from anitui.train.run import Run
from tests.train.a_class import COLOURS
from tests.train.predict.a_model import paint


def test_it_answers_is_given_up_when_it_hangs_and_started_anew(colours: Run, tmp_path: Path) -> None:
    asking = Asking(colours, "cpu", answer_seconds=2.0)
    try:
        assert asking.ready() == "single"
        process = asking._process
        assert process is not None
        os.kill(process.pid, signal.SIGSTOP)  # as if a picture kept it for ever
        red = paint(tmp_path / "red.png", COLOURS["ai"])
        with pytest.raises(TooSlow, match="no answer came"):
            asking.ask(Question(str(red), detector="whole"))
        assert process.poll() is not None
        answer = asking.ask(Question(data=red.read_bytes(), detector="whole", top=2))
        ((face,), judged) = (answer.said.faces, answer.judged)
        assert (face.name, len(face.guesses), judged["threshold"]) == ("ai", 2, 0.5)
        with pytest.raises(NotTaken, match="not a picture"):
            asking.ask(Question(data=b"words", detector="whole"))
        with pytest.raises(AnituiError, match="no detector 'nobody'"):
            asking.ask(Question(str(red), detector="nobody"))
    finally:
        asking.close()
    with pytest.raises(AnituiError, match="nobody answers any more"):
        asking.ask(Question(str(red), detector="whole"))
