"""The link to the VESC pair: one port, one writer, one judge. No ROS, no clock of its own.

Nothing but FW_VERSION is sent to a device that has not said who it is. ALIVE is never sent: it would keep the last
command alive. The set-points of both VESCs leave in one write, judged right before it; what does not fit into the port
is not kept for later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from outrider_drive.gate import MS, Drop
from outrider_drive.motors import codec
from outrider_drive.motors.codec import Id, Reader
from outrider_drive.motors.guards import Guards
from outrider_drive.motors.judge import Act, Judge, Latch
from outrider_drive.motors.pair import Pair
from outrider_drive.motors.progress import NO_PROGRESS_NS, Progress
from outrider_drive.motors.setpoints import SetPoints
from outrider_drive.motors.setup import Refusal, RefusedError, Setup
from outrider_drive.port import OwnedPort, PortError
from outrider_drive.words import DriveCommand, Motors

REOPEN_NS = 500 * MS
HELLO_NS = 50 * MS
HELLO_WAIT_NS = 1000 * MS
DOUBT_NS = 30 * MS  # questions go out every 20 ms: one lost answer is forgiven
DEAF_NS = 500 * MS  # long after the 150 ms that stop both: whoever does not answer by then gets a fresh port
READ_AT_MOST = 4096  # bounds the work of one step; answers are 80 bytes, asked for one by one
CLOSE_DRAIN_S = 0.05
POLL_WAIT_NS = 5 * MS  # a question rides along with set-points that leave within this time


class VescLink:
    """Owns the port. Call step(now) at 50 Hz or faster, and at once after want(); now is CLOCK_BOOTTIME, ns.

    `problem` is one sentence, or ''; `refusal` says why the present device is not driven, None where it may be.
    """

    def __init__(self, ports: Callable[[], Sequence[str]], setup: Setup, epoch: int = 0,
                 clock_ns: Callable[[], int] | None = None) -> None:
        """Remember where to look: `ports` names the candidates, most likely first, whenever one is to be opened.

        `epoch` is the first one; a process begins with a random one, so that no command of its forerunner fits. With
        `clock_ns` frames are judged by the time after everything was read, however long that took.
        """
        self.setup, self._ports, self._clock_ns = setup, ports, clock_ns
        self.judge = Judge(setup.limits, setup.drivetrain, epoch)
        self.port: OwnedPort | None = None
        self.problem = 'motors: no port has been opened yet.'
        self.refusal: Refusal | None = Refusal.NO_PORT
        self.uuid, self._proved_uuid = setup.uuid.lower(), ''
        self.wrote_ns: int | None = None  # when the newest set-points left
        self.not_written = 0  # frames for which the port had no room; they were thrown away
        self._reader = Reader()
        self._tried = 0
        self._retry_ns: int | None = None
        self._ending = False
        self._begin(0)

    @property
    def epoch(self) -> int:
        """Rises whenever a command made before must not be obeyed any more."""
        return self.judge.epoch

    @property
    def holds(self) -> bool:
        """Whether the newest frames were the handbrake of a finished stop."""
        return self._set_points.held

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to stop: the motors are held, or no VESC is there."""
        return self.port is None or self._pair.firmware is None or self.holds

    @property
    def proved(self) -> bool:
        """Whether the VESCs on the port were seen to stop by themselves."""
        return self._pair.proved

    @property
    def pair(self) -> Pair:
        """What the controllers have said since the port was opened; to be read only."""
        return self._pair

    @property
    def answers(self) -> int:
        """Counts the telemetry that was taken since the port was opened."""
        return self._pair.answers

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
            if self._progress.stalled(self.port.written, self.port.out_waiting, now):
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

    def due_ns(self, now: int) -> int:
        """Return when step() is to be called next, after `now`, if nothing comes before: no command and no byte."""
        if self.port is None:
            due = self._retry_ns or now
        elif self._pair.firmware is None:
            due = self._hello_ns + HELLO_NS
        else:
            due = self._pair.polls.next_ns(now) + POLL_WAIT_NS
            if not (self._proving or self._doubtful):
                due = min(due, self._set_points.due_ns)
            if self.judge.expires_ns is not None:
                due = min(due, self.judge.expires_ns + 1)
        return due if due > now else now + MS

    def end(self) -> None:
        """From now on only stop. Go on with step() until `ended`, for as long as there is time, then close()."""
        self._ending = True
        self.judge.end()

    def motors(self, now: int) -> Motors:
        """Return what both controllers said last."""
        return self._pair.motors(now, self.epoch)

    def close(self) -> None:
        """Say stop, let it leave, close the port."""
        if self.port is not None:
            if self._pair.firmware is not None:
                self.port.write_now(self._set_points.last_word())
            self.port.release(CLOSE_DRAIN_S)
            self.port = None
            self._begin(0)
            self.judge.see(Latch.LINK)

    def _begin(self, now: int) -> None:
        """Forget whatever was said on the port before."""
        self._pair = Pair(self.setup, self.uuid, self._proved_uuid)
        self._guards, self._set_points = Guards(self.setup.limits), SetPoints(self.setup, now)
        self._reader.forget()
        self._opened_ns, self._progress = now, Progress(now)
        self._hello_ns = now - HELLO_NS
        self._doubtful = False

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
        now = now if self._clock_ns is None else self._clock_ns()
        pair = self._pair
        sent = self._set_points.sent
        guarded = self._guards.see(now, sent.erpm if sent else 0, pair.samples)
        self.judge.see(self._standing_by(now) or guarded)
        order = self.judge.order(now)
        # Not known to read: what drives must not queue up in front of it. Nothing is said instead, for a word that
        # stops and a drive behind it would be a new start; if this goes on, the gap and the silence stop and latch.
        self._doubtful = order.act is Act.DRIVE and pair.polls.unheard_ns(now) > DOUBT_NS
        proof = None if self._ending else pair.proof
        frames = b'' if self._proving or self._doubtful else self._set_points.due(order, proof, pair.samples, now)
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
            self._set_points.sent = order
            self.judge.wrote(now)
            self.wrote_ns = now

    @property
    def _proving(self) -> bool:
        """Whether the VESCs are being left to themselves; a process that ends brakes instead."""
        proof = self._pair.proof
        return proof is not None and proof.under_way and not self._ending

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

    def _write(self, port: OwnedPort, data: bytes, now: int) -> bool:
        """Write all of `data` or nothing. Return whether it left; half of it makes the port be dropped."""
        count = port.write_now(data)
        self._progress.room = count == len(data)
        if port.failure:
            self._drop(now, f'cannot be written ({port.failure})')
        elif 0 < count < len(data):
            self._drop(now, f'took {count} of {len(data)} bytes')
        elif not count:
            self.not_written += 1
        return self._progress.room
