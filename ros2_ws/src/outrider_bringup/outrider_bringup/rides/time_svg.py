"""Hazards over time as a drawing: a bar for each level, what was silent, speed below. Pure; SVG text out."""

from __future__ import annotations

from outrider_bringup.rides.story import LEVELS, SILENT_NS, Story, clock_text

WIDTH, LEFT, RIGHT = 1000.0, 74.0, 10.0
ROW, GAP, TOP, SPEED = 24.0, 6.0, 8.0, 90.0
ROWS = ((3, 'urgent'), (2, 'warn'), (1, 'notice'))
LEAST = 2.0                 # a bar narrower is not seen
POINTS = 900
STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)
KMH = 3.6


def draw(story: Story) -> str:
    """Return the time line."""
    span_ns = max(1, story.last_ns - story.first_ns)
    scale = (WIDTH - LEFT - RIGHT) / span_ns

    def x(at_ns: int) -> float:
        return LEFT + (min(max(at_ns, story.first_ns), story.last_ns) - story.first_ns) * scale

    bars, y = [], TOP
    for level, name in ROWS:
        bars.append(f'<text class="row" x="{LEFT - 8:g}" y="{y + ROW * 0.68:.1f}">{name}</text>'
                    f'<rect class="lane" x="{LEFT:g}" y="{y:g}" width="{WIDTH - LEFT - RIGHT:g}" height="{ROW:g}"/>')
        for one in story.episodes:
            for begin, end, held in one.spans:
                if held == level:
                    wide = max(LEAST, x(end) - x(begin))
                    bars.append(f'<rect class="{LEVELS[level]}" x="{x(begin):.1f}" y="{y:g}" width="{wide:.1f}" '
                                f'height="{ROW:g}"><title>{clock_text(begin - story.first_ns)}, nearest '
                                f'{one.nearest_m:.1f} m</title></rect>')
        y += ROW + GAP
    lanes_end = y - GAP
    for begin, end in story.silences:
        bars.append(f'<rect class="silent" x="{x(begin):.1f}" y="{TOP:g}" width="{max(LEAST, x(end) - x(begin)):.1f}" '
                    f'height="{lanes_end - TOP:g}"><title>NO DATA for {(end - begin) * 1e-9:.1f} s</title></rect>')
    for number, one_pass in enumerate(story.passes, 1):
        bars.append(f'<g class="flag"><path d="M{x(one_pass.at_ns):.1f} {TOP:g}V{lanes_end:g}"/>'
                    f'<title>pass {number}: {one_pass.clearance_m:.2f} m</title></g>')
    bars.append(_speed(story, x, y))
    base = y + SPEED
    bars.append(_ticks(span_ns, scale, base))
    return (f'<svg class="time" viewBox="0 0 {WIDTH:g} {base + 26:g}" role="img" aria-label="hazards over time">'
            + ''.join(bars) + '</svg>')


def _speed(story: Story, x: object, top: float) -> str:
    assert callable(x)
    speeds = story.speeds[::max(1, len(story.speeds) // POINTS)]
    most = max(10.0, max((mps * KMH for _, mps in speeds), default=0.0))
    most = 10.0 * -(-most // 10.0)
    base, pieces, last = top + SPEED, list[str](), None
    for at_ns, mps in speeds:
        pen = 'M' if last is None or at_ns - last > 5 * SILENT_NS else 'L'
        pieces.append(f'{pen}{x(at_ns):.1f} {base - mps * KMH / most * (SPEED - 12):.1f}')
        last = at_ns
    top_y = base - (SPEED - 12)
    return (f'<path class="grid" d="M{LEFT:g} {top_y:.1f}H{WIDTH - RIGHT:g}M{LEFT:g} {base:g}H{WIDTH - RIGHT:g}"/>'
            f'<text class="row" x="{LEFT - 8:g}" y="{top_y + 4:.1f}">{most:.0f} km/h</text>'
            f'<text class="row" x="{LEFT - 8:g}" y="{base + 4:.1f}">0</text>'
            f'<path class="speed" d="{"".join(pieces)}"/>')


def _ticks(span_ns: int, scale: float, top: float) -> str:
    seconds = span_ns * 1e-9
    step = next((one for one in STEPS_S if seconds / one <= 10), 7200)
    marks = []
    for at in range(0, int(seconds) + 1, step):
        x = LEFT + at * 1e9 * scale
        marks.append(f'<path class="grid" d="M{x:.1f} {top:g}v5"/>'
                     f'<text class="tick" x="{x:.1f}" y="{top + 20:g}">{clock_text(at * 1_000_000_000)}</text>')
    return ''.join(marks)
