-- Faces found in pictures, and who calls what by which name.

CREATE SEQUENCE face_ids;

CREATE TABLE faces (
    face_id     BIGINT PRIMARY KEY DEFAULT nextval('face_ids'),
    image_id    BIGINT NOT NULL,
    x           DOUBLE NOT NULL,            -- in pixels of the picture as displayed
    y           DOUBLE NOT NULL,
    w           DOUBLE NOT NULL,
    h           DOUBLE NOT NULL,
    score       DOUBLE,
    detector    VARCHAR NOT NULL,
    settings    VARCHAR,                    -- the detector's, as JSON
    kind        VARCHAR NOT NULL DEFAULT 'face' CHECK (kind IN ('face', 'head')),
    state       VARCHAR NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'set_aside')),
    reason      VARCHAR,
    found_at    TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE face_hashes (
    face_id     BIGINT NOT NULL,
    algorithm   VARCHAR NOT NULL CHECK (algorithm IN ('dhash', 'phash', 'ahash')),
    mode        VARCHAR NOT NULL CHECK (mode IN ('exact', 'fast')),
    bits        UBIGINT NOT NULL
);

CREATE TABLE labels (
    label       VARCHAR PRIMARY KEY,
    label_set   VARCHAR NOT NULL DEFAULT 'characters',
    aliases     VARCHAR[] NOT NULL DEFAULT [],
    colour      VARCHAR,
    key         VARCHAR
);

-- Statements, not answers: what is current is worked out below. `speaker` ranks them: person > model > job.
CREATE TABLE face_labels (
    face_id     BIGINT NOT NULL,
    label       VARCHAR NOT NULL,
    speaker     VARCHAR NOT NULL CHECK (speaker IN ('person', 'model', 'job')),
    said_by     VARCHAR NOT NULL,           -- which person, model or job
    confidence  DOUBLE,
    said_at     TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE image_tags (
    image_id    BIGINT NOT NULL,
    label       VARCHAR NOT NULL,
    holds       BOOLEAN NOT NULL DEFAULT true,  -- false: somebody says that the tag does not fit
    speaker     VARCHAR NOT NULL CHECK (speaker IN ('person', 'model', 'job')),
    said_by     VARCHAR NOT NULL,
    confidence  DOUBLE,
    said_at     TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE MACRO speaker_rank(speaker) AS CASE speaker WHEN 'person' THEN 3 WHEN 'model' THEN 2 ELSE 1 END;

CREATE VIEW labelled_faces AS
SELECT face_id, label, said_by, confidence, said_at, speaker
FROM face_labels
QUALIFY row_number() OVER (PARTITION BY face_id ORDER BY speaker_rank(speaker) DESC, said_at DESC) = 1;

-- A picture has many tags; the folder or thread it was seen under is a job's word for one.
CREATE VIEW tagged_images AS
SELECT image_id, label, said_by, confidence, said_at, speaker FROM (
    SELECT *, row_number() OVER (
        PARTITION BY image_id, label ORDER BY speaker_rank(speaker) DESC, said_at DESC
    ) AS rank
    FROM (
        SELECT image_id, label, holds, speaker, said_by, confidence, said_at FROM image_tags
        UNION ALL
        SELECT image_id, label_hint, true, 'job', coalesce('job ' || job_id, site), NULL, seen_at
        FROM sightings WHERE label_hint IS NOT NULL
    )
)
WHERE rank = 1 AND holds;

CREATE VIEW unlabelled_faces AS
SELECT face_id, image_id, score, detector, x, y, w, h
FROM faces f
ANTI JOIN face_labels l ON l.face_id = f.face_id
WHERE state = 'active';
