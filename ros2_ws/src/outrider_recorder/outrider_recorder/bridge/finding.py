"""Which ride is open, of which machine it is, and which places of it nobody may see."""

from __future__ import annotations

import os
from pathlib import Path

from outrider_recorder import ride, zones
from outrider_recorder.bridge.motion import Hides
from outrider_recorder.errors import RideError

LOOKED_INTO = 8


def newest_open(rides: Path) -> Path | None:
    """Return the ride that is being written, of several the one changed last, or None.

    An open one is among the last changed: a thousand folders are not all looked into four times a second.
    """
    try:
        with os.scandir(rides) as entries:
            changed = sorted(((entry.stat(follow_symlinks=False).st_mtime_ns, entry.name) for entry in entries
                              if ride.ID.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)), reverse=True)
    except OSError:
        return None
    folders = (rides / name for _, name in changed[:LOOKED_INTO])
    return next((folder for folder in folders if (folder / ride.RIDE_FILE).is_file() and ride.is_open(folder)), None)


def rig_of(folder: Path) -> str:
    """Return which kind of machine ride.json names, '' where it does not."""
    try:
        told = ride.read_info(folder).get('rig')
    except RideError:
        return ''
    return told if told in ('bicycle', 'ramp', 'bench') else ''


def hides_of(folder: Path) -> Hides:
    """Return what tells which places a ride must not show, by the zones beside it; damaged ones hide every place."""
    try:
        return zones.read(folder.parent).inside
    except RideError:
        return lambda latitude_deg, longitude_deg: True
