"""The catalogue: DuckDB, and the only place with SQL. Callers get dataclasses or Arrow tables, never statements."""
