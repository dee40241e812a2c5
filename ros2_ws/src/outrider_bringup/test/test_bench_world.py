"""The world's figure plays real files with every sensor."""

from outrider_bringup.bench import world


def test_the_figure_is_that_of_the_slowest_file(monkeypatch):
    monkeypatch.setattr(world, 'SCENARIOS', world.SCENARIOS[:2])
    told = []
    (measured,) = world.FIGURES[0].run(told.append)
    assert told == list(world.SCENARIOS)
    assert measured.value == min(measured.extra.values()) > 0
