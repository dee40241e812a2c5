"""What publishers offer, in rosbag2's YAML form of Humble (numbers), which every later release reads too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from outrider_node.qos import Offer

# rmw calls an unset duration infinite: 2^63 - 1 ns, as rosbag2 writes it.
_INFINITE_NS = 2**63 - 1


def text(offers: Iterable[Offer]) -> str:
    """Return the YAML list of the profiles of `offers`."""
    return '\n'.join(_entry(offer.qos_profile) for offer in offers)


def _entry(profile: Any) -> str:
    return '\n'.join((
        f'- history: {profile.history.value}',
        f'  depth: {profile.depth}',
        f'  reliability: {profile.reliability.value}',
        f'  durability: {profile.durability.value}',
        *_duration('deadline', profile.deadline.nanoseconds),
        *_duration('lifespan', profile.lifespan.nanoseconds),
        f'  liveliness: {profile.liveliness.value}',
        *_duration('liveliness_lease_duration', profile.liveliness_lease_duration.nanoseconds),
        '  avoid_ros_namespace_conventions: false',
    ))


def _duration(name: str, nanoseconds: int) -> tuple[str, str, str]:
    seconds, rest = divmod(nanoseconds if nanoseconds > 0 else _INFINITE_NS, 1_000_000_000)
    return f'  {name}:', f'    sec: {seconds}', f'    nsec: {rest}'
