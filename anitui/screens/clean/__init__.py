"""Cleaning up by facts: a histogram, a threshold, and what lies on either side of it."""
