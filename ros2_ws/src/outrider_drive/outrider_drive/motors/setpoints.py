"""What goes to both controllers, and when: 50 times a second, and at once on a change. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from outrider_drive.gate import MS
from outrider_drive.motors import codec
from outrider_drive.motors.braking import Braking
from outrider_drive.motors.guards import Sample
from outrider_drive.motors.judge import Act, Order
from outrider_drive.motors.proving import Proof
from outrider_drive.motors.setup import Setup

PERIOD_NS = 20 * MS  # 50 Hz to each VESC
EARLY_NS = MS // 10  # whoever comes so early is not sent round again


class SetPoints:
    """The frames of one conversation, from the first stop on."""

    def __init__(self, setup: Setup, now: int) -> None:
        """Begin with nothing sent; the first frames are due at `now`."""
        self._setup, self._braking = setup, Braking()
        self.due_ns = now
        self.sent: Order | None = None  # what the frames said that have left

    @property
    def held(self) -> bool:
        """Whether the newest frames were the handbrake of a finished stop."""
        return self._braking.held

    def due(self, order: Order, proof: Proof | None, samples: Sequence[Sample], now: int) -> bytes:
        """Return the frames that are due, b'' where none is. Missed periods are never caught up.

        `proof` begins once the motors are held: SET_CURRENT 0 to all, and the caller keeps silent after it.
        """
        changed = self.sent is None or (order.act, order.erpm) != (self.sent.act, self.sent.erpm)
        if not changed and now < self.due_ns - EARLY_NS:
            return b''
        late = changed or now - self.due_ns > PERIOD_NS
        self.due_ns = (now if late else self.due_ns) + PERIOD_NS
        if order.act is not Act.STOP:
            self._braking.end()
            return self.framed(codec.rpm(order.erpm) if order.act is Act.DRIVE else codec.current(0.0))
        if proof is not None and not proof.over and self._braking.held:
            proof.begin(now)
            self._braking.end()
            return self.framed(codec.current(0.0))
        brake = self._braking.step(now, order.brake_current_a, samples)
        return self.framed(codec.handbrake(brake.current_a) if brake.hold else codec.brake(brake.current_a))

    def last_word(self) -> bytes:
        """Return the frames to leave behind: the handbrake where it holds already, else the brake."""
        most_a = self._setup.limits.stop_current_a
        return self.framed(codec.handbrake(most_a) if self.held else codec.brake(most_a))

    def framed(self, payload: bytes) -> bytes:
        """Return `payload` as frames to every controller."""
        return b''.join(codec.frame(payload, can_id) for can_id in self._setup.cans)
