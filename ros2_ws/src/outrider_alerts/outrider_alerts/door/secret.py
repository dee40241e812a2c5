"""Secrets: made by the system's generator, kept as hashes only, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string

BYTES = 32  # 256 bit
LONGEST = 64  # characters that are looked at; ours have 43
_LETTERS = frozenset(string.ascii_letters + string.digits + '-_')


def new() -> str:
    """Return 256 fresh bits, base64url."""
    return secrets.token_urlsafe(BYTES)


def hashed(secret: str) -> str:
    """Return the SHA-256 in hex. A secret of 256 random bits needs no slow hash: there is nothing to guess from."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Return whether two texts are equal, in a time that does not say how far."""
    return hmac.compare_digest(one.encode(errors='replace'), other.encode(errors='replace'))


def well_formed(secret: object) -> bool:
    """Return whether this can be one of ours at all."""
    return isinstance(secret, str) and 0 < len(secret) <= LONGEST and _LETTERS.issuperset(secret)
