"""Duplicates: pairs of pictures (or faces) side by side, decided by one key each; what is alike in threes and more."""
