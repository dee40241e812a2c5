"""How a ride is laid out on the screen."""

from __future__ import annotations

from typing import Any

import rerun as rr
import rerun.blueprint as rrb

from outrider_recorder.bridge import palette

TIMELINE = 'time'
# One radar frame holds few points; a quarter of a second of them shows the shape of what moves.
POINTS_SHOWN_S = 0.25
PLOTS_SHOWN_S = 20.0
# From here on a scene is a road; the walk of the carried recording ends at 9 m.
ROAD_M = 20.0

Place = tuple[float, float, float]


def _last(seconds: float) -> Any:
    return rrb.VisibleTimeRange(TIMELINE, start=rrb.TimeRangeBoundary.cursor_relative(seconds=-seconds),
                                end=rrb.TimeRangeBoundary.cursor_relative(seconds=0.0))


def _view(name: str, eye: Any) -> Any:
    return rrb.Spatial3DView(
        name=name, origin='world', eye_controls=eye, background=palette.BACKGROUND,
        line_grid=rrb.LineGrid3D(visible=False),
        overrides={'world/radar_link/radar/points': rrb.VisibleTimeRanges([_last(POINTS_SHOWN_S)])},
        defaults=[rr.Points3D.from_fields(radii=rr.Radius.ui_points(3.2)),
                  rr.Arrows3D.from_fields(radii=0.03),
                  rr.LineStrips3D.from_fields(radii=rr.Radius.ui_points(1.2)),
                  rr.Boxes3D.from_fields(radii=rr.Radius.ui_points(1.3),
                                           fill_mode=rr.components.FillMode.TransparentFillMajorWireframe)])


def _eye(position: Place, target: Place, scale: float, *, up: Place) -> Any:
    return rrb.EyeControls3D(position=[scale * part for part in position],
                             look_target=[scale * part for part in target], eye_up=up)


def _plot(name: str, *paths: str, legend: bool = False) -> Any:
    return rrb.TimeSeriesView(name=name, origin='plots', contents=[f'$origin/{path}' for path in paths],
                              time_ranges=[_last(PLOTS_SHOWN_S)],
                              plot_legend=rrb.PlotLegend(visible=legend, corner=rrb.Corner2D.LeftBottom))


def _words() -> Any:
    return rrb.TextLogView(name='What happened', origin='log',
                           columns=rrb.TextLogColumns(text_log_columns=['LogLevel', 'Body']))


def _road(reach_m: float) -> Any:
    """Return space to the left, from behind and from above; curves and words to the right."""
    near = min(1.0, max(0.5, reach_m / ROAD_M))
    behind = _eye((7.0, 4.5, 5.0), (-7.0, 0.0, -0.6), near, up=(0, 0, 1))
    above = _eye((-9.0, 0.0, 26.0), (-9.0, 0.0, 0.0), near, up=(1, 0, 0))
    space = _view('Road behind', behind)
    bird = _view("Bird's eye", above)
    curves = rrb.Vertical(
        _plot('Gravest hazard', 'distance', 'closing', legend=True),
        _plot('Points per frame', 'points'), _plot('Tracks', 'tracks'), row_shares=[3, 2, 2])
    state = rrb.StateTimelineView(name='Hazard', origin='hazard')
    return rrb.Horizontal(
        rrb.Vertical(space, rrb.Horizontal(_words(), state, column_shares=[1, 1]), row_shares=[9, 2]),
        rrb.Vertical(bird, curves, row_shares=[3, 4]),
        column_shares=[5, 3], name='Road')


def _drive() -> Any:
    """Return speed above what lets it turn; the rest and the words to the right."""
    bars = rrb.StateTimelineView(name='State, dead-man, jack, steering', origin='drive')
    return rrb.Horizontal(
        rrb.Vertical(_plot('Speed', 'drive/wanted', 'drive/measured', legend=True), bars, row_shares=[3, 1]),
        rrb.Vertical(_plot('Motors', 'drive/left', 'drive/right', legend=True),
                     rrb.Horizontal(_plot('Pad', 'drive/age', legend=True),
                                    _plot('Battery', 'drive/battery', legend=True)),
                     _words(), row_shares=[3, 2, 3]),
        column_shares=[5, 3], name='Drive')


def blueprint(reach_m: float = ROAD_M, *, looks: bool = True, drives: bool = False) -> Any:
    """Return the layout for a ride of a machine that looks, drives, or does both; then each has a tab.

    `reach_m` is how far the radar sees; a room is looked at from nearer than a road.
    """
    pages = [*([_road(reach_m)] if looks or not drives else []), *([_drive()] if drives else [])]
    return rrb.Blueprint(
        pages[0] if len(pages) == 1 else rrb.Tabs(*pages, active_tab=1),
        rrb.BlueprintPanel(state='hidden'), rrb.SelectionPanel(state='hidden'),
        rrb.TimePanel(state='collapsed', timeline=TIMELINE, play_state='following'),
        collapse_panels=False)
