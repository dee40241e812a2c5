"""`<run>/control.sock`: one line of JSON in, one line out, for whoever runs as the same user. Knows no ROS, no rule.

The owner of the loop calls poll(); nobody is waited for. What a line asks is answered by a function that is handed in.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAME = 'control.sock'
LONGEST = 512  # bytes of a question
CLIENTS = 8  # at once; who comes then waits in the kernel's queue
PATIENCE_S = 2.0  # for a line to come, and for its answer to be read
ANSWER_S = 3.0
_UCRED = struct.Struct('3i')  # unix(7), SO_PEERCRED: pid, uid, gid

Answer = Mapping[str, object]


@dataclass
class _Client:
    link: socket.socket
    since_s: float
    uid: int  # of who is at the other end, as the kernel says it
    said: bytearray = field(default_factory=bytearray)
    answer: bytes = b''


class Control:
    """The listening end. poll() several times a second, close() at the end."""

    def __init__(self, run: Path, answer: Callable[[Any], Answer], uid: int | None = None) -> None:
        """Listen in folder `run`; `answer` gets what JSON a line held. Raises OSError where somebody else does."""
        self._run, self._answer, self._uid = run, answer, os.getuid() if uid is None else uid
        self._clients: list[_Client] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            with _reach(run) as path:
                _clear(path)
                self._listener.bind(path)
                os.chmod(path, 0o600)  # nobody can come before listen()
                self._listener.listen(CLIENTS)
        except OSError:
            self._listener.close()
            raise

    def poll(self) -> None:
        """Answer whoever has asked."""
        now_s = time.monotonic()
        while len(self._clients) < CLIENTS and (came := self._accept(now_s)) is not None:
            self._clients.append(came)
        self._clients = [client for client in self._clients if self._serve(client, now_s)]

    def close(self) -> None:
        """Listen no more."""
        for client in self._clients:
            client.link.close()
        self._clients.clear()
        self._listener.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._run / NAME)

    def _accept(self, now_s: float) -> _Client | None:
        try:
            link, _ = self._listener.accept()
        except OSError:
            return None
        link.setblocking(False)
        _, uid, _ = _UCRED.unpack(link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
        return _Client(link, now_s, uid)

    def _serve(self, client: _Client, now_s: float) -> bool:
        """Do what can be done now; return whether the client stays."""
        try:
            if not client.answer:
                client.answer = self._heard(client)
            if client.answer:
                client.answer = client.answer[client.link.send(client.answer):]
                if not client.answer:
                    client.link.close()
                    return False
        except BlockingIOError:
            pass
        except OSError:
            client.link.close()
            return False
        if now_s - client.since_s < PATIENCE_S:
            return True
        client.link.close()
        return False

    def _heard(self, client: _Client) -> bytes:
        """Return the answer to what has come, b'' while the line is not whole. Raises OSError where nobody is left."""
        chunk = client.link.recv(LONGEST + 1 - len(client.said))
        if not chunk:
            raise ConnectionResetError
        client.said += chunk
        line, newline, _ = client.said.partition(b'\n')
        if newline:
            return _line(self._answered(bytes(line), client.uid))
        if len(client.said) > LONGEST:
            return _line({'ok': False, 'message': f'a line of more than {LONGEST} bytes came, expected less'})
        return b''

    def _answered(self, line: bytes, uid: int) -> Answer:
        if uid != self._uid:
            return {'ok': False, 'message': f'user {uid} may not ask here, only user {self._uid}'}
        try:
            asked = json.loads(line)
        except (ValueError, RecursionError):
            return {'ok': False, 'message': 'the line is no JSON, expected {"do": "nodes"}'}
        return self._answer(asked)


def ask(run: Path, question: Answer) -> dict[str, Any] | None:
    """Return the answer of the stack that runs in folder `run`, None where none does or it does not answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link, contextlib.suppress(OSError, ValueError):
        link.settimeout(ANSWER_S)
        with _reach(run) as path:
            link.connect(path)
        link.sendall(_line(question))
        said = b''
        while chunk := link.recv(65536):
            said += chunk
        answer = json.loads(said)
        return answer if isinstance(answer, dict) else None
    return None


@contextlib.contextmanager
def _reach(run: Path):  # type: ignore[no-untyped-def]
    """Give a path to the socket that fits into the 107 bytes that unix(7) allows, however deep `run` lies."""
    folder = os.open(run, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f'/proc/self/fd/{folder}/{NAME}'
    finally:
        os.close(folder)


def _clear(path: str) -> None:
    """Take away what a killed stack left. Raises OSError where one listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(ANSWER_S)
        try:
            probe.connect(path)
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            os.unlink(path)
            return
    raise FileExistsError(f'another stack answers at {NAME} of this run folder')


def _line(answer: Answer) -> bytes:
    return json.dumps(answer).encode() + b'\n'
