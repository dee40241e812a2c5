"""Which output the parameters of the buzzer mean."""

from __future__ import annotations

from outrider_alerts.outputs.gpio import NONE, Gpio
from outrider_alerts.outputs.output import Nothing, Output, OutputError
from outrider_alerts.outputs.record import Record
from outrider_alerts.outputs.serial_line import SerialLine
from outrider_alerts.outputs.sysfs import Sysfs

KINDS = ('none', 'gpio', 'sysfs', 'serial', 'file')
_DEFAULTS = {'gpio': '/dev/gpiochip0', 'sysfs': '/sys/class/gpio'}


def chosen(kind: str, path: str, lines: tuple[int, int, int, int]) -> Output:
    """Return the output of `kind` at `path` ('': its usual place). Raises OutputError where something is missing."""
    path = path or _DEFAULTS.get(kind, '')
    if kind == 'none':
        return Nothing()
    if not path:
        raise OutputError(f"buzzer: output is '{kind}' and path is empty: set path to the "
                          f'{"port" if kind == "serial" else "file"}.')
    if kind == 'serial':
        return SerialLine(path)
    if kind == 'file':
        return Record(path)
    wired = [line for line in lines if line != NONE]
    if not wired or len(set(wired)) < len(wired):
        raise OutputError(f"buzzer: output is '{kind}' and its lines are {list(lines)}: expected numbers of lines that "
                          'differ, -1 where nothing is wired, and one at least.')
    return Gpio(path, lines) if kind == 'gpio' else Sysfs(path, lines)
