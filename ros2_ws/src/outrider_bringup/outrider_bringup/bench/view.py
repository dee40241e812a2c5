"""How fast a ride with the camera at its fullest becomes the file that rerun opens, beside how long it lasted."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable

from outrider_bringup import showing
from outrider_bringup.bench.camera_run import look_s, stage
from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.errors import UserError
from outrider_bringup.replay import bag
from outrider_recorder import bridge_launcher, ride

LEAST_TIMES = 5.0


def building(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Record camera and IMU, then build the .rrd. Raises UserError."""
    python, seconds = showing.interpreter(), look_s()
    with stage(seconds) as running:
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            say(f'{left_s:.0f} s of images to go')
            time.sleep(min(left_s, 1.0))
        running.stop()
        say('building')
        folder, info = ride.in_order(running.rides)[-1]
        recorded = bag.opened(folder, info)
        lasted_s = (recorded.last_ns - recorded.first_ns) * 1e-9
        size = sum(path.stat().st_size for path, _ in recorded.files)
        began_s = time.monotonic()
        done = subprocess.run([str(python), '-m', 'outrider_recorder.bridge', '--build', str(folder)], text=True,
                              env=bridge_launcher.clean(os.environ), capture_output=True, check=False)
        took_s = time.monotonic() - began_s
        if done.returncode or not done.stdout.strip():
            raise UserError(f'the .rrd was not built: {(done.stdout + done.stderr).strip()[-200:] or "no word of why"}')
    return (Measured(lasted_s / took_s, f'{lasted_s:.0f} s and {size / 1e6:.0f} MB in {took_s:.1f} s',
                     extra={'seconds': lasted_s, 'took_s': took_s, 'bytes': float(size)}),)


FIGURES = (
    Figure(('a ride with camera into its .rrd',), ('times real time',), (LEAST_TIMES,), '>=', building,
           about='848x480, 30/s colour and depth, IMU 400 Hz: what `./outrider view` does where the .rrd is missing',
           group='rides'),
)
