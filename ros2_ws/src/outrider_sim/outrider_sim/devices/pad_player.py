"""The fake pad as a process: FIFOs in a folder, obeying lines on a control FIFO, at the clock's own pace."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import TextIO

from outrider_sim.devices import pad_wire
from outrider_sim.devices.pad import FakePad
from outrider_sim.devices.pad_layout import LAYOUTS, PS4

NICE = -15  # a pad has its own processor: a busy computer is no reason for it to report late
_BUTTONS = {*PS4.buttons, *pad_wire.ARROWS}
# Each word and how many more it takes.
_WORDS = {'press': 1, 'release': 1, 'move': 2, 'stall': 0, 'resume': 0, 'drop': 0, 'freeze': 0, 'thaw': 0, 'still': 0,
          'stir': 0, 'overflow': 0, 'lose': 0, 'reconnect': 0}


def obey(pad: FakePad, line: str) -> str:
    """Do what one control line says; return '' or why it cannot be done."""
    word, *rest = line.split() or ['']
    if word not in _WORDS or len(rest) != _WORDS[word]:
        return f"fake_pad: '{line.strip()}' is no control line, expected one of {' '.join(_WORDS)}."
    if word in ('press', 'release'):
        if rest[0] not in _BUTTONS:
            return f"fake_pad: '{rest[0]}' is no button, expected one of {' '.join(sorted(_BUTTONS))}."
        getattr(pad, word)(rest[0])
    elif word == 'move':
        if rest[0] not in PS4.axes or not rest[1].lstrip('-').isdecimal() or abs(int(rest[1])) > 32767:
            return f"fake_pad: '{line.strip()}' moves nothing, expected an axis and -32767..32767."
        pad.move(rest[0], int(rest[1]))
    elif word in ('freeze', 'thaw'):
        pad.freeze_buttons(word == 'freeze')
    elif word in ('still', 'stir'):
        pad.still(word == 'still')
    elif word in ('resume', 'drop'):
        pad.resume(deliver=word == 'resume')
    else:
        getattr(pad, word)()
    return ''


def main(argv: list[str] | None = None) -> int:
    """Play until SIGINT or SIGTERM; 0, or 2 with one sentence for a wrong argument."""
    parser = argparse.ArgumentParser(prog='fake_pad', description='A PS4 pad on FIFOs.')
    parser.add_argument('--dir', type=Path, required=True, help='folder of the FIFOs pad_js and pad_motion')
    parser.add_argument('--control', type=Path, help='FIFO for control lines; made where it is missing')
    parser.add_argument('--journal', type=Path, help='one JSON line a control line: line, written_ns (CLOCK_BOOTTIME)')
    parser.add_argument('--no-motion', action='store_true', help='a pad without motion sensors')
    parser.add_argument('--layout', choices=LAYOUTS, default='ps4', help="the driver's order of the controls")
    given = sys.argv[1:] if argv is None else argv
    if '--ros-args' in given:  # started as a `node` of a launch file
        given = given[:given.index('--ros-args')]
    args = parser.parse_args(given)
    if args.control and args.control.exists() and not args.control.is_fifo():
        parser.error(f'--control {args.control} is no FIFO')
    stop = _stop_pipe()
    with contextlib.suppress(OSError):  # where it is not allowed, a busy machine makes a stalled link of it
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
    motion = None if args.no_motion else args.dir / 'pad_motion'
    with contextlib.ExitStack() as files:
        pad = FakePad(args.dir / 'pad_js', motion, _now(), layout=LAYOUTS[args.layout])
        files.callback(pad.lose)
        journal = files.enter_context(args.journal.open('a')) if args.journal else None
        _play(pad, _control(args.control) if args.control else -1, stop, journal)
    return 0


def _play(pad: FakePad, control: int, stop: int, journal: TextIO | None) -> None:
    waited = [stop] if control < 0 else [stop, control]
    text = ''
    while True:
        pad.step(_now())
        readable, _, _ = select.select(waited, [], [], max(0, pad.due_ns - _now()) * 1e-9)
        if stop in readable:
            return
        if control not in readable:
            continue
        *lines, text = (text + os.read(control, 4096).decode(errors='replace')).split('\n')
        for line in lines:
            pad.step(_now())
            problem = obey(pad, line)
            if problem:
                print(problem, file=sys.stderr, flush=True)
            elif journal:
                print(json.dumps({'line': line.strip(), 'written_ns': _now()}), file=journal, flush=True)


def _stop_pipe() -> int:
    """Return what becomes readable with SIGINT or SIGTERM."""
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(writable)
    return readable


def _control(path: Path) -> int:
    if not path.exists():
        os.mkfifo(path)
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)  # a writer of its own: no end between two writers


def _now() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


if __name__ == '__main__':
    sys.exit(main())
