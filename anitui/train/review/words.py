"""Why a face is asked about, as a person would say it."""

from __future__ import annotations

from collections.abc import Sequence

from anitui.train.review.ranking import Suspect
from anitui.words import count


def percent(share: float) -> str:
    """A share as a whole number; what is hardly anything is not called nothing, nor nearly everything all."""
    return "under 1 %" if share < 0.01 else "over 99 %" if share > 0.99 else f"{share:.0%}".replace("%", " %")


def suspect_in_words(suspect: Suspect, classes: Sequence[str], said: int, other: tuple[int, int] | None) -> str:
    """`73 % sakura, 4 % what it is called; 8 of its 10 most alike are sakura`.

    `other`: the id of a face that is nearly equal, and what that is called.
    """
    suggested = classes[suspect.suggested]
    parts = [f"{percent(suspect.sureness)} {suggested}, {percent(suspect.in_said)} what it is called"]
    if suspect.suggested == said:
        parts = [f"{percent(suspect.in_said)} what it is called"]
    if suspect.voters:
        parts.append(f"{suspect.votes or 'none'} of its {suspect.voters} most alike are {suggested}")
    if other is not None:
        face, name = other
        parts.append(f"nearly equal to face {face}, which is called {classes[name]}")
    return "; ".join(parts)


def unlabelled_in_words(suggested: str, sureness: float, density: float) -> str:
    """`only 34 % sure: sakura; many are like it`."""
    many = "many are like it" if density >= 0.8 else "some are like it" if density >= 0.5 else "few are like it"
    return f"{percent(sureness)} {suggested} at most; {many}"


def ranked_in_words(look_wrong: int, agreed: int, looked_at: int) -> str:
    """`of 4,000 labels about 412 look wrong (10.3%); 88.1% are what the run would say`."""
    if not looked_at:
        return "there are no labels to look at"
    return (
        f"of {count(looked_at, 'label')} about {look_wrong:,} look wrong ({look_wrong / looked_at:.1%}); "
        f"{agreed / looked_at:.1%} are what the run would say"
    )
