"""How far gravity is to be believed against the gyroscope: a Kalman filter of one level axis. Pure, in degrees.

State: the error of the angle and that of the gyroscope's bias, d(angle)/dt = -bias error. Measured: the angle between
where gravity is felt and where it is expected, with white noise of a density. So gravity is the even mean of all that
was felt at the start, weighs less as the angle becomes known, and a bias that was never learnt standing is found from
the drift of some seconds (A. Gelb, "Applied Optimal Estimation", 1974, ch. 4). With what a moving bicycle feels the
weight settles at 0.08 / s; imufusion's default of 0.5 suits a device in the hand.

The model knows nothing of braking, which is felt like a slope. So what is felt is first smoothed and then left aside
where it lies beyond what the filter thinks possible (innovation gate: Bar-Shalom, Li, Kirubarajan, "Estimation with
Applications to Tracking and Navigation", 2001, ch. 5), unless it stays.
"""

from __future__ import annotations

import math

FIRST_DEG = 12.0  # standard deviation of the angle at the start: vibration and sway of one sample
UNKNOWN_DPS, KEPT_DPS, STOOD_DPS = 0.7, 0.1, 0.03  # of a bias never learnt, learnt on an earlier ride, learnt standing
# Noise densities. Felt while riding: a rider's sway at 0.8 Hz and vibration; standing: the sensor's own, and a hand.
RIDING_DEG2_S, STANDING_DEG2_S = 1.0, 0.05
TURN_DEG2_PER_S = 1.2e-3  # of the gyroscope: white noise 0.014 deg/s per root Hz, scale errors
WALK_DPS2_PER_S = 9e-6  # of its bias
SMOOTH_S = 0.3  # over vibration, short against braking
SIGMAS = 3.0
STAYS_S = 10.0  # disagreement that stays so long is believed


class Tilt:
    """One axis. `gate_deg`: what may be felt beside gravity without being left aside."""

    def __init__(self, gate_deg: float, bias_dps: float) -> None:
        """Start with an unknown angle and a bias known to `bias_dps`."""
        self._gate_deg = gate_deg
        self._bias2 = bias_dps**2
        self.forget()

    def forget(self) -> None:
        """Lose the angle; the bias stays."""
        self._angle2, self._both = FIRST_DEG**2, 0.0
        self._smooth_deg = self._off_s = 0.0

    @property
    def std_deg(self) -> float:
        """The standard deviation of the angle, as the filter thinks."""
        return math.sqrt(self._angle2)

    def predict(self, step_s: float) -> None:
        """Let `step_s` pass."""
        self._angle2 += step_s * (TURN_DEG2_PER_S - 2.0 * self._both + step_s * self._bias2)
        self._both -= step_s * self._bias2
        self._bias2 += step_s * WALK_DPS2_PER_S

    def stood(self) -> None:
        """The bias was seen on a machine that stands."""
        if self._bias2 > STOOD_DPS**2:
            self._both *= STOOD_DPS / math.sqrt(self._bias2)
            self._bias2 = STOOD_DPS**2

    def believes(self, felt_deg: float, step_s: float) -> bool:
        """Return whether gravity that is felt `felt_deg` away from where it is expected may be just that."""
        self._smooth_deg += min(step_s / SMOOTH_S, 1.0) * (felt_deg - self._smooth_deg)
        if abs(self._smooth_deg) <= max(self._gate_deg, SIGMAS * self.std_deg):
            self._off_s = 0.0
            return True
        self._off_s += step_s
        return self._off_s >= STAYS_S

    def weigh(self, felt_deg: float, step_s: float, *, stands: bool) -> tuple[float, float]:
        """Learn from gravity felt `felt_deg` away; return the corrections of angle, deg, and bias, deg/s."""
        whole = self._angle2 + (STANDING_DEG2_S if stands else RIDING_DEG2_S) / step_s
        angle, bias = self._angle2 / whole, self._both / whole
        self._bias2 -= bias * self._both
        self._both -= angle * self._both
        self._angle2 -= angle * self._angle2
        return angle * felt_deg, bias * felt_deg
