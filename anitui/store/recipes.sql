-- What is here, and what waits. Each recipe begins with its name behind ">"; the lines below it say what it is for.

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

-- > Seen in more than one place
SELECT image_id, count(*) AS places, list(DISTINCT site) AS sites, list(DISTINCT label_hint) AS hints
FROM sightings
GROUP BY image_id
HAVING count(*) > 1
ORDER BY places DESC, image_id

-- > Labels and how many pictures have them
SELECT label, count(*) AS pictures, count(*) FILTER (speaker = 'person') AS by_a_person
FROM tagged_images
JOIN images USING (image_id)
WHERE state = 'active'
GROUP BY label
ORDER BY pictures DESC, label

-- > Pictures that nobody has labelled
SELECT image_id, path, added_at
FROM images
ANTI JOIN tagged_images USING (image_id)
WHERE state = 'active'
ORDER BY image_id

-- > Faces and their names
SELECT face_id, faces.image_id, label, said_by, round(confidence, 2) AS confidence, round(score, 2) AS score
FROM faces
LEFT JOIN labelled_faces USING (face_id)
WHERE state = 'active'
ORDER BY label NULLS LAST, confidence

-- > Why things were not taken
SELECT split_part(reason, ':', 1) AS why, state, count(*) AS items, any_value(url) AS example
FROM job_items
WHERE state IN ('refused', 'failed')
GROUP BY why, state
ORDER BY items DESC

-- > Set aside, and why
SELECT image_id, reason, path
FROM images
WHERE state = 'set_aside'
ORDER BY reason, image_id

-- > Decisions of the last days
SELECT decided_at::DATE AS day, action, count(*) AS decisions, count(*) FILTER (state = 'undone') AS taken_back
FROM journal
GROUP BY day, action
ORDER BY day DESC, decisions DESC

-- > How pictures came in, month by month
PIVOT (SELECT date_trunc('month', seen_at)::DATE AS month, site FROM sightings)
ON site IN ('folder', 'reddit', 'imgur')
USING count(*)
ORDER BY month

-- > How the catalogue grew
SELECT table_name, estimated_size AS rows, column_count AS columns
FROM duckdb_tables()
WHERE NOT internal
ORDER BY rows DESC

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

-- > Verdicts of the last week, and who said them
-- A rule says its name, or what it is; a person is 'person'.
SELECT decided_at::DATE AS day, said_by, kind, verdict, count(*) AS verdicts
FROM verdicts
WHERE decided_at > (now() AT TIME ZONE 'UTC') - INTERVAL 7 DAYS
GROUP BY ALL
ORDER BY day DESC, verdicts DESC

-- > What duplicates weigh
-- Bytes that lie in the workspace and that `anitui purge` would free, by what set them aside.
SELECT CASE WHEN reason LIKE 'duplicate of %' THEN 'a duplicate'
            WHEN reason LIKE 'set aside together with %' THEN 'neither of two' ELSE reason END AS why,
       count(*) AS pictures, sum(bytes)::BIGINT AS bytes, format_bytes(sum(bytes)::BIGINT) AS together
FROM images
WHERE state = 'set_aside' AND purged_at IS NULL AND stored <> 'reference'
GROUP BY why
ORDER BY bytes DESC
