"""Which bodies stand where, and all of them drawn: from a snapshot to faces on a canvas."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from outrider_sim.world import words
from outrider_sim.world.camera import riders, things, vehicles
from outrider_sim.world.camera.cast import Canvas
from outrider_sim.world.camera.paints import glow, paintbox
from outrider_sim.world.camera.shapes import Floats, Ints, Model, Part, fitted, model, shifted
from outrider_sim.world.camera.view import F32, View, optical
from outrider_sim.world.eye import Eye
from outrider_sim.world.scenery import BRIDGE_WIDTH_M, TUNNEL_HALF_WIDTH_M, Scenery
from outrider_sim.world.snapshot import Snapshot
from outrider_sim.world.world import World

FAR_PX = 30.0          # bodies that are lower than this on the screen do with fewer parts
POSTS_PX = 4.0         # a rail's posts are drawn where it is higher than this
LEAST_PX = 0.7         # nothing smaller is drawn
TUNNEL_LIGHT = 0.30    # share of daylight that a tunnel's lamps give
BRIDGE_LIGHT = 0.45    # and that comes in below a bridge
_STRIDE_M = {'person': 1.4, 'dog': 0.7, 'bicycle': 5.5}  # way of a whole step or turn of the cranks
_MAKERS: dict[str, Callable[[float, bool], list[Part]]] = {
    'person': riders.person, 'dog': riders.dog, 'bicycle': riders.bicycle, 'scooter': riders.scooter,
    'motorcycle': riders.motorcycle}


@dataclass(frozen=True)
class Stand:
    """A body at one place: what to draw near and far, where, and its paintbox."""

    near: Model
    far: Model
    xy: tuple[float, float]
    heading: float
    height_m: float
    radius_m: float
    paint: int
    kind: str
    actor: int = -1
    far_px: float = FAR_PX         # `near` where it is higher than this on the screen


@dataclass(frozen=True)
class Roof:
    """What keeps the sky off the ground along a line: `light` of it is left. A bridge's sides are open."""

    start: tuple[float, float]
    end: tuple[float, float]
    half_m: float
    light: float
    open_sides: bool


@dataclass(frozen=True)
class Faces:
    """All faces on a canvas; row 0 is no face. Rows (f, 4) in camera axes: value = (r0 x + r1 y + r2) / w + r3."""

    u: F32
    v: F32
    shade: F32
    texture: Ints
    paint: Ints
    body: Ints                     # number in `drawn`
    drawn: tuple[Stand, ...]       # nearest first


class Scene:
    """Everything with a shape in one run. Colours and styles are drawn from the seed."""

    def __init__(self, world: World | Scenery, seed: int) -> None:
        """Build what stands; actors are built when they first appear."""
        self.scenery = world.scenery if isinstance(world, World) else world
        self._seed = seed
        self._models: dict[tuple[object, ...], Model] = {}
        self.kinds: list[str] = []
        self._paints: dict[tuple[str, int], int] = {}
        self._paint_list: list[Floats] = []
        self.roofs: list[Roof] = []
        self._still = self._standing()
        self._still_xy = np.array([stand.xy for stand in self._still], dtype=float).reshape(-1, 2)
        self._still_radius = np.array([stand.radius_m for stand in self._still])

    @property
    def paints(self) -> Floats:
        """Colours of all paintboxes, (n * 16, 3)."""
        return np.concatenate(self._paint_list) if self._paint_list else np.zeros((16, 3))

    def glows(self, lit: bool, dark: bool) -> Floats:
        """What they give out by themselves, (n * 16, 3)."""
        return np.concatenate([glow(kind, lit, dark) for kind in self.kinds]) if self.kinds else np.zeros((16, 3))

    def draw(self, canvas: Canvas, snapshot: Snapshot, eye: Eye, sun: Floats, stands: Sequence[Stand] | None = None
             ) -> Faces:
        """Draw ground and bodies (or only `stands`); `sun` (3,) is the direction that light comes from."""
        axes = optical(eye)
        canvas.clear(axes, float(eye.place[2]))
        rows: list[Floats] = [np.zeros((3, 1, 4))]
        textures: list[Ints] = []
        paints: list[Ints] = []
        bodies: list[Ints] = []
        drawn: list[Stand] = []
        view, first = canvas.view, 1
        for stand in self._visible(snapshot, eye, axes, view) if stands is None else stands:
            distance = math.hypot(stand.xy[0] - eye.place[0], stand.xy[1] - eye.place[1])
            pixels = view.fy * stand.height_m / max(distance, 0.1)
            shape = stand.near if pixels > stand.far_px else stand.far
            c, s = math.cos(stand.heading), math.sin(stand.heading)
            turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
            from_body = np.array([eye.place[0] - stand.xy[0], eye.place[1] - stand.xy[1], eye.place[2]])
            to_camera = np.concatenate([axes, from_body[:, None]], axis=1)
            to_camera = turn.T @ to_camera
            cut, count = shape.shape_rows, shape.count
            faces = shape.rows[cut:].reshape(5, count, 4)
            light = np.einsum('i,ifk->fk', sun @ turn, faces[2:])
            everything = np.concatenate([shape.rows[:cut], faces[0], faces[1], light])
            moved = everything[:, :3] @ to_camera
            moved[:, 3] += everything[:, 3]
            corners = (shape.corners - turn.T @ from_body) @ (turn.T @ axes)
            if not canvas.draw(shape, moved[:cut], corners, first):
                continue
            rows.append(moved[cut:].reshape(3, count, 4))
            textures.append(shape.texture)
            paints.append(np.full(count, stand.paint))
            bodies.append(np.full(count, len(drawn)))
            drawn.append(stand)
            first += count
        joined = np.concatenate(rows, axis=1).astype(np.float32)
        none = np.zeros(1, np.int64)
        return Faces(joined[0], joined[1], joined[2], np.concatenate([none, *textures]),
                     np.concatenate([none, *paints]), np.concatenate([none - 1, *bodies]), tuple(drawn))

    def _visible(self, snapshot: Snapshot, eye: Eye, axes: Floats, view: View) -> list[Stand]:
        """Return the bodies before the eye and inside the picture, nearest first."""
        stands = [*self._still, *self._actors(snapshot)]
        if not stands:
            return []
        xy = np.concatenate([self._still_xy, snapshot.xy.reshape(-1, 2)])
        radius = np.concatenate([self._still_radius, [stand.radius_m for stand in stands[len(self._still):]]])
        off = np.concatenate([xy - eye.place[:2], np.full((len(xy), 1), 0.8 - eye.place[2])], axis=1) @ axes
        wide = max(view.ppx, view.width - view.ppx) / view.fx
        beside = (np.abs(off[:, 0]) - wide * off[:, 2]) / math.hypot(1.0, wide)
        depth = np.maximum(off[:, 2], 0.1)
        large = np.array([stand.height_m for stand in stands]) * view.fy / depth > LEAST_PX
        keep = np.flatnonzero((off[:, 2] > -radius) & (beside < radius) & large)
        order = keep[np.argsort(np.hypot(off[keep, 0], off[keep, 2]) - radius[keep], kind='stable')]
        return [stands[number] for number in order.tolist()]

    def _actors(self, snapshot: Snapshot) -> list[Stand]:
        made = []
        for number, body in enumerate(snapshot.bodies):
            phase = 0
            if body.kind in _STRIDE_M:
                way = body.xy[0] * math.cos(body.heading) + body.xy[1] * math.sin(body.heading)
                speed = math.hypot(*body.velocity)
                if speed > 0.05:
                    phase = int(way / _STRIDE_M[body.kind] * riders.PHASES) % riders.PHASES
            made.append(Stand(self._shape(body.kind, number, body.size_m, phase, False),
                              self._shape(body.kind, number, body.size_m, phase, True), body.xy, body.heading,
                              body.size_m[2], 0.5 * math.hypot(body.size_m[0], body.size_m[1]),
                              self._paint(body.kind, number), body.kind, number))
        return made

    def _shape(self, kind: str, number: int, size_m: tuple[float, float, float], phase: int, far: bool) -> Model:
        style = ''
        if kind == 'car':
            style = vehicles.CARS[int(np.random.default_rng([self._seed, number, 5]).integers(len(vehicles.CARS)))]
        key = (kind, style, size_m, phase, far)
        if key not in self._models:
            if kind in _MAKERS:
                parts = _MAKERS[kind](phase / riders.PHASES, far)
            else:
                parts = {'car': vehicles.car, 'truck': vehicles.truck, 'bus': vehicles.bus}[kind](style, far)
            self._models[key] = model(fitted(parts, words.SIZES_M[kind], size_m))
        return self._models[key]

    def _paint(self, kind: str, number: int) -> int:
        key = (kind, number)
        if key not in self._paints:
            self._paints[key] = len(self._paint_list)
            self._paint_list.append(paintbox(kind, self._seed, number))
            self.kinds.append(kind)
        return self._paints[key]

    def _standing(self) -> list[Stand]:
        made: list[Stand] = []
        random = np.random.default_rng([self._seed, 8])
        for number, box in enumerate(self.scenery.boxes):
            heading, radius = box.heading, 0.5 * math.hypot(box.size_m[0], box.size_m[1])
            if box.kind == 'parked_cars':
                near, far = (self._shape('car', 1000 + number, box.size_m, 0, far) for far in (False, True))
                heading += float(random.choice([0.0, 0.0, 0.0, math.pi])) + float(random.normal(0.0, 0.01))
            else:
                maker = things.tree if box.kind == 'trees' else things.sign
                near, far = (model(maker(number % 5, far)) for far in (False, True))
                radius = 2.2 if box.kind == 'trees' else 0.4
            made.append(Stand(near, far, box.xy, heading, box.size_m[2], radius,
                              self._paint(box.kind, number if box.kind == 'parked_cars' else 0), box.kind))
        return made + self._long()

    def _long(self) -> list[Stand]:
        made: list[Stand] = []
        pairs: dict[int, list[tuple[float, float, float, float]]] = {}
        for wall in self.scenery.walls:
            (x0, y0), (x1, y1) = wall.start, wall.end
            pieces = things.upright(wall.kind, math.dist(wall.start, wall.end), wall.low_m, wall.high_m, wall.every_m)
            made += self._pieces(wall.kind, pieces, (x0, y0), math.atan2(y1 - y0, x1 - x0), wall.high_m)
            if wall.kind in ('bridge', 'tunnel'):
                pairs.setdefault(wall.thing, []).append((x0, y0, x1, y1))
        for thing, sides in pairs.items():
            kind = next(wall.kind for wall in self.scenery.walls if wall.thing == thing)
            x0, y0, x1, y1 = np.mean(sides, axis=0).tolist()
            low, high = (4.5, 5.9) if kind == 'bridge' else (4.9, 5.2)
            below = 'concrete' if kind == 'bridge' else 'ceiling'
            bridge = kind == 'bridge'
            width = BRIDGE_WIDTH_M if kind == 'bridge' else 2 * TUNNEL_HALF_WIDTH_M
            self.roofs.append(Roof((x0, y0), (x1, y1), 0.5 * width + (0.0 if bridge else 0.5),
                                   BRIDGE_LIGHT if bridge else TUNNEL_LIGHT, bridge))
            made += self._pieces(kind, things.slab(math.hypot(x1 - x0, y1 - y0), width, low, high, below), (x0, y0),
                                 math.atan2(y1 - y0, x1 - x0), high)
        return made

    def _pieces(self, kind: str, pieces: list[list[Part]], start: tuple[float, float], heading: float, high: float
                ) -> list[Stand]:
        made = []
        for parts in pieces:
            corners = np.concatenate([part.corners for part in parts])
            middle = 0.5 * (corners.min(axis=0) + corners.max(axis=0))
            reach = float(np.linalg.norm(0.5 * np.ptp(corners[:, :2], axis=0)))
            moved = [shifted(part, -middle) for part in parts]
            c, s = math.cos(heading), math.sin(heading)
            place = (start[0] + c * middle[0] - s * middle[1], start[1] + s * middle[0] + c * middle[1])
            made.append(Stand(model(moved), model(moved[:1]), place, heading, high, reach, self._paint(kind, 0), kind,
                              far_px=POSTS_PX))
        return made
