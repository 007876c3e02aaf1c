"""What is amiss between the catalogue and the disk: the files that were seen, held against the rows, in sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from anitui.store.arrow import as_table
from anitui.store.catalogue import Catalogue, Row, incoming
from anitui.store.intake import KNOWN_MISSING

TWICE = "the same picture is there twice"  # why `doctor` sets a second row of one content aside


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that lies in `media`, or that a row names elsewhere."""

    path: str  # as the catalogue names it
    bytes: int
    kind: str  # picture: a file with a digest for its name · other · unreadable


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is amiss. `number` is the image, or the job, sighting or item where it is about those."""

    number: int | None
    path: str


@dataclass(frozen=True, slots=True)
class ToRead:
    """A file whose digest is to be compared."""

    image_id: int
    path: str
    sha256: str
    returned: bool  # its row says that it is missing, and yet it is there


SEEN_TYPES = {"path": "string", "bytes": "int64", "kind": "string"}

# A row and its file, as `seen` has it.
_WITH_FILE = "images i JOIN seen s ON s.path = i.path AND i.purged_at IS NULL"
_PLACE = "('media/' || i.sha256[1:2] || '/' || i.sha256 || '.')"


class Survey:
    """What was seen on disk, beside the rows. Belongs to the thread that made it, which closes it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._cursor = catalogue.cursor()
        self._cursor.execute("CREATE OR REPLACE TEMP TABLE seen (path VARCHAR, bytes BIGINT, kind VARCHAR)")

    def close(self) -> None:
        self._cursor.close()

    def see(self, files: Sequence[Seen]) -> None:
        """Add files that were seen."""
        with incoming(self._cursor, as_table(files, SEEN_TYPES)):
            self._cursor.execute("INSERT INTO seen SELECT * FROM incoming")

    def elsewhere(self, page: int = 20_000) -> Iterator[list[str]]:
        """The files outside `media` that rows name, page by page."""
        last = ""
        while True:
            rows = self._rows(
                "SELECT DISTINCT path FROM images WHERE purged_at IS NULL AND NOT starts_with(path, 'media/') "
                "AND path > ? ORDER BY path LIMIT ?",
                [last, page],
            )
            if not rows:
                return
            yield [row[0] for row in rows]
            last = rows[-1][0]

    def pictures(self) -> int:
        """How many pictures should have a file."""
        return int(self._rows("SELECT count(*) FROM images WHERE purged_at IS NULL")[0][0])

    def files_without_row(self) -> list[Case]:
        """Files in `media` named by a digest that no row names."""
        return self._unclaimed("picture")

    def strays(self) -> list[Case]:
        """Anything else in `media` that no row names."""
        return self._unclaimed("other")

    def purged_but_there(self) -> list[Case]:
        """Files that a purge was about to remove when it was cut off; not those that another row still needs."""
        return self._cases(
            "SELECT i.image_id, i.path FROM images i JOIN seen s ON s.path = i.path "
            "WHERE i.purged_at IS NOT NULL AND i.stored <> 'reference' AND starts_with(i.path, 'media/') "
            "AND NOT EXISTS (FROM images o WHERE o.path = i.path AND o.purged_at IS NULL) ORDER BY i.image_id"
        )

    def without_file(self) -> list[Case]:
        """Rows whose file is not there, and that do not say so yet."""
        return self._cases(
            "SELECT i.image_id, i.path FROM images i WHERE i.purged_at IS NULL "
            f"AND NOT {KNOWN_MISSING} AND NOT EXISTS (FROM seen s WHERE s.path = i.path) ORDER BY i.image_id"
        )

    def of_another_size(self) -> list[Case]:
        return self._cases(
            f"SELECT i.image_id, i.path FROM {_WITH_FILE} WHERE s.kind <> 'unreadable' "
            f"AND s.bytes <> i.bytes AND NOT {KNOWN_MISSING} ORDER BY i.image_id"
        )

    def unreadable(self) -> list[Case]:
        return self._cases(
            f"SELECT i.image_id, i.path FROM {_WITH_FILE} "
            f"WHERE s.kind = 'unreadable' AND NOT {KNOWN_MISSING} ORDER BY i.image_id"
        )

    def misplaced(self) -> list[Case]:
        """Rows whose file should lie in `media` under its digest, and lies under another name."""
        return self._cases(
            f"SELECT i.image_id, i.path FROM {_WITH_FILE} WHERE i.stored <> 'reference' AND s.kind <> 'unreadable' "
            f"AND s.bytes = i.bytes AND NOT starts_with(i.path, {_PLACE}) AND NOT {KNOWN_MISSING} ORDER BY i.image_id"
        )

    def twice(self) -> list[Case]:
        """The rows beyond the first of one content; the first is the one in use, then the older one."""
        return self._cases(
            "SELECT image_id, path FROM images WHERE reason IS DISTINCT FROM ? QUALIFY row_number() OVER "
            "(PARTITION BY sha256 ORDER BY state = 'active' DESC, purged_at IS NOT NULL, image_id) > 1 "
            "ORDER BY image_id",
            [TWICE],
        )

    def unmeasured(self, returned: Sequence[Case]) -> list[Case]:
        """Pictures that lack facts, or one of the hashes that belong to those facts.

        Also those whose file is missing: it may be brought back. Those known as missing only where they returned.
        """
        return self._cases(
            "SELECT image_id, path FROM images i WHERE purged_at IS NULL "
            f"AND (NOT {KNOWN_MISSING} OR image_id IN (SELECT unnest(?::BIGINT[]))) "
            "AND NOT EXISTS (FROM image_facts f JOIN ("
            "  SELECT image_id, mode FROM image_hashes GROUP BY ALL HAVING count(DISTINCT algorithm) = 3"
            ") h ON h.image_id = f.image_id AND h.mode = f.mode WHERE f.image_id = i.image_id) ORDER BY image_id",
            [[case.number for case in returned]],
        )

    def jobs_that_nobody_runs(self) -> list[Case]:
        """Jobs that say they run, or are done although items wait."""
        return self._cases(
            "SELECT job_id, name FROM jobs j WHERE state = 'running' OR (state = 'done' AND EXISTS "
            "(FROM job_items i WHERE i.job_id = j.job_id AND i.state = 'waiting')) ORDER BY job_id"
        )

    def sightings_of_nothing(self) -> list[Case]:
        return self._cases(
            "SELECT sighting_id, url FROM sightings s WHERE NOT EXISTS (FROM images i WHERE i.image_id = s.image_id) "
            "ORDER BY sighting_id"
        )

    def items_of_nothing(self) -> list[Case]:
        return self._cases(
            "SELECT item_id, url FROM job_items j WHERE image_id IS NOT NULL "
            "AND NOT EXISTS (FROM images i WHERE i.image_id = j.image_id) ORDER BY item_id"
        )

    def prepare_reading(self, *, deep: bool) -> int:
        """Pick the files whose digest decides: those that came back, and with `deep` all of the right size."""
        self._cursor.execute(
            "CREATE OR REPLACE TEMP TABLE to_read AS "
            f"SELECT i.image_id, i.path, i.sha256, {KNOWN_MISSING} AS returned FROM {_WITH_FILE} "
            f"WHERE s.kind <> 'unreadable' AND s.bytes = i.bytes AND (? OR {KNOWN_MISSING})",
            [deep],
        )
        return int(self._rows("SELECT count(*) FROM to_read")[0][0])

    def to_read(self, page: int = 5000) -> Iterator[ToRead]:
        """The files that were picked, page by page."""
        last = -1
        while rows := self._rows("SELECT * FROM to_read WHERE image_id > ? ORDER BY image_id LIMIT ?", [last, page]):
            for row in rows:
                yield ToRead(*row)
            last = rows[-1][0]

    def _unclaimed(self, kind: str) -> list[Case]:
        return self._cases(
            "SELECT NULL, path FROM seen s WHERE kind = ? AND starts_with(path, 'media/') "
            "AND NOT EXISTS (FROM images i WHERE i.path = s.path) ORDER BY path",
            [kind],
        )

    def _cases(self, sql: str, parameters: list[Any] | None = None) -> list[Case]:
        return [Case(*row) for row in self._rows(sql, parameters)]

    def _rows(self, sql: str, parameters: list[Any] | None = None) -> list[Row]:
        return self._cursor.execute(sql, parameters or []).fetchall()
