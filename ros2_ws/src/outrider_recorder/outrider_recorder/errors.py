"""What a user can cause, in one sentence."""


class RideError(Exception):
    """What was seen, what was expected, what to do."""


class DiskFullError(RideError):
    """There is no space; there may be some later."""
