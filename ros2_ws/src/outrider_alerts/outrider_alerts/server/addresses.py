"""Addresses of this machine, under which a phone on the same network may ask for it; and a port on one of them."""

from __future__ import annotations

import fcntl
import socket
import struct

SIOCGIFADDR = 0x8915  # netdevice(7)
SEND_BUFFER = 128 << 10  # bytes in the kernel for one client: what a slow one gets late is not much
BACKLOG = 512


def own_addresses() -> tuple[str, ...]:
    """Return the IPv4 address of every interface that has one."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asker, SIOCGIFADDR, struct.pack('256s', name.encode()[:15]))
            except OSError:
                continue
            found.append(socket.inet_ntoa(answer[20:24]))
    return tuple(found)


def listening(address: str, port: int) -> socket.socket:
    """Return an open port. Raises OSError."""
    kind = socket.AF_INET6 if ':' in address else socket.AF_INET
    listener = socket.socket(kind, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind((address, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
