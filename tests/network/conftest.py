"""A second machine for these tests: a network namespace at the other end of a virtual cable."""

import contextlib
import os
import subprocess

import pytest


class Cable(list):
    """The words that run a command at the far end; `address` is this end's."""

    def __init__(self, words, address):
        super().__init__(words)
        self.address = address


def ip(*words):
    return subprocess.run(['ip', *words], capture_output=True, text=True, timeout=20, check=True)


@pytest.fixture(scope='module')
def cable():
    """A second network namespace at the other end of a virtual cable."""
    name, near, far, net = f'outrider{os.getpid()}', f'or{os.getpid()}a', f'or{os.getpid()}b', os.getpid() % 200 + 20
    try:
        ip('netns', 'add', name)
    except (OSError, subprocess.SubprocessError) as error:
        why = getattr(error, 'stderr', '') or str(error)
        pytest.fail(f'no second network namespace can be made here ({why.strip()}), so nothing shows who hears '
                    'what from there. Run as root, with iproute2, in a container with --cap-add NET_ADMIN '
                    '--cap-add SYS_ADMIN.')
    try:
        ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name)
        for where, device, number in (((), near, 1), (('-n', name), far, 2)):
            ip(*where, 'addr', 'add', f'10.231.{net}.{number}/30', 'dev', device)
            ip(*where, 'link', 'set', device, 'up')
        ip('-n', name, 'link', 'set', 'lo', 'up')
        yield Cable(['ip', 'netns', 'exec', name], f'10.231.{net}.1')
    finally:
        with contextlib.suppress(subprocess.SubprocessError):
            ip('link', 'del', near)
        ip('netns', 'del', name)
