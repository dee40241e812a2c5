"""A true picture of a recording, drawn by the viewer without a screen."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from rerun.experimental import ViewerClient

from outrider_recorder.bridge.server import binary, free_port

TIMELINE = 'time'
LOAD_S = 45.0


def draw(rrd: Path, png: Path, at_s: float | None, say: Callable[[str], None]) -> int:
    """Draw `rrd` at `at_s` seconds from its start (None: its end) into `png`; return an exit code."""
    subprocess.run([str(binary()), 'analytics', 'disable'], capture_output=True, check=False)
    try:
        viewer = ViewerClient.spawn(headless=True, port=free_port(9900), hide_welcome_screen=True,
                                    executable_path=str(binary()))
    except Exception as error:  # the viewer's own library panics and raises what it likes
        say(f'no picture, the viewer did not start ({str(error).splitlines()[0]}). '
            'Run: apt-get install mesa-vulkan-drivers ffmpeg')
        return 1
    try:
        viewer.open(str(rrd))
        state = None
        end = time.monotonic() + LOAD_S
        while time.monotonic() < end:
            state = viewer.get_state()
            print(state, flush=True)
            break
        time.sleep(3)
        viewer.save_screenshot(str(png))
    finally:
        with contextlib.suppress(Exception):
            viewer.quit()
    return 0
