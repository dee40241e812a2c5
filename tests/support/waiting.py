"""Waiting for what has to happen, instead of sleeping. A name of its own: every folder may have a conftest."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest


def wait_until(true: Callable[[], Any], what: str, timeout_s: float = 20.0, every_s: float = 0.01) -> Any:
    """Return the first truthy answer of `true`; fail, naming `what`, after `timeout_s`."""
    end = time.monotonic() + timeout_s
    while True:
        answer = true()
        if answer:
            return answer
        if time.monotonic() > end:
            pytest.fail(f'waited {timeout_s:g} s for {what}')
        time.sleep(every_s)
