"""Controls -> what the person wishes. Pure: the governor decides what becomes of it."""

from __future__ import annotations

import math

from outrider_drive.pilot.mapping import Mapping
from outrider_drive.pilot.words import Pad, Sample
from outrider_drive.words import Operator, Request

CMD_VEL_MAX_AGE_NS = 100_000_000  # like every command
CMD_VEL_MAX_MPS = 3.0  # the machine's ceiling; the governor's limit is lower
CMD_VEL_STEER_RADPS = 0.1  # slower turns are noise: steering is left, hold or right


# A tap on e-stop or disarm is said for so long: only the newest request waits for a governor that stood still.
STOP_SAID_NS = 300_000_000


class Teleop:
    """Turns samples into requests. A press counts only when its edge was seen while the operator was live.

    Drive, jack and steering moreover count only when pressed under the dead-man: letting it go forgets them.
    """

    def __init__(self, mapping: Mapping) -> None:
        """Start with nothing held and nothing believed."""
        self._map = mapping
        self._fresh: frozenset[str] = frozenset()  # held, and seen pressed while live
        self._stick_free = False  # the stick was seen at rest under this hold of the dead-man
        self._pad, self._may_move = Pad(), False
        self._sequence = {'gamepad': 0, 'cmd_vel': 0}
        self._said_until_ns = {'estop': 0, 'disarm': 0}

    def take(self, sample: Sample) -> Request:
        """Return the request of one sample. Call it for every sample, in order."""
        pad, operator, controls = sample.pad, sample.operator, self._map
        seen = sample.pad.held | sample.pressed  # a tap within one read is still a tap
        stops = {word: self._stops(word, control in seen, operator.boottime_ns)
                 for word, control in (('estop', controls.estop), ('disarm', controls.disarm))}
        live = operator.connected and not operator.neutral_required
        self._fresh = (self._fresh | sample.pressed) & pad.held if live else frozenset()
        deadman = controls.deadman in self._fresh
        if not deadman:
            self._fresh -= {controls.forward, controls.backward, controls.lift, controls.lower, controls.left,
                            controls.right}
        stick = self._stick(pad)
        self._stick_free = deadman and (self._stick_free or stick == 0.0)
        self._pad, self._may_move = pad, deadman and not any(stops.values())
        speed, steer, jack = 0.0, 0, 0
        if self._may_move:
            speed, steer, jack = self._speed(stick), self._steer(), self._jack()
        if speed and jack:  # never together: whoever asks for both gets neither
            speed, jack = 0.0, 0
        return Request(operator.boottime_ns, self._next('gamepad'), operator, 'gamepad', deadman, speed, steer,
                       jack, controls.arm in self._fresh and not any(stops.values()), stops['disarm'],
                       stops['estop'], controls.horn in self._fresh)

    def cmd_vel(self, operator: Operator, speed_mps: float, turn_radps: float, stamp_ns: int) -> Request:
        """Return a program's wish (m/s, rad/s > 0 left; stamp of CLOCK_BOOTTIME) under the dead-man of the last sample.

        It is neutral when it is late, from the future or no number, and while the person's own hands drive or lift.
        """
        deadman = self._may_move and operator.connected and not operator.neutral_required
        fresh = 0 <= operator.boottime_ns - stamp_ns <= CMD_VEL_MAX_AGE_NS
        usable = fresh and math.isfinite(speed_mps) and math.isfinite(turn_radps)
        own = self._stick(self._pad) or self._moving_hands()
        speed, steer = 0.0, 0
        if deadman and usable and not own:
            speed = max(-CMD_VEL_MAX_MPS, min(CMD_VEL_MAX_MPS, speed_mps))
            steer = 0 if abs(turn_radps) < CMD_VEL_STEER_RADPS else 1 if turn_radps > 0 else -1
        told_ns = max(0, min(stamp_ns, operator.boottime_ns))
        return Request(told_ns, self._next('cmd_vel'), operator, 'cmd_vel', deadman, speed, steer)

    def _stops(self, word: str, pressed: bool, now: int) -> bool:
        if pressed:
            self._said_until_ns[word] = now + STOP_SAID_NS
        return now < self._said_until_ns[word]

    def _speed(self, stick: float) -> float:
        controls = self._map
        wishes = [speed for speed in (controls.forward_mps * (controls.forward in self._fresh),
                                      -controls.backward_mps * (controls.backward in self._fresh),
                                      stick * controls.stick_mps * self._stick_free) if speed]
        return wishes[0] if len(wishes) == 1 else 0.0  # two that contradict are none

    def _stick(self, pad: Pad) -> float:
        """Return the stick's wish, -1..1, > 0 forward, 0 within the dead zone and steady at its border."""
        value: float = -getattr(pad, self._map.stick)
        over = abs(value) - self._map.deadzone
        return math.copysign(over / (1.0 - self._map.deadzone), value) if over > 0 else 0.0

    def _steer(self) -> int:
        return (self._map.left in self._fresh) - (self._map.right in self._fresh)

    def _jack(self) -> int:
        """Only a straight press lifts: a thumb that rolls from up to right means right."""
        if not self._fresh.isdisjoint({self._map.left, self._map.right}):
            return 0
        return (self._map.lift in self._fresh) - (self._map.lower in self._fresh)

    def _moving_hands(self) -> bool:
        controls = self._map
        return not self._fresh.isdisjoint({controls.forward, controls.backward, controls.lift, controls.lower,
                                           controls.left, controls.right})

    def _next(self, source: str) -> int:
        self._sequence[source] = (self._sequence[source] + 1) % (1 << 32)
        return self._sequence[source]
