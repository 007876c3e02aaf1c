"""What pictures and faces may have in common: the columns that near-duplicates are looked for within."""

from __future__ import annotations

from collections.abc import Mapping

from anitui.errors import WrongUse

# Of sightings: a title of MyAnimeList or World Art, whether a job or the name of a file told its number.
TITLE_ID = "CASE WHEN regexp_matches(post_id, '^(mal|wa):[0-9]+$') THEN post_id END"

# For each, who has which values: a picture that was seen at several places has several.
_OF_IMAGES: Mapping[str, str] = {
    # By its number as well: files of LAP's data set are called by it, and no two of them alike.
    "title": "SELECT image_id AS id, title AS value FROM sightings WHERE trim(title) <> '' "
    f"UNION SELECT image_id, {TITLE_ID} FROM sightings WHERE {TITLE_ID} IS NOT NULL",
    "label": "SELECT image_id AS id, label AS value FROM tagged_images",
    "folder": "SELECT DISTINCT image_id AS id, page_url AS value FROM sightings WHERE page_url IS NOT NULL",
    "job": "SELECT DISTINCT image_id AS id, job_id::VARCHAR AS value FROM sightings WHERE job_id IS NOT NULL",
    "post": "SELECT DISTINCT image_id AS id, post_id AS value FROM sightings WHERE post_id IS NOT NULL",
    "site": "SELECT DISTINCT image_id AS id, site AS value FROM sightings",
    "author": "SELECT DISTINCT image_id AS id, author AS value FROM sightings WHERE author IS NOT NULL",
    "format": "SELECT image_id AS id, format AS value FROM images",
    "title_id": f"SELECT DISTINCT image_id AS id, {TITLE_ID} AS value FROM sightings WHERE {TITLE_ID} IS NOT NULL",
}

COLUMNS = tuple(_OF_IMAGES)


def check(column: str) -> None:
    """Raise WrongUse when there is no such column."""
    if column not in _OF_IMAGES:
        raise WrongUse(f"near-duplicates cannot be looked for within {column!r}: there are {', '.join(COLUMNS)}")


def values(kind: str, column: str) -> str:
    """SQL that gives (id, value) for a column, of pictures or of faces; a face has its picture's, but its own label."""
    check(column)
    if kind == "image":
        return _OF_IMAGES[column]
    if column == "label":
        return "SELECT face_id AS id, label AS value FROM labelled_faces"
    return f"SELECT f.face_id AS id, c.value FROM faces f JOIN ({_OF_IMAGES[column]}) c ON c.id = f.image_id"


def sharing(kind: str, column: str, a: str, b: str) -> str:
    """A condition: that two ids have a value of a column in common."""
    found = values(kind, column)

    def of(id: str) -> str:
        # As a list for each id: joined by value, a folder of 10,000 pictures would meet itself.
        return f"(SELECT list(value) FROM ({found}) v WHERE v.id = {id})"

    return f"list_has_any({of(a)}, {of(b)})"
