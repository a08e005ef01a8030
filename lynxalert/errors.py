"""The root of every error that LynxAlert raises on purpose; nothing else lives here."""


class LynxError(Exception):
    """A mistake of a user or of the outside world, with a message fit to be shown."""
