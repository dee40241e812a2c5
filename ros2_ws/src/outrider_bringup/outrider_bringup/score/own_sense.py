"""How the machine itself moves, as drivers would publish it: IMU through the real orientation filter, GPS, wheels."""

from __future__ import annotations

import math

import numpy as np

from outrider_bringup.score.readings import Floats, GyroReading, SpeedReading
from outrider_sensors.gps.quality import Limits
from outrider_sensors.imu.gravity import ahead_in
from outrider_sensors.imu.orientation import Orientation, Sample
from outrider_sim.devices.world_clock import Arrivals
from outrider_sim.devices.world_faults import Faults, astray, shaken
from outrider_sim.devices.world_feed import IMU_IN_CAMERA_M
from outrider_sim.devices.world_ride import PathRide
from outrider_sim.world import places
from outrider_sim.world.eye import rotation
from outrider_sim.world.gps import Gps, GpsFix
from outrider_sim.world.imu import Imu
from outrider_sim.world.places import Mount
from outrider_sim.world.stress import Stress

GPS_HZ = 10.0           # config/rigs
GYRO_SAMPLES = 8        # of 400 a second that are told as one
KEPT_DPS = 0.1          # how far the gyro's bias has wandered since the ride on which it was learnt
WHEELS_HZ = 50.0        # motors/state
WHEEL_SCALE = 0.02      # one sigma of the wheel diameter: wear, load
WHEEL_SIGMA_MPS = 0.02  # poles a second, counted for 20 ms


def speed_readings(ride: PathRide, stress: Stress) -> list[SpeedReading]:
    """Return what GPS and, on a ramp, the wheels tell."""
    scenario = ride.world.scenario
    found = _gps(ride, stress) if 'gps' in scenario.sensors else []
    if scenario.rig.kind == 'ramp':
        found += _wheels(ride)
    return found


def _gps(ride: PathRide, stress: Stress) -> list[SpeedReading]:
    scenario, limits = ride.world.scenario, Limits()
    nominal = places.nominal(scenario.rig, 'gps')
    truth = stress.truth(places.truth(scenario.rig, 'gps', scenario.seed), nominal)
    faults, arrivals = Faults(scenario, 'gps'), Arrivals(truth, scenario.seed, 'gps')
    random = np.random.default_rng([scenario.seed, 0x617374])
    receiver = Gps(scenario.seed, antenna_m=truth.mount.xyz_m, sky=lambda t_s: not ride.snapshot(t_s, t_s).in_tunnel)
    found: list[SpeedReading] = []
    last: GpsFix | None = None
    for beat in range(math.ceil(scenario.duration_s * GPS_HZ - 1e-9)):
        t_s = beat / GPS_HZ
        fix = receiver.fix(faults.told(ride.poses, t_s), t_s)
        if faults.acts(t_s, 'drop', 'die'):
            continue
        if faults.at(t_s, 'noise'):
            fix = astray(random, fix)
        if faults.at(t_s, 'freeze') and last is not None:
            continue  # the same message again: the driver calls it frozen and publishes nothing
        last = fix
        north, east, _ = fix.velocity_ned_mps
        mps = math.hypot(north, east)
        sure = mps < 1.0 or fix.heading_error_deg <= limits.heading_error_deg
        arrival_s = arrivals.at(t_s)
        if fix.ok and fix.speed_error_mps <= limits.speed_error_mps and sure:
            found.append(SpeedReading(arrival_s, arrival_s, mps, fix.speed_error_mps, 'gps', math.atan2(north, east),
                                      nominal.xyz_m[:2]))
    return found


def _wheels(ride: PathRide) -> list[SpeedReading]:
    """Return the speed along the machine, signed; its wheels do not slip."""
    scenario = ride.world.scenario
    random = np.random.default_rng([scenario.seed, 0x776865])
    scale = 1.0 + WHEEL_SCALE * float(random.standard_normal())
    times = np.arange(math.ceil(scenario.duration_s * WHEELS_HZ - 1e-9)) / WHEELS_HZ
    rider = ride.poses(times)
    along = rider.vx * np.cos(rider.heading) + rider.vy * np.sin(rider.heading)
    told = scale * along + WHEEL_SIGMA_MPS * np.where(np.abs(along) > 0.01, random.standard_normal(len(times)), 0.0)
    sigma = np.hypot(WHEEL_SIGMA_MPS, WHEEL_SCALE * along)
    return [SpeedReading(t_s, t_s, mps, one, 'wheels', math.nan, (0.0, 0.0))
            for t_s, mps, one in zip(times.tolist(), told.tolist(), sigma.tolist(), strict=True)]


def gyro_readings(ride: PathRide, stress: Stress, speeds: list[SpeedReading]) -> list[GyroReading]:
    """Return imu/data in base_link, through the camera driver's orientation filter, which hears the GPS speeds."""
    scenario = ride.world.scenario
    if 'imu' not in scenario.sensors:
        return []
    nominal = places.nominal(scenario.rig, 'camera')
    body = stress.truth(places.truth(scenario.rig, 'camera', scenario.seed), nominal).mount
    xyz = np.array(body.xyz_m) + rotation(*body.rpy_rad) @ np.array(IMU_IN_CAMERA_M)
    imu = Imu(scenario.seed, mount_xyz_m=xyz.tolist(), mount_rpy_deg=np.degrees(body.rpy_rad).tolist())
    kept = np.degrees(imu.gyro_bias_radps) + KEPT_DPS * np.random.default_rng(scenario.seed).standard_normal(3)
    turn = rotation(*nominal.rpy_rad)
    filter_ = Orientation((float(kept[0]), float(kept[1]), float(kept[2])), ahead=ahead_in(turn.tolist()))
    latency_s = stress.latency * places.truth(scenario.rig, 'imu', scenario.seed).latency_s
    heard = [one for one in speeds if one.source == 'gps']
    found: list[GyroReading] = []
    waiting: list[tuple[float, float, float, float]] = []
    for sample in _samples(ride, imu, filter_, latency_s, heard):
        waiting.append((sample.t_s + latency_s, *_in_base(sample, turn)))
        if len(waiting) == GYRO_SAMPLES:
            stamp_s, _, roll, pitch = waiting[-1]
            rate = sum(one[1] for one in waiting) / GYRO_SAMPLES
            found.append(GyroReading(stamp_s, stamp_s, rate, roll, pitch))
            waiting = []
    return found


def _samples(ride: PathRide, imu: Imu, filter_: Orientation, latency_s: float,
             speeds: list[SpeedReading]) -> list[Sample]:
    """Return all that the filter gives out; samples come in order of time, speeds when they are there."""
    scenario = ride.world.scenario
    faults = Faults(scenario, 'imu')
    random = np.random.default_rng([scenario.seed, 0x73686B])
    made: list[Sample] = []
    last: dict[int, tuple[float, float, float]] = {}
    speed_at = 0
    for begin_s, end_s in faults.spans(0.0, scenario.duration_s):
        samples = imu.samples(faults.told(ride.poses, begin_s), begin_s, end_s)
        gyro, accel = samples.gyro_radps, samples.accel_mps2
        if faults.at(begin_s, 'noise'):
            gyro, accel = shaken(random, gyro, accel)
        if faults.acts(begin_s, 'drop', 'die'):
            continue
        rows = [*zip(samples.accel_t_s.tolist(), [0] * len(accel), accel.tolist(), strict=True),
                *zip(samples.gyro_t_s.tolist(), [1] * len(gyro), gyro.tolist(), strict=True)]
        for t_s, kind, (x, y, z) in sorted(rows, key=lambda row: row[:2]):
            if not (faults.at(t_s, 'freeze') and kind in last):
                last[kind] = (x, y, z)
            while speed_at < len(speeds) and speeds[speed_at].arrival_s <= t_s + latency_s:
                filter_.speed(speeds[speed_at].stamp_s, speeds[speed_at].mps)
                speed_at += 1
            if kind == 0:
                filter_.accel(t_s, last[kind])
            else:
                made += filter_.gyro(t_s, last[kind])
    return made


def _in_base(sample: Sample, turn: Floats) -> tuple[float, float, float]:
    """Return yaw rate about the vertical, roll and pitch of base_link; `turn` (3, 3): the IMU's axes in base_link."""
    w, x, y, z = sample.quaternion_wxyz
    level = np.array([[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                      [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                      [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]])
    base = level @ turn.T
    rate = float(level[2] @ np.array(sample.gyro))
    return rate, math.atan2(base[2, 1], base[2, 2]), math.asin(min(max(-base[2, 0], -1.0), 1.0))


def camera_mount(ride: PathRide, stress: Stress) -> Mount:
    """Return where the camera truly sits."""
    rig, seed = ride.world.scenario.rig, ride.world.scenario.seed
    return stress.truth(places.truth(rig, 'camera', seed), places.nominal(rig, 'camera')).mount
