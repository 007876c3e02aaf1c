"""Pictures in, facts out: decoding, hashing, importing. Knows nothing of screens and holds no SQL."""
