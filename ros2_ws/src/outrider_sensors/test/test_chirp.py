"""The formulas against what a real IWR1443 printed, and against the table of config/radar/README.md."""

import pytest

from outrider_sensors.radar.chirp import Chirp

RECORDED = Chirp(start_ghz=77, idle_us=7, adc_start_us=7, ramp_end_us=57.14, slope_mhz_per_us=70, adc_samples=240,
                 sample_rate_ksps=4884, chirps_per_loop=3, loops=16, frame_period_ms=33.333)
ROAD = Chirp(start_ghz=77, idle_us=5, adc_start_us=5, ramp_end_us=21, slope_mhz_per_us=9, adc_samples=96,
             sample_rate_ksps=6250, chirps_per_loop=2, loops=64, frame_period_ms=50)


def test_velocity_step_equals_the_real_recordings_to_six_digits():
    assert RECORDED.velocity_step_mps == pytest.approx(0.6146687, abs=5e-7)


def test_range_step_of_the_real_recording_is_its_resolution():
    assert RECORDED.range_resolution_m == pytest.approx(0.04357672, abs=5e-7)


def test_range_bins_are_those_of_the_next_power_of_two():
    assert RECORDED.range_fft_size == 256
    assert RECORDED.range_bin_m == pytest.approx(RECORDED.range_resolution_m * 240 / 256)
    assert RECORDED.range_max_m == pytest.approx(RECORDED.range_bin_m * 256)


@pytest.mark.parametrize(('samples', 'bins'), [(64, 64), (65, 128), (96, 128), (128, 128), (240, 256), (1024, 1024)])
def test_range_fft_size(samples, bins):
    assert Chirp(77, 7, 7, 60, 70, samples, 5000, 3, 16, 33).range_fft_size == bins


def test_road_reaches_what_its_comments_say():
    assert ROAD.range_max_m == pytest.approx(104, abs=0.5)
    assert ROAD.range_at_if_m(5.0) == pytest.approx(83.3, abs=0.1)
    assert ROAD.range_resolution_m == pytest.approx(1.08, abs=0.005)
    assert ROAD.velocity_max_mps == pytest.approx(18.7, abs=0.05)
    assert ROAD.velocity_step_mps == pytest.approx(0.58, abs=0.005)
    assert ROAD.frame_rate_hz == 20
    assert ROAD.adc_end_us <= ROAD.ramp_end_us


def test_velocity_limit_is_half_the_doppler_bins():
    assert ROAD.velocity_max_mps == pytest.approx(ROAD.velocity_step_mps * 64 / 2)
