"""Is the relay controller there, does it answer, and what would keep it from moving? Nothing is moved to find out."""

from __future__ import annotations

import os
import time
from enum import IntFlag
from pathlib import Path

from outrider_bringup.doctor.check import Check, Result
from outrider_drive.relays.link import BOOT_SILENCE_S, OTHER_HOST_QUIET_S, RelayLink
from outrider_drive.relays.words import Fault, HelloAnswer, Limit, Status

PORT = 'OUTRIDER_RELAYS'  # names the port where it cannot be found by name
BY_ID = Path('/dev/serial/by-id')
BOARDS = ('usb-Teensyduino_*', 'usb-Arduino*Mega_2560*')
KINDS = {0: 'native board', 1: 'Mega 2560', 2: 'Teensy 3.2'}
ANSWER_S = BOOT_SILENCE_S + OTHER_HOST_QUIET_S + 1.0
STEP_S = 0.01
PLUG_IN = f'plug the relay controller in, or name its port: {PORT}=/dev/ttyACM0 ./outrider doctor relays'


def _ports() -> list[str]:
    named = os.environ.get(PORT)
    return [named] if named else sorted(str(path) for board in BOARDS for path in BY_ID.glob(board))


def plugged() -> Result:
    """One port of a board that can be a relay controller."""
    found = _ports()
    if not found:
        return Result('warn', f'no relay controller among the ports in {BY_ID}', 'a Teensy or a Mega 2560', PLUG_IN)
    if len(found) > 1:
        return Result('warn', f'{len(found)} boards could be it: {", ".join(found)}', 'one', PLUG_IN)
    if not os.access(found[0], os.R_OK | os.W_OK):
        if not os.path.exists(found[0]):
            return Result('fail', f'{found[0]} is not there', 'the port of a relay controller', PLUG_IN)
        return Result('fail', f'no permission for {found[0]}', 'read and write',
                      'sudo usermod -aG dialout $USER   # then log in again')
    return Result('ok', found[0])


def answers() -> Result:
    """Hello and stop, as any host begins; then what the controller says of itself."""
    found = _ports()
    if len(found) != 1:
        return Result('warn', 'no relay controller to ask', 'an answer to hello', PLUG_IN)
    link = RelayLink(found[0])
    end = time.monotonic() + ANSWER_S
    try:
        while not link.ready(time.monotonic()) and time.monotonic() < end:
            link.step(time.monotonic())
            time.sleep(STEP_S)
        if link.answer is None or link.status is None:
            return Result('fail', link.problem, 'an answer to hello',
                          'make -C firmware/teensy32 flash   # if this is the relay controller')
        return judge(link.answer, link.status)
    finally:
        link.close()


def judge(answer: HelloAnswer, status: Status) -> Result:
    """Return what a controller's words mean for whoever wants to drive."""
    kind = KINDS.get(answer.board, f'board {answer.board}')
    fitted = _names(status.limits_fitted)
    seen = (f'{kind}, firmware {answer.firmware[0]}.{answer.firmware[1]}, last start by '
            f'{status.reset_cause.name.lower().replace("_", " ")}, fitted inputs: {fitted}')
    if status.faults_latched:
        return Result('warn', f'{seen}; latched: {_names(status.faults_latched)}', 'no latched fault', _deed(status))
    if status.limits_raw:
        return Result('ok', f'{seen}; open now: {_names(status.limits_raw)}')
    return Result('ok', seen)


def _deed(status: Status) -> str:
    if Fault.ESTOP in status.faults_active and Limit.ESTOP in status.limits_raw:
        return 'release the e-stop, or wire it: hardware/relay_board.md'
    if Fault.JACK_WELDED in status.faults_latched or Fault.STEER_WELDED in status.faults_latched:
        return 'cut the power of the actuators and test the relays: hardware/relay_board.md'
    return 'mend the cause; the next start clears it after a stop'


def _names(bits: IntFlag) -> str:
    return ', '.join(bit.name.lower().replace('_', ' ') for bit in type(bits) if bit in bits and bit.name) or 'none'


CHECKS = (
    Check('relay port', 'relays', plugged),
    Check('relay controller', 'relays', answers),
)
