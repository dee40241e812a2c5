"""One finding of the check."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Finding:
    """A line that would not run everywhere: what it says, why that is wrong, what to write instead."""

    path: Path
    line: int
    what: str
    why: str
    instead: str

    def __str__(self) -> str:
        return f'{self.path}:{self.line}: {self.what}: {self.why}; {self.instead}'
