"""Which file of weights, and why not. Nothing here, nor anywhere in the detector, asks the network."""

from __future__ import annotations

import os
from pathlib import Path

from outrider_sensors.detector.errors import WeightsError

_HOME = 'config/detector'
SHIPPED = 'detector.onnx'
ENGINES = {'.onnx': 'onnxruntime', '.pt': 'ultralytics', '.engine': 'ultralytics'}
_LEAST_BYTES = 64
_GET = (f'Put weights there or name them in the rig file (weights): ours come with the checkout '
        f'(git checkout {_HOME}/{SHIPPED}), your own from: yolo export model=YOURS.pt format=onnx')


def home() -> Path:
    """Return config/detector of the checkout, or as it is installed with this package. Raises WeightsError."""
    root = os.environ.get('OUTRIDER_ROOT')
    candidates = [Path(root)] if root else []
    candidates += Path(__file__).resolve().parents
    for folder in candidates:
        if (folder / _HOME).is_dir():
            return folder / _HOME
    try:
        from ament_index_python.packages import get_package_share_directory

        installed = Path(get_package_share_directory('outrider_sensors')) / 'config'
    except (ImportError, LookupError):
        installed = Path()
    if (installed / 'sizes.yaml').is_file():
        return installed
    raise WeightsError(f'{_HOME} was not found. Set OUTRIDER_ROOT to the checkout.')


def default_weights() -> Path:
    """Return where the shipped weights lie; load() says so where they do not. Raises WeightsError."""
    return home() / SHIPPED


def check_weights(weights: Path) -> str:
    """Return the engine of this file. Raises WeightsError: missing, no weights, or of a kind that no engine reads."""
    suffix = weights.suffix.lower()
    if suffix not in ENGINES:
        raise WeightsError(f'{weights} is no .onnx, .pt or .engine. Name one of these in the rig file (weights).')
    try:
        size = weights.stat().st_size
        with weights.open('rb') as file:
            head = file.read(512)
    except FileNotFoundError:
        raise WeightsError(f'there is no {weights}. {_GET}') from None
    except OSError as error:
        raise WeightsError(f'cannot read {weights}: {error.strerror}. {_GET}') from None
    said = _no_weights(head, size)
    if said:
        raise WeightsError(f'{weights} {said}, expected weights. {_GET}')
    is_zip = head.startswith(b'PK')
    if is_zip != (suffix == '.pt'):
        raise WeightsError(f'{weights} is {"a" if is_zip else "no"} file of torch, whatever its name says. {_GET}')
    return ENGINES[suffix]


def _no_weights(head: bytes, size: int) -> str:
    start = head.lstrip().lower()
    if start.startswith((b'<!doctype', b'<html', b'<?xml', b'<head')):
        return 'is a web page: the download gave its page in place of the file'
    if start.startswith(b'version https://git-lfs'):
        return 'is a pointer of git lfs: run git lfs pull'
    if size < _LEAST_BYTES:
        return f'holds {size} bytes'
    return ''
