-- Jobs that collect from outside.

ALTER TABLE jobs ADD COLUMN reason VARCHAR;               -- why it stopped, as a person should read it

-- Every address on the way to the bytes, the one asked for first, and when what shows the picture was posted.
ALTER TABLE job_items ADD COLUMN chain VARCHAR[];
ALTER TABLE sightings ADD COLUMN chain VARCHAR[];
ALTER TABLE sightings ADD COLUMN posted_at TIMESTAMP;

-- Where an item was seen, kept until its bytes are here, and for the next try: the sightings are made of these.
CREATE TABLE job_leads (
    job_id      BIGINT NOT NULL,
    url         VARCHAR NOT NULL,           -- of the item
    label_hint  VARCHAR,
    site        VARCHAR NOT NULL,
    page_url    VARCHAR,
    post_id     VARCHAR,
    title       VARCHAR,
    author      VARCHAR,
    flair       VARCHAR,
    nsfw        BOOLEAN,
    posted_at   TIMESTAMP,
    instead     VARCHAR[],                  -- where else to look
    file        VARCHAR,                    -- it lies on this machine
    tags        VARCHAR[],
    via         VARCHAR[],                  -- pages that were opened on the way to it
    found_at    TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

-- Pages that a job went through whole. While the stamp is the same, the next run need not ask for them.
CREATE TABLE job_marks (
    job_id      BIGINT NOT NULL,
    page        VARCHAR NOT NULL,
    stamp       VARCHAR NOT NULL,
    PRIMARY KEY (job_id, page)
);

-- How far the log of a process beside this one was taken in: written with what it says, so nothing comes twice.
CREATE TABLE logs_read (
    folder      VARCHAR PRIMARY KEY,
    read_to     BIGINT NOT NULL             -- bytes
);
