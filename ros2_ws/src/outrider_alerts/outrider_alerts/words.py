"""Messages to the chooser's words and back."""

from __future__ import annotations

import math
from typing import Any

from builtin_interfaces.msg import Time
from outrider_interfaces.msg import Alert, AlertArray

from outrider_alerts.chooser import Standing
from outrider_alerts.facts import LOST, OK, POOR, Body, Device, Drive, Hazards, Motors, Recorder, Relays
from outrider_alerts.table import CLASSES, LEVELS, SIDES

ESTOPPED = 4  # DriveState.STATE_ESTOPPED
OURS = 'outrider/'
_DEVICE = {b'\x00': OK, b'\x01': POOR}  # of DiagnosticStatus; error and stale are lost


def hazards_of(message: Any) -> Hazards:
    """Return a HazardArray; stamps in host-clock seconds."""
    return Hazards(seconds(message.header.stamp), tuple(message.degraded), tuple(
        Body(one.track_id, one.level, _of(CLASSES, one.class_id), _of(SIDES, one.side), one.distance_m,
             one.closing_speed_mps, one.time_to_collision_s, seconds(one.since), seconds(one.oldest_measurement))
        for one in message.hazards))


def pass_of(message: Any) -> Body:
    """Return a ClosePass as the body that passed; its distance is the clearance."""
    stamp_s = seconds(message.header.stamp)
    return Body(message.track_id, 0, _of(CLASSES, message.class_id), _of(SIDES, message.side), message.clearance_m,
                message.closing_speed_mps, math.nan, stamp_s, stamp_s)


def drive_of(message: Any) -> Drive:
    """Return a DriveState."""
    return Drive(message.state == ESTOPPED, tuple(zip(message.refusals, message.refusal_texts, strict=False)),
                 message.battery_v)


def motors_of(message: Any) -> Motors:
    """Return a MotorState, of the controllers that are present."""
    present = [side for side in range(2) if message.present[side]]
    return Motors(tuple(int(message.fault[side]) for side in present if message.fault[side]),
                  tuple(float(message.temperature_fet_c[side]) for side in present),
                  tuple(float(message.temperature_motor_c[side]) for side in present))


def relays_of(message: Any) -> Relays:
    """Return a RelayState."""
    return Relays(message.present, message.faults_latched, message.estop_open)


def recorder_of(message: Any) -> Recorder:
    """Return a RecorderState."""
    return Recorder(message.recording, message.alarm, message.free_bytes, message.clock_known)


def devices_of(message: Any) -> list[tuple[str, Device]]:
    """Return our devices of a DiagnosticArray by name."""
    return [(status.name[len(OURS):], Device(_DEVICE.get(bytes(status.level), LOST), status.message))
            for status in message.status if status.name.startswith(OURS)]


def alert_of(one: Standing) -> Alert:
    """Return a standing alert as it is published."""
    row, body = one.row, one.body
    return Alert(name=row.name, priority=row.priority, text=one.text, word=one.word, level=LEVELS.index(row.level),
                 tone=row.tone, shape=row.shape, side=SIDES.index(body.side) if body else 0,
                 distance_m=body.distance_m if body else math.nan,
                 closing_speed_mps=body.closing_mps if body else math.nan,
                 time_to_collision_s=body.ttc_s if body else math.nan, since=stamp(one.since_s),
                 oldest_measurement=stamp(one.oldest_s), hold_s=row.hold_s)


def array_of(standing: tuple[Standing, ...], heartbeat: int, now_s: float) -> AlertArray:
    """Return the message of this moment."""
    message = AlertArray(heartbeat=heartbeat & 0xFFFFFFFF, alerts=[alert_of(one) for one in standing])
    message.header.stamp = stamp(now_s)
    return message


def seconds(time: Any) -> float:
    """Return a Time in seconds: a double has 0.2 us left of a host clock."""
    return float(time.sec) + float(time.nanosec) * 1e-9


def stamp(time_s: float) -> Time:
    """Return seconds as a Time; before 1970 there is none."""
    sec, nanosec = divmod(max(0, round(time_s * 1e9)), 1_000_000_000)
    return Time(sec=sec, nanosec=nanosec)


def _of(names: tuple[str, ...], number: int) -> str:
    return names[number] if number < len(names) else names[0]
