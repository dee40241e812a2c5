"""CPU and memory of a family of processes are added up from /proc."""

import os
import subprocess
import sys

import pytest

from outrider_bringup.demo.processes import Ledger, Stat, family, parse_stat, pss_kib, snapshot, started_ago_s


def stat(pid, parent=1, session=1, ticks=0, start=0):
    return Stat(pid, parent, session, ticks, start)


def test_a_name_with_spaces_and_brackets_is_read():
    line = '42 (a (b) c) S 7 42 9 0 -1 4194304 100 0 0 0 30 12 5 6 20 0 1 0 777 1000 200'
    assert parse_stat(line) == Stat(pid=42, parent=7, session=9, cpu_ticks=42, start_ticks=777)


@pytest.mark.parametrize('line', ['', 'no bracket', '1 (x) S 2 3'])
def test_another_line_is_refused(line):
    with pytest.raises(ValueError, match='not a line'):
        parse_stat(line)


def test_the_family_is_descendants_and_sessions():
    alive = (stat(10), stat(11, 10), stat(12, 11), stat(20, 1, 20), stat(21, 1, 20), stat(22, 21, 22), stat(99))
    stats = {one.pid: one for one in alive}
    assert family(stats, [10, 20]) == {10, 11, 12, 20, 21, 22}


def test_cpu_counts_newcomers_from_their_start_and_leavers_to_their_last():
    ledger = Ledger()
    ledger.take(0.0, [stat(1, ticks=1000), stat(2, ticks=50)])
    ledger.take(2.0, [stat(1, ticks=1040), stat(2, ticks=60), stat(3, ticks=10)])
    ledger.take(4.0, [stat(1, ticks=1060), stat(3, ticks=30)])
    assert ledger.ticks == 40 + 10 + 10 + 20 + 20
    assert ledger.percent(100) == pytest.approx(25.0)


def test_a_pid_used_again_is_another_process():
    ledger = Ledger()
    ledger.take(0.0, [stat(1, ticks=500, start=1)])
    ledger.take(1.0, [stat(1, ticks=7, start=2)])
    assert ledger.ticks == 7


def test_one_snapshot_is_no_measurement():
    ledger = Ledger()
    ledger.take(5.0, [stat(1)])
    with pytest.raises(ValueError, match='two snapshots'):
        ledger.percent(100)


def test_this_machine_can_be_read():
    child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], stdin=subprocess.PIPE)
    try:
        assert {os.getpid(), child.pid} <= family(snapshot(), [os.getpid()])
        assert pss_kib(os.getpid()) > 1000
        assert started_ago_s(child.pid) < started_ago_s(os.getpid())
    finally:
        child.communicate()
    assert pss_kib(child.pid) == 0


def test_what_is_used_during_a_pause_is_not_counted():
    ledger = Ledger()
    ledger.take(0.0, [stat(1, ticks=100)])
    ledger.take(1.0, [stat(1, ticks=110)])
    ledger.pause()
    ledger.take(10.0, [stat(1, ticks=900), stat(2, ticks=50)])
    ledger.take(11.0, [stat(1, ticks=920), stat(2, ticks=60)])
    assert ledger.ticks == 10 + 20 + 10
    assert ledger.seconds == pytest.approx(2.0)
