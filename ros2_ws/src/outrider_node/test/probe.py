"""A node for the tests of run_node(): says when it spins and when it closes."""

import sys

from rclpy.clock import Clock, ClockType

from outrider_node import MOUNT, Diagnosis, NodeError, OutriderNode, Param, frames, run_node


class Probe(OutriderNode):
    PARAMETERS = (
        *MOUNT,
        Param('range_max_m', 3.0, 'm', 'farthest range', 0.0, 10.0),
        Param('mode', 'idle', '', 'what to do at start', choices=('idle', 'refuse', 'fail')),
    )

    def __init__(self) -> None:
        super().__init__('radar')
        self.publish_mount(frames.RADAR)
        self.diagnose('radar', lambda: Diagnosis('warn', 'no frames', {'frames_per_s': 0.0}))
        self.once = self.create_timer(0.05, self.spinning, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def spinning(self) -> None:
        self.once.cancel()
        if self.value('mode') == 'refuse':
            raise NodeError('radar: no port, expected /dev/ttyACM0. Plug it in.')
        if self.value('mode') == 'fail':
            raise RuntimeError('a defect')
        print('spinning', self.values(), flush=True)

    def close(self) -> None:
        self._publish_diagnostics()  # publishers must still work here
        print('closed', flush=True)


if __name__ == '__main__':
    sys.exit(run_node(Probe, executor=sys.argv[1], args=sys.argv))
