"""Splits without leaks: what must stay together, how it is dealt to parts, and a check that looks anew."""
