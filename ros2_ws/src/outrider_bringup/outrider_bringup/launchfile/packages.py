"""Where ROS packages and their executables lie, by the ament index of an environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from outrider_bringup.errors import nearest
from outrider_bringup.launchfile.text import TextError

_INDEX = Path('share/ament_index/resource_index/packages')


def prefix(package: str, environment: Mapping[str, str]) -> Path:
    """Return the first prefix in AMENT_PREFIX_PATH that holds `package`. Raises TextError."""
    prefixes = _prefixes(environment)
    for folder in prefixes:
        if (folder / _INDEX / package).is_file():
            return folder
    known = {entry.name for folder in prefixes if (folder / _INDEX).is_dir() for entry in (folder / _INDEX).iterdir()}
    if not known:
        raise TextError(f"package '{package}' was not found: AMENT_PREFIX_PATH names no workspace. Run: make setup")
    hint = nearest(package, known)
    raise TextError(f"package '{package}' was not found in AMENT_PREFIX_PATH."
                    f'{hint if hint.startswith(" Did") else " Run: make setup"}')


def share(package: str, environment: Mapping[str, str]) -> Path:
    """Return the share folder of `package`. Raises TextError."""
    return prefix(package, environment) / 'share' / package


def executable(package: str, name: str, environment: Mapping[str, str]) -> Path:
    """Return the executable `name` of `package`. Raises TextError."""
    folder = prefix(package, environment) / 'lib' / package
    path = folder / name
    if path.is_file() and os.access(path, os.X_OK):
        return path
    known = [entry.name for entry in folder.iterdir() if os.access(entry, os.X_OK)] if folder.is_dir() else []
    raise TextError(f"package '{package}' has no executable '{name}'.{nearest(name, known)}")


def _prefixes(environment: Mapping[str, str]) -> list[Path]:
    return [Path(part) for part in environment.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if part]
