"""The command line: one module per command, found by its name."""

from lynxalert.cli._group import main

__all__ = ["main"]
