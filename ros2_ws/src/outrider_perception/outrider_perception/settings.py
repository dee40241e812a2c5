"""What the chain is tuned by: names, units and types. The numbers and their reasons stand in config/perception."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from outrider_perception.arrays import Floats
from outrider_perception.bodies import Bodies


@dataclass(frozen=True)
class Settings:
    """Parameters of points -> tracks (tracker.yaml), and what bodies there are."""

    leakage_range_m: float
    max_range_m: float
    max_range_rate_mps: float
    max_elevation_rad: float
    max_height_m: float
    reflects_at_m: float
    velocity_bin_mps: float
    range_sigma_m: float
    azimuth_sigma_rad: float
    azimuth_apart_rad: float
    limbs_sigma_mps: float
    range_rate_sigma_mps: float
    body_sigma_m: float
    ego_inlier_mps: float
    ego_scatter_mps: float
    ego_draws: int
    ego_min_statics: int
    ego_min_known: int
    ego_crowd_reach: float
    ego_min_bodies: float
    ego_min_share: float
    ego_max_sigma_mps: float
    ego_lateral_sigma_mps: float
    ego_lateral_per_speed: float
    ego_max_accel_mps2: float
    ego_past_votes: float
    ego_doubt_scans: int
    unfold_ground_mps: float
    unfold_own_mps: float
    unfold_usual_mps: float
    unfold_scans: int
    unfold_window_s: float
    unfold_range_sigma_m: float
    unfold_scatterer_m: float
    unfold_stamp_sigma_s: float
    unfold_margin_nats: float
    unfold_support: int
    unfold_support_narrow: int
    unfold_pair_nats: float
    unfold_split_sine: float
    unfold_claim: float
    unfold_claim_narrow: float
    unfold_stands_nats: float
    unfold_blind_mps: float
    still_speed_mps: float
    background_tau_s: float
    background_share: float
    background_range_m: float
    cluster_range_m: float
    cluster_cross_m: float
    cluster_rate_mps: float
    sidelobe_range_m: float
    sidelobe_rate_mps: float
    near_part_m: float
    length_trust: float
    pace_rise_s: float
    pace_fall_s: float
    heading_mps: float
    size_news: float
    same_body_reach: float
    accel_along_m2ps3: float
    accel_across_m2ps3: float
    swerve_m2ps3: float
    swerve_sigmas: float
    swerve_tau_s: float
    lane_tau_s: float
    aside_tau_s: float
    aside_sigma_m: float
    sway_tau_s: float
    walking_mps: float
    turn_tau_s: float
    start_along_sigma_mps: float
    start_across_sigma_mps: float
    bend_mps2: float
    least_turn_m: float
    gate: float
    gate_cartesian: float
    clutter_density: float
    clutter_density_m2: float
    detection: float
    start_existence: float
    confirm_existence: float
    delete_existence: float
    max_existence: float
    miss_nats_per_s: float
    hit_nats: float
    hit_nats_multi: float
    merge_margin_m: float
    tail_s: float
    merge_speed_mps: float
    row_reach_m: float
    row_cell_m: float
    row_cells: int
    row_aside_m: float
    row_step_m: float
    row_tau_s: float
    row_echoes: float
    twin_m: float
    twin_apart_m: float
    twin_share: float
    twin_mps: float
    twin_s: float
    box_news: float
    max_tracks: int
    max_gap_s: float
    max_late_s: float
    bodies: Bodies

    @cached_property
    def largest(self) -> Floats:
        """Return how large (5, 1) a point's range, azimuth, elevation, range rate and strength may be."""
        return np.array([[self.max_range_m], [2.0 * math.pi], [0.5 * math.pi], [self.max_range_rate_mps], [1e3]])

    def with_chirp(self, velocity_bin_mps: float, range_resolution_m: float | None = None) -> Settings:
        """Return these for a chirp with that Doppler bin and range resolution (None: as it is)."""
        across = self.unfold_range_sigma_m if range_resolution_m is None else math.hypot(
            math.sqrt(2.0 / 12.0) * range_resolution_m, self.unfold_scatterer_m)
        return replace(self, velocity_bin_mps=velocity_bin_mps, unfold_range_sigma_m=across,
                       range_rate_sigma_mps=math.hypot(velocity_bin_mps / math.sqrt(12.0), self.limbs_sigma_mps))


@dataclass(frozen=True)
class SightSettings:
    """Parameters of what camera and depth say (sight.py, near.py) and of tracks that rest on them (sight.yaml)."""

    edge_sigma_px: float
    edge_share: float
    edge_cut_px: float
    bearing_sigma_rad: float
    place_share: float
    pitch_sigma_rad: float
    least_height_m: float
    height_share: float
    depth_sigma_per_m2: float
    depth_reach_m: float
    body_sigma_m: float
    range_lasting: float
    depth_lasting: float
    full_inverse_per_m: float
    near_sigma_m: float
    ragged_share: float
    width_sigma_m: float
    beside_m: float
    largest_m: float
    gate: float
    clutter_per_rad: float
    gate_near: float
    clutter_per_m3: float
    hit_nats: float
    look_tau_s: float
    start_along_mps: float
    start_across_mps: float
    moves_mps: float
    moves_share: float
    moves_sigmas: float
    scale_s: float
    refute_view_rad: float
    refute_reach_m: float
    refute_bins: int
    refute_s: float
    refute_mps: float
    births: int
    late_s: float
    dark_lux: float


@dataclass(frozen=True)
class MotionSettings:
    """Parameters of the rig's own motion (motion.py, motion.yaml)."""

    start_speed_sigma_mps: float
    accel_sigma_mps2: float
    accel_tau_s: float
    lateral_sigma_mps: float
    lateral_per_speed: float
    lateral_tau_s: float
    yaw_sigma_radps: float
    yaw_tau_s: float
    gyro_sigma_radps: float
    gyro_scale: float
    gyro_bias_sigma_radps: float
    gyro_walk2: float
    most_yaw_radps: float
    most_speed_mps: float
    doppler_bias: float
    doppler_bias_tau_s: float
    least_sigma_mps: float
    gps_age_s: float
    age_sigma_s: float
    gps_share: float
    gps_least_sigma_mps: float
    course_speed_mps: float
    course_sigma_rad: float
    wheel_scale: float
    wheel_sigma_mps: float
    one_wheel_sigma_mps: float
    gate: float
    doubt_times: int
    most_late_s: float
    memory_s: float
    known_sigma_mps: float
    sway_s: float
    sway_yaw_radps: float
    onset_s: float
    scan_s: float
    straight_radps: float
    aim_sigma_rad: float
    aim_rolls_mps: float
    aim_sway_rad: float
    aim_lasting: float
    aim_gate: float
    aim_together_s: float


@dataclass(frozen=True)
class DepthSettings:
    """Parameters of depth images to clusters (depth_image.py, depth.yaml)."""

    reach_m: float
    nearest_m: float
    ground_m: float
    ground_slope: float
    roof_m: float
    sigma_per_m2: float
    beam_px: int
    shell_m: float
    shell_sigmas: float
    least_pixels: int
    least_height_m: float
    least_width_m: float
    least_area_m2: float
    gap_m: float
    nose_m: tuple[float, float]
    bonnet_m: float
    edge_m: float
    edge_share: float
    most: int
    box_quantile: float
    box_least_pixels: int
    box_least_share: float
    box_most_pixels: int
    columns: int
    same_image_s: float
