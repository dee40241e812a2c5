"""Messages into the sections of the page: plain values, stamps in ns, null for what is not known."""

from __future__ import annotations

import math
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from outrider_interfaces.msg import (
    Alert,
    AlertArray,
    DriveState,
    Hazard,
    HazardArray,
    MotorState,
    RecorderState,
    RelayState,
    Track,
    TrackArray,
)

Section = dict[str, Any]
LEVELS = {Alert.LEVEL_CLEAR: 'clear', Alert.LEVEL_CAUTION: 'caution', Alert.LEVEL_URGENT: 'urgent',
          Alert.LEVEL_NO_DATA: 'no_data'}
HAZARDS = {Hazard.LEVEL_NONE: 'clear', Hazard.LEVEL_NOTICE: 'notice', Hazard.LEVEL_WARN: 'caution',
           Hazard.LEVEL_URGENT: 'urgent'}
SIDES = {Hazard.SIDE_BEHIND: 'behind', Hazard.SIDE_LEFT: 'left', Hazard.SIDE_RIGHT: 'right', Hazard.SIDE_AHEAD: 'ahead'}
STATES = {DriveState.STATE_DISARMED: 'disarmed', DriveState.STATE_ARMED: 'armed', DriveState.STATE_MOVING: 'moving',
          DriveState.STATE_STOPPING: 'stopping', DriveState.STATE_ESTOPPED: 'estopped'}
WORDS = {Track.CLASS_CAR: 'CAR', Track.CLASS_TRUCK: 'TRUCK', Track.CLASS_BUS: 'TRUCK', Track.CLASS_MOTORCYCLE: 'MOTO',
         Track.CLASS_SCOOTER: 'BIKE', Track.CLASS_BICYCLE: 'BIKE', Track.CLASS_PERSON: 'PERSON', Track.CLASS_DOG: 'DOG'}
HEALTH = {DiagnosticStatus.OK: 'ok', DiagnosticStatus.WARN: 'warn', DiagnosticStatus.ERROR: 'error',
          DiagnosticStatus.STALE: 'stale'}
VESC_LEFT_RIGHT = ('left', 'right')
SILENT_NS = 3_000_000_000  # of a device that speaks once a second


def ns(stamp: Any) -> int:
    """Return a stamp in ns."""
    return int(stamp.sec) * 1_000_000_000 + int(stamp.nanosec)


def number(value: float, digits: int = 2) -> float | None:
    """Return a float for JSON, None for NaN and inf."""
    return round(float(value), digits) if math.isfinite(value) else None


def alerts(message: AlertArray) -> Section:
    """Return the section `alerts`; the first of the list says the level of all."""
    told = [_alert(one) for one in message.alerts]
    return {'stamp_ns': ns(message.header.stamp), 'heartbeat': int(message.heartbeat),
            'level': told[0]['level'] if told else 'clear', 'list': told}


def _alert(one: Alert) -> Section:
    oldest_ns = ns(one.oldest_measurement)
    return {'name': one.name, 'level': LEVELS.get(one.level, 'no_data'), 'priority': int(one.priority),
            'text': one.text, 'word': one.word, 'tone': one.tone, 'shape': one.shape,
            'side': SIDES.get(one.side, 'behind'), 'distance_m': number(one.distance_m),
            'closing_mps': number(one.closing_speed_mps), 'ttc_s': number(one.time_to_collision_s),
            'since_ms': ns(one.since) // 1_000_000, 'stamp_ns': oldest_ns or None, 'hold_s': number(one.hold_s)}


def recorder(message: RecorderState) -> Section:
    """Return the section `recorder`."""
    return {'recording': bool(message.recording), 'ride': message.ride, 'duration_s': number(message.duration_s, 1),
            'free_bytes': int(message.free_bytes), 'alarm': message.alarm, 'mode': message.mode,
            'waiting': bool(message.waiting), 'marks': int(message.marks), 'stamp_ns': ns(message.header.stamp)}


def drive(message: DriveState) -> Section:
    """Return the section `drive`."""
    return {'state': STATES.get(message.state, 'estopped'), 'refusals': list(message.refusal_texts),
            'speed_mps': number(message.speed_mps), 'speed_wanted_mps': number(message.speed_wanted_mps),
            'battery_v': number(message.battery_v), 'stamp_ns': ns(message.header.stamp)}


def motors(message: MotorState) -> list[Section]:
    """Return the section `motors`: those that are there."""
    stamp_ns = ns(message.header.stamp)
    return [{'name': name, 'temperature_mosfet_c': number(message.temperature_fet_c[at], 1),
             'temperature_motor_c': number(message.temperature_motor_c[at], 1), 'fault': int(message.fault[at]),
             'stamp_ns': stamp_ns}
            for at, name in enumerate(VESC_LEFT_RIGHT) if message.present[at]]


def relays(message: RelayState) -> Section:
    """Return the section `relays`; `upper` and `lower`: the jack is there, or its switch's wire is broken."""
    return {'jack': {1: 'lifting', -1: 'lowering'}.get(message.jack, 'off'),
            'steer': {1: 'left', -1: 'right'}.get(message.steer, 'off'), 'supply': bool(message.master),
            'estop_open': bool(message.estop_open), 'upper': bool(message.jack_limit_open[0]),
            'lower': bool(message.jack_limit_open[1]), 'link': bool(message.present),
            'problem': message.problem, 'stamp_ns': ns(message.header.stamp)}


def view(tracks: TrackArray, hazards: HazardArray | None) -> Section:
    """Return what is around, for the view from above; velocities over ground."""
    levels = {one.track_id: HAZARDS.get(one.level, 'clear') for one in hazards.hazards} if hazards is not None else {}
    return {'stamp_ns': ns(tracks.header.stamp), 'tracks': [
        {'id': int(one.id), 'x': number(one.position.x), 'y': number(one.position.y),
         'vx': number(one.velocity_over_ground.x), 'vy': number(one.velocity_over_ground.y),
         'length': number(one.length_m), 'width': number(one.width_m), 'word': WORDS.get(one.class_id, 'VEHICLE'),
         'level': levels.get(one.id, 'clear')} for one in tracks.tracks]}


class Devices:
    """The newest word of each device on /diagnostics; silent ones are stale. Bounded."""

    MOST = 64

    def __init__(self) -> None:
        self._known: dict[str, tuple[DiagnosticStatus, int]] = {}

    def hear(self, message: DiagnosticArray, now_ns: int) -> None:
        """Take what was said."""
        for status in message.status:
            if status.name in self._known or len(self._known) < self.MOST:
                self._known[status.name] = (status, now_ns)

    def told(self, now_ns: int) -> list[Section]:
        """Return the section `devices`, by name."""
        return [_device(name, status, now_ns - heard_ns > SILENT_NS)
                for name, (status, heard_ns) in sorted(self._known.items())]


def _device(name: str, status: DiagnosticStatus, silent: bool) -> Section:
    level = HEALTH.get(status.level, 'error')
    text, next_ = parted(status.message) if level != 'ok' else (status.message, '')
    short = name.removeprefix('outrider/')
    if silent:
        return {'name': short, 'level': 'stale', 'text': 'It says nothing any more.', 'next': 'Run: ./outrider doctor'}
    return {'name': short, 'level': level, 'text': text, 'next': next_}


def parted(sentence: str) -> tuple[str, str]:
    """Return (what was seen, what to do) of a message whose last sentence says what to do, '' where there is one."""
    before, separator, last = sentence.rstrip().rpartition('. ')
    return (f'{before}.', last) if separator else (sentence, '')
