-- How verdicts spread, what has been compared already, and the place where one stopped.

-- Worked out from the verdicts and kept beside them: who is the same as whom, and who stands for all of them.
-- Someone without a row is alone: a group of their own, and its keeper.
CREATE TABLE duplicate_groups (
    kind        VARCHAR NOT NULL CHECK (kind IN ('image', 'face')),
    id          BIGINT NOT NULL,
    group_id    BIGINT NOT NULL,            -- the smallest id of the group
    keeper_id   BIGINT NOT NULL,            -- whom the latest 'keep' named
    kept        BOOLEAN NOT NULL,           -- the keeper, and whom a 'same, keep both' keeps beside it
    PRIMARY KEY (kind, id)
);

-- The keeper has what was said of those set aside for it; `inherited_from` says from whom, NULL is its own.
ALTER TABLE sightings ADD COLUMN inherited_from BIGINT;
ALTER TABLE image_tags ADD COLUMN inherited_from BIGINT;
ALTER TABLE face_labels ADD COLUMN inherited_from BIGINT;

-- What has been compared with everything else here: a row whose bits are another now, or that reaches less far than
-- what is asked for, counts as new.
CREATE TABLE pairs_compared (
    kind        VARCHAR NOT NULL,
    algorithm   VARCHAR NOT NULL,
    mode        VARCHAR NOT NULL,
    id          BIGINT NOT NULL,
    bits        UBIGINT NOT NULL,
    reach       INTEGER NOT NULL            -- up to which distance
);

CREATE SEQUENCE scan_ids;

-- Searches for pairs; one that was cut off goes on behind its last finished step.
CREATE TABLE pair_scans (
    scan_id     BIGINT PRIMARY KEY DEFAULT nextval('scan_ids'),
    "order"     VARCHAR NOT NULL,           -- what was asked for, as JSON
    over        VARCHAR NOT NULL,           -- which hashes it ran over: a checksum; others mean a new search
    state       VARCHAR NOT NULL CHECK (state IN ('running', 'stopped', 'done')),
    steps       INTEGER NOT NULL,
    steps_done  INTEGER NOT NULL DEFAULT 0,
    found       BIGINT NOT NULL DEFAULT 0,
    begun_at    TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    changed_at  TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

-- Pictures whose pixels were compared, not only their hashes: a digest of what is shown.
CREATE TABLE image_pixels (
    image_id    BIGINT NOT NULL,
    pixels      VARCHAR NOT NULL
);

-- Where one stopped on a screen, as JSON.
CREATE TABLE remembered (
    name        VARCHAR PRIMARY KEY,
    value       VARCHAR NOT NULL
);

-- Who may still be asked about: themselves while they are shown, else the keeper they were set aside for.
CREATE VIEW standing AS
WITH aside AS (
    SELECT 'image' AS kind, image_id AS id FROM images WHERE state <> 'active'
    UNION
    SELECT 'face', face_id FROM faces WHERE state <> 'active'
       OR image_id IN (SELECT image_id FROM images WHERE state <> 'active')
)
SELECT a.kind, a.id, CASE WHEN k.id IS NULL THEN g.keeper_id END AS stands_for
FROM aside a
LEFT JOIN duplicate_groups g ON g.kind = a.kind AND g.id = a.id
LEFT JOIN aside k ON k.kind = g.kind AND k.id = g.keeper_id;

-- Between which groups something was said that ends the asking; `postponed` only puts it off.
CREATE VIEW groups_apart AS
SELECT v.kind,
       least(coalesce(ga.group_id, v.a_id), coalesce(gb.group_id, v.b_id)) AS one,
       greatest(coalesce(ga.group_id, v.a_id), coalesce(gb.group_id, v.b_id)) AS other,
       bool_and(v.verdict = 'not_now') AS postponed
FROM verdicts v
LEFT JOIN duplicate_groups ga ON ga.kind = v.kind AND ga.id = v.a_id
LEFT JOIN duplicate_groups gb ON gb.kind = v.kind AND gb.id = v.b_id
WHERE v.verdict NOT IN ('keep_a', 'keep_b', 'same')
GROUP BY ALL;

-- What still waits. A pair with someone who was set aside as a duplicate is asked of the keeper instead; what lies
-- within a group, or between two groups of which it is known that they differ, is never asked.
CREATE OR REPLACE VIEW pairs_open AS
WITH asked AS (
    SELECT p.kind, p.algorithm, p.distance,
           CASE WHEN sa.id IS NULL THEN p.a_id ELSE sa.stands_for END AS one,
           CASE WHEN sb.id IS NULL THEN p.b_id ELSE sb.stands_for END AS other
    FROM pairs p
    LEFT JOIN standing sa ON sa.kind = p.kind AND sa.id = p.a_id
    LEFT JOIN standing sb ON sb.kind = p.kind AND sb.id = p.b_id
), between AS (
    SELECT kind, least(one, other) AS a_id, greatest(one, other) AS b_id, algorithm, min(distance) AS distance
    FROM asked WHERE one <> other
    GROUP BY ALL
)
SELECT w.kind, w.a_id, w.b_id, w.algorithm, w.distance, coalesce(r.postponed, false) AS postponed
FROM between w
LEFT JOIN duplicate_groups ga ON ga.kind = w.kind AND ga.id = w.a_id
LEFT JOIN duplicate_groups gb ON gb.kind = w.kind AND gb.id = w.b_id
LEFT JOIN groups_apart r ON r.kind = w.kind
    AND r.one = least(coalesce(ga.group_id, w.a_id), coalesce(gb.group_id, w.b_id))
    AND r.other = greatest(coalesce(ga.group_id, w.a_id), coalesce(gb.group_id, w.b_id))
WHERE coalesce(ga.group_id, w.a_id) <> coalesce(gb.group_id, w.b_id) AND coalesce(r.postponed, true);

-- The same as the view `tagged_images`, for a few pictures out of millions: the view ranks all that was ever said.
CREATE MACRO tagged_among(ids) AS TABLE
SELECT image_id, label, said_by, confidence, said_at, speaker FROM (
    SELECT *, row_number() OVER (
        PARTITION BY image_id, label ORDER BY speaker_rank(speaker) DESC, said_at DESC
    ) AS rank
    FROM (
        SELECT image_id, label, holds, speaker, said_by, confidence, said_at FROM image_tags
        WHERE image_id IN (SELECT unnest(ids))
        UNION ALL
        SELECT image_id, label_hint, true, 'job', coalesce('job ' || job_id, site), NULL, seen_at
        FROM sightings WHERE label_hint IS NOT NULL AND image_id IN (SELECT unnest(ids))
    )
)
WHERE rank = 1 AND holds;
