"""One table per family of functions."""
