"""The fakes of one course: lines to them, and what they write down."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from outrider_bringup.faults.journals import Edge, Seen, Tail, edge_of, frame_of, keep, moment_of


class Devices:
    """Pad, VESC pair and relay board in the folder `run`. Nothing waits in here but say(), through `wait`."""

    def __init__(self, run: Path, wait: Callable[[Callable[[], object], str, float], None]) -> None:
        """Take the folder and how to wait: (true, what for, seconds)."""
        self.run, self._wait = run, wait
        self.seen = Seen()
        self.lowered_s = 0.0  # how long the jack has been lowered since it was up, less what it was lifted
        self._stamps: dict[str, list[tuple[str, int]]] = {'pad': [], 'vesc': []}
        self._frames, self._trace = Tail(run / 'vesc_journal.jsonl'), Tail(run / 'vesc_trace.jsonl')
        self._edges, self._pad = Tail(run / 'relays_journal.jsonl'), Tail(run / 'pad_journal.jsonl')

    def update(self) -> None:
        """Read what the journals have got since."""
        keep((frame_of(said) for said in self._frames.news()), self.seen.frames)
        news = self._trace.news()
        keep((moment_of(said) for said in news), self.seen.moments)
        self._stamps['vesc'] += [(said['line'], said['ns']) for said in news if 'line' in said]
        for edge in (edge_of(said) for said in self._edges.news() if 'what' in said):
            if edge is not None:
                self._track_jack(edge)
                self.seen.edges.append(edge)
        self._stamps['pad'] += [(said['line'], said['written_ns']) for said in self._pad.news() if 'line' in said]

    def _track_jack(self, edge: Edge) -> None:
        on = next((one for one in reversed(self.seen.edges) if one.relay == edge.relay and one.on), None)
        if edge.on or on is None or not edge.relay.startswith('jack'):
            return
        ran_s = (edge.ns - on.ns) / 1e9
        self.lowered_s = max(0.0, self.lowered_s + (ran_s if edge.relay == 'jack D' else -ran_s))

    def forget(self) -> None:
        """Drop what lies behind, but for the newest of each: a run begins."""
        self.update()
        del self.seen.frames[:], self.seen.moments[:-1]
        on = self.seen.relays_on(self.seen.edges[-1].ns) if self.seen.edges else frozenset()
        self.seen.edges[:] = [edge for edge in self.seen.edges if edge.relay in on][-4:]

    def tell(self, fake: str, line: str) -> None:
        """Write one line to the control FIFO of `fake` (pad, vesc, relays). Raises OSError where nobody reads it."""
        fifo = os.open(self.run / f'{fake}_control', os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.write(fifo, f'{line}\n'.encode())
        finally:
            os.close(fifo)

    def say(self, fake: str, *lines: str) -> int:
        """Write lines to pad or vesc; return when the last one was done, by its own stamp."""
        self.update()
        stamps = self._stamps[fake]
        del stamps[:]
        for line in lines:
            self.tell(fake, line)

        def done() -> bool:
            self.update()
            return len(stamps) >= len(lines)

        self._wait(done, f'{fake} to do {lines[-1]!r}', 5.0)
        return stamps[-1][1]

    @property
    def erpm(self) -> float:
        """The wheels' speed now, 1/min electrical."""
        return abs(self.seen.moments[-1].erpm) if self.seen.moments else 0.0

    @property
    def travelled_m(self) -> float:
        """Where the ramp is, > 0 ahead."""
        return self.seen.moments[-1].travelled_m if self.seen.moments else 0.0

    def relays_on(self) -> frozenset[str]:
        """Return the relays of jack and steering that are on now."""
        return self.seen.relays_on(self.seen.edges[-1].ns) if self.seen.edges else frozenset()
