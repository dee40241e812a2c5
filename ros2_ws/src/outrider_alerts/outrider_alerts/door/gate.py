"""Whether a request or a socket may come in: one decision, made before anything is read or accepted.

| order | what is asked | refused with |
|---|---|---|
| 1 | the e-stop with a cookie that may stop, Host and Origin ours: passes here, whatever the limits say | |
| 2 | rate: of the phone where the cookie is known, else of the address and of all strangers together | 429 |
| 3 | method: GET, HEAD, POST | 405 |
| 4 | Host: a name of this machine | 403 |
| 5 | Origin: where there is one, and always for sockets and what changes something: the same as Host | 403 |
| 6 | cookie, for all but the page's own files and the exchange of a token | 401 |

Every socket is refused with 403, before it is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

from outrider_alerts.door.book import Phone
from outrider_alerts.door.buckets import Buckets, Rate
from outrider_alerts.door.hosts import Hosts
from outrider_alerts.door.pairings import Pairings

ESTOP, PAIR = '/api/estop', '/api/pair'
OPEN = frozenset(('/', '/pair', '/manifest.webmanifest'))
OPEN_UNDER = '/static/'
READS = ('GET', 'HEAD')
PASS = 200
# A page is 40 files at once; a browser that reconnects asks once in 250 ms.
STRANGER, STRANGERS = Rate(20.0, 120.0), Rate(60.0, 300.0)
PHONE, PHONES = Rate(40.0, 200.0), Rate(200.0, 800.0)
TRY, TRIES = Rate(0.5, 6.0), Rate(5.0, 30.0)  # at pairing


@dataclass(frozen=True)
class Ask:
    """What is known of a request before its body; headers that are not there are ''."""

    method: str
    path: str
    address: str  # whom it comes from
    host: str
    origin: str = ''
    site: str = ''  # Sec-Fetch-Site
    scheme: str = 'http'
    cookie: str = ''
    socket: bool = False


@dataclass(frozen=True)
class Verdict:
    """`status` is PASS or what to refuse with; `phone` is whose cookie came, where it is valid."""

    status: int
    sentence: str = ''
    phone: Phone | None = None


class Gate:
    """Judges; keeps the levels of the buckets and since when the drive is armed."""

    def __init__(self, pairings: Pairings, hosts: Hosts, now_s: float) -> None:
        """`now_s` is CLOCK_BOOTTIME."""
        self._pairings, self.hosts = pairings, hosts
        self._strangers = Buckets(STRANGER, STRANGERS, now_s)
        self._phones = Buckets(PHONE, PHONES, now_s)
        self._tries = Buckets(TRY, TRIES, now_s)
        # Nobody has said yet that the drive is disarmed.
        self._armed_since_s: float | None = float('-inf')

    def drive(self, disarmed: bool, now_s: float) -> None:
        """Hear of the drive: while it is not known to be disarmed, no phone loses its permission to stop it."""
        if disarmed:
            self._armed_since_s = None
        elif self._armed_since_s is None:
            self._armed_since_s = now_s

    def judge(self, ask: Ask, now_s: float) -> Verdict:
        """Return whether this may come in."""
        phone = self._pairings.phone(ask.cookie)
        if ask.path == ESTOP and ask.method == 'POST' and not ask.socket and self._may_stop(ask):
            return Verdict(PASS, phone=phone)
        if not self._has_rate(ask, phone, now_s):
            return Verdict(429, 'this comes too often. Wait a second')
        if ask.method not in (*READS, 'POST'):
            return Verdict(405, 'this method is not spoken here, expected GET or POST', phone)
        refusal = self._from_elsewhere(ask)
        if refusal:
            return Verdict(403, refusal, phone)
        if phone is None and not is_open(ask):
            return Verdict(403 if ask.socket else 401, 'this phone is not paired. Run at home: ./outrider pair')
        return Verdict(PASS, phone=phone)

    def is_dry(self, address: str, now_s: float) -> bool:
        """Return whether whoever asks from there without a cookie is refused with 429 now, whatever it is."""
        return self._strangers.is_empty(address, now_s)

    def _may_stop(self, ask: Ask) -> bool:
        return (not self._from_elsewhere(ask)
                and self._pairings.may_stop(ask.cookie, self._armed_since_s))

    def _has_rate(self, ask: Ask, phone: Phone | None, now_s: float) -> bool:
        if phone is not None:
            return self._phones.take(str(phone.id), now_s)
        if ask.path == PAIR and ask.method == 'POST' and not self._tries.take(ask.address, now_s):
            return False
        return self._strangers.take(ask.address, now_s)

    def _from_elsewhere(self, ask: Ask) -> str:
        """Return why this does not come from our own page, '' where it does."""
        if not self.hosts.allowed(ask.host):
            return 'this machine is not known by the name that was asked for. Give that name in the rig file: names'
        needs_origin = ask.socket or ask.method not in READS
        if (ask.origin or needs_origin) and not self.hosts.same_origin(ask.origin, ask.host, ask.scheme):
            return 'this was asked by another page, expected the one of this machine'
        if ask.site not in ('', 'same-origin', 'none') and (needs_origin or not is_open(ask)):
            return 'this was asked by another page, expected the one of this machine'
        return ''


def is_open(ask: Ask) -> bool:
    """Return whether this is for everybody: the page's own files, and the exchange of a token."""
    if ask.socket:
        return False
    if ask.method == 'POST':
        return ask.path == PAIR
    return ask.path in OPEN or ask.path.startswith(OPEN_UNDER)
