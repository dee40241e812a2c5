"""What publishers offered, as a recording tells it, into the profile of the one that takes their place.

rosbag2 writes a YAML list, one entry a publisher, enums as numbers (Humble) or names (later releases).
"""

from __future__ import annotations

from typing import Any

import yaml
from rclpy.duration import Duration
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

DEPTH = 10
LONGEST_TEXT, MOST_DEPTH = 1 << 16, 1000
_LATCHED, _BEST_EFFORT = (1, 'transient_local'), (2, 'best_effort')  # rmw/types.h
_LONGEST_LIFESPAN_S = 3600


def profile(text: str, *, latched_name: bool = False) -> QoSProfile:
    """Return the profile of a publisher whom all can hear who heard the recorded ones.

    `latched_name`: the topic is /tf_static, whose many publishers become one.
    """
    entries = _entries(text)
    latched = latched_name or any(one.get('durability') in _LATCHED for one in entries)
    weak = bool(entries) and all(one.get('reliability') in _BEST_EFFORT for one in entries)
    depths = [one['depth'] for one in entries if isinstance(one.get('depth'), int) and 0 < one['depth'] <= MOST_DEPTH]
    depth = 100 if latched_name else max(depths, default=DEPTH)
    made = QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=max(depth, len(entries)) if latched else depth,
        reliability=ReliabilityPolicy.BEST_EFFORT if weak else ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE)
    lifespan_ns = max((_ns(one.get('lifespan')) for one in entries), default=0)
    if 0 < lifespan_ns <= _LONGEST_LIFESPAN_S * 1_000_000_000:
        made.lifespan = Duration(nanoseconds=lifespan_ns)
    return made


def _entries(text: str) -> list[dict[str, Any]]:
    if len(text) > LONGEST_TEXT:
        return []
    try:
        told = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError):
        return []
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []


def _ns(told: Any) -> int:
    if not isinstance(told, dict):
        return 0
    seconds, rest = told.get('sec'), told.get('nsec')
    return seconds * 1_000_000_000 + rest if isinstance(seconds, int) and isinstance(rest, int) else 0
