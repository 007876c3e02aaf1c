"""The question which set of labels to name with: one that is there, or a new one."""

from __future__ import annotations

from collections.abc import Callable

from anitui.errors import WrongUse
from anitui.screens.frame import FrameScreen
from anitui.screens.questions import Ask, Choose
from anitui.store import labels

_NEW = "\0"  # no name of a set


def ask_for_set(screen: FrameScreen, here: str, then: Callable[[str], None]) -> None:
    """Ask over a screen that names with the set `here`; `then` goes on with another one."""

    def name_with(name: str | None) -> None:
        if not name:
            return
        try:
            label_set = labels.tidy(name)
        except WrongUse as error:
            screen.host.complain(error)
        else:
            then(label_set)

    def ask(sets: list[str]) -> None:
        def answered(chosen: str | None) -> None:
            if chosen == _NEW:
                screen.app.push_screen(Ask("What is the new set called?", placeholder="quality"), name_with)
            else:
                name_with(chosen)

        options = [(each, each) for each in dict.fromkeys([*sets, here])] + [(_NEW, "a new set …")]
        screen.app.push_screen(Choose("Name with the labels of", options, here), answered)

    screen.off_thread(lambda: labels.sets(screen.host.catalogue), ask, group="sets")
