"""What is told of trials: the contract's JSON, and a table for a person."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from outrider_bringup.demo.columns import align, paint
from outrider_bringup.score.limits import Row, band
from outrider_bringup.score.rates import named, rates, summary
from outrider_bringup.score.trial import Trial

_WORST = 4  # reasons of one file that the table shows


def as_json(trials: Sequence[Trial], version: str, *, drawn: bool) -> dict[str, Any]:
    """Return the contract's object; `why` of each scenario, and `rates` of drawn runs, stand beside what it names."""
    told: dict[str, Any] = {'version': version, 'scenarios': [_scenario(one) for one in trials],
                            'summary': summary(trials)}
    if drawn:
        told['rates'] = rates(trials)
    return told


def _scenario(one: Trial) -> dict[str, Any]:
    judged, followed = one.judgement, one.followed
    leads = {(need.actor, need.level): need.lead_s for need in judged.needs}
    return {
        'name': one.name, 'ok': judged.ok, 'why': list(judged.why),
        'actors': [{'id': each.actor, 't_ca_s': each.t_ca_s, 'clearance_truth_m': each.clearance_m}
                   for each in judged.actors],
        'alerts': [{'t_s': each.t_s, 'until_s': each.until_s, 'level': each.level, 'actor': each.actor,
                    'xy': list(each.xy), 'lead_s': each.lead_s} for each in judged.alerts],
        'missed': [{'actor': actor, 'level': level} for (actor, level), lead_s in leads.items() if lead_s is None],
        'false_alerts': [{'t_s': each.t_s, 'until_s': each.until_s, 'level': each.level, 'xy': list(each.xy),
                          'nearest': each.nearest} for each in judged.false_alerts],
        'close_passes': [{'actor': each.actor, 'clearance_m': each.clearance_m, 'truth_m': each.truth_m}
                         for each in judged.close_passes],
        'gospa_m': _number(followed.gospa_m), 'position_rmse_m': _number(followed.position_rmse_m),
        'speed_rmse_mps': _number(followed.speed_rmse_mps), 'id_switches': followed.id_switches,
        'class_right': named([one]), 'step_ms': {'p50': one.step_ms[0], 'p99': one.step_ms[1]}}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def table(trials: Sequence[Trial], *, width: int, colour: bool) -> list[str]:
    """Return a line a file, the reasons of those that are not ok beneath it."""
    rows = [['', 'file', 'lead s', 'false', 'GOSPA m', 'rmse m', 'm/s', 'ids', 'class', 'ms p50', 'p99']]
    for one in trials:
        leads = [need.lead_s for need in one.judgement.needs if need.level == 'warn' and need.lead_s is not None]
        followed = one.followed
        rows.append(['ok' if one.judgement.ok else 'FAILED', one.name, f'{min(leads):.1f}' if leads else '',
                     str(len(one.judgement.false_alerts) or ''), _text(followed.gospa_m),
                     _text(followed.position_rmse_m), _text(followed.speed_rmse_mps), str(followed.id_switches or ''),
                     _percent(followed.named.right, followed.named.instants), f'{one.step_ms[0]:.2f}',
                     f'{one.step_ms[1]:.2f}'])
    lines = align(rows, width=width, right=(2, 3, 4, 5, 6, 7, 8, 9, 10), give=1)
    told = [paint(lines[0], 'dim', colour)]
    for one, line in zip(trials, lines[1:], strict=True):
        word = 'ok' if one.judgement.ok else 'FAILED'
        told.append(paint(word, word, colour) + line[len(word):])
        told += [f'        {reason}' for reason in one.judgement.why[:_WORST]]
        if len(one.judgement.why) > _WORST:
            told.append(f'        and {len(one.judgement.why) - _WORST} more: --json tells all.')
    return told


def held_lines(rows: Sequence[Row], *, width: int, colour: bool) -> list[str]:
    """Return a line a limit: what was seen, of how many, what is asked, and the verdict."""
    cells = [['limit', 'seen', 'asked', 'of', 'truly, 95 %', '']]
    for row in rows:
        one, low_high = row.limit, band(row.seen) if row.limit.unit == '%' else None
        cells.append([one.name, _of_unit(row.seen.value, one.unit), f'{one.sense} {_of_unit(one.limit, one.unit)}',
                      f'{row.seen.of:.0f} {one.of}',
                      ' .. '.join(_share(end) for end in low_high) if low_high else '', row.verdict])
    lines = align(cells, width=width, give=3)
    return [paint(lines[0], 'dim', colour)] + [
        line[:len(line) - len(row.verdict)] + paint(row.verdict, row.verdict, colour)
        for line, row in zip(lines[1:], rows, strict=True)]


def held_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows for a program."""
    return [{'limit': row.limit.name, 'seen': row.seen.value, 'sense': row.limit.sense, 'asked': row.limit.limit,
             'unit': row.limit.unit, 'of': row.seen.of, 'samples': row.limit.of, 'verdict': row.verdict}
            for row in rows]


def _of_unit(value: float | None, unit: str) -> str:
    if unit == '%':
        return _share(value)
    return _text(value) + (f' {unit}' if unit and value is not None else '')


def closing(trials: Sequence[Trial], *, drawn: bool) -> list[str]:
    """Return the last lines: what all of them together come to."""
    said = summary(trials)
    ok = sum(one.judgement.ok for one in trials)
    lead = said['lead_s']
    lines = [f'{len(trials)} runs, {sum(one.duration_s for one in trials) / 60:.1f} minutes'
             + ('' if drawn else f', {ok} ok') + f': recall {_share(said["recall"])} of {said["required"]} required '
             f'warns, lead p5 {_text(lead["p5"])} s, p50 {_text(lead["p50"])} s, false urgent {said["false_urgent"]}, '
             f'false warns per 10 min {_text(said["false_warn_per_10min"])}']
    near = named([one for one in trials if one.light == 'day'])
    if near['tracks']:
        lines.append(f'by day within 20 m the class is right at {_share(near["right"])} of {near["instants"]} instants '
                     f'of confirmed tracks, and of {_share(near["tracks_right"])} of {near["tracks"]} tracks')
    return lines + (_rates(rates(trials)) if drawn else [])


def _rates(said: dict[str, Any]) -> list[str]:
    rows = []
    for name, text in (('plain', 'cars, trucks, buses, 3..20 m/s'), ('weaker_or_faster', 'weaker or faster')):
        one = said[name]
        rows.append([text, f'recall {_share(one["recall"])} of {one["required"]}',
                     f'lead p5 {_text(one["lead_s"]["p5"])} s, p50 {_text(one["lead_s"]["p50"])} s, '
                     f'{_share(one["early"]["share"])} of at least 2.5 s'])
    urgent = said['urgent_before_contact']
    rows.append(['urgent 1.5 s before contact', f'{_share(urgent["share"])} of {urgent["contacts"]} seen for 3 s',
                 f'lead p5 {_text(urgent["lead_s"]["p5"])} s, p50 {_text(urgent["lead_s"]["p50"])} s'])
    for metres, one in said['warned_passes'].items():
        rows.append([f'warned at {metres}', f'{_share(one["share"])} of {one["passes"]}', ''])
    rows.append(['urgent beyond 2.5 m', str(said['urgent_beyond_2.5_m']), ''])
    rows.append(['false notice, warn, urgent', ', '.join(str(one) for one in said['false_by_level'].values()), ''])
    for light, one in said['close_passes'].items():
        rows.append([f'close passes, {light}', f'{_share(one["logged"])} of {one["passes"]} logged',
                     f'clearance bias {_text(one["bias_m"])} m, RMS {_text(one["rms_m"])} m'])
    rows.append(['tracks', f'GOSPA {_text(said["gospa_m"])} m', f'place {_text(said["position_rmse_m"])} m, speed '
                 f'{_text(said["speed_rmse_mps"])} m/s RMSE, {said["id_switches"]} changes of identity'])
    return align(rows, width=160)


def _text(value: float | None) -> str:
    return '-' if value is None or math.isnan(value) else f'{value:.2f}'


def _percent(part: int, whole: int) -> str:
    return f'{100 * part / whole:.0f}%' if whole else ''


def _share(value: float | None) -> str:
    return '-' if value is None else f'{100 * value:.1f} %'
