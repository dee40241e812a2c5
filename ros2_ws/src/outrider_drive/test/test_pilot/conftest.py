"""The real link and teleop on real FIFOs, a fake pad at their far end, and one clock that the test moves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outrider_drive.pilot import mapping
from outrider_drive.pilot.find import Given
from outrider_drive.pilot.link import PadLink
from outrider_drive.pilot.mapping import Mapping
from outrider_drive.pilot.teleop import Teleop
from outrider_drive.words import Operator, Request
from outrider_sim.devices.pad import FakePad

PS4 = Path(__file__).resolve().parents[5] / 'config' / 'pads' / 'ps4.yaml'
MS = 1_000_000
TICK_NS = 4 * MS


@pytest.fixture(scope='session')
def ps4() -> Mapping:
    return mapping.load(PS4)


@pytest.fixture(scope='session')
def ps4_file() -> Path:
    return PS4


class Rig:
    """A pad, the link to it and teleop, 4 ms a step."""

    def __init__(self, folder: Path, mapping: Mapping, *, has_motion: bool = True, find=None, pad=None, **link) -> None:
        self.now = 7_000_000_000_000
        js, motion = folder / 'js', folder / 'motion' if has_motion else None
        self.pad = pad or FakePad(js, motion, self.now)
        self.link = PadLink(find or Given(js, motion, mapping), mapping, lambda: self.now, **link)
        self.teleop = Teleop(mapping)
        self.requests: list[Request] = []
        self.operator: Operator

    def run(self, ms: int, *, pad: bool = True) -> list[Request]:
        """Let `ms` go by, with or without the pad's own life; return the requests of that time."""
        before = len(self.requests)
        for _ in range(0, ms, 4):
            self.now += TICK_NS
            if pad:
                self.pad.step(self.now)
            self.read()
        return self.requests[before:]

    def read(self) -> None:
        samples = self.link.step()
        assert samples
        self.sample, self.operator = samples[-1], samples[-1].operator
        self.requests += [self.teleop.take(sample) for sample in samples]

    @property
    def request(self) -> Request:
        return self.requests[-1]

    def live(self) -> Rig:
        """Connect and wait until the controls count."""
        self.run(400)
        assert not self.operator.neutral_required, self.link.problem
        return self

    def driving(self) -> Rig:
        """Hold R1 and X, and be wanting to drive."""
        self.live()
        self.pad.press('r1')
        self.run(40)
        self.pad.press('cross')
        self.run(40)
        assert self.request.speed_mps > 0
        return self


@pytest.fixture
def rig(tmp_path: Path, ps4: Mapping) -> Iterator[Callable[..., Rig]]:
    """Make rigs: rig(), rig(has_motion=False), rig(hold_limit_s=2.0) and so on."""
    made = []

    def make(*, has_motion: bool = True, find=None, pad=None, held_keys=None, **changes) -> Rig:
        link = {'held_keys': held_keys} if held_keys else {}
        made.append(Rig(tmp_path, dataclasses.replace(ps4, **changes), has_motion=has_motion, find=find, pad=pad,
                        **link))
        return made[-1]

    yield make
    for one in made:
        one.link.close()
        one.pad.lose()
