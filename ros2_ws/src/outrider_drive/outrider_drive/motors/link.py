"""The link to the VESC pair: one port, one writer, one judge. No ROS, no clock of its own.

Nothing but FW_VERSION is sent to a device that has not said who it is. ALIVE is never sent: it would keep the last
command alive. The set-points of both VESCs leave in one write, judged right before it; what does not fit into the port
is not kept for later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from outrider_drive.motors import codec
from outrider_drive.motors.braking import Braking
from outrider_drive.motors.codec import Id, Reader
from outrider_drive.motors.guards import Guards
from outrider_drive.motors.judge import MS, Act, Drop, Judge, Latch, Order
from outrider_drive.motors.pair import Pair
from outrider_drive.motors.polling import SLACK_NS
from outrider_drive.motors.setup import Refusal, RefusedError, Setup
from outrider_drive.port import OwnedPort, PortError
from outrider_drive.words import DriveCommand, Motors

PERIOD_NS = 20 * MS  # 50 Hz to each VESC
NO_PROGRESS_NS = 40 * MS
REOPEN_NS = 500 * MS
HELLO_NS = 50 * MS
HELLO_WAIT_NS = 1000 * MS
DEAF_NS = 500 * MS  # long after the 150 ms that stop both: whoever does not answer by then gets a fresh port
READ_AT_MOST = 4096  # bounds the work of one step; answers are 80 bytes, asked for one by one
CLOSE_DRAIN_S = 0.05


class VescLink:
    """Owns the port. Call step(now) at 50 Hz or faster, and at once after want(); now is CLOCK_BOOTTIME, ns.

    `problem` is one sentence, or ''; `refusal` says why the present device is not driven, None where it may be.
    """

    def __init__(self, ports: Callable[[], Sequence[str]], setup: Setup) -> None:
        """Remember where to look: `ports` names the candidates, most likely first, whenever one is to be opened."""
        self.setup, self._ports = setup, ports
        self.judge = Judge(setup.limits, setup.drivetrain)
        self.port: OwnedPort | None = None
        self.problem = 'motors: no port has been opened yet.'
        self.refusal: Refusal | None = Refusal.NO_PORT
        self.uuid, self._proved_uuid = setup.uuid.lower(), ''
        self.not_written = 0  # frames for which the port had no room; they were thrown away
        self._reader = Reader()
        self._tried = 0
        self._retry_ns: int | None = None
        self._begin(0)

    @property
    def epoch(self) -> int:
        """Rises whenever a command made before must not be obeyed any more."""
        return self.judge.epoch

    @property
    def holds(self) -> bool:
        """Whether the newest frames were the handbrake of a finished stop."""
        return self._braking.held

    def want(self, command: DriveCommand, now: int) -> Drop | None:
        """Hand in a command that arrived at `now`; return why it is dropped, or None."""
        return self.judge.take(command, now)

    def step(self, now: int) -> None:
        """Do whatever is due at `now`: open, read, identify, judge, write. Never waits."""
        if self.port is None and not self._open(now):
            return
        assert self.port is not None
        try:
            for payload in self._reader.feed(self.port.read_now(READ_AT_MOST)):
                self._pair.take(payload)
            if self._full(self.port, now):
                self._drop(now, f'takes no bytes for {NO_PROGRESS_NS // MS} ms')
            elif self._pair.firmware is None:
                self._identify(self.port, now)
            elif self._pair.polls.owed_ns(0, now) > DEAF_NS:
                self._drop(now, f'did not answer for {DEAF_NS // MS} ms')
            else:
                self._serve(self.port, now)
        except RefusedError as refused:
            self._shut(now, refused.refusal, str(refused))
        except OSError:
            self._drop(now, 'was unplugged')

    def motors(self, now: int) -> Motors:
        """Return what both controllers said last."""
        return self._pair.motors(now, self.epoch)

    def close(self) -> None:
        """Say stop, let it leave, close the port."""
        if self.port is not None:
            if self._pair.firmware is not None:
                self.port.write_now(self._framed(codec.brake(self.setup.limits.stop_current_a)))
            self.port.release(CLOSE_DRAIN_S)
            self.port = None
            self._begin(0)
            self.judge.see(Latch.LINK)

    def _begin(self, now: int) -> None:
        """Forget whatever was said on the port before."""
        self._pair = Pair(self.setup, self.uuid, self._proved_uuid)
        self._guards, self._braking = Guards(self.setup.limits), Braking()
        self._reader.forget()
        self._opened_ns = self._moved_ns = self._due_ns = now
        self._hello_ns = now - HELLO_NS
        self._left, self._room = 0, True  # bytes that have left; whether the newest write found room
        self._sent: Order | None = None

    def _open(self, now: int) -> bool:
        if self._retry_ns is not None and now < self._retry_ns:
            return False
        self._retry_ns = now + REOPEN_NS
        names = self._ports()
        if not names:
            self.problem, self.refusal = 'motors: there is no port. Plug the VESC in.', Refusal.NO_PORT
            return False
        port = OwnedPort(names[self._tried % len(names)], 'motors', 'the VESC')
        try:
            port.own()
        except PortError as error:
            self._tried += 1
            self.problem, self.refusal = str(error), Refusal.NO_PORT
            return False
        self.port = port
        self._begin(now)
        self.judge.renew()
        return True

    def _drop(self, now: int, why: str) -> None:
        assert self.port is not None
        self._shut(now, Refusal.NO_ANSWER, f'motors: {self.port.port} {why}. Trying again every '
                                           f'{REOPEN_NS / 1e9:g} s; check cable and power.')

    def _shut(self, now: int, refusal: Refusal, sentence: str) -> None:
        """Close the port, throw away what is queued in it, and look again later."""
        assert self.port is not None
        self.port.release()
        self.port, self.refusal, self.problem = None, refusal, sentence
        self._tried += 1
        self._retry_ns = now + REOPEN_NS
        self._begin(now)
        self.judge.see(Latch.LINK)

    def _full(self, port: OwnedPort, now: int) -> bool:
        """Return whether bytes wait in the port and none has left for 40 ms."""
        left = port.written - port.out_waiting
        if left != self._left or (not port.out_waiting and self._room):
            self._left, self._moved_ns = left, now
        return now - self._moved_ns > NO_PROGRESS_NS

    def _identify(self, port: OwnedPort, now: int) -> None:
        if codec.is_relay_controller(bytes(self._reader.garbage)):
            raise RefusedError(Refusal.RELAY_CONTROLLER, f'motors: {port.port} is the relay controller, expected a '
                                                         'VESC. Swap the two ports in the rig file.')
        if now - self._opened_ns > HELLO_WAIT_NS:
            self._drop(now, f'did not say that it is a VESC within {HELLO_WAIT_NS / 1e9:g} s')
        elif now - self._hello_ns >= HELLO_NS:
            self._reader.give_up()
            self._hello_ns = now
            self._write(port, codec.frame(codec.ask(Id.FW_VERSION)), now)

    def _serve(self, port: OwnedPort, now: int) -> None:
        pair = self._pair
        driven_erpm = self._sent.erpm if self._sent else 0
        guarded = self._guards.see(now, driven_erpm, pair.samples)
        self.judge.see(self._standing_by(now) or guarded)
        order = self.judge.order(now)
        if order.act is Act.DRIVE and pair.polls.owed_ns(0, now) > NO_PROGRESS_NS:
            order = Order(Act.RELEASE)  # not known to read: what drives must not queue up in front of it
        frames = b'' if pair.proof is not None and pair.proof.under_way else self._set_points(order, now)
        question = pair.polls.due(now)
        if question is not None:
            for payload in self._reader.give_up():
                pair.take(payload)
        asked = b'' if question is None else codec.frame(codec.ask(question[1]), self.setup.cans[question[0]])
        if not (frames or asked) or not self._write(port, frames + asked, now):
            return
        if question is not None:
            pair.polls.asked(*question, now)
        if frames:
            self._sent = order
            self.judge.wrote(now)

    def _standing_by(self, now: int) -> Latch | None:
        """Carry the pair from its first word to its proof; return what still keeps it from driving."""
        pair = self._pair
        self.judge.max_erpm = self.setup.limits.max_erpm
        pair.prepare()
        if pair.proof is not None and not pair.proved:
            pair.proof.step(now)
            if pair.proof.problem:
                self.problem = pair.proof.problem
                self.refusal = None if self.setup.unproved_erpm else Refusal.VESC_TIMEOUT
                self.judge.max_erpm = self.setup.unproved_erpm
                return Latch.VESC_TIMEOUT if self.refusal else None
        if not pair.proved or any(sample.at_ns is None for sample in pair.samples):
            self.problem = 'motors: the VESC answers; waiting for both and for the proof of the timeout.'
            self.refusal = Refusal.STARTING
            return Latch.LINK
        assert pair.firmware is not None
        self.uuid = self._proved_uuid = pair.firmware.uuid
        self.problem, self.refusal = '', None
        return None

    def _set_points(self, order: Order, now: int) -> bytes:
        """Return the frames to both VESCs that are due, b'' where none is. Missed periods are never caught up."""
        changed = self._sent is None or (order.act, order.erpm) != (self._sent.act, self._sent.erpm)
        if not changed and now < self._due_ns - SLACK_NS:
            return b''
        late = changed or now - self._due_ns > PERIOD_NS
        self._due_ns = (now if late else self._due_ns) + PERIOD_NS
        if order.act is not Act.STOP:
            self._braking.end()
            return self._framed(codec.rpm(order.erpm) if order.act is Act.DRIVE else codec.current(0.0))
        proof = self._pair.proof
        if proof is not None and not proof.over and self._braking.held:
            proof.begin(now)
            self._braking.end()
            return self._framed(codec.current(0.0))
        brake = self._braking.step(now, order.brake_current_a, self._pair.samples)
        return self._framed(codec.handbrake(brake.current_a) if brake.hold else codec.brake(brake.current_a))

    def _framed(self, payload: bytes) -> bytes:
        return b''.join(codec.frame(payload, can_id) for can_id in self.setup.cans)

    def _write(self, port: OwnedPort, data: bytes, now: int) -> bool:
        """Write all of `data` or nothing. Return whether it left; half of it makes the port be dropped."""
        count = port.write_now(data)
        self._room = count == len(data)
        if port.failure:
            self._drop(now, f'cannot be written ({port.failure})')
        elif 0 < count < len(data):
            self._drop(now, f'took {count} of {len(data)} bytes')
        elif not count:
            self.not_written += 1
        return self._room
