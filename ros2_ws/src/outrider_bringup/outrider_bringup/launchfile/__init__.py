"""Launch files in the standard YAML format, within Humble's grammar: read, checked, resolved."""

from outrider_bringup.launchfile.errors import LaunchFileError
from outrider_bringup.launchfile.plan import Plan, ProcessSpec
from outrider_bringup.launchfile.reader import load

__all__ = ['LaunchFileError', 'Plan', 'ProcessSpec', 'load']
