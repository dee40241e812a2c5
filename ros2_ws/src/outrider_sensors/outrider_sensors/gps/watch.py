"""How the stream does: fresh fixes, or what comes in their place. Pure: it is told bytes, messages and the time.

| name | what comes | what it may be |
|---|---|---|
| opened | nothing yet | just opened |
| streaming | fixes with new times | all is well |
| silent | no byte | a hung receiver |
| garbage | bytes, but no good message | another speed, a bad cable, another device |
| nmea | good messages, but no NAV-PVT | a receiver that was not told to send it |
| frozen | the same fix again and again | a hung receiver |
"""

from __future__ import annotations

from collections.abc import Iterable

from outrider_sensors.gps.decode import Fix

SILENT_S = 1.0  # without a new fix for so long, something is wrong
RESTART_S = 3.0  # and after so long the port is opened and the receiver told anew
RESTART_MAX_S = 30.0  # twice as long after each restart that brought no fix


class Watch:
    """The age of the newest fix, and what came since."""

    def __init__(self, rate_hz: float) -> None:
        """Expect `rate_hz` fixes a second."""
        self._expected = f'expected {rate_hz:g} fixes/s'
        self._silent_s = max(SILENT_S, 3.0 / rate_hz)
        self._first_restart_s = max(RESTART_S, 2 * self._silent_s)
        self.restart_s = self._first_restart_s
        self._fresh_s = 0.0
        self._itow_ms: int | None = None
        self._streams = False
        self._bytes = self._messages = self._repeated = 0

    def opened(self, now_s: float) -> None:
        """Begin anew: the port was just opened."""
        self._fresh_s, self._itow_ms, self._streams = now_s, None, False
        self._bytes = self._messages = self._repeated = 0

    def hear(self, byte_count: int, message_count: int) -> None:
        """Learn that bytes and good messages came."""
        self._bytes += byte_count
        self._messages += message_count

    def fresh(self, fixes: Iterable[Fix], now_s: float) -> list[bool]:
        """Say of each fix whether its time is new."""
        new = []
        for fix in fixes:
            new.append(fix.itow_ms != self._itow_ms)
            self._repeated += not new[-1]
            self._itow_ms = fix.itow_ms
        if any(new):
            self._fresh_s, self._streams, self.restart_s = now_s, True, self._first_restart_s
            self._bytes = self._messages = self._repeated = 0
        return new

    def wake_in_s(self, now_s: float) -> float:
        """Return the time until the state changes by itself."""
        age_s = now_s - self._fresh_s
        return max((self._silent_s if age_s < self._silent_s else self.restart_s) - age_s, 0.0)

    def is_over(self, now_s: float) -> bool:
        """Say whether the port must be opened anew, and wait longer the next time."""
        if now_s - self._fresh_s < self.restart_s:
            return False
        self.restart_s = min(2 * self.restart_s, RESTART_MAX_S)
        return True

    def state(self, port: str, now_s: float) -> tuple[str, str]:
        """Return the name and the words, without a full stop, of what comes from `port`."""
        age_s = now_s - self._fresh_s
        if age_s < self._silent_s:
            return ('streaming', f'streaming from {port}') if self._streams else ('opened', f'{port} is open')
        for_s = f'{port} for {age_s:.0f} s ({self._expected})'
        if self._repeated:
            return 'frozen', f'the same fix again and again on {for_s}. Power the receiver off and on'
        if self._messages:
            return 'nmea', f'messages but no UBX NAV-PVT on {for_s}. Switch NAV-PVT on in u-center'
        if self._bytes:
            return 'garbage', (f'{self._bytes} bytes but no message on {for_s}. '
                               'Check baud, cable and that this is the receiver')
        return 'silent', f'nothing on {for_s}. Power the receiver off and on'
