"""The command port of a TI mmWave demo on xWR14xx, as text in and text out. Pure.

It echoes, answers `Done`, `Error N`, `Skipped` or `not recognized`, and then prompts. It judges as the real one does:
by the count of arguments, and at sensorStart by what was configured since flushCfg.
"""

from __future__ import annotations

PROMPT = 'mmwDemo:/>'
# Arguments of each command on xWR14xx (SDK 1/2), by the demo's handlers.
ARGUMENTS = {
    'sensorStop': 0, 'flushCfg': 0, 'sensorStart': 0, 'dfeDataOutputMode': 1, 'channelCfg': 3, 'adcCfg': 2,
    'adcbufCfg': 4, 'profileCfg': 14, 'chirpCfg': 8, 'frameCfg': 7, 'lowPower': 2, 'guiMonitor': 6, 'cfarCfg': 7,
    'peakGrouping': 5, 'multiObjBeamForming': 2, 'clutterRemoval': 1, 'calibDcRangeSig': 4,
    'compRangeBiasAndRxChanPhase': 25, 'measureRangeBiasAndRxChanPhase': 3, 'CQRxSatMonitor': 5, 'CQSigImgMonitor': 3,
    'analogMonitor': 2,
}
_NEEDED_TO_START = ('dfeDataOutputMode', 'channelCfg', 'adcCfg', 'adcbufCfg', 'profileCfg', 'chirpCfg', 'frameCfg',
                    'guiMonitor', 'cfarCfg')


class CommandPort:
    """One device: what was configured, whether it streams, and whether it still answers."""

    def __init__(self) -> None:
        """Start as after power-up: nothing configured, calibration not yet told."""
        self.streaming = False
        self.configured: dict[str, tuple[str, ...]] = {}
        self.accepted: list[str] = []  # the lines of it, in order: some commands come several times
        self.hangs_on = ''  # 'sensorStart', or 'all': echo and then silence, as a hung front end does
        self._told_calibration = False
        self._line = b''

    def type(self, data: bytes) -> bytes:
        """Take typed bytes; return what the device writes back."""
        out = b''
        for byte in data:
            if self.hangs_on == 'all':
                return out
            if byte in b'\r\n':
                line, self._line = self._line, b''
                out += b'\r\n' + self._answer(line.decode('ascii', 'replace').strip())
            else:
                self._line += bytes([byte])
                out += bytes([byte])
        return out

    def _answer(self, line: str) -> bytes:
        command = line.split(' ')[0]
        if command and command == self.hangs_on:
            self.hangs_on = 'all'
            return b''
        said = '' if not line else 'Skipped\r\n' if line.startswith('%') else self._obey(line.split())
        return (said + PROMPT).encode('ascii', 'replace')

    def _obey(self, tokens: list[str]) -> str:
        command, arguments = tokens[0], tuple(tokens[1:])
        if command not in ARGUMENTS:
            return f"'{command}' is not recognized as a CLI command\r\n"
        if len(arguments) != ARGUMENTS[command]:
            return 'Error: Invalid usage of the CLI command\r\nError -1\r\n'
        if command == 'sensorStop':
            ignored = '' if self.streaming else 'Ignored: Sensor is already stopped\r\n'
            self.streaming = False
            return f'{ignored}Done\r\n'
        if command == 'flushCfg':
            self.configured.clear()
            self.accepted.clear()
        elif command == 'sensorStart':
            return self._start()
        else:
            self.configured[command] = arguments
            self.accepted.append(' '.join(tokens))
        return 'Done\r\n'

    def _start(self) -> str:
        if self.streaming:
            return 'Ignored: Sensor is already started\r\nDone\r\n'
        if any(command not in self.configured for command in _NEEDED_TO_START):
            return ('Error: Full configuration must be provided before sensor can be started the first time\r\n'
                    'Error -1\r\n')
        debug = '' if self._told_calibration else 'Debug: Init Calibration Status = 0x1ffe\r\n'
        self._told_calibration = True
        self.streaming = True
        return f'{debug}Done\r\n'
