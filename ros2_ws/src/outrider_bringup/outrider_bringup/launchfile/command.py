"""Command lines as `ros2 launch` makes them: arguments, then --ros-args with name, namespace, parameters, remaps."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence

import yaml

from outrider_bringup.launchfile.text import Template, TextError
from outrider_bringup.launchfile.tree import Scalar

_NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')
_NAMESPACE = re.compile(r'/|(/[A-Za-z_][A-Za-z0-9_]*)+')


def split(template: Template, perform: Callable[[Template], str]) -> list[str]:
    """Return the words of a command line; what a substitution gives is never split. Raises TextError."""
    words: list[str] = []
    joined = False  # the next piece continues the last word
    for part in template:
        if not isinstance(part, str):
            piece = perform((part,))
            words = [*words[:-1], words[-1] + piece] if joined else [*words, piece]
            joined = True
            continue
        try:
            pieces = shlex.split(part)
        except ValueError as error:
            raise TextError(f'{part!r}: {error}; quotes cannot hold a substitution here') from None
        if pieces and joined and not part[0].isspace():
            words[-1] += pieces.pop(0)
        words += pieces
        joined = not part[-1].isspace()
    return words


def namespace(pushed: str, own: str) -> str:
    """Return `own` below `pushed`, absolute; empty where neither is given. Raises TextError."""
    joined = own if own.startswith('/') or not pushed else f'{pushed}/{own}'.rstrip('/')
    if not joined:
        return ''
    absolute = joined if joined.startswith('/') else f'/{joined}'
    absolute = absolute.rstrip('/') or '/'
    if not _NAMESPACE.fullmatch(absolute):
        raise TextError(f'namespace {absolute!r} is not made of letters, digits and _')
    return absolute


def check_name(name: str) -> str:
    """Return a node name. Raises TextError where ROS would not take it."""
    if not _NAME.fullmatch(name):
        raise TextError(f'node name {name!r} is not made of letters, digits and _, or begins with a digit')
    return name


def ros_arguments(name: str | None, where: str, params_files: Sequence[str],
                  params: Sequence[tuple[str, Scalar | list[Scalar]]],
                  remaps: Sequence[tuple[str, str]]) -> list[str]:
    """Return `--ros-args` and what follows it. Single parameters come after files, so they win."""
    line = ['--ros-args']
    if name is not None:
        line += ['-r', f'__node:={name}']
    if where:
        line += ['-r', f'__ns:={where}']
    for path in params_files:
        line += ['--params-file', path]
    for key, value in params:
        line += ['-p', f'{key}:={_flow(value)}']
    for old, new in remaps:
        line += ['-r', f'{old}:={new}']
    return line


def _flow(value: Scalar | list[Scalar]) -> str:
    """Return `value` as one line of YAML that reads back as the same type."""
    texts = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
    # Plain and single-quoted YAML breaks lines at control characters, double-quoted escapes them.
    style = '"' if any(not text.isprintable() for text in texts) else None
    return str(yaml.safe_dump(value, default_flow_style=True, default_style=style, width=1 << 30, allow_unicode=True)
               ).removesuffix('\n').removesuffix('\n...')
