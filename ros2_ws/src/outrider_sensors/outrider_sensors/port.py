"""A serial port held for ourselves alone: opened with a reason where that fails, read until it hangs up."""

from __future__ import annotations

import os
import termios

import serial

IN_USE = 'is used by another program'
PORT_ERRORS = (OSError, termios.error)  # pyserial's own are OSErrors
_READ_BYTES = 65536


class LostError(Exception):
    """A port is gone or was never there; the words, without a full stop, say how."""


def open_port(path: str, baud: int) -> serial.Serial:
    """Open `path` without waiting reads. Raises LostError with the reason."""
    try:
        port = serial.Serial(path, baud, timeout=0, write_timeout=1.0, exclusive=True)
    except (*PORT_ERRORS, ValueError) as error:
        reason = str(error)
        if 'Permission denied' in reason:
            raise LostError(f'no permission for {path}. Run: sudo usermod -aG dialout $USER; log in again') from None
        if 'exclusively lock' in reason:
            raise LostError(f'{path} {IN_USE}. End it') from None
        raise LostError(f'{path} cannot be opened ({reason})') from None
    return port


def take(port: serial.Serial) -> bytes:
    """Read what is there, b'' where nothing is. Raises LostError where the device went away."""
    try:
        got = os.read(port.fileno(), _READ_BYTES)
    except BlockingIOError:
        return b''
    except PORT_ERRORS as error:
        raise LostError(f'lost {port.port} ({error.args[-1]}), perhaps unplugged') from None
    if not got:  # readable and empty: a hang-up
        raise LostError(f'lost {port.port} (hung up), perhaps unplugged')
    return got
