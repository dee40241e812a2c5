"""Small worlds for the camera's tests: a camera that looks along x from (0, 0, 1), bodies before it."""

import math

import numpy as np

from outrider_sim.world import words
from outrider_sim.world.camera import DepthPainter, Painter, pinhole
from outrider_sim.world.eye import Eye, rotation
from outrider_sim.world.model import Actor, Fault, Rig, Scenario, Thing
from outrider_sim.world.world import World

VIEW = pinhole(424, 240, 90.0)


def eye(roll_deg=0.0, pitch_deg=0.0, yaw_deg=0.0, place=(0.0, 0.0, 1.0)):
    return Eye(np.array(place), rotation(*np.radians([roll_deg, pitch_deg, yaw_deg])), np.zeros(2))


def actor(kind, at, heading_deg=180.0, name='a', size_m=None):
    return Actor(name, kind, at, heading_deg, 0.0, size_m or words.SIZES_M[kind])


def world(*actors, things=(), light='day', weather='clear', seed=4, faults=()):
    return World(Scenario('one', '', seed, 10.0, light, weather, Rig(speed_mps=0.0), 'road', ('camera', 'depth'),
                          actors, tuple(things), faults=tuple(faults)))


def wall(x, half=30.0):
    return Thing('wall', (x, -half), (x, half), 4.0)


def picture(one, at=None, view=VIEW, seed=4, t_s=0.0):
    return Painter(one, view, seed).colour(one.at(t_s), at or eye()).astype(float)


def depth_m(one, at=None, view=VIEW, seed=4, t_s=0.0):
    return DepthPainter(one, view, seed).depth(one.at(t_s), at or eye()) * 0.001


def boxes(one, at=None, view=VIEW, seed=4):
    return Painter(one, view, seed).boxes(one.at(0.0), at or eye())


def pixel(point, at, view=VIEW):
    x, y, z = (np.array(point) - at.place) @ at.axes
    return view.fx * -y / x + view.ppx, view.fy * -z / x + view.ppy


def noise_of(sensor):
    return Fault(sensor, 'noise', 0.0, math.inf)
