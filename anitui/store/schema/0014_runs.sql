-- Training runs as their folders tell of them. The folders are what counts: these rows can be made again at any time.

DROP TABLE runs;

CREATE TABLE runs (
    run_id      BIGINT PRIMARY KEY,         -- the number of its folder
    name        VARCHAR NOT NULL,
    task        VARCHAR NOT NULL,           -- 'single', 'multi', 'embed', 'detect'
    split       VARCHAR,
    recipe      VARCHAR,
    model       VARCHAR,
    state       VARCHAR NOT NULL,           -- as it was when last looked at
    reason      VARCHAR,                    -- why it ended early
    best_name   VARCHAR,                    -- by what its best model was chosen, what that came to, and when
    best_value  DOUBLE,
    best_epoch  DOUBLE,
    epochs      DOUBLE,                     -- how far it came
    seconds     DOUBLE,                     -- of training
    classes     INTEGER NOT NULL,
    device      VARCHAR,
    note        VARCHAR,
    settings    VARCHAR NOT NULL,           -- every setting of its recipe, as JSON
    started_at  TIMESTAMP,                  -- when it was made
    ended_at    TIMESTAMP                   -- when it said its last, where it has ended
);

-- How far the metrics of each run have been read: bytes, and the step of the last line.
CREATE TABLE run_logs (
    run_id      BIGINT PRIMARY KEY,
    read_to     BIGINT NOT NULL,
    last_step   BIGINT NOT NULL
);
