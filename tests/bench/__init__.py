"""Measurements that are kept: run with `make bench`."""
