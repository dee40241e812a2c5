"""The atlas: all textures one after the other, each by its number; the first ones are the plain colours."""

from __future__ import annotations

import numpy as np

from outrider_sim.world.camera import textures_driven, textures_other
from outrider_sim.world.camera.texels import COLOURS, Texels, plain

_MADE = {**textures_driven.MADE, **textures_other.MADE}
NUMBER = {name: COLOURS + place for place, name in enumerate(_MADE)}
ATLAS: Texels = np.concatenate([*(plain(colour) for colour in range(COLOURS)), *(make() for make in _MADE.values())]
                               ).reshape(-1)
