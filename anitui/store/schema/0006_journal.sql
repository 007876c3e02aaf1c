-- Every decision of a person, with all that is needed to take it back and to make it again.

CREATE SEQUENCE entry_ids;

CREATE TABLE journal (
    entry_id    BIGINT PRIMARY KEY DEFAULT nextval('entry_ids'),
    action      VARCHAR NOT NULL,           -- the action's id, such as 'browse.set_aside'
    summary     VARCHAR NOT NULL,           -- as a person would say it: 'set 3 pictures aside'
    said_by     VARCHAR NOT NULL,
    decided_at  TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    state       VARCHAR NOT NULL DEFAULT 'done'
                CHECK (state IN ('done', 'undone', 'dropped', 'final')),
    changed_at  TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

-- One row per row that a decision changed. Only the columns that decisions own are kept, as JSON objects.
-- before is NULL: the row was not there; after is NULL: the row is gone.
CREATE TABLE journal_changes (
    entry_id    BIGINT NOT NULL,
    step        INTEGER NOT NULL,           -- a decision may change a row more than once
    table_name  VARCHAR NOT NULL,
    row_key     VARCHAR NOT NULL,
    before      VARCHAR,
    after       VARCHAR
);
