"""Bytes → Event: one file per protocol, pure decoding."""
