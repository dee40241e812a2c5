"""A PS4 pad that is not there: a joystick FIFO and a motion-sensor FIFO, with all that a radio link does to them.

Time comes from the caller, in ns of any steady clock. It knows the wire, and nothing of the driver that reads it.
"""

from __future__ import annotations

from pathlib import Path

from outrider_sim.devices import pad_layout, pad_wire
from outrider_sim.devices.pad_fifo import Fifo
from outrider_sim.devices.pad_layout import PS4, Layout

REPORTS_PER_S = 250  # a PS4 pad by Bluetooth


class FakePad:
    """One pad. step() sends what is due; stall, freeze and lose say what happens to it."""

    def __init__(self, js: Path, motion: Path | None, now: int, *, device_us: int = 0, drift_ppm: float = 0.0,
                 rate: int = REPORTS_PER_S, layout: Layout = PS4) -> None:
        """Make the FIFOs. `device_us` is where the pad's own clock stands (us, 32 bit), `drift_ppm` how it runs."""
        self._layout = layout
        self.held: set[str] = set()
        self.axes = dict(pad_wire.REST)
        self.js = Fifo(js, self._state)
        self.motion = Fifo(motion) if motion else None
        self.reports = 0  # sent or queued
        self._period_ns = 1_000_000_000 // rate
        self._start_ns = self._now = now
        self._due_ns = now
        self._device_us, self._speed = device_us, 1.0 + drift_ppm * 1e-6
        self._stalled: list[tuple[Fifo, bytes]] | None = None
        self._known = (self.held, self.axes)  # what the kernel knows while the link stalls
        self._frozen = self._lost = self._still = False
        layout.tell(js)

    def step(self, now: int) -> None:
        """Send the motion reports that are due up to `now`."""
        self._now = now
        if self._lost:
            return
        for fifo in (self.js, self.motion):
            if fifo:
                fifo.pump()
        while self._due_ns <= now:
            self._report(self._due_ns)
            self._due_ns += self._period_ns

    def press(self, name: str) -> None:
        """Press a button or an arrow."""
        if name in pad_wire.ARROWS:
            self.move(*pad_wire.ARROWS[name])
        elif name not in self.held:
            self.held.add(name)
            self._change(self._button(name, True))

    def release(self, name: str) -> None:
        """Let a button go, or the arrows of that axis."""
        if name in pad_wire.ARROWS:
            self.move(pad_wire.ARROWS[name][0], 0)
        elif name in self.held:
            self.held.remove(name)
            self._change(self._button(name, False))

    def move(self, axis: str, value: int) -> None:
        """Set an axis, -32767..32767 (+ right, + down; triggers rest at -32767)."""
        self.axes[axis] = value
        self._change(self._axis(axis, value))

    def stall(self) -> None:
        """Let the radio link stand: what happens from now on is kept back."""
        if self._stalled is None:
            self._stalled, self._known = [], (set(self.held), dict(self.axes))

    def resume(self, *, deliver: bool = True) -> None:
        """Let the link come back and give out all that was kept at once; without `deliver` it was lost."""
        kept, self._stalled = self._stalled or [], None
        if not deliver:
            kept = [(self.js, self._differences())]  # each report has all controls: the kernel tells what is new
        for fifo, data in kept:
            fifo.send(data)

    def freeze_buttons(self, frozen: bool = True) -> None:
        """Let the joystick device give out nothing while the motion sensors report on; what happens then is lost."""
        self._frozen = frozen

    def still(self, still: bool = True) -> None:
        """Let the motion sensors report nothing, while the buttons work."""
        self._still = still

    def overflow(self) -> None:
        """Tell the state of all controls again, as joydev does when its reader was too slow."""
        self._send(self.js, self._state())

    def lose(self) -> None:
        """Switch the pad off: both files end and vanish."""
        self._lost, self._stalled = True, None
        pad_layout.beside(self.js.path).unlink(missing_ok=True)
        for fifo in (self.js, self.motion):
            if fifo:
                fifo.unplug()

    def reconnect(self, js: Path | None = None, motion: Path | None = None) -> None:
        """Switch it on again, under other names where given: the next number that the kernel had free."""
        self.js.path = js or self.js.path
        self.js.plug()
        self._layout.tell(self.js.path)
        if self.motion:
            self.motion.path = motion or self.motion.path
            self.motion.plug()
        self._lost, self._due_ns = False, self._now
        self._start_ns, self._device_us = self._now, 0

    @property
    def due_ns(self) -> int:
        """When step() has something to send again."""
        return self._now + self._period_ns if self._lost else self._due_ns

    @property
    def device_us(self) -> int:
        """What the pad's own clock shows (us, 32 bit)."""
        return self._device_at(self._now)

    @property
    def _ms(self) -> int:
        return self._now // 1_000_000

    def _device_at(self, time_ns: int) -> int:
        return int(self._device_us + (time_ns - self._start_ns) / 1000 * self._speed) & 0xFFFFFFFF

    def _report(self, time_ns: int) -> None:
        self.reports += 1
        if self.motion and not self._still:
            self._send(self.motion, pad_wire.motion(time_ns // 1000, self._device_at(time_ns), self.reports % 7))

    def _change(self, record: bytes) -> None:
        if not self._frozen:
            self._send(self.js, record)

    def _send(self, fifo: Fifo, data: bytes) -> None:
        if self._lost:
            return
        if self._stalled is not None:
            self._stalled.append((fifo, data))
        else:
            fifo.send(data)

    def _button(self, name: str, down: bool, initial: bool = False) -> bytes:
        return pad_wire.button(self._ms, name, down, initial, self._layout)

    def _axis(self, name: str, value: int, initial: bool = False) -> bytes:
        return pad_wire.axis(self._ms, name, value, initial, self._layout)

    def _state(self) -> bytes:
        held, axes = (self.held, self.axes) if self._stalled is None else self._known
        return b''.join([*(self._button(name, name in held, initial=True) for name in self._layout.buttons),
                         *(self._axis(name, axes[name], initial=True) for name in self._layout.axes)])

    def _differences(self) -> bytes:
        held, axes = self._known
        pressed = [name for name in self._layout.buttons if name in held ^ self.held]
        return b''.join([*(self._button(name, name in self.held) for name in pressed),
                         *(self._axis(name, value) for name, value in self.axes.items() if value != axes[name])])
