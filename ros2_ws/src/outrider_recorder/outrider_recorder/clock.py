"""What time it is, on a machine that may wake up in 1970: an unbroken clock for the ride, and its distance to UTC.

| evidence that the system clock is right | source |
|---|---|
| the kernel says that it is disciplined (adjtimex without STA_UNSYNC), or systemd-timesyncd says so | `network` |
| a real-time clock keeps the same time: it went on while the machine was off | `rtc` |
| a virtual machine, whose clock is its host's | `host` |
| it was stepped forward while we looked on: somebody set it | `stepped` |
| GPS time, whatever the system clock says | `gps` |

Nothing before FLOOR_NS is believed. Without any of these nobody knows the date: a computer without a battery goes on
where it was switched off, and looks plausible.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FLOOR_NS = 1_767_225_600_000_000_000  # 2026-01-01: no ride of this software is older
STEP_NS = 250_000_000  # a clock that is only slewed stays within 0.5 ms a second (NTP), or 0.5 s an hour unwatched
AGREE_NS = 1_000_000_000  # GPS time arrives with its fix, 0.1 s late or so
RTC_AGREES_S = 2.5  # it counts whole seconds
_STA_UNSYNC = 0x40  # linux/timex.h
_TIMEX_BYTES, _STATUS = 256, ctypes.sizeof(ctypes.c_long) * 5  # modes (padded), offset, freq, maxerror, esterror
_VIRTUAL = ('kvm-clock', 'hyperv', 'xen')
# What GPS may overrule: a network that disagrees with it by seconds is the rarer mistake.
_BELOW_GPS = ('', 'stepped', 'rtc', 'host')


def boottime_ns() -> int:
    """Return CLOCK_BOOTTIME in ns: it never jumps and counts suspended time too."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def boot_id(proc: Path = Path('/proc')) -> str:
    """Return what names this boot of the machine, or ''."""
    try:
        return (proc / 'sys/kernel/random/boot_id').read_text().strip()
    except OSError:
        return ''


def _kernel_disciplined() -> bool:
    room = ctypes.create_string_buffer(_TIMEX_BYTES)  # modes 0: only asks
    try:
        if ctypes.CDLL(None, use_errno=True).adjtimex(room) < 0:
            return False
    except (OSError, AttributeError):
        return False
    return not ctypes.c_int.from_buffer(room, _STATUS).value & _STA_UNSYNC


def evidence(now_ns: int, *, root: Path = Path('/'), disciplined: Callable[[], bool] = _kernel_disciplined) -> str:
    """Return the source that vouches for the system clock, which says `now_ns`; '' where nothing does."""
    if now_ns < FLOOR_NS:
        return ''
    if disciplined() or (root / 'run/systemd/timesync/synchronized').exists():
        return 'network'
    for rtc in sorted((root / 'sys/class/rtc').glob('rtc*')):
        try:
            if abs(int((rtc / 'since_epoch').read_text()) - now_ns / 1e9) <= RTC_AGREES_S:
                return 'rtc'
        except (OSError, ValueError):
            continue
    return 'host' if _is_virtual(root) else ''


def _is_virtual(root: Path) -> bool:
    """Return whether a hypervisor runs this machine: x86 processors tell, elsewhere the clocks that it offers."""
    try:
        if ' hypervisor' in (root / 'proc/cpuinfo').read_text(errors='replace'):
            return True
        ticks = (root / 'sys/devices/system/clocksource/clocksource0/available_clocksource').read_text()
    except OSError:
        return False
    return any(name.startswith(_VIRTUAL) for name in ticks.split())


@dataclass(frozen=True)
class Step:
    """The system clock was set: `step_ns` further at `log_ns` of the ride's clock."""

    log_ns: int
    step_ns: int


class RideClock:
    """`now_ns()` is the system clock as it was at the start, going on without a break; `offset_ns` leads to UTC."""

    def __init__(self, realtime_ns: Callable[[], int] = time.time_ns, boottime: Callable[[], int] = boottime_ns,
                 vouches: Callable[[int], str] = evidence) -> None:
        """The clocks are handed in, so that a test can let them jump."""
        self._realtime_ns, self._boottime, self._vouches = realtime_ns, boottime, vouches
        self._shift_ns = 0
        self._seen = realtime_ns(), boottime()
        self.steps: list[Step] = []
        self.source = ''
        self._offset_ns = 0
        self.look()

    def now_ns(self) -> int:
        """Return ns since the epoch as the system clock had it at the start, without the steps since."""
        real_ns, boot_ns = self._realtime_ns(), self._boottime()
        step_ns = (real_ns - self._seen[0]) - (boot_ns - self._seen[1])
        self._seen = real_ns, boot_ns
        if abs(step_ns) > STEP_NS:
            self._shift_ns += step_ns
            self.steps.append(Step(real_ns - self._shift_ns, step_ns))
            self._set(step_ns, real_ns)
        return real_ns - self._shift_ns

    def boottime_ns(self) -> int:
        """Return the clock that never jumps."""
        return self._boottime()

    @property
    def known(self) -> bool:
        """Return whether the date is known."""
        return bool(self.source)

    @property
    def offset_ns(self) -> int | None:
        """Return UTC less `now_ns()`, or None while nobody knows."""
        return self._offset_ns if self.source else None

    def utc_ns(self) -> int | None:
        """Return UTC in ns since the epoch, or None while nobody knows."""
        return self.now_ns() + self._offset_ns if self.source else None

    def look(self) -> None:
        """Ask for evidence; cheap enough for once a second."""
        now_ns = self.now_ns()
        if self.source in ('network', 'gps'):
            return
        found = self._vouches(now_ns + self._shift_ns)
        if found and (found == 'network' or not self.source):
            self.source, self._offset_ns = found, self._shift_ns

    def hear_gps(self, utc_ns: int, stamp_ns: int) -> None:
        """Take GPS time: it was `utc_ns` when the system clock said `stamp_ns`."""
        self.now_ns()
        if utc_ns < FLOOR_NS or self.source not in (*_BELOW_GPS, 'gps'):
            return
        own_ns = utc_ns - stamp_ns + self._shift_ns
        if not self.source or abs(own_ns - self._offset_ns) > AGREE_NS:
            self.source, self._offset_ns = 'gps', own_ns

    def _set(self, step_ns: int, real_ns: int) -> None:
        """Somebody set the clock: forward into the present is news, anything else is doubtful."""
        if real_ns < FLOOR_NS or (self.source == 'gps'):
            return
        if self.source or step_ns > 0:
            self.source, self._offset_ns = self.source or 'stepped', self._shift_ns
