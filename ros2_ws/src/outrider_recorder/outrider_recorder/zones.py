"""Privacy zones: circles whose inside is cut from everything that is made of a ride to be shown or given away.

They stand in `zones.json` in the folder of rides, beside what they protect, so that no home address lies in a checkout.
The segments themselves are never cut: they are what happened. JSON, because the viewer's environment reads it too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from outrider_recorder import inside
from outrider_recorder.errors import RideError

FILE = 'zones.json'
KEYS = frozenset(('name', 'latitude_deg', 'longitude_deg', 'radius_m'))
LEAST_M, MOST_M = 10.0, 20_000.0
MOST_ZONES, LONGEST_NAME = 50, 40
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


def zone(name: str, radius_m: object, latitude_deg: object, longitude_deg: object) -> Zone:
    """Return a circle from words. Raises RideError, one sentence, for one that cannot be."""
    try:
        return _zone({'name': name, 'latitude_deg': latitude_deg, 'longitude_deg': longitude_deg,
                      'radius_m': radius_m})
    except (ValueError, TypeError) as error:
        raise RideError(f"zone '{name[:40]}' cannot be ({str(error)[:120]})") from None


def put(rides: Path, one: Zone) -> None:
    """Keep a zone; one of the same name is replaced. Raises RideError, with nothing changed."""
    if not 0 < len(one.name) <= LONGEST_NAME or not one.name.isprintable():
        raise RideError(f'a zone has a name of 1 to {LONGEST_NAME} characters')
    others = [known for known in read(rides).zones if known.name != one.name]
    if len(others) >= MOST_ZONES:
        raise RideError(f'there are {MOST_ZONES} zones already; remove one: ./outrider settings --no-zone NAME')
    _write(rides, [*others, one])


def remove(rides: Path, name: str) -> None:
    """Cut a zone no longer. Raises RideError, with nothing changed."""
    every = read(rides).zones
    if all(one.name != name for one in every):
        raise RideError(f"there is no zone '{name[:LONGEST_NAME]}'. Known: "
                        f'{", ".join(one.name for one in every) or "none"}')
    _write(rides, [one for one in every if one.name != name])


def _write(rides: Path, every: Sequence[Zone]) -> None:
    from outrider_recorder.ride import FOLDER_MODE, write_atomic  # not needed by the viewer's environment

    try:
        rides.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        write_atomic(rides / FILE, json.dumps([asdict(one) for one in every], indent=1) + '\n')
    except OSError as error:
        raise RideError(f'{rides / FILE} cannot be written ({error.strerror}); nothing was changed') from None


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
