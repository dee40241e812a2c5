"""The recorder node: raw bytes of every topic into ring or ride; start, stop and mark by service, pad and by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from builtin_interfaces.msg import Time
from outrider_interfaces.msg import RecorderState
from outrider_interfaces.srv import MarkRide, StartRecording, StopRecording
from rclpy.clock import Clock, ClockType

from outrider_node import NodeError, OutriderNode, Param, qos, run_node
from outrider_recorder import about, duty, marks, repair, ring
from outrider_recorder.asking import Asking
from outrider_recorder.clock import RideClock
from outrider_recorder.errors import DiskFullError, RideError
from outrider_recorder.hears import Hears
from outrider_recorder.housekeeper import Housekeeper
from outrider_recorder.listening import Listening
from outrider_recorder.movement import Movement
from outrider_recorder.profile import PROFILES, RAW_COLOUR, Selection
from outrider_recorder.segment import Message
from outrider_recorder.session import BY_MARK, Outside, Session
from outrider_recorder.telling import Telling

ASK_S = 2.0
AT_START = 'start'


def rides_folder(named: str) -> Path:
    """Return the folder of rides: `named`, else OUTRIDER_RIDES, else rides/ in the checkout. Raises NodeError."""
    folder = named or os.environ.get('OUTRIDER_RIDES', '')
    root = os.environ.get('OUTRIDER_ROOT', '')
    if not folder and not root:
        raise NodeError('recorder: no folder for rides. Set rides_dir or OUTRIDER_RIDES.')
    return Path(folder).expanduser() if folder else Path(root) / 'rides'


class Recorder(OutriderNode):
    """Hears everything; the session writes it."""

    PARAMETERS = (
        Param('rides_dir', '', '', 'folder of rides; empty: OUTRIDER_RIDES, else rides/ in the checkout'),
        Param('rig', '', '', 'kind of machine, kept in ride.json: bicycle, ramp, bench'),
        Param('simulated', False, '', 'kept in ride.json; a simulated machine is recorded from its first frame'),
        Param('record', 'start', '', 'when: start (at once), auto (from movement to standstill), manual (when asked)',
              choices=duty.MODES),
        Param('standstill_s', 180.0, 's', 'with auto, standstill that ends a ride', minimum=1.0, maximum=86_400.0),
        Param('profile', 'normal', '', 'what: normal (depth at most 424x240), full (depth as it comes), light (little)',
              choices=tuple(PROFILES)),
        Param('ride', '', '', 'id of the ride begun at start, refused when taken; empty: the time in UTC'),
        Param('note', '', '', 'kept in ride.json of the ride begun at start'),
        Param('segment_s', 60.0, 's', 'length of one segment', minimum=1.0, maximum=3600.0),
        Param('quota_gb', 0.0, 'GB', 'most that all rides may take, oldest go first; 0: all that the floor leaves',
              minimum=0.0, maximum=100_000.0),
        Param('floor_mb', 500.0, 'MB', 'left free on the disk of the rides', minimum=0.0, maximum=1e6),
        Param('ring_s', ring.SECONDS, 's', 'kept in memory while no ride is open; 0: none', minimum=0.0, maximum=300.0),
        Param('ring_mb', 280.0, 'MB', 'most memory of it: it reaches less far back then', minimum=1.0,
              maximum=4000.0),
        Param('mark_button', -1, '', 'index in joy.buttons: a tap marks, 2 s begin or end a ride; -1: none', minimum=-1,
              maximum=63),
        Param('exclude', ['/parameter_events', RAW_COLOUR], '', 'topics left out, names or patterns like /camera/*'),
        Param('files', [''], '', 'configuration and calibration files whose text goes into ride.json'),
    )

    def __init__(self, clock: RideClock | None = None, **kwargs: Any) -> None:
        """Listen, and record where the parameters say so. `clock` is the system's unless given. Raises NodeError."""
        super().__init__('recorder', **kwargs)
        rides = rides_folder(self.value('rides_dir'))
        self._machine = about.machine(os.environ.get('OUTRIDER_ROOT', ''))
        self._ride_clock = clock or RideClock()
        mode = self.value('record')
        self._duty = duty.Duty('start' if mode == 'auto' and self.value('simulated') else mode,
                               self.value('standstill_s'))
        self._movement, self._ring = Movement(), ring.Ring(self.value('ring_s'), round(self.value('ring_mb') * 1e6))
        self._asking = Asking(self, self._told)
        self._session: Session | None = None
        self._wanted = self._duty.mode == 'start'  # and not begun yet: the disk is full
        self._state = self.create_publisher(RecorderState, 'recorder/state', qos.STATE)
        self._hears = Hears(self, self._ride_clock, self._movement, self.value('mark_button'), self._mark_by_itself,
                            self._toggle)
        self._listening = Listening(self, [name for name in self.value('exclude') if name],
                                    Selection(self.value('profile')), self._ride_clock, self._hand_on)
        self._repair(rides)
        self._session = Session(rides, self._ride_clock, self._ring,
                                Outside(self._listening.heads, lambda: self._listening.lost, self._words, self._files,
                                        self.get_logger().info, self.get_logger().error),
                                segment_s=self.value('segment_s'),
                                keeper=lambda written: Housekeeper(rides, round(self.value('quota_gb') * 1e9),
                                                                   round(self.value('floor_mb') * 1e6), written))
        self.create_service(StartRecording, 'recorder/start', self._on_start)
        self.create_service(StopRecording, 'recorder/stop', self._on_stop)
        self.create_service(MarkRide, 'recorder/mark', self._on_mark)
        self._telling = Telling(self._session, self._listening, self._duty, self._movement, self._ring,
                                self._ride_clock, self.value('profile'))
        self.diagnose('recorder', self._telling.diagnosis)
        steady = Clock(clock_type=ClockType.STEADY_TIME)  # the system clock may be set under us
        self.create_timer(1.0, self._tick, clock=steady)
        self.create_timer(ASK_S, self._asking.look, clock=steady)
        if self._wanted:
            self._begin_at_start()
        self._publish()

    def close(self) -> None:
        """End the open ride: segment renamed, metadata written."""
        if self._session is not None:
            self._session.close()
            self._publish()

    @property
    def session(self) -> Session:
        """Return the session; it exists from the end of the constructor on."""
        assert self._session is not None
        return self._session

    def _now_s(self) -> float:
        return self._ride_clock.boottime_ns() / 1e9

    def _hand_on(self, message: Message) -> None:
        if self._session is None:
            self._ring.put(message)
            return
        self._session.put(message)
        self._hears.take(message, self._now_s())

    def _repair(self, rides: Path) -> None:
        """Finalise what a power cut left, in a process of its own: it reads whole segments."""
        if repair.is_needed(rides):
            subprocess.Popen(['nice', sys.executable, '-m', 'outrider_recorder.repair', str(rides)],
                             start_new_session=True)

    def _words(self) -> dict[str, Any]:
        return {**self._machine, 'rig': self.value('rig'), 'simulated': self.value('simulated'),
                'profile': self.value('profile'), 'mode': self._duty.mode, 'parameters': self.values(),
                'nodes': self._asking.known(), 'files': self._files()}

    def _files(self) -> dict[str, str]:
        return about.contents(path for path in self.value('files') if path)

    def _told(self, name: str, parameters: dict[str, Any]) -> None:
        self.session.add_words('nodes', name, parameters)

    def _begin_at_start(self) -> None:
        try:
            self.session.start(AT_START, self.value('note'), self.value('ride'))
            self._wanted = False
        except DiskFullError as error:
            self.get_logger().error(f'{error} It begins by itself when there is room.', throttle_duration_sec=60.0)
        except RideError as error:
            self.session.close()
            self.destroy_node()
            raise NodeError(f'recorder: {error}') from None

    def _tick(self) -> None:
        now_s, session = self._now_s(), self.session
        session.tick(now_s)
        self._movement.step(now_s)
        if self._wanted and not session.open and session.keeper.has_room:
            self._begin_at_start()
        by = session.by if session.by != BY_MARK else ''  # a clip becomes the ride
        asked = self._duty.step(moving=self._movement.moving, still_s=self._movement.still_s, open_by=by)
        try:
            if asked == duty.START:
                session.start(duty.MOVEMENT, ring=True)
            elif asked == duty.STOP:
                session.stop()
        except RideError as error:
            self.get_logger().error(str(error), throttle_duration_sec=60.0)
        self._publish()

    def _mark_by_itself(self, kind: str, note: str, track_id: int | None) -> None:
        if kind != marks.PAD and not self.session.open and not self._duty.by_itself:
            return
        try:
            self.session.mark(kind, note, self._now_s(), track_id)
        except RideError as error:
            self.get_logger().error(str(error), throttle_duration_sec=10.0)
        self._publish()

    def _toggle(self) -> None:
        if self.session.open and self.session.by != BY_MARK:
            self._person_stops()
            return
        try:
            self._person_starts('')
        except RideError as error:
            self.get_logger().error(str(error))

    def _person_starts(self, note: str) -> None:
        self.session.start(duty.PERSON, note)
        self._duty.person_started()
        self._publish()

    def _person_stops(self) -> None:
        self._wanted = False
        self._duty.person_stopped()
        self.session.stop()
        self._publish()

    def _publish(self) -> None:
        waits = self._wanted or (self._duty.mode == 'auto' and self._duty.by_itself)
        self._state.publish(self._telling.state(self.get_clock().now().to_msg(), waits=waits))

    def _on_start(self, request: Any, response: Any) -> Any:
        session = self.session
        try:
            self._person_starts(request.note)
        except RideError as error:
            response.ride, response.message = session.folder.name if session.open else '', str(error)
            return response
        response.success, response.ride, response.message = True, session.folder.name, f'recording {session.folder}'
        return response

    def _on_stop(self, request: Any, response: Any) -> Any:
        session = self.session
        if not session.open:
            response.message = 'no ride is open. Start one first.'
            return response
        self._person_stops()
        response.success, response.ride = True, session.folder.name
        response.message = session.status.alarm or f'closed {session.folder}'
        return response

    def _on_mark(self, request: Any, response: Any) -> Any:
        session, was_open = self.session, self.session.open
        try:
            stamp_ns = session.mark(marks.PERSON, request.note, self._now_s())
        except RideError as error:
            response.message = str(error)
            return response
        response.stamp = Time(sec=stamp_ns // 1_000_000_000, nanosec=stamp_ns % 1_000_000_000)
        response.success, response.ride = True, session.folder.name
        response.message = (f'marked {session.folder.name}' if was_open
                            else f'the last {session.duration_s:.0f} s are kept as {session.folder.name}')
        self._publish()
        return response


def main(args: list[str] | None = None) -> None:
    """Run the node until SIGINT or SIGTERM."""
    sys.exit(run_node(Recorder, args=args))


if __name__ == '__main__':
    main()
