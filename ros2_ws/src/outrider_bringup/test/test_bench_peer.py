"""What both trackers get, how the other's tracks are judged, and what is said where Stone Soup is not there.

Stone Soup itself runs in `./outrider bench peer`, which CI calls.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from outrider_bringup.bench import peer, peer_run, peer_scans, peer_speed
from outrider_bringup.errors import UserError
from outrider_sim.world.tracking import bodies, in_sight


@pytest.fixture(scope='module')
def one() -> peer_scans.Run:
    return peer_scans.run(1, peer.SEED, 'far')


def test_the_other_gets_every_moving_detection_once_and_nothing_else(one: peer_scans.Run) -> None:
    given = peer_scans.for_the_other([one, one])
    assert len(given['stamp_s']) == len(given['sensor']) == len(given['count']) == 2 * len(one.seen)
    assert given['count'].sum() == len(given['z']) == len(given['variance'])
    assert given['count'][:len(one.seen)].tolist() == [int(seen.moving.sum()) for seen in one.seen]
    assert set(given['run'].tolist()) == {0, 1}
    assert (given['variance'] > 0.0).all()
    first = next(seen for seen in one.seen if seen.moving.any())
    assert given['z'][0].tolist() == (first.z[first.moving][0] + [peer_scans.END_TO_CENTRE_M, 0.0, 0.0]).tolist()


def test_the_other_s_detections_lie_at_bodies_in_the_axes_that_it_is_told(one: peer_scans.Run) -> None:
    given = peer_scans.for_the_other([one])
    scan = np.repeat(np.arange(len(one.stamps_s)), given['count'])
    off = []
    for number, (reach, azimuth, _) in zip(scan.tolist(), given['z'].tolist(), strict=True):
        x, y, heading, _, _ = given['sensor'][number]
        place = np.array([x + reach * math.cos(heading + azimuth), y + reach * math.sin(heading + azimuth)])
        truth = one.world.at(one.stamps_s[number])
        off.append(float(np.hypot(*(truth.xy - place).T).min()))
    assert np.median(off) < 1.5


def test_tracks_that_are_the_truth_are_judged_so(one: peer_scans.Run) -> None:
    rows, names = [], []
    for scan, stamp_s in enumerate(one.stamps_s):
        truth = one.world.at(stamp_s)
        seen = in_sight(one.mount, bodies(truth)[0])
        for name, (x, y), (vx, vy) in zip(np.flatnonzero(seen).tolist(), truth.xy[seen], truth.velocity[seen],
                                          strict=True):
            rows.append([scan, x, vx, y, vy])
            names.append(name)
    (found,) = peer_scans.theirs([one], np.array(rows), np.array(names, dtype=float))
    assert found.gospa_m == pytest.approx(0.0, abs=1e-6)
    assert found.position_rmse_m == pytest.approx(0.0, abs=1e-6)
    assert found.speed_rmse_mps == pytest.approx(0.0, abs=1e-6)
    assert found.id_switches == 0


def test_the_scene_of_the_speed_is_one_that_ours_follows() -> None:
    spent, pairs = peer_speed.ours_ms(peer_speed.scene(5))
    assert pairs >= peer_speed.TRACKS - 1
    assert (spent > 0.0).all()
    spent, told = peer_speed.ours_in_turn(peer_speed.scene(peer.SCANS, moves=True))
    assert 0.8 * peer_speed.TRACKS <= told <= 1.2 * peer_speed.TRACKS
    assert len(spent) == peer.SCANS


def test_pairs_of_sets_are_never_both_empty() -> None:
    given = peer.pairs(300, 1)
    assert (given['lefts'] + given['rights'] > 0).all()
    assert (given['lefts'] == 0).any()
    assert (given['rights'] == 0).any()
    assert len(peer.ours(given)) == 300


def test_without_stone_soup_one_sentence_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_run.paths, 'checkout', lambda: tmp_path)
    with pytest.raises(UserError, match=r'Stone Soup did not answer .* Run: tools/setup --peer$'):
        peer_run.ask('gospa', {'cut_m': 4.0})


@pytest.mark.parametrize(('script', 'sentence'), [
    ("import sys; sys.exit('ImportError: no stonesoup')",
     'Stone Soup ended with 1 and said: ImportError: no stonesoup. Run: tools/setup --peer'),
    ('import sys; sys.exit(3)', 'Stone Soup ended with 3 and said: nothing. Run: tools/setup --peer')])
def test_what_stone_soup_dies_of_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str,
                                         sentence: str) -> None:
    python = tmp_path / '.venv-peer' / 'bin' / 'python'
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/usr/bin/env python3\n{script}\n')
    python.chmod(0o755)
    monkeypatch.setattr(peer_run.paths, 'checkout', lambda: tmp_path)
    with pytest.raises(UserError, match=sentence.replace('.', r'\.')):
        peer_run.ask('gospa', {'cut_m': 4.0})
