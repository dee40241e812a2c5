"""The voice's figures rest on real processes: alerts that came, taps that latched, a flood that was one."""

import pytest

from outrider_bringup.bench import voice, voice_run
from outrider_bringup.errors import UserError


def test_figures_of_alerts_are_those_that_came(monkeypatch):
    monkeypatch.setenv(voice_run.subjects.SECONDS, '2')
    middle, late = voice.alerts(lambda text: None)
    assert middle.extra['samples'] == 40
    assert 0.0 < middle.value <= late.value <= late.extra['worst']


def test_alert_that_a_newer_one_overtook_came_with_the_newer_one():
    sent = {1: 1.0, 2: 1.05, 3: 1.1}
    assert voice_run.known_ms(sent, [(0, 0.5), (1, 1.01), (3, 1.13), (3, 1.2)]) == pytest.approx([10.0, 80.0, 30.0])


def test_alerts_after_the_last_that_came_are_lost():
    with pytest.raises(UserError, match='the last 2 of 3 alerts did not come'):
        voice_run.known_ms({1: 1.0, 2: 1.05, 3: 1.1}, [(1, 1.01)])


def test_tap_is_timed_until_the_governor_has_latched(monkeypatch):
    monkeypatch.setattr(voice, 'TAPS', 5)
    monkeypatch.setattr(voice, 'HOSTILE_HZ', 20.0)
    monkeypatch.setattr(voice, 'LEAST_HZ', 5.0)
    (stop,) = voice.stops(lambda text: None)
    assert 0.0 < stop.value <= stop.extra['worst']
    assert stop.extra['pictures_hz'] > 1.0
    assert 'one stalled' in stop.detail


def test_flood_that_is_none_proves_nothing(monkeypatch):
    monkeypatch.setattr(voice, 'TAPS', 1)
    monkeypatch.setattr(voice, 'HOSTILE_HZ', 5.0)
    with pytest.raises(UserError, match='hostile requests a second came about here'):
        voice.stops(lambda text: None)


def test_cost_is_taken_while_phones_look(monkeypatch):
    monkeypatch.setenv(voice_run.subjects.SECONDS, '3')
    (cost,) = voice.cost(lambda text: None)
    assert 0.0 < cost.value < 100.0
    assert cost.extra['pictures_hz'] > 1.0


def test_nothing_measured_is_one_sentence():
    with pytest.raises(UserError, match='nothing was measured'):
        voice_run.percentile([], 99)
