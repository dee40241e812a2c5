"""The way of an alert to a painted frame is measured in a real browser."""

from outrider_bringup.bench import screen, subjects


def test_each_alert_is_timed_from_publish_to_paint(monkeypatch):
    monkeypatch.setenv(subjects.SECONDS, '1')
    said = []
    half, worst = screen.shown(said.append)
    assert 0.0 < half.value <= worst.value < 5000.0
    assert half.extra['samples'] >= 19
    assert said[-1] == '20/20 alerts'
