"""Event → the event store: tables, raw log, batches, catalog of fields."""
