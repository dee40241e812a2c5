"""Names for the array types that every core here uses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Complexes = NDArray[np.complex128]


def columns(*each: Floats) -> Floats:
    """Return numbers (n,) side by side (n, k), each still in one piece; a quarter of the time of np.stack."""
    table: Floats = np.array(each).T
    return table


def complexes(table: Floats) -> Complexes:
    """Return the first two of the columns (n, 2 or more) as complex numbers (n,): one operation for both."""
    pairs = table[:, :2] if table.strides[1] == table.itemsize else np.ascontiguousarray(table[:, :2])
    numbers: Complexes = pairs.view(np.complex128)[:, 0]
    return numbers


def places(numbers: Complexes) -> Floats:
    """Return complex numbers (n,) as columns (n, 2)."""
    return np.ascontiguousarray(numbers).view(np.float64).reshape(-1, 2)


def firsts(rising: Ints) -> Ints:
    """Return where each run of equal numbers begins in `rising` (n,), n > 0."""
    new: Bools = np.empty(len(rising), dtype=np.bool_)
    new[0] = True
    np.not_equal(rising[1:], rising[:-1], out=new[1:])
    return new.nonzero()[0]


def neighbours(values: Floats, reach: float) -> tuple[Ints, Ints]:
    """Return the pairs (k,), (k,) of `values` (n,) that are no further apart than `reach`, or hardly; each once."""
    order = values.argsort(kind='stable')
    rising = values.take(order)
    number = np.arange(len(values))
    behind = rising.searchsorted(rising + reach * (1.0 + 1e-9), side='right') - number - 1
    first = number.repeat(behind)
    # Counted on from each one's own place: 1, 2 .. as many as it has behind it.
    second = np.arange(len(first)) - (behind.cumsum() - behind - number - 1).take(first)
    return order.take(first), order.take(second)


def wrap_angle(angle_rad: Floats) -> Floats:
    """Return the angles within -pi..pi."""
    wrapped: Floats = np.remainder(angle_rad + np.pi, 2.0 * np.pi) - np.pi
    return wrapped
