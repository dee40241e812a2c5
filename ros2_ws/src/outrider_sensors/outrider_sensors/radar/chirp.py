"""What a chirp can see: range, velocity and their steps, by the formulas of FMCW radar.

Source of the formulas: C. Iovescu, S. Rao, "The fundamentals of millimeter wave radar sensors" (Texas Instruments
SPYY005), and the real IWR1443 recording of this project, whose range and velocity steps they give to six digits.

| symbol | meaning |
|---|---|
| S | slope of the sweep, Hz/s |
| fs | sample rate, complex samples/s |
| nADC | samples in a chirp |
| nFFT | next power of two >= nADC |
| Tc | time from one chirp to the next = idle + ramp end |
| n | chirps in a loop: one per transmitter that takes turns |
"""

from __future__ import annotations

from dataclasses import dataclass

SPEED_OF_LIGHT_MPS = 299_792_458.0


@dataclass(frozen=True)
class Chirp:
    """One profile and its frame, in the units of TI's `profileCfg` and `frameCfg`."""

    start_ghz: float
    idle_us: float
    adc_start_us: float
    ramp_end_us: float
    slope_mhz_per_us: float
    adc_samples: int
    sample_rate_ksps: float
    chirps_per_loop: int
    loops: int
    frame_period_ms: float

    @property
    def range_fft_size(self) -> int:
        """Bins of the range FFT: the next power of two >= nADC."""
        return 1 << max(self.adc_samples - 1, 0).bit_length()

    @property
    def range_bin_m(self) -> float:
        """Distance between two range bins: c fs / (2 S nFFT)."""
        return self._range_m(self.sample_rate_ksps / self.range_fft_size)

    @property
    def range_resolution_m(self) -> float:
        """Two targets nearer than this are one: c fs / (2 S nADC)."""
        return self._range_m(self.sample_rate_ksps / self.adc_samples)

    @property
    def range_max_m(self) -> float:
        """Where the range FFT ends: c fs / (2 S)."""
        return self._range_m(self.sample_rate_ksps)

    def range_at_if_m(self, if_mhz: float) -> float:
        """Range of a target whose beat frequency is `if_mhz`: c f / (2 S)."""
        return self._range_m(if_mhz * 1e3)

    def _range_m(self, khz: float) -> float:
        return SPEED_OF_LIGHT_MPS * khz * 1e3 / (2 * self.slope_mhz_per_us * 1e12)

    @property
    def chirp_period_s(self) -> float:
        """Tc = idle + ramp end."""
        return (self.idle_us + self.ramp_end_us) * 1e-6

    @property
    def wavelength_m(self) -> float:
        """Wavelength at the middle of what is sampled: start + S (adcStart + nADC / (2 fs))."""
        middle_us = self.adc_start_us + self.adc_samples / (2 * self.sample_rate_ksps * 1e-3)
        return SPEED_OF_LIGHT_MPS / (self.start_ghz * 1e9 + self.slope_mhz_per_us * 1e6 * middle_us)

    @property
    def velocity_step_mps(self) -> float:
        """Radial velocity of one Doppler bin: lambda / (2 Tc n loops)."""
        return self.wavelength_m / (2 * self.chirp_period_s * self.chirps_per_loop * self.loops)

    @property
    def velocity_max_mps(self) -> float:
        """Faster than this, either way, and a target aliases to another velocity: lambda / (4 Tc n)."""
        return self.wavelength_m / (4 * self.chirp_period_s * self.chirps_per_loop)

    @property
    def frame_rate_hz(self) -> float:
        """Frames in a second."""
        return 1e3 / self.frame_period_ms

    @property
    def adc_end_us(self) -> float:
        """When in the chirp the last sample is taken."""
        return self.adc_start_us + self.adc_samples / (self.sample_rate_ksps * 1e-3)

    @property
    def end_ghz(self) -> float:
        """Frequency at the end of the ramp."""
        return self.start_ghz + self.slope_mhz_per_us * self.ramp_end_us * 1e-3

    @property
    def active_ms(self) -> float:
        """Part of the frame in which chirps run."""
        return self.chirp_period_s * self.chirps_per_loop * self.loops * 1e3
