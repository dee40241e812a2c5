"""Is there a VESC, does it stop by itself, is it well; may it run before others? Nothing is moved to find out."""

from __future__ import annotations

import functools
import os
import subprocess
import sys

from outrider_bringup import paths
from outrider_bringup.doctor import machine, vesc_talk
from outrider_bringup.doctor.check import Check, Result
from outrider_bringup.doctor.vesc_talk import Said
from outrider_drive.motors.proving import LEAST_BRAKE_A, TIMEOUT_MS, objection
from outrider_drive.motors.setup import Refusal
from outrider_drive.port import real_ports_held

PLUG_IN = f'plug the VESC in by USB, or name its port: {machine.PORT}=/dev/ttyACM0 ./outrider doctor drive'
SETTINGS = 'set it in VESC Tool: hardware/vesc_settings.md'
DIALOUT = 'sudo usermod -aG dialout $USER   # then log in again'
CLAIM = 'from outrider_drive import urgency; granted = urgency.claim(); print(granted.level, granted.sentence)'
CLAIM_S = 20.0


def plugged() -> Result:
    """Serial ports that may be a VESC's, and that this user may open."""
    of = machine.chosen()
    held = [(port, pid) for port, pid in real_ports_held() if of.port in (port, 'auto')]
    if held:
        return Result('ok', f'{held[0][0]} belongs to process {held[0][1]}, which drives')
    ports = list(of.ports())
    if not ports:
        return Result('warn', 'no serial port that may be a VESC', f'the VESC of the rig {of.name}', PLUG_IN)
    lost = [port for port in ports if not os.path.exists(port)]
    if lost:
        return Result('fail', f'{lost[0]} is not there', 'the port of a VESC', PLUG_IN)
    shut = [port for port in ports if not os.access(port, os.R_OK | os.W_OK)]
    if shut:
        return Result('fail', f'no permission for {", ".join(shut)}', 'read and write', DIALOUT)
    return Result('ok', f'{", ".join(ports)} to be asked')


@functools.lru_cache(maxsize=1)
def conversation() -> Said:
    """Talk to the VESCs once for all checks of one process."""
    of = machine.chosen()
    if not of.ports():
        return Said(problem='no VESC to ask', refusal=Refusal.NO_PORT)
    return vesc_talk.talk(of)


def answers() -> Result:
    """Firmware and UUID of the VESC on the port; both controllers by CAN."""
    said = conversation()
    if said.firmware is None:
        status = 'warn' if said.refusal is Refusal.NO_PORT else 'fail'
        return Result(status, said.problem, 'a VESC that says its version and UUID', PLUG_IN)
    of = machine.chosen()
    seen = (f'{said.port}: VESC {said.firmware.hardware}, firmware {said.firmware.major}.{said.firmware.minor:02d}, '
            f'UUID {said.firmware.uuid}')
    if said.values and said.values[0] is None:
        return Result('fail', f'{seen}; {said.problem}', 'telemetry', SETTINGS)
    missing = [can for can, values in zip(of.setup.cans, said.values, strict=True) if values is None]
    if missing:
        return Result('fail', f'{seen}; controller {missing[0]} does not answer over CAN', 'both',
                      f'check the CAN cable and the ids; with one VESC: {machine.RIG}=bench ./outrider doctor drive')
    return Result('ok', f'{seen}; controllers {", ".join(str(one.controller_id) for one in said.values if one)} answer')


def timeouts() -> Result:
    """The VESCs' own timeout: read where the firmware says it, proved in any case."""
    said = conversation()
    expected = f'{TIMEOUT_MS[0]} to {TIMEOUT_MS[1]} ms with at least {LEAST_BRAKE_A:g} A, on each'
    if said.firmware is None:
        return Result('warn', 'no VESC to ask', expected, PLUG_IN)
    told = configured(said)
    wrong = next((text for text in (objection(one) for one in said.settings if one) if text), '')
    if wrong:
        return Result('fail', told, expected, SETTINGS)
    if not said.proved:
        return Result('fail', f'{told}; {said.problem}', expected, SETTINGS)
    if None in said.settings:
        return Result('warn', f'{told}; proved by their behaviour, the brake current is not known', expected,
                      './outrider doctor drive --spin   # wheels up: measures it')
    return Result('ok', f'{told}; proved by behaviour')


def configured(said: Said) -> str:
    """Return what each controller says of its timeout, in words."""
    return ', '.join(f'VESC {one.controller_id}: {one.timeout_ms} ms, {one.timeout_brake_a:g} A' if one
                     else f'the VESC {"by CAN" if which else "on the port"} does not say its timeout'
                     for which, one in enumerate(said.settings))


def health() -> Result:
    """Battery, temperatures, faults."""
    said = conversation()
    of = machine.chosen()
    known = [one for one in said.values if one is not None]
    if not known:
        return Result('warn', 'no VESC to ask', 'voltage, temperatures, faults', PLUG_IN)
    limits = of.limits
    volts = min(one.voltage_v for one in known)
    seen = f'{volts:.1f} V' + ''.join(
        f'; VESC {one.controller_id}: {one.temperature_fet_c:.0f} C, motor {one.temperature_motor_c:.0f} C'
        + (f', fault {one.fault}' if one.fault else '') for one in known)
    if any(one.fault for one in known):
        return Result('fail', seen, 'no fault', 'VESC Tool, Terminal: faults   # says which and why')
    least_v = limits.cell_stop_v * limits.cells
    if volts < least_v:
        return Result('fail', seen, f'{least_v:.0f} V of {limits.cells} cells', 'charge the battery')
    if any(one.temperature_fet_c > limits.fet_max_c or one.temperature_motor_c > limits.motor_max_c for one in known):
        return Result('warn', seen, f'at most {limits.fet_max_c:g} C, motor {limits.motor_max_c:g} C', 'let it cool')
    if volts < limits.cell_slow_v * limits.cells:
        return Result('warn', seen, f'{limits.cell_slow_v * limits.cells:.1f} V, below it drives slower',
                      'charge the battery')
    return Result('ok', seen)


def priority() -> Result:
    """What the drive's nodes are granted when they ask, tried by a process of its own."""
    tried = subprocess.run([sys.executable, '-c', CLAIM], capture_output=True, text=True, timeout=CLAIM_S, check=False)
    level, _, sentence = tried.stdout.strip().partition(' ')
    if level == 'ok' and 'not locked' not in sentence:
        return Result('ok', sentence)
    allow = f'sudo {paths.checkout()}/tools/allow_priority   # then log in again'
    return Result('warn', sentence or tried.stderr.strip(), 'SCHED_FIFO 20 or nice -10, memory locked', allow)


CHECKS = (
    Check('motor port', 'drive', plugged),
    Check('VESC', 'drive', answers),
    Check('VESC timeout', 'drive', timeouts),
    Check('battery and motors', 'drive', health),
    Check('drive priority', 'drive', priority),
)
