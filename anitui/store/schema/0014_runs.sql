-- The place of what runs need; without it no later number would be there.
SELECT 1;
