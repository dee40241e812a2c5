"""Every number of the chain, with its unit and where it comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Settings:
    """Parameters of points -> tracks. Those that depend on the sensor or the rig are parameters of the node."""

    # The sensor ---------------------------------------------------------------------------------------------------
    leakage_range_m: float = 0.30        # transmit antenna heard directly: at most 0.25 m in real data, plus a cell
    max_range_m: float = 250.0           # no 77 GHz chirp of ours reaches it; beyond: damaged data
    max_range_rate_mps: float = 100.0    # likewise
    max_elevation_rad: float = 0.79      # 45 deg: outside the antenna's lobe (+-14 deg at 6 dB); such angles are wrong
    max_height_m: float = 1.5            # m above or below the sensor: heights of bodies; more is error of elevation
    reflects_at_m: float = 0.6           # above the ground: number plates, wheel houses, hips
    velocity_bin_mps: float = 0.62       # widest Doppler bin of our chirps (radhar 0.615, road 0.58)
    range_sigma_m: float = 0.15          # half a bin of `road` (1.08 m over sqrt 12 is 0.31; near chirps 0.05)
    azimuth_sigma_rad: float = 0.03      # sine grid of 1/32, an error that repeats: a whole step, not step / sqrt 12
    limbs_sigma_mps: float = 0.24        # limbs and wheels move against the body
    range_rate_sigma_mps: float = 0.30   # bin / sqrt 12 = 0.18, and they
    body_sigma_m: float = 0.25           # the strongest scatterer wanders over the body by about this

    # Own velocity (Kellner 2013; Doer and Trommer 2020) -------------------------------------------------------------
    ego_inlier_mps: float = 0.15         # beyond half a Doppler bin
    ego_draws: int = 38                  # 2-point draws: 99.99 % to hit one clean pair at 55 % statics
    ego_min_statics: int = 5             # points; fewer fit anything
    ego_min_known: int = 2               # points; so few are believed where they agree with a speed that is known
    ego_crowd_reach: float = 0.5         # of the reach of clusters: points so near count as one body
    ego_min_bodies: float = 2.0          # that they belong to: one body may be the one that moves
    ego_min_share: float = 0.30          # of all bodies in the scan
    ego_max_sigma_mps: float = 0.5       # along x; worse: not valid
    ego_lateral_sigma_mps: float = 0.05  # wheels do not slide; a standing rig sways a little,
    ego_lateral_per_speed: float = 0.05  # a rolling one adds yaw rate times lever arm (0.3 rad/s, 0.9 m at 5.5 m/s)
    ego_max_accel_mps2: float = 6.0      # an emergency stop; faster changes are a convoy that poses as the ground
    ego_past_votes: float = 2.0          # the last velocity counts as so many bodies
    ego_lasting_scans: float = 1.3       # over which the errors of one scan last: the same posts in the same bins
    ego_doubt_scans: int = 10            # so many scans that agree with each other are believed all the same

    # Doppler unfolding, where the chirp's span is known (unfold.py, trace.py) ---------------------------------------
    unfold_ground_mps: float = 40.0      # over ground, along the line of sight: 144 km/h
    unfold_own_mps: float = 10.0         # of the rig itself
    unfold_usual_mps: float = 20.0       # of traffic, one sigma: between two equal pasts the slower one
    unfold_scans: int = 6                # of the past that are asked,
    unfold_window_s: float = 0.45        # none of them older
    unfold_range_sigma_m: float = 0.5    # between two scans: a bin of `road` each, and another scatterer,
    unfold_scatterer_m: float = 0.2      # whose share is this; the bins' is that of the chirp, where it is known
    unfold_stamp_sigma_s: float = 0.010  # of one scan against another: a host's jitter
    unfold_margin_nats: float = 3.5      # by which the best multiple leads: wrong in one of 30, in a row in none
    unfold_support: int = 1              # past scans that agree with it;
    unfold_support_narrow: int = 5       # in narrow spans, where many multiples compete: all of the past but one
    unfold_pair_nats: float = 1.5        # that two peaks speak for an odd multiple, and a single one against it
    unfold_claim: float = 4.0            # a track takes what looks like ground at up to 2 sigma
    unfold_stands_nats: float = 5.0      # what looks like ground most often is
    unfold_blind_mps: float = 20.0       # spans so narrow that traffic may look like ground

    # Standing bodies, seen from a standing rig ---------------------------------------------------------------------
    still_speed_mps: float = 0.3         # below half a Doppler bin the rig stands
    background_tau_s: float = 10.0       # memory of the map of what always returns
    background_share: float = 0.30       # a cell that returned in 30 % of the memory is background: 3.6 s of standing
    background_range_m: float = 20.0     # further out a walker is not told from clutter by place alone

    # Clusters ----------------------------------------------------------------------------------------------------
    cluster_range_m: float = 2.5         # from a car's bumper to its next scatterer; cars in a queue stand 4 m apart
    cluster_cross_m: float = 0.7         # shoulder to shoulder; grows with range by 2 sigma of azimuth
    cluster_rate_mps: float = 1.4        # two bins and a little: torso and legs differ by one or two
    sidelobe_range_m: float = 0.25       # same range and Doppler cell at another angle and weaker:
    sidelobe_rate_mps: float = 0.35      # a side lobe or a bounce, not a second body

    near_part_m: float = 1.5             # what lies so much deeper than a body's nearest point counts 1/e of it: a cell
    length_trust: float = 0.3            # of a length seen in one scan; 4 scans believe three quarters of it

    # Motion --------------------------------------------------------------------------------------------------------
    accel_along_m2ps3: float = 3.0       # white acceleration along the road: 1.7 m/s in a second, braking and walkers
    accel_across_m2ps3: float = 0.2      # across it for what drives: 0.45 m/s in a second is one sigma, a lane change
                                         # (1 m/s) two; more makes a bearing's grid error look like a swerve
    lane_tau_s: float = 2.5              # a lane change takes 2 to 5 s (Toledo, Zohar, TRR 1999): its velocity fades
    sway_tau_s: float = 1.5              # memory of a rider's sway about his way: over one sway of 1.25 s; a bias of
                                         # a gyroscope of 0.003 rad/s makes 0.005 rad of it
    walking_mps: float = 2.5             # slower bodies may turn on the spot: no preferred direction
    turn_tau_s: float = 0.5              # a slow body without Doppler has most likely stopped; time for a step
    start_along_sigma_mps: float = 8.0   # first guess of velocity relative to the rig, along the road
    start_across_sigma_mps: float = 0.7  # and across it: traffic runs along the road, lane changes reach 1 m/s

    bend_mps2: float = 3.5               # across their way: what drivers take in a bend; faster ones go straight on

    # Identity ------------------------------------------------------------------------------------------------------
    gate: float = 11.3                   # chi-square, 3 degrees of freedom, 99 %
    gate_cartesian: float = 9.2          # 2 degrees of freedom, 99 %
    clutter_density: float = 4e-4        # false movers per m, rad, m/s and scan: one in two scans over 30 m, 2 rad, 20
    clutter_density_m2: float = 1e-3     # false boxes per square metre and scan
    detection: float = 0.9               # of a body that shows Doppler
    start_existence: float = 0.2         # one unmatched mover: most are not bodies
    confirm_existence: float = 0.9       # IPDA's customary pair
    delete_existence: float = 0.05
    max_existence: float = 0.99          # sets the longest silence: (4.6 + 2.9) / 7 = 1.07 s
    miss_nats_per_s: float = 7.0         # fades last 3..5 scans: silence counts by time, not by scan; 0.73 s at least
    hit_nats: float = 1.2                # most that one scan may add: successive scans are not independent
    hit_nats_multi: float = 1.8          # likewise, with two points or more
    merge_margin_m: float = 0.5          # a track this near to the box of an older one of like speed is the same body
    merge_speed_mps: float = 1.2
    max_tracks: int = 100                # as many as a frame has points

    # Time ----------------------------------------------------------------------------------------------------------
    max_gap_s: float = 2.0               # nothing lives through a longer silence
    max_late_s: float = 1.0              # older than this: the clock was set back, start anew

    def with_chirp(self, velocity_bin_mps: float, range_resolution_m: float | None = None) -> Settings:
        """Return these for a chirp with that Doppler bin and range resolution (None: as it is)."""
        across = self.unfold_range_sigma_m if range_resolution_m is None else math.hypot(
            math.sqrt(2.0 / 12.0) * range_resolution_m, self.unfold_scatterer_m)
        return replace(self, velocity_bin_mps=velocity_bin_mps, unfold_range_sigma_m=across,
                       range_rate_sigma_mps=math.hypot(velocity_bin_mps / math.sqrt(12.0), self.limbs_sigma_mps))


@dataclass(frozen=True)
class SightSettings:
    """Parameters of what camera and depth say (sight.py, near.py) and of tracks that rest on them."""

    edge_sigma_px: float = 1.0           # of an edge of a detector's box, and on top
    edge_share: float = 0.03             # of its height
    bearing_sigma_rad: float = 0.012     # mount 0.5 deg, and 20 ms of a stamp times a rider's sway of 0.1 rad/s
    place_share: float = 0.2             # of half a box, of a cluster's extent: where in it the tracked spot is
    pitch_sigma_rad: float = 0.02        # mount 0.5 deg, IMU 0.5, springs and humps of the road 0.8
    least_height_m: float = 0.3          # a camera lower than this sees no ground to measure on
    height_share: float = 0.10           # which part of a body the height of its box stands for
    depth_sigma_per_m2: float = 0.0016   # D455: 0.16 m at 10 m, 1.5 m at 30 m
    depth_reach_m: float = 30.0          # of depth inside a box; beyond, the box says as much
    body_sigma_m: float = 0.25           # nearest surface against the tracked spot, as radar's
    range_lasting: float = 4.0           # images over which one body's size, pitch and ground err alike: half a second
    depth_lasting: float = 2.0           # and its depth: windows overlap, texture stays
    full_inverse_per_m: float = 0.3      # a box that fills the image: 3 m away, give or take 3
    near_sigma_m: float = 0.10           # ragged outlines, at any distance
    ragged_share: float = 0.3            # of the error along the line of sight: that across it
    largest_m: float = 13.0              # a bus is 12; what is larger is a wall
    gate: float = 9.2                    # chi-square, 2 degrees of freedom, 99 %
    clutter_per_rad: float = 0.02        # false boxes per rad and 1/m and image: one in 50 images over 1.5 rad, 0.7 1/m
    clutter_per_m2: float = 0.01         # false clusters per square metre and image: one over the 110 m2 in view
    hit_nats: float = 0.5                # most that one image may add: a false box comes back for a third of a second
    look_tau_s: float = 0.5              # for so long the looks of one body are taken for the same class
    start_along_mps: float = 8.0         # first guess of velocity relative to the rig, along the road
    start_across_mps: float = 1.5        # and across it: walkers cross
    moves_mps: float = 2.0               # over ground, beyond three sigma: what other eyes found is a road user (what
                                         # is seen of a parked car wanders from its end to its flank in a second), and
    moves_share: float = 0.4             # beyond this share of the relative speed where size alone tells the range
    moves_sigmas: float = 3.0
    scale_s: float = 0.3                 # for so long a range by depth or radar vouches for those by size
    births: int = 50                     # tracks up to which images may start new ones: the rest is for the radar
    late_s: float = 0.35                 # so old a measurement is still used: image, detector and a busy host


@dataclass(frozen=True)
class MotionSettings:
    """Parameters of the rig's own motion (motion.py)."""

    start_speed_sigma_mps: float = 8.0   # of an unknown one; nothing of ours goes faster for long
    accel_sigma_mps2: float = 0.7        # of a rider; braking hard is 3 to 4 of it
    accel_tau_s: float = 1.0             # for which he keeps it
    lateral_sigma_mps: float = 0.05      # wheels do not slide, but what is above them sways: lean rate times height,
    lateral_per_speed: float = 0.02      # and the wheels' way swings by 1 degree under the rider's sway
    lateral_tau_s: float = 0.2           # a quarter of a sway of 0.8 Hz is 0.3 s
    yaw_sigma_radps: float = 0.2         # sway 0.1, a turn at a junction 0.5
    yaw_tau_s: float = 0.5
    gyro_sigma_radps: float = 0.01       # vibration that is left after a mean over a scan, 0.5 deg/s
    gyro_scale: float = 0.01             # of a consumer part
    gyro_bias_sigma_radps: float = 0.009  # at switch-on, 0.5 deg/s (Bosch BMI085); less where the driver has learnt it
    gyro_walk2: float = 2.7e-9           # (rad/s)^2 per s: 0.003 deg/s per root s
    most_yaw_radps: float = 10.0         # beyond: damaged
    most_speed_mps: float = 60.0         # likewise
    doppler_bias: float = 0.015          # share that lasts: two posts left and right in one cell are seen as one ahead
    doppler_bias_tau_s: float = 10.0
    least_sigma_mps: float = 0.01        # of any speed: no sensor is better
    gps_age_s: float = 0.06              # older than a radar's scan when it is told: receivers compute for 50 to 150 ms
    age_sigma_s: float = 0.04            # of it
    gps_share: float = 0.5               # of the variance told, which is that of both level axes: along the way
    course_speed_mps: float = 1.5        # slower has no direction
    course_sigma_rad: float = 0.015      # of a body that sways, besides the receiver's own
    wheel_scale: float = 0.02            # tyre pressure and load
    gate: float = 9.0                    # chi-square for each number of a measurement: 3 sigma
    doubt_times: int = 10                # half a second of the same is believed all the same
    most_late_s: float = 0.5             # GPS is 0.05 to 0.15 s old when it comes
    memory_s: float = 1.0                # silent for longer is missing
    known_sigma_mps: float = 0.5         # a speed that is known
    sway_s: float = 1.25                 # of a rider: 0.8 Hz
    sway_yaw_radps: float = 0.12         # that it turns the rig by at most: 1.3 degrees of yaw at 0.8 Hz
    onset_s: float = 0.3                 # a turn is seen after
    scan_s: float = 0.05                 # over which a yaw rate is told: what shakes in between is nobody's way
    straight_radps: float = 0.02         # twice a gyroscope's bias; a bend of 60 m at 5.5 m/s is 0.09
