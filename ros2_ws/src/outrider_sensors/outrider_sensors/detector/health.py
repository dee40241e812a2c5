"""What the detector is doing, in one sentence. Pure; takes the time.

| state | level | when |
|---|---|---|
| off | warn | somebody switched it off |
| stale | stale | no picture for a second: nothing is published then |
| damaged | warn | of the last second's pictures none could be read |
| blind | warn | the last picture shows nothing: black, or all the same |
| slow | warn | half of the pictures or more are dropped: a look takes too long |
| strange | warn | the weights of the project look at a real camera |
| looking | ok | all is well |
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

STALE_S = 1.0
_WITHOUT_DEPTH = 'distances come from sizes alone: no depth image fits. Run: ./outrider doctor camera'
_WITHOUT_INFO = 'boxes have no place: no camera_info. Run: ./outrider doctor camera'
LEVELS = {'off': 'warn', 'stale': 'stale', 'damaged': 'warn', 'blind': 'warn', 'slow': 'warn', 'strange': 'warn',
          'looking': 'ok'}


@dataclass
class Tally:
    """Counts up; two threads write, each its own fields."""

    seen: int = 0        # pictures that came
    dropped: int = 0     # left for newer ones: the looks are too slow
    looked: int = 0
    damaged: int = 0
    blind: int = 0
    boxes: int = 0       # in the newest picture
    by_depth: int = 0    # of these
    spent_s: float = 0.0  # by all looks, decoding and places included


@dataclass
class Health:
    """Asked once a second: figures since the last asking, state and sentence."""

    tally: Tally = field(default_factory=Tally)
    enabled: bool = True
    strange: bool = False        # the weights were made for other pictures than these
    came_s: float = -math.inf    # when the newest picture came
    damage: str = ''             # of the newest picture, '' none
    blindness: str = ''          # likewise
    depth_age_s: float = math.nan
    has_info: bool = False
    _then: Tally = field(default_factory=Tally)
    _then_s: float | None = None

    def tell(self, now_s: float) -> tuple[str, str, dict[str, object]]:
        """Return state, sentence and figures."""
        tally, then = Tally(**vars(self.tally)), self._then
        elapsed_s = max(now_s - (now_s - 1.0 if self._then_s is None else self._then_s), 1e-3)
        self._then, self._then_s = tally, now_s
        seen, looked, dropped, damaged = (getattr(tally, name) - getattr(then, name)
                                          for name in ('seen', 'looked', 'dropped', 'damaged'))
        ms = 1e3 * (tally.spent_s - then.spent_s) / looked if looked else math.nan
        state, sentence = self._judge(now_s, seen, looked, dropped, damaged, ms)
        return state, sentence, {
            'state': state,
            'seen/s': f'{seen / elapsed_s:.1f}', 'looks/s': f'{looked / elapsed_s:.1f}',
            'look_ms': f'{ms:.1f}' if looked else '',
            'dropped': tally.dropped, 'damaged': tally.damaged, 'blind': tally.blind,
            'boxes': tally.boxes, 'by depth': tally.by_depth,
            'depth_age_ms': f'{1e3 * self.depth_age_s:.0f}' if math.isfinite(self.depth_age_s) else '',
        }

    def _judge(self, now_s: float, seen: int, looked: int, dropped: int, damaged: int, ms: float) -> tuple[str, str]:
        if not self.enabled:
            return 'off', 'detector: is switched off. Switch it on with the service detector/enable.'
        if now_s - self.came_s > STALE_S:
            return 'stale', f'detector: no picture for {STALE_S:g} s, expected camera/color/compressed. ' \
                            'Run: ./outrider doctor camera'
        if self.damage and damaged and not looked:
            return 'damaged', f'detector: {self.damage}'
        if self.blindness:
            return 'blind', f'detector: {self.blindness}, expected a road. Uncover and clean the lens.'
        if dropped and dropped >= looked:
            return 'slow', f'detector: a look takes {ms:.0f} ms, so {dropped} of {seen} pictures are dropped. ' \
                           'Take a smaller net, more threads or a lower max_fps.'
        if self.strange:
            return 'strange', 'detector: its weights know the simulator only, expected some of real roads. ' \
                              'Name yours in the rig file (weights).'
        return 'looking', f'detector: {self._all_well()}'

    def _all_well(self) -> str:
        boxes = f'{self.tally.boxes} bod{"y" if self.tally.boxes == 1 else "ies"} in the newest picture'
        if not self.has_info:
            return f'{boxes}; {_WITHOUT_INFO}'
        if not math.isfinite(self.depth_age_s):
            return f'{boxes}; {_WITHOUT_DEPTH}'
        return f'{boxes}.'
