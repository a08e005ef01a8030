"""Alerting on logs with an SPL-style pipe language over an embedded DuckDB."""
