"""What `up` says of a machine that drives, in one line."""

from __future__ import annotations

import pytest

from outrider_bringup.up.drive import DriveStatus
from outrider_bringup.up.status import Status


def heard(status: DriveStatus, now_s: float, **what: float | str) -> None:
    said = {'state': 1, 'refusal': '', 'speed_mps': 0.0, 'battery_v': 38.04, 'age_ms': 12.0, **what}
    status.heard(now_s, **said)  # type: ignore[arg-type]


def test_nothing_is_said_before_a_governor_was_heard_but_that_it_starts():
    assert DriveStatus().line(5.0) == ''
    assert Status(looks=False).line(5.0) == 'governor starting'
    assert Status().line(5.0) == 'radar starting   tracks starting'


def test_state_refusal_speed_battery_link_and_relays_stand_in_one_line():
    status = DriveStatus()
    heard(status, 1.0, state=2, refusal='Hold the dead-man', speed_mps=-0.52)
    status.switched(1, -1, present=True)
    assert status.line(1.1) == ('MOVING   Hold the dead-man   -0.5 m/s   38.0 V   pad p99 12 ms   '
                                'relays jack up, steer right')
    status.switched(0, 0, present=True)
    assert status.line(1.1).endswith('relays -')
    status.switched(0, 0, present=False)
    assert status.line(1.1).endswith('relays silent')


@pytest.mark.parametrize(('state', 'word'), [
    (0, 'disarmed'), (1, 'armed'), (3, 'stopping'), (4, 'E-STOPPED'), (9, '?')])
def test_every_state_has_its_word(state, word):
    status = DriveStatus()
    heard(status, 1.0, state=state)
    assert status.line(1.0).startswith(f'{word}   0.0 m/s')


def test_the_age_of_the_link_is_the_99th_percentile_of_ten_seconds_and_silence_begins_it_anew():
    status = DriveStatus()
    heard(status, 0.0, age_ms=60_000.0)
    assert 'pad silent' in status.line(0.0)
    for turn in range(100):
        heard(status, 1.0 + turn * 0.1, age_ms=100.0 if turn < 3 else 10.0)
    assert 'pad p99 100 ms' in status.line(10.9)
    heard(status, 15.0, age_ms=10.0)
    assert 'pad p99 10 ms' in status.line(15.0)  # those 100 ms are more than ten seconds ago
    heard(status, 15.1, age_ms=60_000.0)
    heard(status, 15.2, age_ms=30.0)
    assert 'pad p99 30 ms' in status.line(15.2)


def test_a_governor_that_falls_silent_is_no_data():
    status = DriveStatus()
    heard(status, 1.0)
    assert status.line(4.0) == 'governor NO DATA for 3 s'


def test_a_problem_is_told_once_and_so_is_its_end():
    status = DriveStatus()
    assert not status.is_news('motors', False, 'driving is possible.')
    assert status.is_news('motors', True, 'motors: there is no port. Plug the VESC in.')
    assert not status.is_news('motors', True, 'motors: there is no port. Plug the VESC in.')
    assert status.is_news('motors', False, 'driving is possible.')
