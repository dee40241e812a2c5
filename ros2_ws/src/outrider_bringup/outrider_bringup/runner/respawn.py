"""What happens after a process has ended. Pure; takes the time.

| it ended | then |
|---|---|
| with 0 | it had nothing more to do: not started again |
| with 2 | it refused (a wrong parameter, a wrong file): not started again, its sentence stands above |
| otherwise | started again after its delay, where the launch file says respawn |
| the fifth time within 10 s | given up |
"""

from __future__ import annotations

import signal
from collections import deque
from dataclasses import dataclass, field

LIMIT, WITHIN_S = 5, 10.0
EXIT_OK, EXIT_REFUSED = 0, 2


@dataclass(frozen=True)
class Verdict:
    """What to do: 'respawn', 'ended', 'refused' or 'gave up', and the sentence for the user."""

    kind: str
    text: str


@dataclass
class Deaths:
    """The recent deaths of one process."""

    name: str
    respawn: bool
    delay_s: float
    _times_s: deque[float] = field(default_factory=lambda: deque(maxlen=LIMIT))

    def judge(self, now_s: float, code: int) -> Verdict:
        """Return the verdict on an exit code as subprocess gives it (negative: a signal)."""
        how = spoken(code)
        if code == EXIT_OK:
            return Verdict('ended', f'{self.name} has ended')
        if code == EXIT_REFUSED:
            return Verdict('refused', f'{self.name} refused to run, see its last line above; it is not started again')
        if not self.respawn:
            return Verdict('ended', f'{self.name} {how}; it is not started again')
        self._times_s.append(now_s)
        if len(self._times_s) == LIMIT and now_s - self._times_s[0] <= WITHIN_S:
            return Verdict('gave up', f'{self.name} died {LIMIT} times within {WITHIN_S:g} s, the last time it {how}; '
                                      'it is given up, see its lines above. Run: ./outrider doctor')
        return Verdict('respawn', f'{self.name} {how}; started again in {self.delay_s:g} s')


def spoken(code: int) -> str:
    """Return an exit code in words."""
    if code >= 0:
        return f'ended with exit code {code}'
    try:
        return f'was ended by {signal.Signals(-code).name}'
    except ValueError:
        return f'was ended by signal {-code}'
