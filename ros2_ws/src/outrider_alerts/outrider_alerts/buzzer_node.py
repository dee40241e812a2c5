"""The buzzer's node: alerts in, sound and light out. What sounds is decided in beeper.py, when in sounding.py."""

from __future__ import annotations

import sys
import time
from typing import Any

from outrider_interfaces.msg import AlertArray
from rclpy.clock import Clock, ClockType

from outrider_alerts import table
from outrider_alerts.beeper import Beeper, Said
from outrider_alerts.outputs.choice import KINDS, chosen
from outrider_alerts.outputs.output import OutputError
from outrider_alerts.sounding import Sounding
from outrider_node import Diagnosis, NodeError, OutriderNode, Param, qos, run_node

SETTINGS_S = 0.1


class Buzzer(OutriderNode):
    """One sounder with a light. It warns whatever becomes of the page, and says NO DATA by itself."""

    PARAMETERS = (
        Param('output', 'none', '', 'where buzzer and light are', choices=KINDS),
        Param('path', '', '', 'of the output: GPIO chip, serial port, file or FIFO; empty: the usual chip'),
        Param('buzzer_line', -1, '', 'number of its line at gpio and sysfs; -1: none', minimum=-1, maximum=1023),
        Param('red_line', -1, '', 'of the light, likewise', minimum=-1, maximum=1023),
        Param('green_line', -1, '', 'likewise', minimum=-1, maximum=1023),
        Param('blue_line', -1, '', 'likewise', minimum=-1, maximum=1023),
        Param('muted', False, '', 'caution is seen, not heard; urgent and NO DATA are heard all the same', live=True),
        Param('self_test', 0, '', 'any change sounds the self-test', minimum=0, maximum=1_000_000, live=True),
    )

    def __init__(self, **kwargs: Any) -> None:
        """Begin with the self-test. Raises NodeError."""
        super().__init__('buzzer', **kwargs)
        lines = [int(self.value(f'{name}_line')) for name in ('buzzer', 'red', 'green', 'blue')]
        try:
            output = chosen(self.value('output'), self.value('path'), (lines[0], lines[1], lines[2], lines[3]))
            read = table.load()
        except (OutputError, table.TableError) as error:
            self.destroy_node()
            raise NodeError(f'buzzer: {str(error).removeprefix("buzzer: ")}') from None
        if self.value('output') == 'none':
            self.get_logger().info('buzzer: no output is configured, so nothing sounds or shines here. Set output.')
        self._sounding = Sounding(Beeper(read, time.monotonic()), output)
        self._tests = self.value('self_test')
        self.create_subscription(AlertArray, 'alerts', self._hear, qos.STATE)
        self.create_timer(SETTINGS_S, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self.diagnose('buzzer', self._diagnosis)

    def _hear(self, message: AlertArray) -> None:
        self._look()  # a mute that came before it counts for it
        self._sounding.hear(message.heartbeat, [
            Said(one.name, one.tone, one.level, (one.since.sec, one.since.nanosec)) for one in message.alerts])

    def _look(self) -> None:
        self._sounding.mute(self.value('muted'))
        if self.value('self_test') != self._tests:
            self._tests = self.value('self_test')
            self._sounding.test()

    def _diagnosis(self) -> Diagnosis:
        sounding, signal = self._sounding, self._sounding.signal
        values = {'output': self.value('output'), 'muted': self.value('muted'),
                  'tone': signal.tone if signal else '', 'colour': signal.colour if signal else ''}
        lost_s = sounding.lost_s
        if not sounding.alive:
            raise NodeError('buzzer: its thread has ended, see the lines above.')
        if sounding.problem:
            return Diagnosis('error', sounding.problem, values)
        if lost_s > 0.0:
            return Diagnosis('warn', f'buzzer: no heartbeat of the alerter for {lost_s + 1.0:.0f} s; it says NO DATA '
                                     'by itself.', values)
        return Diagnosis('ok', 'ready.' if self.value('output') != 'none' else 'no output is configured.', values)

    def close(self) -> None:
        """Fall silent."""
        self._sounding.close()


def main(args: list[str] | None = None) -> None:
    """Run the node until it is told to stop."""
    sys.exit(run_node(Buzzer, args=args))


if __name__ == '__main__':
    main()
