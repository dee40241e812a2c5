"""What a detector said of the pictures of a ride, and what is said now, picture by picture. Pure.

Boxes are matched by how much of them is common: first those of one class, then whatever is left, so that a body that is
called something else is one body with another name, and not one lost and one found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from outrider_bringup.replay.compare import Result, Tally

COMMON = 0.5      # intersection over union from which on two boxes are of one body
EDGE_PX, SCORE = 1.0, 0.02  # another processor or another release of libjpeg moves them by less
PICTURES, BOXES, SCORES, CLASSES = 'pictures', 'boxes', 'scores', 'classes'


@dataclass(frozen=True)
class Box:
    """One body: left, top, right, bottom in pixels, our name of its class, 0..1."""

    edges_px: tuple[float, float, float, float]
    kind: str
    score: float


def overlap(one: Box, other: Box) -> float:
    """Return intersection over union, 0..1; 0 where there is no area."""
    a, b = np.array(one.edges_px), np.array(other.edges_px)
    common = float(np.prod(np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0.0)))
    both = float(np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2])) - common
    return common / both if common > 0.0 and both > 0.0 else 0.0


def pairs(recorded: Sequence[Box], new: Sequence[Box]) -> list[tuple[int, int]]:
    """Return which box of one side is which of the other, each at most once."""
    shares = [(overlap(was, now), was.kind == now.kind, i, j) for i, was in enumerate(recorded)
              for j, now in enumerate(new)]
    found: list[tuple[int, int]] = []
    for share, _, i, j in sorted(shares, key=lambda one: (not one[1], -one[0], one[2], one[3])):
        if share >= COMMON and all(i != known and j != other for known, other in found):
            found.append((i, j))
    return sorted(found)


class Looks:
    """Compares picture after picture. `least(kind)` is the score from which on a class counts."""

    def __init__(self, start_ns: int, least: Callable[[str], float]) -> None:
        """Seconds are counted from `start_ns`."""
        self._start_ns, self._least = start_ns, least
        self.result = Result({PICTURES: Tally(), BOXES: Tally(unit='px'), SCORES: Tally(unit='of 1'), CLASSES: Tally()})
        self.kinds: dict[str, Counter[str]] = {'recorded': Counter(), 'new': Counter()}
        self.renamed: Counter[tuple[str, str]] = Counter()  # recorded class, class now

    def picture(self, at_ns: int, recorded: Sequence[Box], new: Sequence[Box] | None) -> None:
        """Compare one picture; None where it could not be looked at now."""
        row = self.result.rows[PICTURES]
        equal = new is not None and list(recorded) == list(new)
        alike = row.both(True, new is not None, equal=equal) and self._boxes(at_ns, recorded, new or ())
        row.within += alike
        row.beyond += new is not None and not alike

    def _boxes(self, at_ns: int, recorded: Sequence[Box], new: Sequence[Box]) -> bool:
        self.kinds['recorded'].update(box.kind for box in recorded)
        self.kinds['new'].update(box.kind for box in new)
        boxes, same = self.result.rows[BOXES], pairs(recorded, new)
        each = [self._pair(at_ns, recorded[i], new[j]) for i, j in same]
        alike = all(each)
        for side, all_of, paired in (('recorded', recorded, {i for i, _ in same}), ('now', new, {j for _, j in same})):
            for number, box in enumerate(all_of):
                if number in paired:
                    continue
                boxes.recorded, boxes.new = boxes.recorded + (side == 'recorded'), boxes.new + (side == 'now')
                if box.score - self._least(box.kind) < SCORE:  # on the brink: it may be on one side only
                    boxes.within += 1
                    continue
                boxes.beyond += 1
                alike = False
                self._tell(at_ns, f'{box.kind} {box.score:.2f} at {_middle(box)}: '
                                  f'{"not found any more" if side == "recorded" else "not found when recorded"}')
        return alike

    def _pair(self, at_ns: int, was: Box, now: Box) -> bool:
        rows = self.result.rows
        off_px = max(abs(a - b) for a, b in zip(was.edges_px, now.edges_px, strict=True))
        rows[BOXES].both(True, True, equal=was.edges_px == now.edges_px)
        rows[SCORES].both(True, True, equal=was.score == now.score)
        rows[CLASSES].both(True, True, equal=was.kind == now.kind)
        alike = [rows[BOXES].off(off_px, EDGE_PX), rows[SCORES].off(abs(was.score - now.score), SCORE)]
        if not alike[0]:
            self._tell(at_ns, f'{was.kind} at {_middle(was)}: an edge is {off_px:.1f} px from where it was')
        if not alike[1]:
            self._tell(at_ns, f'{was.kind} at {_middle(was)}: score {was.score:.2f}, now {now.score:.2f}')
        rows[CLASSES].within += was.kind == now.kind
        rows[CLASSES].beyond += was.kind != now.kind
        if was.kind != now.kind:
            self.renamed[was.kind, now.kind] += 1
            self._tell(at_ns, f'{was.kind} at {_middle(was)}: now called {now.kind}')
        return all(alike) and was.kind == now.kind

    def _tell(self, at_ns: int, words: str) -> None:
        self.result.tell((at_ns - self._start_ns) * 1e-9, words)


def counted(kinds: Mapping[str, int]) -> str:
    """Return how many of each class, the most frequent first: 'car 120, person 3'."""
    return ', '.join(f'{kind} {count}' for kind, count in sorted(kinds.items(), key=lambda one: (-one[1], one[0]))
                     ) or 'nothing'


def _middle(box: Box) -> str:
    left, top, right, bottom = box.edges_px
    return f'{(left + right) / 2:.0f},{(top + bottom) / 2:.0f}'
