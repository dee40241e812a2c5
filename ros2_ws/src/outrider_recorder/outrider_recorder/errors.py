"""What a user can cause, in one sentence."""


class RideError(Exception):
    """What was seen, what was expected, what to do."""
