from __future__ import annotations

import os
import pty
import threading

import pytest
from textual.drivers._writer_thread import WriterThread

from anitui.screens.driver import UntilGone

FAR_MORE_THAN_WAIT = 200


def test_a_terminal_that_went_away_holds_nobody_up() -> None:
    ours, theirs = pty.openpty()
    with pytest.raises(OSError, match="error"), os.fdopen(theirs, "w") as terminal:
        writing = WriterThread(UntilGone(terminal))  # type: ignore[arg-type]
        writing.start()
        os.close(ours)

        def leave() -> None:
            for _ in range(FAR_MORE_THAN_WAIT):
                writing.write("a screen that nobody sees\n")
            writing.stop()

        leaving = threading.Thread(target=leave, daemon=True)
        leaving.start()
        leaving.join(20)
        assert not leaving.is_alive(), "the app would never end"
        terminal.flush()  # it did go away
