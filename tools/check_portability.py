#!/usr/bin/env python3
"""Checks that the code runs on every robot: Python 3.10, rclpy of Humble, numpy 1.26 and 2, borders of the rooms."""

from __future__ import annotations

import sys
from pathlib import Path, PurePath

from portability.finding import Finding
from portability.rules import check

ROOT = Path(__file__).resolve().parent.parent


def files(root: Path) -> list[Path]:
    """Return every Python file that runs on a robot, the tests included."""
    found = [path for folder in ('ros2_ws/src', 'tests') for path in (root / folder).rglob('*.py')]
    return sorted([*found, *root.glob('*.py')])


def findings(root: Path) -> tuple[int, list[Finding]]:
    """Return how many files were read below `root`, and what was found in them."""
    found: list[Finding] = []
    paths = files(root)
    for path in paths:
        package, inside = _place(path.relative_to(root))
        found += [Finding(path.relative_to(root), f.line, f.what, f.why, f.instead)
                  for f in check(path, path.read_text(), package, inside)]
    return len(paths), found


def _place(path: Path) -> tuple[str | None, PurePath | None]:
    # ros2_ws/src/<package>/<package>/... is the code of a room; its tests may import what they like.
    parts = path.parts
    if parts[:2] == ('ros2_ws', 'src') and len(parts) > 4 and parts[2] == parts[3]:
        return parts[2], PurePath(*parts[4:])
    return None, None


def main() -> int:
    """Print the findings of this checkout; return 1 when there are any."""
    count, found = findings(ROOT)
    for finding in found:
        print(finding)
    print(f'portability: {count} files, {len(found)} findings')
    return 1 if found or not count else 0


if __name__ == '__main__':
    sys.exit(main())
