"""What is said to a person, and how each device is, into bars and words.

| message | entity | drawn as |
|---|---|---|
| AlertArray | alert, log | bar of the gravest alert's level; its text when it changes |
| DiagnosticArray | health/<device> | a bar each: ok, warn, error, stale (words.py says them) |
"""

from __future__ import annotations

from typing import Any

from outrider_recorder.bridge import palette
from outrider_recorder.bridge.rows import Batch
from outrider_recorder.bridge.tail import Item
from outrider_recorder.bridge.words import Words, level_of, safe

ALERTS, DIAGNOSTICS = 'outrider_interfaces/msg/AlertArray', 'diagnostic_msgs/msg/DiagnosticArray'
KINDS = (ALERTS,)
OWN = 'outrider/'  # other projects' diagnostics are said in words only


class Alerts:
    """Keeps what stands, for a bar gets a row when something changes."""

    def __init__(self, words: Words) -> None:
        """Begin with nothing said; `words` says each thing once."""
        self._words = words
        self._stands: dict[str, str] = {}

    def take(self, batch: Batch, item: Item, message: Any) -> None:
        """Add what an AlertArray or DiagnosticArray looks like."""
        if item.kind == ALERTS:
            gravest = message.alerts[0] if message.alerts else None
            level = min(gravest.level, len(palette.ALERT_NAMES) - 1) if gravest else 0
            self._bar(batch, item, 'alert', palette.ALERT_NAMES[level])
            self._words.alert(batch, item, gravest.text if gravest else '', level)
            return
        for status in message.status:
            if status.name.startswith(OWN):
                level = min(level_of(status.level), len(palette.HEALTH_NAMES) - 1)
                self._bar(batch, item, f'health/{safe(status.name[len(OWN):])}', palette.HEALTH_NAMES[level])

    def _bar(self, batch: Batch, item: Item, path: str, state: str) -> None:
        if self._stands.get(path) != state:
            self._stands[path] = state
            batch.of(path, 'state').add(item.publish_ns, 1, state=state)
