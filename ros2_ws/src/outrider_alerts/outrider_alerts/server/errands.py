"""What needs other rooms: the project's own command, and the control socket of the stack that runs.

The page imports none of them. A command runs beside it, in a session of its own, with a low priority, an end in time
and a bounded answer; two at once, the others wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from pathlib import Path
from typing import Any

SOCKET = 'control.sock'
ANSWER_S = 5.0
LONGEST = 1 << 20  # bytes of an answer
AT_ONCE = 2
COMMAND_S, REPORT_S, DOCTOR_S = 20.0, 300.0, 120.0


class ErrandError(Exception):
    """It was not done: one sentence."""


class Errands:
    """Lives on the loop."""

    def __init__(self, root: Path, run: Path) -> None:
        """`root` holds `outrider`; `run` the control socket."""
        self._command, self._run = str(root / 'outrider'), run
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return what the running stack answers. Raises ErrandError where none does."""
        try:
            said = await asyncio.wait_for(self._line(json.dumps(question).encode() + b'\n'), ANSWER_S)
            answer = json.loads(said)
        except (OSError, ValueError, asyncio.TimeoutError):
            answer = None
        if not isinstance(answer, dict):
            raise ErrandError('the stack was not started by ./outrider up, so nothing can be asked of it here')
        return answer

    async def told(self, *words: str, timeout_s: float = COMMAND_S) -> Any:
        """Run `./outrider WORDS` and return the JSON that it prints. Raises ErrandError with its sentence."""
        _, out = await self.run(*words, timeout_s=timeout_s, fine=(0, 1))
        try:
            return json.loads(out)
        except ValueError:
            raise ErrandError(f'./outrider {words[0]} gave no answer that can be read') from None

    async def run(self, *words: str, timeout_s: float = COMMAND_S, fine: tuple[int, ...] = (0,)) -> tuple[int, bytes]:
        """Run `./outrider WORDS`; return its exit code and what it printed. Raises ErrandError."""
        if not os.access(self._command, os.X_OK):
            raise ErrandError(f'./outrider {words[0]} cannot be run here: {self._command} is missing')
        async with self._slots:
            process = await asyncio.create_subprocess_exec(
                'nice', '-n', '10', self._command, *words, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, start_new_session=True,
                limit=LONGEST)
            try:
                out, problem, code = await asyncio.wait_for(_outcome(process), timeout_s)
            except asyncio.TimeoutError:
                raise ErrandError(f'./outrider {words[0]} took longer than {timeout_s:g} s and was ended') from None
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        if code not in fine:
            last = (problem.decode(errors='replace').strip().splitlines() or [''])[-1].removeprefix('outrider: ')
            raise ErrandError(last[:300] or f'./outrider {words[0]} ended with {code} and said nothing')
        return code, out

    async def _line(self, question: bytes) -> bytes:
        # The path may be longer than the 107 bytes that unix(7) allows; the one through the folder is not.
        folder = os.open(self._run, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            reader, writer = await asyncio.open_unix_connection(f'/proc/self/fd/{folder}/{SOCKET}')
        finally:
            os.close(folder)
        try:
            writer.write(question)
            return await reader.readline()
        finally:
            writer.close()


async def _outcome(process: asyncio.subprocess.Process) -> tuple[bytes, bytes, int]:
    assert process.stdout is not None
    assert process.stderr is not None
    out, problem = await asyncio.gather(_all(process.stdout), _all(process.stderr))
    return out, problem, await process.wait()


async def _all(stream: asyncio.StreamReader) -> bytes:
    """Read to the end, and keep the first LONGEST bytes."""
    kept = b''
    while chunk := await stream.read(65536):
        kept += chunk[:LONGEST - len(kept)]
    return kept
