"""The GPS node: parameters in, gps/fix, gps/velocity, gps/time_reference and outrider/gps out. It holds no rule."""

from __future__ import annotations

import math
import sys
import threading
from collections import Counter
from typing import Any

from geometry_msgs.msg import TwistWithCovarianceStamped
from sensor_msgs.msg import NavSatFix, NavSatStatus, TimeReference

from outrider_node import MOUNT, Diagnosis, OutriderNode, Param, frames, qos, run_node
from outrider_sensors.gps import quality
from outrider_sensors.gps.decode import Fix
from outrider_sensors.gps.link import BAUD, GpsLink, Stamped

POLL_S = 1.0  # the reader sleeps in select(); this only bounds it
_LEVELS = {'streaming': 'ok', 'opened': 'warn'}
_SERVICES = (NavSatStatus.SERVICE_GPS | NavSatStatus.SERVICE_GLONASS | NavSatStatus.SERVICE_COMPASS
             | NavSatStatus.SERVICE_GALILEO)
_NOT_MEASURED = 1e6  # (rad/s)^2: a receiver says nothing of turning


class GpsNode(OutriderNode):
    """One u-blox receiver. A thread sleeps on its port and publishes each fix as soon as it is complete."""

    PARAMETERS = (
        Param('port', 'auto', '', 'serial port: a path, or auto to look for u-blox in /dev/serial/by-id'),
        Param('baud', BAUD, 'baud', 'speed of a serial line; over USB any will do', minimum=4800, maximum=921_600),
        Param('rate_hz', 10.0, 'Hz', 'fixes a second that are asked for, or expected', minimum=1.0, maximum=25.0),
        Param('configure', True, '', 'ask for NAV-PVT at rate_hz at every opening, in RAM only; else take what comes'),
        Param('latency_s', 0.0, 's', 'age of a fix when its first byte arrives', minimum=0.0, maximum=1.0),
        Param('max_speed_error_mps', 1.0, 'm/s', 'velocity is withheld beyond (sAcc)', minimum=0.01, maximum=20.0),
        Param('max_heading_error_deg', 30.0, 'deg', 'velocity is withheld beyond (headAcc) while moving',
              minimum=0.1, maximum=180.0),
        *MOUNT,
    )

    def __init__(self, **kwargs: Any) -> None:
        """Announce mount and topics, start reading. Raises NodeError."""
        super().__init__('gps', **kwargs)
        self._link = GpsLink(self.value('port'), rate_hz=self.value('rate_hz'), baud=self.value('baud'),
                             configure=self.value('configure'), say=self._say,
                             stamp_ns=lambda: self.get_clock().now().nanoseconds)
        self._limits = quality.Limits(self.value('max_speed_error_mps'), self.value('max_heading_error_deg'))
        self._latency_ns = round(self.value('latency_s') * 1e9)
        self._places = self.create_publisher(NavSatFix, 'gps/fix', qos.SENSOR)
        self._velocities = self.create_publisher(TwistWithCovarianceStamped, 'gps/velocity', qos.SENSOR)
        self._times = self.create_publisher(TimeReference, 'gps/time_reference', qos.SENSOR)
        self._fixes = 0
        self._newest: tuple[Fix, quality.Verdict] | None = None
        self._refused: Counter[quality.Refusal] = Counter()
        self._told = (self.get_clock().now().nanoseconds, 0)  # time and fixes at the last diagnosis
        self._failure: BaseException | None = None
        self._ending = False
        self.publish_mount(frames.GPS)
        self.diagnose('gps', self._diagnosis)
        self._reader = threading.Thread(target=self._read, name='gps reader', daemon=True)
        self._reader.start()

    def _say(self, level: str, sentence: str) -> None:
        log, text = self.get_logger(), sentence.removeprefix('gps: ')  # the logger names the node already
        if level == 'info':  # one call a level: rclpy refuses a place in the source that changes its level
            log.info(text)
        else:
            log.warning(text)

    def _read(self) -> None:
        try:
            while not self._ending:
                for stamped in self._link.poll(POLL_S):
                    self._publish(stamped)
        except Exception as failure:  # a dead reader must not look like a quiet receiver: the diagnosis raises it
            self._failure = failure

    def _publish(self, stamped: Stamped) -> None:
        fix, stamp_ns = stamped.fix, stamped.stamp_ns - self._latency_ns
        verdict = quality.judge(fix, self._limits)
        self._fixes += 1
        self._newest = fix, verdict
        self._refused.update(verdict.refusals)
        self._places.publish(place(fix, verdict, stamp_ns))
        if verdict.velocity:
            self._velocities.publish(velocity(fix, stamp_ns))
        if fix.utc_ns is not None:
            reference = _stamp(TimeReference(source='gps'), stamp_ns)
            reference.time_ref.sec, reference.time_ref.nanosec = divmod(fix.utc_ns, 1_000_000_000)
            self._times.publish(reference)

    def _diagnosis(self) -> Diagnosis:
        if self._failure is not None:
            raise self._failure
        link, state = self._link, self._link.state
        now_ns, fixes = self.get_clock().now().nanoseconds, self._fixes
        then_ns, fixes_then = self._told
        self._told = now_ns, fixes
        level, sentence = _LEVELS.get(state.name, 'error'), state.sentence
        values: dict[str, object] = {
            'state': state.name, 'fixes/s': f'{(fixes - fixes_then) / max((now_ns - then_ns) * 1e-9, 1e-3):.1f}',
            'fixes': fixes, 'repeated fixes': link.repeated, 'damaged messages': link.counts.damaged,
            'junk bytes': link.counts.junk_bytes, 'NMEA messages': link.counts.nmea, 'connections': link.connections,
            'rate request': link.answer,
            **link.clock.values(),
            **{f'refused, {refusal.value}': self._refused[refusal] for refusal in quality.Refusal},
        }
        if self._newest is not None:
            fix, verdict = self._newest
            values |= {'satellites': fix.satellites, 'fix type': fix.fix_type,
                       'position error_m': f'{fix.horizontal_error_m:.1f}',
                       'speed error_mps': f'{fix.speed_error_mps:.2f}'}
            if state.name == 'streaming' and verdict.refusals:
                level, sentence = 'warn', (f'gps: {" and ".join(r.value for r in verdict.refusals)}, '
                                           f'{fix.satellites} satellites. Give the antenna a view of the sky.')
        return Diagnosis(level, sentence, values)

    def close(self) -> None:
        """End the reader and let go of the port."""
        self._ending = True
        self._link.wake()
        self._reader.join()
        self._link.close()


def _stamp(message: Any, stamp_ns: int) -> Any:
    message.header.frame_id = frames.GPS
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 1_000_000_000)
    return message


def place(fix: Fix, verdict: quality.Verdict, stamp_ns: int) -> Any:
    """Return the NavSatFix; without a usable position its status says so and its numbers are NaN."""
    message = _stamp(NavSatFix(), stamp_ns)
    message.status.service = _SERVICES
    if not verdict.position:
        message.status.status = NavSatStatus.STATUS_NO_FIX
        message.latitude = message.longitude = message.altitude = math.nan
        return message
    message.status.status = (NavSatStatus.STATUS_GBAS_FIX if fix.carrier else
                             NavSatStatus.STATUS_SBAS_FIX if fix.differential else NavSatStatus.STATUS_FIX)
    message.latitude, message.longitude, message.altitude = fix.latitude_deg, fix.longitude_deg, fix.height_m
    across, up = fix.horizontal_error_m**2, fix.vertical_error_m**2
    message.position_covariance = [across, 0.0, 0.0, 0.0, across, 0.0, 0.0, 0.0, up]
    message.position_covariance_type = NavSatFix.COVARIANCE_TYPE_DIAGONAL_KNOWN
    return message


def velocity(fix: Fix, stamp_ns: int) -> Any:
    """Return the velocity over ground, east, north, up, with the receiver's speed error on every axis."""
    message = _stamp(TwistWithCovarianceStamped(), stamp_ns)
    linear = message.twist.twist.linear
    linear.x, linear.y, linear.z = fix.velocity_mps
    diagonal = [fix.speed_error_mps**2] * 3 + [_NOT_MEASURED] * 3
    message.twist.covariance = [diagonal[row] if row == column else 0.0 for row in range(6) for column in range(6)]
    return message


def main() -> None:
    """Entry point `ros2 run outrider_sensors gps`."""
    sys.exit(run_node(GpsNode))


if __name__ == '__main__':
    main()
