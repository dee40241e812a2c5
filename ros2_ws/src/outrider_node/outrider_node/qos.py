"""The QoS table: one row per kind of topic, so that nobody chooses by hand.

| row | reliability | depth | durability | for |
|---|---|---|---|---|
| SENSOR | reliable | 10 | volatile | measurements, tracks, hazards: fusion and recorder need every one |
| IMU | reliable | 200 | volatile | half a second of samples at 400 Hz |
| VIEW | best effort | 1 | volatile | images for page and viewer: newest only |
| COMMAND | best effort | 1 | volatile, lifespan 100 ms | joy, operator, drive and relay commands: late is never |
| STATE | reliable | 1 | transient local | state, calibration, /tf_static, alerts: late joiners get the newest |
| STATIC_FRAMES | reliable | 100 | transient local | hearing /tf_static: the newest of each of its many publishers |
| EVENT | reliable | 50 | volatile | rare things that must not be lost: close passes, diagnostics |
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy


def _profile(depth: int, *, reliable: bool = True, latched: bool = False, lifespan_ms: int = 0) -> QoSProfile:
    profile = QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )
    if lifespan_ms:
        profile.lifespan = Duration(nanoseconds=lifespan_ms * 1_000_000)
    return profile


SENSOR = _profile(10)
IMU = _profile(200)
VIEW = _profile(1, reliable=False)
COMMAND = _profile(1, reliable=False, lifespan_ms=100)
STATE = _profile(1, latched=True)
STATIC_FRAMES = _profile(100, latched=True)
EVENT = _profile(50)


class Offer(Protocol):
    """What a publisher offers; rclpy's TopicEndpointInfo has it."""

    @property
    def qos_profile(self) -> QoSProfile:
        """The profile as discovered."""
        ...


def to_record(offers: Iterable[Offer], depth: int) -> QoSProfile:
    """Return a profile that every one of `offers` can satisfy, as strong as the weakest of them, `depth` deep.

    A reliable subscription does not match a best-effort publisher, nor a transient-local one a volatile publisher.
    """
    profiles = [offer.qos_profile for offer in offers]
    reliable = all(profile.reliability == ReliabilityPolicy.RELIABLE for profile in profiles)
    latched = bool(profiles) and all(profile.durability == DurabilityPolicy.TRANSIENT_LOCAL for profile in profiles)
    return _profile(depth, reliable=reliable, latched=latched)
