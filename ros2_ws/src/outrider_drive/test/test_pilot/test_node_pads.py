"""The pilot's node on the kernel's listing of connected pads: two of them, and what the one in use shows."""

from __future__ import annotations

import threading

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from outrider_interfaces.msg import DriveState, OperatorState
from rclpy.parameter import Parameter

from outrider_drive.pilot.find import Roots
from outrider_drive.pilot.node import PilotNode
from outrider_drive.pilot.shown import UNHEARD
from outrider_drive.urgency import Priority
from outrider_node import boottime_ns, qos
from outrider_sim.devices.pad import FakePad
from outrider_sim.devices.pad_host import PadHost, Plugged


class Hosted:
    """A pilot in this process, and fake pads that a thread keeps alive."""

    def __init__(self, ros, folder, ps4_file) -> None:
        self.ros, self.host, self.pads = ros, PadHost(folder), []
        self.operators = ros.collect(OperatorState, 'operator', qos.COMMAND)
        self.diagnostics = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
        self._ended = threading.Event()
        self._ps4_file = ps4_file
        self.node = None

    def plug(self, *pads: Plugged) -> None:
        self.pads = [FakePad(self.host.js(pad.number), self.host.motion(pad.number), boottime_ns()) for pad in pads]
        self.host.show(*pads)
        self._thread = threading.Thread(target=self._play)
        self._thread.start()

    def start(self, **parameters) -> None:
        given = {'pad_file': str(self._ps4_file), **parameters}
        roots = Roots(self.host.devices, self.host.sys, self.host.dev)
        self.node = PilotNode(lambda: Priority('default priority', 'ok'), roots, context=self.ros.context,
                              parameter_overrides=[Parameter(name, value=value) for name, value in given.items()])
        self.ros.executor.add_node(self.node)

    def until_said(self, text: str) -> None:
        self.ros.until(lambda: any(text in status.message for array in self.diagnostics for status in array.status),
                       text)

    def _play(self) -> None:
        while not self._ended.wait(0.004):
            for pad in self.pads:
                pad.step(boottime_ns())

    def close(self) -> None:
        if self.node is not None:
            self.node.close()
            self.ros.executor.remove_node(self.node)
            self.node.destroy_node()
        self._ended.set()
        self._thread.join()
        for pad in self.pads:
            pad.lose()


@pytest.fixture
def hosted(ros, tmp_path, ps4_file):
    made = Hosted(ros, tmp_path, ps4_file)
    yield made
    made.close()


def test_two_pads_are_refused_until_one_is_named(hosted):
    hosted.plug(Plugged(0, 'aa:00'), Plugged(1, 'bb:00'))
    hosted.start()
    hosted.until_said("2 pads are there ('Wireless Controller' aa:00, 'Wireless Controller' bb:00), expected one")
    assert not hosted.operators[-1].connected


def test_of_two_pads_the_named_one_drives(hosted):
    hosted.plug(Plugged(0, 'aa:00'), Plugged(1, 'bb:00'))
    hosted.start(gamepad_id='BB:00')
    hosted.ros.until(lambda: hosted.operators and hosted.operators[-1].connected, 'the pad')
    assert hosted.operators[-1].pad_id == 'bb:00'


def test_the_light_bar_shows_the_state_and_that_nothing_is_heard(hosted):
    hosted.plug(Plugged(0, 'aa:00'))
    leds = hosted.host.sys / 'devices/virtual/misc/uhid/0005:054C:09CC.0003/leds'
    for name in ('red', 'green', 'blue'):
        (leds / f'input20:{name}').mkdir(parents=True)
        (leds / f'input20:{name}' / 'brightness').write_text('0\n')
    hosted.start()
    states = hosted.ros.node.create_publisher(DriveState, 'drive/state', qos.STATE)

    def shown() -> tuple[int, ...]:
        return tuple(int((leds / f'input20:{name}' / 'brightness').read_text() or 0) for name in
                     ('red', 'green', 'blue'))

    hosted.ros.until(lambda: shown() == UNHEARD, 'that nothing is heard')

    def told() -> bool:
        states.publish(DriveState(state=DriveState.STATE_ESTOPPED))
        return shown() == (255, 0, 0)

    hosted.ros.until(told, 'red')
    hosted.ros.until(lambda: shown() == UNHEARD, 'that nothing is heard any more')
