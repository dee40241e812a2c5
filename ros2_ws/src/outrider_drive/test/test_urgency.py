"""What the kernel grants a node of the drive, and what is said of it."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from outrider_drive import urgency

CLAIM = """
import os, threading
from outrider_drive import urgency
claimed, had = threading.Event(), []

def look():
    claimed.wait()
    had.append((os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))

before = threading.Thread(target=look)
before.start()
said = urgency.claim()
claimed.set()
after = threading.Thread(target=look)
after.start()
before.join()
after.join()
assert had[0] == had[1], had
locked = next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmLck'))
print(said.sentence, '|', said.level, '|', had[0][0], os.sched_getparam(0).sched_priority, os.nice(0), locked > 0)
"""


def refuse(*_: Any) -> None:
    raise PermissionError(1, 'Operation not permitted')


def test_what_is_said_is_what_the_kernel_granted_and_threads_of_before_and_after_have_it_too(
        spawn: Callable[..., Any]) -> None:
    process = spawn(sys.executable, '-c', CLAIM)
    assert process.wait() == 0, process.output
    sentence, level, granted = (part.strip() for part in process.output.split('|'))
    scheduler, priority, nice, locked = granted.split()
    assert ('memory locked' in sentence) == (locked == 'True')
    if int(scheduler) == os.SCHED_FIFO:
        assert (sentence.startswith('SCHED_FIFO 20, '), level, priority) == (True, 'ok', '20')
    elif nice == '-10':
        assert (sentence.startswith('nice -10, '), level) == (True, 'ok')
    else:
        assert (sentence.startswith('default priority, '), level) == (True, 'warn')


def test_the_switch_leaves_everything_as_it_is(spawn: Callable[..., Any]) -> None:
    process = spawn(sys.executable, '-c', CLAIM, env={urgency.SWITCH: 'default'})
    assert process.wait() == 0, process.output
    assert process.output.split('|')[0].startswith('default priority, as OUTRIDER_PRIORITY asks')
    assert process.output.split('|')[2].split()[0] == str(os.SCHED_OTHER)
    assert process.output.split()[-1] == 'False'


def test_where_realtime_is_refused_nice_is_asked_for_and_then_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.delenv(urgency.SWITCH, raising=False)
    monkeypatch.setattr(os, 'sched_setscheduler', refuse)
    monkeypatch.setattr(os, 'setpriority', lambda *what: asked.append(what))
    monkeypatch.setattr(resource, 'getrlimit', lambda _: (65536, 65536))
    monkeypatch.setattr(urgency, '_may_lock_all', lambda: False)
    assert urgency.claim() == urgency.Priority('nice -10, memory not locked', 'ok')
    assert {(what, to) for what, _, to in asked} == {(os.PRIO_PROCESS, -10)}
    assert threading.get_native_id() in [thread for _, thread, _ in asked]
    monkeypatch.setattr(os, 'setpriority', refuse)
    said = urgency.claim()
    assert said.level == 'warn'
    assert said.sentence.startswith('default priority, memory not locked')


def test_memory_is_not_locked_under_a_limit_that_a_later_allocation_would_meet(
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(urgency.SWITCH, raising=False)
    monkeypatch.setattr(os, 'sched_setscheduler', lambda *_: None)
    monkeypatch.setattr(resource, 'getrlimit', lambda _: (1 << 40, 1 << 40))
    monkeypatch.setattr(urgency, '_may_lock_all', lambda: False)
    monkeypatch.setattr(ctypes, 'CDLL', refuse)
    assert urgency.claim().sentence == 'SCHED_FIFO 20, memory not locked'
