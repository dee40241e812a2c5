"""What viewers show in space: a plate at each body, and its name."""

from __future__ import annotations

from typing import Any

from visualization_msgs.msg import Marker, MarkerArray

from outrider_sensors.detector.found import Found
from outrider_sensors.detector.places import DEPTH, Places

_THICK_M = 0.05
_LIVES_NS = 300_000_000  # three pictures: what is seen no more goes
# Surely placed, by depth, and roughly, by size.
_DEPTH_RGBA, _SIZE_RGBA = (0.2, 0.8, 1.0, 0.6), (1.0, 0.7, 0.2, 0.4)


def markers(header: Any, found: Found, where: Places) -> MarkerArray:
    """Return a plate and a text for each body of one picture."""
    rows = []
    for row, kind in enumerate(found.kinds):
        plate = _marker(header, 2 * row, Marker.CUBE, where, row)
        width, height = where.size_m[row].tolist()
        plate.scale.x, plate.scale.y, plate.scale.z = width, height, _THICK_M
        text = _marker(header, 2 * row + 1, Marker.TEXT_VIEW_FACING, where, row)
        text.pose.position.y -= 0.5 * height + 0.3
        text.scale.z, text.color.a = 0.4, 1.0
        text.text = f'{kind} {found.scores[row]:.2f} {where.xyz_m[row, 2]:.0f} m by {where.sources[row]}'
        rows += [plate, text]
    return MarkerArray(markers=rows)


def _marker(header: Any, number: int, kind: int, where: Places, row: int) -> Marker:
    made = Marker(header=header, ns='detections', id=number, type=kind, action=Marker.ADD)
    place = made.pose.position
    place.x, place.y, place.z = where.xyz_m[row].tolist()
    made.pose.orientation.w = 1.0
    made.lifetime.nanosec = _LIVES_NS
    rgba = _DEPTH_RGBA if where.sources[row] == DEPTH else _SIZE_RGBA
    made.color.r, made.color.g, made.color.b, made.color.a = rgba
    return made
