"""A chooser and its clock, held by a test."""

from __future__ import annotations

import math

from outrider_alerts import chooser
from outrider_alerts.chooser import Chooser
from outrider_alerts.facts import URGENT, Body, Drive, Hazards, Motors, Relays, Rig
from outrider_alerts.table import load

TABLE = load()
T0 = 1_795_000_000.0  # host clock
BICYCLE = Rig(devices=(), recorder=False)
RAMP = Rig(eyes=False, devices=(), recorder=False, drive=True, relays=True, battery_low_v=34.5)
WELL = {chooser.DRIVE: Drive(False, (), 38.0), chooser.MOTORS: Motors((), (30.0,), (math.nan,)),
        chooser.RELAYS: Relays(True, 0, False)}


def body(level=URGENT, track=1, at_s=T0, **other):
    values = {'kind': 'car', 'side': 'left', 'distance_m': 12.0, 'closing_mps': 9.0, 'ttc_s': 1.3, 'since_s': at_s,
              'oldest_s': at_s} | other
    return Body(track, level, **values)


class Scene:
    """A chooser and its clock."""

    def __init__(self, rig=BICYCLE):
        self.chooser, self.now_s = Chooser(TABLE, rig, T0), T0

    def at(self, seconds):
        self.now_s = T0 + seconds
        return self

    def fusion(self, *bodies, degraded=(), stamp_s=None):
        self.chooser.hear(chooser.HAZARDS, Hazards(self.now_s if stamp_s is None else stamp_s, degraded, bodies),
                          self.now_s)
        return self

    def tell(self, source, told):
        self.chooser.hear(source, told, self.now_s)
        return self

    def well(self, **instead):
        for source, told in WELL.items():
            self.tell(source, instead.get(source, told))
        return self

    @property
    def standing(self):
        return self.chooser.choose(self.now_s)

    @property
    def rows(self):
        return [one.row.name for one in self.standing]
