"""What the fakes wrote down of one run: frames as read at the far end of the wire, the ramp's motion, relay edges.

All times are CLOCK_BOOTTIME, ns. A torn line ends a journal: it is the last one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ERPM_PER_MPS = 60.0 * 7 * 2.25 / (3.141592653589793 * 0.09)  # of the simulated ramp: 7 pole pairs, gear 2.25, 90 mm
MOVERS = ('jack', 'steer')


@dataclass(frozen=True)
class Frame:
    """A set-point as one VESC (0 port, 1 CAN) read it. Questions are none."""

    ns: int
    vesc: int
    drives: bool


@dataclass(frozen=True)
class Moment:
    """The ramp at one time. `along`: a motor pushes along the motion."""

    ns: int
    speed_mps: float
    travelled_m: float
    along: bool

    @property
    def erpm(self) -> float:
        """Of both wheels, electrical 1/min."""
        return self.speed_mps * ERPM_PER_MPS


@dataclass(frozen=True)
class Edge:
    """A relay of jack or steering was switched."""

    ns: int
    relay: str  # 'jack U', 'steer L', ...
    on: bool


@dataclass(frozen=True)
class Seen:
    """One run, each list in the order of time."""

    frames: list[Frame] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def between(self, first_ns: int, last_ns: int) -> Seen:
        """Return what lies within; the last moment and all edges before it too, for they still hold."""
        before = [moment for moment in self.moments if moment.ns < first_ns][-1:]
        return Seen([frame for frame in self.frames if first_ns <= frame.ns <= last_ns],
                    before + [moment for moment in self.moments if first_ns <= moment.ns <= last_ns],
                    [edge for edge in self.edges if edge.ns <= last_ns])

    def at(self, ns: int) -> Moment | None:
        """Return the last moment not later than `ns`."""
        return next((moment for moment in reversed(self.moments) if moment.ns <= ns), None)

    def relays_on(self, ns: int) -> frozenset[str]:
        """Return the relays of jack and steering that were on at `ns`."""
        on: set[str] = set()
        for edge in self.edges:
            if edge.ns <= ns:
                (on.add if edge.on else on.discard)(edge.relay)
        return frozenset(on)


def frame_of(said: dict[str, Any]) -> Frame | None:
    """Return the set-point of a line of fake_vesc_pair's journal, None for another frame."""
    payload = bytes.fromhex(said['hex'])
    # SET_DUTY, SET_CURRENT, SET_CURRENT_BRAKE, SET_RPM, SET_HANDBRAKE
    if len(payload) != 5 or payload[0] not in (5, 6, 7, 8, 10):
        return None
    return Frame(said['ns'], said['vesc'], said['drives'])


def moment_of(said: dict[str, Any]) -> Moment | None:
    """Return the moment of a line of fake_vesc_pair's trace, None for a control line."""
    return None if 'line' in said else Moment(said['ns'], said['speed_mps'], said['travelled_m'], said['along'])


def edge_of(said: dict[str, Any]) -> Edge | None:
    """Return the edge of a line of fake_relay_board's journal, None where it is not of jack or steering."""
    words = said['what'].split()
    if len(words) != 3 or words[0] not in MOVERS:
        return None
    return Edge(said['ns'], f'{words[0]} {words[1]}', words[2] == 'on')


class Tail:
    """Reads a growing journal from where it stood before."""

    def __init__(self, path: Path) -> None:
        """Begin at its beginning; it need not be there yet."""
        self.path = path
        self._offset = 0

    def news(self) -> list[dict[str, Any]]:
        """Return the whole lines since the last call."""
        try:
            with self.path.open('rb') as file:
                file.seek(self._offset)
                data = file.read()
        except FileNotFoundError:
            return []
        whole = data[:data.rfind(b'\n') + 1]
        self._offset += len(whole)
        return [json.loads(line) for line in whole.splitlines()]


def keep(items: Iterable[Any], into: list[Any]) -> None:
    """Append what is not None."""
    into.extend(item for item in items if item is not None)
