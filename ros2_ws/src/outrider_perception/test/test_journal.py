"""The input journal, and snapshots from which the chain goes on as if it had never stopped."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from outrider_perception.config import load
from outrider_perception.hazards import HazardJudge
from outrider_perception.journal import MOST, Journal
from outrider_perception.measurements import Speed
from outrider_perception.snapshot import SnapshotError, freeze, thaw
from outrider_perception.tracker import Tracker

CONFIG = load()


def test_every_message_has_its_number_and_its_reason() -> None:
    journal = Journal()
    journal.note('radar/points', 1_000, 2_000)
    journal.note('imu/data', 1_500, 2_100, 'late')
    first, second = journal.take()
    assert (first.sequence, first.used, first.reason) == (1, True, '')
    assert (second.sequence, second.used, second.reason) == (2, False, 'late')
    assert (second.topic, second.measured_ns, second.received_ns) == ('imu/data', 1_500, 2_100)
    assert journal.take() == []
    journal.note('radar/points', 3_000, 3_000)
    assert journal.take()[0].sequence == 3


def test_entries_that_nobody_takes_do_not_fill_the_memory() -> None:
    journal = Journal()
    for i in range(MOST + 10):
        journal.note('imu/data', i, i)
    assert journal.lost == 10
    assert [journal.take()[i].sequence for i in (0,)] == [11]


def test_snapshot_every_ten_seconds_of_stamps() -> None:
    journal = Journal()
    due = [t for t in np.arange(0.0, 35.0, 0.05).round(2).tolist() if journal.snapshot_due(t)]
    assert due == [0.0, 10.0, 20.0, 30.0]
    assert journal.snapshot_due(3.0), 'the clock was set back'
    assert not journal.snapshot_due(3.0)


def drive(chain: tuple[Tracker, HazardJudge], scans: list[Any]) -> list[Any]:
    tracker, judge = chain
    said = []
    for scan in scans:
        tracker.step(Speed(scan.stamp_s, 5.5, 0.1, 'gps'))
        step = tracker.step(scan)
        hazards = judge.judge(step)
        said.append((step.tracks.state.tobytes(), step.tracks.covariance.tobytes(), step.tracks.identity.tolist(),
                     step.tracks.log_odds.tobytes(), step.ego.velocity_mps.tobytes(), hazards.level.tolist(),
                     hazards.approach.clearance_m.tobytes(), step.degraded))
    return said


def test_chain_goes_on_from_a_snapshot_to_the_last_bit(road: Any, body: Any) -> None:
    cars = [body(lambda t: (-40.0 + 12.0 * t, 1.5)), body(lambda t: (-25.0 + 5.5 * t, -0.5), length_m=1.8, width_m=0.6)]
    scans = road(bodies=cars, posts=[(x, 4.0) for x in range(-60, 40, 6)]).scans(6.0)
    chain = Tracker(*CONFIG.tracking), HazardJudge(CONFIG.hazards)
    drive(chain, scans[:60])
    frozen = freeze('1', *chain)
    expected = drive(chain, scans[60:])
    tracker, judge = thaw('1', frozen)
    assert drive((tracker, judge), scans[60:]) == expected
    assert any(levels for *_, levels, _, _ in expected), 'something was said'
    assert len(frozen) < 60_000


def test_bytes_of_others_are_refused() -> None:
    frozen = freeze('1', Tracker(*CONFIG.tracking))
    for bad, why in ((b'', 'none'), (frozen[5:], 'none'), (frozen[:-40], 'damaged'), (frozen.replace(b'1\n', b'2\n', 2),
                                                                                      'none')):
        with pytest.raises(SnapshotError, match=why):
            thaw('1', bad)
    with pytest.raises(SnapshotError, match='version'):
        thaw('2', frozen)


class Bad:
    def __reduce__(self) -> Any:
        return print, ('ran',)


def test_reading_a_snapshot_runs_no_code_of_others(capsys: pytest.CaptureFixture[str]) -> None:
    import zlib
    evil = freeze('1')[:len(b'outrider snapshot 1\n1\n')] + zlib.compress(pickle.dumps((Bad(),), protocol=4))
    with pytest.raises(SnapshotError, match='no place'):
        thaw('1', evil)
    assert capsys.readouterr().out == ''
