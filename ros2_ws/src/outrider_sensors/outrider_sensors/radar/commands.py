"""The commands of a TI .cfg file: how many arguments on which family, and between which bounds.

Families: `xwr14xx` (SDK 1/2), `xwr16xx` (SDK 1/2), `sdk3` (xWR16xx, 18xx, 68xx on SDK 3). Counts from the public
configuration files of each family and the demos' command handlers; `?` in a family's place: the command is not there.
"""

from __future__ import annotations

from dataclasses import dataclass

FAMILIES = ('xwr14xx', 'xwr16xx', 'sdk3')


@dataclass(frozen=True)
class Bound:
    """One argument: its place counted from 1 behind the optional subframe index, and what it may be."""

    place: int
    name: str
    low: float
    high: float
    whole: bool = False
    unit: str = ''


@dataclass(frozen=True)
class Command:
    """`counts[family]` are the allowed argument counts; `subframe` those families whose first argument is an index."""

    counts: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    bounds: tuple[Bound, ...] = ()

    def counts_for(self, family: str) -> tuple[int, ...]:
        """Return the allowed argument counts; empty where the family has no such command."""
        return self.counts[FAMILIES.index(family)]


def _same(*counts: int, bounds: tuple[Bound, ...] = ()) -> Command:
    return Command((counts, counts, counts), bounds)


def _switch(name: str) -> tuple[Bound, ...]:
    return (Bound(1, name, 0, 1, whole=True),)


# Commands that carry a subframe index first on xwr16xx and SDK 3, and none on xwr14xx.
WITH_SUBFRAME = frozenset((
    'adcbufCfg', 'guiMonitor', 'cfarCfg', 'peakGrouping', 'multiObjBeamForming', 'calibDcRangeSig', 'clutterRemoval',
    'extendedMaxVelocity', 'bpmCfg', 'nearFieldCfg', 'lvdsStreamCfg', 'aoaFovCfg', 'cfarFovCfg',
))

COMMANDS: dict[str, Command] = {
    'sensorStop': _same(0),
    'flushCfg': _same(0),
    'dfeDataOutputMode': _same(1, bounds=(Bound(1, 'mode', 1, 1, whole=True),)),  # 3, advanced frames, is not read here
    'channelCfg': _same(3, bounds=(Bound(1, 'receivers', 1, 15, whole=True), Bound(2, 'transmitters', 1, 7, whole=True),
                                   Bound(3, 'cascading', 0, 0, whole=True))),
    'adcCfg': _same(2, bounds=(Bound(1, 'bits', 2, 2, whole=True), Bound(2, 'format', 1, 2, whole=True))),
    'adcbufCfg': Command(((4,), (5,), (5,)), (Bound(1, 'format', 0, 0, whole=True),)),
    'profileCfg': _same(14, bounds=(
        Bound(1, 'profile', 0, 3, whole=True), Bound(2, 'start', 60, 81, unit='GHz'),
        Bound(3, 'idle', 2, 5242, unit='us'), Bound(4, 'ADC start', 0, 40.95, unit='us'),
        Bound(5, 'ramp end', 1, 5242, unit='us'), Bound(8, 'slope', 0.1, 266, unit='MHz/us'),
        Bound(9, 'TX start', -40.95, 40.95, unit='us'), Bound(10, 'samples', 64, 1024, whole=True),
        Bound(11, 'sample rate', 2000, 12500, whole=True, unit='ksps'), Bound(12, 'high-pass 1', 0, 3, whole=True),
        Bound(13, 'high-pass 2', 0, 3, whole=True), Bound(14, 'RX gain', 0, 255, whole=True))),
    'chirpCfg': _same(8, bounds=(
        Bound(1, 'first chirp', 0, 511, whole=True), Bound(2, 'last chirp', 0, 511, whole=True),
        Bound(3, 'profile', 0, 3, whole=True), Bound(8, 'transmitters', 1, 7, whole=True))),
    'frameCfg': _same(7, bounds=(
        Bound(1, 'first chirp', 0, 511, whole=True), Bound(2, 'last chirp', 0, 511, whole=True),
        Bound(3, 'loops', 1, 255, whole=True), Bound(4, 'frames (0: endless)', 0, 0, whole=True),
        Bound(5, 'period', 0.3, 1342, unit='ms'), Bound(6, 'trigger', 1, 1, whole=True))),
    'lowPower': _same(2),
    'guiMonitor': Command(((6,), (7,), (7,)), (
        Bound(1, 'detected objects', 1, 1, whole=True), Bound(2, 'range profile', 0, 1, whole=True),
        Bound(3, 'noise profile', 0, 1, whole=True), Bound(4, 'azimuth map', 0, 1, whole=True),
        Bound(5, 'range-Doppler map', 0, 1, whole=True), Bound(6, 'statistics', 0, 1, whole=True))),
    'cfarCfg': Command(((7,), (8,), (9,)), (Bound(1, 'direction', 0, 1, whole=True),
                                            Bound(2, 'averaging', 0, 2, whole=True))),
    'peakGrouping': Command(((5,), (6,), ()), (Bound(2, 'in range', 0, 1, whole=True),
                                               Bound(3, 'in Doppler', 0, 1, whole=True))),
    'multiObjBeamForming': Command(((2,), (3,), (3,)), _switch('enabled')),
    'calibDcRangeSig': Command(((4,), (5,), (5,)), _switch('enabled')),
    'clutterRemoval': Command(((1,), (2,), (2,)), _switch('enabled')),
    'extendedMaxVelocity': Command(((), (2,), (2,)), _switch('enabled')),
    'bpmCfg': Command(((), (4,), (4,)), _switch('enabled')),
    'nearFieldCfg': Command(((), (4,), ()), _switch('enabled')),
    'compRangeBiasAndRxChanPhase': Command(((25,), (17,), (17, 25))),
    'measureRangeBiasAndRxChanPhase': _same(3, bounds=_switch('enabled')),
    'CQRxSatMonitor': _same(5),
    'CQSigImgMonitor': _same(3),
    'analogMonitor': _same(2),
    'lvdsStreamCfg': Command(((), (4,), (4,))),
    'configDataPort': _same(2, bounds=(Bound(1, 'baud', 921600, 921600, whole=True),)),
    'aoaFovCfg': Command(((), (), (5,))),
    'cfarFovCfg': Command(((), (), (4,))),
    'calibData': Command(((), (), (3,))),
    'sensorStart': _same(0),
}
