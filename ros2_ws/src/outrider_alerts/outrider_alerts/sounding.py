"""The thread that makes the buzzer sound: on time, whatever the rest of the process waits for."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence

from outrider_alerts.beeper import Beeper, Said, Signal
from outrider_alerts.outputs.output import Output, OutputError

RETRY_S = 1.0     # after an output has failed
SHORTEST_S = 0.001
LONGEST_S = 60.0  # a wait has to be finite


class Sounding:
    """Owns output and beeper from its start on; every method may be called from any thread."""

    def __init__(self, beeper: Beeper, output: Output) -> None:
        """Start the thread."""
        self._beeper, self._output = beeper, output
        self._changed = threading.Condition()
        self._news = self._ending = False
        self.problem = ''  # one sentence, empty while the output works
        self.signal: Signal | None = None  # put out last
        self._thread = threading.Thread(target=self._run, name='buzzer', daemon=True)
        self._thread.start()

    def hear(self, heartbeat: int, alerts: Sequence[Said]) -> None:
        """Hand on the alerter's word."""
        with self._changed:
            self._beeper.hear(heartbeat, alerts, time.monotonic())
            self._wake()

    def mute(self, muted: bool) -> None:
        """Silence what may be silenced, or no longer."""
        with self._changed:
            self._beeper.muted = muted
            self._wake()

    def test(self) -> None:
        """Sound the self-test."""
        with self._changed:
            self._beeper.test(time.monotonic())
            self._wake()

    @property
    def lost_s(self) -> float:
        """For how long the alerter has been silent beyond the patience, s."""
        with self._changed:
            return self._beeper.lost_s(time.monotonic())

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def close(self) -> None:
        """End the thread, silence the output."""
        with self._changed:
            self._ending = True
            self._wake()
        self._thread.join(1.0)
        self._output.close()

    def _wake(self) -> None:
        self._news = True
        self._changed.notify()

    def _run(self) -> None:
        due_s = -math.inf
        while True:
            with self._changed:
                if self._ending:
                    return
                self._news = False
                now_s = time.monotonic()
                signal = self._beeper.at(now_s)
            if now_s >= due_s or self.signal is None or _unlike(signal, self.signal):
                due_s = now_s + self._put(signal)
            wait_s = min(signal.until_s, due_s) - time.monotonic()
            with self._changed:
                self._changed.wait_for(lambda: self._news, min(LONGEST_S, max(SHORTEST_S, wait_s)))

    def _put(self, signal: Signal) -> float:
        """Put a signal out; return after how many seconds it is due again."""
        self.signal = signal
        try:
            self._output.put(signal)
        except OutputError as error:
            self.problem = str(error)
            return RETRY_S
        self.problem = ''
        return self._output.repeat_s


def _unlike(one: Signal, other: Signal) -> bool:
    return (one.hz, one.colour, one.tone) != (other.hz, other.colour, other.tone)
