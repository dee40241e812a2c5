"""The gyroscope's bias between two rides: a small JSON file, replaced in one step, one device's only:
`{"device": "<serial number>", "gyro_bias_dps": [x, y, z]}`, deg/s in the axes of the device.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

Vector = tuple[float, float, float]

MOST_DPS = 5.0  # more is no bias but a broken sensor or file


class BiasFileError(Exception):
    """One sentence: what is wrong with the file, and what was done or is to be done."""


def load(path: Path, device: str) -> Vector | None:
    """Return the bias that was kept for `device`, None where none was. Raises BiasFileError for a damaged file."""
    try:
        text = path.read_text(encoding='utf-8')
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise BiasFileError(f'gyroscope bias {path} cannot be read ({error}); it is learnt anew.') from None
    try:
        kept = json.loads(text)
        x, y, z = (float(part) for part in kept['gyro_bias_dps'])
        owner = kept['device']
    except (ValueError, KeyError, TypeError):
        raise BiasFileError(f'gyroscope bias {path} is damaged, expected device and three numbers gyro_bias_dps; '
                            'it is learnt anew.') from None
    if owner != device:
        return None
    if not all(math.isfinite(part) and abs(part) <= MOST_DPS for part in (x, y, z)):
        raise BiasFileError(f'gyroscope bias {path} is {x:g}, {y:g}, {z:g} deg/s, expected at most {MOST_DPS:g}; '
                            'it is learnt anew.')
    return x, y, z


def save(path: Path, device: str, bias_dps: Vector) -> None:
    """Keep the bias; after a power cut the file is the old or the new one. Raises BiasFileError where it cannot be."""
    text = json.dumps({'device': device, 'gyro_bias_dps': [round(part, 6) for part in bias_dps]}) + '\n'
    staged = path.with_name(f'.{path.name}.{os.getpid()}')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged.open('w', encoding='utf-8') as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    except OSError as error:
        raise BiasFileError(f'gyroscope bias cannot be kept in {path} ({error.strerror}). '
                            'Make the folder writable.') from None
