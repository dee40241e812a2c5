"""A machine whose clock wakes up in 1970, is set while we look on, or keeps time all along."""

import ctypes

import pytest

from outrider_recorder.clock import FLOOR_NS, RideClock, evidence

S = 1_000_000_000
TODAY_NS = FLOOR_NS + 300 * 86_400 * S


class Clocks:
    """The system clock and the one that never jumps, as a test wants them."""

    def __init__(self, real_ns, source=''):
        self.real_ns, self.boot_ns, self.source = real_ns, 40 * S, source

    def pass_by(self, seconds, step_s=0.0):
        self.boot_ns += round(seconds * S)
        self.real_ns += round((seconds + step_s) * S)

    def ride_clock(self):
        return RideClock(lambda: self.real_ns, lambda: self.boot_ns, lambda now_ns: self.source)


def test_a_clock_in_1970_is_not_known_and_runs_on():
    clocks = Clocks(12 * S)
    clock = clocks.ride_clock()
    clocks.pass_by(3.0)
    assert clock.now_ns() == 15 * S
    assert (clock.known, clock.offset_ns, clock.utc_ns()) == (False, None, None)


def test_a_jump_from_1970_dates_the_ride_and_does_not_break_its_clock():
    clocks = Clocks(12 * S)
    clock = clocks.ride_clock()
    clocks.pass_by(5.0, step_s=TODAY_NS / S)
    assert clock.now_ns() == 17 * S
    assert clock.source == 'stepped'
    assert clock.utc_ns() == clocks.real_ns
    assert [(step.log_ns, step.step_ns) for step in clock.steps] == [(17 * S, TODAY_NS)]
    clocks.pass_by(2.0)
    assert clock.now_ns() == 19 * S
    assert clock.utc_ns() == clocks.real_ns


def test_a_jump_back_is_no_news_of_the_date():
    clocks = Clocks(TODAY_NS)
    clock = clocks.ride_clock()
    clocks.pass_by(5.0, step_s=-3600.0)
    assert clock.now_ns() == TODAY_NS + 5 * S
    assert not clock.known


def test_a_known_clock_that_is_corrected_takes_its_offset_along():
    clocks = Clocks(TODAY_NS, 'rtc')
    clock = clocks.ride_clock()
    assert (clock.source, clock.offset_ns) == ('rtc', 0)
    clocks.pass_by(1.0, step_s=3.0)
    assert clock.now_ns() == TODAY_NS + S
    assert clock.offset_ns == 3 * S
    clocks.pass_by(1.0, step_s=-TODAY_NS / S)  # into 1970: nobody believes that
    assert clock.now_ns() == TODAY_NS + 2 * S
    assert clock.offset_ns == 3 * S


def test_a_clock_that_is_only_slewed_was_not_set():
    clocks = Clocks(TODAY_NS, 'network')
    clock = clocks.ride_clock()
    for _ in range(100):
        clocks.pass_by(1.0, step_s=500e-6)
        clock.now_ns()
    assert clock.steps == []
    assert clock.offset_ns == 0


def test_gps_dates_a_plausible_clock_that_nobody_vouches_for():
    clocks = Clocks(TODAY_NS - 86_400 * S)
    clock = clocks.ride_clock()
    clock.hear_gps(TODAY_NS + 7 * S, clocks.real_ns)
    assert (clock.source, clock.offset_ns) == ('gps', 86_407 * S)
    clocks.pass_by(10.0)
    clock.hear_gps(TODAY_NS + 17 * S + S // 5, clocks.real_ns)  # a fix that came late
    assert clock.offset_ns == 86_407 * S


def test_gps_after_a_jump_agrees_with_the_clock_that_was_set():
    clocks = Clocks(12 * S)
    clock = clocks.ride_clock()
    clocks.pass_by(1.0, step_s=TODAY_NS / S)
    clock.now_ns()
    offset_ns = clock.offset_ns
    clock.hear_gps(clocks.real_ns, clocks.real_ns)
    assert clock.offset_ns == offset_ns


def test_gps_time_from_before_this_software_and_against_the_network_is_not_believed():
    clocks = Clocks(TODAY_NS)
    clock = clocks.ride_clock()
    clock.hear_gps(315_964_800 * S, clocks.real_ns)  # 1980: a receiver that just woke up
    assert not clock.known
    clocks.source = 'network'
    clock.look()
    clock.hear_gps(TODAY_NS + 999 * S, clocks.real_ns)
    assert (clock.source, clock.offset_ns) == ('network', 0)


def test_the_network_comes_later_and_is_found_by_looking():
    clocks = Clocks(TODAY_NS)
    clock = clocks.ride_clock()
    clocks.pass_by(1.0)
    clocks.source = 'network'
    clock.look()
    assert (clock.source, clock.offset_ns) == ('network', 0)


def lies(root, rtc=None, virtual=False, synchronised=False):
    if rtc is not None:
        (root / 'sys/class/rtc/rtc0').mkdir(parents=True)
        (root / 'sys/class/rtc/rtc0/since_epoch').write_text(f'{rtc}\n')
    if virtual:
        (root / 'proc').mkdir()
        (root / 'proc/cpuinfo').write_text('flags : fpu hypervisor avx\n')
    if synchronised:
        (root / 'run/systemd/timesync').mkdir(parents=True)
        (root / 'run/systemd/timesync/synchronized').write_text('')
    return root


@pytest.mark.parametrize(('given', 'source'), [
    ({}, ''), ({'rtc': TODAY_NS // S}, 'rtc'), ({'rtc': 90}, ''), ({'virtual': True}, 'host'),
    ({'synchronised': True, 'rtc': TODAY_NS // S}, 'network')])
def test_evidence_is_named(tmp_path, given, source):
    assert evidence(TODAY_NS, root=lies(tmp_path, **given), disciplined=lambda: False) == source
    assert evidence(90 * S, root=tmp_path, disciplined=lambda: True) == ''


def test_the_kernel_is_asked_where_its_answer_stands():
    """The status word of struct timex, beside the call that all libc have: TIME_ERROR (5) if and only if it says so."""
    from outrider_recorder import clock

    room = ctypes.create_string_buffer(256)
    state = ctypes.CDLL(None).adjtimex(room)
    status = ctypes.c_int.from_buffer(room, clock._STATUS).value
    assert 0 <= status < 1 << 16
    if state in (0, 1, 2, 3, 4):
        assert not status & 0x40
