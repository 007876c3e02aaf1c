"""How 64 bits are cut into bands, so that near hashes can be found by looking things up.

Two hashes at most t bits apart differ by at most r_i bits in at least one of some bands whenever the sum of all
(r_i + 1) exceeds t: with one bit more in every band there would be more than t. So it is enough to look, band by
band, at the hashes whose band is equal or differs in 1..r_i bits; a pair belongs to the first band that finds it.

The bits are dealt to the bands like cards, since neighbouring bits of a real hash often agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

BITS = 64


@dataclass(frozen=True, slots=True)
class Band:
    """Some of the 64 bits, lowest first, and by how many of these a pair may differ to be found here."""

    bits: tuple[int, ...]
    radius: int

    @property
    def mask(self) -> int:
        return sum(1 << bit for bit in self.bits)

    def flips(self, bits: Sequence[int] | None = None) -> list[int]:
        """Every XOR mask of 1..radius bits of the band (or of `bits`, which stand for them)."""
        ones = [1 << bit for bit in (self.bits if bits is None else bits)]
        return [sum(chosen) for size in range(1, self.radius + 1) for chosen in combinations(ones, size)]


def cut(within: int, bands: int) -> tuple[Band, ...]:
    """Cut into so many bands, for pairs at most `within` bits apart. Bands that look further around are wider."""
    spare = max(0, within + 1 - bands)
    radii = [spare // bands + (index < spare % bands) for index in range(bands)]
    shares = [5 + radius for radius in radii]
    ends = [round(BITS * sum(shares[: index + 1]) / sum(shares)) for index in range(bands)]
    widths = [end - begin for begin, end in zip([0, *ends], ends, strict=False)]
    return tuple(Band(tuple(bits), radius) for bits, radius in zip(_deal(widths), radii, strict=True))


def usual(within: int) -> tuple[Band, ...]:
    """The cut for searches in SQL, where each look around costs: three bands, or as many as keep the radius at 2."""
    return cut(within, 2 if within < 2 else max(3, -(-(within + 1) // 3)))


def _deal(widths: Sequence[int]) -> list[list[int]]:
    """Give the bits out in turn, in proportion to the widths."""
    left, credit = list(widths), [0.0] * len(widths)
    dealt: list[list[int]] = [[] for _ in widths]
    for bit in range(BITS):
        credit = [had + width / BITS for had, width in zip(credit, widths, strict=True)]
        taker = max((had, index) for index, had in enumerate(credit) if left[index])[1]
        credit[taker] -= 1
        left[taker] -= 1
        dealt[taker].append(bit)
    return dealt
