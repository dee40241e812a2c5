"""How a D455's automatic exposes its depth imagers in the light of a scenario: exposure in us, gain level (16: 1).

What the light is worth in lux is customary: an overcast day, a street a quarter of an hour after sunset, a country road
by night, a road tunnel's middle. The automatic gives middle grey until its longest exposure and highest gain.
"""

from __future__ import annotations

from outrider_sim.world.snapshot import Snapshot

_LUX = {'day': 10000.0, 'dusk': 60.0, 'night': 0.6}
_TUNNEL_LUX = 60.0
_NEEDED_US_LUX = 8.7e6      # exposure times gain in one lux: f/2, ISO 100 (light meters, ISO 2720)
_LONGEST_US, _HIGHEST = 33000.0, 248.0 / 16.0


def exposure(snapshot: Snapshot) -> tuple[float, float]:
    """Return exposure in us and gain level."""
    lux = _LUX[snapshot.light]
    if snapshot.in_tunnel:
        lux = min(lux, _TUNNEL_LUX)
    needed = _NEEDED_US_LUX / lux
    exposure_us = min(needed, _LONGEST_US)
    return exposure_us, 16.0 * min(max(needed / exposure_us, 1.0), _HIGHEST)
