"""When a track becomes a hazard: the table of levels. The numbers and their reasons stand in config/perception."""

from __future__ import annotations

from dataclasses import dataclass

NONE, NOTICE, WARN, URGENT = 0, 1, 2, 3
BEHIND, LEFT, RIGHT, AHEAD = 0, 1, 2, 3


@dataclass(frozen=True)
class Level:
    """One row: on while all hold; off beyond `time_s` and `clearance_m` times the hysteresis.

    Clearance counts as nearer than `clearance_m` where it is so by some of its sigmas: `early_sigmas` at `time_s`, when
    a mistake costs quiet and waiting costs nothing, falling to `late_sigmas` at `late_s`, when waiting costs the lead.
    At `last_s` the decision falls: from then on who may be so near is told (`last_sigmas`), if he surely stays within
    `far_ratio` times it (`far_sigmas`): whose lane change may end anywhere is not.
    """

    level: int
    time_s: float        # until closest approach or contact
    clearance_m: float   # predicted, between outlines
    early_sigmas: float
    late_sigmas: float
    late_s: float
    last_s: float        # 0: never
    last_sigmas: float
    far_ratio: float     # of clearance_m, whatever a rig sets that to
    far_sigmas: float
    min_closing_mps: float
    most_sigma_m: float  # one sigma of that clearance: what is known no better is not said yet


@dataclass(frozen=True)
class HazardSettings:
    """Parameters of tracks -> hazards (hazards.yaml). The rig's outline is centred on base_link."""

    outline_length_m: float
    outline_width_m: float
    levels: tuple[Level, ...]
    off_factor: float
    up_hits: int
    up_window: int
    hold_s: float
    past_mps: float
    horizon_s: float
    turn_lasts_s: float
    junction_m: float
    junction_rad: float
    bend_mps2: float
    lane_tau_s: float
    lane_m: float
    lane_end_s: float
    walking_mps: float
    extent_sigma_m: float
    pass_clearance_m: float
    pass_speed_mps: float
    pass_ground_speed_mps: float
    pass_over_m: float
    pass_far_m: float
    pass_news_m: float
