"""The demo's voice: who may see the page, the phone that measures it, what the buzzer sounded, the control socket."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from outrider_alerts.door.pairings import Pairings
from outrider_bringup.demo.phone import Heard, Phone
from outrider_bringup.runner.stack import Stack
from outrider_bringup.up.control import Control
from outrider_bringup.up.desk import Desk, Seen

JOURNAL = 'buzzer_journal.jsonl'
NEAR_NS = 5_000_000_000  # an alerter that was started again counts its messages anew


@dataclass(frozen=True)
class Spoken:
    """What was said in one run, host clock, ns: by the page's socket, by the buzzer; and how late the page was, ms."""

    states: Sequence[tuple[int, str]] = ()
    beeps: Sequence[tuple[int, str]] = ()  # when a tone began to sound, and which
    delays_ms: Sequence[float] = ()


@dataclass
class Voice:
    """begin() once the stack runs, poll() often, close() at the end, then spoken()."""

    run: Path
    port: int
    phone: Phone | None = None
    _control: Control | None = None
    _token: str = field(default='', repr=False)

    @property
    def state(self) -> Path:
        """The folder of this demo's own pairings; it goes with the demo."""
        return self.run / 'state'

    def prepare(self) -> dict[str, str]:
        """Forget earlier demos; return what their processes need in the environment."""
        shutil.rmtree(self.state, ignore_errors=True)
        (self.run / JOURNAL).unlink(missing_ok=True)
        return {'OUTRIDER_STATE': str(self.state), 'OUTRIDER_RUN': str(self.run)}

    def begin(self, stack: Stack, drive: Mapping[str, object]) -> None:
        """Give out two tokens: one to the phone that measures, one for whoever watches."""
        pairings = Pairings(self.state)
        self._token = pairings.new_token()
        self.phone = Phone(self.port, pairings.new_token())
        with contextlib.suppress(OSError):  # without it nothing can be started again from the page; all else goes on
            self._control = Control(self.run, Desk(stack, lambda: _seen(drive)).answer)

    def poll(self) -> None:
        """Answer the page where it asks for a restart."""
        if self._control is not None:
            self._control.poll()

    def address(self, *, link: bool) -> str:
        """Return where the page is, '' before it answers; with `link` the token that pairs one browser."""
        if self.phone is None or not self.phone.is_linked:
            return ''
        return f'http://127.0.0.1:{self.port}' + (f'/pair#t={self._token}' if link else '')

    @property
    def problem(self) -> str:
        """Why the page is not there, one sentence."""
        return self.phone.problem if self.phone is not None else ''

    def close(self) -> None:
        """Hang up and forget the pairings."""
        if self.phone is not None:
            self.phone.close()
        if self._control is not None:
            self._control.close()
        shutil.rmtree(self.state, ignore_errors=True)

    def spoken(self, published: Sequence[tuple[int, int]]) -> Spoken:
        """Return what was said; `published` are heartbeat and stamp of each choice, as another process heard them."""
        heard = self.phone.heard if self.phone is not None else Heard()
        return Spoken(tuple(heard.states), tuple(beeps(self.run / JOURNAL)), tuple(delays_ms(heard.alerts, published)))


def delays_ms(arrived: Sequence[tuple[int, int]], published: Sequence[tuple[int, int]]) -> list[float]:
    """Return how long each choice took from its stamp to the phone, ms. Pure."""
    stamps: dict[int, list[int]] = {}
    for heartbeat, stamp in published:
        stamps.setdefault(heartbeat, []).append(stamp)
    found = []
    for at_ns, heartbeat in arrived:
        near = [at_ns - stamp for stamp in stamps.get(heartbeat, ()) if 0 <= at_ns - stamp < NEAR_NS]
        if near:
            found.append(min(near) / 1e6)
    return found


def beeps(path: Path) -> list[tuple[int, str]]:
    """Return when a tone began, host clock, and which, from the buzzer's journal."""
    to_host_ns = time.time_ns() - time.monotonic_ns()
    found: list[tuple[int, str]] = []
    with contextlib.suppress(OSError), path.open(encoding='utf-8') as file:
        for line in file:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                told = json.loads(line)
                if told['hz']:
                    found.append((int(told['at_ns']) + to_host_ns, str(told['tone'])))
    return found


def _seen(drive: Mapping[str, object]) -> Seen | None:
    """Return what the governor said last; the demo's ears keep no time, so it counts as said just now."""
    last = drive.get('drive/state')
    return None if last is None else Seen(int(last.state), float(last.speed_mps), time.monotonic())  # type: ignore[attr-defined]
