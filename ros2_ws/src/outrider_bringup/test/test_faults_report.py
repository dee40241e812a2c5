"""The closing table of the faults: worst figures, proven bounds, what broke."""

from __future__ import annotations

import pytest

from outrider_bringup.faults import report
from outrider_bringup.faults.judge import Record


def record(fault: str, *, ok: bool = True, driving: float | None = 5.0, **more: object) -> Record:
    return Record(fault, ok=ok, erpm_at_fault=1800.0, last_driving_frame_ms=driving,
                  why=[] if ok else ['it moved again without a fresh start'], **more)  # type: ignore[arg-type]


def test_three_hundred_runs_without_a_failure_prove_one_per_cent() -> None:
    assert report.bound_percent(300, 0) == pytest.approx(0.99, abs=0.01)
    assert report.bound_percent(20, 0) == pytest.approx(13.9, abs=0.1)
    assert report.bound_percent(20, 1) is None
    assert report.bound_percent(0, 0) is None


def test_the_table_has_a_line_a_kind_with_the_figure_nearest_to_its_limit() -> None:
    records = [record('pad_stall_0.3', driving=12), record('pad_stall_1', driving=31),
               record('motors_killed', driving=-8, last_torque_along_motion_ms=199.0)]
    head, stall, dead, *rest = report.lines(records, 'fifo', width=120, colour=False)
    assert head.split()[:3] == ['kind', 'runs', 'ok']
    assert stall.split() == ['pad_stall', '2', '2', 'driving', '31', '60', '77.6', '%', 'ok']
    assert dead.split() == ['motors_killed', '1', '1', 'torque', '199', '250', '95.0', '%', 'ok']
    assert rest == ['3 of 3 runs ok; with 95 % a fault fails in less than 63.16 % of all']


def test_a_failure_is_told_with_its_reason_and_proves_nothing() -> None:
    head, line, closing, why = report.lines([record('can_cut', ok=False)], 'fifo', width=120, colour=False)
    assert line.split()[-1] == 'FAILED'
    assert '%' not in line
    assert closing == '0 of 1 runs ok'
    assert why == 'can_cut: it moved again without a fresh start'


def test_the_p99_of_a_release_is_judged_from_a_hundred_runs_on() -> None:
    good, slow = record('release', driving=20), record('release', driving=80)
    few, many = [good] * 18 + [slow] * 2, [good] * 97 + [slow] * 3
    told = report.lines(few, 'fifo', width=99, colour=False)[2]
    assert 'p99 80 ms of 20 runs, limit 60 (judged from 100 runs on)' in told
    assert not report.p99_missed(few, 'fifo')
    assert report.p99_missed(many, 'fifo')
    assert not report.p99_missed([good] * 100 + [slow], 'fifo')
    assert report.released_p99([record('can_cut')], 'fifo') is None


def test_a_run_that_never_counted_is_a_failure_in_its_kind() -> None:
    never = Record('garbage', why=['no run counted: 300 eRPM and no relay on when it struck'])
    line = report.lines([never], 'fifo', width=99, colour=False)[1]
    assert line.split() == ['garbage', '1', '0', 'FAILED']
