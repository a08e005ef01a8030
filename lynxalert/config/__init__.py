"""TOML → Settings, every mistake with its path."""
