"""Times of whole steps: what is in them, and how they are taken."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass

import numpy as np

from outrider_bringup.bench.step_peer import BareFilter
from outrider_bringup.bench.step_scene import PERIOD_S, scene
from outrider_perception.config import load
from outrider_perception.hazards import HazardJudge
from outrider_perception.tracker import Tracker

WARM_S = 3.0  # until every body of the scene is confirmed


@dataclass(frozen=True)
class Times:
    """Milliseconds: p50 and p99 of whole steps, p50 of their parts, p50 by the processor; and how many tracks."""

    p50: float
    p99: float
    radar: float
    judge: float
    image: float
    processor: float
    tracks: float  # confirmed, median


def times(points: int, tracks: int, boxes: int, steps: int) -> Times:
    """Return the times of `steps` steps: gyroscope's mean, radar scan, judge, image with boxes.

    A step begins with points in the radar's axes and ends with hazards, close passes and tracks that know the image;
    messages of ROS, their decoding and their sending are not in it.
    """
    config = load()
    tracker, judge = Tracker(*config.tracking), HazardJudge(config.hazards)
    warm = round(WARM_S / PERIOD_S)
    moments = list(scene(points, tracks, boxes, warm + steps))
    wall, confirmed = np.zeros((steps, 4)), np.zeros(steps)
    processor = np.zeros(steps)
    gc.collect()
    gc.freeze()  # as the node does when it has started
    for number, now in enumerate(moments):
        if now.speed is not None:
            tracker.hear(now.speed)
        spent, begun = time.thread_time_ns(), time.perf_counter_ns()
        tracker.hear(now.gyro)
        step = tracker.step(now.scan())
        tracked = time.perf_counter_ns()
        judge.judge(step)
        judged = time.perf_counter_ns()
        tracker.step(now.boxes())
        seen = time.perf_counter_ns()
        if number >= warm:
            wall[number - warm] = seen - begun, tracked - begun, judged - tracked, seen - judged
            processor[number - warm] = time.thread_time_ns() - spent
            confirmed[number - warm] = len(step.tracks)
    gc.unfreeze()
    whole, radar, judging, image = (np.median(wall, axis=0) * 1e-6).tolist()
    return Times(whole, float(np.percentile(wall[:, 0], 99)) * 1e-6, radar, judging, image,
                 float(np.median(processor)) * 1e-6, float(np.median(confirmed)))


def bare_ms(points: int, tracks: int, steps: int) -> float:
    """Return p50 of a bare filter's step, one detection for every point."""
    bare, spent = BareFilter(tracks), np.zeros(steps)
    scans = [now.scan() for now in scene(points, tracks, 0, steps)]
    for number, scan in enumerate(scans):
        z = np.stack([scan.range_m, scan.azimuth_rad + np.pi, scan.range_rate_mps], axis=1)
        begun = time.perf_counter_ns()
        bare.step(z)
        spent[number] = time.perf_counter_ns() - begun
    return float(np.median(spent)) * 1e-6
