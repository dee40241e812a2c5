"""From light to a picture: air, rain, blur, vignette, the sensor's noise; or a lens that is covered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outrider_sim.world.camera.light import Light
from outrider_sim.world.camera.view import F32, View

_STREAKS, _STREAK_SETS = 260, 4


class Lens:
    """One camera's lens and sensor."""

    def __init__(self, view: View, seed: int) -> None:
        """Draw the noise once; each picture takes it from another place."""
        self.view = view
        random = np.random.default_rng([seed, 41])
        pixels = view.width * view.height
        self._noise = random.standard_normal(3 * pixels + 65536).astype(np.float32)
        radius = (view.xs / view.x[-1]) ** 2 + (view.ys / view.x[-1]) ** 2
        self._vignette = (1.0 / (1.0 + 0.11 * radius) ** 1.3).astype(np.float32)
        self._rain: list[F32] = []
        self._seed = seed
        self._dirt = _dirt(view, random)
        self._blurred = np.empty((3, view.height, view.width), np.float32)

    def air(self, image: F32, depth: F32, light: Light) -> None:
        """Fade what is far: image (3, n), depth (n,), inf for the sky."""
        share = 1.0 - np.exp(depth * np.float32(-1.0 / light.fog_m))
        for channel in range(3):
            image[channel] += (np.float32(light.fog[channel]) - image[channel]) * share

    def take(self, image: F32, light: Light, t_s: float, gain: float = 1.0) -> NDArray[np.uint8]:
        """Return the picture (height, width, 3) of light (3, n) at `t_s`."""
        view = self.view
        turn = np.random.default_rng(abs(int(round(t_s * 1e6))))
        if light.wet:
            if not self._rain:
                drops = np.random.default_rng([self._seed, 42])
                self._rain = [_streaks(self.view, drops) for _ in range(_STREAK_SETS)]
            streaks = self._rain[int(turn.integers(_STREAK_SETS))]
            start = int(turn.integers(len(streaks) - image.shape[1]))
            level = 0.25 + 0.75 * (1.0 - light.noise / 8.0)
            image += streaks[start:start + image.shape[1]] * np.float32(max(level, 0.25) * 34.0)
        planes = self._blur(image.reshape(3, view.height, view.width)).reshape(3, -1)
        planes *= self._vignette * np.float32(gain)
        start = int(turn.integers(65536))
        planes += (self._noise[start:start + planes.size] * np.float32(light.noise)).reshape(planes.shape)
        return _bytes(planes, view)

    def covered(self, t_s: float) -> NDArray[np.uint8]:
        """Return what is left behind mud on the glass: next to no light, no shape."""
        turn = np.random.default_rng(abs(int(round(t_s * 1e6))))
        start = int(turn.integers(65536))
        noise = self._noise[start:start + self._dirt.size].reshape(self._dirt.shape)
        return _bytes(self._dirt + np.float32(6.0) * noise, self.view)

    def _blur(self, planes: F32) -> F32:
        """Return the picture through the lens: a pixel keeps 60 % of its light each way."""
        out = self._blurred
        np.multiply(planes, np.float32(0.64), out=out)
        side = planes * np.float32(0.18)
        out[:, :, 1:] += side[:, :, :-1]
        out[:, :, :-1] += side[:, :, 1:]
        out[:, :, 0] += side[:, :, 0]
        out[:, :, -1] += side[:, :, -1]
        np.multiply(out, np.float32(0.18), out=side)
        out *= np.float32(0.64)
        out[:, 1:] += side[:, :-1]
        out[:, :-1] += side[:, 1:]
        out[:, 0] += side[:, 0]
        out[:, -1] += side[:, -1]
        return out


def _bytes(planes: F32, view: View) -> NDArray[np.uint8]:
    np.clip(planes, 0.0, 255.0, out=planes)
    made = np.empty((view.height, view.width, 3), np.uint8)
    made[...] = planes.reshape(3, view.height, view.width).transpose(1, 2, 0)
    return made


def _streaks(view: View, random: np.random.Generator) -> F32:
    """Return falling drops as bright lines, one and a half pictures high, in rows."""
    height = view.height + view.height // 2
    made = np.zeros((height, view.width), np.float32)
    size = view.height / 240.0
    for _ in range(int(_STREAKS * view.width / 424)):
        column, row = float(random.uniform(0, view.width)), int(random.integers(height))
        length = int(random.uniform(5, 22) * size) + 2
        strength = float(random.uniform(0.25, 1.0))
        for step in range(length):
            u, v = int(column - 0.12 * step), row + step
            if 0 <= u < view.width and v < height:
                made[v, u] += strength * (1.0 - abs(2.0 * step / length - 1.0))
    return np.minimum(made, 1.0).reshape(-1)


def _dirt(view: View, random: np.random.Generator) -> F32:
    """Return a dark smear through which light comes at one side, (3, n)."""
    x, y = view.xs / view.x[-1], view.ys / view.x[-1]
    glow = np.exp(-((x - 0.9) ** 2 + (y + 0.6) ** 2) / 0.5)
    for _ in range(9):
        place, size = random.uniform(-1, 1, 2), float(random.uniform(0.15, 0.5))
        glow += float(random.uniform(-0.12, 0.14)) * np.exp(-((x - place[0]) ** 2 + (y - place[1]) ** 2) / size ** 2)
    made: F32 = np.stack([16 + 34 * glow, 12 + 25 * glow, 9 + 16 * glow]).astype(np.float32)
    return made
