"""The durable state in SQLite: definitions, instances, history, outbox."""
