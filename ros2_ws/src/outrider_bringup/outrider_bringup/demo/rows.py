"""From what was seen in one run to the rows of its closing table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from outrider_bringup.demo import voice_rows
from outrider_bringup.demo.course import Course
from outrider_bringup.demo.journal import Written, delays_ms, frames_of, percentile
from outrider_bringup.demo.recording import Step
from outrider_bringup.demo.ride import RideRead
from outrider_bringup.demo.road import Played
from outrider_bringup.demo.table import FAILED, Row
from outrider_bringup.demo.voice import Spoken
from outrider_bringup.demo.walker import follow, walker_places
from outrider_node.frames import Pose

FIRST_TRACK_S = 8.0
IDENTITIES = 5  # in one pass of the recording
COVERAGE = 0.9
PLACE_M = 0.3
P50_MS, P99_MS = 6.0, 18.0
MEMORY_MB = 450.0
CPU_PERCENT = 60.0
ROAD_CPU_PERCENT = 200.0  # two cores, the rendered world included
EYE_MB, EYE_CPU_PERCENT = 350.0, 45.0  # of the detector, at 10 pictures/s
STOP_S = 3.0
# Fewer samples than these say nothing: they are shown, not judged.
ENOUGH_DELAYS, ENOUGH_FRAMES, ENOUGH_CPU_S = 100, 100, 5.0


@dataclass
class Cost:
    """What the demo's processes, itself included, used. Memory is the largest of the samples."""

    processes: int
    pss_mb: float
    cpu_percent: float
    cpu_seconds: float


@dataclass
class Seen:
    """All that one run was watched to do. Frame numbers count on through the loops of the recording."""

    recording: Sequence[NDArray[np.void]]
    written: Sequence[Written] = ()
    steps: Sequence[Step] = ()
    clouds: Sequence[tuple[int, int]] = ()  # stamp and frame of each point message, up to the end of `written`
    tracks: Sequence[tuple[int, Sequence[tuple[int, float, float]]]] = ()
    hazards: Sequence[tuple[int, int]] = ()
    first_track_s: float | None = None
    mount: Pose | None = None
    cost: Cost | None = None
    ride: RideRead | None = None
    recorder_lost: int = 0
    live_expected: bool = True
    incidents: list[str] = field(default_factory=list)
    stopped_s: float | None = None
    left_behind: int = 0
    roads: dict[str, Played | None] = field(default_factory=dict)  # by the name of the scenario's file
    road_stamps: Sequence[int] = ()  # of the point messages on the roads
    road_cost: Cost | None = None
    eye_cost: Cost | None = None  # of the detector, on the roads
    course: Course | None = None  # of the ramp's act
    voice: Spoken = field(default_factory=Spoken)


def points_row(seen: Seen) -> Row:
    """Every point that went over the wire, compared with what came out of the topic."""
    total = sum(frame.points for frame in seen.written)
    good = sum({step.frame: step.exact for step in seen.steps if step.frame < len(seen.written)}.values())
    return Row('points exact', f'{good:,} of {total:,}' if total else '', 'all', good == total if total else None,
               figures={'points_exact': good, 'points_played': total})


def frames_row(seen: Seen) -> Row:
    """Every frame once and in order."""
    frames = [step.frame for step in seen.steps if step.frame < len(seen.written)]
    played = len(seen.written)
    again = len(frames) - len(set(frames))
    more = f', {again} twice' if again else ''
    return Row('radar frames', f'{len(set(frames)):,} of {played:,} played{more}' if played else '', 'all',
               len(set(frames)) == played and not again if played else None,
               figures={'frames_received': len(set(frames)), 'frames_played': played})


def first_track_row(seen: Seen) -> Row:
    """How soon the first track stood, counted from the start of the command's process."""
    limit = f'{FIRST_TRACK_S:g} s'
    if seen.first_track_s is None:
        return Row('first track', 'none came' if seen.written else '', limit, False if seen.written else None)
    return Row('first track', f'{seen.first_track_s:.1f} s after the start', limit,
               seen.first_track_s <= FIRST_TRACK_S, must=False, figures={'first_track_s': seen.first_track_s})


def walker_rows(seen: Seen) -> list[Row]:
    """The tracks against the moving points of the recording itself."""
    numbers = frames_of(seen.clouds, [stamp for stamp, _ in seen.tracks])
    frames = [(number, bodies) for number, (_, bodies) in zip(numbers, seen.tracks, strict=True) if number is not None]
    places = walker_places(seen.recording, seen.mount) if seen.mount is not None else {}
    followed = follow(places, len(seen.recording), frames)
    passes = max(1.0, len(seen.written) / len(seen.recording))
    most = math.ceil(IDENTITIES * passes)
    names, share = len(followed.ids), followed.seen / followed.frames if followed.frames else math.nan
    enough = followed.frames >= ENOUGH_FRAMES
    rows = [
        Row('walker followed', f'{100 * share:.0f} % of {followed.frames} frames with him' if followed.frames else '',
            f'{100 * COVERAGE:g} %', share >= COVERAGE if enough else None, must=enough,
            figures={'walker_followed': share}),
        Row('walker identities', f'{names} in {len(seen.written)} frames' if followed.frames else '', f'{most}',
            1 <= names <= most if followed.frames else None,
            figures={'walker_identities': names}),
    ]
    if followed.seen:
        rows.append(Row('walker placed', f'{followed.rms_m:.2f} m RMS from his points', f'{PLACE_M:g} m',
                        followed.rms_m <= PLACE_M if enough else None, must=enough,
                        figures={'walker_rms_m': followed.rms_m}))
    return rows


def arrivals(seen: Seen) -> list[tuple[int | None, int]]:
    """Return frame and time of arrival, ns, of each hazard message."""
    frames = frames_of(seen.clouds, [stamp for stamp, _ in seen.hazards])
    return [(frame, received_ns) for frame, (_, received_ns) in zip(frames, seen.hazards, strict=True)]


def latency_row(seen: Seen) -> Row:
    """Last byte on the wire to the hazards in this process."""
    delays = delays_ms(seen.written, arrivals(seen))
    limit = f'{P50_MS:g} / {P99_MS:g} ms'
    if not len(delays):
        return Row('byte to hazard', '', limit, None, must=False)
    p50, p99 = percentile(delays, 50), percentile(delays, 99)
    return Row('byte to hazard', f'p50 {p50:.1f}, p99 {p99:.1f} ms of {len(delays)}', limit,
               p50 <= P50_MS and p99 <= P99_MS if len(delays) >= ENOUGH_DELAYS else None, must=False,
               figures={'latency_p50_ms': p50, 'latency_p99_ms': p99, 'latency_samples': len(delays)})


def cost_rows(seen: Seen) -> list[Row]:
    """Memory and processor of everything that ran, the demo itself included."""
    if seen.cost is None:
        return [Row('memory (PSS)', '', f'{MEMORY_MB:g} MB', None, must=False),
                Row('processor', '', f'{CPU_PERCENT:g} %', None, must=False)]
    cost = seen.cost
    rows = [
        Row('memory (PSS)', f'{cost.pss_mb:.0f} MB in {cost.processes} processes', f'{MEMORY_MB:g} MB',
            cost.pss_mb <= MEMORY_MB, must=False, figures={'pss_mb': cost.pss_mb, 'processes': cost.processes}),
        Row('processor', f'{cost.cpu_percent:.0f} % of one core over {cost.cpu_seconds:.0f} s', f'{CPU_PERCENT:g} %',
            cost.cpu_percent <= CPU_PERCENT if cost.cpu_seconds >= ENOUGH_CPU_S else None, must=False,
            figures={'cpu_percent': cost.cpu_percent, 'cpu_seconds': cost.cpu_seconds}),
    ]
    if (road := seen.road_cost) is not None:
        rows.append(Row(
            'on the road', f'{road.pss_mb:.0f} MB, {road.cpu_percent:.0f} % of a core, the rendered world included',
            f'{ROAD_CPU_PERCENT:g} %', road.cpu_percent <= ROAD_CPU_PERCENT, must=False,
            figures={'road_pss_mb': road.pss_mb, 'road_cpu_percent': road.cpu_percent}))
    if (eye := seen.eye_cost) is not None:
        rows.append(Row(
            'of it the detector', f'{eye.pss_mb:.0f} MB, {eye.cpu_percent:.0f} % of a core',
            f'{EYE_MB:g} MB, {EYE_CPU_PERCENT:g} %',
            eye.pss_mb <= EYE_MB and eye.cpu_percent <= EYE_CPU_PERCENT, must=False,
            figures={'detector_pss_mb': eye.pss_mb, 'detector_cpu_percent': eye.cpu_percent}))
    return rows


def to_record(seen: Seen) -> Counter[int]:
    """Return the stamps that the record must hold: all that came here, from the first on that the recorder heard."""
    first = min(seen.ride.stamps_ns, default=math.inf) if seen.ride is not None else math.inf
    return Counter(stamp for stamp in (*(stamp for stamp, _ in seen.clouds), *seen.road_stamps) if stamp >= first)


def ride_rows(seen: Seen) -> list[Row]:
    """The record against what this process received, and whether its files are whole."""
    if seen.ride is None:
        return [Row('recorded', 'no ride' if seen.written else '', 'all', False if seen.written else None)]
    ride = seen.ride
    due = to_record(seen)
    kept, whole = sum((ride.stamps_ns & due).values()), sum(due.values())
    late = len(seen.clouds) + len(seen.road_stamps) - whole
    since = f' from frame {late + 1} on' if late else ''
    rows = [
        Row('recorded', f'{kept:,} of {whole:,} radar messages{since}', 'all',
            kept == whole and not seen.recorder_lost if due else None,
            figures={'recorded': kept, 'due': whole, 'recorder_lost': seen.recorder_lost}),
        Row('ride', '; '.join(ride.broken) or f'{ride.total:,} messages, {ride.record_bytes / 1e6:.1f} MB, closed',
            'readable', not ride.broken, figures={'ride_messages': ride.total, 'ride_bytes': ride.record_bytes}),
    ]
    if seen.live_expected:
        rows.append(Row('rerun recording', f'{ride.rrd_bytes / 1e6:.1f} MB' if ride.rrd_bytes else 'missing', 'there',
                        ride.rrd_bytes > 0, figures={'rrd_bytes': ride.rrd_bytes}))
    return rows


def stop_row(seen: Seen) -> Row:
    """The end: how long it took and what it left."""
    if seen.stopped_s is None:
        return Row('stopped', '', f'{STOP_S:g} s', None)
    left = f'{seen.left_behind} processes left' if seen.left_behind else 'nothing left behind'
    return Row('stopped', f'in {seen.stopped_s:.1f} s, {left}', f'{STOP_S:g} s',
               not seen.left_behind and seen.stopped_s <= STOP_S, must=bool(seen.left_behind),
               figures={'stopped_s': seen.stopped_s, 'left_behind': seen.left_behind})


def real_recording(seen: Seen) -> list[Row]:
    """What the act with the real recording proves."""
    return [points_row(seen), frames_row(seen), first_track_row(seen), *walker_rows(seen)]


def whole(seen: Seen) -> list[Row]:
    """What holds for every demo, whatever its acts."""
    return [latency_row(seen), voice_rows.latency_row(seen.voice), *cost_rows(seen), *ride_rows(seen), stop_row(seen)]


def losses(seen: Seen, rows: Sequence[Row]) -> str:
    """Return one sentence: that nothing was lost, or what was."""
    lost = []
    points = points_row(seen).figures
    if points['points_exact'] != points['points_played']:
        lost.append(f'{points["points_played"] - points["points_exact"]:,.0f} points between wire and topic')
    if seen.ride is not None and (missing := sum((to_record(seen) - seen.ride.stamps_ns).values())):
        lost.append(f'{missing:,} radar messages between topic and record')
    drive = next((row.figures for row in rows if 'drive_due' in row.figures), None)
    if drive and drive['drive_recorded'] != drive['drive_due']:
        lost.append(f'{drive["drive_due"] - drive["drive_recorded"]:,.0f} messages of the drive')
    if seen.recorder_lost:
        lost.append(f'{seen.recorder_lost:,} messages that DDS reported to the recorder')
    if lost:
        return f'Lost: {"; ".join(lost)}.'
    if not seen.written:
        return 'Nothing was played.'
    failed = any(row.verdict == FAILED for row in rows)
    return 'No message was lost, but not everything held.' if failed else 'Nothing was lost.'
