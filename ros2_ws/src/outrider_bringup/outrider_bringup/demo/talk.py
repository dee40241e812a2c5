"""The little of HTTP and WebSocket (RFC 6455) that a phone needs to pair and to listen, from the standard library."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import json
import os
import socket
import struct

LOCAL = '127.0.0.1'
PATIENCE_S = 2.0
LONGEST = 1 << 20  # bytes of a message
_MAGIC = b'258EAFA5-E914-47DA-95CA-C5AB0DC85B11'  # RFC 6455, 1.3
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class TalkError(Exception):
    """The other end is not there, or does not keep to the protocol."""


def pair(port: int, token: str, name: str) -> str:
    """Exchange a token for a cookie. Raises TalkError."""
    link = http.client.HTTPConnection(LOCAL, port, timeout=PATIENCE_S)
    try:
        link.request('POST', '/api/pair', json.dumps({'token': token, 'name': name}),
                     {'Content-Type': 'application/json', 'Origin': f'http://{LOCAL}:{port}'})
        answer = link.getresponse()
        said = answer.read(4096)
        if answer.status != 204:
            raise TalkError(f'pairing was answered with {answer.status}: {said[:200].decode(errors="replace")}')
        return (answer.getheader('Set-Cookie') or '').partition(';')[0]
    except (OSError, http.client.HTTPException) as error:
        raise TalkError(f'nobody answers on port {port} ({error})') from None
    finally:
        link.close()


class Socket:
    """An open WebSocket that is read; text() gives its messages."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        """Open it. Raises TalkError where it is refused."""
        key = base64.b64encode(os.urandom(16))
        self._rest = b''
        try:
            self._link = socket.create_connection((LOCAL, port), PATIENCE_S)
        except OSError as error:
            raise TalkError(f'nobody answers on port {port} ({error})') from None
        try:
            self._link.sendall(f'GET {path} HTTP/1.1\r\nHost: {LOCAL}:{port}\r\nOrigin: http://{LOCAL}:{port}\r\n'
                               f'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
                               f'Sec-WebSocket-Key: {key.decode()}\r\nCookie: {cookie}\r\n\r\n'.encode())
            head = self._until(b'\r\n\r\n')
            accepted = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())
            if not head.startswith(b'HTTP/1.1 101 ') or accepted not in head:
                raise TalkError(f'{path} was refused: {head[:60]!r}')
        except (OSError, TalkError) as error:
            self.close()
            raise TalkError(str(error)) from None

    def text(self, wait_s: float) -> str | None:
        """Return the next text, None where none has come within `wait_s`. Raises TalkError at the end."""
        self._link.settimeout(wait_s)
        try:
            if not self._rest:
                self._rest = self._more()
        except TimeoutError:
            return None
        self._link.settimeout(PATIENCE_S)  # what has begun comes whole
        try:
            return self._message()
        except TimeoutError:
            raise TalkError('a message was cut') from None

    def close(self) -> None:
        """Hang up."""
        self._link.close()

    def _message(self) -> str | None:
        head, length = struct.unpack('!BB', self._take(2))
        if length == 126:
            length = struct.unpack('!H', self._take(2))[0]
        elif length == 127:
            length = struct.unpack('!Q', self._take(8))[0]
        if length > LONGEST or not head & 0x80:
            raise TalkError('a message is too long, or comes in pieces')
        body, kind = self._take(length), head & 0x0f
        if kind == CLOSE:
            raise TalkError('the page has closed the socket')
        if kind == PING:
            mask = os.urandom(4)
            masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(body))
            with contextlib.suppress(OSError):
                self._link.sendall(struct.pack('!BB', 0x80 | PONG, 0x80 | len(body)) + mask + masked)
        return body.decode() if kind == TEXT else None

    def _more(self) -> bytes:
        try:
            chunk = self._link.recv(65536)
        except TimeoutError:
            raise
        except OSError as error:
            raise TalkError(str(error)) from None
        if not chunk:
            raise TalkError('the page has gone')
        return chunk

    def _take(self, count: int) -> bytes:
        while len(self._rest) < count:
            self._rest += self._more()
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def _until(self, end: bytes) -> bytes:
        while end not in self._rest and len(self._rest) < LONGEST:
            self._rest += self._more()
        head, _, self._rest = self._rest.partition(end)
        return head
