"""What depth shows of who goes by, image for image as the simulated camera paints it, is what is expected of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from outrider_perception import facing
from outrider_perception.config import load
from outrider_perception.depth_image import Pinhole, find_clusters
from outrider_perception.measurements import upright_pose
from outrider_perception.near import near_edges
from outrider_sim.world import scenario
from outrider_sim.world.camera import DepthPainter, View
from outrider_sim.world.eye import eye_of
from outrider_sim.world.places import Mount
from outrider_sim.world.world import World

CONFIG = load()
WIDTH, HEIGHT, FPS = 424, 240, 15
FOCAL = WIDTH / 2 / math.tan(math.radians(87.0 / 2))
CENTRE = (WIDTH - 1) / 2, (HEIGHT - 1) / 2
AT, BACK = (-0.9, 0.0, 0.86), math.pi


def passing(kind: str, y_m: float) -> Any:
    """Return (measured, one sigma, expected) edges of one body that comes from 14 m behind and goes by at 5 m/s."""
    world = World(scenario.parse('duration_s: 4\nseed: 3\nrig: {speed_mps: 5}\nactors: [{id: a, class: '
                                 f'{kind}, at: [-16, {y_m}], speed_mps: 10}}]'))
    painter = DepthPainter(world, View(WIDTH, HEIGHT, FOCAL, FOCAL, *CENTRE), 3)
    camera, pose = Pinhole(FOCAL / 2, FOCAL / 2, CENTRE[0] / 2, CENTRE[1] / 2), upright_pose(*AT, BACK)
    found = []
    for frame in range(4 * FPS):
        now = world.at(frame / FPS)
        image = painter.depth(now, eye_of(now.rider, Mount(AT, (0.0, 0.0, BACK))))
        seen = find_clusters(np.ascontiguousarray(image[::2, ::2]), camera, pose, now.t_s, CONFIG.depth)
        near = near_edges(seen, pose, CONFIG.sight)
        if not len(near.index):
            continue
        centre = now.xy - np.array([now.rider.x, now.rider.y])
        expected = facing.in_depth(centre, now.size_m, now.heading, np.array(AT[:2]), np.array([-1.0, 0.0]),
                                   seen.slopes)[0]
        largest = int(np.argmax(seen.extent_m[:, 0] * seen.extent_m[:, 1]))
        found.append((near.edges[largest], np.sqrt(np.diagonal(near.noise[largest])), expected))
    return (np.array(part) for part in zip(*found, strict=True))


@pytest.mark.parametrize(('kind', 'y_m'), [('car', 2.1), ('car', -2.1), ('truck', 2.6), ('motorcycle', -1.6),
                                           ('bicycle', 1.5)])
def test_the_side_turned_to_the_rig_is_where_it_is_until_the_body_is_gone(kind: str, y_m: float) -> None:
    measured, sigma, expected = passing(kind, y_m)
    assert len(measured) > FPS
    turned = 2 if y_m > 0.0 else 1  # what is to the rig's left is to the right of a camera that looks back
    off = (measured - expected)[:, turned]
    assert abs(np.mean(off)) < 0.10
    assert np.sqrt(np.mean(off ** 2)) < 0.20
    told = (measured - expected) / sigma
    assert np.sqrt(np.mean(told[:, turned] ** 2)) < 2.0
    assert np.mean(np.abs(told[:, 0]) < 3.0) > 0.8, 'its nearest edge; a bicycle shows its rider before its wheel'
