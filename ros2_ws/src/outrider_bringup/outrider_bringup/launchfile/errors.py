"""What is wrong with a launch file, and where."""

from outrider_bringup.errors import UserError


class LaunchFileError(UserError):
    """One sentence that begins with file and line."""
