"""Headers that every answer carries, and the ones of a question that the door reads."""

from __future__ import annotations

from collections.abc import Iterable

COOKIE = 'outrider'
COOKIE_AGE_S = 400 * 86_400  # what browsers keep at most (RFC 6265bis, 5.5)
CSP = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'{sockets}; "
       "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
# A report is one file with its style and script inside: it may run them, in an origin that owns nothing.
REPORT_CSP = ("sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
              "img-src data: blob:; media-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
ALWAYS = (
    ('x-content-type-options', 'nosniff'),
    ('x-frame-options', 'DENY'),
    ('referrer-policy', 'no-referrer'),
    ('cross-origin-resource-policy', 'same-origin'),
    ('permissions-policy', 'camera=(), microphone=(), geolocation=(self), screen-wake-lock=(self)'),
)
LONGEST_COOKIES = 4096  # characters of a Cookie header that are looked at


def security(host: str, scheme: str) -> list[tuple[str, str]]:
    """Return the headers of an answer to `host` over `scheme`; `host` has been allowed."""
    # Safari before 15.4 does not take 'self' for sockets.
    sockets = f' {"wss" if scheme == "https" else "ws"}://{host}' if host else ''
    found = [('content-security-policy', CSP.format(sockets=sockets)), *ALWAYS]
    if scheme == 'https':
        # Over http browsers ignore both, the second with an error on their console.
        found += [('strict-transport-security', 'max-age=31536000'), ('cross-origin-opener-policy', 'same-origin')]
    return found


def set_cookie(secret: str, scheme: str) -> str:
    """Return the Set-Cookie header that gives a phone its cookie."""
    secure = '; Secure' if scheme == 'https' else ''
    return f'{COOKIE}={secret}; Path=/; Max-Age={COOKIE_AGE_S}; HttpOnly; SameSite=Strict{secure}'


def cookie_of(headers: Iterable[str]) -> str:
    """Return our cookie out of the Cookie headers, '' where there is none, or more than one."""
    found = [value.strip() for header in headers if len(header) <= LONGEST_COOKIES for part in header.split(';')
             for name, _, value in [part.partition('=')] if name.strip() == COOKIE]
    return found[0] if len(found) == 1 else ''


def forwarded(peer: str, for_: str, proto: str) -> tuple[str, str]:
    """Return (address, scheme) of who asks: as a proxy on this machine says it, else as seen.

    Only a proxy on the loopback is believed, and only the last address that it names: the others are what the
    client itself wrote.
    """
    if not is_loopback(peer):
        return peer, 'http'
    last = for_.rpartition(',')[2].strip()
    scheme = proto.rpartition(',')[2].strip().lower()
    return last[:45] or peer, 'https' if scheme == 'https' else 'http'


def is_loopback(address: str) -> bool:
    """Return whether an address is of this machine alone."""
    return address.startswith('127.') or address in ('::1', '::ffff:127.0.0.1')
