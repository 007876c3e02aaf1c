-- changes data
-- Splits that are frozen: what each was made from, who is in which part, and the pairs for verification.

CREATE SEQUENCE split_ids;

CREATE TABLE frozen_splits (
    split_id    BIGINT PRIMARY KEY DEFAULT nextval('split_ids'),
    split       VARCHAR NOT NULL,           -- its name; of those that are here no two have the same
    kind        VARCHAR NOT NULL CHECK (kind IN ('image', 'face')),     -- what its members are
    label_set   VARCHAR NOT NULL,
    made_from   VARCHAR NOT NULL,           -- what was asked for, as JSON
    report      VARCHAR NOT NULL,           -- what came of it, as JSON
    made_at     TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE split_members (
    split_id    BIGINT NOT NULL,
    part        VARCHAR NOT NULL CHECK (part IN ('train', 'val', 'test')),
    face_id     BIGINT,
    image_id    BIGINT NOT NULL,
    group_id    BIGINT NOT NULL,            -- what must not straddle two parts
    labels      VARCHAR[] NOT NULL          -- as they were when the split was made; of a face there is one
);

-- Pairs for verification: of a test with characters that no training has seen.
CREATE TABLE split_pairs (
    split_id    BIGINT NOT NULL,
    part        VARCHAR NOT NULL,
    place       INTEGER NOT NULL,
    a_face      BIGINT NOT NULL,
    b_face      BIGINT NOT NULL,
    same        BOOLEAN NOT NULL,
    chosen      VARCHAR NOT NULL            -- how: 'positive', 'random', 'hard'
);

INSERT INTO frozen_splits (split, kind, label_set, made_from, report)
SELECT split, CASE WHEN bool_and(face_id IS NULL) THEN 'image' ELSE 'face' END, 'characters', '{}', '{}'
FROM splits GROUP BY split ORDER BY split;
INSERT INTO split_members
SELECT f.split_id, s.part, s.face_id, s.image_id, s.group_id, [] FROM splits s JOIN frozen_splits f USING (split);
DROP TABLE splits;

-- Who is in which part of which split; `label` is as it was when the split was made.
CREATE VIEW splits AS
SELECT f.split, m.part, m.face_id, m.image_id, m.group_id, m.labels[1] AS label, m.labels
FROM split_members m JOIN frozen_splits f USING (split_id);

-- How many of each label are in each part.
CREATE VIEW split_classes AS
SELECT split, label, count(*) AS members,
       count(*) FILTER (part = 'train') AS train, count(*) FILTER (part = 'val') AS val,
       count(*) FILTER (part = 'test') AS test, count(DISTINCT group_id) AS groups
FROM (SELECT split, part, group_id, unnest(labels) AS label FROM splits)
GROUP BY ALL;
