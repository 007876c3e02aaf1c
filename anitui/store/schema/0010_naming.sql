-- changes data
-- Statements about faces say of which set their label is, and the journal's entries of before say so too.

-- Names of one set are a person's choice at one time: characters, genres, LAP's fifteen classes.
ALTER TABLE labels ADD COLUMN number INTEGER;           -- the place in its set: what class files count by
ALTER TABLE face_labels ADD COLUMN label_set VARCHAR DEFAULT 'characters';
UPDATE journal_changes SET row_key = json_merge_patch(row_key, '{"label_set": "characters"}')
WHERE table_name = 'face_labels';

-- Looked at, and nobody could say who it is.
ALTER TABLE faces ADD COLUMN unsure BOOLEAN DEFAULT false;

-- Pictures whose boxes a person has gone through.
CREATE TABLE reviewed_images (
    image_id    BIGINT PRIMARY KEY,
    reviewed_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

-- Every name that a label goes by, in lower case: what jobs and folders say is looked up here.
CREATE VIEW label_names AS
SELECT lower(label) AS name, label, label_set FROM labels
UNION ALL
SELECT name, min(label), min(label_set) FROM (
    SELECT lower(unnest(aliases)) AS name, label, label_set FROM labels
) a
WHERE NOT EXISTS (FROM labels l WHERE lower(l.label) = a.name)
GROUP BY name;

-- The current answer, one for each set: person > model > job.
CREATE OR REPLACE VIEW labelled_faces AS
SELECT face_id, label, said_by, confidence, said_at, speaker, label_set
FROM face_labels
QUALIFY row_number() OVER (
    PARTITION BY face_id, label_set ORDER BY speaker_rank(speaker) DESC, said_at DESC, said_by
) = 1;

-- What jobs called things, by the names that are used now.
CREATE VIEW hints AS
SELECT s.image_id, coalesce(n.label, s.label_hint) AS label, coalesce(n.label_set, 'characters') AS label_set,
       coalesce('job ' || s.job_id, s.site) AS said_by, s.seen_at
FROM sightings s LEFT JOIN label_names n ON n.name = lower(s.label_hint)
WHERE s.label_hint IS NOT NULL;

CREATE OR REPLACE VIEW tagged_images AS
SELECT image_id, label, said_by, confidence, said_at, speaker FROM (
    SELECT *, row_number() OVER (
        PARTITION BY image_id, label ORDER BY speaker_rank(speaker) DESC, said_at DESC
    ) AS rank
    FROM (
        SELECT image_id, label, holds, speaker, said_by, confidence, said_at FROM image_tags
        UNION ALL
        SELECT image_id, label, true, 'job', said_by, NULL, seen_at FROM hints
    )
)
WHERE rank = 1 AND holds;

CREATE OR REPLACE MACRO tagged_among(ids) AS TABLE
SELECT image_id, label, said_by, confidence, said_at, speaker FROM (
    SELECT *, row_number() OVER (
        PARTITION BY image_id, label ORDER BY speaker_rank(speaker) DESC, said_at DESC
    ) AS rank
    FROM (
        SELECT image_id, label, holds, speaker, said_by, confidence, said_at FROM image_tags
        WHERE image_id IN (SELECT unnest(ids))
        UNION ALL
        SELECT image_id, label, true, 'job', said_by, NULL, seen_at FROM hints
        WHERE image_id IN (SELECT unnest(ids))
    )
)
WHERE rank = 1 AND holds;

CREATE OR REPLACE VIEW faces_to_name AS
SELECT f.face_id, f.image_id, h.hints, f.score, f.detector, f.x, f.y, f.w, f.h
FROM faces f
JOIN images i ON i.image_id = f.image_id AND i.state = 'active'
LEFT JOIN (
    SELECT image_id, list_sort(list(DISTINCT label)) AS hints FROM hints GROUP BY image_id
) h ON h.image_id = f.image_id
ANTI JOIN face_labels l ON l.face_id = f.face_id
WHERE f.state = 'active' AND NOT f.unsure;
