"""Runs: which there are, how the chosen one goes, live; what it gets wrong; several beside each other."""
