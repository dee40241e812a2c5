"""Pairings: single-use tokens, the phones they were exchanged for, and the phones that were sent away.

They lie in `~/.config/outrider/pairings.json` (XDG_CONFIG_HOME; OUTRIDER_STATE instead, for tests), hashed, 0600.
The page's process and `./outrider pair` share the file: each change is made under a lock, whole or not at all, and a
change by the other one is seen at the next question.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from outrider_alerts.door import secret
from outrider_alerts.door.book import Ended, Phone, Token
from outrider_alerts.door.shelf import Shelf

TOKEN_S = 600.0  # s, of CLOCK_BOOTTIME: who sets the clock makes no token live longer
UNUSED_S = 400 * 86_400.0  # s without a visit; browsers keep no cookie longer (RFC 6265bis, 5.5)
CLOCK_SET_S = 1.6e9  # unix s; what is older was said by a clock that nobody had set yet after power-on
SEEN_EVERY_S = 600.0  # the file is not written for every request
MOST_TOKENS, MOST_PHONES, MOST_ENDED = 8, 32, 32
NAME_LENGTH = 40


def folder(env: Mapping[str, str] = os.environ) -> Path:
    """Return where what belongs to the person lies."""
    if own := env.get('OUTRIDER_STATE'):
        return Path(own)
    return Path(env.get('XDG_CONFIG_HOME') or Path(env.get('HOME') or '~').expanduser() / '.config') / 'outrider'


def boot_id() -> str:
    """Return what the kernel calls this run of the computer, '' where it does not say."""
    try:
        return Path('/proc/sys/kernel/random/boot_id').read_text(encoding='ascii').strip()
    except OSError:
        return ''


def boottime_s() -> float:
    """Return CLOCK_BOOTTIME, s."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Pairings:
    """Asked at every request; the clocks are handed in."""

    def __init__(self, where: Path | None = None, *, boottime_s: Callable[[], float] = boottime_s,
                 unix_s: Callable[[], float] = time.time, boot: str | None = None) -> None:
        """Use the file in `where`, else in folder(). Nothing is made before the first token."""
        self._shelf = Shelf((where or folder()) / 'pairings.json')
        self._boottime_s, self._unix_s = boottime_s, unix_s
        self._boot = boot_id() if boot is None else boot

    def new_token(self) -> str:
        """Return a token that pairs one phone within ten minutes. Raises DoorError."""
        made = secret.new()
        token = Token(secret.hashed(made), self._boottime_s(), self._boot)
        with self._shelf.changing() as book:
            book.tokens = [one for one in book.tokens if self._lives(one)][-(MOST_TOKENS - 1):] + [token]
        return made

    def pair(self, token: object, name: object) -> str | None:
        """Exchange a token for a cookie; None where it is wrong, used or old. Raises DoorError."""
        if not secret.well_formed(token):
            return None
        wanted = secret.hashed(str(token))
        if not any(secret.same(one.hash, wanted) for one in self._shelf.book().tokens):
            return None  # without the lock: who guesses holds up nobody
        now_s = self._unix_s()
        with self._shelf.changing() as book:
            found = [one for one in book.tokens if secret.same(one.hash, wanted) and self._lives(one)]
            if not found or len(book.phones) >= MOST_PHONES:
                return None
            book.tokens.remove(found[0])
            cookie = secret.new()
            book.count += 1
            book.phones.append(Phone(book.count, secret.hashed(cookie), clean(name), now_s, now_s))
        return cookie

    def phone(self, cookie: object) -> Phone | None:
        """Return whose cookie this is, None where it is nobody's or has not been used for 400 days."""
        if not secret.well_formed(cookie):
            return None
        wanted, found = secret.hashed(str(cookie)), None
        for one in self._shelf.book().phones:
            if secret.same(one.hash, wanted):
                found = one
        return None if found is None or self._is_old(found) else found

    def is_news(self, phone: Phone) -> bool:
        """Return whether it is to be kept that this phone is here: every ten minutes."""
        return self._unix_s() - phone.last_seen_s >= SEEN_EVERY_S

    def seen(self, phone: Phone) -> None:
        """Keep that this phone is here, where that is news. Raises DoorError."""
        if not self.is_news(phone):
            return
        now_s = self._unix_s()
        with self._shelf.changing() as book:
            for one in book.phones:
                if one.id == phone.id:
                    one.last_seen_s = now_s

    def may_stop(self, cookie: object, armed_since_s: float | None) -> bool:
        """Return whether this cookie may stop the drive: it is valid, or was when the drive was armed.

        `armed_since_s` is CLOCK_BOOTTIME, None while the drive is known to be disarmed.
        """
        if self.phone(cookie) is not None:
            return True
        if armed_since_s is None or not secret.well_formed(cookie):
            return False
        wanted, book = secret.hashed(str(cookie)), self._shelf.book()
        ended = any(secret.same(one.hash, wanted) and one.boot == self._boot and one.ended_s >= armed_since_s
                    for one in book.ended)
        # Unused for 400 days, and found still: it ran out, and nobody knows better when than now.
        return ended or any(secret.same(one.hash, wanted) for one in book.phones)

    def phones(self) -> list[Phone]:
        """Return the phones, the oldest first."""
        return list(self._shelf.book().phones)

    def revoke(self, number: int) -> bool:
        """Send a phone away; return whether there was one. Raises DoorError."""
        with self._shelf.changing() as book:
            gone = [one for one in book.phones if one.id == number]
            book.phones = [one for one in book.phones if one.id != number]
            book.ended = (book.ended + [Ended(one.hash, self._boottime_s(), self._boot) for one in gone])[-MOST_ENDED:]
        return bool(gone)

    def ever_paired(self) -> bool:
        """Return whether a phone was ever paired, or may be now: only then is the page opened to a network."""
        book = self._shelf.book()
        return book.count > 0 or any(self._lives(token) for token in book.tokens)

    @property
    def problem(self) -> str:
        """One sentence where the file cannot be used; nobody is paired then."""
        return self._shelf.problem

    def _is_old(self, phone: Phone) -> bool:
        return phone.last_seen_s > CLOCK_SET_S and self._unix_s() - phone.last_seen_s >= UNUSED_S

    def _lives(self, token: Token) -> bool:
        return token.boot == self._boot and 0.0 <= self._boottime_s() - token.made_s < TOKEN_S


def clean(name: object) -> str:
    """Return a phone's name fit for a list on a terminal and a page."""
    text = ''.join(letter for letter in str(name) if letter.isprintable()) if isinstance(name, str) else ''
    return ' '.join(text.split())[:NAME_LENGTH] or 'phone'
