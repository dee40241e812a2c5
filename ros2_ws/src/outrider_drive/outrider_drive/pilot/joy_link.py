"""Another node's Joy instead of the pad: the controls without a sign of life.

Such a node says nothing when its pad is lost, and its autorepeat stamps the old state anew. So a message proves that
the node runs, and no more: the source is BUTTONS, silence and lateness need neutral controls, and so do controls that
were held for HOLD_S without any change, which is how far a lost pad drives on.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from outrider_drive.pilot.joy import from_joy
from outrider_drive.pilot.life import LATE_NS, MS, SILENCE_NS, Life
from outrider_drive.pilot.mapping import Mapping
from outrider_drive.pilot.words import NEUTRAL, Files, Pad, PadError, Sample
from outrider_drive.words import Operator

HOLD_S = 5.0  # 7 m at a walk
QUEUE = 64  # more than a second of messages
NAME = 'joy topic'


class JoyLink:
    """Takes messages on one thread and gives samples to another. It stands in for a PadLink."""

    files: Files | None = None  # no light, no rumble: the pad is another node's
    rereads = 0

    def __init__(self, mapping: Mapping, clock: Callable[[], int]) -> None:
        """Take the pad's mapping and a clock (CLOCK_BOOTTIME, ns)."""
        self.mapping = mapping
        self.life = Life(hold_limit_ns=int(min(HOLD_S, mapping.hold_limit_s) * 1e9))
        self.losses = 0
        self.problem = "pad: nothing was heard on joy yet. Start joy's game_controller_node."
        self._clock = clock
        self._came = threading.Condition()
        self._queue: deque[tuple[int, Pad | str]] = deque(maxlen=QUEUE)
        self._pad = NEUTRAL
        self._heard_ns: int | None = None
        self._dropped = False

    def take(self, axes: Sequence[float], buttons: Sequence[int], age_ns: int, publishers: int = 1) -> None:
        """Take a message that was stamped `age_ns` ago, of a topic with so many publishers. From any thread."""
        try:
            heard: Pad | str = from_joy(axes, buttons)
        except PadError as error:
            heard = str(error)
        if publishers > 1:
            heard = f'pad: {publishers} nodes publish joy, expected one. End the others.'
        elif not 0 <= age_ns <= LATE_NS:
            heard = f'pad: a Joy message is stamped {age_ns / MS:.0f} ms ago, expected 0 to {LATE_NS // MS}. Let the ' \
                    'node stamp its messages by the host clock.'
        with self._came:
            self._dropped |= len(self._queue) == QUEUE
            self._queue.append((self._clock(), heard))
            self._came.notify()

    def step(self, timeout_s: float = 0.0) -> list[Sample]:
        """Wait up to `timeout_s` for a message that changes something; return every state since, at least one."""
        with self._came:
            self._came.wait_for(lambda: self._queue, timeout_s)
            came, dropped = list(self._queue), self._dropped
            self._queue.clear()
            self._dropped = False
        if dropped:
            self.life.doubt('messages of joy were lost')
        now = self._clock()
        samples = [sample for at, heard in came for sample in self._message(at, heard)]
        if self._heard_ns is not None and now - self._heard_ns > SILENCE_NS:
            samples.append(self._lose(f'pad: joy was silent for {SILENCE_NS // MS} ms, expected 20 messages a second. '
                                      "Set the node's autorepeat_rate to 20 or more."))
        required = self.life.neutral_required
        if self._heard_ns is not None:
            self.life.controls(now, neutral=self._pad.is_neutral(self.mapping.deadzone))
            self._say()
        return [*samples, Sample(self._pad, self._operator(now), self.life.neutral_required != required)]

    def close(self) -> Sample:
        """End; return the last word: nobody is there."""
        return self._lose('pad: joy is listened to no more.')

    def _message(self, now: int, heard: Pad | str) -> list[Sample]:
        if isinstance(heard, str):
            return [self._lose(heard)]
        if self._heard_ns is None:
            self.life.opened(now, has_motion=False)
            self._pad = heard  # what is held by now was pressed before: no press
        self._heard_ns = now
        self.life.polled(now)
        before, self._pad = self._pad, heard
        if heard == before:
            return []
        self.life.buttons(now)
        return [Sample(heard, self._operator(now), True, heard.held - before.held)]

    def _lose(self, why: str) -> Sample:
        self.life.closed('joy was lost')
        self.losses += self._heard_ns is not None
        self._heard_ns, self._pad, self.problem = None, NEUTRAL, why
        return Sample(NEUTRAL, self._operator(self._clock()), edge=True)

    def _say(self) -> None:
        self.problem = f'pad: {self.life.why}. Let go of everything.' if self.life.neutral_required else \
            'pad: a Joy message proves no pad in reach. Use input pad, or allow a walk by no_sign_of_life_mps in the ' \
            'rig file.'

    def _operator(self, now: int) -> Operator:
        return self.life.operator(now, NAME, NAME)
