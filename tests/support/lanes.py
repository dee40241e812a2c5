"""Who runs which test: one worker all that start whole rigs or are timed by their figures, the others a file at a time.

Two rigs at once on two cores keep each other waiting, and what waits too long lets go of its motors.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

LANE = 'rigs'
# Subjects of the bench that start processes and count what gets through.
FIGURES = (f'ros2_ws/src/outrider_bringup/test/test_bench_{name}' for name in (
    'camera', 'drive', 'imu', 'record', 'voice'))
TOGETHER = ('tests/', *FIGURES)


class Lanes(LoadScopeScheduling):
    """Deals out files, and the lane of rigs as if it were one."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split('::', 1)[0]
        return LANE if path.startswith(TOGETHER) else path
