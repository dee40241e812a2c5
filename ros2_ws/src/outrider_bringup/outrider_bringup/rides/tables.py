"""What happened as tables for other programs: GPX 1.1 and CSV (RFC 4180). Pure; text out."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from outrider_bringup.rides.cut import Shown
from outrider_bringup.rides.story import CLASSES, LEVELS, SIDES, Story
from outrider_recorder.ride import utc_text

# A spreadsheet takes a text that begins with one of these for a formula (OWASP, CSV injection).
_FORMULA = ('=', '+', '-', '@', '\t', '\r', '\n')
WAY = ('t_s', 'utc', 'latitude_deg', 'longitude_deg', 'altitude_m', 'speed_mps')
HAZARDS = ('begin_s', 'end_s', 'track', 'class', 'side', 'level', 'nearest_m', 'closing_mps')
PASSES = ('t_s', 'utc', 'track', 'class', 'side', 'clearance_m', 'clearance_sigma_m', 'speed_mps', 'closing_mps',
          'night', 'latitude_deg', 'longitude_deg')


def gpx(shown: Shown) -> str:
    """Return the way, a segment for each piece, and close passes as waypoints. Raises nothing; may hold no point."""
    story = shown.story
    lines = ['<?xml version="1.0" encoding="UTF-8"?>',
             '<gpx version="1.1" creator="Outrider" xmlns="http://www.topografix.com/GPX/1/1">']
    for one in story.passes:
        if one.fix is not None:
            lines.append(f'<wpt lat="{one.fix.latitude_deg:.7f}" lon="{one.fix.longitude_deg:.7f}">'
                         f'{_time(story, one.at_ns)}<name>pass {one.clearance_m:.2f} m</name></wpt>')
    heights = {fix.at_ns: height for fix, height in zip(story.fixes, story.altitudes_m, strict=True)}
    lines.append(f'<trk><name>{escape(story.name)}</name>')
    for way in shown.ways:
        lines.append('<trkseg>')
        for fix in way:
            height = heights.get(fix.at_ns, math.nan)
            told = f'<ele>{height:.1f}</ele>' if math.isfinite(height) else ''
            lines.append(f'<trkpt lat="{fix.latitude_deg:.7f}" lon="{fix.longitude_deg:.7f}">{told}'
                         f'{_time(story, fix.at_ns)}</trkpt>')
        lines.append('</trkseg>')
    return '\n'.join([*lines, '</trk>', '</gpx>', ''])


def way_csv(story: Story) -> str:
    """Return positions with the speed nearest to each."""
    speeds, at = story.speeds, 0
    rows: list[list[object]] = []
    for fix, height in zip(story.fixes, story.altitudes_m, strict=True):
        while at + 1 < len(speeds) and abs(speeds[at + 1][0] - fix.at_ns) <= abs(speeds[at][0] - fix.at_ns):
            at += 1
        near = speeds and abs(speeds[at][0] - fix.at_ns) <= 1_000_000_000
        rows.append([_since(story, fix.at_ns), _utc(story, fix.at_ns), f'{fix.latitude_deg:.7f}',
                     f'{fix.longitude_deg:.7f}', _number(height, 1), _number(speeds[at][1], 2) if near else ''])
    return _csv(WAY, rows)


def hazards_csv(story: Story) -> str:
    """Return one row for each alert about a body."""
    return _csv(HAZARDS, ([_since(story, one.begin_ns), _since(story, one.end_ns), one.track, CLASSES[one.kind],
                           SIDES[one.side], LEVELS[one.level], _number(one.nearest_m, 2), _number(one.closing_mps, 2)]
                          for one in story.episodes))


def passes_csv(story: Story) -> str:
    """Return one row for each close pass."""
    return _csv(PASSES, ([_since(story, one.at_ns), _utc(story, one.at_ns), one.track, CLASSES[one.kind],
                          SIDES[one.side], _number(one.clearance_m, 3), _number(one.sigma_m, 3),
                          _number(one.speed_mps, 2), _number(one.closing_mps, 2), int(one.night),
                          f'{one.fix.latitude_deg:.7f}' if one.fix else '',
                          f'{one.fix.longitude_deg:.7f}' if one.fix else ''] for one in story.passes))


def cell(value: object) -> object:
    """Return a text that no spreadsheet takes for a formula; numbers as they are."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        try:
            float(value)
        except ValueError:
            return "'" + value
    return value


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator='\r\n')
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def _since(story: Story, at_ns: int) -> str:
    return f'{(at_ns - story.first_ns) * 1e-9:.3f}'


def _utc(story: Story, at_ns: int) -> str:
    return utc_text(at_ns + story.utc_offset_ns) if story.utc_offset_ns is not None else ''


def _time(story: Story, at_ns: int) -> str:
    told = _utc(story, at_ns)
    return f'<time>{told}</time>' if told else ''


def _number(value: float, digits: int) -> str:
    return f'{value:.{digits}f}' if math.isfinite(value) else ''
