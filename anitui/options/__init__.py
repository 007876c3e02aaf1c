"""The options of commands that have many. Only the standard library is imported here, as in `cli.py`."""
