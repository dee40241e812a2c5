"""Every fault of the campaign, a row each: its kind, how it strikes, what holds then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from outrider_bringup.faults import company, limits, strikes
from outrider_bringup.faults.course import NODES, Course, Variant
from outrider_bringup.faults.judge import Limit, Strike

WATCH_S = 2.5  # after the fault, with the controls still held
LONG_S = 10.5
PLAIN = Variant()
STICK, CROSS = 'move ly -32767', 'press cross'
SPANS_S = (0.3, 1.0, 5.0)
HANG_SPANS_S = (0.1, 0.3, 1.0)
STALL_SPANS_S = (0.3, 1.0, 5.0)


@dataclass(frozen=True)
class Fault:
    """One row. `motion`: what moves when it strikes: drive, jack, steer (wheels turning too), whole (the course)."""

    name: str
    kind: str
    act: Callable[[Course], Strike]
    limit: Limit
    variant: Variant = PLAIN
    motion: str = 'drive'
    control: str = STICK
    watch_s: float = WATCH_S
    busy_loops: int = 0  # of the fault itself

    def limit_at(self, priority: str) -> Limit:
        """Return what holds at that priority of the nodes."""
        if priority == 'default' and self.busy_loops >= 8:
            return limits.STARVED_DEFAULT
        return self.limit


def _rows() -> Iterator[Fault]:
    yield Fault('none', 'none', company.whole_course, limits.RELEASED, Variant(jack_down=True), motion='whole')
    yield Fault('release', 'release', strikes.released, limits.RELEASED)
    yield Fault('release_button', 'release', strikes.released, limits.RELEASED, control=CROSS)
    yield Fault('release_slope', 'release', strikes.released, limits.RELEASED, watch_s=LONG_S)
    yield Fault('pad_lost', 'pad_lost', strikes.pad_lost, limits.LINK_LOST)
    yield Fault('pad_stall_0.1', 'pad_stall', strikes.stalled_release(0.1), limits.RELEASED)
    for span in STALL_SPANS_S:
        yield Fault(f'pad_stall_{span:g}', 'pad_stall', strikes.stalled(span), limits.LINK_LOST)
    yield Fault('buttons_frozen', 'buttons_frozen', strikes.buttons_frozen, limits.BUTTONS_FROZEN,
                Variant(short_hold=True))
    yield from _processes()
    yield from _hangs()
    for loops in (2, 8):
        yield Fault(f'starved_{loops}', f'starved_{loops}', strikes.starved(loops), limits.RELEASED, busy_loops=loops)
    yield Fault('port_unplugged', 'port_unplugged', strikes.unplugged, limits.PORT_GONE)
    yield Fault('garbage', 'garbage', strikes.garbage, limits.RELEASED)
    for span in (0.3, 1.0):
        yield Fault(f'reader_stalled_{span:g}', 'reader_stalled', strikes.reader_stalled(span), limits.READER_STALLED)
    for which, name in enumerate(('port', 'can')):
        yield Fault(f'vesc_fault_{name}', 'vesc_fault', strikes.vesc_fault(which), limits.VESC_FAULT)
    yield Fault('can_cut', 'can_cut', strikes.can_cut, limits.CAN_CUT, control=CROSS)
    yield from _clocks()
    yield Fault('second_governor', 'second_governor', company.second_governor, limits.SECOND_GOVERNOR)
    yield Fault('replay', 'replay', company.replayed, limits.RELEASED)
    yield from _relays()


def _gone(node: str) -> Limit:
    return {'pilot': limits.PILOT_GONE, 'governor': limits.GOVERNOR_GONE, 'motors': limits.MOTORS_GONE,
            'relays': limits.RELAYS_GONE}[node]


def _frozen(node: str) -> Limit:
    return limits.MOTORS_FROZEN if node == 'motors' else limits.resumed(_gone(node))


def _processes() -> Iterator[Fault]:
    for node in NODES:
        yield Fault(f'{node}_killed', f'{node}_killed', strikes.killed(node), _gone(node))
        for span in SPANS_S:
            yield Fault(f'{node}_stopped_{span:g}', f'{node}_stopped', strikes.stopped(node, span), _frozen(node))
    yield Fault('hosts_killed', 'hosts_killed', strikes.killed(*NODES), limits.HOST_GONE)


def _hangs() -> Iterator[Fault]:
    """0.1 s is short enough to drive on through, so there the dead-man is let go as the hang begins."""
    for node in ('motors', 'governor'):
        for point in ('executor', 'writer', 'reader', 'gil'):
            # The motors' executor can hang while their writer lives: the lease ends it as if the governor were gone.
            lease = node == 'governor' or point == 'executor'
            limit = limits.resumed(limits.GOVERNOR_GONE) if lease else limits.MOTORS_FROZEN
            for span in HANG_SPANS_S:
                yield Fault(f'{node}_{point}_{span:g}', f'{node}_{point}',
                            strikes.hung(node, point, span, release=span == HANG_SPANS_S[0]), limit,
                            Variant(inside=('motors', 'governor')))


def _clocks() -> Iterator[Fault]:
    faked = Variant(faked_clock=True)
    for name, seconds in (('ahead', strikes.HOUR_S), ('back', -strikes.HOUR_S)):
        yield Fault(f'clock_{name}_release', 'clock_release', strikes.clock_stepped(seconds, strikes.released),
                    limits.RELEASED, faked)
        yield Fault(f'clock_{name}_pad_lost', 'clock_pad_lost', strikes.clock_stepped(seconds, strikes.pad_lost),
                    limits.LINK_LOST, faked)


def _relays() -> Iterator[Fault]:
    """Jack or steering on when it strikes."""
    for motion in ('jack', 'steer'):
        rows = [
            Fault('release', '', strikes.released, limits.RELEASED),
            Fault('pad_lost', '', strikes.pad_lost, limits.LINK_LOST),
            Fault('pad_stall_1', '', strikes.stalled(1.0), limits.LINK_LOST),
            Fault('hosts_killed', '', strikes.killed(*NODES), limits.HOST_GONE),
        ]
        for node in NODES:
            rows.append(Fault(f'{node}_killed', '', strikes.killed(node), _gone(node)))
            rows.append(Fault(f'{node}_stopped_1', '', strikes.stopped(node, 1.0), _frozen(node)))
        for row in rows:
            yield replace(row, name=f'{motion}_{row.name}', kind=motion, motion=motion)


FAULTS: tuple[Fault, ...] = tuple(_rows())
BY_NAME = {fault.name: fault for fault in FAULTS}
# Of these the campaign makes 300 each.
MANY = frozenset({'pad_stall', 'governor_killed', 'motors_stopped'})
# One of each kind and both relays: what CI runs.
SAMPLE = (
    'none', 'release', 'pad_lost', 'pad_stall_0.1', 'pad_stall_0.3', 'pad_stall_1', 'pilot_killed',
    'governor_killed', 'motors_killed', 'relays_killed', 'hosts_killed', 'pilot_stopped_0.3', 'governor_stopped_0.3',
    'motors_stopped_0.3', 'motors_stopped_1', 'relays_stopped_0.3', 'starved_2', 'starved_8', 'port_unplugged',
    'garbage', 'reader_stalled_1', 'vesc_fault_can', 'can_cut', 'second_governor', 'replay', 'jack_release',
    'steer_governor_killed', 'motors_writer_0.3', 'governor_gil_0.3', 'clock_ahead_release')
