"""The report: one page without a script, a font or a picture from elsewhere. Pure; HTML text out.

What comes from a recording is escaped, its pictures are data: whoever opens it asks nobody.
"""

from __future__ import annotations

import base64
import html
import math
from importlib import resources

from outrider_bringup.rides import map_svg, time_svg
from outrider_bringup.rides.cut import Shown
from outrider_bringup.rides.story import CLASSES, SIDES, Pass, Story, clock_text
from outrider_recorder.ride import utc_text

KMH = 3.6
CLOSE_M = 1.0
LARGEST_STILL = 2 << 20
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
JPEG = b'\xff\xd8\xff'


def page(shown: Shown) -> str:
    """Return the page of a ride."""
    story = shown.story
    parts = ['<!doctype html><html lang="en"><head><meta charset="utf-8">',
             f'<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">',
             '<meta name="viewport" content="width=device-width, initial-scale=1">',
             f'<title>{html.escape(story.name)} - Outrider</title><style>{_style()}</style></head><body>',
             _head(story), _tiles(story), _map(shown), '<h2>Hazards over time</h2>', time_svg.draw(story), _key(),
             _passes(story), _sensors(story), _missing(story), '</body></html>']
    return '\n'.join(part for part in parts if part) + '\n'


def _style() -> str:
    return resources.files('outrider_bringup.rides').joinpath('style.css').read_text(encoding='utf-8')


def _head(story: Story) -> str:
    when = ('at an unknown time' if story.utc_offset_ns is None
            else utc_text(story.first_ns + story.utc_offset_ns).replace('T', ' ')[:19] + ' UTC')
    rig = html.escape(str(story.info.get('rig') or ''))
    note = html.escape(str(story.info.get('note') or ''))
    simulated = 'simulated' if story.info.get('simulated') else ''
    about = ', '.join(word for word in (when, rig, simulated, note) if word)
    return f'<h1>Ride {html.escape(story.name)}</h1><p class="sub">{about}</p>'


def _tiles(story: Story) -> str:
    km, hours = story.distance_m / 1000, story.length_s / 3600
    nearest = min((one.clearance_m for one in story.passes), default=None)
    urgent = sum(one.level == 3 for one in story.episodes)
    tiles = [(f'{km:.2f} km', 'distance'), (clock_text(story.last_ns - story.first_ns), 'duration'),
             (f'{km / hours:.1f} km/h' if hours > 0 else '-', 'mean speed'),
             (str(len(story.passes)), 'close passes (under 1.5 m)'),
             (f'{nearest:.2f} m' if nearest is not None else '-', 'closest of them'),
             (str(urgent), 'urgent alerts')]
    return '<div class="tiles">' + ''.join(f'<div class="tile"><b>{value}</b><span>{name}</span></div>'
                                           for value, name in tiles) + '</div>'


def _map(shown: Shown) -> str:
    drawn = map_svg.draw(shown.ways, shown.story.passes)
    return f'<h2>Where</h2>{drawn}' if drawn else ''


def _key() -> str:
    keys = (('urgent', 'urgent'), ('warn', 'warn'), ('notice', 'notice'), ('silent', 'NO DATA: nothing is known'))
    return '<p class="key">' + ''.join(f'<i style="background:var(--{name})"></i>{text}' for name, text in keys) \
        + ' &nbsp; dashed: a close pass</p>'


def _passes(story: Story) -> str:
    if not story.passes:
        return '<h2>Close passes</h2><p class="ok">None.</p>'
    head = ('<tr><th class="n">no.</th><th class="n">at</th><th>who</th><th>side</th><th class="n">clearance</th>'
            '<th class="n">its speed</th><th class="n">closing</th><th>picture</th></tr>')
    rows = ''.join(_pass(story, number, one) for number, one in enumerate(story.passes, 1))
    return f'<h2>Close passes</h2><div class="wide"><table>{head}{rows}</table></div>'


def _pass(story: Story, number: int, one: Pass) -> str:
    close = ' close' if one.clearance_m < CLOSE_M else ''
    night = ', night' if one.night else ''
    return (f'<tr><td class="n">{number}</td><td class="n">{clock_text(one.at_ns - story.first_ns)}</td>'
            f'<td>{_of(CLASSES, one.kind)}{night}</td><td>{_of(SIDES, one.side)}</td>'
            f'<td class="n{close}">{_number(one.clearance_m, 2)} &plusmn; {_number(one.sigma_m, 2)} m</td>'
            f'<td class="n">{_number(one.speed_mps * KMH, 0)} km/h</td>'
            f'<td class="n">{_number(one.closing_mps * KMH, 0)} km/h</td><td>{_still(number, one)}</td></tr>')


def _still(number: int, one: Pass) -> str:
    if not one.still.startswith(JPEG) or len(one.still) > LARGEST_STILL:
        return '-'
    data = base64.b64encode(one.still).decode('ascii')
    return f'<img alt="camera at pass {number}" src="data:image/jpeg;base64,{data}">'


def _sensors(story: Story) -> str:
    head = ('<tr><th>sensor</th><th class="n">messages</th><th class="n">a second</th><th class="n">longest gap</th>'
            '<th class="n">not recorded</th></tr>')
    rows = ''.join(f'<tr><td>{html.escape(one.name)}</td><td class="n">{one.messages}</td>'
                   f'<td class="n">{one.hz:.1f}</td><td class="n">{one.longest_gap_ns * 1e-9:.2f} s</td>'
                   f'<td class="n">{one.lost}</td></tr>' for one in story.health)
    silent = sum(end - begin for begin, end in story.silences) * 1e-9
    words = [f'NO DATA for {silent:.1f} s in {len(story.silences)} pieces.'] if story.silences else []
    words += [f'Without {html.escape(name)}: {sum(end - begin for begin, end in spans) * 1e-9:.0f} s.'
              for name, spans in sorted(story.degraded.items())]
    words += [f'{clock_text(at_ns - story.first_ns)} {html.escape(text)}' for at_ns, text in story.alarms]
    return f'<h2>Sensors</h2><div class="wide"><table>{head}{rows}</table></div>' + _list(words)


def _missing(story: Story) -> str:
    told = [html.escape(one) for one in story.missing]
    return '<h2>What is missing, and why</h2>' + (_list(told) if told else '<p class="ok">Nothing.</p>')


def _list(words: list[str]) -> str:
    return '<ul>' + ''.join(f'<li>{word}</li>' for word in words) + '</ul>' if words else ''


def _of(names: tuple[str, ...], number: int) -> str:
    return names[number] if 0 <= number < len(names) else names[0]


def _number(value: float, digits: int) -> str:
    return f'{value:.{digits}f}' if math.isfinite(value) else '-'
