"""Bulk decisions about near-duplicates: what a rule says of the pairs that meet it."""
