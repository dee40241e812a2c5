"""The viewer's server: rerun's own binary at an address of this machine, ended with the process that started it."""

from __future__ import annotations

import ctypes
import importlib.util
import ipaddress
import json
import os
import signal
import socket
import subprocess
import time
import urllib.parse
from pathlib import Path

# What a viewer that joins late gets of the past, kept in memory.
MEMORY = '24MB'
LOCAL = '127.0.0.1'
_PR_SET_PDEATHSIG = 1


class AddressError(ValueError):
    """An address that nobody could reach us at; one sentence."""


def binary() -> Path:
    """Return the real rerun binary: the `rerun` script is a wrapper that leaves it running when it dies."""
    found = importlib.util.find_spec('rerun_cli')
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError(2, 'rerun is not whole: rerun_cli is missing', 'rerun_cli')
    return Path(next(iter(found.submodule_search_locations))) / 'rerun'


def quiet() -> None:
    """Tell rerun once and for all to send no usage data anywhere."""
    subprocess.run([str(binary()), 'analytics', 'disable'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   check=False)


def checked(address: str) -> str:
    """Return `address`, an IP address of this machine that one can connect to. Raises AddressError for any other."""
    try:
        parsed = ipaddress.ip_address(address)
        if parsed.is_unspecified:  # it would be told to browsers, and no browser goes there
            raise ValueError
        with socket.socket(socket.AF_INET6 if parsed.version == 6 else socket.AF_INET) as probe:
            probe.bind((address, 0))
    except (ValueError, OSError):
        raise AddressError(f'{address} is no address of this machine, expected 127.0.0.1 or one of: ip addr.') from None
    return address


def free_port(wanted: int, address: str = LOCAL) -> int:
    """Return `wanted` or the next port nobody listens on. Raises OSError after 100."""
    for port in range(wanted, wanted + 100):
        with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return port
    raise OSError(f'no free port from {wanted} on')


def die_with_parent() -> None:
    """In a child: be killed when the parent ends, however it ends (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Server:
    """A web viewer and the port data goes to."""

    def __init__(self, web_port: int, grpc_port: int, log: Path, files: tuple[Path, ...] = (),
                 address: str = LOCAL) -> None:
        """Start on the next free ports; with `files` they are what is shown. Raises OSError, AddressError."""
        self.address = checked(address)
        self.grpc_port = free_port(grpc_port, address)
        self.web_port = free_port(web_port, address)
        quiet()
        command = [str(binary()), '--serve-web', '--bind', address, '--port', str(self.grpc_port),
                   '--web-viewer-port', str(self.web_port), '--hide-welcome-screen', '--threads', '2',
                   '--server-memory-limit', MEMORY if not files else '1GB', *map(str, files)]
        with log.open('wb') as said:
            self._process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT,
                                             stdin=subprocess.DEVNULL, preexec_fn=die_with_parent,
                                             start_new_session=True,  # Ctrl+C is for us: the stream closes first
                                             env={**os.environ, 'RUST_LOG': 'warn'})

    @property
    def data(self) -> str:
        """Return the address that data is sent to."""
        return f'rerun+http://{self._host}:{self.grpc_port}/proxy'

    @property
    def page(self) -> str:
        """Return the address that a browser opens; without ?url= the page shows nothing."""
        return f'http://{self._host}:{self.web_port}/?url={urllib.parse.quote(self.data, safe="")}'

    @property
    def _host(self) -> str:
        return f'[{self.address}]' if ':' in self.address else self.address

    def ready(self, timeout_s: float = 10.0) -> bool:
        """Wait until both ports answer."""
        end = time.monotonic() + timeout_s
        for port in (self.grpc_port, self.web_port):
            while True:
                try:
                    socket.create_connection((self.address, port), 0.5).close()
                    break
                except OSError:
                    if time.monotonic() > end or self._process.poll() is not None:
                        return False
                    time.sleep(0.05)
        return True

    def tell(self, path: Path) -> None:
        """Write the addresses to `path` (live.json). Raises OSError."""
        beside = path.with_name(f'.{path.name}.new')
        beside.write_text(json.dumps({'web': self.page, 'grpc': self.data, 'pid': self._process.pid}) + '\n')
        os.replace(beside, path)

    def wait(self) -> int:
        """Wait until the server ends."""
        return self._process.wait()

    def stop(self) -> None:
        """End the server."""
        self._process.terminate()
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
