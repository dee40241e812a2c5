"""When a track becomes a hazard: the table of levels and the numbers of outlines and passes."""

from __future__ import annotations

from dataclasses import dataclass

NONE, NOTICE, WARN, URGENT = 0, 1, 2, 3
BEHIND, LEFT, RIGHT, AHEAD = 0, 1, 2, 3


@dataclass(frozen=True)
class Level:
    """One row: on while all hold; off beyond `time_s` and `clearance_m` times the hysteresis."""

    level: int
    time_s: float          # until closest approach or contact
    clearance_m: float     # predicted, between outlines
    min_closing_mps: float
    # One sigma of that clearance: what is known no better is not said yet. A track of some scans has 1.3 m at 4.6 s and
    # 0.8 m at 2 s; one of two or three points may go anywhere.
    most_sigma_m: float = 3.0


@dataclass(frozen=True)
class HazardSettings:
    """Parameters of tracks -> hazards. The rig's outline is centred on base_link."""

    outline_length_m: float = 1.8      # bicycle with rider
    outline_width_m: float = 0.70      # handlebar
    levels: tuple[Level, ...] = (
        # A rider likes to know of what approaches at all; half a Doppler bin is the least speed that is a fact.
        Level(NOTICE, 6.0, 2.5, 0.4),
        # What must be warned of is what will pass nearer than 1.5 m, and 0.1 m for the edge; the median lead is 0.3 s
        # less than the time.
        # Predicted clearances err by 0.6 m (one sigma) at 4 s, so that passes at 3 m seldom look so near. Closing at
        # 3 m/s is what counts; a third of a Doppler bin less is asked, for a speed is known no better.
        Level(WARN, 5.0, 1.6, 2.8, 2.5),
        # Reaction 1 s and swerve 1 s. Sigma of the predicted clearance is 0.5 m at 2 s: 0.8 m keeps passes beyond 2.5 m
        # out.
        Level(URGENT, 2.2, 0.8, 2.8, 1.5),
    )
    off_factor: float = 1.3            # off at 1.3 times the on value
    up_hits: int = 3                   # of `up_window` scans above a level before it is said
    up_window: int = 5
    hold_s: float = 1.0                # a level stands at least so long after its last reason,
    past_mps: float = 1.0              # or until the body goes away so fast: two Doppler bins, it has passed
    horizon_s: float = 8.0             # prediction in a straight line; beyond it nobody keeps one
    turn_lasts_s: float = 4.0          # the rig's own turn: a right angle at a junction takes 3 s, a bend goes on
    bend_mps2: float = 3.5             # across their way: what drivers take in a bend; faster ones go straight on
    lane_tau_s: float = 2.5            # as in settings.py: a lane change fades
    walking_mps: float = 2.5           # likewise: slower bodies keep to no lane
    extent_sigma_m: float = 0.2        # of half a body's width, whose class radar does not see
    pass_clearance_m: float = 1.5      # what the law of most countries calls too close
    pass_speed_mps: float = 2.0        # relative; slower is company, not a pass
    pass_ground_speed_mps: float = 0.5  # over ground; slower is parked
    pass_over_m: float = 0.5           # so much further than at the closest instant: the pass is over
