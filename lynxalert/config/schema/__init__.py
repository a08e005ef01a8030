"""The classes that validate a configuration → JSON Schema, for editors and for the contract of the interface."""
