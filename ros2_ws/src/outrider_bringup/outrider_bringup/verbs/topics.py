"""`outrider topics [NAME]`: what is on the wire, where there is no ros2 command."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from outrider_bringup.errors import UserError, nearest

HELP = 'what is on the wire: type, rate, age, publishers, one message'
GROUP = 'proof'
SECONDS = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `topics`."""
    parser.add_argument('name', nargs='?', help='one topic, with a message of it')
    parser.add_argument('--json', metavar='F', type=Path, help='write it there too; - is the standard output')
    parser.add_argument('--seconds', type=float, default=SECONDS, help=f'how long to listen (default {SECONDS:g})')


def run(args: argparse.Namespace) -> int:
    """Listen, then print; return 1 where nothing is published."""
    if not 0.1 <= args.seconds <= 3600:
        raise UserError(f'--seconds is {args.seconds:g}, expected 0.1 to 3600')
    from outrider_bringup.topics.listen import HIDDEN, listen

    only = None if args.name is None else '/' + args.name.strip('/')
    heard = listen(args.seconds, only, lambda topic: len(topic.arrivals_s) > 20)
    now_s = time.monotonic()
    if only is not None and not heard:
        known = [topic.name for topic in listen(1.0)]
        hint = nearest(only, known) if known else ''
        raise UserError(f'nobody publishes {only} on domain {_domain()}.{hint}')
    to_stdout = args.json is not None and str(args.json) == '-'
    if not to_stdout:
        _print_one(heard[0], now_s) if only else _print_all(heard, now_s)
    if args.json is not None:
        _write(args.json, [_as_json(topic, now_s, whole=only is not None) for topic in heard])
    return 0 if any(topic.name not in HIDDEN for topic in heard) else 1


def _print_all(heard: list[Any], now_s: float) -> None:
    if not heard:
        print(f'no topics on domain {_domain()}. Start something: ./outrider up bicycle --sim')
        return
    rows = [('topic', 'type', 'rate', 'age', 'from')]
    rows += [(topic.name, topic.type.replace('/msg/', '/'), _rate(topic), _age(topic, now_s),
              ', '.join(topic.publishers)) for topic in heard]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print('  '.join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]))


def _print_one(topic: Any, now_s: float) -> None:
    from outrider_bringup.topics.compact import lines

    print(f'{topic.name}   {topic.type}')
    print(f'rate {_rate(topic)}   age {_age(topic, now_s)}   from {", ".join(topic.publishers)}   '
          f'heard by {topic.subscribers}')
    message = topic.message() if topic.readable else None
    for line in lines(message) if message is not None else ['no message came meanwhile']:
        print(f'  {line}')


def _as_json(topic: Any, now_s: float, *, whole: bool) -> dict[str, Any]:
    from outrider_bringup.topics.compact import plain

    found: dict[str, Any] = {
        'name': topic.name, 'type': topic.type, 'rate_hz': topic.rate_hz, 'messages': len(topic.arrivals_s),
        'age_s': now_s - topic.arrivals_s[-1] if topic.arrivals_s else None, 'publishers': topic.publishers,
        'subscribers': topic.subscribers}
    if whole:
        found['message'] = plain(topic.message()) if topic.readable else None
    return found


def _rate(topic: Any) -> str:
    if not topic.readable:
        return 'type not built here'
    return '-' if topic.rate_hz is None else f'{topic.rate_hz:.1f}/s'


def _age(topic: Any, now_s: float) -> str:
    return f'{now_s - topic.arrivals_s[-1]:.2f} s' if topic.arrivals_s else '-'


def _domain() -> str:
    return os.environ.get('ROS_DOMAIN_ID') or '0'


def _write(path: Path, topics: list[dict[str, Any]]) -> None:
    text = json.dumps({'domain': _domain(), 'topics': topics}, indent=1, allow_nan=False) + '\n'
    if str(path) == '-':
        sys.stdout.write(text)
        return
    try:
        path.write_text(text)
    except OSError as error:
        raise UserError(f'{path}: {error.strerror}; give --json a file that can be written') from None
