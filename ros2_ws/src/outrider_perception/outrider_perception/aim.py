"""Where a sensor truly looks: what its mount is off by, learnt from the ground that moves by and who is seen twice.

A mount is known to half a degree; at 40 m that is a third of a metre, in every scan the same, so that no filter over
scans averages it out. But the ground tells where the rig goes: of a radar that looks aside by an angle all that stands
seems to drift sideways by that share of the speed (D. Kellner, M. Barjenbruch, K. Dietmayer, J. Klappstein, J.
Dickmann, "Joint radar alignment and odometry calibration", FUSION 2015). A camera has no Doppler: it is held against
the radar, by the bearings of bodies that both see at the same time.
"""

from __future__ import annotations

import math

import numpy as np

from outrider_perception.arrays import Floats, Ints
from outrider_perception.copies import amended
from outrider_perception.ego import EgoVelocity, Evidence
from outrider_perception.measurements import SensorPose
from outrider_perception.settings import MotionSettings


class Aim:
    """How far one sensor looks to the left of where its mount says, rad, and the variance of that."""

    def __init__(self, settings: MotionSettings) -> None:
        """Start with the mount as told."""
        self._settings = settings
        self.left_rad, self.variance = 0.0, settings.aim_sigma_rad ** 2

    def applied(self, pose: SensorPose) -> SensorPose:
        """Return the pose of a sensor that looks where this one does: turned about the vertical of the rig."""
        c, s = math.cos(self.left_rad), math.sin(self.left_rad)
        turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        return amended(pose, rotation=turn @ pose.rotation)

    def learn(self, more_left_rad: float, variance: float) -> None:
        """Take a measurement of what is still left of it; one beyond 4 sigma is no error of a mount."""
        spread = self.variance + variance
        if more_left_rad ** 2 <= self._settings.aim_gate * spread:
            gain = self.variance / spread
            self.left_rad += gain * more_left_rad
            self.variance *= 1.0 - gain

    def by_ground(self, evidence: Evidence, ego: EgoVelocity, lever_m: Floats) -> None:
        """Take what the statics of one scan, already seen through this aim, say of the sensor's velocity.

        Across its way the rig moves by its sway alone, which the gyroscope tells; what else seems to is the aim.
        """
        s, (vx, _) = self._settings, ego.velocity_mps
        ahead = float(vx) - ego.yaw_rate_radps * float(lever_m[1])
        known = float(evidence.information[1, 1])
        if abs(ahead) < s.aim_rolls_mps or known <= 0.0:
            return
        across = float(evidence.vector[1] - evidence.information[0, 1] * ahead) / known
        expected = ego.yaw_rate_radps * float(lever_m[0]) - ahead * math.sin(ego.sway_rad)
        share = float(evidence.information[0, 1]) / known
        variance = 1.0 / known + share ** 2 * float(ego.covariance[0, 0]) + (s.aim_sway_rad * ahead) ** 2
        self.learn((expected - across) / ahead, s.aim_lasting * variance / ahead ** 2)


class Together:
    """Bearings of bodies that radar and camera see at the same time: their difference is that of the two aims."""

    def __init__(self, settings: MotionSettings) -> None:
        """Start with nobody seen."""
        self._settings = settings
        self._seen: dict[int, tuple[float, float, float]] = {}  # identity: stamp, off its track, variance

    def radar(self, stamp_s: float, identity: Ints, off_rad: Floats, variance: Floats) -> None:
        """Remember by how much (k,) the radar saw bodies `identity` (k,) to the left of what is now known of them."""
        self._seen = {one: (stamp_s, off, spread) for one, off, spread in zip(
            identity.tolist(), off_rad.tolist(), variance.tolist(), strict=True)}

    def camera(self, aim: Aim, stamp_s: float, identity: Ints, off_rad: Floats, variance: Floats) -> None:
        """Let `aim` learn from how the camera saw the same bodies; a look of the radar counts once."""
        for one, off, spread in zip(identity.tolist(), off_rad.tolist(), variance.tolist(), strict=True):
            then = self._seen.pop(one, None)
            if then is not None and abs(stamp_s - then[0]) <= self._settings.aim_together_s:
                # Both look through aims of which one is learnt here: what is seen to the right is an aim to the left.
                aim.learn(then[1] - off, then[2] + spread)


class Aims:
    """Those of radar and camera."""

    def __init__(self, settings: MotionSettings) -> None:
        """Start with the mounts as told."""
        self.radar, self.camera, self._together = Aim(settings), Aim(settings), Together(settings)

    def seen(self, identity: Ints, stamp_s: float, by_radar: bool, residual: Floats, noise: Floats,
             inverse: Floats) -> None:
        """Take what radar (k, 3) or camera (k, 2) saw of the tracks `identity` (k,), before they learn from it.

        `noise` of what was seen, `inverse` of the residual's covariance.
        """
        if by_radar:  # what is left of the residual after the update
            left = (noise[:, 1:2] @ inverse @ residual[:, :, None])[:, 0, 0]
            self._together.radar(stamp_s, identity, left, noise[:, 1, 1])
        else:
            self._together.camera(self.camera, stamp_s, identity, residual[:, 0], noise[:, 0, 0])
