"""What a run of the demo is given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outrider_bringup.demo.acts import Act


@dataclass(frozen=True)
class Options:
    """What to run, where. `rides` and `run` are folders of this run; the live view takes the port behind the page's."""

    launch: Path
    rides: Path
    run: Path
    domain: int
    record: bool = True
    live: bool = True
    voice: bool = True
    web_port: int = 8000
    acts: tuple[Act, ...] = ()  # they play too, when change_to() says so
    holds: tuple[int, ...] = ()  # descriptors kept open until the last process has gone

    def arguments(self) -> dict[str, str]:
        """Return the arguments of the launch file."""
        given = {'sim': True, 'loop': True, 'record': self.record, 'live': self.live}
        return {**{name: str(value).lower() for name, value in given.items()}, **self.of_voice(),
                'live_port': str(self.web_port + 1)}

    def of_voice(self) -> dict[str, str]:
        """Return the arguments that alerter, buzzer and page take, whatever the rig."""
        return {'voice': str(self.voice).lower(), 'web_port': str(self.web_port), 'rides': str(self.rides),
                'run': str(self.run)}
