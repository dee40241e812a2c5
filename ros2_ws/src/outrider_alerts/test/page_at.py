"""The page's node as a process of its own, and phones that are paired with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from outrider_alerts.door.pairings import Pairings

LINK = '#t='
READY_S = 30.0
# The bar above the views, a moment after the tap that asked for sound.
BAR_IS_DONE = 'document.querySelector("#sound_bar").dataset.says === "nothing"'


class Page:
    """A running page node; `at` is its origin."""

    def __init__(self, spawn: Any, folder: Path, rig: str, **more: Any) -> None:
        self.folder = folder
        values = {'port': 0, 'rig': rig, 'rig_name': rig, 'rides_dir': folder / 'rides', 'run_dir': folder / 'run',
                  'simulated': 'true', **more}
        words = [word for name, value in values.items() for word in ('-p', f'{name}:={value}')]
        self.process = spawn('--ros-args', *words, module='outrider_alerts.page_node')
        self.process.says('answers at ', READY_S)
        self.at = re.search(r'answers at (http://[\d.]+:\d+)', self.process.output)[1]

    @property
    def port(self) -> int:
        return int(self.at.rsplit(':', 1)[1])

    def token(self) -> str:
        """Return a fresh token, as `./outrider pair` prints it."""
        return Pairings(self.folder / 'state').new_token()

    def pair(self, phone: Any, more: str = '') -> None:
        """Open the link on a phone and wait for the rig's own view; `more` stands in the address afterwards."""
        phone.open(f'{self.at}/pair{LINK}{self.token()}')
        phone.until('["riding", "ramp"].includes(document.body.dataset.view)')
        if more:
            phone.open(f'{self.at}/{more}')
        phone.until('import("/static/main.js").then((page) => page.state.linked)')


def linked(phone: Any) -> bool:
    """Tell whether the page has the rig's ear."""
    return bool(phone.evaluate('import("/static/main.js").then((page) => page.state.linked)'))


def level(name: str) -> str:
    """Return the condition that the screen says this level."""
    return f'document.body.dataset.level === "{name}"'
