"""A scenario as plain values: what a file says, with everything that it leaves out filled in."""

from __future__ import annotations

from dataclasses import dataclass

from outrider_sim.world import words

Point = tuple[float, float]


@dataclass(frozen=True)
class Straight:
    """Along x at the rig's speed."""


@dataclass(frozen=True)
class Arc:
    """Straight, from `from_s` to `to_s` on a circle, then straight on."""

    radius_m: float
    side: str  # left | right
    from_s: float
    to_s: float


@dataclass(frozen=True)
class Points:
    """Where the rider is at given times; rows t, x, y, the first one 0, 0, 0."""

    rows: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Rig:
    """The machine of the rider and how it moves."""

    kind: str = 'bicycle'
    facing: str = 'rear'
    drive: str = 'path'
    speed_mps: float = 0.0
    path: Straight | Arc | Points = Straight()
    sway_deg: float = 0.0

    @property
    def size_m(self) -> Point:
        """Length and width of the rider's box."""
        return words.RIG_SIZES_M[self.kind]

    @property
    def min_closing_mps(self) -> float:
        """Below this closing speed nothing must be warned of."""
        return words.MIN_CLOSING_MPS[self.kind]


@dataclass(frozen=True)
class Change:
    """Something an actor does, by smoothstep over `over_s`."""

    at_s: float
    kind: str  # lane: value is dy_m to world left; speed: to_mps; heading: to_deg
    value: float
    over_s: float
    to_rider: bool = False  # speed: the rider's, whatever that is

    @property
    def end_s(self) -> float:
        """When it is done."""
        return self.at_s + self.over_s


@dataclass(frozen=True)
class Actor:
    """A body that moves or may be warned of."""

    id: str
    kind: str  # its class
    at: Point
    heading_deg: float
    speed_mps: float
    size_m: tuple[float, float, float]
    changes: tuple[Change, ...] = ()

    def of(self, kind: str) -> tuple[Change, ...]:
        """Return its changes of one kind, in order of time."""
        return tuple(change for change in self.changes if change.kind == kind)


@dataclass(frozen=True)
class Thing:
    """Something that stands by the road, along a line."""

    kind: str
    start: Point
    end: Point
    every_m: float  # from one to the next, where it is a row


@dataclass(frozen=True)
class PadStep:
    """What the hands do from `at_s` on: these buttons held and no others, these axes moved and no others."""

    at_s: float
    hold: tuple[str, ...]
    axis: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Fault:
    """What happens to a sensor, in from_s <= t < to_s."""

    sensor: str
    do: str
    from_s: float
    to_s: float  # inf: to the end
    by_s: float = 0.0  # offset: > 0 its stamps are too late


@dataclass(frozen=True)
class Warn:
    """An actor that must be warned of, at `level` or above, `lead_s` before its closest approach."""

    actor: str
    level: str
    lead_s: float


@dataclass(frozen=True)
class AtMost:
    """The highest level that an actor may have, whatever the table says; 'none': not even a notice."""

    actor: str
    level: str


@dataclass(frozen=True)
class ClosePass:
    """A close pass that must be logged, its clearance within `within_m` of the truth."""

    actor: str
    within_m: float


@dataclass(frozen=True)
class Follow:
    """The ramp's distance to its target: inside `within_m` for `share` of the time."""

    target: str
    within_m: tuple[float, float]
    share: float


@dataclass(frozen=True)
class Expect:
    """What the stack is judged by beyond the table."""

    warn: tuple[Warn, ...] = ()
    at_most: tuple[AtMost, ...] = ()
    close_pass: tuple[ClosePass, ...] = ()
    quiet: bool = False
    no_contact: bool = False
    stop_before_m: float | None = None
    follow: Follow | None = None
    arrive_m: float | None = None


@dataclass(frozen=True)
class Scenario:
    """One file."""

    name: str
    about: str
    seed: int
    duration_s: float
    light: str
    weather: str
    rig: Rig
    radar: str
    sensors: tuple[str, ...]  # those that are there; the radar always
    actors: tuple[Actor, ...] = ()
    things: tuple[Thing, ...] = ()
    pad: tuple[PadStep, ...] = ()
    faults: tuple[Fault, ...] = ()
    expect: Expect = Expect()

    def actor(self, name: str) -> Actor:
        """Return the actor with that id. Raises KeyError."""
        for actor in self.actors:
            if actor.id == name:
                return actor
        raise KeyError(name)
