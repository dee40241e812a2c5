"""The relay controller's size and speed: on a simulated Mega 2560 in its own cycles, and native on this machine."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.paths import checkout
from outrider_drive.relays.link import RelayLink
from outrider_drive.relays.words import STOP, Wanted
from outrider_sim.devices import relay_board
from outrider_sim.devices.relay_board import RelayBoard

FLASH_BYTES, RAM_BYTES, LOOP_US, READY_MS, CPU_PERCENT = 32_768.0, 4096.0, 1000.0, 100.0, 5.0
STEP_US, HARD_US = 50_000, 30_000_000
CYCLES_PER_US = 16
STARTS, CPU_S = 5, 5.0
# One tick of the hard half minute: what the hand wants, and what happens besides.
CLEAR = Wanted(clear_faults=True)
WISHES = (Wanted('U'), Wanted('U', 'L'), STOP, CLEAR, Wanted('D', 'R', horn=True), Wanted('D'), STOP, CLEAR)
HAPPENINGS = (
    ('limit jack_upper open', 'limit steer_left open'), ('limit jack_upper closed', 'limit steer_left closed'),
    ('estop open',), ('estop closed',), ('bytes ' + '7e13ff15' + '7e' * 28,), ('bytes ' + '00ff81' * 10,),
    ('bytes ' + '7e00ff0555010000007981' * 3,), ('limit jack_upper open', 'limit jack_lower open', 'estop open'),
    ('limit jack_upper closed', 'limit jack_lower closed', 'estop closed'),
)


def _delivered(link: RelayLink, count: int) -> None:
    """Wait until the kernel has handed `count` bytes of the board to the host, so that every run is the same."""
    end = time.monotonic() + 5.0
    while link.wire.is_open and link.wire.port.in_waiting < count:
        if time.monotonic() > end:
            raise RuntimeError(f'the pty lost bytes: {count} were sent, {link.wire.port.in_waiting} arrived')


def _hard_half_minute(board: RelayBoard, say: Callable[[str], None]) -> int:
    """Drive a lockstep board with everything at once; return how often a relay switched."""
    link = RelayLink(board.port)
    now_us = written = 0
    try:
        for tick in range(HARD_US // STEP_US):
            now_s = now_us / 1e6
            link.want(WISHES[tick // 4 % len(WISHES)], epoch=link.epoch, computed_s=now_s)
            link.step(now_s)
            if tick % 7 == 0:
                board.say(*HAPPENINGS[tick // 7 % len(HAPPENINGS)])
            now_us = board.run(STEP_US, link.wire.port.written - written)
            written = link.wire.port.written
            _delivered(link, board.sent)
            if tick % 200 == 0:
                say(f'{now_us / 1e6:.0f} s of {HARD_US / 1e6:.0f} s simulated')
    finally:
        link.close()
    return len(board.edges())


def _flash_bytes(elf: str) -> int:
    """Return .text and .data of the ELF, which is what is flashed."""
    said = subprocess.run(['avr-size', elf], capture_output=True, text=True, check=True).stdout
    text, data = said.splitlines()[1].split()[:2]
    return int(text) + int(data)


def simulated(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Flash, RAM and the longest pass of the Mega 2560 under a hard half minute."""
    command = relay_board.simulated(checkout() / 'firmware', fitted=relay_board.ALL_INPUTS)
    with tempfile.TemporaryDirectory() as folder:
        board = RelayBoard(command, Path(folder) / 'relays', lockstep=True)
        try:
            edges = _hard_half_minute(board, say)
            stats = board.stats()
        finally:
            board.close()
    if edges < 20:
        raise RuntimeError(f'only {edges} relay edges in the hard half minute, expected at least 20: it was not hard')
    static, stack = stats['static_bytes'], stats['stack_bytes']
    return (Measured(_flash_bytes(command[1])),
            Measured(static + stack, f'{static} static, {stack} stack at its deepest'),
            Measured(stats['worst_loop_cycles'] / CYCLES_PER_US, f'{stats["loops"]} passes, {edges} relay edges'))


def _cpu_s(pid: int) -> float:
    """Return the CPU time that `pid` has used, user and system (proc(5), fields 14 and 15)."""
    fields = Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def native(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """How soon the native board's port is there, and what it costs while a link keeps it alive."""
    command = relay_board.native(checkout() / 'firmware')
    starts = []
    with tempfile.TemporaryDirectory() as folder:
        port = Path(folder) / 'relays'
        for _ in range(STARTS):
            began = time.monotonic()
            board = RelayBoard(command, port)
            starts.append((time.monotonic() - began) * 1000)
            board.close()
        say(f'{CPU_S:g} s of keepalive')
        board = RelayBoard(command, port)
        link = RelayLink(board.port)
        try:
            before, began = _cpu_s(board.process.pid), time.monotonic()
            while (now := time.monotonic()) - began < CPU_S:
                link.want(STOP, epoch=link.epoch, computed_s=now)
                link.step(now)
                time.sleep(0.01)
            percent = (_cpu_s(board.process.pid) - before) / (time.monotonic() - began) * 100
            if not link.ready(time.monotonic()):
                raise RuntimeError(link.problem)
        finally:
            link.close()
            board.close()
    return (Measured(max(starts), f'the slowest of {STARTS}, median {statistics.median(starts):.0f}'),
            Measured(percent))


FIGURES = (
    Figure(('firmware flash', 'firmware RAM', 'firmware longest pass'), ('bytes', 'bytes', 'us'),
           (FLASH_BYTES, RAM_BYTES, LOOP_US), '<=', simulated,
           'Mega 2560 at 16 MHz in simulated cycles: both actuators, chattering inputs, damaged frames', 'relays'),
    Figure(('native board ready', 'native board CPU'), ('ms', '% of one core'), (READY_MS, CPU_PERCENT), '<=', native,
           'the native board from its start to its port, and while a link keeps it alive', 'relays'),
)


def table() -> str:
    """Measure all and return them as lines of text."""
    lines = []
    for figure in FIGURES:
        for name, unit, limit, seen in zip(figure.names, figure.units, figure.limits, figure.run(lambda text: None),
                                           strict=True):
            lines.append(f'{name:24} {seen.value:10.1f} {unit:14} limit {limit:g}  {seen.detail}')
    return '\n'.join(lines)


if __name__ == '__main__':
    print(table())
