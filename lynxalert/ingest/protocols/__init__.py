"""One file per ingest protocol."""
