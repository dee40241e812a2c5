"""What a device can do, so that a configuration beyond it is refused before the device is asked. Pure.

| limit | xwr14xx | xwr16xx | SDK 3 | source |
|---|---|---|---|---|
| sample rate, complex | 6250 ksps | 6250 ksps | 12500 ksps | TI device comparison, data sheets |
| IF bandwidth | 5 MHz | 5 MHz | 10 MHz | the same; unverified on the 1443 |
| slope | 100 MHz/us | 100 MHz/us | 266 MHz/us | data sheets |
| ADC buffer | 16 KiB | 32 KiB | 32 KiB | SDK header `SOC_XWR14XX_MSS_ADCBUF_SIZE`; data sheets |
| radar cube | 384 KiB | 768 KiB | 1024 KiB | data sheets (L3 memory) |
| loops | power of two | power of two | any | the demos' Doppler FFT |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from outrider_sensors.radar.chirp import Chirp

DATA_BYTES_PER_S = 92_160  # 921600 baud, 8N1
MAX_POINTS = 100  # the demos of SDK 1/2 send at most 100
_SAMPLE_BYTES = 4  # 16-bit I and Q
# Part of the sample rate that the receiver's filter leaves usable, complex sampling: TI's own visualiser uses it too.
_USABLE_BAND = 0.9
# The frame must leave the processor time to work and to send.
_MAX_ACTIVE = 0.9
_OFF = (0, (0.0,))


@dataclass(frozen=True)
class Device:
    """Limits of one family, in the units of the table above."""

    sample_rate_ksps: float
    if_mhz: float
    slope_mhz_per_us: float
    adc_buffer_bytes: int
    cube_bytes: int
    power_of_two_loops: bool


DEVICES = {
    'xwr14xx': Device(6250, 5.0, 100, 16384, 384 * 1024, True),
    'xwr16xx': Device(6250, 5.0, 100, 32768, 768 * 1024, True),
    'sdk3': Device(12500, 10.0, 266, 32768, 1024 * 1024, False),
}


def usable_range_m(family: str, chirp: Chirp) -> float:
    """Return the range that can honestly be claimed: where the receiver's band ends, not the FFT."""
    return chirp.range_at_if_m(min(DEVICES[family].if_mhz, _USABLE_BAND * chirp.sample_rate_ksps * 1e-3))


def chirp_problems(family: str, chirp: Chirp, lines: Mapping[str, tuple[int, tuple[float, ...]]],
                   tx_masks: Mapping[int, int]) -> Iterator[tuple[int, str]]:
    """Yield (line number, reason) for each limit that the chirp breaks.

    `lines` maps a command to its line and its arguments without subframe index, `tx_masks` a chirp to transmitters.
    """
    device = DEVICES[family]
    profile, frame, channels = lines['profileCfg'][0], lines['frameCfg'][0], lines['channelCfg'][0]
    receivers = int(lines['channelCfg'][1][0]).bit_count()
    enabled = int(lines['channelCfg'][1][1])
    if chirp.sample_rate_ksps > device.sample_rate_ksps:
        yield profile, (f"'profileCfg' sample rate is {chirp.sample_rate_ksps:g} ksps, expected at most "
                        f'{device.sample_rate_ksps:g} on {family}.')
    if chirp.slope_mhz_per_us > device.slope_mhz_per_us:
        yield profile, (f"'profileCfg' slope is {chirp.slope_mhz_per_us:g} MHz/us, expected at most "
                        f'{device.slope_mhz_per_us:g} on {family}.')
    low, high = (60.0, 64.0) if chirp.start_ghz < 70 else (76.0, 81.0)
    if not low <= chirp.start_ghz or chirp.end_ghz > high:
        yield profile, (f"'profileCfg' sweeps {chirp.start_ghz:g} to {chirp.end_ghz:.3f} GHz, expected within "
                        f'{low:g} to {high:g}. Shorten the ramp or flatten the slope.')
    if chirp.adc_end_us > chirp.ramp_end_us:
        yield profile, (f"'profileCfg' samples until {chirp.adc_end_us:.2f} us, expected to end with the ramp at "
                        f'{chirp.ramp_end_us:g} us. Take fewer samples or a longer ramp.')
    if chirp.adc_samples * receivers * _SAMPLE_BYTES > device.adc_buffer_bytes:
        yield profile, (f"'profileCfg' takes {chirp.adc_samples} samples on {receivers} receivers, expected at most "
                        f'{device.adc_buffer_bytes // receivers // _SAMPLE_BYTES}: the ADC buffer is full.')
    if device.power_of_two_loops and chirp.loops & (chirp.loops - 1):
        yield frame, (f"'frameCfg' has {chirp.loops} loops, expected a power of two on {family}.")
    cube = chirp.range_fft_size * chirp.loops * chirp.chirps_per_loop * receivers * _SAMPLE_BYTES
    if cube > device.cube_bytes:
        yield frame, (f"'frameCfg' needs a radar cube of {cube // 1024} KiB, expected at most "
                      f'{device.cube_bytes // 1024} on {family}. Take fewer loops or samples.')
    if chirp.active_ms > _MAX_ACTIVE * chirp.frame_period_ms:
        yield frame, (f"'frameCfg' chirps for {chirp.active_ms:.2f} ms of a {chirp.frame_period_ms:g} ms frame, "
                      f'expected at most {_MAX_ACTIVE:.0%}. Take fewer loops or a longer period.')
    for chirp_index, mask in tx_masks.items():
        if mask & ~enabled:
            yield channels, (f"'channelCfg' enables transmitters {enabled}, but chirp {chirp_index} uses {mask}. "
                             'Enable them or correct the chirp.')
    sends = _bytes_per_frame(chirp, lines['guiMonitor'][1], receivers) * chirp.frame_rate_hz
    if sends > DATA_BYTES_PER_S:
        yield lines['guiMonitor'][0], (f"'guiMonitor' asks for {sends / 1e3:.0f} kB/s, expected at most "
                                       f"{DATA_BYTES_PER_S / 1e3:.0f}, the data port's limit. Turn its maps off.")


def _bytes_per_frame(chirp: Chirp, gui: tuple[float, ...], receivers: int) -> float:
    """Return the size of a full frame: header, points, side information and what the monitor adds."""
    bins = chirp.range_fft_size
    azimuth_antennas = min(chirp.chirps_per_loop, 2) * receivers
    return (40 + 31 + 8 + MAX_POINTS * 20
            + gui[1] * (8 + 2 * bins) + gui[2] * (8 + 2 * bins) + gui[3] * (8 + 4 * bins * azimuth_antennas)
            + gui[4] * (8 + 2 * bins * chirp.loops) + gui[5] * 32)


def warnings_of(lines: Mapping[str, tuple[int, tuple[float, ...]]]) -> tuple[str, ...]:
    """Return what is allowed but hardly meant; `lines` as in chirp_problems()."""
    said = []
    if lines.get('clutterRemoval', _OFF)[1][0]:
        said.append("'clutterRemoval 1' erases whatever keeps our own speed, such as a car that follows. Use 0.")
    if lines.get('extendedMaxVelocity', _OFF)[1][0]:
        said.append("'extendedMaxVelocity 1' lets the device guess beyond its velocity limit, unmarked.")
    return tuple(said)
