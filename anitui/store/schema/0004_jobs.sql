-- Work that collects: a job and its items, the queue that can be resumed at any point.

CREATE SEQUENCE job_ids;
CREATE SEQUENCE item_ids;

CREATE TABLE jobs (
    job_id      BIGINT PRIMARY KEY DEFAULT nextval('job_ids'),
    kind        VARCHAR NOT NULL,           -- 'import', 'scrape', …
    name        VARCHAR NOT NULL,
    "order"     VARCHAR NOT NULL,           -- what was asked for, as JSON; the same order again continues the job
    state       VARCHAR NOT NULL CHECK (state IN ('running', 'stopped', 'done')),
    made_at     TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    changed_at  TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE job_items (
    job_id      BIGINT NOT NULL,
    item_id     BIGINT DEFAULT nextval('item_ids'),
    url         VARCHAR NOT NULL,
    state       VARCHAR NOT NULL CHECK (state IN ('waiting', 'done', 'already', 'refused', 'failed')),
    attempts    INTEGER NOT NULL DEFAULT 1,
    reason      VARCHAR,
    image_id    BIGINT,
    label_hint  VARCHAR,
    bytes       BIGINT,                     -- of a file: its size and time of change when it was looked at,
    mtime_ns    BIGINT,                     -- so that a finished folder is passed over in seconds
    changed_at  TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

-- What was asked for and could not be taken, and why; the newest first.
CREATE VIEW not_taken AS
SELECT url, reason, state, attempts, job_id, changed_at
FROM job_items
WHERE state IN ('refused', 'failed')
ORDER BY changed_at DESC, item_id DESC;
