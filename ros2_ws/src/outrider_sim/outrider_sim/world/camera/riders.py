"""Persons, dogs and what has two wheels, in metres at their default size. `phase` is a share of a step or a turn."""

from __future__ import annotations

import math

from outrider_sim.world.camera.shapes import Part, Triple, ball, bar, block, extruded, wheel
from outrider_sim.world.camera.texels import (
    AMBER,
    BLACK,
    DARK,
    LAMP,
    METAL,
    PAINT,
    PLATE,
    SEAM,
    SECOND,
    SHINE,
    SKIN,
    TAIL,
    THIRD,
)
from outrider_sim.world.camera.textures import NUMBER

PHASES = 8
_JACKET, _SPOKES = NUMBER['jacket'], NUMBER['spokes']
# What each number means on a person: PAINT top, THIRD helmet, AMBER trousers, DARK shoes, SECOND hair, SKIN.
_TROUSERS, _SHOES = AMBER, DARK


def _torso(hip: Triple, neck: Triple, wide: float, deep: float) -> Part:
    """Return a trunk from hip to neck as a flattened ball with shoulders."""
    length = math.dist(hip, neck)
    middle = tuple(0.5 * (a + b) for a, b in zip(hip, neck, strict=True))
    return ball((middle[0], middle[1], middle[2]), (0.56 * length, 0.5 * wide, 0.5 * deep), PAINT, (hip, neck))


def _head(at: Triple, texture: int, size: float = 1.0) -> Part:
    return ball(at, (0.105 * size, 0.085 * size, 0.13 * size), texture)


def _limb(points: list[Triple], thick: list[float], textures: list[int]) -> list[Part]:
    return [bar(a, b, width, width, texture)
            for a, b, width, texture in zip(points, points[1:], thick, textures, strict=False)]


def person(phase: float, far: bool) -> list[Part]:
    """Return a walker, 0.5 x 0.5 x 1.7 m, whose legs and arms swing."""
    swing = math.sin(2.0 * math.pi * phase)
    parts = [extruded([(-0.10, 0.84), (0.10, 0.84), (0.125, 1.36), (0.04, 1.46), (-0.06, 1.46), (-0.12, 1.34)], 0.145,
                      [_TROUSERS, _JACKET, PAINT, PAINT, PAINT, _JACKET], PAINT, lean=-0.07),
             _head((0.02, 0.0, 1.57), NUMBER['head_back'])]
    for side in (1.0, -1.0):
        step = 0.2 * swing * side
        knee = (0.5 * step + 0.06 * max(0.0, -swing * side), 0.09 * side, 0.47)
        foot = (step, 0.085 * side, 0.07)
        if far:
            parts.append(bar((0.0, 0.09 * side, 0.88), foot, 0.14, 0.15, _TROUSERS))
            parts.append(bar((0.0, 0.21 * side, 1.4), (-0.8 * step, 0.215 * side, 0.85), 0.08, 0.09, PAINT))
            continue
        parts += _limb([(0.0, 0.09 * side, 0.9), knee, foot], [0.15, 0.12], [_TROUSERS, _TROUSERS])
        parts.append(block((foot[0] - 0.07, foot[1] - 0.045, 0.0), (min(foot[0] + 0.15, 0.25), foot[1] + 0.045, 0.08),
                           _SHOES))
        elbow = (-0.4 * step - 0.03, 0.215 * side, 1.12)
        hand = (-0.9 * step + 0.06, 0.205 * side, 0.88)
        parts += _limb([(0.0, 0.205 * side, 1.41), elbow, hand], [0.09, 0.075], [PAINT, PAINT])
        parts.append(ball((hand[0], hand[1], 0.84), (0.04, 0.03, 0.06), SKIN))
    if not far:
        parts.append(bar((0.0, 0.0, 1.42), (0.02, 0.0, 1.54), 0.1, 0.1, SKIN))
    return parts


def dog(phase: float, far: bool) -> list[Part]:
    """Return a dog, 0.8 x 0.3 x 0.6 m, that trots."""
    fur = NUMBER['fur']
    parts = [ball((-0.04, 0.0, 0.37), (0.27, 0.105, 0.115), fur), ball((0.13, 0.0, 0.37), (0.13, 0.115, 0.14), fur),
             ball((0.27, 0.0, 0.50), (0.085, 0.075, 0.08), fur),
             bar((0.30, 0.0, 0.475), (0.40, 0.0, 0.465), 0.06, 0.06, [DARK, PAINT, PAINT, PAINT, PAINT, PAINT])]
    for number, (x, side) in enumerate(((0.17, 1.0), (0.17, -1.0), (-0.23, 1.0), (-0.23, -1.0))):
        swing = 0.09 * math.sin(2.0 * math.pi * (phase + 0.5 * (number in (1, 2))))
        parts.append(bar((x, 0.07 * side, 0.36), (x + swing, 0.07 * side, 0.0), 0.055, 0.065, PAINT))
    parts.append(bar((-0.28, 0.0, 0.42), (-0.395, 0.03, 0.56), 0.035, 0.04, PAINT))
    if not far:
        parts += [bar((0.25, 0.055 * side, 0.54), (0.24, 0.075 * side, 0.6), 0.03, 0.05, SEAM) for side in (1.0, -1.0)]
        parts.append(bar((0.16, 0.0, 0.42), (0.25, 0.0, 0.5), 0.1, 0.12, PAINT))
        parts.append(bar((0.185, 0.0, 0.435), (0.21, 0.0, 0.46), 0.14, 0.16, TAIL))
    return parts


def bicycle(phase: float, far: bool) -> list[Part]:
    """Return a cyclist, 1.8 x 0.6 x 1.7 m, who pedals."""
    ring = 0.0 if far else 0.86
    parts = [wheel((x, 0.0, 0.345), 0.355, 0.045, _SPOKES, BLACK, 8 if far else 12, ring) for x in (-0.52, 0.52)]
    crank, seat, head, axle = (-0.06, 0.0, 0.3), (-0.22, 0.0, 0.86), (0.36, 0.0, 0.84), (0.52, 0.0, 0.345)
    tubes = [(crank, seat), (crank, head), ((-0.2, 0.0, 0.8), head), (axle, (0.34, 0.0, 0.98)),
             ((-0.52, 0.0, 0.345), crank)]
    parts += [bar(a, b, 0.05, 0.05, THIRD) for a, b in (tubes[:2] if far else tubes)]
    parts.append(bar((0.36, -0.28, 1.0), (0.36, 0.28, 1.0), 0.04, 0.04, BLACK))
    parts.append(bar((0.41, 0.0, 0.9), (0.45, 0.0, 0.9), 0.08, 0.08, [LAMP, BLACK, BLACK, BLACK, BLACK, BLACK]))
    parts.append(bar((-0.34, 0.0, 0.78), (-0.3, 0.0, 0.78), 0.07, 0.07, TAIL))
    if not far:
        parts.append(block((-0.33, -0.08, 0.86), (-0.1, 0.08, 0.91), BLACK))
    parts += [_torso((-0.2, 0.0, 0.9), (0.13, 0.0, 1.47), 0.42, 0.27), _head((0.21, 0.0, 1.56), NUMBER['bike_helmet'])]
    for side in (1.0, -1.0):
        angle = 2.0 * math.pi * phase + (0.0 if side > 0 else math.pi)
        foot = (crank[0] + 0.17 * math.cos(angle), 0.11 * side, crank[2] + 0.17 * math.sin(angle))
        knee = (0.14 + 0.09 * math.cos(angle - 0.6), 0.12 * side, 0.68 + 0.10 * math.sin(angle))
        parts += _limb([(-0.18, 0.09 * side, 0.92), knee, foot], [0.15, 0.11], [_TROUSERS, _TROUSERS])
        parts.append(bar((0.1, 0.19 * side, 1.38), (0.35, 0.25 * side, 1.03), 0.09, 0.09, PAINT))
        if not far:
            parts.append(block((foot[0] - 0.08, foot[1] - 0.04, foot[2] - 0.08), (foot[0] + 0.14, foot[1] + 0.04,
                                                                                 foot[2]), _SHOES))
    return parts


def scooter(phase: float, far: bool) -> list[Part]:
    """Return an electric kick scooter and who stands on it, 1.2 x 0.6 x 1.7 m."""
    parts = [wheel((x, 0.0, 0.11), 0.115, 0.06, NUMBER['rim'], BLACK, 8) for x in (-0.48, 0.48)]
    parts += [block((-0.46, -0.08, 0.1), (0.36, 0.08, 0.17), [SECOND, TAIL, SECOND, SECOND, BLACK, DARK]),
              bar((0.48, 0.0, 0.12), (0.37, 0.0, 1.08), 0.06, 0.06, SECOND),
              bar((0.37, -0.27, 1.08), (0.37, 0.27, 1.08), 0.04, 0.04, BLACK),
              bar((0.38, 0.0, 0.97), (0.45, 0.0, 0.97), 0.08, 0.08, [LAMP, BLACK, BLACK, BLACK, BLACK, BLACK]),
              extruded([(-0.16, 0.92), (0.06, 0.92), (0.12, 1.36), (0.05, 1.45), (-0.07, 1.45), (-0.13, 1.35)], 0.15,
                       [_TROUSERS, _JACKET, PAINT, PAINT, PAINT, _JACKET], PAINT, lean=-0.07),
              _head((0.02, 0.0, 1.58), NUMBER['bike_helmet'])]
    for side in (1.0, -1.0):
        foot = (0.12 if side > 0 else -0.22, 0.05 * side, 0.18)
        parts += _limb([(-0.05, 0.09 * side, 0.95), (0.5 * foot[0] + 0.03, 0.09 * side, 0.56), foot], [0.15, 0.12],
                       [_TROUSERS, _TROUSERS])
        elbow = (0.13, 0.27 * side, 1.17)
        parts += _limb([(0.0, 0.21 * side, 1.4), elbow, (0.35, 0.24 * side, 1.1)], [0.09, 0.08], [PAINT, PAINT])
        if not far:
            parts.append(block((foot[0] - 0.1, foot[1] - 0.045, 0.17), (foot[0] + 0.16, foot[1] + 0.045, 0.25), _SHOES))
    return parts


def motorcycle(phase: float, far: bool) -> list[Part]:
    """Return a motorcycle and its rider, 2.2 x 0.8 x 1.4 m."""
    sides = 8 if far else 14
    parts = [wheel((x, 0.0, 0.32), 0.325, wide, NUMBER['rim'], BLACK, sides, 0.0)
             for x, wide in ((-0.74, 0.17), (0.76, 0.13))]
    front = [LAMP, BLACK, PAINT, PAINT, PAINT, PAINT]
    parts += [extruded([(-0.45, 0.24), (0.32, 0.22), (0.56, 0.6), (0.3, 0.82), (-0.5, 0.62)], 0.19,
                       [DARK, METAL, PAINT, DARK, DARK], DARK),
              extruded([(-0.2, 0.66), (0.42, 0.6), (0.62, 0.78), (0.42, 0.95), (0.0, 0.9)], 0.17, [PAINT] * 5, PAINT,
                       lean=0.15),
              extruded([(-1.02, 0.72), (-0.2, 0.62), (-0.1, 0.76), (-0.95, 0.86)], 0.13,
                       [BLACK, BLACK, BLACK, TAIL], PAINT),
              bar((0.80, 0.0, 0.4), (0.52, 0.0, 0.95), 0.24, 0.09, METAL),
              bar((0.60, 0.0, 0.86), (0.73, 0.0, 0.86), 0.28, 0.22, PAINT),
              bar((0.70, 0.0, 0.86), (0.745, 0.0, 0.86), 0.17, 0.13, front),
              extruded([(0.5, 0.96), (0.68, 0.97), (0.45, 1.2)], 0.15, [BLACK, SHINE, SHINE], SHINE),
              bar((0.42, -0.38, 1.02), (0.42, 0.38, 1.02), 0.05, 0.05, BLACK),
              block((-1.0, -0.09, 0.5), (-0.97, 0.09, 0.64), [PLATE, PLATE, PLATE, PLATE, PLATE, PLATE]),
              _torso((-0.3, 0.0, 0.76), (0.02, 0.0, 1.2), 0.46, 0.32), _head((0.1, 0.0, 1.27), NUMBER['helmet'], 1.03)]
    for side in (1.0, -1.0):
        parts += _limb([(-0.28, 0.12 * side, 0.78), (0.16, 0.24 * side, 0.66), (-0.14, 0.22 * side, 0.3)], [0.17, 0.13],
                       [_TROUSERS, _TROUSERS])
        parts += _limb([(0.0, 0.22 * side, 1.17), (0.2, 0.33 * side, 1.0), (0.4, 0.33 * side, 1.04)], [0.12, 0.1],
                       [PAINT, PAINT])
        if not far:
            parts.append(bar((0.38, 0.3 * side, 1.05), (0.40, 0.37 * side, 1.2), 0.1, 0.07, [SHINE, *[BLACK] * 5]))
            parts.append(block((-0.22, 0.2 * side - 0.05, 0.2), (0.08, 0.2 * side + 0.05, 0.32), _SHOES))
    if not far:
        parts.append(bar((-0.2, -0.22, 0.3), (-0.85, -0.22, 0.42), 0.1, 0.1, METAL))
    return parts
