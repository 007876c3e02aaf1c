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
SELECT p.kind, p.a_id, p.b_id, p.algorithm, p.distance
FROM pairs p
WHERE NOT EXISTS (FROM verdicts v WHERE v.kind = p.kind AND v.a_id = p.a_id AND v.b_id = p.b_id)
  AND NOT EXISTS (FROM images i WHERE p.kind = 'image' AND i.image_id IN (p.a_id, p.b_id) AND i.state <> 'active')
  AND NOT EXISTS (FROM faces f WHERE p.kind = 'face' AND f.face_id IN (p.a_id, p.b_id) AND f.state <> 'active');
