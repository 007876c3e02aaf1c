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
