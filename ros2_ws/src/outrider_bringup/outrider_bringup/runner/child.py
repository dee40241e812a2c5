"""One process of a stack: its plan, what runs of it, how often it had to be started again."""

from __future__ import annotations

import subprocess
import time

from outrider_bringup.launchfile.plan import ProcessSpec
from outrider_bringup.runner.respawn import Deaths
from outrider_bringup.runner.stopping import Stopping


class Child:
    """A process of a plan. `again_s`: when it is due again; `renewal`: it is ended to be started again."""

    def __init__(self, spec: ProcessSpec) -> None:
        """Start nothing."""
        self.spec = spec
        self.deaths = Deaths(spec.name, spec.respawn, spec.respawn_delay_s)
        self.popen: subprocess.Popen[bytes] | None = None
        self.again_s: float | None = None
        self.renewal: Stopping | None = None
        self.restarts = 0
        self.outcome = 'ended'  # what became of it, once it is not started again

    @property
    def over(self) -> bool:
        """Tell whether it does not run and will not be started again."""
        return self.popen is None and self.again_s is None and self.renewal is None

    @property
    def state(self) -> str:
        """Return one of running, starting, restarting, ended, refused, gave up."""
        if self.renewal is not None:
            return 'restarting'
        if self.popen is not None:
            return 'running'
        return 'starting' if self.again_s is not None else self.outcome

    def renew(self) -> None:
        """From now on it is ended, and then started again; earlier deaths are forgotten."""
        self.deaths = Deaths(self.spec.name, self.spec.respawn, self.spec.respawn_delay_s)
        self.again_s = None
        self.renewal = Stopping(time.monotonic())

    def stay_down(self) -> None:
        """Whatever was going to start it again does not."""
        self.again_s = self.renewal = None
