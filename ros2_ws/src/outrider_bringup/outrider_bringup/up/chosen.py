"""What a person's settings and pairings mean for a rig that is about to start. A rig comes up whatever they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from outrider_alerts.door.errors import DoorError
from outrider_alerts.door.pairings import Pairings
from outrider_bringup.calibrate import rig_edit
from outrider_bringup.errors import UserError
from outrider_bringup.up import settings

AS_THE_RIG = 'rig'
EVERYWHERE, HERE = '0.0.0.0', '127.0.0.1'


def rig_file(rig: str, path: Path, run: Path, where: Path, say: Callable[[str], None]) -> Path:
    """Return the rig file to start with: `path`, or a copy in `run` that records when the person chose.

    `where` is the folder of the settings.
    """
    try:
        record = settings.read(where)['record']
        if record == AS_THE_RIG:
            return path
        copy = run / f'{rig}_settings.yaml'
        copy.write_text(rig_edit.changed(rig_edit.read(path), path, [rig_edit.Edit('recorder', 'record', str(record))]),
                        encoding='utf-8')
    except (UserError, OSError) as error:
        say(f'recording as the rig file says, for the settings cannot be used: {error}')
        return path
    return copy


def page_address(where: Path, say: Callable[[str], None]) -> str:
    """Return where the page listens with --lan: everywhere once a phone was paired, else on this machine only."""
    try:
        paired = Pairings(where).ever_paired()
    except DoorError as error:
        say(f'the page stays on this machine, for nobody can say who was paired: {error}')
        return HERE
    if not paired:
        say('no phone was ever paired, so the page stays on this machine. Pair one: ./outrider pair')
        return HERE
    return EVERYWHERE
