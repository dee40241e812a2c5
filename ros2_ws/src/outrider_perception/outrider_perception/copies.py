"""Frozen dataclasses with some fields changed, in the hot path."""

from __future__ import annotations

from typing import Any, TypeVar

Frozen = TypeVar('Frozen')


def amended(frozen: Frozen, **values: Any) -> Frozen:
    """Return a copy with other values of some fields, which are not checked anew: a fifth of dataclasses.replace."""
    copy = object.__new__(type(frozen))
    copy.__dict__.update(frozen.__dict__, **values)
    return copy
