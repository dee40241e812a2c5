"""Day, dusk and night, clear, rain and fog: what light there is and how far one sees."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from outrider_sim.world.camera.shapes import Floats

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Light:
    """Light on things (1: as their colours are), colours of the sky 0..255, air, and how the camera takes it."""

    ambient: float
    sun: float
    tint: Colour
    direction: Colour           # to where the light comes from
    zenith: Colour
    horizon: Colour
    hills: Colour
    fog_m: float                # where a third of the contrast is left
    fog: Colour
    noise: float                # sd of the sensor's noise at middle grey, 0..255
    lamps: float                # how strongly lamps outshine the rest, 0..1
    wet: bool = False
    lit: bool = False           # vehicles have their lamps on
    clouds: float = 1.0
    haze: float = 0.18         # how far the woods at the horizon are hidden

    @property
    def to_sun(self) -> Floats:
        """The direction as a unit vector (3,)."""
        direction = np.array(self.direction)
        return direction / float(np.linalg.norm(direction))


_DAY = Light(0.66, 0.50, (1.0, 0.99, 0.96), (0.42, 0.62, 0.66), (104, 152, 212), (206, 222, 236), (104, 122, 112),
             1500.0, (205, 216, 226), 1.6, 0.0)
_DUSK = replace(_DAY, ambient=0.36, sun=0.16, tint=(1.0, 0.90, 0.92), direction=(-0.8, 0.3, 0.25), zenith=(64, 78, 128),
                horizon=(238, 168, 116), hills=(58, 54, 68), fog=(150, 130, 130), noise=3.0, lamps=0.55, lit=True)
_NIGHT = replace(_DAY, ambient=0.10, sun=0.05, tint=(0.92, 0.95, 1.1), direction=(0.3, 0.2, 0.9), zenith=(7, 9, 18),
                 horizon=(27, 27, 36), hills=(8, 9, 13), fog=(30, 31, 36), noise=4.5, lamps=1.0, lit=True, clouds=0.1)
_BY_WORD = {'day': _DAY, 'dusk': _DUSK, 'night': _NIGHT}


def light_of(light: str, weather: str, in_tunnel: bool = False) -> Light:
    """Return the light by the words of the scenario file; in a tunnel lamps are on and no drop falls."""
    made = _BY_WORD[light]
    grey = _mix(made.zenith, made.horizon, 0.6)
    level = sum(grey) / 3.0
    grey = (level * 0.97, level, level * 1.03)
    if weather == 'rain':
        made = replace(made, ambient=made.ambient + 0.35 * made.sun, sun=0.2 * made.sun,
                       zenith=_mix(grey, (0, 0, 0), 0.2), horizon=grey, hills=_mix(made.hills, grey, 0.45),
                       fog_m=110.0, fog=_mix(grey, (0, 0, 0), 0.06), wet=True, lit=True, lamps=max(made.lamps, 0.4),
                       tint=_mix(made.tint, (0.93, 0.98, 1.04), 0.7), noise=made.noise * 1.3, clouds=0.3, haze=0.72)
    elif weather == 'fog':
        made = replace(made, ambient=made.ambient + 0.4 * made.sun, sun=0.1 * made.sun, zenith=grey, horizon=grey,
                       hills=grey, fog_m=32.0, fog=grey, lit=True, lamps=max(made.lamps, 0.45), clouds=0.0, haze=1.0,
                       tint=_mix(made.tint, (0.96, 0.99, 1.02), 0.7))
    if in_tunnel:
        made = replace(made, lit=True, lamps=max(made.lamps, 0.6), noise=made.noise * 1.6, wet=False)
    return made


def _mix(a: Colour, b: Colour, share: float) -> Colour:
    red, green, blue = ((1.0 - share) * one + share * other for one, other in zip(a, b, strict=True))
    return red, green, blue
