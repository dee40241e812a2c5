"""From one act's processes to the next one's."""

from __future__ import annotations

import time

import pytest

from outrider_bringup.demo.change import Change
from outrider_bringup.launchfile.plan import Plan, ProcessSpec
from outrider_bringup.runner.stack import Stack


def sleeper(name: str) -> ProcessSpec:
    return ProcessSpec(name, ('sleep', '60'), 'sleep')


@pytest.fixture
def stack():
    env = {'PATH': '/usr/bin:/bin'}
    made = Stack(Plan((sleeper('lasting'), sleeper('leaving'))), out=lambda name, line: None, env=env)
    made.start()
    yield made
    made.stop()


def test_those_that_leave_are_gone_before_others_come_and_the_play_waits_until_all_are_ready(stack: Stack) -> None:
    said: list[str] = []
    here = False
    change = Change(stack, Plan((sleeper('coming'),)), {'leaving'}, after_s=0.0, leave=lambda: said.append('leave'),
                    ready=lambda: here, begin=lambda: said.append('begin'))
    together = False
    end_s = time.monotonic() + 20.0
    while 'coming' not in stack.pids():
        assert time.monotonic() < end_s
        change.step()
        stack.poll()
        together |= {'leaving', 'coming'} <= set(stack.pids())

    assert not together
    assert set(stack.pids()) == {'lasting', 'coming'}
    change.step()
    assert said == ['leave']
    assert not change.done
    here = True
    change.step()
    change.step()
    assert said == ['leave', 'begin']
    assert change.done


def test_the_last_frames_of_an_act_have_their_time(stack: Stack) -> None:
    change = Change(stack, Plan(()), {'leaving'}, after_s=60.0, leave=lambda: pytest.fail('too soon'),
                    ready=lambda: True, begin=lambda: pytest.fail('too soon'))
    change.step()

    assert set(stack.pids()) == {'lasting', 'leaving'}
