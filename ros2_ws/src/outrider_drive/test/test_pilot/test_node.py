"""The pilot's process beside a fake pad's, heard on live ROS."""

from __future__ import annotations

import json
import os
import signal

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TwistStamped
from outrider_interfaces.msg import DriveRequest, OperatorState
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Joy

from outrider_drive.messages import request_of
from outrider_drive.pilot.joy import ORDER, to_joy
from outrider_drive.pilot.mapping import load
from outrider_drive.pilot.words import Pad
from outrider_drive.words import Source
from outrider_node import boottime_ns, qos
from waiting import wait_until

MS = 1_000_000
# Deep enough that a test hears what the governor may overwrite.
HEARD = QoSProfile(depth=1000, reliability=ReliabilityPolicy.BEST_EFFORT)


class Live:
    """A fake pad, a pilot, and what is heard of it."""

    def __init__(self, ros, spawn, folder, ps4_file, *words: str, pad: tuple[str, ...] = ()) -> None:
        self.ros, self.folder = ros, folder
        self.requests = ros.collect(DriveRequest, 'drive/request', HEARD)
        self.programs = ros.collect(DriveRequest, 'drive/program', HEARD)
        self.operators = ros.collect(OperatorState, 'operator', HEARD)
        self.joys = ros.collect(Joy, 'joy', HEARD)
        self.diagnostics = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
        self.pad = spawn('--dir', folder, '--control', folder / 'control', '--journal', folder / 'journal', *pad,
                         module='outrider_sim.devices.pad_player')
        wait_until((folder / 'control').exists, 'the fake pad')
        self.control = os.open(folder / 'control', os.O_WRONLY)
        given = {'pad_file': ps4_file, 'gamepad': folder / 'pad_js', 'gamepad_alive': folder / 'pad_motion'}
        parameters = [word for name, value in given.items() for word in ('-p', f'{name}:={value}')]
        self.pilot = spawn('--ros-args', *parameters, *words, module='outrider_drive.pilot.node')

    def live(self) -> Live:
        self.until(lambda: self.operators and self.operators[-1].connected and not self.operators[-1].neutral_required,
                   'a pad that counts')
        return self

    def until(self, true, what):
        return self.ros.until(true, what)

    def do(self, *lines: str) -> int:
        """Have the pad do these; return when the last of them was written."""
        before = len(self.journal)
        os.write(self.control, ''.join(f'{line}\n' for line in lines).encode())
        self.until(lambda: len(self.journal) == before + len(lines), f'{lines}')
        return self.journal[-1]['written_ns']

    @property
    def journal(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / 'journal').read_text().splitlines()]

    def after(self, ns: int) -> list[DriveRequest]:
        return [request for request in self.requests if request.boottime_ns > ns]

    def heard_for(self, ms: int, since_ns: int) -> list[DriveRequest]:
        """Return the requests of `ms` after `since_ns`, once they were heard."""
        end = since_ns + ms * MS
        self.until(lambda: self.requests and self.requests[-1].boottime_ns > end, f'{ms} ms of requests')
        return [request for request in self.after(since_ns) if request.boottime_ns <= end]

    def said(self) -> str:
        """The newest diagnosis of the pad."""
        told = [status for array in self.diagnostics for status in array.status if status.name == 'outrider/pad']
        return told[-1].message if told else ''


@pytest.fixture
def start(ros, spawn, tmp_path, ps4_file):
    started = []

    def make(*words: str, pad: tuple[str, ...] = ()) -> Live:
        started.append(Live(ros, spawn, tmp_path, ps4_file, *words, pad=pad))
        return started[-1]

    yield make
    for one in started:
        os.close(one.control)


def test_every_edge_is_requested_in_order(start):
    ramp = start().live()
    begun = ramp.do('press r1')
    ramp.until(lambda: ramp.requests[-1].deadman, 'the dead-man')
    for _ in range(10):
        ramp.do('press cross')
        ramp.do('press left')
        ramp.do('release left')
        ramp.do('release cross')
    ramp.do('release r1')
    ramp.until(lambda: not ramp.requests[-1].deadman, 'the end')
    states = [(bool(request.deadman), request.speed_mps, request.steer) for request in ramp.after(begun - 20 * MS)]
    changes = [state for before, state in zip([None, *states], states, strict=False) if state != before]
    once = [(True, 1.0, 0), (True, 1.0, 1), (True, 1.0, 0), (True, 0.0, 0)]
    assert changes[changes.index((True, 0.0, 0)):] == [(True, 0.0, 0), *10 * once, (False, 0.0, 0)]
    sequences = [request.sequence for request in ramp.requests]
    assert sequences == sorted(set(sequences))


def test_an_unchanged_pad_is_told_at_fifty_hertz(start):
    ramp = start().live()
    requests = ramp.heard_for(2000, boottime_ns())
    assert 90 <= len(requests) <= 110
    assert all(request_of(request).is_neutral for request in requests)


def test_a_lost_pad_is_told_at_once(start):
    ramp = start().live()
    ramp.do('press r1')
    ramp.do('press cross')
    ramp.until(lambda: ramp.requests[-1].speed_mps > 0, 'the drive')
    lost = ramp.do('lose')
    ramp.until(lambda: not ramp.operators[-1].connected, 'the loss')
    first = next(operator for operator in ramp.operators if not operator.connected and operator.boottime_ns > lost - MS)
    assert first.boottime_ns - lost < 150 * MS  # not only once its reports are missed, after 200 ms
    assert not any(request.speed_mps for request in ramp.after(first.boottime_ns - 1))
    ramp.do('reconnect')
    ramp.until(lambda: ramp.operators[-1].connected, 'the pad again')
    assert ramp.requests[-1].operator_state.neutral_required


def test_the_backlog_of_a_stalled_link_drives_nothing(start):
    ramp = start().live()
    ramp.do('press r1')
    ramp.until(lambda: ramp.requests[-1].deadman, 'the dead-man')
    stalled = ramp.do('stall')
    ramp.do(*['press cross', 'release cross'] * 20, 'press cross')
    ramp.heard_for(500, stalled)
    assert ramp.operators[-1].age_ns > 200 * MS
    ramp.do('resume')
    assert not any(request.speed_mps for request in ramp.heard_for(2000, stalled))


def test_joy_stands_in_the_order_of_the_game_controller_convention(start):
    ramp = start().live()
    for index, name in enumerate(ORDER):
        ramp.do(f'press {name}')
        ramp.until(lambda index=index: list(ramp.joys[-1].buttons) == [int(at == index) for at in range(15)], name)
        ramp.do(f'release {name}')
        ramp.until(lambda: not any(ramp.joys[-1].buttons), f'{name} let go')
    ramp.do('move ly -32767')
    ramp.until(lambda: ramp.joys[-1].axes[1] == 1.0, 'the stick ahead')
    age_ns = ramp.ros.node.get_clock().now().nanoseconds - stamp_ns(ramp.joys[-1].header.stamp)
    assert 0 <= age_ns < 1000 * MS


def stamp_ns(stamp) -> int:
    return stamp.sec * 10**9 + stamp.nanosec


def test_cmd_vel_drives_under_the_dead_man_only(start):
    ramp = start().live()
    node = ramp.ros.node
    program = node.create_publisher(TwistStamped, 'cmd_vel', qos.COMMAND)
    ramp.ros.matched(program)

    def asked(speed: float, age_ms: int = 0) -> DriveRequest:
        message = TwistStamped()
        now = node.get_clock().now().nanoseconds - age_ms * MS
        message.header.stamp.sec, message.header.stamp.nanosec = divmod(now, 10**9)
        message.twist.linear.x, message.twist.angular.z = speed, 0.5
        before = len(ramp.programs)
        program.publish(message)
        ramp.until(lambda: len(ramp.programs) > before, 'the request')
        return ramp.programs[-1]

    assert (asked(0.6).speed_mps, ramp.programs[-1].source) == (0.0, 'cmd_vel')
    ramp.do('press r1')
    ramp.until(lambda: ramp.requests[-1].deadman, 'the dead-man')
    request = asked(0.6)
    assert (request.speed_mps, request.steer, request.deadman) == (pytest.approx(0.6), 1, True)
    assert 0 <= boottime_ns() - request.boottime_ns < 1000 * MS
    assert asked(0.6, age_ms=150).speed_mps == 0.0
    assert asked(0.6, age_ms=-5000).speed_mps == 0.0
    assert ramp.programs[-1].boottime_ns <= boottime_ns()
    assert asked(float('nan')).speed_mps == 0.0
    ramp.do('release r1')
    ramp.until(lambda: not ramp.requests[-1].deadman, 'letting go')
    assert asked(0.6).speed_mps == 0.0


def test_the_refusal_of_an_unknown_map_stands_in_the_diagnosis(start):
    ramp = start(pad=('--layout', 'generic'))
    ramp.until(lambda: "'Wireless Controller' (driver hid-generic) reports buttons" in ramp.said(), 'the refusal')
    assert ramp.said().endswith("Load the driver 'playstation' or 'sony' or run: ./outrider calibrate pad")
    assert not ramp.operators[-1].connected


def test_a_pad_without_motion_sensors_says_what_it_is(start):
    ramp = start('-p', "gamepad_alive:=''", pad=('--no-motion',)).live()
    assert ramp.operators[-1].source == Source.BUTTONS
    ramp.until(lambda: 'no motion sensors' in ramp.said(), 'the sentence')


def test_the_last_word_of_an_ending_pilot_is_that_nobody_is_there(start):
    ramp = start().live()
    ramp.pilot.signal(signal.SIGTERM)
    ramp.until(lambda: not ramp.operators[-1].connected, 'the last word')
    assert ramp.pilot.wait() == 0
    assert not ramp.requests[-1].operator_state.connected
    assert 'Traceback' not in ramp.pilot.output


@pytest.mark.parametrize(('words', 'says'), [
    (('-p', 'use_sim_time:=true'), 'pilot: use_sim_time is true, and nobody drives by a replayed clock. Leave it out.'),
    (('-p', "pad_file:=''"), "pilot: parameter 'pad_file' is empty"),
    (('-p', 'pad_file:=/no/pad.yaml'), 'pilot: cannot read /no/pad.yaml'),
    (('-p', 'gamepad:=auto'), 'expected both as paths'),
    (('-p', 'input:=wheel'), 'expected one of pad, joy')])
def test_what_cannot_be_is_refused_in_one_sentence(start, words, says):
    ramp = start(*words)
    assert ramp.pilot.wait() == 2
    assert says in ramp.pilot.output
    assert ramp.pilot.output.count('\n') == 1


def test_another_nodes_joy_counts_as_without_sign_of_life(start, ps4_file):
    ramp = start('-p', 'input:=joy')
    node = ramp.ros.node
    publisher = node.create_publisher(Joy, 'joy', qos.COMMAND)
    held = [frozenset()]

    def repeat() -> None:
        axes, buttons = to_joy(Pad(held=held[0]))
        message = Joy(axes=axes, buttons=buttons)
        message.header.stamp = node.get_clock().now().to_msg()
        publisher.publish(message)

    timer = node.create_timer(0.05, repeat)
    ramp.live()
    assert ramp.operators[-1].source == Source.BUTTONS
    for held[0] in (frozenset({'r1'}), frozenset({'r1', 'cross'})):
        ramp.until(lambda: ramp.joys and ramp.joys[-1].buttons[0] == ('cross' in held[0]), 'joy')
        ramp.until(lambda: ramp.requests[-1].deadman, 'the dead-man')
    ramp.until(lambda: ramp.requests[-1].speed_mps == load(ps4_file).forward_mps, 'the drive')
    ramp.until(lambda: 'proves no pad in reach' in ramp.said(), 'the sentence')
    other = node.create_publisher(Joy, 'joy', qos.COMMAND)
    ramp.until(lambda: not ramp.operators[-1].connected, 'the refusal of two')
    ramp.until(lambda: '2 nodes publish joy' in ramp.said(), 'the sentence')
    node.destroy_publisher(other)
    node.destroy_timer(timer)
    assert not ramp.requests[-1].speed_mps
