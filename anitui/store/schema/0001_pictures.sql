-- The pictures: what they are, where they were seen, and what was measured.

-- How unlike two hashes are: the number of bits that differ.
CREATE MACRO hamming(a, b) AS bit_count(xor(a::UBIGINT, b::UBIGINT))::INTEGER;
-- A hash as imagehash prints it (16 hex digits), and back.
CREATE MACRO hash_text(bits) AS printf('%016x', bits::UBIGINT);
CREATE MACRO hash_bits(text) AS ('0x' || text)::UBIGINT;
-- How alike two hashes are, from 0 (opposite) to 1 (equal).
CREATE MACRO likeness(a, b) AS 1 - hamming(a, b) / 64.0;

CREATE SEQUENCE image_ids;

CREATE TABLE images (
    image_id    BIGINT PRIMARY KEY DEFAULT nextval('image_ids'),
    sha256      VARCHAR NOT NULL,           -- of the original bytes; one row per distinct content
    path        VARCHAR NOT NULL,           -- relative to the workspace, or absolute when stored = 'reference'
    stored      VARCHAR NOT NULL CHECK (stored IN ('copy', 'hardlink', 'reference')),
    format      VARCHAR NOT NULL,
    mode        VARCHAR NOT NULL,           -- as Pillow names it: RGB, P, CMYK, I;16 …
    width       INTEGER NOT NULL,           -- as displayed: after the EXIF orientation
    height      INTEGER NOT NULL,
    frames      INTEGER NOT NULL DEFAULT 1, -- of an animated picture only the first is looked at
    bytes       BIGINT NOT NULL,
    state       VARCHAR NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'set_aside')),
    reason      VARCHAR,                    -- why it was set aside
    added_at    TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    purged_at   TIMESTAMP                   -- its bytes were removed by `purge`; the row remembers the content
);

CREATE SEQUENCE sighting_ids;

-- Every place where an image was seen. A label here is a hint of the folder or the job, never a person's word.
CREATE TABLE sightings (
    sighting_id BIGINT DEFAULT nextval('sighting_ids'),
    image_id    BIGINT NOT NULL,
    site        VARCHAR NOT NULL,           -- 'folder', 'reddit', 'imgur', …
    url         VARCHAR NOT NULL,
    page_url    VARCHAR,                    -- for a file: its folder
    post_id     VARCHAR,
    title       VARCHAR,
    author      VARCHAR,
    flair       VARCHAR,
    nsfw        BOOLEAN,
    label_hint  VARCHAR,
    job_id      BIGINT,
    seen_at     TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE image_facts (
    image_id      BIGINT NOT NULL,
    mode          VARCHAR NOT NULL CHECK (mode IN ('exact', 'fast')),
    colourfulness DOUBLE,                   -- Hasler and Süsstrunk; 0 is grey
    colour_share  DOUBLE,                   -- share of pixels whose channels differ by more than 50 of 255
    sharpness     DOUBLE,                   -- variance of the Laplacian at a long side of about 256
    brightness    DOUBLE                    -- mean grey, 0 to 255
);

CREATE TABLE image_hashes (
    image_id    BIGINT NOT NULL,
    algorithm   VARCHAR NOT NULL CHECK (algorithm IN ('dhash', 'phash', 'ahash')),
    mode        VARCHAR NOT NULL CHECK (mode IN ('exact', 'fast')),
    bits        UBIGINT NOT NULL            -- the first bit of imagehash's array is the highest
);

-- A person's marks, as one makes them while looking through: one digit per picture.
CREATE TABLE image_marks (
    image_id    BIGINT PRIMARY KEY,
    mark        TINYINT NOT NULL CHECK (mark BETWEEN 0 AND 9)
);

-- The order of sightings: as they came, but what `doctor` found again only knows itself, and comes last.
CREATE MACRO sighting_rank(site, sighting_id) AS sighting_id + CASE site WHEN 'recovered' THEN 1::BIGINT << 60 ELSE 0 END;

-- Where an image was seen first.
CREATE VIEW image_origins AS
SELECT image_id, unnest(first) FROM (
    SELECT image_id,
           arg_min({'site': site, 'url': url, 'page_url': page_url, 'post_id': post_id, 'title': title,
                    'author': author, 'flair': flair, 'nsfw': nsfw, 'job_id': job_id},
                   sighting_rank(site, sighting_id)) AS first
    FROM sightings GROUP BY image_id
);
