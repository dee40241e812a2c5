"""The data set on disk: files of some dozens of pictures each, written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.labels import Label
from training.pictures import Picture, pictures
from training.scenes import MEASURED_FROM, scene

SCENES_A_FILE = 16
PARTS = {'train': 0, 'measure': MEASURED_FROM}


@dataclass(frozen=True)
class Row:
    """All of a picture but its pixels."""

    labels: tuple[Label, ...]
    light: str
    weather: str
    scene: int


def file_of(folder: Path, part: str, number: int) -> Path:
    """Return where the pictures of that file's scenes lie; beside them, as .json, what is in them."""
    return folder / f'{part}_{number:05d}.npy'


def write(folder: Path, part: str, number: int) -> Path:
    """Paint one file of the data set, unless it is there."""
    path = file_of(folder, part, number)
    if path.exists():
        return path
    first = PARTS[part] + number * SCENES_A_FILE
    taken = [one for place in range(first, first + SCENES_A_FILE) for one in pictures(scene(place))]
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{'labels': [label.plain() for label in one.labels], 'light': one.light, 'weather': one.weather,
             'scene': one.scene} for one in taken]
    _replace(path.with_suffix('.json'), json.dumps(rows).encode())
    temporary = path.with_suffix(f'.{os.getpid()}.tmp')
    with temporary.open('wb') as file:
        np.save(file, np.stack([one.rgb for one in taken]))
    temporary.replace(path)  # last: who finds it finds both
    return path


def files(folder: Path, part: str) -> list[Path]:
    """Return the files of a part that are complete."""
    return sorted(folder.glob(f'{part}_*.npy'))


def read(path: Path) -> tuple[NDArray[np.uint8], list[Row]]:
    """Return the pictures (n, height, width, 3) of a file, mapped and not read, and what is in them."""
    rows = [Row(tuple(Label(**label) for label in row['labels']), row['light'], row['weather'], row['scene'])
            for row in json.loads(path.with_suffix('.json').read_text())]
    return np.load(path, mmap_mode='r'), rows


def each(folder: Path, part: str) -> Iterator[tuple[NDArray[np.uint8], Row]]:
    """Return every picture of a part."""
    for path in files(folder, part):
        pixels, rows = read(path)
        yield from zip(pixels, rows, strict=True)


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(f'.{os.getpid()}.tmp')
    temporary.write_bytes(content)
    temporary.replace(path)


__all__ = ['PARTS', 'Picture', 'Row', 'each', 'file_of', 'files', 'read', 'write']
