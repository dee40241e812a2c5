"""Message definitions as MCAP wants them: the .msg text and, after it, every type it rests on.

The texts come from the installed packages, so own and standard messages work alike on every release.
Format: https://mcap.dev/spec/registry#ros2msg
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

SEPARATOR = '=' * 80
_FIELD = re.compile(r'^\s*([A-Za-z][A-Za-z0-9_/]*)(?:<=\d+)?(?:\[[^\]]*\])?\s+([A-Za-z]\w*)\s*(=)?')
_PRIMITIVE = frozenset(('bool', 'byte', 'char', 'float32', 'float64', 'int8', 'uint8', 'int16', 'uint16', 'int32',
                        'uint32', 'int64', 'uint64', 'string', 'wstring'))
_STAMPED = ('std_msgs/Header', 'builtin_interfaces/Time')

ShareOf = Callable[[str], str]


class SchemaError(Exception):
    """No definition of a type is installed."""


def field_types(text: str, package: str) -> list[str]:
    """Return the type of each field in order, as `package/Name` or a primitive; constants are left out."""
    types = []
    for line in text.splitlines():
        found = _FIELD.match(line.split('#', 1)[0])
        if found and not found.group(3):
            name = found.group(1)
            if name not in _PRIMITIVE and '/' not in name:
                name = 'std_msgs/Header' if name == 'Header' else f'{package}/{name}'
            types.append(name.replace('/msg/', '/'))
    return types


class Schemas:
    """Definitions by type name, read once."""

    def __init__(self, share_of: ShareOf | None = None) -> None:
        """`share_of(package)` returns the package's share folder or raises LookupError; default: the ament index."""
        if share_of is None:
            from ament_index_python.packages import get_package_share_directory

            share_of = get_package_share_directory
        self._share_of = share_of
        self._texts: dict[str, str] = {}
        self._whole: dict[str, str] = {}

    def text(self, kind: str) -> str:
        """Return the full definition of `kind`, `package/msg/Name`. Raises SchemaError."""
        if kind not in self._whole:
            root = kind.replace('/msg/', '/')
            parts, seen, waiting = [self._own(root)], {root}, [root]
            while waiting:
                name = waiting.pop(0)
                for inner in field_types(self._own(name), name.split('/')[0]):
                    if inner not in _PRIMITIVE and inner not in seen:
                        seen.add(inner)
                        waiting.append(inner)
                        parts.append(f'{SEPARATOR}\nMSG: {inner}\n{self._own(inner)}')
            self._whole[kind] = '\n'.join(parts)
        return self._whole[kind]

    def begins_with_stamp(self, kind: str) -> bool:
        """Return whether the serialised message starts with a time: its header's stamp or its own."""
        root = kind.replace('/msg/', '/')
        return field_types(self._own(root), root.split('/')[0])[:1] in ([name] for name in _STAMPED)

    def _own(self, name: str) -> str:
        if name not in self._texts:
            package, _, short = name.partition('/')
            try:
                path = Path(self._share_of(package)) / 'msg' / f'{short}.msg'
                self._texts[name] = path.read_text(encoding='utf-8').rstrip('\n')
            except (LookupError, OSError):
                raise SchemaError(f'no definition of {name} is installed') from None
        return self._texts[name]
