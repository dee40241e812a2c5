"""What is the matter, by what each source told last. Pure: which row, of what, and what fills its text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from outrider_alerts import facts
from outrider_alerts.facts import LOST, POOR, Body, Device, Drive, Hazards, Motors, Recorder, Relays, Rig
from outrider_alerts.table import Table

# Names of bits of RelayState.faults_latched, firmware/README.md; said in the order of the bits.
RELAY_FAULTS = ('e-stop', 'jack on too long', 'steering on too long', 'jack too often', 'steering too often',
                'jack limits', 'steering limits', 'jack relay welded', 'steering relay welded', 'two computers',
                'restart while moving', 'link lost', 'board late', 'pin refused', 'watchdog')
SENSES = ('camera', 'depth', 'gps', 'imu')  # of `degraded`, beside radar and night
DEVICES = ('radar', 'fusion', 'camera', 'gps', 'page', 'buzzer')
_ESTOP = 1  # the first of them has a row of its own
_POOR = ('radar', 'camera', 'gps')
_ROW_OF = {facts.NOTICE: 'notice', facts.WARN: 'warn', facts.URGENT: 'urgent'}
RADAR, NIGHT = 'radar', 'night'


@dataclass(frozen=True)
class Finding:
    """One thing that is the matter. `row` of the table; `key` tells apart what stands beside each other."""

    row: str
    key: str = ''
    what: str = ''
    body: Body | None = None


def of_hazards(hazards: Hazards, rig: Rig) -> Iterator[Finding]:
    """Bodies by their level, radar among the degraded, and each sense that this rig has and fusion misses."""
    for body in hazards.bodies:
        if body.level in _ROW_OF:
            yield Finding(_ROW_OF[body.level], f'track {body.track}', body=body)
    if RADAR in hazards.degraded:
        yield Finding('no_radar')
    for sense in SENSES:
        if sense in hazards.degraded and sense in rig.senses:
            yield Finding(f'{sense}_lost')
    if NIGHT in hazards.degraded and 'camera' in rig.senses:
        yield Finding('night')


def of_drive(drive: Drive, table: Table, rig: Rig) -> Iterator[Finding]:
    """Every row that a refusal belongs to, once, in the words of its gravest; the latched e-stop; the battery."""
    said: set[str] = set()
    for number, text in drive.refusals:
        row = table.row_of_refusal(number).name
        if row not in said:
            said.add(row)
            yield Finding(row, what=text)
    if drive.estopped:
        yield Finding('estop')
    if 0.0 < drive.battery_v < rig.battery_low_v:
        yield Finding('battery_low')


def of_motors(motors: Motors, rig: Rig) -> Iterator[Finding]:
    """Fault codes, and temperatures on their way to the governor's limit."""
    if motors.faults:
        yield Finding('motor_fault', what=f'code {", ".join(map(str, motors.faults))}')
    hot = [t for values, limit in ((motors.fet_c, rig.hot_fet_c), (motors.motor_c, rig.hot_motor_c))
           for t in values if math.isfinite(t) and t >= limit]
    if hot:
        yield Finding('hot', what=f'{max(hot):.0f}')


def of_relays(relays: Relays) -> Iterator[Finding]:
    """A controller that does not answer, or what it latched."""
    if not relays.present:
        yield Finding('relays_lost')
        return
    names = [name for bit, name in enumerate(RELAY_FAULTS) if relays.faults >> bit & 1]
    if relays.faults & ~_ESTOP:
        yield Finding('relay_fault', what=', '.join(names) or f'code {relays.faults}')
    if relays.estop_open or relays.faults & _ESTOP:
        yield Finding('estop')


def of_recorder(recorder: Recorder, rig: Rig) -> Iterator[Finding]:
    """A disk that is full or soon will be, any other alarm, a clock that nobody set."""
    low = recorder.free_bytes < rig.disk_low_bytes
    if recorder.alarm and low and not recorder.recording:
        yield Finding('disk_full')
    elif recorder.alarm:
        yield Finding('recorder_alarm', what=recorder.alarm.removeprefix('recorder: '))
    elif low:
        yield Finding('disk_low')
    if not recorder.clock_known:
        yield Finding('clock_unknown')


def of_device(name: str, device: Device) -> Iterator[Finding]:
    """One of DEVICES, by what it says of itself. What fusion complains of is its radar: that has a row of its own."""
    if device.level == LOST and name != 'fusion':
        yield Finding(f'{name}_lost')
    elif device.level == POOR and name in _POOR:
        yield Finding(f'{name}_poor', what=device.message.removeprefix(f'{name}: '))
