"""Token buckets: so many requests a second, a few more at once; for each address, and for all strangers together."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """What flows in, 1/s, and how many may come at once."""

    per_s: float
    burst: float


class Bucket:
    """One of them; full at the beginning."""

    def __init__(self, rate: Rate, now_s: float) -> None:
        """`now_s` on any clock that does not go back."""
        self._rate, self._level, self._at_s = rate, rate.burst, now_s

    def take(self, now_s: float) -> bool:
        """Take one; return whether there was one."""
        self._level = min(self._rate.burst, self._level + max(0.0, now_s - self._at_s) * self._rate.per_s)
        self._at_s = max(self._at_s, now_s)
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True

    def is_empty(self, now_s: float) -> bool:
        """Return whether take() would find none."""
        return self._level + max(0.0, now_s - self._at_s) * self._rate.per_s < 1.0

    def is_full(self, now_s: float) -> bool:
        """Return whether nothing has been taken that has not come back: such a bucket can be forgotten."""
        return self._level + max(0.0, now_s - self._at_s) * self._rate.per_s >= self._rate.burst


class Buckets:
    """A bucket per key and one for all; the table is bounded, keys beyond share the bucket of all."""

    def __init__(self, each: Rate, overall: Rate, now_s: float, most: int = 256) -> None:
        """Remember at most `most` keys."""
        self._each, self._most = each, most
        self._overall = Bucket(overall, now_s)
        self._known: OrderedDict[str, Bucket] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._known)

    def take(self, key: str, now_s: float) -> bool:
        """Take one of `key`'s and one of all; return whether there were both. Who has none takes none of all."""
        bucket = self._known.get(key)
        if bucket is None:
            self._forget(now_s)
            if len(self._known) >= self._most:
                return self._overall.take(now_s)
            bucket = self._known[key] = Bucket(self._each, now_s)
        self._known.move_to_end(key)
        return bucket.take(now_s) and self._overall.take(now_s)

    def is_empty(self, key: str, now_s: float) -> bool:
        """Return whether take() would find none."""
        bucket = self._known.get(key)
        return self._overall.is_empty(now_s) or (bucket is not None and bucket.is_empty(now_s))

    def _forget(self, now_s: float) -> None:
        """Forget what has been quiet for longest, as far as that is full again."""
        while self._known:
            oldest = next(iter(self._known))
            if not self._known[oldest].is_full(now_s):
                return
            del self._known[oldest]
