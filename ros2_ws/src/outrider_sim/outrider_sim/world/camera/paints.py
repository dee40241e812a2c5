"""Each body's paintbox: 16 colours of which some glow, drawn per seed and number. RGB, 0..255."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.camera import texels as t

Floats = NDArray[np.float64]
Colour = tuple[float, float, float]

# What is driven: about as often as they are registered in Europe.
_CARS = ((188, 190, 192), (206, 207, 205), (40, 42, 46), (30, 32, 36), (112, 116, 121), (36, 62, 118), (156, 24, 28),
         (22, 60, 52), (150, 128, 96), (34, 98, 160), (210, 120, 24), (92, 20, 30))
_TRUCKS = ((190, 30, 30), (30, 60, 130), (225, 225, 222), (20, 110, 80), (230, 150, 30), (60, 64, 72))
_BUSES = ((212, 168, 24), (200, 36, 36), (40, 110, 180), (222, 224, 224), (44, 140, 84))
_TOPS = ((180, 40, 44), (36, 70, 140), (214, 170, 40), (40, 110, 70), (200, 200, 196), (60, 60, 66), (220, 96, 40),
         (120, 60, 130), (70, 150, 170))
_TROUSERS = ((38, 46, 70), (30, 30, 34), (86, 80, 70), (60, 74, 104))
_HAIR = ((40, 28, 20), (20, 18, 18), (110, 76, 40), (150, 140, 130), (70, 46, 30))
_SKINS = ((222, 178, 150), (196, 148, 118), (140, 96, 70), (92, 62, 46))
_HELMETS = ((235, 235, 232), (30, 32, 36), (200, 40, 40), (40, 90, 170), (230, 200, 40))
_DOGS = ((120, 78, 44), (58, 44, 34), (196, 164, 116), (30, 28, 28), (150, 140, 130))

_COMMON: dict[int, Colour] = {
    t.SEAM: (30, 30, 32), t.BRIGHT: (200, 200, 200), t.GLASS: (44, 56, 66), t.SHINE: (140, 160, 176),
    t.BLACK: (26, 26, 28), t.METAL: (150, 152, 155), t.LAMP: (236, 238, 234), t.TAIL: (150, 18, 20),
    t.PLATE: (226, 226, 214), t.LETTERS: (24, 24, 30), t.AMBER: (226, 130, 20), t.SECOND: (205, 205, 202),
    t.THIRD: (60, 70, 90), t.SKIN: (150, 120, 90), t.DARK: (44, 45, 48)}
_LIT: dict[int, Colour] = {t.LAMP: (255, 250, 232), t.TAIL: (210, 16, 14), t.AMBER: (60, 26, 0), t.PLATE: (50, 50, 44)}


def _shade(colour: Colour, by: float) -> Colour:
    red, green, blue = (min(255.0, channel * by) for channel in colour)
    return red, green, blue


def _vehicle(paint: Colour, **more: Colour) -> dict[int, Colour]:
    return {t.PAINT: paint, t.SEAM: _shade(paint, 0.55), t.BRIGHT: _lighter(paint),
            **{getattr(t, name): colour for name, colour in more.items()}}


def _lighter(colour: Colour) -> Colour:
    red, green, blue = (channel + 0.22 * (255.0 - channel) for channel in colour)
    return red, green, blue


def _colours(kind: str, random: np.random.Generator) -> dict[int, Colour]:
    def of(choices: tuple[Colour, ...]) -> Colour:
        return choices[int(random.integers(len(choices)))]

    if kind in ('car', 'parked_cars'):
        return _vehicle(_shade(of(_CARS), float(random.uniform(0.92, 1.06))))
    if kind == 'truck':
        return _vehicle(of(_TRUCKS), SECOND=of(((214, 214, 210), (196, 200, 205), (60, 90, 140), (200, 190, 160))),
                        THIRD=of(((200, 40, 40), (30, 70, 150), (20, 120, 80), (230, 150, 30))))
    if kind == 'bus':
        return _vehicle(of(_BUSES), SECOND=of(((236, 236, 232), (30, 40, 60))), AMBER=(255, 150, 30))
    if kind in ('person', 'bicycle', 'scooter', 'motorcycle'):
        top = of(_TOPS)
        if kind == 'motorcycle':
            top = of(((40, 42, 48), (60, 60, 66), (120, 30, 30)))
        frame = of(_TOPS)
        return {t.PAINT: of(_TOPS) if kind == 'motorcycle' else top, t.SEAM: _shade(top, 0.6),
                t.BRIGHT: _lighter(top) if kind != 'bicycle' else (220, 226, 210), t.AMBER: of(_TROUSERS),
                t.DARK: (34, 30, 30), t.SECOND: of(_HAIR) if kind != 'scooter' else (58, 60, 64), t.SKIN: of(_SKINS),
                t.THIRD: frame if kind == 'bicycle' else of(_HELMETS)}
    if kind == 'dog':
        fur = of(_DOGS)
        return {t.PAINT: fur, t.SEAM: _shade(fur, 0.72), t.BRIGHT: _lighter(fur)}
    return _THINGS.get(kind, {})


_THINGS: dict[str, dict[int, Colour]] = {
    'trees': {t.PAINT: (52, 84, 34), t.SECOND: (66, 100, 40), t.THIRD: (84, 116, 50), t.BRIGHT: (108, 136, 62),
              t.DARK: (34, 58, 26), t.SKIN: (92, 74, 56), t.SEAM: (62, 48, 38)},
    'signs': {t.METAL: (150, 153, 156), t.BRIGHT: (238, 238, 236), t.TAIL: (196, 22, 28), t.LETTERS: (20, 20, 22)},
    'wall': {t.PAINT: (142, 84, 66), t.SECOND: (126, 72, 58), t.THIRD: (158, 100, 78), t.SEAM: (164, 156, 146),
             t.BRIGHT: (176, 170, 160)},
    'guard_rail': {t.METAL: (186, 190, 193), t.BRIGHT: (222, 225, 227), t.PAINT: (150, 154, 158),
                   t.DARK: (112, 115, 119), t.SECOND: (164, 168, 171)},
    'tunnel': {t.PAINT: (150, 148, 140), t.SECOND: (138, 136, 128), t.BRIGHT: (164, 162, 154), t.SEAM: (92, 90, 86)},
    'bridge': {t.PAINT: (150, 148, 142), t.SECOND: (138, 136, 130), t.BRIGHT: (162, 160, 154), t.SEAM: (98, 96, 92)},
}


def paintbox(kind: str, seed: int, number: int) -> Floats:
    """Return the colours (16, 3) of one body."""
    random = np.random.default_rng([seed, number, *kind.encode()])
    colours = {t.PAINT: (150.0, 150.0, 150.0), **_COMMON, **_colours(kind, random)}
    return np.array([colours[number] for number in range(t.COLOURS)], dtype=float)


def glow(kind: str, lit: bool, dark: bool) -> Floats:
    """Return what a body's colours (16, 3) give out by themselves: lamps where `lit`, more where it is `dark`."""
    given = np.zeros((t.COLOURS, 3))
    if kind == 'tunnel':
        given[t.LAMP] = (255, 226, 170)
    if not lit or kind in ('person', 'dog', 'parked_cars', *_THINGS):
        return given
    for number, colour in _LIT.items():
        # On two-wheelers AMBER is the rider's trousers.
        if kind in ('car', 'truck', 'bus') or number not in (t.AMBER, t.PLATE):
            given[number] = colour
    if kind == 'bus' and dark:  # one sees into it
        given[t.AMBER], given[t.GLASS], given[t.SHINE] = (255, 150, 30), (120, 112, 84), (150, 142, 108)
    return given
