"""Cars, trucks and buses as parts, in metres at their default size; `far` ones do with fewer parts."""

from __future__ import annotations

from outrider_sim.world.camera.shapes import Part, block, extruded, wheel
from outrider_sim.world.camera.texels import BLACK, DARK, METAL, PAINT, SECOND, SHINE
from outrider_sim.world.camera.textures import NUMBER

# Outlines of cabins: rear bottom, front bottom, front top, rear top; x and z in m.
_CABINS = {'hatchback': ((-1.95, 0.84), (1.15, 0.84), (0.25, 1.5), (-1.55, 1.46)),
           'saloon': ((-1.65, 0.86), (1.10, 0.84), (0.25, 1.49), (-0.95, 1.47)),
           'estate': ((-2.15, 0.84), (1.10, 0.84), (0.30, 1.5), (-1.95, 1.48)),
           'suv': ((-2.12, 0.92), (1.05, 0.95), (0.45, 1.5), (-1.9, 1.5))}
CARS = tuple(_CABINS)
_RIM, _SIDE = NUMBER['rim'], NUMBER['car_side']


def car(style: str, far: bool) -> list[Part]:
    """Return a car, 4.5 x 1.8 x 1.5 m."""
    low = 0.26 if style == 'suv' else 0.2
    deck = _CABINS[style][1][1]
    rear = _CABINS[style][0][1] + 0.02
    body = extruded([(-2.22, low), (2.25, low), (2.19, 0.74), (1.05, deck + 0.04), (-2.12, rear + 0.02)], 0.885,
                    [DARK, NUMBER['car_front'], NUMBER['bonnet'], PAINT, NUMBER['car_rear']], _SIDE, lean=0.03)
    cabin = extruded(_CABINS[style], 0.84, [DARK, NUMBER['windscreen'], NUMBER['roof'], NUMBER['pane']],
                     NUMBER['cabin_side'], lean=0.28)
    if far:
        return [body, cabin, block((-1.66, -0.87, 0.0), (-1.12, 0.87, 0.3), BLACK),
                block((1.12, -0.87, 0.0), (1.66, 0.87, 0.3), BLACK)]
    wheels = [wheel((x, y, 0.32), 0.33, 0.22, _RIM, BLACK, 14) for x in (-1.395, 1.395) for y in (-0.785, 0.785)]
    mirrors = [block((0.72, y - 0.06, 0.9), (0.84, y + 0.06, 1.02), [PAINT, SHINE, PAINT, PAINT, PAINT, PAINT])
               for y in (-0.83, 0.83)]
    return [body, cabin, *wheels, *mirrors]


def truck(style: str, far: bool) -> list[Part]:
    """Return a lorry, 8 x 2.5 x 3.2 m: cab, box, chassis."""
    front = NUMBER['truck_front']
    cab = extruded([(2.25, 0.45), (3.96, 0.45), (3.9, 2.85), (3.5, 3.0), (2.25, 3.0)], 1.22,
                   [DARK, front, PAINT, PAINT, PAINT], NUMBER['cab_side'], lean=0.005)
    cargo = block((-4.0, -1.25, 1.05), (2.05, 1.25, 3.2),
                  [SECOND, NUMBER['cargo_rear'], NUMBER['cargo_side'], NUMBER['cargo_side'], SECOND, DARK])
    chassis = block((-3.9, -1.1, 0.55), (2.3, 1.1, 1.05),
                    [DARK, NUMBER['chassis_rear'], DARK, DARK, DARK, DARK])
    if far:
        return [cab, cargo, chassis, block((-3.1, -1.2, 0.0), (-1.3, 1.2, 0.7), BLACK),
                block((2.55, -1.2, 0.0), (3.5, 1.2, 0.6), BLACK)]
    wheels = [wheel((x, y, 0.5), 0.51, 0.32, _RIM, BLACK, 14) for x in (-2.75, -1.65, 3.05) for y in (-1.06, 1.06)]
    mirrors = [block((3.7, y - 0.06, 1.7), (3.82, y + 0.06, 2.2), BLACK) for y in (-1.19, 1.19)]
    return [cab, cargo, chassis, *wheels, *mirrors,
            block((-1.0, -1.2, 0.4), (1.9, 1.2, 0.95), [DARK, DARK, METAL, METAL, DARK, DARK])]


def bus(style: str, far: bool) -> list[Part]:
    """Return a city bus, 12 x 2.55 x 3.1 m."""
    body = extruded([(-6.0, 0.32), (6.0, 0.32), (5.92, 3.0), (5.75, 3.1), (-5.9, 3.1), (-6.0, 2.95)],
                    1.265, [DARK, NUMBER['bus_front'], PAINT, PAINT, PAINT, NUMBER['bus_rear']], NUMBER['bus_side'],
                    lean=0.005)
    if far:
        return [body, block((-3.7, -1.24, 0.0), (-2.8, 1.24, 0.4), BLACK),
                block((3.0, -1.24, 0.0), (3.9, 1.24, 0.4), BLACK)]
    wheels = [wheel((x, y, 0.47), 0.48, 0.3, _RIM, BLACK, 14) for x in (-3.24, 3.48) for y in (-1.125, 1.125)]
    return [body, *wheels, block((-3.0, -0.9, 3.0), (-0.5, 0.9, 3.1), PAINT)]
