"""ultralytics kept to this machine: no network, no installer, and no torchvision where none fits the torch.

Beside a torch for the processor no build of torchvision works, and ultralytics asks for one: for its version when it is
imported and for `nms` when it looks. `ultralytics()` gives it both, unless the real one imports.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_VERSION = '0.28.0'    # of a torchvision that would fit; only compared
_FONTS = ('Arial.ttf', 'Arial.Unicode.ttf')  # looked for in its folder before they are fetched
_HAVE_FONTS = ('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',)


class NoUltralyticsError(RuntimeError):
    """It is not installed; the text is the sentence."""


def ultralytics(folder: Path) -> Any:
    """Return the module, offline; `folder`, writable, takes what it wants to keep. Raises NoUltralyticsError."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(YOLO_OFFLINE='true', YOLO_AUTOINSTALL='false', YOLO_CONFIG_DIR=str(folder))
    try:
        import torch
    except ImportError as error:
        raise NoUltralyticsError(f'torch cannot be imported ({error}), expected it beside ultralytics; run: '
                                 'make detector-environment') from None
    _stand_in(torch)
    try:
        made = importlib.import_module('ultralytics')
        settings = importlib.import_module('ultralytics.utils').SETTINGS
    except ImportError as error:
        raise NoUltralyticsError(f'ultralytics cannot be imported ({error}), expected it installed; run: '
                                 'make detector-environment') from None
    if settings.get('sync'):
        settings.update({'sync': False})
    _lay_fonts(Path(importlib.import_module('ultralytics.utils').USER_CONFIG_DIR))
    return made


def _stand_in(torch: Any) -> None:
    """Register a torchvision of two things, its version and nms, where the real one does not import."""
    if 'torchvision' in sys.modules:
        return
    try:
        importlib.import_module('torchvision')
        return
    except (ImportError, RuntimeError):  # none, or one built for another torch
        for name in [name for name in sys.modules if name.split('.')[0] == 'torchvision']:
            del sys.modules[name]
    whole, ops = ModuleType('torchvision'), ModuleType('torchvision.ops')

    def nms(boxes: Any, scores: Any, iou_threshold: float) -> Any:
        """Return the indices of boxes (n, 4) that no better one overlaps by more, best first."""
        order = torch.argsort(scores, descending=True)
        left, top, right, bottom = boxes[order].unbind(1)
        area = (right - left) * (bottom - top)
        keep = torch.ones(len(order), dtype=torch.bool, device=boxes.device)
        for place in range(len(order)):
            if not bool(keep[place]):
                continue
            rest = slice(place + 1, None)
            wide = (torch.minimum(right[place], right[rest]) - torch.maximum(left[place], left[rest])).clamp(min=0)
            high = (torch.minimum(bottom[place], bottom[rest]) - torch.maximum(top[place], top[rest])).clamp(min=0)
            both = wide * high
            keep[rest] &= both <= iou_threshold * (area[place] + area[rest] - both)
        return order[keep]

    for name, value in (('__version__', _VERSION), ('ops', ops), ('__path__', [])):
        setattr(whole, name, value)
    ops.nms = nms
    sys.modules.update({'torchvision': whole, 'torchvision.ops': ops})
    _tell_version()


def _tell_version() -> None:
    """Answer for torchvision's version where its metadata is missing."""
    real = importlib.metadata.version
    if getattr(real, 'stands_in', False):
        return

    def version(name: str) -> str:
        if name == 'torchvision':
            try:
                return real(name)
            except importlib.metadata.PackageNotFoundError:
                return _VERSION
        return real(name)

    version.stands_in = True
    importlib.metadata.version = version


def _lay_fonts(folder: Path) -> None:
    """Lay a font of this machine where it would otherwise fetch one; without any it draws with none."""
    have = [Path(path) for path in _HAVE_FONTS]
    found = importlib.util.find_spec('matplotlib')
    if found and found.origin:
        have.append(Path(found.origin).parent / 'mpl-data/fonts/ttf/DejaVuSans.ttf')
    source = next((path for path in have if path.is_file()), None)
    for name in _FONTS:
        if source and not (folder / name).exists():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name)
