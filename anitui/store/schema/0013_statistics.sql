-- Statistics: a view for each. Only what is active counts: pictures that were not set aside, and the faces in them that
-- were not either. What each column means: docs/statistics.md.

CREATE VIEW stats_totals AS
SELECT unnest([
    {'place': 1, 'what': 'pictures', 'number': (SELECT count(*) FROM images WHERE state = 'active')},
    {'place': 2, 'what': 'set aside', 'number': (SELECT count(*) FROM images WHERE state <> 'active')},
    {'place': 3, 'what': 'sightings', 'number': (SELECT count(*) FROM sightings WHERE inherited_from IS NULL)},
    {'place': 4, 'what': 'without a label', 'number': (
        SELECT count(*) FROM images WHERE state = 'active' AND image_id NOT IN (SELECT image_id FROM tagged_images))},
    {'place': 5, 'what': 'faces', 'number': (
        SELECT count(*) FROM faces f JOIN images i ON i.image_id = f.image_id
        WHERE f.state = 'active' AND i.state = 'active')},
    {'place': 6, 'what': 'named faces', 'number': (
        SELECT count(DISTINCT l.face_id) FROM labelled_faces l
        JOIN faces f ON f.face_id = l.face_id JOIN images i ON i.image_id = f.image_id
        WHERE f.state = 'active' AND i.state = 'active')},
    {'place': 7, 'what': 'pairs to decide', 'number': (SELECT count(*) FROM pairs_open)},
    {'place': 8, 'what': 'in a split', 'number': (SELECT count(DISTINCT image_id) FROM splits)},
    {'place': 9, 'what': 'training runs', 'number': (SELECT count(*) FROM runs)},
    {'place': 10, 'what': 'decisions', 'number': (SELECT count(*) FROM journal WHERE state IN ('done', 'final'))},
    {'place': 11, 'what': 'waiting', 'number': (SELECT count(*) FROM job_items WHERE state = 'waiting')},
    {'place': 12, 'what': 'not taken', 'number': (SELECT count(*) FROM not_taken)}
], recursive := true);

CREATE VIEW stats_not_taken AS
SELECT coalesce(split_part(reason, ':', 1), 'no reason given') AS reason, count(*) AS items
FROM not_taken GROUP BY ALL ORDER BY items DESC, reason;

-- Classes: names of faces, those on the list also where no face has them.
CREATE VIEW stats_classes AS
WITH counted AS (
    SELECT l.label_set, l.label, count(*) AS faces, count(DISTINCT f.image_id) AS pictures,
           count(*) FILTER (l.speaker = 'person') AS by_person, count(*) FILTER (l.speaker = 'model') AS by_model,
           count(*) FILTER (l.speaker = 'job') AS by_job
    FROM labelled_faces l
    JOIN faces f ON f.face_id = l.face_id AND f.state = 'active'
    JOIN images i ON i.image_id = f.image_id AND i.state = 'active'
    GROUP BY ALL
)
SELECT label_set, label, coalesce(faces, 0) AS faces, coalesce(pictures, 0) AS pictures,
       coalesce(by_person, 0) AS by_person, coalesce(by_model, 0) AS by_model, coalesce(by_job, 0) AS by_job
FROM counted FULL JOIN (SELECT label_set, label FROM labels) USING (label_set, label);

CREATE VIEW stats_long_tail AS
WITH placed AS (
    SELECT label_set, faces, count(*) OVER (PARTITION BY label_set) AS classes,
           sum(faces) OVER (PARTITION BY label_set) AS total,
           row_number() OVER (PARTITION BY label_set ORDER BY faces, label) AS upwards,
           row_number() OVER (PARTITION BY label_set ORDER BY faces DESC, label DESC) AS downwards,
           sum(faces) OVER (PARTITION BY label_set ORDER BY faces DESC, label DESC ROWS UNBOUNDED PRECEDING) AS so_far
    FROM stats_classes WHERE faces > 0
), listed AS (
    SELECT label_set, count(*) FILTER (faces = 0) AS without_faces FROM stats_classes GROUP BY label_set
)
SELECT label_set, count(faces) AS classes, any_value(without_faces) AS without_faces,
       coalesce(sum(faces), 0)::BIGINT AS faces, coalesce(max(faces), 0) AS most,
       coalesce(median(faces), 0)::DOUBLE AS median, coalesce(min(faces), 0) AS least,
       count(*) FILTER (so_far - faces < total / 2) AS half,
       coalesce(sum(faces) FILTER (downwards <= ceil(classes / 10)) / any_value(total), 0)::DOUBLE AS head_share,
       count(*) FILTER (faces < 10) AS below_10,
       coalesce(2 * sum(upwards * faces) / (any_value(classes) * any_value(total))
                - (any_value(classes) + 1) / any_value(classes), 0)::DOUBLE AS gini
FROM listed LEFT JOIN placed USING (label_set)
GROUP BY label_set;

-- How many classes have how many faces, in steps of 1, 2, 5, 10, 20, 50 …; 0 is a step of its own.
CREATE VIEW stats_class_sizes AS
WITH binned AS (
    SELECT label_set, faces, CASE WHEN faces = 0 THEN -1 ELSE 3 * (length(faces::VARCHAR) - 1) + CASE
           left(faces::VARCHAR, 1) WHEN '1' THEN 0 WHEN '2' THEN 1 WHEN '3' THEN 1 WHEN '4' THEN 1 ELSE 2 END END AS bin
    FROM stats_classes
), counted AS (
    SELECT label_set, bin, count(*) AS classes, sum(faces)::BIGINT AS faces FROM binned GROUP BY ALL
), steps AS (
    SELECT label_set, unnest(range(min(bin), max(bin) + 1)) AS bin FROM counted GROUP BY label_set
)
SELECT label_set,
       CASE WHEN bin < 0 THEN 0 ELSE [1, 2, 5][1 + bin % 3] * 10 ** (bin // 3) END::BIGINT AS at_least,
       CASE WHEN bin < 0 THEN 1 ELSE [2, 5, 10][1 + bin % 3] * 10 ** (bin // 3) END::BIGINT AS below,
       coalesce(classes, 0) AS classes, coalesce(faces, 0) AS faces
FROM steps LEFT JOIN counted USING (label_set, bin)
ORDER BY label_set, at_least;

-- What pictures are said to be as a whole: by people, models, and the folders and jobs that they came by.
CREATE VIEW stats_tags AS
SELECT coalesce(k.label_set, 'characters') AS label_set, t.label, count(*) AS pictures,
       count(*) FILTER (t.speaker = 'person') AS by_person, count(*) FILTER (t.speaker = 'model') AS by_model,
       count(*) FILTER (t.speaker = 'job') AS by_job
FROM tagged_images t
JOIN images i ON i.image_id = t.image_id AND i.state = 'active'
LEFT JOIN labels k ON k.label = t.label
GROUP BY ALL;

-- Which two tags are on how many pictures; of the hundred most frequent tags, else it would grow with their square.
CREATE VIEW stats_together AS
WITH tagged AS MATERIALIZED (
    SELECT t.image_id, t.label FROM tagged_images t JOIN images i ON i.image_id = t.image_id AND i.state = 'active'
), frequent AS (
    SELECT label FROM tagged GROUP BY label ORDER BY count(*) DESC, label LIMIT 100
), few AS MATERIALIZED (
    SELECT image_id, label FROM tagged SEMI JOIN frequent USING (label)
)
SELECT a.label, b.label AS other, count(*) AS pictures
FROM few a JOIN few b ON b.image_id = a.image_id AND b.label > a.label
GROUP BY ALL;

-- Which two names have faces in how many of the same pictures.
CREATE VIEW stats_faces_together AS
WITH named AS MATERIALIZED (
    SELECT DISTINCT f.image_id, l.label_set, l.label
    FROM labelled_faces l
    JOIN faces f ON f.face_id = l.face_id AND f.state = 'active'
    JOIN images i ON i.image_id = f.image_id AND i.state = 'active'
)
SELECT a.label_set, a.label, b.label AS other, count(*) AS pictures
FROM named a JOIN named b ON b.image_id = a.image_id AND b.label_set = a.label_set AND b.label > a.label
GROUP BY ALL;

-- Who said what: how often at all, and of how much it is the current answer.
CREATE VIEW stats_speakers AS
WITH shown AS (
    SELECT f.face_id FROM faces f JOIN images i ON i.image_id = f.image_id
    WHERE f.state = 'active' AND i.state = 'active'
), said AS (
    SELECT 'face' AS kind, l.label_set, l.speaker, l.said_by, count(*) AS said, 0 AS holds
    FROM face_labels l SEMI JOIN shown ON shown.face_id = l.face_id GROUP BY ALL
    UNION ALL
    SELECT 'face', l.label_set, l.speaker, l.said_by, 0, count(*)
    FROM labelled_faces l SEMI JOIN shown ON shown.face_id = l.face_id GROUP BY ALL
    UNION ALL
    SELECT 'image', coalesce(k.label_set, 'characters'), t.speaker, t.said_by, count(*), 0
    FROM image_tags t JOIN images i ON i.image_id = t.image_id AND i.state = 'active'
    LEFT JOIN labels k ON k.label = t.label WHERE t.holds GROUP BY ALL
    UNION ALL
    SELECT 'image', h.label_set, 'job', h.said_by, count(*), 0
    FROM hints h JOIN images i ON i.image_id = h.image_id AND i.state = 'active' GROUP BY ALL
    UNION ALL
    SELECT 'image', coalesce(k.label_set, 'characters'), t.speaker, t.said_by, 0, count(*)
    FROM tagged_images t JOIN images i ON i.image_id = t.image_id AND i.state = 'active'
    LEFT JOIN labels k ON k.label = t.label GROUP BY ALL
)
SELECT kind, label_set, speaker, said_by, sum(said)::BIGINT AS said, sum(holds)::BIGINT AS current
FROM said GROUP BY ALL;

-- Sides in pixels, in steps of 64, 96, 128, 192, 256 …
CREATE VIEW stats_sizes AS
WITH measured AS (
    SELECT 'image' AS kind, 'longer' AS side, greatest(width, height)::DOUBLE AS pixels
    FROM images WHERE state = 'active'
    UNION ALL
    SELECT 'image', 'shorter', least(width, height) FROM images WHERE state = 'active'
    UNION ALL
    SELECT 'face', 'longer', greatest(f.w, f.h) FROM faces f JOIN images i ON i.image_id = f.image_id
    WHERE f.state = 'active' AND i.state = 'active' AND isfinite(f.w) AND isfinite(f.h)
), binned AS (
    SELECT kind, side, 2 * floor(log2(greatest(1, pixels)))::INTEGER
           + (pixels >= 1.5 * 2 ** floor(log2(greatest(1, pixels))))::INTEGER AS bin
    FROM measured
), counted AS (
    SELECT kind, side, bin, count(*) AS number FROM binned GROUP BY ALL
), steps AS (
    SELECT kind, side, unnest(range(min(bin), max(bin) + 1)) AS bin FROM counted GROUP BY kind, side
)
SELECT kind, side, CASE WHEN bin = 0 THEN 0 ELSE [1, 1.5][1 + bin % 2] * 2 ** (bin // 2) END::DOUBLE AS at_least,
       ([1.5, 2][1 + bin % 2] * 2 ** (bin // 2))::DOUBLE AS below, coalesce(number, 0) AS number
FROM steps LEFT JOIN counted USING (kind, side, bin)
ORDER BY kind, side, at_least;

-- Bytes of the files, in steps of 1, 2, 5, 10, 20, 50 …
CREATE VIEW stats_bytes AS
WITH binned AS (
    SELECT bytes, 3 * (length(greatest(1, bytes)::VARCHAR) - 1) + CASE left(greatest(1, bytes)::VARCHAR, 1)
           WHEN '1' THEN 0 WHEN '2' THEN 1 WHEN '3' THEN 1 WHEN '4' THEN 1 ELSE 2 END AS bin
    FROM images WHERE state = 'active'
), counted AS (
    SELECT bin, count(*) AS pictures, sum(bytes)::BIGINT AS bytes FROM binned GROUP BY bin
), steps AS (
    SELECT unnest(range(min(bin), max(bin) + 1)) AS bin FROM counted
)
SELECT ([1, 2, 5][1 + bin % 3] * 10 ** (bin // 3))::BIGINT AS at_least,
       ([2, 5, 10][1 + bin % 3] * 10 ** (bin // 3))::BIGINT AS below,
       coalesce(pictures, 0) AS pictures, coalesce(bytes, 0) AS bytes
FROM steps LEFT JOIN counted USING (bin)
ORDER BY at_least;

CREATE VIEW stats_formats AS
SELECT format, count(*) AS pictures, sum(bytes)::BIGINT AS bytes, count(*) FILTER (frames > 1) AS animated
FROM images WHERE state = 'active' GROUP BY format;

-- What was measured of the pixels: colourfulness by fives, brightness by sixteens, sharpness by doublings.
CREATE VIEW stats_colourfulness AS
WITH counted AS (
    SELECT floor(f.colourfulness / 5)::INTEGER AS bin, count(*) AS pictures
    FROM image_facts f JOIN images i ON i.image_id = f.image_id
    WHERE i.state = 'active' AND isfinite(f.colourfulness) GROUP BY bin
), steps AS (SELECT unnest(range(min(bin), max(bin) + 1)) AS bin FROM counted)
SELECT 5 * bin AS at_least, 5 * bin + 5 AS below, coalesce(pictures, 0) AS pictures
FROM steps LEFT JOIN counted USING (bin) ORDER BY bin;

CREATE VIEW stats_brightness AS
WITH counted AS (
    SELECT floor(f.brightness / 16)::INTEGER AS bin, count(*) AS pictures
    FROM image_facts f JOIN images i ON i.image_id = f.image_id
    WHERE i.state = 'active' AND isfinite(f.brightness) GROUP BY bin
), steps AS (SELECT unnest(range(min(bin), max(bin) + 1)) AS bin FROM counted)
SELECT 16 * bin AS at_least, 16 * bin + 16 AS below, coalesce(pictures, 0) AS pictures
FROM steps LEFT JOIN counted USING (bin) ORDER BY bin;

CREATE VIEW stats_sharpness AS
WITH counted AS (
    SELECT CASE WHEN f.sharpness < 1 THEN 0 ELSE 1 + floor(log2(f.sharpness)) END::INTEGER AS bin, count(*) AS pictures
    FROM image_facts f JOIN images i ON i.image_id = f.image_id
    WHERE i.state = 'active' AND isfinite(f.sharpness) GROUP BY bin
), steps AS (SELECT unnest(range(min(bin), max(bin) + 1)) AS bin FROM counted)
SELECT CASE WHEN bin = 0 THEN 0 ELSE 2 ** (bin - 1) END::BIGINT AS at_least, (2 ** bin)::BIGINT AS below,
       coalesce(pictures, 0) AS pictures
FROM steps LEFT JOIN counted USING (bin) ORDER BY bin;

CREATE VIEW stats_faces_per_picture AS
WITH counted AS (
    SELECT coalesce(n.faces, 0) AS faces, count(*) AS pictures
    FROM images i
    LEFT JOIN (SELECT image_id, count(*) AS faces FROM faces WHERE state = 'active' GROUP BY image_id) n
        ON n.image_id = i.image_id
    WHERE i.state = 'active'
    GROUP BY ALL
), steps AS (SELECT unnest(range(max(faces) + 1)) AS faces FROM counted)
SELECT faces, coalesce(pictures, 0) AS pictures FROM steps LEFT JOIN counted USING (faces) ORDER BY faces;

CREATE VIEW stats_detectors AS
SELECT f.detector, f.kind, count(*) AS faces, count(DISTINCT f.image_id) AS pictures
FROM faces f JOIN images i ON i.image_id = f.image_id
WHERE f.state = 'active' AND i.state = 'active'
GROUP BY ALL;

-- `pairs` are of two that are shown; `found` are all that were ever found, `judged` those with a verdict of their own.
CREATE VIEW stats_distances AS
WITH aside AS (
    SELECT 'image' AS kind, image_id AS id FROM images WHERE state <> 'active'
    UNION ALL
    SELECT 'face', f.face_id FROM faces f JOIN images i ON i.image_id = f.image_id
    WHERE f.state <> 'active' OR i.state <> 'active'
), counted AS (
    SELECT p.kind, p.algorithm, p.distance, count(*) FILTER (a.id IS NULL AND b.id IS NULL) AS pairs,
           count(*) AS found, count(v.a_id) AS judged
    FROM pairs p
    LEFT JOIN aside a ON a.kind = p.kind AND a.id = p.a_id
    LEFT JOIN aside b ON b.kind = p.kind AND b.id = p.b_id
    LEFT JOIN (SELECT DISTINCT kind, a_id, b_id FROM verdicts) v
        ON v.kind = p.kind AND v.a_id = p.a_id AND v.b_id = p.b_id
    GROUP BY p.kind, p.algorithm, p.distance
), steps AS (
    SELECT kind, algorithm, unnest(range(min(distance), max(distance) + 1))::INTEGER AS distance
    FROM counted GROUP BY kind, algorithm
)
SELECT kind, algorithm, distance, coalesce(pairs, 0) AS pairs, coalesce(found, 0) AS found, coalesce(judged, 0) AS judged
FROM steps LEFT JOIN counted USING (kind, algorithm, distance)
ORDER BY kind, algorithm, distance;

-- Where pictures were seen, day by day: how often, and how many of them for the first time anywhere.
CREATE VIEW stats_sources AS
WITH seen AS MATERIALIZED (
    SELECT s.image_id, s.site, s.seen_at::DATE AS day, sighting_rank(s.site, s.sighting_id) AS rank
    FROM sightings s JOIN images i ON i.image_id = s.image_id AND i.state = 'active'
), first AS (
    SELECT image_id, min(rank) AS rank FROM seen GROUP BY image_id
)
SELECT s.site, s.day, count(*) AS sightings, count(first.rank) AS new_pictures
FROM seen s LEFT JOIN first ON first.image_id = s.image_id AND first.rank = s.rank
GROUP BY ALL ORDER BY s.day, s.site;

CREATE VIEW stats_sites AS
SELECT s.site, count(*) AS sightings, count(DISTINCT s.image_id) AS pictures
FROM sightings s JOIN images i ON i.image_id = s.image_id AND i.state = 'active'
GROUP BY s.site;

-- When what shows them was posted, where a site tells.
CREATE VIEW stats_posted AS
SELECT s.site, date_trunc('month', s.posted_at)::DATE AS month, count(*) AS sightings,
       count(DISTINCT s.image_id) AS pictures
FROM sightings s JOIN images i ON i.image_id = s.image_id AND i.state = 'active'
WHERE s.posted_at IS NOT NULL
GROUP BY ALL ORDER BY month, s.site;

CREATE VIEW stats_set_aside AS
SELECT 'image' AS kind, coalesce(reason, 'no reason given') AS reason, count(*) AS number
FROM images WHERE state <> 'active' GROUP BY ALL
UNION ALL
SELECT 'face', coalesce(f.reason, 'no reason given'), count(*)
FROM faces f JOIN images i ON i.image_id = f.image_id AND i.state = 'active'
WHERE f.state <> 'active' GROUP BY ALL;
