"""Splits: which there are, what each is like, and making new ones."""
