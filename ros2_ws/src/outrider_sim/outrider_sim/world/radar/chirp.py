"""A chirp and what follows from it, written down a second time: the world takes nothing from the driver.

Source: C. Iovescu, S. Rao, "The fundamentals of millimeter wave radar sensors" (Texas Instruments SPYY005).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LIGHT_MPS = 299_792_458.0
IF_LIMIT_HZ = 5e6  # where the receiver of the xWR1443 ends


@dataclass(frozen=True)
class Cfar:
    """Which cells tell the noise. Mode: 0 both sides' mean (CA), 1 the larger side (GO), 2 the smaller (SO)."""

    mode: int = 2
    window: int = 8          # cells on either side
    guard: int = 4           # cells between


@dataclass(frozen=True)
class Chirp:
    """One profile and its frame."""

    start_hz: float
    idle_s: float
    adc_start_s: float
    ramp_end_s: float
    slope_hz_per_s: float
    samples: int
    sample_rate_hz: float
    transmitters: int        # that take turns
    second_slot: int         # chirps after the first azimuth transmitter that the second speaks; 0: there is but one
    loops: int
    period_s: float          # of a frame
    group_range: bool = True    # of two neighbouring cells only the stronger one is sent
    group_doppler: bool = True
    cfar: Cfar = Cfar()
    second_angle: float = 0.5   # share of the first one's magnitude from which a second angle is a point; inf: never
    without_still: bool = False     # what does not move against the radar is taken out

    @property
    def range_bins(self) -> int:
        """Of the FFT: the next power of two."""
        return 1 << max(self.samples - 1, 0).bit_length()

    @property
    def range_bin_m(self) -> float:
        """From one bin to the next."""
        return LIGHT_MPS * self.sample_rate_hz / (2.0 * self.slope_hz_per_s * self.range_bins)

    @property
    def range_max_m(self) -> float:
        """Where the FFT or the receiver's band ends."""
        return LIGHT_MPS * min(self.sample_rate_hz, IF_LIMIT_HZ) / (2.0 * self.slope_hz_per_s)

    @property
    def antennas(self) -> int:
        """Virtual ones in a row, half a wavelength apart: four receivers for each azimuth transmitter."""
        return 8 if self.second_slot else 4

    @property
    def most_points(self) -> int:
        """What the demo's memory holds: 100, with elevation 64."""
        return 64 if self.transmitters > 2 else 100

    @property
    def xyz_q(self) -> int:
        """Bits behind the point of metres on the wire: as TI's demo chooses them, 9 for the recording."""
        return max(math.ceil(math.log2(16.0 / self.range_bin_m)), 0)

    @property
    def wavelength_m(self) -> float:
        """In the middle of what is sampled."""
        middle = self.adc_start_s + 0.5 * self.samples / self.sample_rate_hz
        return LIGHT_MPS / (self.start_hz + self.slope_hz_per_s * middle)

    @property
    def velocity_step_mps(self) -> float:
        """From one Doppler bin to the next."""
        loop_s = (self.idle_s + self.ramp_end_s) * self.transmitters
        return self.wavelength_m / (2.0 * loop_s * self.loops)

    @property
    def integration_s(self) -> float:
        """Sampled time of one transmitter in a frame."""
        return self.samples / self.sample_rate_hz * self.loops


def read_cfg(text: str) -> Chirp:
    """Return the chirp of a .cfg file that a driver has found good. Raises ValueError for one without it."""
    lines = [line.split() for line in text.splitlines() if line.strip() and line.lstrip()[0] not in '%#']
    found = {words[0]: [float(word) for word in words[1:]] for words in lines}
    try:
        profile, frame, grouping = found['profileCfg'], found['frameCfg'], found.get('peakGrouping', [1, 1, 1])
    except KeyError as error:
        raise ValueError(f'the radar configuration has no {error.args[0]}, expected profileCfg and frameCfg; '
                         'take config/radar/road.cfg.') from None
    if len(grouping) == 6:  # SDK 3 and xWR16xx begin with the subframe
        grouping = grouping[1:]
    # SDK 3 and xWR16xx begin with the subframe.
    cfar = found.get('cfarCfg', [0, 2, 8, 4])[-7 if len(found.get('cfarCfg', [])) == 8 else 0:]
    beams, still = found.get('multiObjBeamForming', [1, 0.5])[-2:], found.get('clutterRemoval', [0])[-1]
    masks = [int(float(words[8])) for words in lines if words[0] == 'chirpCfg']
    # Of three transmitters the second sits higher than the others: it tells elevation.
    azimuth = [slot for slot, mask in enumerate(masks) if mask != 2 or len(masks) < 3]
    return Chirp(start_hz=profile[1] * 1e9, idle_s=profile[2] * 1e-6, adc_start_s=profile[3] * 1e-6,
                 ramp_end_s=profile[4] * 1e-6, slope_hz_per_s=profile[7] * 1e12, samples=int(profile[9]),
                 sample_rate_hz=profile[10] * 1e3, transmitters=len(masks),
                 second_slot=azimuth[1] - azimuth[0] if len(azimuth) > 1 else 0, loops=int(frame[2]),
                 period_s=frame[4] * 1e-3, group_range=bool(grouping[1]),
                 group_doppler=bool(grouping[2]), cfar=Cfar(int(cfar[1]), int(cfar[2]), int(cfar[3])),
                 second_angle=beams[1] if beams[0] else math.inf, without_still=bool(still))
