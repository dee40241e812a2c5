"""All that the chain knows as bytes and back, to the last bit: what goes on from there is what would have gone on.

It is a pickle that may hold nothing but classes of this package, numpy's arrays and a few plain containers: reading one
runs no code of others. Bytes of another version of the code are refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

_MAGIC = b'outrider snapshot 1\n'
_PLAIN = {
    ('collections', 'Counter'), ('collections', 'deque'), ('collections', 'OrderedDict'), ('builtins', 'set'),
    ('builtins', 'frozenset'), ('builtins', 'slice'), ('builtins', 'range'), ('builtins', 'complex'),
    ('numpy', 'ndarray'), ('numpy', 'dtype'),
    *((f'numpy.{core}.multiarray', name) for core in ('core', '_core') for name in ('_reconstruct', 'scalar')),
    *((f'numpy.{core}.numeric', '_frombuffer') for core in ('core', '_core')),
}
_OWN = __name__.partition('.')[0]
_MOST_BYTES = 64 * 1024 * 1024


class SnapshotError(ValueError):
    """Bytes that are no snapshot of this code; one sentence."""


def code_version(config: Any = None) -> str:
    """Return a mark of this code and of the numbers in `config` (a dataclass): the same whatever the commit."""
    mark = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob('*.py')):
        mark.update(file.name.encode() + b'\0' + file.read_bytes())
    if config is not None:
        mark.update(json.dumps(asdict(config), sort_keys=True, default=_plain).encode())
    return mark.hexdigest()[:16]


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else repr(value)


def freeze(version: str, *parts: Any) -> bytes:
    """Return `parts` (trackers, judges and what else is of this package) as bytes, marked with `version`."""
    packed = pickle.dumps(parts, protocol=4)
    return _MAGIC + version.encode() + b'\n' + zlib.compress(packed, 1)


def thaw(version: str, frozen: bytes) -> tuple[Any, ...]:
    """Return the parts of `frozen`. Raises SnapshotError for what is damaged, foreign or of another version."""
    if not frozen.startswith(_MAGIC):
        raise SnapshotError('snapshot: these bytes are none; take one of the topic fusion/snapshot.')
    made_by, _, rest = frozen[len(_MAGIC):].partition(b'\n')
    if made_by != version.encode():
        raise SnapshotError(f'snapshot: made by version {made_by.decode(errors="replace")}, expected {version}. '
                            'Check that version out to replay from it.')
    try:
        unzip = zlib.decompressobj()
        parts = _Reader(io.BytesIO(unzip.decompress(rest, _MOST_BYTES))).load()
    except (pickle.UnpicklingError, zlib.error, EOFError, AttributeError, ImportError, IndexError, KeyError, TypeError,
            ValueError, MemoryError) as error:
        raise SnapshotError(f'snapshot: damaged ({error}). Begin from the one before.') from None
    if not isinstance(parts, tuple):
        raise SnapshotError('snapshot: damaged (no parts). Begin from the one before.')
    return parts


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module.partition('.')[0] == _OWN and '.' not in name:
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        elif (module, name) in _PLAIN:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f'{module}.{name} has no place in it')
