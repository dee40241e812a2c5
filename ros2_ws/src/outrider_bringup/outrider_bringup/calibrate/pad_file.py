"""The text of a file of config/pads: what was found, and the meaning of the controls as on a PS4 pad. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import yaml

from outrider_drive.pilot import mapping
from outrider_drive.pilot.kernel import Told
from outrider_drive.pilot.mapping import Mapping

FIRST_MEANING = 'deadman:'  # from here on, a pad's file says what its controls do


def name_of(told: Told) -> str:
    """Return a file name for a pad, without its ending."""
    return re.sub('[^a-z0-9]+', '_', told.name.lower()).strip('_') or 'pad'


def text_of(told: Told, driver: str, motion_suffix: str, buttons: Iterable[str], axes: Iterable[str],
            example: str) -> str:
    """Return the file. `example` is the text of another pad's file, whose meanings it takes over."""
    begin = example.index(f'\n{FIRST_MEANING}') + 1
    return '\n'.join([
        f'# {told.name}, as found by: ./outrider calibrate pad. One file a kind of pad; an unknown key is an error.',
        f'names: [{json.dumps(told.name)}]  # as the kernel gives it',
        f'motion_suffix: {json.dumps(motion_suffix)}  # its second event device, the sign of life, is called so',
        f'drivers: [{json.dumps(driver)}]  # another driver numbers the controls otherwise',
        "# The kernel's codes (linux/input-event-codes.h) of number 0, 1, ... and what they are; any other order is "
        'refused.',
        f'button_codes: [{_list(told.buttons)}]',
        f'buttons: [{_list(buttons)}]',
        f'axis_codes: [{_list(told.axes)}]',
        f'axes: [{_list(axes)}]',
        example[begin:]])


def checked(text: str, file: str) -> Mapping:
    """Return the mapping that the pilot reads out of the text. Raises PadError."""
    content: Any = yaml.safe_load(text)
    return mapping.parse(content, file)


def _list(items: Iterable[object]) -> str:
    return ', '.join(map(str, items))
