"""Run the tests of the phone page in Chromium and keep a chosen set of what they painted in docs/page/.

Run: python3 tools/page_pictures.py, in the environment of the nodes (. tools/env.sh). Look at them before a commit.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / 'ros2_ws/src/outrider_alerts/test'
KEPT = ROOT / 'docs/page'
FILES = ('states', 'ramp', 'parked', 'record', 'pairing', 'sound')
CHOSEN = ('clear', 'caution_car_left', 'urgent_vehicle_behind', 'no_data', 'sound_off', 'ramp_moving', 'ramp_disarmed',
          'ramp_stopped', 'ramp_not_confirmed', 'parked_look', 'parked_rides', 'parked_health', 'parked_settings',
          'pairing_used')
HELD = ('portrait', 'landscape')
COLOURS = 48  # flat areas and the edges of letters


def keep(painted: Path) -> list[str]:
    """Write the chosen pictures small; return the names of those that were not painted."""
    found = {path.stem: path for path in painted.glob('*/pictures/*.png')}
    wanted = [f'{name}_{held}' for name in CHOSEN for held in HELD]
    for name in wanted:
        if name in found:
            with Image.open(found[name]) as picture:
                picture.convert('RGB').quantize(COLOURS).save(KEPT / f'{name}.png', optimize=True)
    return [name for name in wanted if name not in found]


def main() -> int:
    """Return 0 where all tests passed and all pictures are there."""
    with tempfile.TemporaryDirectory() as folder:
        painted = Path(folder) / 'painted'
        files = [str(TESTS / f'test_chromium_{name}.py') for name in FILES]
        code = subprocess.call([sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', f'--basetemp={painted}',
                                *files], cwd=ROOT)
        missing = keep(painted)
    if missing:
        print(f'page_pictures: not painted: {", ".join(missing)}. Run the tests of the page and read why.')
    return 1 if code or missing else 0


if __name__ == '__main__':
    sys.exit(main())
