"""The link to the relay controller: one port, one session, one lease. No ROS, no clock of its own.

Its only rules are about time: what is wanted expires, motion is asked for only on a fresh status, and after anything
that broke the conversation (reopened port, restarted board) the first word is a stop and the caller's old wish is
void, because it carries the old epoch.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from outrider_drive.port import PortError
from outrider_drive.relays import protocol
from outrider_drive.relays.protocol import ProtocolError
from outrider_drive.relays.stranger import Stranger
from outrider_drive.relays.wire import Wire
from outrider_drive.relays.words import STOP, Event, Flag, HelloAnswer, Status, Wanted

COMMAND_PERIOD_S = 0.05  # 20 Hz: five chances within the device's 300 ms lease
TICK_SLACK_S = 0.001  # a timer that fires this early is not sent round again
STATUS_MAX_AGE_S = 0.150
WANT_LEASE_S = 0.150  # a wish is renewed by its caller or is over
REOPEN_S = 0.5
HELLO_PERIOD_S = 0.2
# The device takes a hello of a new host within 1000 ms of the last frame of the old one for a second driver.
OTHER_HOST_QUIET_S = 1.1
SILENCE_S = 1.0  # 20 statuses missed
BOOT_SILENCE_S = 3.0  # opening an Arduino's port restarts it, and its bootloader waits up to 2 s
CLOSE_DRAIN_S = 0.05
# Ten commands without one accepted: somebody else's hello has taken the board from us.
UNACCEPTED_S = 0.5
STRANGER_S = 0.3  # of BOOT_SILENCE_S: a VESC answers within milliseconds
WAIT_S = 0.05  # between two looks at a board that has not been greeted
RECENT_COMMANDS = 64


class RelayLink:
    """Owns the relay controller's port. Call step() at 50 Hz or faster; every call ends within 50 ms.

    `epoch` rises whenever the port was reopened or the board restarted; `problem` is one sentence, or ''.
    """

    def __init__(self, port: str | Callable[[], Sequence[str]], host_id: int | None = None) -> None:
        """Remember the port, or what names the candidates, likeliest first, whenever one is to be opened.

        `host_id` names this start of the program; by default it is random.
        """
        self._ports = (lambda: (port,)) if isinstance(port, str) else port
        self.name = next(iter(self._ports()), '')
        self.wire = Wire(self.name)
        self._tried = 0
        self._stranger = Stranger()
        self.host_id = secrets.randbits(32) if host_id is None else host_id
        self.epoch = 0
        self.problem = f'relays: {self.name or "the port"} has not been opened yet.'
        self.status: Status | None = None
        self.answer: HelloAnswer | None = None  # of the present session; None until hello was answered
        self.unreadable = 0  # whole frames that were no v1 frames
        self._status_s = self._heard_s = self._opened_s = self._quiet_s = self._hello_s = self._due_s = float('-inf')
        self._accepted_s = float('-inf')
        self._retry_s = float('-inf')
        self._ticket = 0
        self._sequence = secrets.randbits(16)
        self._echo_ms = 0
        self._greeted: int | None = None  # the last session that knows our host_id
        self._wanted = self._sent = STOP
        self._computed_s = float('-inf')

    def want(self, wanted: Wanted, *, epoch: int, computed_s: float) -> str:
        """Wish for `wanted` until 150 ms after `computed_s` (s, the clock of step()). Return '' or why it is refused.

        A stop is taken whatever its epoch.
        """
        if not wanted.is_stop and epoch != self.epoch:
            return (f'relays: the link is at epoch {self.epoch}, the command was made for {epoch}. '
                    'Let go, then ask again.')
        self._wanted, self._computed_s = wanted, computed_s
        return ''

    def ready(self, now: float) -> bool:
        """Return whether motion may be asked for: greeted, stopped once, and a fresh status."""
        return self.answer is not None and self.status_age_s(now) <= STATUS_MAX_AGE_S \
            and self.status is not None and Flag.STOP_SEEN in self.status.flags

    def status_age_s(self, now: float) -> float:
        """Return the age of `status` in seconds; infinite where there is none of this session."""
        return now - self._status_s

    def step(self, now: float) -> list[Event]:
        """Do whatever is due at `now` (s, any steady clock): open, read, greet, command. Return the device's events."""
        if not self.wire.is_open and not self._open(now):
            return []
        if self._stranger.asked:
            self._listen(now)
            return []
        events: list[Event] = []
        try:
            for frame_id, payload in self.wire.receive():
                event = self._take(frame_id, payload, now)
                if event is not None:
                    events.append(event)
        except OSError:
            self._drop(now, 'was unplugged')
            return events
        limit_s = SILENCE_S if self._heard_s >= self._opened_s else BOOT_SILENCE_S
        if now - max(self._heard_s, self._opened_s) > limit_s:
            self._drop(now, _silent(limit_s))
        elif now - max(self._heard_s, self._opened_s) > BOOT_SILENCE_S - STRANGER_S:
            self._stranger.ask(self.wire.port)
        elif self.answer is None:
            self._greet(now)
        else:
            self._command(self.answer, now)
        return events

    def due_s(self, now: float) -> float:
        """Return when step() is to be called next if nothing comes before: no byte and no new wish."""
        if not self.wire.is_open:
            return max(now, self._retry_s)
        return now + WAIT_S if self.answer is None else self._due_s

    def close(self) -> None:
        """Say stop, let it leave, close the port."""
        if self.wire.is_open:
            if self.answer is not None:
                self._send_command(STOP, self.answer)
            self._send_legacy_stops()
        self.wire.close(CLOSE_DRAIN_S)
        self.answer = self.status = None

    def _open(self, now: float) -> bool:
        if now < self._retry_s:
            return False
        self._retry_s = now + REOPEN_S
        names = self._ports()
        if not names:
            self.problem = 'relays: there is no port. Plug the relay controller in.'
            return False
        name = names[self._tried % len(names)]
        if name != self.name:
            self.name, self.wire = name, Wire(name)
            self._stranger = Stranger()
        try:
            self.wire.open()
        except PortError as error:
            self._tried += 1
            self.problem = str(error)
            return False
        self._opened_s = now
        self._renew(now)
        if not self._stranger.found:
            self.problem = f'relays: {self.name} is open, waiting for the relay controller to speak.'
        return self._sent_or_drop(self._send_legacy_stops(), now)

    def _renew(self, now: float) -> None:
        """Begin a conversation: nothing that was known or wanted before holds any more."""
        self.epoch += 1
        self.status = self.answer = None
        self._status_s = self._hello_s = self._due_s = float('-inf')
        self._quiet_s = now
        self._wanted = self._sent = STOP

    def _drop(self, now: float, why: str) -> None:
        self.wire.close()
        self._tried += 1
        self._stranger.asked = False
        self.answer = self.status = None
        self._status_s = float('-inf')
        self._retry_s = now + REOPEN_S
        self.problem = f'relays: {self.name} {why}. Trying it again every {REOPEN_S:g} s; check cable and power.'

    def _listen(self, now: float) -> None:
        """Hear whether the port that never spoke is a VESC's."""
        try:
            vesc = self._stranger.listen(self.wire.port)
        except OSError:
            self._drop(now, 'was unplugged')
            return
        if vesc:
            self._drop(now, 'is a VESC')
            self.problem = (f'relays: {self.name} is a VESC, expected the relay controller. Swap the two ports in the '
                            'rig file.')
        elif now - self._opened_s > BOOT_SILENCE_S:
            self._drop(now, _silent(BOOT_SILENCE_S))

    def _take(self, frame_id: int, payload: bytes, now: float) -> Event | None:
        try:
            said = protocol.decode(frame_id, payload)
        except ProtocolError as error:
            self.unreadable += 1
            if self.status is None:
                self.problem = f'relays: {error}'
            return None
        self._heard_s, self._stranger.found = now, False
        if isinstance(said, Status):
            self._take_status(said, now)
        elif isinstance(said, HelloAnswer):
            self._take_answer(said, now)
        else:
            return said
        return None

    def _take_answer(self, answer: HelloAnswer, now: float) -> None:
        if self.answer is not None or answer.host_id != self.host_id or answer.ticket != self._ticket:
            return
        self.answer, self._greeted, self._echo_ms, self.problem = answer, answer.session, answer.uptime_ms, ''
        self._accepted_s = now
        # The statuses of before the hello may still say that a stop was seen.
        self.status, self._status_s = None, float('-inf')

    def _take_status(self, status: Status, now: float) -> None:
        known = self.status.session if self.status else self.answer.session if self.answer else status.session
        if status.session != known:
            self._renew(now)
            self.problem = f'relays: the relay controller restarted ({status.reset_cause.name.lower()}); greeting it.'
        elif self.answer is not None:
            if (self._sequence - status.sequence) & 0xFFFF < RECENT_COMMANDS:
                self._accepted_s = now
            if Flag.HELLO_SEEN not in status.flags:
                self._renew(now)
                self.problem = 'relays: the relay controller lost its link and forgot us; greeting it.'
            elif now - self._accepted_s > UNACCEPTED_S:
                self._renew(now)
                self._greeted = None  # the board obeys somebody else: wait until that one is quiet
        if self.status is None or status.sequence != self.status.sequence:
            self._quiet_s = now
        self.status, self._status_s, self._echo_ms = status, now, status.uptime_ms

    def _greet(self, now: float) -> None:
        """Stop first, then hello; never a hello to a machine that moves or that another host drives."""
        if self.status is None or now - self._hello_s < HELLO_PERIOD_S:
            return
        if not self._sent_or_drop(self._send_legacy_stops(), now):
            return
        self._hello_s = now
        moving = not Wanted(self.status.jack, self.status.steer).is_stop
        foreign = Flag.HELLO_SEEN in self.status.flags and self.status.session != self._greeted
        if moving or (foreign and now - self._quiet_s < OTHER_HOST_QUIET_S):
            self.problem = ('relays: the relay controller moves or obeys another host (reason of its newest refusal: '
                            f'{self.status.last_reject}, see firmware/PROTOCOL.md). Stop that other program first.')
            return
        self._ticket = (self._ticket + 1) & 0xFFFF
        self._sent_or_drop(self.wire.send(protocol.ID_HELLO, protocol.encode_hello(self.host_id, self._ticket)), now)

    def _command(self, answer: HelloAnswer, now: float) -> None:
        valid = 0.0 <= now - self._computed_s <= WANT_LEASE_S
        wanted = self._wanted if valid else STOP
        if not wanted.is_stop and not self.ready(now):
            wanted = STOP
        changed = wanted != self._sent
        if changed or now >= self._due_s - TICK_SLACK_S:
            # From the due time, not from now: a caller's coarse timer must not stretch the period.
            late = changed or now - self._due_s > COMMAND_PERIOD_S
            self._due_s = (now if late else self._due_s) + COMMAND_PERIOD_S
            self._sent_or_drop(self._send_command(wanted, answer), now)

    def _send_command(self, wanted: Wanted, answer: HelloAnswer) -> str:
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._sent = wanted
        return self.wire.send(protocol.ID_COMMAND, protocol.encode_command(
            wanted, session=answer.session, host_id=self.host_id, sequence=self._sequence, echo_ms=self._echo_ms))

    def _send_legacy_stops(self) -> str:
        """The one word that a device obeys before any session: used before hello and at the end."""
        return next((why for why in (self.wire.send(protocol.ID_LEGACY, letters)
                                     for letters in protocol.encode_legacy_stops()) if why), '')

    def _sent_or_drop(self, failure: str, now: float) -> bool:
        if failure:
            self._drop(now, f'takes no bytes ({failure})')
        return not failure


def _silent(seconds: float) -> str:
    return f'said nothing for {seconds:g} s, expected 20 statuses/s'
