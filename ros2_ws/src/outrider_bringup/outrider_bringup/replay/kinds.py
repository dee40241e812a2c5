"""Message classes by the names that a recording gives; a name never imports anything but an installed message."""

from __future__ import annotations

import re
from typing import Any

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory

from outrider_bringup.topics.listen import get_message

_KIND = re.compile(r'([a-z][a-z0-9_]*)/msg/[A-Z][A-Za-z0-9]*')


def message_class(kind: str) -> Any | None:
    """Return the class of `package/msg/Name`, None where it is not installed or no such name."""
    named = _KIND.fullmatch(kind)
    if named is None:
        return None
    try:
        get_package_share_directory(named.group(1))
        return get_message(kind)
    except (PackageNotFoundError, ImportError, AttributeError, ValueError):
        return None
