-- What a review of a run found, what models see in faces, and which faces without a name look like one another.

CREATE SEQUENCE review_ids;

CREATE TABLE reviews (
    review_id   BIGINT PRIMARY KEY DEFAULT nextval('review_ids'),
    run_id      BIGINT NOT NULL,
    label_set   VARCHAR NOT NULL,
    looked_at   BIGINT NOT NULL,            -- faces with a name that took part
    look_wrong  BIGINT NOT NULL,            -- of how many the name is likely wrong, by confident learning
    made_at     TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

-- As a review found it. Rows of earlier reviews stay: what was asked, and answered since, is not asked again.
CREATE TABLE review_queue (
    review_id   BIGINT NOT NULL,
    place       INTEGER NOT NULL,           -- the most suspicious first
    kind        VARCHAR NOT NULL CHECK (kind IN ('label', 'alike', 'unlabelled')),
    face_id     BIGINT NOT NULL,
    other_face  BIGINT,                     -- of 'alike': the one that it is nearly equal to
    said        VARCHAR,                    -- what it was called
    suggested   VARCHAR,
    sureness    DOUBLE,                     -- how likely the run takes what is suggested
    score       DOUBLE NOT NULL,            -- 0 to 1: how suspicious, or how worth a label
    why         VARCHAR NOT NULL
);

-- What people see of the latest review of each set: a row waits until a person has answered it.
CREATE VIEW review AS
WITH latest AS (
    SELECT label_set, max(review_id) AS review_id FROM reviews GROUP BY label_set
), asked AS (
    SELECT q.*, r.run_id, r.label_set, r.made_at
    FROM review_queue q JOIN latest USING (review_id) JOIN reviews r USING (review_id)
), called AS (
    SELECT l.face_id, l.label_set, l.label, l.speaker, l.said_at
    FROM face_labels l SEMI JOIN (
        SELECT face_id, label_set FROM asked UNION SELECT other_face, label_set FROM asked
    ) a ON a.face_id = l.face_id AND a.label_set = l.label_set
    QUALIFY row_number() OVER (
        PARTITION BY l.face_id, l.label_set ORDER BY speaker_rank(l.speaker) DESC, l.said_at DESC, l.said_by
    ) = 1
)
SELECT a.label_set, a.place, a.kind, a.face_id, a.other_face, a.said, a.suggested, a.sureness, a.score, a.why,
       n.label, a.run_id, a.made_at,
       CASE WHEN n.speaker = 'person' AND n.said_at > a.made_at THEN 'done'    -- answered, or confirmed
            WHEN f.state <> 'active' OR i.state <> 'active' OR f.unsure THEN 'done'
            WHEN a.kind = 'unlabelled' AND n.speaker = 'person' THEN 'done'
            WHEN a.kind <> 'unlabelled' AND n.label IS DISTINCT FROM a.said THEN 'done'
            WHEN a.kind = 'alike' AND n.label = o.label THEN 'done'
            ELSE 'waits' END AS state
FROM asked a
JOIN faces f ON f.face_id = a.face_id JOIN images i ON i.image_id = f.image_id
LEFT JOIN called n ON n.face_id = a.face_id AND n.label_set = a.label_set
LEFT JOIN called o ON o.face_id = a.other_face AND o.label_set = a.label_set;

-- The models whose vectors are here; of each kind the one taken in last is used.
CREATE TABLE embedding_models (
    kind        VARCHAR NOT NULL CHECK (kind IN ('image', 'face')),
    model       VARCHAR NOT NULL,
    run_id      BIGINT,
    dimensions  INTEGER NOT NULL,
    taken_at    TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    PRIMARY KEY (kind, model)
);

CREATE TABLE embeddings (
    kind        VARCHAR NOT NULL CHECK (kind IN ('image', 'face')),
    id          BIGINT NOT NULL,
    model       VARCHAR NOT NULL,
    vector      FLOAT[] NOT NULL            -- of length 1, so a dot product is the cosine
);

-- By the model that is used now.
CREATE VIEW face_embeddings AS
SELECT e.id AS face_id, m.model, m.run_id, e.vector
FROM (SELECT kind, arg_max(model, taken_at) AS model FROM embedding_models GROUP BY kind) u
JOIN embedding_models m ON m.kind = u.kind AND m.model = u.model
JOIN embeddings e ON e.kind = m.kind AND e.model = m.model
WHERE e.kind = 'face';

-- Of whole pictures; where no model has seen them as such, of faces that are a whole picture.
CREATE VIEW image_embeddings AS
WITH seen AS (
    SELECT e.id AS image_id, m.model, m.run_id, e.vector
    FROM (SELECT kind, arg_max(model, taken_at) AS model FROM embedding_models GROUP BY kind) u
    JOIN embedding_models m ON m.kind = u.kind AND m.model = u.model
    JOIN embeddings e ON e.kind = m.kind AND e.model = m.model
    WHERE e.kind = 'image'
)
FROM seen
UNION ALL
SELECT f.image_id, e.model, e.run_id, e.vector
FROM face_embeddings e JOIN (
    SELECT image_id, min(face_id) AS face_id FROM faces WHERE detector = 'whole' AND state = 'active' GROUP BY image_id
) f USING (face_id)
WHERE NOT EXISTS (FROM seen);

-- Faces without a name that are alike; the largest cluster is number 1.
CREATE TABLE face_clusters (
    label_set   VARCHAR NOT NULL,
    cluster     INTEGER NOT NULL,
    face_id     BIGINT NOT NULL
);
