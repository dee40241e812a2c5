"""What the recorder costs and loses: at full load, killed, without power, beside a stalled viewer, on a full disk.

Full load: colour 848x480 as JPEG and depth 424x240 at 30 images/s, radar at 20 frames/s, IMU at 400 Hz.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from outrider_bringup.bench import record_count as count
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.bench.record_run import (
    REST_TOPICS,
    VIDEO_TOPICS,
    look_s,
    small_disk,
    stage,
    utc_less_boot_ns,
)
from outrider_bringup.errors import UserError
from outrider_recorder import repair, ride

MOST_PERCENT, MOST_GROWTH_MB = 20.0, 8.0
KILL_S, POWER_S = 0.6, 1.2
KILLS, SEED = 20, 7
SETTLE_S = 5.0
STALLED_S = 60.0
SEGMENT_S = 'segment_s:=3.0'  # so that kills and cuts meet the change of segments, too
DISK_MB, FILLED_S, MOST_RESUME_S = 48, 4.0, 3.0

Say = Callable[[str], None]


def load(say: Say) -> tuple[Measured, ...]:
    """Record at full load."""
    seconds = look_s()
    with stage(seconds) as running:
        running.record()
        running.load()
        running.look(SETTLE_S, say, 'full load')
        running.memory_mb.clear()
        percent = running.look(seconds, say, 'full load')
        folder = running.stop()
        given = count.published(running.journal)
        lost = count.lost(given, count.recorded(folder, list(given)))
        told = ride.read_info(folder)
        memory = running.memory_mb
    rate_mb = told['bytes'] / max(told['stop_ns'] - told['start_ns'], 1) * 1e3
    quarter = max(1, len(memory) // 4)
    growth = statistics.median(memory[-quarter:]) - statistics.median(memory[quarter:2 * quarter] or memory)
    messages = sum(map(len, given.values()))
    return (Measured(lost, f'{messages} messages in {seconds:g} s, {rate_mb:.1f} MB/s, '
                           f'{told["lost"]} lost on the topics, {told["dropped"]} dropped; {percent:.1f} % of a core',
                     extra={'messages': messages, 'percent': percent, 'told_lost': told['lost'] + told['dropped']}),
            Measured(max(0.0, growth), f'{memory[0]:.0f} MB PSS at first, {max(memory):.0f} at most',
                     extra={'most_mb': max(memory)}))


def cost(say: Say) -> tuple[Measured, ...]:
    """Record radar and IMU alone."""
    seconds = look_s()
    with stage(seconds) as running:
        running.record()
        running.load(video=False)
        running.look(SETTLE_S, say, 'without video')
        percent = running.look(seconds, say, 'without video')
        folder = running.stop()
        given = count.published(running.journal)
        lost = count.lost(given, count.recorded(folder, list(given)))
    return (Measured(percent, f'{seconds:g} s of radar and IMU, {lost} of {sum(map(len, given.values()))} lost',
                     extra={'lost': lost}),)


def kills(say: Say) -> tuple[Measured, ...]:
    """Kill the recorder at random moments, half of them without video, where chunks fill slowest."""
    with_video, said = _killed(say, True)
    without, more = _killed(say, False)
    losses = with_video + without
    return (Measured(max(losses), f'{len(losses)} kills, {statistics.median(losses):.2f} s in the middle, with video '
                                  f'{max(with_video):.2f} at most; {len(said + more)} torn segments repaired',
                     extra={'median_s': statistics.median(losses), 'kills': len(losses)}),)


def _killed(say: Say, video: bool) -> tuple[list[float], list[str]]:
    """Return what each of KILLS / 2 kills lost, and what repair said. Raises UserError where more than an end lacks."""
    chance = random.Random(SEED + video)
    rides: list[Path] = []
    ends: list[int] = []
    with stage(KILLS * 5.0) as running:
        for number in range(KILLS // 2):
            say(f'kill {number + 1} of {KILLS // 2} {"with" if video else "without"} video')
            running.record(SEGMENT_S)
            if not number:
                running.load(video=video)
            known = tuple(rides)
            running.until(lambda known=known: any(  # type: ignore[misc]
                folder not in known and _has_all(folder, video) for folder in ride.all_rides(running.rides)),
                'no ride begins')
            time.sleep(chance.uniform(0.5, 4.0))
            ends.append(running.kill_recorder())
            rides.append(running.newest())
        running.end_load()
        given = count.published(running.journal)
        losses = [count.behind_s(given, count.recorded(folder, list(given)), end_ns)
                  for folder, end_ns in zip(rides, ends, strict=True)]
        code, said = repair.repair(running.rides)
        gaps = sum(_gaps(count.recorded(folder, list(given))) for folder in rides)
    if code or gaps:
        raise UserError(f'after {len(rides)} kills repair ended with {code} and {gaps} messages lack inside of rides: '
                        f'{(said or ["not a word"])[-1]}')
    return losses, said


def _has_all(folder: Path, video: bool) -> bool:
    """Return whether every topic of the load stands on the disk."""
    read = count.recorded(folder, (*VIDEO_TOPICS, *REST_TOPICS) if video else REST_TOPICS)
    return all(len(one.stamps) for one in read.values())


def _gaps(read: dict[str, count.Read]) -> int:
    """Return how many sequence numbers lack between the first and the last."""
    return sum(int(one.sequences.max() - one.sequences.min()) + 1 - len(set(one.sequences.tolist()))
               for one in read.values() if len(one.sequences))


def power(say: Say) -> tuple[Measured, ...]:
    """Write every fsync down, and see what each moment between them would have lost; with video and without."""
    seconds = min(look_s(), 60.0)
    (with_video, seen), (without, more) = (_cut(say, seconds, video) for video in (True, False))
    return (Measured(max(with_video, without), f'with video {with_video:.2f}, without {without:.2f}; before each of '
                                               f'{seen + more} fsyncs in {seconds:g} s each',
                     extra={'with_video_s': with_video, 'without_s': without, 'fsyncs': seen + more}),)


def _cut(say: Say, seconds: float, video: bool) -> tuple[float, int]:
    with stage(seconds) as running:
        running.record(SEGMENT_S, noting=True)
        running.load(video=video)
        running.look(seconds, say, 'fsyncs')
        folder = running.stop()
        given = count.published(running.journal)
        worst, looked = count.power_cut_s(folder, count.syncs(running.fsyncs), given, utc_less_boot_ns(), 2.0)
    if looked < seconds / 2:
        raise UserError(f'only {looked} fsyncs in {seconds:g} s were seen. Start again.')
    return worst, looked


def stalled(say: Say) -> tuple[Measured, ...]:
    """Stop the server of the live view while a viewer's bridge sends to it."""
    seconds = min(look_s() * 2, STALLED_S)
    with stage(seconds + 10.0) as running:
        running.record()
        running.load()
        viewer = running.watch()
        running.look(SETTLE_S, say, 'live view')
        os.kill(viewer, signal.SIGSTOP)
        try:
            running.look(seconds, say, 'live view stopped')
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(viewer, signal.SIGCONT)
        folder = running.stop()
        given = count.published(running.journal)
        lost = count.lost(given, count.recorded(folder, list(given)))
    return (Measured(lost, f'{sum(map(len, given.values()))} messages, the viewer stopped for {seconds:g} s'),)


def full(say: Say) -> tuple[Measured, ...]:
    """Let a small disk fill up, free it, and see when and with what the ride goes on."""
    with stage(60.0) as running, small_disk(running.rides, DISK_MB):
        filler = running.rides / 'filler'
        filler.write_bytes(bytes((DISK_MB - 20) << 20))
        running.record()
        running.load(video=False)
        running.until(running.writes, 'no ride begins')
        say('the disk fills up')
        with filler.open('ab') as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(1 << 20))
                file.flush()
        running.until(lambda: not running.writes(), 'the full disk is not noticed')
        running.look(FILLED_S, say, 'disk full')
        filler.unlink()
        freed_s = time.monotonic()
        running.until(running.writes, 'the ride does not go on')
        resumed_s = time.monotonic() - freed_s
        running.look(FILLED_S, say, 'disk freed')
        folder = running.stop()
        given = count.published(running.journal)
        lost = count.lost(given, count.recorded(folder, list(given)))
        gaps = len(ride.read_info(folder).get('gaps', ()))
    if gaps != 1:
        raise UserError(f'the ride tells of {gaps} gaps, expected one. Start again.')
    return (Measured(resumed_s, f'full for {FILLED_S:g} s'),
            Measured(lost, f'{sum(map(len, given.values()))} messages, of which the ring kept those of the full disk'))


FIGURES = (
    Figure(('recorder, messages lost at full load', 'recorder, memory grown at full load'), ('messages', 'MB'),
           (0.0, MOST_GROWTH_MB), '<=', load,
           about='848x480 JPEG and 424x240 depth at 30/s, radar 20/s, IMU 400 Hz; --seconds 600 is the long run',
           group='recorder'),
    Figure(('recorder without video',), ('% of a core',), (MOST_PERCENT,), '<=', cost,
           about='radar 20/s and IMU 400 Hz into MCAP', group='recorder'),
    Figure(('recorder, lost by kill -9',), ('s',), (KILL_S,), '<=', kills,
           about='the worst topic of 20 kills at random moments, half of them without video', group='recorder'),
    Figure(('recorder, lost by a power cut',), ('s',), (POWER_S,), '<=', power,
           about='the worst moment, by what fsync had put on the disk until then', group='recorder'),
    Figure(('recorder, messages lost beside a stalled viewer',), ('messages',), (0.0,), '<=', stalled,
           about='the server of the live view stopped for a minute', group='recorder'),
    Figure(('recorder, goes on when a full disk is freed', 'recorder, messages lost by a full disk'), ('s', 'messages'),
           (MOST_RESUME_S, 0.0), '<=', full, about='a small disk, full for 4 s, radar and IMU', group='recorder'),
)
