-- Files of labels that were taken in: what they called pictures, in which order, and how they wrote each box, so that
-- they can be written again as they were. Only a memory: the boxes and labels themselves are decisions.

CREATE SEQUENCE label_file_ids;

CREATE TABLE label_files (
    file_id     BIGINT PRIMARY KEY DEFAULT nextval('label_file_ids'),
    format      VARCHAR NOT NULL,           -- 'lap', 'coco', …
    name        VARCHAR NOT NULL,           -- of the file (or folder), without where it lay
    path        VARCHAR NOT NULL,
    kind        VARCHAR NOT NULL,           -- of its boxes: face or head
    unit        VARCHAR NOT NULL,           -- of its boxes: px, share (of the picture's size), whole (it has none)
    label_set   VARCHAR NOT NULL,
    heading     VARCHAR NOT NULL,           -- what it says beside pictures and boxes, as JSON
    taken_at    TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE label_file_pictures (
    file_id     BIGINT NOT NULL,
    place       BIGINT NOT NULL,            -- in the file, from 0
    name        VARCHAR NOT NULL,           -- as it is written there
    image_id    BIGINT,                     -- NULL: there was no such picture
    written     VARCHAR                     -- what the file says of it, where that is more than its boxes
);

CREATE TABLE label_file_boxes (
    file_id     BIGINT NOT NULL,
    picture     BIGINT NOT NULL,            -- the place of its picture
    place       BIGINT NOT NULL,            -- in the file, from 0
    image_id    BIGINT NOT NULL,
    face_id     BIGINT NOT NULL,            -- what became of it; gone where the import was taken back
    kind        VARCHAR NOT NULL,
    nth         BIGINT NOT NULL,            -- among the equal boxes of its picture
    x           DOUBLE NOT NULL,            -- as it was taken in: what is otherwise now is written anew
    y           DOUBLE NOT NULL,
    w           DOUBLE NOT NULL,
    h           DOUBLE NOT NULL,
    score       DOUBLE,
    label       VARCHAR,
    written     VARCHAR                     -- as the file wrote it
);

-- Pairs of which somebody said whether both show the same one, as sets for verification have them.
CREATE TABLE judged_pairs (
    file_id     BIGINT NOT NULL,
    place       BIGINT NOT NULL,            -- in the file, from 0
    a_name      VARCHAR NOT NULL,
    b_name      VARCHAR NOT NULL,
    a_id        BIGINT,                     -- the pictures, where they are here
    b_id        BIGINT,
    same        BOOLEAN NOT NULL,           -- what is true
    answered    BOOLEAN,                    -- what a person said who was asked
    invalid     INTEGER NOT NULL DEFAULT 0, -- not 0: not to be counted
    PRIMARY KEY (file_id, place)
);
