"""How the machine leans, how fast it is and where: IMU and GPS into curves and a map.

| message | entity | drawn as |
|---|---|---|
| Imu | plots/motion/roll, pitch, turn | curves of base_link, degrees, degrees/s, SHOWN_HZ of the 400 a second |
| NavSatFix | map/here, map/way | where it is, the way until there |
| TwistWithCovarianceStamped | plots/motion/speed | speed over ground, km/h; a gap where the fix was lost |
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outrider_recorder.bridge.places import Places, rotation
from outrider_recorder.bridge.rows import Batch
from outrider_recorder.bridge.tail import Item

IMU, FIX = 'sensor_msgs/msg/Imu', 'sensor_msgs/msg/NavSatFix'
VELOCITY = 'geometry_msgs/msg/TwistWithCovarianceStamped'
KINDS = (IMU, FIX, VELOCITY)
SHOWN_HZ = 40
_SHOWN_EVERY_NS = 1_000_000_000 // SHOWN_HZ
NO_FIX = -1  # NavSatStatus.STATUS_NO_FIX
KMH = 3.6

# The way is told anew once a second, so that a viewer that joins late has all of it: it must stay small.
WAY_EVERY_NS, WAY_STEP_M, WAY_POINTS = 1_000_000_000, 2.0, 400
_M_PER_DEG = 111_320.0


Hides = Callable[[float, float], bool]


def shows_all(latitude_deg: float, longitude_deg: float) -> bool:
    """Hide no place."""
    return False


class Way:
    """Places that were passed, at least a step apart; when there are too many, the step doubles."""

    def __init__(self, step_m: float = WAY_STEP_M, points: int = WAY_POINTS) -> None:
        """Begin nowhere."""
        self._step_m, self._points = step_m, points
        self._passed: list[tuple[float, float]] = []
        self._pieces: list[list[tuple[float, float]]] = []

    def pass_by(self, latitude: float, longitude: float) -> None:
        """Take the next place, degrees."""
        here = (latitude, longitude)
        if self._passed and _metres(self._passed[-1], here) < self._step_m:
            return
        self._passed.append(here)
        if len(self._passed) + sum(map(len, self._pieces)) > self._points:
            self._pieces = [piece[::2] for piece in self._pieces]
            self._passed = self._passed[::2]
            self._step_m *= 2

    def until(self, latitude: float, longitude: float) -> list[list[tuple[float, float]]]:
        """Return the way that ends here, in the pieces that may be shown."""
        return [*self._pieces, [*self._passed, (latitude, longitude)]]

    def hide(self) -> None:
        """End the piece: what comes now may not be shown."""
        if self._passed:
            self._pieces.append(self._passed)
            self._passed = []


class Motion:
    """Keeps the way, and when the IMU was shown last."""

    def __init__(self, places: Places, hides: Hides = shows_all) -> None:
        """`places` knows how the IMU is mounted, `hides` which places (degrees) nobody may see."""
        self._places, self._way, self._hides = places, Way(), hides
        self._shown: dict[str, int] = {}
        self._told_ns = 0

    def wants(self, item: Item) -> bool:
        """Return whether `item` has to be decoded at all: of the IMU's samples only some."""
        if item.kind != IMU:
            return item.kind in KINDS
        part = item.publish_ns // _SHOWN_EVERY_NS
        if self._shown.get(item.topic) == part:
            return False
        self._shown[item.topic] = part
        return True

    def take(self, batch: Batch, item: Item, message: Any) -> None:
        """Add what one message of KINDS looks like."""
        if item.kind == IMU:
            base_from_imu = self._places.rotation(message.header.frame_id)
            rate = message.angular_velocity
            _curve(batch, item, 'turn', math.degrees(float(base_from_imu[2] @ np.array([rate.x, rate.y, rate.z]))))
            tilt = roll_pitch_deg(message, base_from_imu)
            if tilt:
                _curve(batch, item, 'roll', tilt[0])
                _curve(batch, item, 'pitch', tilt[1])
        elif item.kind == FIX:
            self._fix(batch, item, message)
        else:
            linear = message.twist.twist.linear
            _curve(batch, item, 'speed', math.hypot(linear.x, linear.y) * KMH)

    def _fix(self, batch: Batch, item: Item, message: Any) -> None:
        latitude, longitude = float(message.latitude), float(message.longitude)
        if message.status.status <= NO_FIX or not (abs(latitude) <= 90.0 and abs(longitude) <= 180.0):
            _curve(batch, item, 'speed', math.nan)
            return
        if self._hides(latitude, longitude):
            self._way.hide()
            return
        self._way.pass_by(latitude, longitude)
        batch.of('map/here', 'geo_points').add(item.publish_ns, 1, positions=np.array([[latitude, longitude]]))
        if not 0 <= item.publish_ns - self._told_ns < WAY_EVERY_NS:
            self._told_ns = item.publish_ns
            pieces = [np.array(piece) for piece in self._way.until(latitude, longitude)]
            batch.of('map/way', 'geo_lines').add(item.publish_ns, len(pieces), line_strings=pieces)


def roll_pitch_deg(message: Any, base_from_imu: NDArray[np.float64]) -> tuple[float, float] | None:
    """Return roll and pitch of base_link in degrees (REP 103: right side down, nose down > 0), None if not known."""
    turn = message.orientation
    quaternion = np.array([turn.x, turn.y, turn.z, turn.w], dtype=np.float64)
    size = float(np.linalg.norm(quaternion))
    if message.orientation_covariance[0] < 0.0 or not 0.5 < size < 2.0:  # -1: no such measurement (sensor_msgs/Imu)
        return None
    x, y, z, w = (quaternion / size).tolist()
    level = rotation(x, y, z, w) @ base_from_imu.T
    return (math.degrees(math.atan2(level[2, 1], level[2, 2])),
            math.degrees(math.asin(max(-1.0, min(1.0, -level[2, 0])))))


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = (other[0] - one[0]) * _M_PER_DEG
    east = ((other[1] - one[1] + 180.0) % 360.0 - 180.0) * _M_PER_DEG * math.cos(math.radians(one[0]))
    return math.hypot(north, east)


def _curve(batch: Batch, item: Item, name: str, value: float) -> None:
    batch.of(f'plots/motion/{name}', 'scalar').add(item.publish_ns, 1, scalars=float(value))
