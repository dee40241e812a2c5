"""What reached the fusion, in order: enough, beside the recorded messages, to make every step again."""

from __future__ import annotations

from dataclasses import dataclass

MOST = 4000            # entries that wait to be taken: ten seconds of an IMU; beyond, the oldest are counted and gone
SNAPSHOT_S = 10.0


@dataclass(frozen=True)
class Entry:
    """One message; stamps in ns of the host's clock."""

    topic: str
    sequence: int
    measured_ns: int
    received_ns: int
    used: bool
    reason: str        # '' where used


class Journal:
    """Numbers what comes in; `take` what has come since the last time."""

    def __init__(self) -> None:
        """Start at 1."""
        self.sequence = 0
        self.lost = 0
        self._entries: list[Entry] = []
        self._snapshot_s: float | None = None

    def note(self, topic: str, measured_ns: int, received_ns: int, reason: str = '') -> None:
        """Take note of a message; `reason` says why it was not used."""
        self.sequence += 1
        self._entries.append(Entry(topic, self.sequence, measured_ns, received_ns, not reason, reason))
        if len(self._entries) > MOST:
            self.lost += 1
            del self._entries[0]

    def go_on(self, sequence: int, snapshot_s: float) -> None:
        """Count on from `sequence`, the last input of the snapshot taken at `snapshot_s`."""
        self.sequence, self._snapshot_s = sequence, snapshot_s

    def take(self) -> list[Entry]:
        """Return the entries since the last time, in order."""
        taken, self._entries = self._entries, []
        return taken

    def snapshot_due(self, stamp_s: float) -> bool:
        """Tell, by the stamps of the measurements, whether it is time for a snapshot; once each time."""
        since = None if self._snapshot_s is None else stamp_s - self._snapshot_s
        due = since is None or not -SNAPSHOT_S < since < SNAPSHOT_S  # backwards too: the clock was set
        if due:
            self._snapshot_s = stamp_s
        return due
