"""The way as a drawing: no tiles, so nobody is asked where it was. Pure; SVG text out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from outrider_bringup.rides.story import Pass
from outrider_recorder.zones import EARTH_M, Fix

WIDTH, HEIGHTS, EDGE = 720.0, (180.0, 420.0), 36.0
POINTS = 1500              # more cannot be told apart on the drawing
LEAST_M = 60.0             # a ride on the spot is not blown up to the noise of GPS
SCALES_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


class Projection:
    """Equirectangular about the middle of the way: metres east and north into the drawing, north up."""

    def __init__(self, fixes: Sequence[Fix]) -> None:
        """Fit all of `fixes`."""
        latitudes, longitudes = [fix.latitude_deg for fix in fixes], [fix.longitude_deg for fix in fixes]
        self._latitude = (min(latitudes) + max(latitudes)) / 2
        self._longitude = (min(longitudes) + max(longitudes)) / 2
        self._narrow = math.cos(math.radians(self._latitude))
        wide_m = self._metres(max(longitudes) - min(longitudes)) * self._narrow
        high_m = self._metres(max(latitudes) - min(latitudes))
        self.per_m = min((WIDTH - 2 * EDGE) / max(wide_m, LEAST_M), (HEIGHTS[1] - 2 * EDGE) / max(high_m, LEAST_M))
        self.height = min(max(high_m * self.per_m + 2 * EDGE, HEIGHTS[0]), HEIGHTS[1])

    def __call__(self, fix: Fix) -> tuple[float, float]:
        """Return where a place is drawn."""
        east = self._metres(fix.longitude_deg - self._longitude) * self._narrow
        north = self._metres(fix.latitude_deg - self._latitude)
        return WIDTH / 2 + east * self.per_m, self.height / 2 - north * self.per_m

    @staticmethod
    def _metres(degrees: float) -> float:
        return math.radians(degrees) * EARTH_M


def draw(ways: Sequence[Sequence[Fix]], passes: Sequence[Pass]) -> str:
    """Return the map, '' where there is no position. Passes carry their number in the table."""
    fixes = [fix for way in ways for fix in way]
    if not fixes:
        return ''
    project, every = Projection(fixes), max(1, len(fixes) // POINTS)
    lines = []
    for way in ways:
        thinned = [*way[::every], way[-1]]
        points = ' '.join(f'{x:.1f},{y:.1f}' for x, y in map(project, thinned))
        lines.append(f'<polyline class="way" points="{points}"/>')
    (x, y), (x2, y2) = project(fixes[0]), project(fixes[-1])
    ends = (f'<circle class="start" cx="{x:.1f}" cy="{y:.1f}" r="6"><title>first position</title></circle>'
            f'<rect class="stop" x="{x2 - 5:.1f}" y="{y2 - 5:.1f}" width="10" height="10">'
            '<title>last position</title></rect>')
    marks = [_mark(number, one, project) for number, one in enumerate(passes, 1) if one.fix is not None]
    return (f'<svg class="map" viewBox="0 0 {WIDTH:g} {project.height:.0f}" role="img" aria-label="the way">'
            + ''.join(lines) + ends + ''.join(marks) + _scale(project.per_m, project.height) + '</svg>')


def _mark(number: int, one: Pass, project: Projection) -> str:
    assert one.fix is not None
    x, y = project(one.fix)
    near = 'near' if one.clearance_m < 1.0 else 'pass'
    return (f'<g class="{near}"><circle cx="{x:.1f}" cy="{y:.1f}" r="9"/>'
            f'<text x="{x:.1f}" y="{y + 3.5:.1f}">{number}</text>'
            f'<title>pass {number}: {one.clearance_m:.2f} m</title></g>')


def _scale(per_m: float, height: float) -> str:
    length = max((one for one in SCALES_M if one * per_m <= WIDTH / 3), default=SCALES_M[0])
    text = f'{length} m' if length < 1000 else f'{length // 1000} km'
    x, y = EDGE / 2, height - EDGE / 2
    return (f'<path class="scale" d="M{x:g} {y - 5:g}v5h{length * per_m:.1f}v-5"/>'
            f'<text class="scale-text" x="{x + length * per_m / 2:.1f}" y="{y - 6:g}">{text}</text>'
            f'<path class="north" d="M{WIDTH - 24:g} 44v-28m-6 9l6-9l6 9"/>'
            f'<text class="scale-text" x="{WIDTH - 24:g}" y="58">N</text>')
