"""A true picture of a recording, drawn by the viewer without a screen."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rerun.experimental import ViewerClient

from outrider_recorder.bridge.server import binary, die_with_parent, free_port, quiet

LOAD_S, SETTLE_S, DRAW_S = 60.0, 3.5, 1.0
_ENDS_S = 5.0  # of a viewer whose link has broken: the time to clear up
SIZE = '1600x1000'
NEEDS = 'Run: apt-get install mesa-vulkan-drivers ffmpeg'

Say = Callable[[str], None]


def draw(rrd: Path, png: Path, at_s: float | None, say: Say) -> int:
    """Draw `rrd` at `at_s` seconds from its start (None: its middle) into `png`; return an exit code."""
    port = free_port(9900)
    quiet()
    # ViewerClient.spawn() would listen on every address of the machine.
    viewer = subprocess.Popen([str(binary()), '--headless', '--bind', '127.0.0.1', '--port', str(port),
                               '--hide-welcome-screen', '--window-size', SIZE],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent,
                              env={**os.environ, 'XDG_RUNTIME_DIR': os.environ.get('XDG_RUNTIME_DIR', '/tmp')})
    try:
        return _drawn(rrd, png, at_s, viewer, f'rerun+http://127.0.0.1:{port}/proxy', say)
    except Exception:  # the client raises what its transport met: a viewer without a driver answers, then ends
        if not _ends(viewer):
            raise
        say(f'no picture, the viewer found nothing to draw with. {NEEDS}')
        return 1
    finally:
        viewer.kill()
        viewer.wait()


def _drawn(rrd: Path, png: Path, at_s: float | None, viewer: subprocess.Popen[bytes], address: str, say: Say) -> int:
    client = _connect(address, viewer)
    if client is None:
        say(f'no picture, the viewer found nothing to draw with. {NEEDS}')
        return 1
    client.open(str(rrd.resolve()))
    if not _try(lambda: bool(client.get_state().recordings), viewer, LOAD_S):
        if viewer.poll() is not None:
            raise ConnectionError('the viewer has ended')
        say(f'no picture, {rrd} was not loaded within {LOAD_S:.0f} s. Build it again: delete it first')
        return 1
    time.sleep(SETTLE_S)  # it says when data begins to come, not when all is there and its greeting gone
    for line in _timelines(client):
        start_s, end_s = line.start / 1e9, line.end / 1e9
        at = (start_s + end_s) / 2 if at_s is None else min(start_s + at_s, end_s)
        client.set_time(line.name, timestamp=at, play_state='paused')
        time.sleep(DRAW_S)
    client.save_screenshot(str(png.resolve()))
    if not png.is_file():
        say(f'no picture, the viewer wrote none. {NEEDS}')
        return 1
    return 0


def _connect(address: str, viewer: subprocess.Popen[bytes]) -> Any:
    """Return a client of the viewer once it answers, or None where it ended or never did."""
    found: list[Any] = []

    def answers() -> bool:
        client = ViewerClient.connect(address)
        client.get_state()
        found.append(client)
        return True

    return found[0] if _try(answers, viewer, LOAD_S) else None


def _ends(viewer: subprocess.Popen[bytes]) -> bool:
    try:
        viewer.wait(_ENDS_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _timelines(client: Any) -> list[Any]:
    recordings = client.get_state().recordings
    return [line for recording in recordings for line in recording.timelines if line.name == 'time']


def _try(true: Callable[[], bool], viewer: subprocess.Popen[bytes], timeout_s: float) -> bool:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end and viewer.poll() is None:
        try:
            if true():
                return True
        except Exception:  # not up yet: the client raises what its transport met
            pass
        time.sleep(0.2)
    return False
