"""The same body twice: which of two tracks goes, and what the other one has from it.

A body that comes by close is seen at one end first and then at the other, and there a second track begins. Which of the
two goes on is decided by who is still seen; who the body is, and what images have said of it, does not change by that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from outrider_perception import classes, extent
from outrider_perception.arrays import Bools, Floats, Ints
from outrider_perception.bank import Bank
from outrider_perception.settings import Settings


class Doubles(NamedTuple):
    """`goes` (n,) which tracks. `gone` (k,) are those of them that leave what images said to `stays` (k,).

    `named` (k,) tells which of them leave their name as well: the older ones, where both are confirmed.
    """

    goes: Bools
    gone: Ints
    stays: Ints
    named: Bools


_NOBODY = np.zeros(0, dtype=np.int64)


def doubles(bank: Bank, sensor_xy_m: Floats, stamp_s: float, settings: Settings) -> Doubles:
    """Return which tracks (n,) lie on another one and move alike: the same body twice.

    Of two that are seen, the younger goes, but for a younger one that is nearer: what lies behind the end that it sees
    is its own other end. Of a silent and a seen one, the silent, unless only it is confirmed.
    """
    one, other = extent.together(bank, sensor_xy_m, settings)
    goes: Bools = np.zeros(len(bank), dtype=np.bool_)
    if len(one) == 0:
        return Doubles(goes, _NOBODY, _NOBODY, goes[:0])
    seen, sure = bank.seen_s >= stamp_s, bank.confirmed
    elder, both = bank.identity[one] < bank.identity[other], sure[one] & sure[other]
    behind = both & ~np.isin(other * len(bank) + one, one * len(bank) + other)
    leaves = np.where(sure[one] == sure[other], (~elder | ~seen[one] | behind) & seen[other], sure[other]).nonzero()[0]
    goes[one[leaves]] = True
    chain = dict(zip(one[leaves].tolist(), other[leaves].tolist(), strict=True))
    ends = {gone: _end(gone, chain) for gone in chain}
    for end in ends.values():  # who lie on each other in a ring do not all go
        goes[end] = False
    gone = np.array([at for at in ends if goes[at]], dtype=np.int64)
    stays = np.array([ends[at] for at in gone.tolist()], dtype=np.int64)
    return Doubles(goes, gone, stays, _names(bank, gone, stays))


def _end(at: int, chain: dict[int, int]) -> int:
    """Return who is left where one lies on another that lies on another."""
    for _ in range(len(chain)):
        at = chain.get(at, at)
    return at


def _names(bank: Bank, gone: Ints, stays: Ints) -> Bools:
    """Return who leaves his name: of all on one body the oldest, if he is confirmed and older than who stays."""
    elder = bank.confirmed[gone] & bank.confirmed[stays] & (bank.identity[gone] < bank.identity[stays])
    for row in elder.nonzero()[0].tolist():
        older = elder & (stays == stays[row]) & (bank.identity[gone] < bank.identity[gone[row]])
        elder[row] = not older.any()
    return elder


def inherit(bank: Bank, found: Doubles) -> None:
    """Give those that stay what images said of those that go, and some of them the names of those, in place."""
    gone, stays = found.gone, found.stays
    np.add.at(bank.beliefs, stays, bank.beliefs[gone])
    bank.beliefs[stays] = classes.bounded(bank.bodies.classes, bank.beliefs[stays])
    np.maximum.at(bank.heard_s, stays, bank.heard_s[gone])
    older, heir = gone[found.named], stays[found.named]
    bank.identity[heir] = bank.identity[older]
    bank.first_s[heir] = np.minimum(bank.first_s[heir], bank.first_s[older])
    bank.pace_mps[heir] = np.maximum(bank.pace_mps[heir], bank.pace_mps[older])
    bank.depth_m[heir] = np.maximum(bank.depth_m[heir], bank.depth_m[older])
    bank.size_m[heir] = np.where(np.isfinite(bank.size_m[heir]), bank.size_m[heir], bank.size_m[older])
