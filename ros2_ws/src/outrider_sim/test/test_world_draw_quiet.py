"""Quiet traffic is quiet by the truth, drawn the same again, and has in it what a street has."""

from __future__ import annotations

import numpy as np
import pytest

from outrider_sim.world.allowed import Verdict, allowed
from outrider_sim.world.draw import draw, one
from outrider_sim.world.draw_quiet import PIECE_S
from outrider_sim.world.truth import approaches
from outrider_sim.world.world import World


@pytest.fixture(scope='module')
def pieces():
    return draw(8, 5, 'quiet')


def test_nobody_may_be_warned_of(pieces):
    for piece in pieces[:4]:
        for truth in approaches(World(piece)):
            verdict = allowed(truth, piece.rig, piece.expect)
            assert verdict['warn'] is verdict['urgent'] is Verdict.FALSE, (piece.name, truth)
            assert truth.t_ca_s is None or truth.clearance_m > 3.0 or truth.closing_mps < 3.0


def test_the_same_is_drawn_again_and_one_by_one(pieces):
    assert one(2, 5, 'quiet') == pieces[2]
    assert one(2, 6, 'quiet') != pieces[2]


def test_a_street_has_what_a_street_has(pieces):
    assert {piece.duration_s for piece in pieces} == {PIECE_S}
    ids = {actor.id.rstrip('0123456789') for piece in pieces for actor in piece.actors}
    assert {'over', 'on', 'walker', 'follower', 'standing', 'straight'} <= ids
    assert len({thing.kind for piece in pieces for thing in piece.things}) >= 3
    assert {piece.about for piece in pieces} == {'a street', 'round corners'}


def test_the_rider_stops_and_turns(pieces):
    stands = turns = False
    for piece in pieces:
        poses = World(piece).rider.poses
        rider = poses(np.arange(0.0, PIECE_S, 0.2))
        stands |= bool((rider.speed < 1e-6).any())
        turns |= bool(np.ptp(rider.heading) > 1.0)
    assert stands
    assert turns
