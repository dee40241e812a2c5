"""The dialogue with the command port: one line out, everything back until the prompt. Pure.

| the device says | meaning |
|---|---|
| the line itself | it echoes |
| Done | obeyed |
| Ignored: ... | nothing to do, fine |
| Skipped | a comment, fine |
| Debug: ... | news, before the real answer |
| Error N, Error: ..., '...' is not recognized as a CLI command | refused |
| nothing | it hangs: power it off and on |
"""

from __future__ import annotations

PROMPT = 'mmwDemo:/>'
REPLY_S = 1.0
START_REPLY_S = 5.0  # sensorStart calibrates the front end first


def patience_s(command: str) -> float:
    """Return how long the answer to `command` may take."""
    return START_REPLY_S if command.startswith('sensorStart') else REPLY_S


def is_whole(command: str, heard: str) -> bool:
    """Say whether `heard` holds the echo of `command` and the prompt behind its answer.

    A prompt before the echo belongs to whatever was typed earlier.
    """
    echo = heard.find(command)
    return echo >= 0 and PROMPT in heard[echo + len(command):]


def refusal(command: str, heard: str) -> str:
    """Return what the device has against `command`, '' where it obeyed."""
    answer = heard[heard.find(command) + len(command):]
    lines = [line.strip() for line in answer.replace(PROMPT, '\n').splitlines() if line.strip()]
    for line in lines:
        if line.startswith('Error') or 'is not recognized' in line:
            return line
    if any(line.startswith(('Done', 'Ignored', 'Skipped')) for line in lines):
        return ''
    return f"no 'Done' but {' / '.join(lines)[:80]!r}"
