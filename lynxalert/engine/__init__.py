"""Relation → rows. The only package that knows DuckDB and SQL."""
