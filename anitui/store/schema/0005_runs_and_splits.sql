-- Training runs (copied in from their folders) and the splits that feed them.

CREATE TABLE runs (
    run_id      BIGINT PRIMARY KEY,
    name        VARCHAR NOT NULL,
    recipe      VARCHAR,
    split       VARCHAR,
    state       VARCHAR NOT NULL,
    started_at  TIMESTAMP,
    ended_at    TIMESTAMP
);

CREATE TABLE run_metrics (
    run_id      BIGINT NOT NULL,
    step        BIGINT NOT NULL,
    epoch       DOUBLE,
    name        VARCHAR NOT NULL,
    value       DOUBLE,
    logged_at   TIMESTAMP
);

CREATE TABLE splits (
    split       VARCHAR NOT NULL,
    part        VARCHAR NOT NULL CHECK (part IN ('train', 'val', 'test')),
    face_id     BIGINT,
    image_id    BIGINT NOT NULL,
    group_id    BIGINT NOT NULL             -- what must not straddle two parts
);
