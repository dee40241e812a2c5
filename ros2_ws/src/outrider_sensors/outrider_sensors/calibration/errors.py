"""Why nothing can be said."""


class CalibrationError(Exception):
    """One sentence: what was seen, what was expected, what to do."""
