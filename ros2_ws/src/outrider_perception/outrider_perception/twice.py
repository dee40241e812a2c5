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
    """`goes` (n,) which tracks; `older` and `heir` (k,) which of them leave name and looks to which that stay."""

    goes: Bools
    older: Ints
    heir: Ints


_NOBODY = np.zeros(0, dtype=np.int64)


def doubles(bank: Bank, sensor_xy_m: Floats, stamp_s: float, settings: Settings) -> Doubles:
    """Return which tracks (n,) lie on another one and move alike: the same body twice.

    Of two that are seen, the younger goes, but for a younger one that is nearer: what lies behind the end that it sees
    is its own other end. Of a silent and a seen one, the silent, unless only it is confirmed. An older one that goes
    while both are confirmed has an heir.
    """
    one, other = extent.together(bank, sensor_xy_m, settings)
    gone: Bools = np.zeros(len(bank), dtype=np.bool_)
    if len(one) == 0:
        return Doubles(gone, _NOBODY, _NOBODY)
    seen, sure = bank.seen_s >= stamp_s, bank.confirmed
    elder, both = bank.identity[one] < bank.identity[other], sure[one] & sure[other]
    behind = both & ~np.isin(other * len(bank) + one, one * len(bank) + other)
    goes = np.where(sure[one] == sure[other], (~elder | ~seen[one] | behind) & seen[other], sure[other])
    gone[one[goes]] = True
    leaves = (goes & elder & both).nonzero()[0]
    if len(leaves) == 0:
        return Doubles(gone, _NOBODY, _NOBODY)
    older, heir = _names(one[leaves].tolist(), other[leaves].tolist(), gone.tolist(), bank.identity.tolist())
    return Doubles(gone, np.array(older, dtype=np.int64), np.array(heir, dtype=np.int64))


def _names(leaves: list[int], to: list[int], gone: list[bool], identity: list[int]) -> tuple[list[int], list[int]]:
    """Return who leaves to whom: along the chain to one that stays, and of several names the oldest."""
    chain = dict(zip(leaves, to, strict=True))
    named: dict[int, int] = {}
    for older in sorted(chain, key=identity.__getitem__):
        heir = older
        for _ in range(len(chain)):
            heir = chain.get(heir, heir)
        if not gone[heir]:
            named.setdefault(heir, older)
    return list(named.values()), list(named)


def inherit(bank: Bank, older: Ints, heir: Ints) -> None:
    """Give the tracks `heir` (k,) the names of `older` (k,), how long they are known, and what was said of them."""
    bank.identity[heir] = bank.identity[older]
    bank.first_s[heir] = np.minimum(bank.first_s[heir], bank.first_s[older])
    bank.heard_s[heir] = np.maximum(bank.heard_s[heir], bank.heard_s[older])
    bank.pace_mps[heir] = np.maximum(bank.pace_mps[heir], bank.pace_mps[older])
    bank.depth_m[heir] = np.maximum(bank.depth_m[heir], bank.depth_m[older])
    bank.size_m[heir] = np.where(np.isfinite(bank.size_m[heir]), bank.size_m[heir], bank.size_m[older])
    bank.beliefs[heir] = classes.bounded(bank.bodies.classes, bank.beliefs[heir] + bank.beliefs[older])
