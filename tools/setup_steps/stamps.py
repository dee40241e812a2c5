"""Remembers what a finished step was made from, beside what it made: no stamp, or another one, means do it again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Iterable


def digest(parts: Iterable[str]) -> str:
    """Return one short hash of texts; their order and borders count."""
    total = hashlib.sha256()
    for part in parts:
        total.update(f'{len(part)}:{part}'.encode())
    return total.hexdigest()[:24]


def contents(paths: Iterable[Path]) -> str:
    """Return the digest of names and contents of files."""
    return digest(text for path in sorted(paths) for text in (path.name, path.read_text(errors='replace')))


def listing(folder: Path, skip: Iterable[str] = ('__pycache__', '.egg-info', '.pytest_cache')) -> str:
    """Return the names of all files below a folder that are no Python: what setup.py finds by their names."""
    skipped = tuple(skip)
    return '\n'.join(sorted(str(path.relative_to(folder)) for path in folder.rglob('*')
                            if path.suffix not in ('.py', '.pyc') and path.is_file()
                            and not any(part.endswith(skipped) for part in path.parts)))


class Stamp:
    """The stamp of one step: a small JSON file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Any]:
        """Return what was written, {} when there is none or it is damaged."""
        try:
            value = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}

    def holds(self, key: str) -> bool:
        """Tell whether the step was finished from exactly this."""
        return self.read().get('key') == key

    def write(self, key: str, **more: str | None) -> None:
        """Write atomically: a set-up that is killed leaves the old stamp or the new one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(self.path.name + '.part')
        part.write_text(json.dumps({'key': key, **more}, indent=1) + '\n')
        part.replace(self.path)

    def remove(self) -> None:
        """Forget that the step was done: what follows may leave it half made."""
        if self.path.exists():
            self.path.unlink()
