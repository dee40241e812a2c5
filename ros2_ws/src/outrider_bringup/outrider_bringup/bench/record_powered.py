"""The recorder, with every fsync written down: `record_powered FSYNCS ...`, the rest are the recorder's arguments.

The node, its threads and fsync(2) are the real ones. A line of FSYNCS, appended when one has returned, holds
`boottime_ns path bytes`: `bytes` is the size when it began, which is what the disk is bound to hold from then on; of a
folder, the names in it, joined by `/`.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import IO

from outrider_node import boottime_ns

_fsync = os.fsync


def _noting(log: IO[str]) -> None:
    def fsync(descriptor: int) -> None:
        seen = os.fstat(descriptor)
        path = os.readlink(f'/proc/self/fd/{descriptor}')
        holds = '/'.join(sorted(os.listdir(path))) if stat.S_ISDIR(seen.st_mode) else str(seen.st_size)
        _fsync(descriptor)
        log.write(f'{boottime_ns()} {path} {holds}\n')

    os.fsync = fsync  # type: ignore[assignment]


def main() -> None:
    """Become the recorder."""
    from outrider_recorder import recorder_node

    with Path(sys.argv[1]).open('a', buffering=1) as log:
        _noting(log)
        recorder_node.main([sys.argv[0], *sys.argv[2:]])


if __name__ == '__main__':
    main()
