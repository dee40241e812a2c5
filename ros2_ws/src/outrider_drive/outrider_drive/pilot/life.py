"""Sign of life: is somebody at the pad now, or is this an old report come late? Pure; `now` is CLOCK_BOOTTIME in ns.

The pad's motion sensors report a few hundred times a second, each time with the device's own time stamp. Host time that
outgrows device time is delay on the radio link: a backlog arrives fresh and means the past.
"""

from __future__ import annotations

from outrider_drive.words import Operator, Source

MS = 1_000_000  # ns
SILENCE_NS = 200 * MS
LATE_NS = 150 * MS
# Two quartzes differ by up to 200 ppm; the reference may follow by 500 ppm, or 150 ms would be used up in 12 minutes.
DRIFT_PER_NS = 5e-4
# Reports are live again when they have come in step with the host for so long, within the jitter of the radio.
STEADY_NS = 200 * MS
JITTER_NS = 50 * MS
# A delay that stays: a PS4 pad counts 16 bits of 5.3 us and loses 350 ms where reports were lost. A queue would have
# drained in this time, for the link carries several times what the sensors send.
RENEW_NS = 2000 * MS
_WRAP_US = 1 << 32


class Life:
    """Counts reports and knows their age. What is not plainly alive needs neutral controls before it counts again."""

    def __init__(self, *, hold_limit_ns: int = 30_000 * MS) -> None:
        """Start without a pad. `hold_limit_ns`: so long may controls be held without any change."""
        self.hold_limit_ns = hold_limit_ns
        self.counter = 0
        self.neutral_required = True
        self.why = 'no pad was seen yet'
        self._connected = self._has_motion = False
        self._report_ns: int | None = None  # arrival of the newest
        self._heard_ns = 0  # that, or the opening
        self._button_ns = 0  # newest change of a control, or neutral
        self._neutral_ns: int | None = None  # neutral since
        self._device_us: int | None = None  # stamp of the newest report
        # Since the first report: host time at it, device time, delay of the newest, and what delay is none.
        self._host_ns = self._device_ns = self._lag_ns = 0
        self._reference_ns = 0.0
        self._anchor_ns = self._steady_ns = 0  # the delay has stayed near the anchor since then

    def opened(self, now: int, *, has_motion: bool) -> None:
        """Begin with a pad whose files were just opened."""
        self._connected, self._has_motion = True, has_motion
        self._report_ns = None
        self._begin(now)
        self.doubt('the pad was just connected')

    def closed(self, why: str) -> None:
        """End with this pad: end of file, error, silence."""
        self._connected = False
        self.doubt(why)

    def doubt(self, why: str) -> None:
        """Let nothing count until neutral was seen."""
        self.neutral_required, self.why = True, why

    def motion(self, now: int, device_us: int) -> None:
        """Take one report of the motion sensors with the device's own time (us, 32 bit)."""
        if self.silent(now):
            self._steady_ns = now
        if self._device_us is None:
            self._restart(now)
        else:
            step_us = (device_us - self._device_us) % _WRAP_US
            if step_us >= _WRAP_US // 2:
                self.doubt("the pad's own clock went backwards")
                self._restart(now)
            else:
                self._device_ns += step_us * 1000
                self._judge(now)
        self._device_us = device_us
        self._count(now)

    def buttons(self, now: int) -> None:
        """Take one record of the buttons."""
        self._button_ns = now

    def polled(self, now: int) -> None:
        """Take that the device file is open and gave no error: all that a pad without sensors can say, and no proof.

        Its source stays BUTTONS, by which the governor refuses it or lets it walk.
        """
        if self._connected and not self._has_motion:
            self._count(now)

    def silent(self, now: int) -> bool:
        """Return whether the motion sensors have said nothing for too long; then neutral is required."""
        if not (self._connected and self._has_motion and now - self._heard_ns > SILENCE_NS):
            return False
        self.doubt(f'the pad said nothing for {SILENCE_NS // MS} ms')
        return True

    def controls(self, now: int, *, neutral: bool) -> None:
        """Take the state of all controls at `now`, after the reports that came with it."""
        if neutral:
            self._button_ns = now
        elif now - self._button_ns > self.hold_limit_ns:
            self.doubt(f'controls were held unchanged for {self.hold_limit_ns / 1e9:g} s')
        if not (self.neutral_required and self._connected):
            return
        if not neutral:
            self._neutral_ns = None
            return
        if self._neutral_ns is None:
            self._neutral_ns = now
        if not self._has_motion:
            self.neutral_required = self._report_ns is None
        elif self._live(now):
            self.neutral_required = False
        if not self.neutral_required:
            self.why, self._neutral_ns = '', None

    def operator(self, now: int, name: str = '', uniq: str = '') -> Operator:
        """Return what is known at `now`. The age of a late report includes its delay."""
        seen = self._report_ns is not None
        age_ns = now - self._heard_ns + (max(0, self._late_ns()) if seen else 0)
        source = Source.NONE if not (self._connected and seen) else \
            Source.MOTION if self._has_motion else Source.BUTTONS
        return Operator(now, self.counter, max(0, age_ns), source, self._connected, self.neutral_required, name, uniq)

    def _begin(self, now: int) -> None:
        self._heard_ns = self._button_ns = now
        self._neutral_ns = self._device_us = None

    def _restart(self, now: int) -> None:
        """Compare both clocks from now on."""
        self._host_ns, self._steady_ns, self._reference_ns = now, now, 0.0
        self._device_ns = self._lag_ns = self._anchor_ns = 0

    def _count(self, now: int) -> None:
        self.counter = (self.counter + 1) % (1 << 32)
        self._report_ns = self._heard_ns = now

    def _late_ns(self) -> int:
        return int(self._lag_ns - self._reference_ns)

    def _judge(self, now: int) -> None:
        """Compare both clocks after a report."""
        self._lag_ns = now - self._host_ns - self._device_ns
        self._reference_ns = min(float(self._lag_ns), self._reference_ns + DRIFT_PER_NS * (now - self._heard_ns))
        if abs(self._lag_ns - self._anchor_ns) > JITTER_NS:
            self._anchor_ns, self._steady_ns = self._lag_ns, now
        if self._late_ns() > LATE_NS:
            self.doubt(f'the pad reports arrive more than {LATE_NS // MS} ms late')

    def _live(self, now: int) -> bool:
        """Return whether reports come in step with the host; a delay that stayed with neutral controls is forgotten."""
        if self._report_ns is None or self._neutral_ns is None or now - self._report_ns > SILENCE_NS \
                or now - self._steady_ns < STEADY_NS:
            return False
        if self._late_ns() <= LATE_NS:
            return True
        if now - max(self._neutral_ns, self._steady_ns) < RENEW_NS:
            return False
        self._reference_ns = float(self._lag_ns)
        return True
