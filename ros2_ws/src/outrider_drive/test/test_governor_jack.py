"""RAMP DOWN, where the jack is, its warning, and that it never moves on a machine that rolls."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ramp_scene import GOOD_MOTOR, Scene

from outrider_drive.governor.jack import JackTrack, Up
from outrider_drive.governor.standstill import Standstill
from outrider_drive.governor.times import MS, S
from outrider_drive.words import Mode, Relays

NO_SWITCH = {'upper_fitted': False, 'upper_open': False}


def test_horn_for_a_second_then_the_jack_for_as_long_as_it_is_held() -> None:
    s = Scene().ready()
    s.step(deadman=True, jack=-1)
    began = s.now
    while s.log[-1].relays.jack == 0:
        assert s.log[-1].relays.horn
        s.step()
    assert s.now - began == 1 * S
    done = s.step()
    assert (done.relays.jack, done.relays.horn) == (-1, False)
    assert s.step(deadman=True).relays.jack == 0
    assert s.step(deadman=True, jack=-1).relays.jack == 0, 'each press is warned of'


def test_the_lead_of_the_horn_is_a_limit() -> None:
    s = Scene(horn_lead_s=2.0).ready()
    assert s.run(2 * S, deadman=True, jack=1).relays.jack == 0
    assert s.step().relays.jack == 1


def test_the_jack_waits_for_half_a_second_at_rest_and_a_fresh_press() -> None:
    s = Scene().ready().drive(0.5)
    s.step(deadman=True)
    s.request = {'deadman': True, 'jack': 1}
    done = s.run(3 * S)
    assert (done.relays.jack, done.relays.horn) == (0, False), 'a refused press came alive'
    assert s.refusals == ['NOT_RELEASED']
    s.let_go()
    assert s.run(2 * S, deadman=True, jack=1).relays.jack == 1


@pytest.mark.parametrize('side', ['left', 'right'])
def test_a_wheel_that_turns_stops_the_jack(side: str) -> None:
    s = Scene().ready()
    s.run(2 * S, deadman=True, jack=1)
    setattr(s, side, replace(GOOD_MOTOR, erpm=-151.0))
    assert s.step().relays.jack == 0
    assert 'JACK_NOT_STANDING' in s.refusals


def test_standstill_is_500_ms_without_a_gap_on_fresh_telemetry() -> None:
    still = Standstill()
    assert not still.holds(0)
    for at in range(0, 499, 20):
        still = still.after(True, at * MS, False)
        assert not still.holds(at * MS)
    still = still.after(True, 500 * MS, False)
    assert still.holds(700 * MS)
    assert not still.holds(700 * MS + 1)
    assert still.after(True, 700 * MS, False).holds(700 * MS)
    assert not still.after(True, 700 * MS + 1, False).holds(701 * MS)
    assert not still.after(False, 520 * MS, False).holds(520 * MS)
    assert not still.after(True, 520 * MS, True).holds(520 * MS)
    assert not Standstill().after(True, 0, False).after(True, 200 * MS, False).holds(200 * MS)


def test_the_jack_needs_the_handbrake_on_first() -> None:
    s = Scene().ready()
    s.state = replace(s.state, tracks=replace(s.state.tracks, stop=replace(s.state.tracks.stop, holding=False)))
    s.step(deadman=True, jack=1)
    assert 'JACK_NOT_STANDING' in s.refusals


def test_drive_and_jack_together_are_neither() -> None:
    s = Scene().ready()
    assert not s.step(deadman=True, jack=1, speed_mps=0.5).relays.horn
    done = s.run(2 * S)
    assert (done.drive.mode, done.relays.jack, done.relays.horn) == (Mode.HOLD, 0, False)
    assert s.refusals[0] == 'DRIVE_AND_JACK'


def test_no_drive_until_the_jack_has_surely_let_go() -> None:
    s = Scene().ready()
    s.run(2 * S, deadman=True, jack=1)
    assert s.step(deadman=True).relays.jack == 0
    ended = s.now - 20 * MS
    for after, name in ((199 * MS, 'DRIVE_AND_JACK'), (200 * MS, '')):
        at = replace(s.state)
        s.step(ended + 100 * MS - s.now)
        done = s.step(ended + after - s.now, deadman=True, speed_mps=0.5)
        assert ('DRIVE_AND_JACK' in s.refusals) == bool(name)
        assert (done.drive.mode is Mode.DRIVE) == (not name)
        s.state, s.now, s.request = at, ended + 20 * MS, {'deadman': True}
        assert s.last is not None
        s.last = None


def test_a_machine_that_stands_in_the_way_of_the_relays_does_not_drive() -> None:
    s = Scene().ready()
    s.relays = {'jack': 1}
    s.run(S)
    assert s.step(deadman=True, speed_mps=0.5).drive.mode is Mode.HOLD
    assert 'DRIVE_AND_JACK' in s.refusals


def test_a_fitted_switch_is_believed_and_nothing_else() -> None:
    up = Relays(0, 1, upper_fitted=True, upper_open=True)
    counted = JackTrack(up_ns=100 * S)
    assert JackTrack().up(up, 6.0) is Up.SEEN
    assert counted.up(replace(up, upper_open=False), 6.0) is Up.NO
    assert counted.up(replace(up, lower_fitted=True, lower_open=True), 6.0) is Up.NO
    assert JackTrack().up(replace(up, lower_fitted=False, lower_open=True), 6.0) is Up.SEEN
    assert JackTrack().up(replace(up, lower_fitted=True, lower_open=False), 6.0) is Up.SEEN
    bare = replace(up, upper_fitted=False)
    assert JackTrack(up_ns=6 * S - 1).up(bare, 6.0) is Up.NO
    assert JackTrack(up_ns=6 * S).up(bare, 6.0) is Up.COUNTED


def test_up_time_adds_over_presses_and_any_lowering_starts_again() -> None:
    track = JackTrack()
    for start in (0, 10):
        for at in (0, 1, 2):
            track = track.after(Relays((start + at) * S, 1, jack=1))
        track = track.after(Relays((start + 3) * S, 1))
    assert track.up_ns == 4 * S
    assert track.after(Relays(20 * S, 1, jack=1)).up_ns == 4 * S, 'nobody saw it lift in between'
    lifting = track.after(Relays(20 * S, 1, jack=1))
    assert lifting.after(Relays(19 * S, 1, jack=1)).up_ns == 4 * S
    assert track.after(Relays(20 * S, 1, jack=-1)).up_ns == 0
    assert track.after(Relays(20 * S, 1, lower_fitted=True, lower_open=True)).up_ns == 0
    assert track.after(Relays(20 * S, 1, lower_open=True)).up_ns == 4 * S
    assert track.after(Relays(20 * S, 1, lower_fitted=True)).up_ns == 4 * S


def lifted() -> Scene:
    s = Scene()
    s.relays = dict(NO_SWITCH)
    s.ready()
    assert 'RAMP_DOWN' in s.refusals
    s.run(6 * S, deadman=True, jack=1)
    s.let_go()
    assert 'RAMP_DOWN' in s.refusals
    s.run(3 * S, deadman=True, jack=1)
    s.let_go()
    assert 'RAMP_DOWN' not in s.refusals
    return s


def test_counted_up_drives_at_half_a_metre_per_second() -> None:
    s = lifted().drive(1.4)
    assert s.log[-1].drive.speed_mps == 0.5
    assert s.refusals == []


@pytest.mark.parametrize('change', [{'link_epoch': 2}, {'boottime_ns': 0}, {'present': False}, {'jack': 2}])
def test_a_gap_in_the_reports_forgets_what_was_counted(change: dict[str, int]) -> None:
    s = lifted()
    s.relays.update(change)
    s.step()
    s.relays = dict(NO_SWITCH, link_epoch=s.relays.get('link_epoch', 1))
    s.step()
    assert 'RAMP_DOWN' in s.refusals


def test_ramp_down_lets_it_steer_and_lift() -> None:
    s = Scene()
    s.relays = {'upper_open': False}
    s.ready()
    done = s.run(2 * S, deadman=True, jack=1, steer=1)
    assert (done.relays.jack, done.relays.steer) == (1, 1)
    assert s.refusals == ['RAMP_DOWN']
