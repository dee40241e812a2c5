"""The node's parameters: what depends on the sensor, the rig and its owner; the rest stands in config/perception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from outrider_node import Param
from outrider_node.params import ParamValue
from outrider_perception.config import LEVELS, Config

_NAMES = {level: name for name, level in LEVELS.items()}

FOLDER = Param('config_folder', '', '', 'of the numbers of perception; empty: config/perception of the checkout')


def parameters(config: Config) -> tuple[Param, ...]:
    """Return the node's parameters; their defaults are those of `config`."""
    tracks, hazards, motion = config.tracks, config.hazards, config.motion
    return (
        FOLDER,
        Param('outline_length_m', hazards.outline_length_m, 'm', "the rig's outline, centred on base_link", 0.1, 20.0),
        Param('outline_width_m', hazards.outline_width_m, 'm', "the rig's outline, handlebar included", 0.1, 5.0),
        Param('leakage_range_m', tracks.leakage_range_m, 'm', 'nearer points are the radar hearing itself', 0.05, 5.0),
        Param('velocity_bin_mps', tracks.velocity_bin_mps, 'm/s',
              'Doppler bin of the chirp where radar/info is silent', 0.01, 5.0),
        Param('range_sigma_m', tracks.range_sigma_m, 'm', 'error of a range, one sigma', 0.01, 5.0),
        Param('azimuth_sigma_rad', tracks.azimuth_sigma_rad, 'rad', 'error of a bearing, one sigma', 0.001, 0.5),
        Param('dark_lux', config.sight.dark_lux, 'lx', 'camera/light below it is night', 0.0, 1000.0),
        Param('gyro_bias_sigma_radps', motion.gyro_bias_sigma_radps, 'rad/s', 'of imu/data as its driver corrects it',
              1e-4, 0.1),
        Param('gps_age_s', motion.gps_age_s, 's', 'by which gps/velocity is older than its stamp, beside the radar',
              0.0, 0.5),
        Param('wheel_scale', motion.wheel_scale, '', 'share by which speed by wheels may be wrong: tyres, load', 0.0,
              0.2),
        *(Param(f'{_NAMES[level.level]}_{what}', value, unit, f'{_NAMES[level.level]}: {about}', 0.0, highest)
          for level in hazards.levels
          for what, value, unit, about, highest in (
              ('time_s', level.time_s, 's', 'on below this time to closest approach', 20.0),
              ('clearance_m', level.clearance_m, 'm', 'on below this predicted clearance', 10.0),
              ('min_closing_mps', level.min_closing_mps, 'm/s', 'on above this closing speed', 30.0))),
        Param('hold_s', hazards.hold_s, 's', 'a level stands at least so long after its last reason', 0.0, 10.0),
        Param('pass_clearance_m', hazards.pass_clearance_m, 'm', 'nearer passes of moving bodies are reported', 0.0,
              5.0),
    )


def with_values(config: Config, values: Mapping[str, ParamValue]) -> Config:
    """Return `config` with the parameters' values."""
    names = ('time_s', 'clearance_m', 'min_closing_mps')
    levels = tuple(replace(level, **{name: values[f'{_NAMES[level.level]}_{name}'] for name in names})
                   for level in cast(tuple[Any, ...], config.hazards.levels))
    return replace(
        config,
        tracks=replace(config.tracks, **_named(values, 'leakage_range_m', 'velocity_bin_mps', 'range_sigma_m',
                                               'azimuth_sigma_rad')),
        motion=replace(config.motion, **_named(values, 'gyro_bias_sigma_radps', 'gps_age_s', 'wheel_scale')),
        sight=replace(config.sight, **_named(values, 'dark_lux')),
        hazards=replace(config.hazards, levels=levels, **_named(values, 'outline_length_m', 'outline_width_m', 'hold_s',
                                                                'pass_clearance_m')))


def _named(values: Mapping[str, ParamValue], *names: str) -> dict[str, Any]:
    return {name: values[name] for name in names}
