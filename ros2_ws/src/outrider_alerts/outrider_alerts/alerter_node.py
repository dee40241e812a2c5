"""The alerter's node: hears every source, publishes what is said. Every rule is in chooser.py and in the table."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from outrider_interfaces.msg import (
    AlertArray,
    ClosePass,
    DriveState,
    HazardArray,
    MotorState,
    RecorderState,
    RelayState,
)
from rclpy.clock import Clock, ClockType

from outrider_alerts import chooser, table, words
from outrider_alerts.chooser import Chooser, Standing
from outrider_alerts.facts import Rig
from outrider_node import Diagnosis, NodeError, OutriderNode, Param, qos, run_node

LOOK_S = 0.05       # how late an age may be noticed
HEARTBEAT_LOOKS = 2  # looks between two messages, at most: 100 ms
KINDS = ('bicycle', 'ramp', 'bench')
SENSES = ('camera', 'depth', 'gps', 'imu')
_RIG = Rig()

HEARS: tuple[tuple[str, str, Any, Any, Callable[[Any], Any]], ...] = (
    (chooser.HAZARDS, 'hazards', HazardArray, qos.SENSOR, words.hazards_of),
    (chooser.DRIVE, 'drive/state', DriveState, qos.STATE, words.drive_of),
    (chooser.MOTORS, 'motors/state', MotorState, qos.STATE, words.motors_of),
    (chooser.RELAYS, 'relays/state', RelayState, qos.STATE, words.relays_of),
    (chooser.RECORDER, 'recorder/state', RecorderState, qos.STATE, words.recorder_of),
)


class Alerter(OutriderNode):
    """Chooses on every message and every LOOK_S; publishes changes at once, else every 100 ms."""

    PARAMETERS = (
        Param('rig', 'bicycle', '', 'kind of machine: bicycle has no governor and no relays, bench no relays',
              choices=KINDS),
        Param('eyes', True, '', 'radar and fusion run: without their word there is NO DATA'),
        Param('senses', ['depth', 'gps', 'imu'], '', f'what is built in beside the radar, of {", ".join(SENSES)}'),
        Param('camera', True, '', 'the driver of the camera runs'),
        Param('detector', True, '', "the detector looks at the camera's pictures"),
        Param('gps', True, '', 'the driver of the GPS receiver runs'),
        Param('recorder', True, '', 'the recorder runs'),
        Param('page', True, '', 'the page for phones runs'),
        Param('battery_low_v', _RIG.battery_low_v, 'V', 'of the whole battery, as the governor filters it; 0: unknown',
              minimum=0.0, maximum=100.0),
        Param('hot_fet_c', _RIG.hot_fet_c, 'degC', 'of a motor controller, below the limit of the governor',
              minimum=30.0, maximum=120.0),
        Param('hot_motor_c', _RIG.hot_motor_c, 'degC', 'of a motor, likewise', minimum=30.0, maximum=150.0),
        Param('disk_low_mb', _RIG.disk_low_bytes / 1e6, 'MB', 'free on the disk of the rides', minimum=0.0,
              maximum=1e6),
    )

    def __init__(self, **kwargs: Any) -> None:
        """Read the table, listen. Raises NodeError."""
        super().__init__('alerter', **kwargs)
        try:
            read, rig = table.load(), self._rig()
        except (table.TableError, NodeError) as error:
            self.destroy_node()
            raise NodeError(f'alerter: {error}') from None
        self._chooser = Chooser(read, rig, self._now_s())
        self._said: tuple[Standing, ...] = ()
        self._heartbeat, self._looks, self._changes = 0, 0, 0
        self._alerts = self.create_publisher(AlertArray, 'alerts', qos.STATE)
        for source, topic, kind, profile, take in HEARS:
            self.create_subscription(kind, topic, partial(self._hear, source, take), profile)
        self.create_subscription(ClosePass, 'close_passes', self._hear_pass, qos.EVENT)
        self.create_subscription(DiagnosticArray, '/diagnostics', self._hear_devices, qos.EVENT)
        self.diagnose('alerter', self._diagnosis)
        # Ages are those of the ROS clock, looks are not: a replay that stands still keeps its heartbeat.
        self.create_timer(LOOK_S, self._tick, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._look(due=True)

    def _rig(self) -> Rig:
        value, eyes = self.value, self.value('eyes')
        senses = tuple(sense for sense in value('senses') if sense)
        for sense in senses:
            if sense not in SENSES:
                raise NodeError(f"parameter 'senses' names {sense!r}, expected some of {', '.join(SENSES)}.")
        without = {name for name, runs in (('camera', value('camera') and value('detector')),
                                           ('depth', value('camera')), ('imu', value('camera')), ('gps', value('gps')))
                   if not runs}
        drivers = [name for name in ('camera', 'gps') if value(name)]
        devices = (*(['radar', 'fusion', *drivers] if eyes else []), *(['page'] if value('page') else []), 'buzzer')
        return Rig(eyes, tuple(sense for sense in senses if sense not in without), devices, value('rig') != 'bicycle',
                   value('rig') == 'ramp', value('recorder'), value('battery_low_v'), value('hot_fet_c'),
                   value('hot_motor_c'), round(value('disk_low_mb') * 1e6))

    def _now_s(self) -> float:
        return float(self.get_clock().now().nanoseconds) * 1e-9

    def _hear(self, source: str, take: Callable[[Any], Any], message: Any) -> None:
        self._chooser.hear(source, take(message), self._now_s())
        self._look(due=False)

    def _hear_pass(self, message: ClosePass) -> None:
        self._chooser.hear_pass(words.pass_of(message), self._now_s())
        self._look(due=False)

    def _hear_devices(self, message: DiagnosticArray) -> None:
        now_s = self._now_s()
        for name, device in words.devices_of(message):
            self._chooser.hear_device(name, device, now_s)

    def _tick(self) -> None:
        self._looks += 1
        self._look(due=self._looks >= HEARTBEAT_LOOKS)

    def _look(self, due: bool) -> None:
        """Choose, and publish what changed, or whatever stands when a heartbeat is due."""
        now_s = self._now_s()
        standing = self._chooser.choose(now_s)
        changed = _told(standing) != _told(self._said)
        if not due and not changed:
            return
        self._changes += changed
        self._said, self._looks, self._heartbeat = standing, 0, self._heartbeat + 1
        self._alerts.publish(words.array_of(standing, self._heartbeat, now_s))

    def _diagnosis(self) -> Diagnosis:
        first = self._said[0].text if self._said else 'all is known and nothing is near'
        return Diagnosis('ok', f'{first}.', {'standing': ' '.join(one.row.name for one in self._said),
                                             'heartbeat': self._heartbeat, 'changes': self._changes})


def _told(standing: tuple[Standing, ...]) -> list[tuple[object, ...]]:
    """Return what a person would notice: that the same was told again is no change."""
    return [(one.row.name, one.key, one.text, one.since_s, one.body) for one in standing]


def main(args: list[str] | None = None) -> None:
    """Run the node until it is told to stop."""
    sys.exit(run_node(Alerter, args=args))


if __name__ == '__main__':
    main()
