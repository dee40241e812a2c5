"""What is kept of pairings, and its form on disk. Only hashes of secrets stand here."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any

HASH_LENGTH = 64


class BookError(ValueError):
    """The text is no book of pairings."""


@dataclass
class Token:
    """A token that was not used yet; `made_s` is CLOCK_BOOTTIME of the boot it names."""

    hash: str
    made_s: float
    boot: str


@dataclass
class Phone:
    """A paired phone; times are unix seconds."""

    id: int
    hash: str
    name: str
    since_s: float
    last_seen_s: float


@dataclass
class Ended:
    """A cookie that was revoked; `ended_s` is CLOCK_BOOTTIME of the boot it names."""

    hash: str
    ended_s: float
    boot: str


@dataclass
class Book:
    """`count` is of all phones ever paired; the newest has it as its id."""

    count: int = 0
    tokens: list[Token] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)

    def text(self) -> str:
        """Return it as JSON."""
        return json.dumps({'version': 1, **asdict(self)}, indent=1) + '\n'


def read(text: str) -> Book:
    """Return the book that text() wrote. Raises BookError."""
    try:
        told = json.loads(text)
        return Book(_number(told, 'count', int),
                    [Token(_hash(one), _number(one, 'made_s'), _word(one, 'boot')) for one in told['tokens']],
                    [Phone(_number(one, 'id', int), _hash(one), _word(one, 'name'), _number(one, 'since_s'),
                           _number(one, 'last_seen_s')) for one in told['phones']],
                    [Ended(_hash(one), _number(one, 'ended_s'), _word(one, 'boot')) for one in told['ended']])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BookError(str(error)) from None


def _word(told: dict[str, Any], key: str) -> str:
    if not isinstance(told[key], str):
        raise TypeError(f'{key} is no text')
    return str(told[key])


def _hash(told: dict[str, Any]) -> str:
    if len(_word(told, 'hash')) != HASH_LENGTH:
        raise TypeError('hash is none')
    return _word(told, 'hash')


def _number(told: dict[str, Any], key: str, kind: Any = (int, float)) -> Any:
    if not isinstance(told[key], kind) or isinstance(told[key], bool) or not math.isfinite(told[key]):
        raise TypeError(f'{key} is no number')
    return told[key]
