"""TOML → Settings, every mistake with its path."""

from lynxalert.config.compiling import compiler
from lynxalert.config.loader import load
from lynxalert.config.mistakes import ConfigError, Found, Mistake, report
from lynxalert.config.settings import Settings

__all__ = ["ConfigError", "Found", "Mistake", "Settings", "compiler", "load", "report"]
