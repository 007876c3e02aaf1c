-- Queries worth having. Each begins with its name behind ">", each group with its name behind "#"; the lines below a
-- name say what it is for. `python docs/make_sql.py` puts them into docs/sql.md.

-- # What is here

-- > The newest pictures
-- Enter on a row opens the picture.
SELECT image_id, format, width, height, bytes, added_at
FROM images
WHERE state = 'active'
ORDER BY added_at DESC, image_id DESC
LIMIT 500

-- > Pictures by format and size
SELECT format, count(*) AS pictures, format_bytes(sum(bytes)::BIGINT) AS together,
       median(width)::INTEGER AS width, median(height)::INTEGER AS height
FROM images
WHERE state = 'active'
GROUP BY format
ORDER BY pictures DESC

-- > Growth, week by week
SELECT date_trunc('week', added_at)::DATE AS week, count(*) AS pictures,
       sum(count(*)) OVER (ORDER BY week)::BIGINT AS so_far, format_bytes(sum(bytes)::BIGINT) AS together
FROM images
GROUP BY week
ORDER BY week DESC

-- > What the tables hold
SELECT table_name, estimated_size AS rows, column_count AS columns
FROM duckdb_tables()
WHERE NOT internal
ORDER BY rows DESC

-- # Where it came from

-- > How pictures came in, month by month
PIVOT (SELECT date_trunc('month', seen_at)::DATE AS month, site FROM sightings)
ON site IN ('folder', 'reddit', 'imgur')
USING count(*)
ORDER BY month

-- > Seen in more than one place
SELECT image_id, count(*) AS places, list(DISTINCT site) AS sites, list(DISTINCT label_hint) AS hints
FROM sightings
GROUP BY image_id
HAVING count(*) > 1
ORDER BY places DESC, image_id

-- > The most reposted pictures
-- One picture in many posts: what is sent round again and again.
SELECT image_id, count(DISTINCT post_id) AS posts, count(DISTINCT author) AS authors,
       min(posted_at)::DATE AS first, max(posted_at)::DATE AS latest, any_value(title) AS title
FROM sightings
WHERE post_id IS NOT NULL
GROUP BY image_id
HAVING posts > 1
ORDER BY posts DESC, image_id
LIMIT 500

-- > Pictures by author
SELECT author, site, count(DISTINCT image_id) AS pictures, count(DISTINCT post_id) AS posts,
       max(posted_at)::DATE AS latest
FROM sightings
WHERE author IS NOT NULL
GROUP BY author, site
ORDER BY pictures DESC, author
LIMIT 500

-- > Pictures of each title
-- Titles of MyAnimeList and World Art, told by jobs or by the names of LAP's posters.
SELECT post_id AS title_id, any_value(title) AS title, count(DISTINCT image_id) AS pictures
FROM sightings
WHERE regexp_matches(post_id, '^(mal|wa):[0-9]+$')
GROUP BY post_id
ORDER BY pictures DESC, title_id

-- > Why things were not taken
SELECT split_part(reason, ':', 1) AS why, state, count(*) AS items, any_value(url) AS example
FROM job_items
WHERE state IN ('refused', 'failed')
GROUP BY why, state
ORDER BY items DESC

-- > Hosts that fail most
SELECT regexp_extract(url, '^https?://([^/:?#]+)', 1) AS host, count(*) AS asked,
       count(*) FILTER (state IN ('refused', 'failed')) AS not_taken, round(100 * not_taken / asked, 1) AS percent,
       mode(split_part(reason, ':', 1)) FILTER (state IN ('refused', 'failed')) AS mostly
FROM job_items
WHERE url LIKE 'http%'
GROUP BY host
HAVING not_taken > 0
ORDER BY not_taken DESC, host

-- # How it looks

-- > Small or unsharp pictures
-- Candidates for setting aside: less than 256 pixels on one side, or hardly an edge in them.
SELECT image_id, width, height, round(sharpness, 1) AS sharpness, path
FROM images
JOIN image_facts USING (image_id)
WHERE state = 'active' AND (least(width, height) < 256 OR sharpness < 20)
ORDER BY sharpness

-- > Grey pictures
-- Manga pages and sketches: next to no colour.
SELECT image_id, round(colourfulness, 1) AS colourfulness, width, height, path
FROM images
JOIN image_facts USING (image_id)
WHERE state = 'active' AND colourfulness < 5
ORDER BY colourfulness

-- > Pictures most like number 1
-- Change the number. 0 bits apart is as good as equal, beyond 10 it is another picture.
SELECT b.image_id, hamming(a.bits, b.bits) AS distance, hash_text(b.bits) AS dhash
FROM image_hashes AS a
JOIN image_hashes AS b USING (algorithm, mode)
WHERE a.image_id = 1 AND b.image_id <> 1 AND algorithm = 'dhash'
ORDER BY distance, b.image_id
LIMIT 50

-- > Equal hashes
-- Groups of pictures that look the same to the dhash.
SELECT hash_text(bits) AS dhash, count(*) AS pictures, list(image_id ORDER BY image_id) AS image_ids
FROM image_hashes
JOIN images USING (image_id)
WHERE algorithm = 'dhash' AND state = 'active'
GROUP BY bits
HAVING count(*) > 1
ORDER BY pictures DESC

-- # Labels and faces

-- > Labels and how many pictures have them
SELECT label, count(*) AS pictures, count(*) FILTER (speaker = 'person') AS by_a_person
FROM tagged_images
JOIN images USING (image_id)
WHERE state = 'active'
GROUP BY label
ORDER BY pictures DESC, label

-- > Pictures that nobody has labelled
-- Neither as a whole, nor by a face in them.
SELECT image_id, path, added_at
FROM images
ANTI JOIN tagged_images USING (image_id)
WHERE state = 'active' AND image_id NOT IN (SELECT image_id FROM faces SEMI JOIN face_labels USING (face_id))
ORDER BY image_id

-- > Labels that go together
-- On how many pictures two labels are both, and how many of the rarer one's pictures that is.
WITH tagged AS (
    SELECT image_id, label FROM tagged_images JOIN images USING (image_id) WHERE state = 'active'
), often AS (
    SELECT label, count(*) AS pictures FROM tagged GROUP BY label
)
SELECT a.label, b.label AS other, count(*) AS together,
       round(100 * count(*) / least(any_value(x.pictures), any_value(y.pictures)), 1) AS percent_of_the_rarer
FROM tagged AS a
JOIN tagged AS b ON b.image_id = a.image_id AND b.label > a.label
JOIN often AS x ON x.label = a.label
JOIN often AS y ON y.label = b.label
GROUP BY a.label, b.label
ORDER BY together DESC, a.label, b.label
LIMIT 500

-- > Faces and their names
SELECT face_id, faces.image_id, label, said_by, round(confidence, 2) AS confidence, round(score, 2) AS score
FROM faces
LEFT JOIN labelled_faces USING (face_id)
WHERE state = 'active'
ORDER BY label NULLS LAST, confidence

-- > Faces smaller than 64 pixels
-- Too little to learn from, or to tell by. Change the number.
SELECT face_id, f.image_id, round(w) AS width, round(h) AS height, label, round(score, 2) AS score, detector
FROM faces AS f
JOIN images AS i ON i.image_id = f.image_id AND i.state = 'active'
LEFT JOIN labelled_faces USING (face_id)
WHERE f.state = 'active' AND greatest(w, h) < 64
ORDER BY greatest(w, h), face_id

-- > Pictures in which no face was found
-- A detector has looked, and there is no box: scenery, or a face that it does not know as one.
SELECT image_id, detector, looked_at, width, height, path
FROM detections
JOIN images USING (image_id)
WHERE state = 'active' AND detections.reason IS NULL
  AND image_id NOT IN (SELECT image_id FROM faces WHERE state = 'active')
ORDER BY image_id

-- > The long tail
-- How many names have half of all faces, and how many have hardly any.
WITH counted AS (
    SELECT label_set, label, count(*) AS faces
    FROM labelled_faces
    JOIN faces USING (face_id)
    WHERE state = 'active'
    GROUP BY label_set, label
)
SELECT label_set, row_number() OVER most AS place, label, faces,
       round(100 * faces / sum(faces) OVER (PARTITION BY label_set), 2) AS percent,
       round(100 * sum(faces) OVER most / sum(faces) OVER (PARTITION BY label_set), 2) AS percent_so_far
FROM counted
WINDOW most AS (PARTITION BY label_set ORDER BY faces DESC, label ROWS UNBOUNDED PRECEDING)
ORDER BY label_set, place

-- > Names with fewer than 20 faces, and what could be named
-- `waiting`: faces without a name, in pictures that were seen under it.
WITH named AS (
    SELECT label, count(*) AS faces
    FROM labelled_faces
    JOIN faces USING (face_id)
    WHERE state = 'active' AND label_set = 'characters'
    GROUP BY label
), hinted AS (
    SELECT label, count(*) AS waiting FROM (SELECT unnest(hints) AS label FROM faces_to_name) GROUP BY label
)
SELECT label, coalesce(faces, 0) AS faces, coalesce(waiting, 0) AS waiting
FROM named
FULL JOIN hinted USING (label)
WHERE coalesce(faces, 0) < 20
ORDER BY waiting DESC, faces DESC, label

-- > Who said what, and when
SELECT said_at, speaker, said_by, label, round(confidence, 2) AS confidence, face_id, image_id, label_set
FROM face_labels
JOIN faces USING (face_id)
ORDER BY said_at DESC, face_id DESC
LIMIT 500

-- > Where the model and a person disagree
-- The surest first: a slip of the person, or what the model has to learn.
WITH said AS (
    SELECT face_id, label_set, arg_max(label, said_at) FILTER (speaker = 'person') AS person,
           arg_max(label, said_at) FILTER (speaker = 'model') AS model,
           arg_max(confidence, said_at) FILTER (speaker = 'model') AS confidence
    FROM face_labels
    GROUP BY face_id, label_set
)
SELECT face_id, image_id, person, model, round(confidence, 2) AS sure, label_set
FROM said
JOIN faces USING (face_id)
WHERE state = 'active' AND person <> model
ORDER BY confidence DESC NULLS LAST, face_id

-- > Whom the model takes for whom
-- A confusion matrix, as a list: only what a person and a model both have named.
WITH said AS (
    SELECT face_id, label_set, arg_max(label, said_at) FILTER (speaker = 'person') AS person,
           arg_max(label, said_at) FILTER (speaker = 'model') AS model
    FROM face_labels
    GROUP BY face_id, label_set
)
SELECT person, model, count(*) AS faces, round(100 * count(*) / sum(count(*)) OVER (PARTITION BY person), 1) AS percent
FROM said
WHERE person IS NOT NULL AND model IS NOT NULL
GROUP BY person, model
ORDER BY person = model, faces DESC, person, model

-- # What a run thinks

-- > Labels that look wrong
-- The latest review of each set, the most suspicious first; `why` says what it stands on.
SELECT place, face_id, said, suggested, round(100 * sureness) AS percent, why
FROM review
WHERE state = 'waits' AND kind <> 'unlabelled'
ORDER BY label_set, place

-- > Names that are mixed up most
-- What reviews took for what, and how often a person agreed.
SELECT q.said, q.suggested, count(*) AS asked,
       count(*) FILTER (l.speaker = 'person' AND l.label = q.suggested AND l.said_at > r.made_at) AS agreed,
       count(*) FILTER (l.speaker = 'person' AND l.label = q.said AND l.said_at > r.made_at) AS confirmed
FROM review_queue q JOIN reviews r USING (review_id)
LEFT JOIN labelled_faces l ON l.face_id = q.face_id AND l.label_set = r.label_set
WHERE q.kind <> 'unlabelled'
GROUP BY q.said, q.suggested
ORDER BY asked DESC, q.said, q.suggested

-- > Faces most like face number 1
-- As the run sees it that was reviewed last. Change the number; 0 is the same, beyond 0.3 it is another face.
SELECT b.face_id, round(1 - list_dot_product(a.vector, b.vector), 3) AS apart, l.label
FROM face_embeddings a JOIN face_embeddings b ON b.face_id <> a.face_id
LEFT JOIN labelled_faces l ON l.face_id = b.face_id
WHERE a.face_id = 1
ORDER BY apart, b.face_id
LIMIT 100

-- > Clusters of faces without a name
-- What hangs together as a run sees it: in Faces, grouped by cluster, each can be named at once.
SELECT c.label_set, c.cluster, count(*) AS faces, count(DISTINCT f.image_id) AS pictures,
       list(DISTINCT h.label) FILTER (h.label IS NOT NULL) AS seen_as
FROM face_clusters c JOIN faces f USING (face_id)
LEFT JOIN hints h ON h.image_id = f.image_id AND h.label_set = c.label_set
WHERE f.state = 'active' AND c.face_id NOT IN (SELECT face_id FROM labelled_faces WHERE label_set = c.label_set)
GROUP BY c.label_set, c.cluster
ORDER BY c.label_set, c.cluster

-- # Near-duplicates

-- > Pairs that wait, the nearest first
SELECT p.a_id, p.b_id, p.algorithm, p.distance, a.path AS a_path, b.path AS b_path
FROM pairs_open AS p
JOIN images AS a ON a.image_id = p.a_id
JOIN images AS b ON b.image_id = p.b_id
WHERE p.kind = 'image'
ORDER BY p.postponed, p.distance, p.a_id, p.b_id
LIMIT 500

-- > The most duplicated pictures
-- How many others were found to be the same as the one that is kept.
SELECT keeper_id AS image_id, count(*) - 1 AS duplicates, any_value(path) AS path
FROM duplicate_groups AS g
JOIN images AS i ON i.image_id = g.keeper_id
WHERE g.kind = 'image'
GROUP BY keeper_id
ORDER BY duplicates DESC, keeper_id

-- > Duplicate groups with their keepers
SELECT g.group_id, g.keeper_id AS image_id, k.path AS keeper,
       list(g.id ORDER BY g.id) FILTER (g.kept AND g.id <> g.keeper_id) AS kept_beside,
       list(g.id ORDER BY g.id) FILTER (NOT g.kept) AS set_aside
FROM duplicate_groups AS g
JOIN images AS k ON k.image_id = g.keeper_id
WHERE g.kind = 'image'
GROUP BY ALL
ORDER BY len(list(g.id)) DESC, g.group_id

-- > Duplicates across labels
-- One picture under two labels: one of them is wrong, or it shows both. What a keeper inherited is not counted twice.
WITH own AS (
    SELECT image_id, label_hint AS label FROM sightings WHERE label_hint IS NOT NULL AND inherited_from IS NULL
    UNION
    SELECT image_id, label FROM image_tags WHERE holds AND inherited_from IS NULL
)
SELECT g.keeper_id AS image_id, count(DISTINCT label) AS labels,
       list(DISTINCT label ORDER BY label) AS which, list(DISTINCT g.id ORDER BY g.id) AS pictures
FROM duplicate_groups AS g
JOIN own ON own.image_id = g.id
WHERE g.kind = 'image'
GROUP BY g.group_id, g.keeper_id
HAVING count(DISTINCT label) > 1
ORDER BY labels DESC, g.keeper_id

-- > Near-duplicates under different labels
-- Found by `anitui pairs`, judged or not: one of the labels is wrong, or a label is missing.
WITH tagged AS (
    SELECT image_id, list(label ORDER BY label) AS labels FROM tagged_images GROUP BY image_id
)
SELECT p.a_id AS image_id, p.b_id AS other_id, p.algorithm, p.distance, a.labels, b.labels AS other_labels
FROM pairs AS p
JOIN tagged AS a ON a.image_id = p.a_id
JOIN tagged AS b ON b.image_id = p.b_id
WHERE p.kind = 'image' AND NOT list_has_any(a.labels, b.labels)
ORDER BY p.distance, p.a_id, p.b_id
LIMIT 500

-- > Faces that look alike under two names
SELECT p.a_id AS face_id, p.b_id AS other_id, p.algorithm, p.distance, a.label, a.said_by,
       b.label AS other_label, b.said_by AS other_said_by
FROM pairs AS p
JOIN labelled_faces AS a ON a.face_id = p.a_id
JOIN labelled_faces AS b ON b.face_id = p.b_id AND b.label_set = a.label_set
WHERE p.kind = 'face' AND a.label <> b.label
ORDER BY p.distance, p.a_id, p.b_id
LIMIT 500

-- > What duplicates weigh
-- Bytes that lie in the workspace and that `anitui purge` would free, by what set them aside.
SELECT CASE WHEN reason LIKE 'duplicate of %' THEN 'a duplicate'
            WHEN reason LIKE 'set aside together with %' THEN 'neither of two' ELSE reason END AS why,
       count(*) AS pictures, sum(bytes)::BIGINT AS bytes, format_bytes(sum(bytes)::BIGINT) AS together
FROM images
WHERE state = 'set_aside' AND purged_at IS NULL AND stored <> 'reference'
GROUP BY why
ORDER BY bytes DESC

-- # Decisions

-- > Decisions of the last days
SELECT decided_at::DATE AS day, action, count(*) AS decisions, count(*) FILTER (state = 'undone') AS taken_back
FROM journal
GROUP BY day, action
ORDER BY day DESC, decisions DESC

-- > Verdicts of the last week, and who said them
-- A rule says its name, or what it is; a person is 'person'.
SELECT decided_at::DATE AS day, said_by, kind, verdict, count(*) AS verdicts
FROM verdicts
WHERE decided_at > (now() AT TIME ZONE 'UTC') - INTERVAL 7 DAYS
GROUP BY ALL
ORDER BY day DESC, verdicts DESC

-- > What was set aside, counted
SELECT 'picture' AS what, reason, count(*) AS number, max(image_id) AS image_id
FROM images
WHERE state = 'set_aside'
GROUP BY reason
UNION ALL
SELECT kind, reason, count(*), max(image_id)
FROM faces
WHERE state = 'set_aside'
GROUP BY kind, reason
ORDER BY number DESC

-- > Set aside, and why
SELECT image_id, reason, path
FROM images
WHERE state = 'set_aside'
ORDER BY reason, image_id

-- > The story of picture number 1
-- Change the number: everything that happened to a picture, in its order.
WITH asked AS (SELECT 1 AS image_id)
SELECT moment, what
FROM (
    SELECT added_at AS moment, 'taken in as ' || path AS what FROM images SEMI JOIN asked USING (image_id)
    UNION ALL
    SELECT seen_at, 'seen at ' || url FROM sightings SEMI JOIN asked USING (image_id)
    UNION ALL
    SELECT looked_at, detector || ' found faces: ' || faces FROM detections SEMI JOIN asked USING (image_id)
    UNION ALL
    SELECT said_at, said_by || ' called a face ' || label FROM face_labels
    JOIN faces USING (face_id) SEMI JOIN asked USING (image_id)
    UNION ALL
    SELECT said_at, said_by || ' called it ' || label FROM image_tags SEMI JOIN asked USING (image_id)
    UNION ALL
    SELECT decided_at, said_by || ' said ' || verdict || ' of ' || a_id || ' and ' || b_id
    FROM verdicts JOIN asked ON image_id IN (a_id, b_id) WHERE kind = 'image'
    UNION ALL
    SELECT decided_at, said_by || ' ' || summary FROM journal
    JOIN journal_changes USING (entry_id) JOIN asked ON row_key = json_object('image_id', image_id)::VARCHAR
    WHERE table_name = 'images'
)
ORDER BY moment, what

-- # Splits and training

-- > Class counts of each part
-- Rare classes that are missing from a part come first.
SELECT split, label, members, train, val, test
FROM split_classes
ORDER BY split, least(train, test), members, label

-- > Leaks of a split
-- Near-duplicates in two parts: what was trained with is asked for again. Look for pairs first, by `anitui pairs`.
WITH members AS (
    SELECT split, part, 'image' AS kind, image_id AS id, image_id, label FROM splits
    UNION
    SELECT split, part, 'face', face_id, image_id, label FROM splits WHERE face_id IS NOT NULL
)
SELECT a.split, a.part, b.part AS other_part, p.kind, p.algorithm, p.distance, a.image_id,
       b.image_id AS other_image, a.label, b.label AS other_label
FROM pairs AS p
JOIN members AS a ON a.kind = p.kind AND a.id = p.a_id
JOIN members AS b ON b.kind = p.kind AND b.id = p.b_id AND b.split = a.split
WHERE a.part <> b.part
ORDER BY a.split, p.distance, a.image_id, b.image_id

-- > One picture in two parts
-- Faces of one picture share its style, its light and its background, and often the very label.
SELECT split, image_id, list(DISTINCT part ORDER BY part) AS parts, count(*) AS faces,
       list(DISTINCT label ORDER BY label) AS labels
FROM splits
GROUP BY split, image_id
HAVING count(DISTINCT part) > 1
ORDER BY split, faces DESC, image_id

-- > Labels that changed since a split was frozen
SELECT s.split, s.part, s.face_id, s.image_id, s.label AS frozen, l.label AS now, l.said_by, l.said_at
FROM splits AS s
JOIN frozen_splits AS f ON f.split = s.split
LEFT JOIN labelled_faces AS l ON l.face_id = s.face_id AND l.label_set = f.label_set
WHERE s.face_id IS NOT NULL AND l.label IS DISTINCT FROM s.label
ORDER BY s.split, l.said_at DESC, s.face_id

-- > What training runs came to
SELECT run_id, r.name AS run, r.split, r.recipe, r.state, m.name AS metric, count(*) AS steps,
       min(value) AS lowest, max(value) AS highest, arg_max(value, step) AS last
FROM runs AS r
JOIN run_metrics AS m USING (run_id)
GROUP BY ALL
ORDER BY run_id DESC, metric

-- > Pairs that people got wrong
-- Of sets for verification: what was answered is not what is true. Pairs marked as invalid do not count.
SELECT a_id AS image_id, b_id AS other_id, a_name, b_name, same, answered
FROM judged_pairs
WHERE invalid = 0 AND same <> answered
ORDER BY file_id, place
