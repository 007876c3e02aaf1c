-- Near-duplicates, and what a person (or a rule) says of them.

CREATE TABLE pairs (
    kind        VARCHAR NOT NULL CHECK (kind IN ('image', 'face')),
    a_id        BIGINT NOT NULL,
    b_id        BIGINT NOT NULL,
    algorithm   VARCHAR NOT NULL,
    distance    INTEGER NOT NULL,
    CHECK (a_id < b_id)
);

CREATE SEQUENCE verdict_ids;

-- A log: groups, keepers and what still waits are worked out from it.
CREATE TABLE verdicts (
    verdict_id  BIGINT PRIMARY KEY DEFAULT nextval('verdict_ids'),
    kind        VARCHAR NOT NULL CHECK (kind IN ('image', 'face')),
    a_id        BIGINT NOT NULL,
    b_id        BIGINT NOT NULL,
    verdict     VARCHAR NOT NULL,
    said_by     VARCHAR NOT NULL,
    decided_at  TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    CHECK (a_id < b_id)
);

-- What still waits: pairs of two active pictures (or faces) that nobody has judged.
CREATE VIEW pairs_open AS
WITH aside AS (
    SELECT 'image' AS kind, image_id AS id FROM images WHERE state <> 'active'
    UNION ALL
    SELECT 'face', face_id FROM faces WHERE state <> 'active'
)
SELECT p.kind, p.a_id, p.b_id, p.algorithm, p.distance
FROM pairs p
ANTI JOIN verdicts v ON v.kind = p.kind AND v.a_id = p.a_id AND v.b_id = p.b_id
ANTI JOIN aside a ON a.kind = p.kind AND a.id = p.a_id
ANTI JOIN aside b ON b.kind = p.kind AND b.id = p.b_id;
