"""Statistics: the charts of everything that is counted."""
