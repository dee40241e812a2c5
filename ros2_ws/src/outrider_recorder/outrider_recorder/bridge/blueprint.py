"""How a ride is laid out on the screen."""

from __future__ import annotations

from typing import Any

import rerun as rr
import rerun.blueprint as rrb

from outrider_recorder.bridge import palette
from outrider_recorder.bridge.beside import TREE
from outrider_recorder.bridge.seen import ROAD_ALONE, Seen

TIMELINE = 'time'
# One radar frame holds few points; a quarter of a second of them shows the shape of what moves.
POINTS_SHOWN_S = 0.25
PLOTS_SHOWN_S = 20.0
SPEEDS_KMH = (0.0, 50.0)  # fixed: left to itself the axis would blow a steady speed up to its noise
# From here on a scene is a road; the walk of the carried recording ends at 9 m.
ROAD_M = 20.0

# What stands in space and is drawn into the camera's picture too.
SEEN_BY_CAMERA = ('/world/tracks/box', '/world/tracks/name')
DEFAULTS = [rr.Points3D.from_fields(radii=rr.Radius.ui_points(3.2)),
            rr.Arrows3D.from_fields(radii=0.03),
            rr.LineStrips3D.from_fields(radii=rr.Radius.ui_points(1.2)),
            rr.Boxes3D.from_fields(radii=rr.Radius.ui_points(1.3),
                                   fill_mode=rr.components.FillMode.TransparentFillMajorWireframe)]
# Depth in space is grey: the colours there belong to what moves.
CLOUD = rr.DepthImage.from_fields(colormap=rr.components.Colormap.Grayscale, depth_range=(0.0, 25_000.0))

Place = tuple[float, float, float]


def _last(seconds: float) -> Any:
    return rrb.VisibleTimeRange(TIMELINE, start=rrb.TimeRangeBoundary.cursor_relative(seconds=-seconds),
                                end=rrb.TimeRangeBoundary.cursor_relative(seconds=0.0))


def _view(name: str, eye: Any, *hidden: str, depths: tuple[str, ...] = ()) -> Any:
    return rrb.Spatial3DView(
        name=name, origin='world', eye_controls=eye, background=palette.BACKGROUND,
        contents=['$origin/**', *(f'- /{path}/**' for path in hidden)],
        line_grid=rrb.LineGrid3D(visible=False),
        overrides={'world/radar_link/radar/points': rrb.VisibleTimeRanges([_last(POINTS_SHOWN_S)]),
                   **dict.fromkeys(depths, CLOUD)},
        defaults=DEFAULTS)


def _camera(name: str, path: str) -> Any:
    """Return what the camera at `path` sees, with tracks and radar points where it sees them."""
    return rrb.Spatial2DView(name=name, origin=path, background=palette.BACKGROUND,
                             contents=['$origin/**', *SEEN_BY_CAMERA], defaults=DEFAULTS)


def _eye(position: Place, target: Place, scale: float, *, up: Place) -> Any:
    return rrb.EyeControls3D(position=[scale * part for part in position],
                             look_target=[scale * part for part in target], eye_up=up)


def _plot(name: str, *paths: str, legend: bool = False, reach: tuple[float, float] | None = None) -> Any:
    return rrb.TimeSeriesView(name=name, origin='plots', contents=[f'$origin/{path}' for path in paths],
                              axis_y=rrb.ScalarAxis(range=reach) if reach else None,
                              time_ranges=[_last(PLOTS_SHOWN_S)],
                              plot_legend=rrb.PlotLegend(visible=legend, corner=rrb.Corner2D.LeftBottom))


def _words() -> Any:
    return rrb.TextLogView(name='What happened', origin='log',
                           columns=rrb.TextLogColumns(text_log_columns=['LogLevel', 'Body']))


def _space(reach_m: float, seen: Seen) -> tuple[Any, Any]:
    """Return the views of the space behind: from the rider's back and from above."""
    near = min(1.0, max(0.5, reach_m / ROAD_M))
    behind = _eye((7.0, 4.5, 5.0), (-7.0, 0.0, -0.6), near, up=(0, 0, 1))
    # Beside pictures the view from above is tall: it reaches farther back.
    x, z = (-14.0, 38.0) if seen.cameras else (-9.0, 26.0)
    above = _eye((x, 0.0, z), (x, 0.0, 0.0), near, up=(1, 0, 0))
    return _view('Road behind', behind, depths=seen.depths), _view("Bird's eye", above, *seen.cameras)


def _images(seen: Seen) -> Any:
    """Return the pictures, large, and depth below them, or depth alone."""
    pictures = [_camera('Camera', path) for path in seen.pictures]
    depths = [_camera('Depth', path) for path in seen.depths]
    small = [*depths, *_map(seen)] if pictures else _map(seen)
    large = pictures or depths
    large_one = large[0] if len(large) == 1 else rrb.Tabs(*large)
    return rrb.Vertical(large_one, rrb.Horizontal(*small), row_shares=[2, 1]) if small else large_one


def _map(seen: Seen) -> list[Any]:
    return [rrb.MapView(name='Way', origin='map', zoom=16.0)] if seen.on_map else []


def _own(seen: Seen) -> list[Any]:
    """Return curves of the machine's own motion."""
    return [*([_plot('Own speed, km/h', 'motion/speed', reach=SPEEDS_KMH)] if seen.moves else []),
            *([_plot('Lean, °', 'motion/roll', 'motion/pitch', legend=True), _plot('Turning, °/s', 'motion/turn')]
              if seen.leans else [])]


def _states(seen: Seen) -> Any:
    """Return the bars: hazard, what was said to the rider, and each device's health."""
    bars = ['/hazard', *(['/alert'] if seen.speaks else []), *(['/health/**'] if seen.health else [])]
    return rrb.StateTimelineView(name='Hazard, alert, health' if len(bars) > 1 else 'Hazard', origin='/', contents=bars)


def _road(reach_m: float, seen: Seen) -> Any:
    """Return the road: with a camera its picture beside space, curves below; without one space large, curves beside."""
    space, bird = _space(reach_m, seen)
    hazard = _plot('Gravest hazard', 'distance', 'closing', legend=True)
    points, tracks = _plot('Points per frame', 'points'), _plot('Tracks', 'tracks')
    state = _states(seen)
    own = _own(seen)
    if seen.cameras:
        curves = [hazard, *([rrb.Vertical(*own)] if own else []),
                  rrb.Vertical(rrb.Horizontal(points, tracks), state, row_shares=[2, 3]), _words()]
        return rrb.Vertical(rrb.Horizontal(_images(seen), space, bird, column_shares=[5, 4, 3]),
                            rrb.Horizontal(*curves), row_shares=[3, 2], name='Road')
    curves = [hazard, *own, points, tracks]
    beside = [*_map(seen), rrb.Vertical(*curves, row_shares=[3] + [2] * (len(curves) - 1))]
    return rrb.Horizontal(
        rrb.Vertical(space, rrb.Horizontal(_words(), state, column_shares=[1, 1]), row_shares=[9, 2]),
        rrb.Vertical(bird, *beside, row_shares=[3] + [2] * (len(beside) - 1) + [4]),
        column_shares=[5, 3], name='Road')


def _drive(seen: Seen) -> Any:
    """Return speed above what lets it turn; the rest and the words to the right; on top what the camera sees."""
    bars = rrb.StateTimelineView(name='State, dead-man, jack, steering, supply, e-stop', origin='drive',
                                 contents=[f'$origin/{bar}' for bar in palette.BARS])
    health = [rrb.StateTimelineView(name='Health', origin='health')] if seen.health else []
    speed = _plot('Speed', 'drive/wanted', 'drive/measured', legend=True)
    images = [_images(seen)] if seen.cameras else []
    return rrb.Horizontal(
        rrb.Vertical(*images, speed, bars, row_shares=[4, 2, 3] if images else [3, 2]),
        rrb.Vertical(rrb.Horizontal(_plot('Motors', 'drive/left', 'drive/right', legend=True),
                                    _plot('Motor current', 'drive/current_left', 'drive/current_right', legend=True)),
                     rrb.Horizontal(_plot('Pad', 'drive/age', legend=True),
                                    _plot('Battery', 'drive/battery', legend=True),
                                    _plot('Heat', 'drive/heat_left', 'drive/heat_right', legend=True)),
                     _words(), *health, row_shares=[3, 2, 3, 2][:3 + len(health)]),
        column_shares=[5, 3], name='Drive')


def bicycle(reach_m: float, seen: Seen) -> list[Any]:
    """Return the pages of a machine that looks."""
    return [_road(reach_m, seen)]


def ramp(reach_m: float, seen: Seen) -> list[Any]:
    """Return the pages of a machine that drives, and looks where it has eyes."""
    return [_drive(seen), *([_road(reach_m, seen)] if seen.looks or seen.cameras else [])]


def compare(reach_m: float = ROAD_M, seen: Seen = ROAD_ALONE, rig: str = '') -> Any:
    """Return the layout of a replay: what was recorded, by level, and what is said now, in one colour of its own."""
    space, bird = _space(reach_m, seen)
    distance = _plot('Distance of the gravest hazard, m', 'distance', f'{TREE}/distance', legend=True)
    tracks = _plot('Tracks', 'tracks', f'{TREE}/tracks', legend=True)
    states = rrb.StateTimelineView(name='Hazard, recorded and now', origin='/', contents=['/hazard', f'/{TREE}/hazard'])
    said = rrb.TextLogView(name='Recorded and now', origin='/', contents=['/log/**', f'/{TREE}/log/**'])
    return _page(rrb.Vertical(rrb.Horizontal(space, bird, column_shares=[3, 2]),
                              rrb.Horizontal(distance, tracks, rrb.Vertical(states, said)), row_shares=[3, 2],
                              name='Recorded and now'))


def blueprint(reach_m: float = ROAD_M, seen: Seen = ROAD_ALONE, rig: str = '') -> Any:
    """Return the layout of a ride of `rig`; where nobody says which it is, who drives is a ramp.

    `reach_m` is how far the radar sees; a room is looked at from nearer than a road.
    """
    pages = ramp(reach_m, seen) if seen.drives or (rig == 'ramp' and not seen.looks) else bicycle(reach_m, seen)
    return _page(pages[0] if len(pages) == 1 else rrb.Tabs(*pages, active_tab=0))


def _page(what: Any) -> Any:
    return rrb.Blueprint(
        what,
        rrb.BlueprintPanel(state='hidden'), rrb.SelectionPanel(state='hidden'),
        rrb.TimePanel(state='collapsed', timeline=TIMELINE, play_state='following'),
        collapse_panels=False)
