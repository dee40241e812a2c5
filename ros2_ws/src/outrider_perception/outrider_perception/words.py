"""Steps and hazards as messages of outrider_interfaces; one function a message, no rule."""

from __future__ import annotations

import array
from collections.abc import Callable, Iterable
from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Vector3
from outrider_interfaces.msg import (
    ClosePass,
    FusionInput,
    FusionInputs,
    FusionSnapshot,
    Hazard,
    HazardArray,
    Track,
    TrackArray,
)

from outrider_perception.hazards import Hazards
from outrider_perception.journal import Entry
from outrider_perception.passes import ClosePass as Passed
from outrider_perception.tracker import Step

Stamp = Callable[[float], Any]  # core seconds -> builtin_interfaces/Time


def track_array(step: Step, header: Any, stamp: Stamp) -> TrackArray:
    """Return the confirmed tracks of `step`."""
    tracks, ego = step.tracks, step.ego.velocity_mps
    rows = zip(tracks.identity.tolist(), tracks.class_id.tolist(), tracks.class_probability.tolist(),
               tracks.existence.tolist(), (step.stamp_s - tracks.first_s).tolist(),
               (step.stamp_s - tracks.seen_s).tolist(), step.centre_m.tolist(), tracks.state.tolist(),
               tracks.covariance, step.size_m.tolist(), tracks.heading_rad.tolist(),
               tracks.sources(step.stamp_s).tolist(), strict=True)
    said = [
        Track(id=identity, class_id=class_id, class_probability=sure, existence=existence, age_s=age,
              unseen_s=unseen, position=Point(x=centre[0], y=centre[1], z=size[2] / 2),
              velocity_over_ground=Vector3(x=state[2] + float(ego[0]), y=state[3] + float(ego[1])),
              velocity_relative=Vector3(x=state[2], y=state[3]),
              position_covariance=covariance[:2, :2].ravel(), velocity_covariance=covariance[2:, 2:].ravel(),
              length_m=size[0], width_m=size[1], height_m=size[2], heading_rad=heading, sources=sources)
        for identity, class_id, sure, existence, age, unseen, centre, state, covariance, size, heading, sources in rows]
    oldest = float(tracks.oldest_s.min()) if said else step.stamp_s
    return TrackArray(header=header, oldest_measurement=stamp(oldest), ego_velocity=Vector3(x=ego[0], y=ego[1]),
                      ego_velocity_valid=step.ego.valid, degraded=list(step.degraded), tracks=said)


def hazard_array(step: Step, hazards: Hazards, header: Any, stamp: Stamp) -> HazardArray:
    """Return the hazards of `step`, gravest first."""
    a, tracks, oldest_s = hazards.approach, step.tracks, step.tracks.oldest_s
    said = []
    for row, level, since in zip(hazards.row.tolist(), hazards.level.tolist(), hazards.since_s.tolist(), strict=True):
        said.append(Hazard(
            track_id=int(tracks.identity[row]), level=level, class_id=int(tracks.class_id[row]),
            nearest_edge=Point(x=float(a.nearest_m[row, 0]), y=float(a.nearest_m[row, 1])),
            distance_m=float(a.distance_m[row]), closing_speed_mps=float(a.closing_mps[row]),
            time_to_collision_s=float(a.time_to_collision_s[row]),
            time_to_closest_s=float(a.time_to_closest_s[row]), clearance_m=float(a.clearance_m[row]),
            clearance_sigma_m=float(a.clearance_sigma_m[row]), side=int(a.side[row]), since=stamp(since),
            oldest_measurement=stamp(float(oldest_s[row]))))
    oldest = float(oldest_s[hazards.row].min()) if said else step.stamp_s
    return HazardArray(header=header, oldest_measurement=stamp(oldest), degraded=list(step.degraded), hazards=said)


def close_pass(passed: Passed, header: Any) -> ClosePass:
    """Return one pass; `header` carries the closest instant."""
    return ClosePass(header=header, track_id=passed.identity, class_id=passed.class_id, side=passed.side,
                     clearance_m=passed.clearance_m, clearance_sigma_m=passed.clearance_sigma_m,
                     speed_mps=passed.speed_mps, closing_speed_mps=passed.closing_mps)


def fusion_inputs(entries: Iterable[Entry], header: Any) -> FusionInputs:
    """Return what has come in."""
    return FusionInputs(header=header, inputs=[
        FusionInput(topic=one.topic, sequence=one.sequence, measured=_time(one.measured_ns),
                    received=_time(one.received_ns), used=one.used, reason=one.reason) for one in entries])


def fusion_snapshot(state: bytes, version: str, sequence: int, header: Any) -> FusionSnapshot:
    """Return a snapshot of everything."""
    return FusionSnapshot(header=header, sequence=sequence, version=version, state=array.array('B', state))


def _time(ns: int) -> Time:
    return Time(sec=ns // 1_000_000_000, nanosec=ns % 1_000_000_000)
