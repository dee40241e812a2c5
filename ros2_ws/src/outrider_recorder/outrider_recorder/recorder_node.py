"""The recorder node: raw bytes of every topic into the open ride; start, stop and mark by service."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from builtin_interfaces.msg import Time
from outrider_interfaces.msg import RecorderState
from outrider_interfaces.srv import MarkRide, StartRecording, StopRecording

from outrider_node import Diagnosis, NodeError, OutriderNode, Param, qos, run_node
from outrider_recorder import about, ride
from outrider_recorder.errors import RideError
from outrider_recorder.listening import Listening
from outrider_recorder.recording import Recording, Status
from outrider_recorder.segment import PART, Message

# The same pictures compressed are a twentieth of it, and nobody asking for it spares the camera a copy.
RAW_COLOUR = '*/camera/color/image'


def rides_folder(named: str) -> Path:
    """Return the folder of rides: `named`, else OUTRIDER_RIDES, else rides/ in the checkout. Raises NodeError."""
    folder = named or os.environ.get('OUTRIDER_RIDES', '')
    root = os.environ.get('OUTRIDER_ROOT', '')
    if not folder and not root:
        raise NodeError('recorder: no folder for rides. Set rides_dir or OUTRIDER_RIDES.')
    return Path(folder).expanduser() if folder else Path(root) / 'rides'


class Recorder(OutriderNode):
    """Holds at most one open ride."""

    PARAMETERS = (
        Param('rides_dir', '', '', 'folder of rides; empty: OUTRIDER_RIDES, else rides/ in the checkout'),
        Param('record_at_start', True, '', 'begin a ride at once'),
        Param('ride', '', '', 'id of the ride begun at start, refused when taken; empty: the time in UTC'),
        Param('note', '', '', 'kept in ride.json of the ride begun at start'),
        Param('segment_s', 60.0, 's', 'length of one segment', minimum=1.0, maximum=3600.0),
        Param('exclude', ['/parameter_events', RAW_COLOUR], '', 'topics left out, names or patterns like /camera/*'),
        Param('files', [''], '', 'configuration and calibration files whose text goes into ride.json'),
    )

    def __init__(self, **kwargs: Any) -> None:
        """Listen, and record where the parameters say so. Raises NodeError."""
        super().__init__('recorder', **kwargs)
        self._rides = rides_folder(self.value('rides_dir'))
        self._version = about.version(os.environ.get('OUTRIDER_ROOT', ''))
        self._recording: Recording | None = None
        self._info: dict[str, Any] = {}
        self._folder = self._rides
        self._alarm = ''
        self._last = Status(0, 0, 0, 0, True, '')
        self._state = self.create_publisher(RecorderState, 'recorder/state', qos.STATE)
        self._listening = Listening(self, [name for name in self.value('exclude') if name], self._hand_on)
        self.create_service(StartRecording, 'recorder/start', self._on_start)
        self.create_service(StopRecording, 'recorder/stop', self._on_stop)
        self.create_service(MarkRide, 'recorder/mark', self._on_mark)
        self.diagnose('recorder', self._diagnosis)
        self.create_timer(1.0, self._tick)
        self._repair()
        if self.value('record_at_start'):
            try:
                self._start(self.value('note'), self.value('ride'))
            except RideError as error:
                self.destroy_node()
                raise NodeError(f'recorder: {error}') from None
        self._publish()

    def close(self) -> None:
        """End the open ride: segment renamed, metadata written."""
        self._stop()

    def _hand_on(self, message: Message) -> None:
        if self._recording is not None:
            self._recording.put(message)

    def _repair(self) -> None:
        """Finalise what a power cut left, in a process of its own: it reads whole segments."""
        if any(self._rides.glob(f'*/*{PART}')):
            subprocess.Popen(['nice', sys.executable, '-m', 'outrider_recorder.repair', str(self._rides)],
                             start_new_session=True)

    def _start(self, note: str, name: str = '') -> None:
        now_ns = time.time_ns()
        self._folder = ride.create(self._rides, name or ride.new_id(now_ns), exact=bool(name))
        self._info = about.first_words(self._folder.name, note, now_ns, self._version, self.values(),
                                       [path for path in self.value('files') if path])
        self._listening.restart()
        try:
            ride.write_info(self._folder, self._info)
            self._recording = Recording(self._folder, segment_s=self.value('segment_s'),
                                        heads=self._listening.heads)
        except OSError as error:
            raise RideError(f'{self._folder} cannot be written ({error.strerror}). Free space or correct it.') from None
        self._alarm = ''
        self.get_logger().info(f'recording {self._folder}')

    def _stop(self) -> None:
        if self._recording is None:
            return
        self._last = self._recording.close()
        self._recording = None
        self._alarm = self._last.alarm
        try:
            ride.write_info(self._folder, about.last_words(self._info, time.time_ns(), {
                'messages': self._last.messages, 'bytes': self._last.bytes,
                'dropped': self._last.dropped, 'lost': self._listening.lost, 'alarm': self._alarm}))
        except OSError as error:
            self._alarm = self._alarm or f'recorder: {error.strerror} while closing {self._folder}. Check the disk.'
        self.get_logger().info(f'closed {self._folder}: {self._last.messages} messages, {self._last.bytes} bytes')
        self._publish()

    def _tick(self) -> None:
        if self._recording is not None and self._recording.status().stopped:
            self._stop()
            self.get_logger().error(self._alarm)
        self._publish()

    def _publish(self) -> None:
        status = self._status()
        now = self.get_clock().now()
        state = RecorderState(recording=self._recording is not None, segment=status.segment,
                              bytes_written=status.bytes, messages_written=status.messages,
                              messages_lost=self._listening.lost + status.dropped, free_bytes=self._free(),
                              alarm=status.alarm or self._alarm)
        state.header.stamp = now.to_msg()
        if self._recording is not None:
            state.ride = self._folder.name
            state.duration_s = (time.time_ns() - self._info['start_ns']) / 1e9
        self._state.publish(state)

    def _status(self) -> Status:
        return self._recording.status() if self._recording is not None else self._last

    def _free(self) -> int:
        folder = self._rides if self._rides.exists() else self._rides.parent
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            return 0

    def _diagnosis(self) -> Diagnosis:
        status, lost = self._status(), self._listening.lost
        alarm = status.alarm or self._alarm
        values = {'topics': self._listening.topics, 'messages': status.messages, 'bytes': status.bytes,
                  'lost': lost, 'dropped': status.dropped, 'free_bytes': self._free(),
                  'not_installed': ' '.join(sorted(self._listening.refused))}
        if alarm:
            return Diagnosis('error', alarm, values)
        if lost or self._listening.refused:
            return Diagnosis('warn', f'recorder: {lost} messages lost on the way, {len(self._listening.refused)} '
                                     'topics of types not installed', values)
        return Diagnosis('ok', f'recording {self._folder.name}' if self._recording else 'not recording', values)

    def _on_start(self, request: Any, response: Any) -> Any:
        if self._recording is not None:
            response.ride, response.message = self._folder.name, f'{self._folder.name} is open. Stop it first.'
            return response
        try:
            self._start(request.note)
        except RideError as error:
            response.message = str(error)
            return response
        self._publish()
        response.success, response.ride, response.message = True, self._folder.name, f'recording {self._folder}'
        return response

    def _on_stop(self, request: Any, response: Any) -> Any:
        if self._recording is None:
            response.message = 'no ride is open. Start one first.'
            return response
        self._stop()
        response.success, response.ride = True, self._folder.name
        response.message = self._alarm or f'closed {self._folder}'
        return response

    def _on_mark(self, request: Any, response: Any) -> Any:
        now_ns = time.time_ns()
        response.stamp = Time(sec=now_ns // 1_000_000_000, nanosec=now_ns % 1_000_000_000)
        if self._recording is None:
            response.message = 'no ride is open, so nothing was marked. Start one first.'
            return response
        segment = self._recording.status().segment
        try:
            ride.append_line(self._folder / ride.MARKS_FILE, {
                'stamp_ns': now_ns, 'utc': ride.utc_text(now_ns), 'segment': segment, 'note': request.note})
        except OSError as error:
            response.message = f'the mark was not written ({error.strerror}). Check {self._folder}.'
            return response
        response.success, response.ride, response.message = True, self._folder.name, f'marked {self._folder.name}'
        return response


def main(args: list[str] | None = None) -> None:
    """Run the node until SIGINT or SIGTERM."""
    sys.exit(run_node(Recorder, args=args))


if __name__ == '__main__':
    main()
