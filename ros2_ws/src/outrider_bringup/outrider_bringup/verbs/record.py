"""record: starts, ends and marks a recording of what runs, by its recorder, or by one of its own until Ctrl+C.

| | |
|---|---|
| alone | begins a ride; where no recorder runs, runs one until Ctrl+C |
| `--mark` | marks this moment; where no ride is open, the last 30 s become one |
| `--stop` | ends the ride; one that begins with movement begins no other before a whole standstill |
| `--status` | says what the recorder does |
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import Any

from outrider_bringup import paths
from outrider_bringup.errors import UserError
from outrider_recorder import ride
from outrider_recorder.profile import PROFILES

HELP = 'record what runs'
GROUP = 'rides'
# Discovery takes 25..250 ms, on a busy machine seconds; who only asks whether one runs does not wait that long.
FIND_S, LOOK_S, ANSWER_S = 5.0, 3.0, 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument('--note', default='', metavar='T', help='kept with the ride, or with the mark')
    what = parser.add_mutually_exclusive_group()
    what.add_argument('--mark', action='store_true', help='keep this moment; without an open ride, the last 30 s')
    what.add_argument('--stop', action='store_true', help='close the open ride')
    what.add_argument('--status', action='store_true', help='say what the recorder does')
    parser.add_argument('--profile', choices=tuple(PROFILES), default='normal',
                        help='of a recorder of its own: depth at most 424x240, depth as it comes, or little of all')


def run(args: argparse.Namespace) -> int:
    """Ask the recorder that runs; without one and without --mark or --stop, be one."""
    import rclpy
    from outrider_interfaces.srv import MarkRide, StartRecording, StopRecording
    from rclpy.signals import SignalHandlerOptions

    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('record', start_parameter_services=False)
    try:
        if args.mark:
            return _tell(_ask(node, MarkRide, 'mark', MarkRide.Request(note=args.note)))
        if args.status:
            return _status(node)
        if args.stop:
            return _tell(_ask(node, StopRecording, 'stop', StopRecording.Request()))
        answer = _ask(node, StartRecording, 'start', StartRecording.Request(note=args.note), needed=False)
        return _tell(answer) if answer is not None else _own(node, args.note, args.profile)
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


def _ask(node: Any, kind: Any, what: str, request: Any, *, needed: bool = True) -> Any:
    """Return the recorder's answer, or None where none runs and `needed` is not set. Raises UserError."""
    import rclpy

    client = node.create_client(kind, f'recorder/{what}')
    # An open ride is a recorder that runs, found or not: a second one beside it would record everything twice.
    sure = needed or any(ride.is_open(folder) for folder in ride.all_rides(paths.rides())[-3:])
    if not client.wait_for_service(timeout_sec=FIND_S if sure else LOOK_S):
        if needed:
            raise UserError(f'no recorder runs, so there is nothing to {what}. Run: ./outrider record')
        return None
    future = client.call_async(request)
    rclpy.spin_until_future_complete(node, future, timeout_sec=ANSWER_S)
    if not future.done():
        raise UserError(f'the recorder did not answer within {ANSWER_S:.0f} s. Run: ./outrider doctor recorder')
    return future.result()


def _tell(answer: Any) -> int:
    print(answer.message)
    return 0 if answer.success else 1


def _status(node: Any) -> int:
    """Print one line of what the recorder says of itself. Raises UserError where none runs."""
    import rclpy
    from outrider_interfaces.msg import RecorderState

    from outrider_node import qos

    newest: list[Any] = []
    node.create_subscription(RecorderState, 'recorder/state', newest.append, qos.STATE)
    end = time.monotonic() + FIND_S
    while not newest and time.monotonic() < end:
        rclpy.spin_once(node, timeout_sec=0.1)
    if not newest:
        raise UserError('no recorder runs. Run: ./outrider record')
    print(_line(newest[-1]))
    return 0


def _own(node: Any, note: str, profile: str) -> int:
    """Run a recorder until Ctrl+C and show one line of what it does."""
    import rclpy
    from outrider_interfaces.msg import RecorderState

    from outrider_node import qos

    command = [sys.executable, '-m', 'outrider_recorder.recorder_node', '--ros-args',
               '-p', f'rides_dir:={paths.rides()}', '-p', f'profile:={profile}']
    command += ['-p', f'note:={_quoted(note)}'] if note else []
    newest: list[Any] = []
    node.create_subscription(RecorderState, 'recorder/state', newest.append, qos.STATE)
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    # A session of its own: Ctrl+C reaches it through us, once.
    recorder = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    shown = 0.0
    try:
        while not asked and recorder.poll() is None:
            rclpy.spin_once(node, timeout_sec=0.2)
            if newest and time.monotonic() - shown >= 1.0:
                shown = time.monotonic()
                _show(newest[-1])
                del newest[:-1]
    finally:
        if recorder.poll() is None:
            recorder.send_signal(signal.SIGTERM)
        code = recorder.wait()
    if newest and newest[-1].ride:
        print(f'{_line_end()}closed {paths.rides() / newest[-1].ride}   See it: ./outrider view {newest[-1].ride}')
    return code


def _line(state: Any) -> str:
    if state.alarm:
        return str(state.alarm)
    if not state.ride:
        waits = 'waits for movement' if state.waiting else 'waits to be asked'
        return f'not recording, {waits}; the last {state.ring_s:.0f} s are kept for a mark'
    minutes, seconds = divmod(int(state.duration_s), 60)
    return (f'recording {state.ride}  {minutes}:{seconds:02d}  {state.messages_written} messages  '
            f'{state.bytes_written / 1e6:.1f} MB  {state.messages_lost} lost  {state.marks} marks')


def _show(state: Any) -> None:
    text = state.alarm or f'{_line(state)}  Ctrl+C ends'
    if sys.stdout.isatty():
        print(f'\r\033[K{text}', end='', flush=True)
    else:
        print(text, flush=True)


def _line_end() -> str:
    return '\n' if sys.stdout.isatty() else ''


def _quoted(text: str) -> str:
    """Return `text` so that the parameter parser, which reads YAML, takes it as one string."""
    import json

    return json.dumps(text)
