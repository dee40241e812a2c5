"""One message in a few lines: a field a line, long lists and bytes cut, shallow enough to be read at a glance."""

from __future__ import annotations

import array
import math
from collections.abc import Iterator
from typing import Any

LONGEST_LIST = 6
LONGEST_TEXT = 70
DEEPEST = 5
DETECTIONS = ('Detection2D', 'Detection3D')  # of vision_msgs: twenty lines each, of which these say something
PLACES = ('latitude', 'longitude')  # degrees: six digits would be 10 m


def lines(message: Any, indent: int = 0) -> Iterator[str]:
    """Yield a ROS message's fields, one a line."""
    for name in message.get_fields_and_field_types():
        value = getattr(message, name)
        pad = '  ' * indent
        if _is_message(value) and not _is_flat(value) and indent < DEEPEST:
            yield f'{pad}{name}:'
            yield from lines(value, indent + 1)
        elif isinstance(value, (list, tuple)) and value and _is_message(value[0]) and indent < DEEPEST:
            yield f'{pad}{name}: {len(value)}'
            if type(value[0]).__name__ in DETECTIONS:
                yield from (f'{pad}  [{number}] {_detection(item)}' for number, item in enumerate(value[:LONGEST_LIST]))
                if len(value) > LONGEST_LIST:
                    yield f'{pad}  ... {len(value) - LONGEST_LIST} more'
                continue
            for number, item in enumerate(value[:2]):
                if _is_flat(item):
                    yield f'{pad}  [{number}] {_flat(item)}'
                    continue
                yield f'{pad}  [{number}]'
                yield from lines(item, indent + 2)
            if len(value) > 2:
                yield f'{pad}  ... {len(value) - 2} more'
        elif name in PLACES:
            yield f'{pad}{name}: {value:.7f}'
        else:
            yield f'{pad}{name}: {scalar(value)}'


def plain(value: Any) -> Any:
    """Return a message as dictionaries, lists and numbers for JSON; bytes as their count, NaN and infinity as text."""
    if _is_message(value):
        return {name: plain(getattr(value, name)) for name in value.get_fields_and_field_types()}
    if isinstance(value, (bytes, bytearray)) or (isinstance(value, array.array) and value.typecode in 'bB'):
        return f'{len(value)} bytes'
    if isinstance(value, (list, tuple, array.array)) or hasattr(value, 'tolist') and not isinstance(value, str):
        items = value.tolist() if hasattr(value, 'tolist') else value
        return [plain(item) for item in items] if isinstance(items, (list, tuple)) else items
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def scalar(value: Any) -> str:
    """Return a value on one line, cut where it is long."""
    if _is_message(value):
        return _flat(value)
    if isinstance(value, (bytes, bytearray)) or (isinstance(value, array.array) and value.typecode in 'bB'):
        return f'{len(value)} bytes'
    if isinstance(value, float):
        return f'{value:.6g}'
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else f'{value[:LONGEST_TEXT - 3]}...'
    if hasattr(value, '__len__'):
        shown = ', '.join(scalar(item) for item in list(value)[:LONGEST_LIST])
        return f'[{shown}]' if len(value) <= LONGEST_LIST else f'[{shown}, ... {len(value) - LONGEST_LIST} more]'
    return str(value)


def _detection(message: Any) -> str:
    """Return class, score, box or body, and where it is, as far as these are told."""
    best = max(message.results, key=lambda one: one.hypothesis.score, default=None)
    said = f'{best.hypothesis.class_id} {best.hypothesis.score:.2f}' if best else 'nothing'
    box = message.bbox
    if hasattr(box, 'size_x'):
        centre = box.center.position
        said += f'  at {centre.x:.0f},{centre.y:.0f} px, {box.size_x:.0f}x{box.size_y:.0f}'
    place = best.pose.pose.position if best else None
    if place is not None and (place.x or place.y or place.z):
        said += f'  place {place.x:.1f} {place.y:.1f} {place.z:.1f} m'
    return said + (f'  by {message.id}' if message.id else '')


def _flat(message: Any) -> str:
    if set(message.get_fields_and_field_types()) == {'sec', 'nanosec'}:
        return f'{message.sec}.{message.nanosec:09d}'
    return '  '.join(f'{name} {scalar(getattr(message, name))}' for name in message.get_fields_and_field_types())


def _is_flat(message: Any) -> bool:
    values = [getattr(message, name) for name in message.get_fields_and_field_types()]
    return len(values) <= 4 and all(isinstance(value, (bool, int, float)) for value in values)


def _is_message(value: Any) -> bool:
    return hasattr(value, 'get_fields_and_field_types')
