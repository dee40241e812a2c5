"""What the ramp did on the wire, from the journals of its fakes. All times are CLOCK_BOOTTIME, ns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outrider_bringup.faults.journals import Edge, Frame, edge_of, frame_of

REST_MPS = 0.01  # below it the wheels stand


@dataclass(frozen=True)
class Course:
    """One course. `failed` says what the skater waited for in vain; '' and not `finished`: it was interrupted."""

    said: Sequence[tuple[str, int]] = ()  # lines that the pad obeyed, and when
    frames: Sequence[Frame] = ()  # set-points
    speeds: Sequence[tuple[int, float]] = ()  # of the ramp, m/s
    edges: Sequence[Edge] = ()  # relays of jack and steering
    until_ns: int = 0  # watched until here
    failed: str = ''
    finished: bool = False
    slope: float = 0.0
    heard: Mapping[str, Counter[int]] = field(default_factory=dict)  # stamps by topic, as another process heard them

    def when(self, line: str, after_ns: int = 0) -> int | None:
        """Return when the pad did `line` first after `after_ns`."""
        return next((ns for said, ns in self.said if said == line and ns > after_ns), None)

    def let_go(self, button: str, held: str) -> int | None:
        """Return when `button` was let go after `held` was pressed for the last time."""
        pressed = max((ns for said, ns in self.said if said == f'press {held}'), default=None)
        return self.when(f'release {button}', pressed) if pressed is not None else None

    @property
    def begun_ns(self) -> int | None:
        """When the skater first touched the pad."""
        return self.said[0][1] if self.said else None

    @property
    def let_go_ns(self) -> int | None:
        """When R1 was let go while the ramp drove: cross was held."""
        return self.let_go('r1', 'cross')

    @property
    def rest_ns(self) -> int | None:
        """When the wheels first stood after that."""
        let_go = self.let_go_ns
        if let_go is None:
            return None
        return next((ns for ns, speed in self.speeds if ns > let_go and abs(speed) < REST_MPS), None)

    def travelled_m(self, first_ns: int, last_ns: int) -> float:
        """Return how far the wheels turned between, whichever way."""
        within = [(ns, speed) for ns, speed in self.speeds if first_ns <= ns <= last_ns]
        return sum(abs(speed) * (after[0] - ns) / 1e9 for (ns, speed), after in zip(within, within[1:], strict=False))


def read(run: Path, **more: Any) -> Course:
    """Return the course whose fakes wrote their journals in `run`; `more` are the other fields."""
    vesc = _lines(run / 'vesc_journal.jsonl')
    return Course(
        said=[(said['line'], said['written_ns']) for said in _lines(run / 'pad_journal.jsonl')],
        frames=[frame for frame in map(frame_of, vesc) if frame is not None],
        speeds=[(said['ns'], said['speed_mps']) for said in vesc],
        edges=[edge for edge in map(edge_of, _lines(run / 'relays_journal.jsonl')) if edge is not None], **more)


def _lines(path: Path) -> list[dict[str, Any]]:
    """Return the entries of a journal; a torn line ends it, for it is the last one."""
    entries = []
    for line in path.read_text(encoding='utf-8').splitlines() if path.exists() else ():
        try:
            entries.append(json.loads(line))
        except ValueError:
            break
    return entries
