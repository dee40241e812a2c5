"""From a scenario that was played to its rows of the closing table: what the rider was told, against the truth."""

from __future__ import annotations

import math

import numpy as np

from outrider_bringup.demo.journal import percentile
from outrider_bringup.demo.road import Played
from outrider_bringup.demo.rows import P50_MS, P99_MS
from outrider_bringup.demo.table import Row
from outrider_sim.world import truth
from outrider_sim.world.episodes import lead_s

LEVELS = ('none', 'notice', 'warn', 'urgent')
PASS_SLACK_S = 1.0   # between the logged instant of a pass and the true one
NO_DATA_S = 1.5      # one second of silence, and the next look at it
SAME_FRAME_NS = 25_000_000   # half a radar period


def _mine(played: Played, actor: str) -> list[tuple[float, int, float]]:
    """Return (t_s, level, distance to the rider's centre) of the alerts that are about `actor`."""
    world = played.world()
    found = []
    for alert in played.alerts:
        t_s = (alert.arrived_ns - played.begun_ns) / 1e9
        if truth.owner(world.at(min(t_s, played.scenario.duration_s)), alert.xy).actor == actor:
            found.append((t_s, alert.level, math.hypot(*alert.xy)))
    return found


def warned_rows(played: Played) -> list[Row]:
    """How long before its closest approach the rider was warned of each actor that the file names."""
    rows = []
    approaches = played.approaches()
    for wanted in played.scenario.expect.warn:
        t_ca_s = approaches[wanted.actor].t_ca_s
        limit = f'{wanted.lead_s:g} s'
        if t_ca_s is None or played.until_ns < played.begun_ns + t_ca_s * 1e9:
            rows.append(Row(f'warned of {wanted.actor}', '', limit, None))
            continue
        mine = [one for one in _mine(played, wanted.actor) if one[1] >= LEVELS.index(wanted.level)]
        lead = lead_s([t_s for t_s, _, _ in mine], t_ca_s)
        if lead is None:
            rows.append(Row(f'warned of {wanted.actor}', 'never', limit, False))
            continue
        first = next(distance for t_s, _, distance in mine if t_s >= t_ca_s - lead - 1e-9)
        rows.append(Row(f'warned of {wanted.actor}', f'{lead:.1f} s before it passed, at {first:.0f} m', limit,
                        lead >= wanted.lead_s, figures={'lead_s': lead, 'first_warned_m': first}))
    return rows


def pass_rows(played: Played) -> list[Row]:
    """The clearance of each logged pass against the truth."""
    rows = []
    approaches = played.approaches()
    for wanted in played.scenario.expect.close_pass:
        one, limit = approaches[wanted.actor], f'within {wanted.within_m:g} m'
        at_ns = played.begun_ns + (one.t_ca_s or 0.0) * 1e9
        if played.until_ns < at_ns:
            rows.append(Row(f'pass of {wanted.actor}', '', limit, None))
            continue
        near = [clearance for stamp, clearance in played.passes if abs(stamp - at_ns) < PASS_SLACK_S * 1e9]
        if not near:
            rows.append(Row(f'pass of {wanted.actor}', f'not logged, truth {one.clearance_m:.2f} m', limit, False))
            continue
        off = min(abs(clearance - one.clearance_m) for clearance in near)
        said = min(near, key=lambda clearance: abs(clearance - one.clearance_m))
        rows.append(Row(f'pass of {wanted.actor}', f'{said:.2f} m, truth {one.clearance_m:.2f} m', limit,
                        off <= wanted.within_m, figures={'clearance_m': said, 'clearance_truth_m': one.clearance_m}))
    return rows


def no_data_rows(played: Played) -> list[Row]:
    """NO DATA after the radar's cable was taken out."""
    out_s, limit = played.cable_out_s, f'{NO_DATA_S:g} s'
    if out_s is None:
        return []
    out_ns = played.begun_ns + out_s * 1e9
    if played.no_data_ns is None:
        late = played.until_ns > out_ns + NO_DATA_S * 1e9
        return [Row('NO DATA', 'never said' if late else '', limit, False if late else None)]
    after_s = (played.no_data_ns - out_ns) / 1e9
    return [Row('NO DATA', f'{after_s:.1f} s after the cable was out', limit, after_s <= NO_DATA_S,
                must=after_s > 2 * NO_DATA_S, figures={'no_data_after_s': after_s})]


def false_row(played: Played) -> Row:
    """Warnings about nobody: no footprint near enough to what they said."""
    world, of_nobody = played.world(), 0
    warned = [alert for alert in played.alerts if alert.level >= LEVELS.index('warn')]
    for alert in warned:
        t_s = min((alert.arrived_ns - played.begun_ns) / 1e9, played.scenario.duration_s)
        of_nobody += truth.owner(world.at(t_s), alert.xy).actor is None
    return Row('false warnings', f'{of_nobody} of {len(warned)} messages', '0', not of_nobody, must=False,
               figures={'false_warnings': of_nobody})


def eyes_row(played: Played) -> Row:
    """What the drivers of camera and IMU say that they lost."""
    camera = played.devices.get('camera', {})
    rates = [f'{name} {float(camera[f"{key}/s"]):.0f}/s' for name, key in
             (('colour', 'colour'), ('depth', 'depth'), ('imu', 'gyro')) if f'{key}/s' in camera]
    if not rates:
        return Row('camera, IMU', '', 'nothing lost', None, must=False)
    lost = sum(int(value) for key, value in camera.items() if key.endswith((' lost', ' dropped')))
    return Row('camera, IMU', f'{", ".join(rates)}, {lost} lost', 'nothing lost', not lost, must=False,
               figures={'eyes_lost': lost})


def delays_ms(played: Played) -> list[float]:
    """Return how long after its last byte on the wire each hazard message came, ms; unknown frames are left out."""
    written, found = np.array([one.written_ns for one in played.written], dtype=np.int64), []
    for stamp, arrived in played.arrivals if len(written) else ():
        sent = int(written[np.abs(written - stamp).argmin()])
        if abs(sent - stamp) < SAME_FRAME_NS:
            found.append((arrived - sent) / 1e6)
    return found


def latency_row(played: Played) -> Row:
    """Last byte on the wire to the hazards in this process, with camera, IMU and GPS beside."""
    delays, limit = delays_ms(played), f'{P50_MS:g} / {P99_MS:g} ms'
    if not delays:
        return Row('byte to hazard', '', limit, None, must=False)
    p50, p99 = (percentile(np.array(delays), share) for share in (50, 99))
    return Row('byte to hazard', f'p50 {p50:.1f}, p99 {p99:.1f} ms of {len(delays)}, camera beside', limit,
               p50 <= P50_MS and p99 <= P99_MS, must=False,
               figures={'road_latency_p50_ms': p50, 'road_latency_p99_ms': p99})


def rows(played: Played | None) -> list[Row]:
    """What one act on the road proves."""
    if played is None:
        return [Row('warned', '', '', None)]
    return [*warned_rows(played), *pass_rows(played), *no_data_rows(played), false_row(played), eyes_row(played),
            latency_row(played)]
