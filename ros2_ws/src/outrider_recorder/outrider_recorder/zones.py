"""Privacy zones: circles whose inside is cut from everything that is made of a ride to be shown or given away.

They stand in `zones.json` in the folder of rides, beside what they protect, so that no home address lies in a checkout.
The segments themselves are never cut: they are what happened. JSON, because the viewer's environment reads it too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from outrider_recorder import inside
from outrider_recorder.errors import RideError

FILE = 'zones.json'
KEYS = frozenset(('name', 'latitude_deg', 'longitude_deg', 'radius_m'))
LEAST_M, MOST_M = 10.0, 20_000.0
EARTH_M = 6_371_008.8      # mean radius, IUGG
FASTEST_MPS = 30.0         # 108 km/h: where a rig may have been between two fixes
FORM = '[{"name": "home", "latitude_deg": 52.5, "longitude_deg": 13.4, "radius_m": 300}]'


class Fix(NamedTuple):
    """One position: receipt ns, degrees WGS 84."""

    at_ns: int
    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True)
class Zone:
    """One circle; `name` is for its owner and is put nowhere."""

    name: str
    latitude_deg: float
    longitude_deg: float
    radius_m: float

    def beyond_m(self, latitude_deg: float, longitude_deg: float) -> float:
        """Return how far a place is from the edge, m; < 0: inside."""
        return metres(self.latitude_deg, self.longitude_deg, latitude_deg, longitude_deg) - self.radius_m


@dataclass(frozen=True)
class Zones:
    """All zones of a folder of rides."""

    zones: tuple[Zone, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is one."""
        return bool(self.zones)

    def inside(self, latitude_deg: float, longitude_deg: float) -> bool:
        """Tell whether a place may not be shown. A place that is no number may not."""
        return bool(self.zones) and self._beyond_m(latitude_deg, longitude_deg) <= 0.0

    def hidden(self, fixes: Sequence[Fix], first_ns: int, last_ns: int) -> list[tuple[int, int]]:
        """Return the spans (from, to) ns in which the rig may have been inside: what pictures show is not shown then.

        Between two fixes it may have been wherever it could get to and back. Without any fix nobody knows: all of it.
        """
        if not self.zones:
            return []
        known = sorted(fix for fix in fixes if first_ns <= fix.at_ns <= last_ns)
        if not known:
            return [(first_ns, last_ns)]
        spans = []
        ends = [(None, known[0]), *zip(known, known[1:], strict=False), (known[-1], None)]
        for before, after in ends:
            begin = before.at_ns if before else first_ns
            end = after.at_ns if after else last_ns
            beyond_m = [self._beyond_m(fix.latitude_deg, fix.longitude_deg) for fix in (before, after) if fix]
            if min(beyond_m) <= 0.0 or sum(beyond_m) <= FASTEST_MPS * (end - begin) * 1e-9:
                spans.append((begin, end))
        return joined(spans)

    def _beyond_m(self, latitude_deg: float, longitude_deg: float) -> float:
        if not (math.isfinite(latitude_deg) and math.isfinite(longitude_deg)):
            return -math.inf
        return min(zone.beyond_m(latitude_deg, longitude_deg) for zone in self.zones)


def read(rides: Path) -> Zones:
    """Return the zones of a folder of rides; none where there is no file. Raises RideError: damage cuts nothing."""
    path = rides / FILE
    if not path.exists() and not path.is_symlink():
        return Zones()
    try:
        told = json.loads(inside.read_text_at(path))
        return Zones(tuple(_zone(one) for one in told))
    except (OSError, ValueError, TypeError, KeyError) as error:
        why = str(error).split('\n')[0][:120]
        raise RideError(f'{path} cannot be used ({why}), so nothing is shown rather than too much. '
                        f'Correct it: {FORM}') from None


def joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that touch made one."""
    made: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if made and begin <= made[-1][1]:
            made[-1] = made[-1][0], max(end, made[-1][1])
        else:
            made.append((begin, end))
    return made


def within(spans: Sequence[tuple[int, int]], at_ns: int) -> bool:
    """Tell whether an instant lies in one of them."""
    return any(begin <= at_ns <= end for begin, end in spans)


def metres(latitude1: float, longitude1: float, latitude2: float, longitude2: float) -> float:
    """Return the distance of two places in degrees on a sphere, m (haversine)."""
    a, b = math.radians(latitude1), math.radians(latitude2)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(
        math.radians(longitude2 - longitude1) / 2) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(half)))


def _zone(told: object) -> Zone:
    if not isinstance(told, dict) or set(told) != KEYS:
        raise ValueError(f'expected {", ".join(sorted(KEYS))} of each zone')
    latitude, longitude, radius = (float(told[key]) for key in ('latitude_deg', 'longitude_deg', 'radius_m'))
    if not (abs(latitude) <= 90.0 and abs(longitude) <= 180.0 and LEAST_M <= radius <= MOST_M):
        raise ValueError(f'expected degrees, and a radius of {LEAST_M:g} to {MOST_M:g} m')
    return Zone(str(told['name']), latitude, longitude, radius)
