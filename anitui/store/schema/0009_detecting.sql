-- Which detector has looked at which picture, how, and what came of it.

CREATE TABLE detections (
    image_id    BIGINT NOT NULL,
    detector    VARCHAR NOT NULL,
    settings    VARCHAR NOT NULL,           -- the detector's, as JSON
    faces       INTEGER NOT NULL,
    reason      VARCHAR,                    -- why it could not be looked at
    looked_at   TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

-- Faces in pictures that were seen under one name, or several, and that nobody has named yet.
CREATE VIEW faces_to_name AS
SELECT f.face_id, f.image_id, h.hints, f.score, f.detector, f.x, f.y, f.w, f.h
FROM faces f
JOIN images i ON i.image_id = f.image_id AND i.state = 'active'
LEFT JOIN (
    SELECT image_id, list_sort(list(DISTINCT label_hint)) AS hints
    FROM sightings WHERE label_hint IS NOT NULL GROUP BY image_id
) h ON h.image_id = f.image_id
ANTI JOIN face_labels l ON l.face_id = f.face_id
WHERE f.state = 'active';
