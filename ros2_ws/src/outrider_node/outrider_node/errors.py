"""The one error that a user is meant to read."""


class NodeError(Exception):
    """One sentence: what was seen, what was expected, what to do. Shown without a traceback."""
