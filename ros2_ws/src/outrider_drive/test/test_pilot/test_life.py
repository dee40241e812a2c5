from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_drive.pilot.life import LATE_NS, SILENCE_NS, Life
from outrider_drive.words import Source

MS = 1_000_000
WRAP_US = 1 << 32


class Played:
    """A life with a pad of 250 reports/s; delay and clocks as the test says."""

    def __init__(self, device_us: int = 0, **options) -> None:
        self.life, self.now, self.device_us = Life(**options), 5_000 * MS, device_us
        self.life.opened(self.now, has_motion=True)

    def run(self, ms: float, *, neutral: bool = True, lag_growth: float = 0.0, ticks_ms: float = 4.0) -> Played:
        """Reports for `ms`; each arrives `lag_growth` (ns per ns) later than the one before it."""
        for _ in range(int(ms / ticks_ms)):
            self.device_us += int(ticks_ms * 1000)
            self.now += int(ticks_ms * MS * (1 + lag_growth))
            self.report(neutral)
        return self

    def report(self, neutral: bool = True) -> Played:
        self.life.silent(self.now)
        self.life.motion(self.now, self.device_us % WRAP_US)
        self.life.controls(self.now, neutral=neutral)
        return self

    def backlog(self, ms: int, *, neutral: bool = False) -> Played:
        """A stall of `ms` whose reports then come all at once."""
        self.now += ms * MS
        for _ in range(ms // 4):
            self.device_us += 4000
            self.life.motion(self.now, self.device_us % WRAP_US)
        self.life.controls(self.now, neutral=neutral)
        return self


def live(**options) -> Played:
    played = Played(**options).run(300)
    assert not played.life.neutral_required
    assert played.life.why == ''
    return played


def test_held_controls_never_count():
    assert Played().run(5000, neutral=False).life.neutral_required


def test_silence_of_200_ms_is_allowed_and_one_more_is_not():
    played = live()
    assert not played.life.silent(played.now + SILENCE_NS)
    assert not played.life.neutral_required
    assert played.life.silent(played.now + SILENCE_NS + 1)
    assert played.life.neutral_required


def test_after_a_silence_reports_must_be_steady_again_before_neutral_counts():
    played = live()
    played.now += 201 * MS
    played.device_us += 201_000
    played.report()
    assert played.life.neutral_required
    played.run(196)
    assert played.life.neutral_required
    assert not played.run(4).life.neutral_required


def test_neutral_during_a_silence_does_not_count():
    played = live()
    later = played.now + 300 * MS
    played.life.silent(later)
    played.life.controls(later, neutral=True)
    assert played.life.neutral_required


def test_reports_150_ms_late_count_and_later_ones_do_not():
    # The reference follows by 0.05 % of the time, so the limit is a tenth of a millisecond softer.
    assert not live().backlog(148).life.neutral_required
    assert live().backlog(156).life.neutral_required


def test_a_backlog_delivered_at_once_is_doubted_until_neutral_was_seen_with_steady_reports():
    played = live().backlog(1000)
    assert played.life.neutral_required
    assert 'late' in played.life.why
    played.run(196)
    assert played.life.neutral_required
    played.run(60)
    assert not played.life.neutral_required


def test_neutral_within_the_backlog_does_not_count():
    assert live().backlog(1000, neutral=True).life.neutral_required


def test_the_age_includes_the_delay_on_the_link():
    played = live()
    played.now += 120 * MS
    played.device_us += 4000
    played.report()
    operator = played.life.operator(played.now + 3 * MS)
    assert 118 * MS < operator.age_ns < 120 * MS


def test_a_delay_that_stays_is_forgiven_after_two_seconds_of_neutral():
    played = live()
    played.now += 350 * MS  # the reports of this time are lost, and the pad's counter with them
    played.report()
    assert played.life.neutral_required
    played.run(1900)
    assert played.life.neutral_required
    played.run(200)
    assert not played.life.neutral_required
    assert played.life.operator(played.now).age_ns < MS


def test_a_delay_that_stays_is_not_forgiven_while_a_control_is_held():
    played = live()
    played.now += 350 * MS
    played.report()
    played.run(1500).run(20, neutral=False).run(1500)
    assert played.life.neutral_required
    assert not played.run(600).life.neutral_required


def test_a_queue_that_grows_slowly_is_found():
    played = live().run(3200, lag_growth=0.05)
    assert played.life.neutral_required
    assert 'late' in played.life.why


def test_clocks_that_drift_apart_by_200_ppm_count_for_an_hour():
    for growth in (2e-4, -2e-4):
        played = live().run(3_600_000, lag_growth=growth, ticks_ms=180.0)
        assert not played.life.neutral_required
        assert played.life.operator(played.now).age_ns < MS


def test_the_wrap_of_the_pads_clock_is_no_step():
    played = Played(device_us=WRAP_US - 200_000).run(600)
    assert not played.life.neutral_required
    assert played.life.operator(played.now).age_ns == 0


def test_a_pads_clock_that_goes_backwards_is_doubted_and_starts_anew():
    played = live()
    played.device_us = 1000
    played.now += 4 * MS
    played.report()
    assert played.life.why == "the pad's own clock went backwards"
    played.run(180)
    assert played.life.neutral_required
    assert not played.run(40).life.neutral_required


def test_a_pads_clock_that_stands_is_late():
    played = live()
    for _ in range(40):
        played.now += 4 * MS
        played.report()
    assert played.life.neutral_required


def test_buttons_held_unchanged_are_doubted_after_the_limit():
    played = live(hold_limit_ns=1000 * MS)
    played.life.buttons(played.now)
    played.run(1000, neutral=False)
    assert not played.life.neutral_required
    played.run(4, neutral=False)
    assert played.life.why == 'controls were held unchanged for 1 s'


def test_each_change_of_a_button_starts_the_limit_anew():
    played = live(hold_limit_ns=1000 * MS)
    for _ in range(5):
        played.life.buttons(played.now)
        played.run(900, neutral=False)
    assert not played.life.neutral_required


def test_buttons_do_not_stand_in_for_silent_motion_sensors():
    played = live()
    before = played.life.counter
    played.life.buttons(played.now + 150 * MS)
    played.life.polled(played.now + 150 * MS)
    assert played.life.counter == before
    assert played.life.operator(played.now + 150 * MS).age_ns == 150 * MS


def test_the_counter_wraps_at_32_bits():
    played = live()
    played.life.counter = WRAP_US - 1
    assert played.run(4).life.counter == 0


def test_a_connection_begins_with_nothing_of_the_one_before():
    played = live()
    played.life.closed('lost')
    played.life.opened(played.now, has_motion=True)
    assert played.life.operator(played.now).source == Source.NONE
    played.device_us = 0
    assert played.run(100).life.neutral_required
    assert not played.run(140).life.neutral_required


def test_a_connection_is_not_late_by_the_time_that_there_was_none():
    played = live()
    played.life.closed('lost')
    played.now += 60_000 * MS
    played.life.opened(played.now, has_motion=True)
    assert played.life.operator(played.now).age_ns == 0
    played.run(180)
    assert played.life.neutral_required
    assert not played.run(40).life.neutral_required


def test_each_opening_and_each_loss_requires_neutral():
    played = live()
    played.life.opened(played.now, has_motion=True)
    assert (played.life.neutral_required, played.life.why) == (True, 'the pad was just connected')
    played = live()
    played.life.closed('it was lost')
    assert (played.life.neutral_required, played.life.why) == (True, 'it was lost')
    played.life.controls(played.now, neutral=True)
    assert played.life.neutral_required


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400), st.booleans()), min_size=1, max_size=60))
def test_whatever_arrives_late_or_after_silence_is_never_believed_at_once(steps):
    """Host and device move by any ms; one who stays believed was within both limits the whole time."""
    played = live()
    for host_ms, device_ms, neutral in steps:
        played.now += host_ms * MS
        played.device_us += device_ms * 1000
        believed = not played.life.neutral_required
        late_before = played.life.operator(played.now).age_ns - host_ms * MS if host_ms else 0
        played.report(neutral)
        if host_ms * MS > SILENCE_NS:
            assert played.life.neutral_required
        if believed and late_before + (host_ms - device_ms) * MS > LATE_NS + MS:
            assert played.life.neutral_required
        assert 0 <= played.life.operator(played.now).age_ns <= (10**18 if played.life.neutral_required else LATE_NS)
