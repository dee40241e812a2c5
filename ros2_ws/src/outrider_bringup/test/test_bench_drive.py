"""The drive's figures rest on each VESC's own set-points, and on a control that is measured likewise."""

import argparse
import os

import pytest

from outrider_bringup.bench import drive_run, subjects
from outrider_bringup.bench.sleeper import Sleeper
from outrider_bringup.errors import UserError
from outrider_bringup.faults.journals import Frame
from outrider_bringup.verbs import bench

MS = 1_000_000


def test_periods_are_those_of_each_vesc_alone():
    frames = [Frame(at * MS, vesc, False) for at, vesc in ((0, 0), (0, 1), (20, 0), (21, 1), (45, 0), (41, 1))]
    gaps = drive_run.gaps_ms(frames)
    assert gaps == [20.0, 25.0, 21.0, 20.0]
    assert drive_run.errors_ms(gaps) == [0.0, 5.0, 1.0, 0.0]


def test_no_set_point_is_no_measurement():
    with pytest.raises(UserError, match='no set-point came over the wire'):
        drive_run.percentile([], 99)
    assert drive_run.percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert drive_run.percentile([3.0, 1.0, 2.0], 100) == 3.0


def test_the_control_writes_at_due_times_and_is_read_at_the_far_end():
    periods = Sleeper(0.2).periods_ms()
    assert len(periods) == 9
    assert sum(periods) == pytest.approx(180.0, abs=60.0)


def test_seconds_reach_the_subject_and_have_bounds(monkeypatch):
    monkeypatch.setattr(subjects, 'figures', lambda name: ())
    monkeypatch.setattr(bench.report, 'render', lambda done, **words: [])
    monkeypatch.setenv(subjects.SECONDS, '')
    assert drive_run.look_s() == drive_run.LOOK_S
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)
    assert bench.run(parser.parse_args(['drive', '--seconds', '600'])) == 0
    assert os.environ[subjects.SECONDS] == '600.0'
    assert drive_run.look_s() == 600.0
    with pytest.raises(UserError, match='--seconds is 1, expected 5 to 3600'):
        bench.run(parser.parse_args(['drive', '--seconds', '1']))
