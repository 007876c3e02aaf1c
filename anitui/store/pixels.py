"""Which pictures may have the very pixels of another, and the digests of those that were looked at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from anitui.store.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Undigested:
    """A picture whose pixels were not looked at yet, and that has one to be compared with."""

    image_id: int
    path: str


def undigested(catalogue: Catalogue) -> list[Undigested]:
    """Pictures that might have the very pixels of another: of equal size, and equal in all their hashes.

    Of an animated one only the first frame was looked at, so nothing is said of them.
    """
    rows = catalogue.rows(
        """
        WITH bits AS (
            SELECT image_id, mode, list(bits ORDER BY algorithm) AS bits
            FROM image_hashes GROUP BY image_id, mode
        ), candidate AS (
            SELECT i.image_id, i.path, b.mode
            FROM images i JOIN bits b USING (image_id)
            WHERE i.state = 'active' AND i.frames = 1
            QUALIFY count(*) OVER (PARTITION BY i.width, i.height, b.mode, b.bits) > 1
        )
        SELECT DISTINCT image_id, path FROM candidate ANTI JOIN image_pixels USING (image_id) ORDER BY image_id
        """
    )
    return [Undigested(*row) for row in rows]


def keep_digests(catalogue: Catalogue, digests: Collection[tuple[int, str]]) -> None:
    """Write down what the pixels of some pictures came to."""
    if not digests:
        return
    with catalogue.writing() as connection:
        connection.execute(
            "INSERT INTO image_pixels SELECT unnest(?::BIGINT[]) AS id, unnest(?::VARCHAR[]) AS pixels",
            [[each[0] for each in digests], [each[1] for each in digests]],
        )
