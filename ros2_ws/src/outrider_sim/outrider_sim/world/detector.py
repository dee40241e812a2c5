"""A detector of road users as a model: what it would find in the images that the world does not render.

Recall by size in pixels, light and class; confusions; misses that last over images, for a body is missed because of how
it looks. Every number stands in config/detector/model.yaml. Equal seeds, equal boxes; the images before decide nothing
but by time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from outrider_sim.world import places, words
from outrider_sim.world.eye import eye_of
from outrider_sim.world.pinhole import Pinhole, boxes_px, figures, seen_from
from outrider_sim.world.places import Mount
from outrider_sim.world.snapshot import Snapshot

Floats = NDArray[np.float64]

_LEAST_PX = 3.0       # no detector answers with less
_AHEAD_M = 0.5        # centres nearer to the camera than this fill the image
_ALONG = 0.1          # of a body's width or height may stick out beside what covers it
_FALSE_PX = (15.0, 90.0)
_MOST_WRONG = 0.9     # of the boxes of one class, however small
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Model:
    """The file, as it stands there."""

    fps: float
    looks_hz: float
    size_px: tuple[int, int]
    field_deg: float
    latency_s: float
    latency_sigma_s: float
    recall: dict[str, Any]
    together_s: float
    confusion: dict[str, dict[str, float]]
    confusion_at_px: float
    confusion_half_px: dict[str, float]
    class_together_s: float
    second: dict[str, float]
    edge_inset: dict[str, tuple[float, float, float]]
    edge_sigma_px: float
    edge_share: float
    edge_together_s: float
    false_per_s: float
    false_for_s: float
    score: tuple[float, float]
    score_sigma: float

    def looks_at(self, image: int) -> bool:
        """Tell whether the detector looks at an image, from 0: no more than `looks_hz`, as evenly as that goes."""
        share = min(self.looks_hz / self.fps, 1.0)
        return image == 0 or math.floor(image * share + 1e-9) > math.floor((image - 1) * share + 1e-9)

    def shares(self, kind: str, size_px: float) -> dict[str, float]:
        """Return which share of the boxes of a body of that size is called what else, rarer as it grows."""
        row = self.confusion.get(kind, {})
        most = _MOST_WRONG / max(sum(row.values()), 1e-9)
        factor = min(2.0 ** min((self.confusion_at_px - size_px) / self.confusion_half_px[kind], 50.0), most)
        return {other: factor * share for other, share in row.items()}

    @property
    def camera(self) -> Pinhole:
        """The colour camera."""
        return Pinhole.of_field(self.size_px[0], self.size_px[1], self.field_deg)


def read_model(file: Path | None = None) -> Model:
    """Return the model of a file, by default the project's.

    Raises OSError where there is none, ValueError where it is no YAML table, TypeError for unknown or missing keys.
    """
    if file is None:
        folder = places.config_folder()
        if folder is None:
            raise FileNotFoundError('config/detector/model.yaml was not found. Set OUTRIDER_ROOT to the checkout.')
        file = folder / 'detector' / 'model.yaml'
    try:
        content = yaml.safe_load(file.read_text(encoding='utf-8'))
    except yaml.YAMLError as error:
        raise ValueError(f'{file} is no YAML: {error}'.replace('\n', ' ')) from None
    if not isinstance(content, dict):
        raise ValueError(f'{file} holds no table of keys')
    return Model(**content)


@dataclass(frozen=True)
class Boxes:
    """What was found in one image: edges left, top, right, bottom (n, 4) px, classes, scores 0..1.

    `row` (n,) is the body of each (pinhole.Figures.row, -1: nothing): for whoever measures depth inside the boxes, and
    for tests; the stack is not told.
    """

    edges_px: Floats
    kinds: tuple[str, ...]
    scores: Floats
    row: NDArray[np.int64]


class Detector:
    """One detector on one run; ask in order of time."""

    def __init__(self, seed: int, model: Model, *, misses: float = 1.0, clutter: float = 1.0) -> None:
        """`misses` and `clutter` are how much likelier it misses, and finds nothing's boxes, than the model says."""
        self.model, self._misses, self._clutter = model, misses, clutter
        self._random = np.random.default_rng([seed, 0x646574])
        self._looks: dict[int, _Look] = {}
        self._false: list[tuple[float, Floats, str]] = []  # until when, edges, class
        self._last_s: float | None = None

    def see(self, snapshot: Snapshot, mount: Mount) -> Boxes:
        """Return the boxes of the image that a camera at `mount` takes now."""
        model, camera = self.model, self.model.camera
        dt_s = 1.0 / model.fps if self._last_s is None else snapshot.t_s - self._last_s
        self._last_s = snapshot.t_s
        seen = views(snapshot, mount, camera, model.recall['reach_m'][snapshot.weather], model.recall['cut_px'])
        light, keeps = light_of(snapshot), _keeps(model, dt_s)
        found: list[tuple[Floats, str, float, int]] = []
        for place, (row, kind) in enumerate(zip(seen.row.tolist(), seen.kinds, strict=True)):
            look = self._looks.setdefault(row, _Look(self._random))
            look.step(self._random, keeps)
            shown = seen.visible[place] >= model.recall['least_visible']
            size = float(seen.size_px[place])
            recall = self._recall(size, kind, light, snapshot.weather, int(seen.left[place])) if shown else 0.0
            noise, spread = self._random.standard_normal(4), self._random.standard_normal(2).tolist()
            if _NORMAL.cdf(look.found) >= recall:
                continue
            edges = _inset(seen.edges_px[place], model.edge_inset[kind], camera)
            sigma = model.edge_sigma_px + model.edge_share * np.tile(edges[2:] - edges[:2], 2)
            shares = model.shares(kind, size)
            found.append((edges + sigma * look.edges, _taken_for(kind, shares, look.kind),
                          self._score(recall, spread[0]), row))
            if _NORMAL.cdf(look.second) < model.second[kind]:
                found.append((edges + sigma * noise, _taken_for(kind, shares, look.other),
                              self._score(0.0, spread[1]), row))
        for edges_px, kind in self._nothings(snapshot.t_s, dt_s):
            found.append((edges_px, kind, self._score(0.0, float(self._random.standard_normal())), -1))
        return _together(found, camera)

    def _recall(self, size_px: float, kind: str, light: str, weather: str, left: int) -> float:
        told = self.model.recall
        half = told['half_px'][light] * told['by_class'][kind] * told['weather'][weather]
        best = told['best'][light] * (told['cut'][left] if left >= 0 else 1.0)
        share = best / (1.0 + math.exp(min((half - size_px) / told['width_px'], 50.0)))
        return float(max(1.0 - self._misses * (1.0 - share), 0.0))

    def _score(self, recall: float, spread: float) -> float:
        low, high = self.model.score
        return float(np.clip(low + (high - low) * recall + self.model.score_sigma * spread, 0.25, 0.99))

    def _nothings(self, t_s: float, dt_s: float) -> list[tuple[Floats, str]]:
        model, random = self.model, self._random
        for _ in range(int(random.poisson(model.false_per_s * self._clutter * dt_s))):
            size = random.uniform(*_FALSE_PX, 2)
            left, top = random.uniform(0.0, 1.0, 2) * (np.array(model.size_px) - size)
            kind = words.CLASSES[int(random.integers(len(words.CLASSES)))]
            self._false.append((t_s + float(random.exponential(model.false_for_s)),
                                np.array([left, top, left + size[0], top + size[1]]), kind))
        self._false = [one for one in self._false if one[0] >= t_s]
        return [(edges + model.edge_sigma_px * random.standard_normal(4), kind) for _, edges, kind in self._false]


@dataclass(frozen=True)
class Views:
    """n bodies as an image shows them, nearest first: what recall depends on.

    `row` as in Boxes, `edges_px` (n, 4) of the whole body cut at the image's edges, `visible` (n,) the share that
    nearer ones leave, `size_px` (n,) root of the visible area, `distance_m` (n,) from base_link, `left` (n,) as left_of
    says.
    """

    row: NDArray[np.int64]
    kinds: tuple[str, ...]
    edges_px: Floats
    visible: Floats
    size_px: Floats
    distance_m: Floats
    left: NDArray[np.int64]

    @property
    def shown_px(self) -> Floats:
        """Edges (n, 4) of what nearer boxes leave: a cover that goes all along one side moves that side in."""
        return _shown(self.edges_px)


def views(snapshot: Snapshot, mount: Mount, camera: Pinhole, reach_m: float = math.inf,
          cut_px: Sequence[float] = ()) -> Views:
    """Return what a camera at `mount` has in its image, up to `reach_m` from the rider."""
    bodies = figures(snapshot)
    distance = np.hypot(*(bodies.xy - [snapshot.rider.x, snapshot.rider.y]).T)
    near = np.flatnonzero(distance < reach_m)
    bodies, distance = bodies.take(near), distance[near]
    corners = seen_from(eye_of(snapshot.rider, mount), bodies)
    edges = boxes_px(camera, corners)
    width, height = edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1]
    inside = np.flatnonzero((corners[..., 0].mean(axis=1) > _AHEAD_M) & (width >= _LEAST_PX) & (height >= _LEAST_PX))
    inside = inside[np.argsort(corners[inside, :, 0].min(axis=1), kind='stable')]
    bodies, edges = bodies.take(inside), edges[inside]
    visible = _visible(edges)
    return Views(bodies.row, bodies.kinds, edges, visible, np.sqrt(width[inside] * height[inside] * visible),
                 distance[inside], left_of(edges, camera.width, cut_px))


def left_of(edges: Floats, width_px: int, cut_px: Sequence[float]) -> NDArray[np.int64]:
    """Return for boxes (n, 4) that end at the left or right side of an image how many of `cut_px` they are as wide as.

    -1: they end within it. A sliver is not known for what it is, nor is a flank that fills the image.
    """
    cut = (edges[:, 0] <= 0.0) | (edges[:, 2] >= width_px - 1.0)
    found: NDArray[np.int64] = np.where(cut, np.searchsorted(cut_px, edges[:, 2] - edges[:, 0], side='right'), -1)
    return found


def light_of(snapshot: Snapshot) -> str:
    """Return the light that the image has: a tunnel is as dark as night."""
    return 'night' if snapshot.in_tunnel and snapshot.light == 'day' else snapshot.light


def _taken_for(kind: str, shares: dict[str, float], latent: float) -> str:
    below = _NORMAL.cdf(latent)
    for other, share in shares.items():
        if below < share:
            return other
        below -= share
    return kind


class _Look:
    """How one body happens to look: numbers, each normal, that change slowly (first-order Gauss-Markov)."""

    def __init__(self, random: np.random.Generator) -> None:
        self._values = random.standard_normal(8)

    def step(self, random: np.random.Generator, keeps: Floats) -> None:
        """Go on; `keeps` (8,) is how much of each stays."""
        self._values = keeps * self._values + np.sqrt(1.0 - keeps * keeps) * random.standard_normal(8)

    @property
    def found(self) -> float:
        """What decides whether it is found."""
        return float(self._values[0])

    @property
    def kind(self) -> float:
        """What decides its class."""
        return float(self._values[1])

    @property
    def second(self) -> float:
        """What decides whether it has a second box."""
        return float(self._values[2])

    @property
    def other(self) -> float:
        """What decides the class of that one."""
        return float(self._values[3])

    @property
    def edges(self) -> Floats:
        """Errors (4,) of its edges in sigmas."""
        return self._values[4:]


def _keeps(model: Model, dt_s: float) -> Floats:
    times_s = np.array([model.together_s, *[model.class_together_s] * 3, *[model.edge_together_s] * 4])
    keeps: Floats = np.exp(-dt_s / times_s)
    return keeps


def _inset(edges: Floats, shares: tuple[float, float, float], camera: Pinhole) -> Floats:
    """Return edges (4,) moved in by shares of width (both sides) and height (top, bottom) where no image edge cuts."""
    side, top, bottom = shares
    width, height = (edges[2:] - edges[:2]).tolist()
    most = np.array([camera.width, camera.height]) - 1.0
    free = np.concatenate([edges[:2] > 0.0, edges[2:] < most])
    moved: Floats = edges + free * np.array([side * width, top * height, -side * width, -bottom * height])
    return moved


def _visible(edges: Floats) -> Floats:
    """Return what share (n,) of each box no nearer one covers; boxes in order of distance, the widest cover counts."""
    share = np.ones(len(edges))
    area = np.maximum((edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1]), 1e-9)
    for place in range(1, len(edges)):
        low, high = np.maximum(edges[place, :2], edges[:place, :2]), np.minimum(edges[place, 2:], edges[:place, 2:])
        covered = np.prod(np.maximum(high - low, 0.0), axis=1) / area[place]
        share[place] = max(1.0 - float(covered.max()), 0.0)
    return share


def _shown(edges: Floats) -> Floats:
    shown: Floats = edges.copy()
    slack = _ALONG * np.tile(edges[:, 2:] - edges[:, :2], 2)
    for place in range(1, len(edges)):
        for cover in edges[:place]:
            left, top, right, bottom = shown[place].tolist()
            if right <= left or bottom <= top or cover[0] >= right or cover[2] <= left or cover[1] >= bottom \
                    or cover[3] <= top:
                continue
            more = slack[place]
            if cover[1] <= top + more[1] and cover[3] >= bottom - more[1]:
                if cover[0] <= left + more[0]:
                    shown[place, 0] = min(float(cover[2]), right)
                elif cover[2] >= right - more[0]:
                    shown[place, 2] = max(float(cover[0]), left)
            elif cover[0] <= left + more[0] and cover[2] >= right - more[0]:
                if cover[3] >= bottom - more[1]:
                    shown[place, 3] = max(float(cover[1]), top)
                elif cover[1] <= top + more[1]:
                    shown[place, 1] = min(float(cover[3]), bottom)
    return shown


def _together(found: list[tuple[Floats, str, float, int]], camera: Pinhole) -> Boxes:
    edges = np.array([one[0] for one in found]).reshape(-1, 4)
    edges = np.clip(edges, 0.0, [camera.width - 1.0, camera.height - 1.0] * 2)
    # An edge's noise may not turn a box inside out.
    edges = np.concatenate([np.minimum(edges[:, :2], edges[:, 2:]), np.maximum(edges[:, :2], edges[:, 2:])], axis=1)
    return Boxes(edges, tuple(one[1] for one in found), np.array([one[2] for one in found]),
                 np.array([one[3] for one in found], dtype=np.int64))
