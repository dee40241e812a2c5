"""What stands by the road as parts: trees, signs, walls, rails with posts, bridges and tunnels."""

from __future__ import annotations

import math

import numpy as np

from outrider_sim.world.camera.shapes import Face, Floats, Part, ball, bar, block
from outrider_sim.world.camera.texels import BRIGHT, METAL, SEAM, SECOND
from outrider_sim.world.camera.textures import NUMBER

_SLAB_M = 6.0    # from lamp to lamp of a tunnel
_PIECE_M = 24.0  # long walls come in pieces: what is far away costs few pixels
# Thin: the world's own walls have no thickness, and depth is measured to their surface.
THICK_M = {'wall': 0.06, 'guard_rail': 0.06, 'tunnel': 0.06, 'bridge': 0.06}


def tree(number: int, far: bool) -> list[Part]:
    """Return a tree of 6 m, its trunk 0.4 m thick; crowns differ by `number`."""
    random = np.random.default_rng([number, 11])
    leaves = NUMBER['leaves']
    parts = [bar((0.0, 0.0, 0.0), (0.0, 0.0, 3.2), 0.3, 0.3, NUMBER['bark']),
             ball((0.0, 0.0, 4.1), (1.5, 1.5, 1.6), leaves)]
    if far:
        return parts
    parts += [bar((0.0, 0.0, 0.0), (0.0, 0.0, 0.35), 0.4, 0.4, NUMBER['bark'])]
    for turn in range(5):
        angle = 2.0 * math.pi * turn / 5 + float(random.uniform(0.0, 0.8))
        away, high = float(random.uniform(0.7, 1.1)), float(random.uniform(3.2, 5.0))
        size = float(random.uniform(0.75, 1.05))
        parts.append(ball((away * math.cos(angle), away * math.sin(angle), high), (size, size, 0.85 * size), leaves))
    return parts


def sign(number: int, far: bool) -> list[Part]:
    """Return a round sign of 0.6 m on a post, 2.2 m high, facing along its row."""
    face = NUMBER['sign']
    return [bar((0.0, 0.0, 0.0), (0.0, 0.0, 1.7), 0.06, 0.06, METAL),
            _round(bar((-0.015, 0.0, 1.9), (0.015, 0.0, 1.9), 0.6, 0.6, [face, face, METAL, METAL, METAL, METAL]))]


def _round(part: Part) -> Part:
    """Cut the corners of a plate."""
    rows = [[0.0, c, s, -0.3 - 1.9 * s] for c, s in ((math.cos(a), math.sin(a)) for a in
                                                     (math.pi / 8 + k * math.pi / 4 for k in range(8)))]
    return Part(np.concatenate([part.rows[:2], np.array(rows)]), (0, 1, *(2,) * 8), part.faces, part.corners)


def upright(kind: str, length: float, low: float, high: float, every: float) -> list[list[Part]]:
    """Return a wall from (0, 0) along x as pieces; posts, where it has some, after the first part."""
    pieces = max(1, math.ceil(length / _PIECE_M))
    step = length / pieces
    half = 0.5 * THICK_M[kind]
    made: list[list[Part]] = []
    for number in range(pieces):
        begin, end = number * step, (number + 1) * step
        texture = {'wall': 'bricks', 'guard_rail': 'rail'}.get(kind, 'concrete')
        tile = {'wall': 3.0, 'guard_rail': every}.get(kind, 5.0)
        top = {'wall': BRIGHT, 'guard_rail': METAL}.get(kind, SECOND)
        number_of = NUMBER[texture]
        part = block((begin, -half, low), (end, half, high), [number_of] * 4 + [top, SEAM])
        repeats = 1.7 if kind == 'wall' else 1.0
        made.append([_tiled(part, (2, 3), begin, end, step / tile, repeats)])
        if kind == 'guard_rail':
            posts = np.arange(math.ceil(begin / every) * every, end - 1e-6, every)
            made[-1] += [block((x - 0.05, -0.05, 0.0), (x + 0.05, 0.05, high - 0.08), METAL) for x in posts.tolist()]
    return made


def _tiled(part: Part, sides: tuple[int, ...], begin: float, end: float, across: float, down: float) -> Part:
    """Repeat a texture on some faces; it begins at a whole number so that pieces join."""
    first = round(begin / (end - begin)) * across
    faces = []
    for number, face in enumerate(part.faces):
        if number not in sides:
            faces.append(face)
            continue
        uv: Floats = face.uv * np.array([[across], [down]])
        uv[0, 3] += first
        faces.append(Face(face.texture, uv, face.normal))
    return Part(part.rows, part.of, tuple(faces), part.corners)


def slab(length: float, width: float, low: float, high: float, below: str) -> list[list[Part]]:
    """Return a deck or ceiling along x, 0 in the middle of its width, as pieces; `below` is the texture underneath."""
    pieces = max(1, math.ceil(length / (_SLAB_M if below == 'ceiling' else 4.0 * _SLAB_M)))
    step = length / pieces
    textures = [NUMBER['concrete']] * 5 + [NUMBER[below]]
    return [[_tiled(block((number * step, -0.5 * width, low), ((number + 1) * step, 0.5 * width, high), textures),
                    (2, 3, 4), number * step, (number + 1) * step, 4.0, 4.0)]
            for number in range(pieces)]
