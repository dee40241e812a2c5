"""The firmware's own tests: its rules, damage, and a million random steps against an oracle."""

import subprocess
from pathlib import Path

import pytest

FIRMWARE = Path(__file__).resolve().parents[1] / 'firmware'


@pytest.mark.timeout(600)
def test_every_rule_of_the_firmware_holds_on_this_machine() -> None:
    done = subprocess.run(['make', '-s', '-C', str(FIRMWARE), 'test'], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert ' 0 failed' in done.stdout

