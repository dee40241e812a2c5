"""Lead counts from the start of the episode that is still on just before the closest approach."""

from __future__ import annotations

import pytest

from outrider_sim.world.episodes import lead_s


@pytest.mark.parametrize(('alerts_s', 'lead'), [
    ([], None),
    ([2.0, 2.5, 3.0], None),                    # it ended long before
    ([6.5], None),                              # it came too late
    ([5.0], 1.0),
    ([4.99], None),
    ([3.0, 3.5, 4.5, 5.5], 3.0),
    ([1.0, 3.0, 3.9, 4.8, 5.7, 6.6], 3.0),      # the first was another episode
    ([3.0, 4.0, 5.0, 6.0], 3.0),                # a gap of just one second is none
])
def test_lead_is_that_of_the_unbroken_episode(alerts_s: list[float], lead: float | None) -> None:
    assert lead_s(alerts_s, 6.0) == (None if lead is None else pytest.approx(lead))
