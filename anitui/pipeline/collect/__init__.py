"""Collecting from outside: jobs, the process that works on them, and what arrives from it."""
