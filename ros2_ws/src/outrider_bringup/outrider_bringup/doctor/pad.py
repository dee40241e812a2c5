"""Is the gamepad there, with its sign of life, on a driver whose numbers are known, and may we read it?"""

from __future__ import annotations

import os

from outrider_bringup import paths
from outrider_bringup.doctor.check import Check, Result
from outrider_drive.pilot import kernel, mapping
from outrider_drive.pilot.find import Finder, Roots
from outrider_drive.pilot.mapping import Mapping
from outrider_drive.pilot.words import Files, PadError

INPUT = 'sudo usermod -aG input $USER   # then log in again'
TURN_ON = 'press the PS button of the pad; it may have to be paired first (bluetoothctl)'


def _mappings() -> list[Mapping]:
    return [mapping.load(path) for path in sorted((paths.checkout() / 'config' / 'pads').glob('*.yaml'))]


def found(roots: Roots | None = None) -> Result:
    """One pad of a known kind, on a known driver, with its motion sensors."""
    files, problem = _find(roots)
    if files is None:
        return Result('warn', problem, 'one known pad', TURN_ON)
    seen = f"'{files.name}' {files.uniq} on {files.driver}: {files.js}"
    if files.motion is None:
        return Result('warn', f'{seen}, without motion sensors', 'its sign of life',
                      'sudo modprobe hid-playstation   # then connect the pad again')
    return Result('ok', f'{seen}, sign of life {files.motion}')


def readable(roots: Roots | None = None) -> Result:
    """May this user read the device files? On Debian and Ubuntu the group input may."""
    files, _ = _find(roots)
    if files is None:
        return Result('warn', 'no pad to read', 'read permission', TURN_ON)
    shut = [str(path) for path in (files.js, files.motion) if path is not None and not os.access(path, os.R_OK)]
    return Result('fail', f'no permission for {", ".join(shut)}', 'read', INPUT) if shut else Result(
        'ok', 'its device files can be read')


def known_map(roots: Roots | None = None) -> Result:
    """Does the kernel number its axes and buttons as the pad's file says?"""
    files, _ = _find(roots)
    if files is None:
        return Result('warn', 'no pad to ask', 'a known map', TURN_ON)
    of = next(one for one in _mappings() if files.name in one.names)
    try:
        fd = os.open(files.js, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return Result('fail', f'{files.js}: {os.strerror(error.errno or 0)}', 'a joystick device', INPUT)
    try:
        told = kernel.ask(fd, str(files.js))
        kernel.check(told, of, files.driver)
    except PadError as error:
        return Result('fail', str(error), f'the map of {of.file}', './outrider calibrate pad')
    finally:
        os.close(fd)
    return Result('ok', f'{len(told.axes)} axes, {len(told.buttons)} buttons as {of.file} says')


def _find(roots: Roots | None) -> tuple[Files | None, str]:
    """Return the files of the one pad, or None and the sentence of the kind that came nearest."""
    problem = 'no file in config/pads'
    try:
        kinds = _mappings()
    except PadError as error:
        return None, str(error)
    for of in kinds:
        try:
            return Finder(of, roots=roots)(), ''
        except PadError as error:
            problem = str(error)
    return None, problem


CHECKS = (
    Check('pad', 'drive', found),
    Check('pad permission', 'drive', readable),
    Check('pad map', 'drive', known_map),
)
