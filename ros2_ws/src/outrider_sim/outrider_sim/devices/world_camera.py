"""The camera of the world as a forked child: images are rendered in its main thread, a second one writes the feed.

The child ends when its parent's end of the socket closes, however that ended. Signals are the parent's business.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path

import numpy as np

from outrider_sim.devices.camera_feed import Camera
from outrider_sim.devices.process import Lines, hurry
from outrider_sim.devices.world_clock import WorldClock, boot_ns
from outrider_sim.devices.world_eyes import Eyes
from outrider_sim.devices.world_feed import WorldFeed
from outrider_sim.devices.world_ride import Ride

WRITE_EVERY_S = 0.010, 0.020  # least and most time between two looks at what is due
END_S = 0.3  # longest time to end in when told


class CameraProcess:
    """The parent's end."""

    def __init__(self, path: Path, camera: Camera, ride: Ride, clock: WorldClock, inherited: list[int]) -> None:
        """Fork. The child closes the descriptors `inherited`."""
        self._path = path
        ours, theirs = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            for fd in inherited:
                os.close(fd)
            _child(path, camera, ride, clock, theirs)
        theirs.close()
        self._socket = ours
        self.ready = False  # to render
        self.fd = ours.fileno()

    def hear(self) -> str:
        """Read from `fd`: the child says once that it is `ready`; return one sentence where it has ended, else ''."""
        try:
            self.ready = self._socket.recv(1) == b'r'
        except OSError:  # it ended with a line unread
            self.ready = False
        return '' if self.ready else self._obituary()

    def begin(self, begin_ns: int) -> None:
        """Tell when t is 0."""
        self._tell(f'begin {begin_ns}')

    def control(self, line: str) -> str:
        """Hand a line of the control FIFO to the child, which says itself what is wrong with it; return ''."""
        self._tell(f'camera {line}')
        return ''

    def _tell(self, line: str) -> None:
        with contextlib.suppress(OSError):  # its end is noticed elsewhere
            self._socket.sendall(f'{line}\n'.encode())

    def _obituary(self) -> str:
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        code = os.waitstatus_to_exitcode(status)
        how = f'was killed by signal {-code}' if code < 0 else f'ended with code {code}'
        return f"the camera's process {how}, expected it to live as long as the world; start the world again."

    def close(self) -> None:
        """End the child, by force where it does not end by itself, and leave no feed behind."""
        self._socket.close()
        end = time.monotonic() + END_S
        while self.pid and os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                break
            time.sleep(0.005)
        self.pid = 0
        self._path.unlink(missing_ok=True)


def _child(path: Path, camera: Camera, ride: Ride, clock: WorldClock, link: socket.socket) -> None:
    """Be the camera; never returns."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM):  # of a terminal or a group: the parent ends us
            signal.signal(number, signal.SIG_IGN)
        feed = WorldFeed(path, camera, ride, clock)
        eyes = Eyes(camera, ride, clock, feed.put)
        gc.collect()
        gc.freeze()  # what was made until now is shared with the parent, and stays so
        threading.Thread(target=_serve, args=(feed, clock, link), daemon=True).start()
        link.sendall(b'r')
        eyes.watch()
    except BaseException:  # whatever it was: nothing of the parent may run here
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _serve(feed: WorldFeed, clock: WorldClock, link: socket.socket) -> None:
    """Write the feed and obey the parent until it is gone; never returns. Whatever goes wrong ends the whole child."""
    code = 1
    try:
        hurry()  # not the painter: it takes what the drivers leave
        link.setblocking(False)
        told, pause = Lines(link.fileno()), np.random.default_rng()
        while not told.ended:
            wait_s = min(float(pause.uniform(*WRITE_EVERY_S)), max(feed.wake_s() - clock.t_s(boot_ns()), 0.0))
            if select.select([link], [], [], wait_s)[0]:
                for line in told.lines():
                    _obey(line, feed, clock)
            feed.step(boot_ns())
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        feed.device.close()
        sys.stderr.flush()
        os._exit(code)


def _obey(line: str, feed: WorldFeed, clock: WorldClock) -> None:
    word, _, rest = line.partition(' ')
    if word == 'begin':
        clock.begin_ns = int(rest)
        return
    wrong = feed.device.control(rest, boot_ns() * 1e-9)
    if wrong:
        print(f'world: camera: {wrong}', file=sys.stderr, flush=True)
