"""How far a long work is, in lines that whoever started it can read: `progress 0.42`."""

from __future__ import annotations


class Progress:
    """Prints a line at each new per cent."""

    def __init__(self) -> None:
        """Say nothing yet."""
        self._shown = -1

    def __call__(self, part: float) -> None:
        """Tell how far it is, 0..1."""
        if int(part * 100) != self._shown:
            self._shown = int(part * 100)
            print(f'progress {part:.2f}', flush=True)
