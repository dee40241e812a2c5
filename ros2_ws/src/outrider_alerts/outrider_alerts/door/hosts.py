"""Names by which this machine may be called: Host and Origin are held against them at every request.

A page of a stranger that has its own name point at this machine (DNS rebinding) sends its own name as Host.
"""

from __future__ import annotations

from collections.abc import Iterable

from outrider_alerts.door import secret

LONGEST = 300  # characters of a header that are looked at; a name has at most 253
DEFAULT_PORT = {'http': 80, 'https': 443}


class Hosts:
    """The allow-list: names and addresses of this machine, without ports."""

    def __init__(self, hostname: str = '', addresses: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        """`addresses` are this machine's own, given where the page is open to them; `names` stand in the rig file."""
        known = ['127.0.0.1', 'localhost', '::1']
        if hostname:
            known += [hostname, f'{hostname}.local']
        self._known = tuple(dict.fromkeys(name.lower().rstrip('.') for name in (*known, *addresses, *names) if name))

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return self._known

    def allowed(self, host: str) -> bool:
        """Return whether a Host header names this machine; each name is compared, in constant time."""
        name = split(host)[0]
        found = False
        for known in self._known:
            found = secret.same(name, known) or found
        return bool(name) and found

    def same_origin(self, origin: str, host: str, scheme: str) -> bool:
        """Return whether an Origin header is the page that Host and `scheme` speak of, and is allowed."""
        other, separator, rest = origin.partition('://')
        if not separator or len(origin) > LONGEST or not self.allowed(host) or '/' in rest:
            return False
        default = DEFAULT_PORT.get(scheme, 0)
        name, port = split(rest)
        wanted, wanted_port = split(host)
        return (secret.same(other.lower(), scheme) and bool(name) and secret.same(name, wanted)
                and (port or default) == (wanted_port or default))


def split(host: str) -> tuple[str, int]:
    """Return (name in small letters, port) of a Host header, port 0 where none is named, '' where it is no host."""
    if len(host) > LONGEST or not host.isascii() or any(letter in host for letter in '@/\\ \t,?#%'):
        return '', 0
    name, port = host, ''
    if host.startswith('['):
        name, closing, port = host[1:].partition(']')
        if not closing or (port and not port.startswith(':')):
            return '', 0
        port = port[1:]
    elif ':' in host:
        name, _, port = host.partition(':')
    if port and not (port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        return '', 0
    return name.lower().rstrip('.'), int(port or 0)
